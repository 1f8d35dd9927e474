//! `kubehop estimate`: how long a plan takes, and when it can happen.

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::estimate::Answer;
use crate::estimate::DeadlineQuestion;
use crate::estimate::Estimate;
use crate::estimate::learn;
use crate::estimate::learn::SignOff;
use crate::plan;
use crate::plan::Plan;
use crate::planner;
use crate::record;
use crate::record::Standings;
use crate::record::State;
use crate::render as documents;
use crate::render::IcsOptions;

use super::ExitStatus;
use super::args::EstimateArguments;
use super::args::EstimateFormat;
use super::input;
use super::printer::Printer;
use super::render;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;

pub(super) fn run(
    arguments: &EstimateArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    if arguments.learn.is_some() {
        return learnt(arguments, &plan, printer);
    }
    let format = arguments.output.unwrap_or(EstimateFormat::Table);
    if format != EstimateFormat::Ics
        && (arguments.dtstamp.is_some() || arguments.sequence.is_some())
    {
        return Err(Diagnostic::error("`--dtstamp` and `--sequence` need `-o ics`")
            .help("they are fields of the calendar file; leave them out for other forms"));
    }
    let Some(schedule) = Schedule::read(&arguments.schedule)? else {
        return Err(Diagnostic::error("`--start` is not given")
            .help("name the first day on which work may be done"));
    };
    let catalog = settings::catalog(&arguments.data)?;
    let deadline = arguments.deadline.map_or(DeadlineQuestion::EndOfLife, DeadlineQuestion::Done);
    let answer = answer(&schedule, &plan, &catalog, deadline)?;
    match &answer {
        Answer::Estimate(estimate) => {
            show(&answer, estimate, arguments, format, printer)?;
            let missed = estimate.deadline.as_ref().is_some_and(|deadline| !deadline.holds);
            let no = arguments.deadline.is_some() && missed;
            Ok(if no { ExitStatus::No } else { ExitStatus::Done })
        }
        Answer::DoesNotFit(steps, findings) => {
            let document = serde_json::json!({ "doesNotFit": steps, "findings": findings });
            match format {
                EstimateFormat::Table => {
                    printer.advice(&documents::estimate_table(&answer, Printer::page()));
                }
                EstimateFormat::Md => printer.data(&documents::estimate_markdown(&answer)?),
                EstimateFormat::Json => printer.line(&render::json(&document)?),
                EstimateFormat::Yaml => printer.data(&render::yaml(&document)?),
                // There is nothing to put into them.
                EstimateFormat::Mermaid | EstimateFormat::Ics | EstimateFormat::Csv => {
                    return Ok(render::status(Some(&answer), printer));
                }
            }
            Ok(ExitStatus::No)
        }
    }
}

/// The measured times: a table, or the record of the plan.
fn sign_offs(
    file: &SourceFile,
    plan: &Plan,
    printer: &mut Printer,
) -> Result<Vec<SignOff>, Diagnostic> {
    if !record::is_record(file) {
        return learn::read(file, plan);
    }
    let record = record::read(file, plan)?;
    let sign_offs = learn::from_record(file, plan, &record)?;
    let standings = Standings::new(plan, &record);
    let done = plan.steps().filter(|(_, step)| standings.of(step.id).state == State::Done).count();
    let left_out = done - sign_offs.len();
    if left_out > 0 {
        printer.diagnostic(
            &Diagnostic::warning(format!(
                "{left_out} of {done} steps that are done have no beginning in the record: nothing \
                 is learnt from them"
            ))
            .help("sign off with `kubehop record --started TIME`"),
        );
    }
    Ok(sign_offs)
}

/// The answer. Where a date does not hold, the plan that moves nodes as seldom as it may is tried too.
fn answer(
    schedule: &Schedule,
    plan: &Plan,
    catalog: &Catalog,
    deadline: DeadlineQuestion,
) -> Result<Answer, Diagnostic> {
    let releases = catalog.releases()?;
    let answer = schedule.answer(plan, releases, Question { deadline, alternatives: &[] })?;
    let late = match &answer {
        Answer::Estimate(estimate) => estimate.deadline.as_ref(),
        Answer::DoesNotFit(..) => None,
    };
    let late = late.is_some_and(|deadline| !deadline.holds && !deadline.past_at_start);
    if !late || plan.strategy == Strategy::MinDrains {
        return Ok(answer);
    }
    let Some(other) = planner::with_strategy(plan, catalog, Strategy::MinDrains) else {
        return Ok(answer);
    };
    let alternatives = [("strategy `min-drains`".to_owned(), other)];
    schedule.answer(plan, releases, Question { deadline, alternatives: &alternatives })
}

fn show(
    answer: &Answer,
    estimate: &Estimate,
    arguments: &EstimateArguments,
    format: EstimateFormat,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    match format {
        EstimateFormat::Table => {
            printer.advice(&documents::estimate_table(answer, Printer::page()));
        }
        EstimateFormat::Md => printer.data(&documents::estimate_markdown(answer)?),
        EstimateFormat::Mermaid => printer.data(&documents::estimate_mermaid(estimate)?),
        EstimateFormat::Csv => printer.data(&documents::estimate_csv(estimate)?),
        EstimateFormat::Ics => {
            let start = estimate.start.date().to_zoned(TimeZone::UTC);
            let start = start.map(|start| start.timestamp()).unwrap_or_default();
            let options = IcsOptions {
                stamp: arguments.dtstamp.unwrap_or(start),
                sequence: arguments.sequence.unwrap_or(0),
            };
            printer.data(&documents::estimate_ics(estimate, &options));
        }
        EstimateFormat::Json => printer.line(&render::json(estimate)?),
        EstimateFormat::Yaml => printer.data(&render::yaml(estimate)?),
    }
    Ok(())
}

/// Proposes durations from a record.
fn learnt(
    arguments: &EstimateArguments,
    plan: &Plan,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let Some(record) = &arguments.learn else { return Ok(ExitStatus::Done) };
    let sign_offs = sign_offs(&input::read(record)?, plan, printer)?;
    let profile = learn::learn(plan, &sign_offs)?;
    print_data(&profile, arguments.output, printer)?;
    Ok(ExitStatus::Done)
}

fn print_data(
    value: &impl Serialize,
    format: Option<EstimateFormat>,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    match format {
        None | Some(EstimateFormat::Yaml) => printer.data(&render::yaml(value)?),
        Some(EstimateFormat::Json) => printer.line(&render::json(value)?),
        Some(_) => {
            return Err(Diagnostic::error("`--learn` needs `-o yaml` or `-o json`")
                .help("what it prints is a profile, a document for `--estimates`"));
        }
    }
    Ok(())
}
