//! The fields of a change request, as ServiceNow names them.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::review::Review;

use super::super::Overrides;
use super::super::Renderer;
use super::super::filters;
use super::view::View;

/// The most characters of the short description (`change_request.short_description`).
const SHORT: usize = 160;
/// The most characters of every other text: the length with which these fields come.
const LONG: usize = 4_000;

/// The fields of a change request. Risk, impact and priority are left to the people who answer for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRequest {
    /// What it is about, in at most 160 characters.
    pub short_description: String,
    /// Why it is done, and what the review says.
    pub justification: String,
    /// How it is done.
    pub implementation_plan: String,
    /// Whom it disturbs, and what can break.
    pub risk_impact_analysis: String,
    /// How to get back.
    pub backout_plan: String,
    /// What shows that it went well.
    pub test_plan: String,
    /// When it begins, in UTC, as `YYYY-MM-DD HH:MM:SS`; absent without a schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// When it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
}

/// The fields of a change request. Start and end are those of the last environment of the schedule, which
/// is production as a rule.
///
/// # Errors
///
/// None for a review that was made; a template that fails would be a fault of this program.
pub fn change_request(review: &Review) -> Result<ChangeRequest, Diagnostic> {
    let view = View::new(review);
    let renderer = Renderer::new(Overrides::none())?;
    let size = view.size();
    let text = |field: &str, most: usize| {
        let text = renderer.render(&format!("servicenow/{field}.txt.j2"), &view, size)?;
        Ok::<String, Diagnostic>(fit(filters::tidy(&text).trim_end(), most))
    };
    let last = review.schedule.as_ref().and_then(|schedule| schedule.environments.last());
    let moment = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    Ok(ChangeRequest {
        short_description: text("short_description", SHORT)?,
        justification: text("justification", LONG)?,
        implementation_plan: text("implementation_plan", LONG)?,
        risk_impact_analysis: text("risk_impact_analysis", LONG)?,
        backout_plan: text("backout_plan", LONG)?,
        test_plan: text("test_plan", LONG)?,
        start_date: last.map(|it| moment(it.start)),
        end_date: last.map(|it| moment(it.end)),
    })
}

/// The text, or as many of its lines as fit, with a last line that counts the others.
fn fit(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    let rest = |kept: usize| format!("... {} more lines: see the review", lines.len() - kept);
    let mut kept = 0;
    let mut used = 0;
    for line in &lines {
        let length = line.chars().count() + 1;
        if used + length + rest(kept).chars().count() > most {
            break;
        }
        used += length;
        kept += 1;
    }
    if kept == 0 {
        let cut: String = text.chars().take(most.saturating_sub(3)).collect();
        return format!("{}...", cut.trim_end());
    }
    format!("{}\n{}", lines[..kept].join("\n"), rest(kept))
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_text_is_cut_between_lines() {
        assert_eq!(fit("one\ntwo", 7), "one\ntwo");
        let text = (0..100).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
        let cut = fit(&text, 100);
        assert!(cut.chars().count() <= 100, "{cut}");
        assert!(cut.starts_with("line 0\nline 1\n"), "{cut}");
        let kept = cut.lines().count() - 1;
        assert!(cut.ends_with(&format!("... {} more lines: see the review", 100 - kept)), "{cut}");
        assert_eq!(fit(&"é".repeat(300), 160).chars().count(), 160);
    }
}
