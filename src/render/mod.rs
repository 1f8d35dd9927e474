//! A plan as a document: the runbook as Markdown and as a page, the summary for a terminal, the story of
//! one step; and everything else that is shown of plans and clusters: audits, schedules, comparisons,
//! records, where a plan stands, what differs between two.
//!
//! `view` decides what a document shows; `templates/` lay it out; the environment between them is
//! strict, bounded in work and blind to files. Plans as YAML or JSON are the plan itself and need
//! nothing from here.

mod audit;
mod compare;
mod diff;
mod environment;
mod error;
mod estimate;
mod filters;
mod findings;
mod lint;
mod markup;
mod overrides;
mod record;
mod review;
mod status;
mod summary;
mod symbol;
mod text;
pub mod view;

pub use audit::TableOptions;
pub use audit::audit_junit;
pub use audit::audit_markdown;
pub use audit::audit_sarif;
pub use audit::audit_table;
pub use compare::comparison_markdown;
pub use compare::comparison_table;
pub use diff::diff_markdown;
pub use diff::diff_text;
pub use environment::BUILTINS;
pub use estimate::DeadlineView;
pub use estimate::EstimateView;
pub use estimate::FreezeView;
pub use estimate::IcsOptions;
pub use estimate::MilestoneView;
pub use estimate::PastMinorView;
pub use estimate::PastView;
pub use estimate::RowTotals;
pub use estimate::ScheduleRow;
pub use estimate::ScheduleView;
pub use estimate::WindowView;
pub use estimate::estimate_csv;
pub use estimate::estimate_ics;
pub use estimate::estimate_markdown;
pub use estimate::estimate_mermaid;
pub use estimate::estimate_table;
pub use lint::lint_junit;
pub use lint::lint_sarif;
pub use lint::lint_text;
pub use overrides::Overrides;
pub use record::record_report;
pub use record::record_table;
pub use review::ChangeRequest;
pub use review::review_change_request;
pub use review::review_comment;
pub use review::review_html;
pub use review::review_jira;
pub use review::review_junit;
pub use review::review_markdown;
pub use review::review_sarif;
pub use review::review_text;
pub use status::status_markdown;
pub use status::status_text;
pub use summary::summary;

use std::path::Path;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Serde;
use minijinja::value::Value;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::estimate::Answer;
use crate::finding::Finding;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::record::Record;

/// The main template of the runbook.
pub const RUNBOOK: &str = "runbook.md.j2";
/// The main template of the runbook as a page.
pub const PAGE: &str = "runbook.html.j2";
/// The main template of the explanation of a step.
pub const EXPLAIN: &str = "explain.md.j2";

/// What a document says besides the plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// What the verifier said; `None` where it was not asked.
    pub findings: Option<&'a [Finding]>,
    /// When it can happen, or what does not fit; `None` where no start was given.
    pub schedule: Option<&'a Answer>,
    /// What was done of it so far; `None` where that was not asked.
    pub record: Option<&'a Record>,
}

/// The templates, compiled as they are needed.
#[derive(Debug)]
pub struct Renderer {
    overrides: Arc<Overrides>,
    env: Environment<'static>,
}

impl Renderer {
    /// The built-in templates with the user's own laid over them.
    ///
    /// # Errors
    ///
    /// None with the syntax that is set here; the template engine checks it all the same.
    pub fn new(overrides: Overrides) -> Result<Self, Diagnostic> {
        let overrides = Arc::new(overrides);
        let env = environment::environment(Arc::clone(&overrides))
            .map_err(|error| error::diagnostic(&error, &overrides))?;
        Ok(Self { overrides, env })
    }

    /// The runbook.
    ///
    /// # Errors
    ///
    /// A diagnostic with file, line and range for a template that fails.
    pub fn runbook(&self, plan: &Plan, options: &Options<'_>) -> Result<String, Diagnostic> {
        self.document(RUNBOOK, plan, options)
    }

    /// The runbook as a page: one HTML file that loads nothing.
    ///
    /// # Errors
    ///
    /// A diagnostic for a template of the user's own whose name does not turn escaping on, and one with
    /// file, line and range for a template that fails.
    pub fn page(&self, plan: &Plan, options: &Options<'_>) -> Result<String, Diagnostic> {
        if let Some(file) = self.overrides.main().filter(|file| !is_page(file.name())) {
            return Err(Diagnostic::error(format!(
                "`{}` is no template of a page: its name requires `.html.j2` at the end",
                file.name()
            ))
            .help("by that name every text of the plan is escaped; rename the file"));
        }
        self.document(PAGE, plan, options)
    }

    fn document(
        &self,
        template: &str,
        plan: &Plan,
        options: &Options<'_>,
    ) -> Result<String, Diagnostic> {
        let name = environment::main_name(&self.overrides, template);
        let steps: u64 = plan.steps().map(|(_, step)| 1 + step.targets.len() as u64 / 10).sum();
        let to_do = plan.to_do();
        let view = view::Runbook::new(plan, &to_do, options);
        self.render(&name, &view, steps + view.schedule.size())
    }

    /// Why a step stands where it stands.
    ///
    /// # Errors
    ///
    /// A diagnostic for a step that the plan does not have, or for a template that fails.
    pub fn explanation(&self, plan: &Plan, step: StepId) -> Result<String, Diagnostic> {
        let view = view::Explanation::new(plan, step).ok_or_else(|| unknown_step(plan, step))?;
        self.render(EXPLAIN, &view, 1)
    }

    /// Compiles a template without rendering it.
    ///
    /// # Errors
    ///
    /// A diagnostic with file and line for a syntax error or an unknown name.
    pub fn check(&self, name: &str) -> Result<(), Diagnostic> {
        let template = self.env.get_template(name);
        template.map(drop).map_err(|error| error::diagnostic(&error, &self.overrides))
    }

    fn render(&self, name: &str, view: &impl Serialize, size: u64) -> Result<String, Diagnostic> {
        let mut env = self.env.clone();
        env.set_fuel(Some(environment::fuel(size)));
        let text = env
            .get_template(name)
            .and_then(|template| template.render(Value::from(Serde(view))))
            .map_err(|error| error::diagnostic(&error, &self.overrides))?;
        // A template that is not Markdown keeps every space that it prints.
        let bare = Path::new(name.strip_suffix(".j2").unwrap_or(name));
        let markdown = bare.extension().is_some_and(|extension| extension == "md");
        Ok(if markdown { filters::tidy(&text) } else { text })
    }
}

/// The runbook in Markdown, from the built-in templates.
///
/// # Errors
///
/// None for a plan that was read or made; a template that fails would be a fault of this program.
pub fn markdown(plan: &Plan, options: &Options<'_>) -> Result<String, Diagnostic> {
    Renderer::new(Overrides::none())?.runbook(plan, options)
}

/// The runbook as a page, from the built-in templates.
///
/// # Errors
///
/// None for a plan that was read or made; a template that fails would be a fault of this program.
pub fn page(plan: &Plan, options: &Options<'_>) -> Result<String, Diagnostic> {
    Renderer::new(Overrides::none())?.page(plan, options)
}

/// Why a step stands where it stands, in Markdown that reads well in a terminal.
///
/// # Errors
///
/// A diagnostic for a step that the plan does not have.
pub fn explain_step(plan: &Plan, step: StepId) -> Result<String, Diagnostic> {
    Renderer::new(Overrides::none())?.explanation(plan, step)
}

/// Whether the name of a template turns HTML escaping on.
fn is_page(name: &str) -> bool {
    let bare = Path::new(name.strip_suffix(".j2").unwrap_or(name));
    bare.extension().is_some_and(|extension| extension == "html")
}

fn unknown_step(plan: &Plan, step: StepId) -> Diagnostic {
    let mut ranges: Vec<String> = Vec::new();
    let hops = plan.hops.iter().map(|hop| hop.steps.as_slice());
    for steps in hops.chain([plan.closing.as_slice()]) {
        ranges.push(text::steps(&steps.iter().map(|step| step.id).collect::<Vec<_>>()));
    }
    ranges.retain(|range| !range.is_empty());
    let diagnostic = Diagnostic::error(format!("the plan has no step `{step}`"));
    if ranges.is_empty() {
        return diagnostic.help("the plan has no steps: there is nothing to do");
    }
    diagnostic.help(format!("it has {}", ranges.join(", ")))
}
