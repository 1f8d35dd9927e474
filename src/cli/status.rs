//! `kubehop status`: where a plan stands.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::estimate::Ahead;
use crate::estimate::Answer;
use crate::plan;
use crate::plan::Plan;
use crate::progress::Comparison;
use crate::progress::Progress;
use crate::progress::Request;
use crate::render as documents;

use super::ExitStatus;
use super::args::ReportFormat;
use super::args::StatusArguments;
use super::input;
use super::printer::Printer;
use super::record;
use super::render;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;
use super::source;

/// The answer for programs.
#[derive(Serialize)]
struct Status<'a> {
    #[serde(flatten)]
    progress: &'a Progress,
    /// The windows that are left; absent without a start.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<&'a Ahead>,
}

pub(super) fn run(
    arguments: &StatusArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let StatusArguments { plan: path, source, output, .. } = arguments;
    input::only_one_from_stdin([Some(path.as_path()), source::stdin(source)])?;
    let plan = plan::read(&input::read(path)?)?;
    let inventory = source::given(source, printer)?;
    let signed = record::signed(arguments.record.as_deref(), &plan)?;
    let request = Request { plan: &plan, inventory: &inventory, signed };
    let comparison = Comparison::of(&request);
    let progress = comparison.progress();
    let ahead =
        if progress.next.is_some() { ahead(arguments, &comparison.rest(), printer)? } else { None };
    let whole = Status { progress: &progress, ahead: ahead.as_ref() };
    match output {
        ReportFormat::Text => {
            let text = documents::status_text(&plan, &progress, ahead.as_ref(), Printer::page());
            printer.advice(&text);
        }
        ReportFormat::Json => printer.line(&render::json(&whole)?),
        ReportFormat::Yaml => printer.data(&render::yaml(&whole)?),
        ReportFormat::Md => {
            printer.line(&documents::status_markdown(&plan, &progress, ahead.as_ref())?);
        }
    }
    Ok(if progress.conflicts.is_empty() { ExitStatus::Done } else { ExitStatus::No })
}

/// The windows that the rest of the plan needs in the environment that this cluster is, where a start
/// is given.
fn ahead(
    arguments: &StatusArguments,
    rest: &Plan,
    printer: &mut Printer,
) -> Result<Option<Ahead>, Diagnostic> {
    let Some(mut schedule) = Schedule::read(&arguments.schedule)? else { return Ok(None) };
    let names = schedule.calendar.environments.iter().map(|it| it.name.clone());
    let names: Vec<String> = names.collect();
    let wanted = arguments.environment.as_ref().or(names.last()).cloned().unwrap_or_default();
    schedule.calendar.environments.retain(|environment| environment.name == wanted);
    if schedule.calendar.environments.is_empty() {
        return Err(Diagnostic::error(format!("the calendar has no environment `{wanted}`"))
            .help(format!("it has {}", names.join(", "))));
    }
    let catalog = settings::catalog(&arguments.data)?;
    let answer = schedule.answer(rest, catalog.releases()?, Question::default())?;
    render::status(Some(&answer), printer);
    match &answer {
        Answer::Estimate(estimate) => Ok(Ahead::of(estimate, &wanted)),
        Answer::DoesNotFit(..) => Ok(None),
    }
}
