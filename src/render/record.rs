//! The record of a plan: a table for a terminal, and the closing report in Markdown. JSON and YAML
//! are the record and the report themselves and need nothing from here.

use std::fmt::Write as _;

use comfy_table::CellAlignment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::record::ActualTime;
use crate::record::HopReport;
use crate::record::Pace;
use crate::record::Record;
use crate::record::Report;
use crate::record::Signer;
use crate::record::Standings;
use crate::record::StepReport;
use crate::record::Totals;

use super::Overrides;
use super::Renderer;
use super::text::counted;
use super::text::one_line;
use super::text::print;
use super::text::table as new_table;
use super::view::clock;

/// The main template of the closing report.
const REPORT: &str = "record.md.j2";

/// How every step of a plan stands, for a terminal of so many columns.
pub fn record_table(plan: &Plan, record: &Record, width: u16) -> String {
    let standings = Standings::new(plan, record);
    let mut table =
        new_table(width, &["Step", "State", "By", "Time (UTC)", "Tries", "Title, note"]);
    if let Some(column) = table.column_mut(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (_, step) in plan.steps() {
        let standing = standings.of(step.id);
        let last = standing.last();
        let mut what = one_line(&step.title);
        if let Some(note) = last.and_then(|entry| entry.note.as_deref()) {
            _ = write!(what, "; {}", plainly(note));
        }
        table.add_row(vec![
            step.id.to_string(),
            standing.state.name().to_owned(),
            last.map(|entry| plainly(&entry.by)).unwrap_or_default(),
            last.map(|entry| minute(entry.at)).unwrap_or_default(),
            if standing.entries.is_empty() {
                String::new()
            } else {
                standing.entries.len().to_string()
            },
            what,
        ]);
    }
    let unsettled: Vec<StepId> = standings.unsettled().collect();
    let count = plan.steps().count();
    let mut out = format!(
        "{}: {} of {} done or skipped; {}\n",
        plan.metadata.name,
        count - unsettled.len(),
        counted(count as u64, "step"),
        match unsettled.first() {
            Some(next) => format!("next: {next}"),
            None => "nothing is left to do".to_owned(),
        }
    );
    print(&mut out, &table);
    out
}

/// The closing report in Markdown.
///
/// # Errors
///
/// None for a report that was made; a template that fails would be a fault of this program.
pub fn record_report(report: &Report) -> Result<String, Diagnostic> {
    let view = View::new(report);
    Renderer::new(Overrides::none())?.render(REPORT, &view, report.steps.len() as u64)
}

/// A text without anything that a terminal would obey.
pub(super) fn plainly(text: &str) -> String {
    let visible =
        |char: char| if char.is_control() && !char.is_whitespace() { '\u{FFFD}' } else { char };
    one_line(&text.chars().map(visible).collect::<String>())
}

/// A moment as sign-offs have it: to the minute, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The closing report as it is shown.
#[derive(Debug, Serialize)]
struct View<'a> {
    plan: &'a str,
    digest: &'a str,
    complete: bool,
    totals: Totals,
    time: TimeView,
    hops: Vec<HopView>,
    signed: Vec<StepView<'a>>,
    deviations: Vec<StepView<'a>>,
    open: Vec<String>,
    signers: &'a [Signer],
}

/// Minutes as `h:mm`; empty where nothing was measured.
#[derive(Debug, Serialize)]
struct TimeView {
    measured: u64,
    actual: String,
    estimated: String,
    planned: String,
}

#[derive(Debug, Serialize)]
struct HopView {
    name: String,
    steps: u64,
    settled: u64,
    began: String,
    ended: String,
    time: TimeView,
}

#[derive(Debug, Serialize)]
struct StepView<'a> {
    step: String,
    title: &'a str,
    state: &'static str,
    by: &'a str,
    at: String,
    actual: String,
    estimated: String,
    why: Vec<String>,
    notes: &'a [String],
}

impl<'a> View<'a> {
    fn new(report: &'a Report) -> Self {
        let steps = report.steps.iter();
        let deviating = steps.clone().filter(|step| report.deviations.contains(&step.step));
        Self {
            plan: &report.plan,
            digest: &report.digest,
            complete: report.complete,
            totals: report.totals,
            time: TimeView::new(report.totals.time),
            hops: report.hops.iter().map(HopView::new).collect(),
            signed: steps.filter(|step| step.entries > 0).map(StepView::new).collect(),
            deviations: deviating.map(StepView::new).collect(),
            open: report.open.iter().map(ToString::to_string).collect(),
            signers: &report.signers,
        }
    }
}

impl TimeView {
    fn new(time: ActualTime) -> Self {
        let ActualTime { minutes, measured, estimated, planned } = time;
        let of_measured = |text: String| if measured == 0 { String::new() } else { text };
        Self {
            measured,
            actual: of_measured(clock(minutes)),
            estimated: of_measured(range(estimated)),
            planned: range(planned),
        }
    }
}

impl HopView {
    fn new(hop: &HopReport) -> Self {
        let name = match (hop.number, &hop.from, &hop.to) {
            (Some(number), Some(from), Some(to)) => format!("{number}: {from} to {to}"),
            _ => "after the last hop".to_owned(),
        };
        let moment = |at: Option<Timestamp>| at.map(minute).unwrap_or_default();
        Self {
            name,
            steps: hop.steps,
            settled: hop.settled,
            began: moment(hop.began),
            ended: moment(hop.ended),
            time: TimeView::new(hop.time),
        }
    }
}

impl<'a> StepView<'a> {
    fn new(step: &'a StepReport) -> Self {
        let actual = match (step.minutes, step.at_most) {
            (Some(minutes), _) => clock(minutes),
            (None, Some(most)) => format!("at most {}", clock(most)),
            (None, None) => String::new(),
        };
        let mut why = Vec::new();
        match step.pace {
            Some(Pace::Faster) => why.push("took less than estimated".to_owned()),
            Some(Pace::Slower) => why.push("took more than estimated".to_owned()),
            Some(Pace::Within) | None => {}
        }
        if step.failed_tries > 0 {
            why.push(format!("failed {}", times(step.failed_tries)));
        }
        if step.state == crate::record::State::Skipped {
            why.push("skipped".to_owned());
        }
        if step.entries > 1 {
            why.push(format!("signed {}", times(step.entries)));
        }
        Self {
            step: step.step.to_string(),
            title: &step.title,
            state: step.state.name(),
            by: step.by.as_deref().unwrap_or_default(),
            at: step.at.map(minute).unwrap_or_default(),
            actual,
            estimated: range(step.estimated),
            why,
            notes: &step.notes,
        }
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// What is likely, and between what.
fn range(duration: Duration) -> String {
    let Duration { low, likely, high } = duration;
    format!("{} ({} to {})", clock(likely), clock(low), clock(high))
}
