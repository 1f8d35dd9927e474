//! `kubehop record`: who did which step, and when; and what came of the whole.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::plan;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::record;
use crate::record::Moment;
use crate::record::NewEntry;
use crate::record::Record;
use crate::record::Report;
use crate::record::Standings;
use crate::render;

use super::ExitStatus;
use super::args::RecordArguments;
use super::args::RecordFormat;
use super::input;
use super::printer::Printer;
use super::render::json;
use super::render::yaml;
use super::store;

/// The endings of a plan's file that the record's takes the place of.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

pub(super) fn run(
    arguments: &RecordArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let path = match &arguments.record {
        Some(path) => path.clone(),
        None => beside(&arguments.plan)?,
    };
    if path == Path::new("-") {
        return Err(Diagnostic::error("a record cannot be standard input")
            .help("name a file with --record"));
    }
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    if let Some(step) = arguments.step {
        sign(arguments, step, &plan, &path, printer)?;
        return Ok(ExitStatus::Done);
    }
    let record = read(&path, &plan)?;
    if arguments.report {
        report(&Report::new(&plan, &record), arguments.output, printer)?;
    } else {
        show(&plan, &record, arguments.output, printer)?;
    }
    Ok(ExitStatus::Done)
}

/// The record of a plan, whole.
pub(super) fn read(path: &Path, plan: &Plan) -> Result<Record, Diagnostic> {
    let Some(file) = store::read(path)? else {
        return Err(Diagnostic::error(format!("there is no record `{}`", path.display())).help(
            "the first sign-off begins one: kubehop record PLAN --step ID --result done --by NAME; \
             --record FILE names one in another place",
        ));
    };
    record::read(&file, plan)
}

/// The steps that a record has as done, or left out on purpose; none where none is named.
pub(super) fn signed(path: Option<&Path>, plan: &Plan) -> Result<BTreeSet<StepId>, Diagnostic> {
    let Some(path) = path else { return Ok(BTreeSet::new()) };
    let record = read(path, plan)?;
    let standings = Standings::new(plan, &record);
    let settled = plan.steps().map(|(_, step)| step.id);
    Ok(settled.filter(|id| standings.of(*id).state.is_settled()).collect())
}

/// The record's place where none is named: beside the plan as it was named. Where that is a link,
/// the record stands beside the link.
fn beside(plan: &Path) -> Result<PathBuf, Diagnostic> {
    let Some(name) = plan.file_name().filter(|_| plan != Path::new("-")) else {
        return Err(Diagnostic::error("the record of a plan on standard input has no place")
            .help("name one with --record FILE"));
    };
    let known = plan.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known));
    let mut name = if known { plan.file_stem().unwrap_or(name) } else { name }.to_owned();
    name.push(".record.yaml");
    Ok(plan.with_file_name(name))
}

fn sign(
    arguments: &RecordArguments,
    step: StepId,
    plan: &Plan,
    path: &Path,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    let RecordArguments { result: Some(result), by: Some(by), .. } = arguments else {
        return Err(Diagnostic::error("a sign-off needs `--result` and `--by`"));
    };
    if matches!(arguments.output, Some(RecordFormat::Md)) {
        return Err(Diagnostic::error("`-o md` needs `--report`")
            .help("a sign-off is answered as text, JSON or YAML"));
    }
    let now = now();
    let new = NewEntry {
        step,
        result: (*result).into(),
        by: by.clone(),
        moment: Moment { started: arguments.started, at: arguments.at.unwrap_or(now), now },
        note: arguments.note.clone(),
    };
    let wait = Duration::from_secs(arguments.wait);
    let done = store::change(path, wait, |existing| {
        let appended = record::append(existing, plan, &new)?;
        Ok((appended.text.clone(), appended))
    })?;
    for warning in &done.warnings {
        printer.diagnostic(warning);
    }
    match arguments.output.unwrap_or(RecordFormat::Table) {
        RecordFormat::Json => printer.line(&json(&done.entry)?),
        RecordFormat::Yaml => printer.data(&yaml(&done.entry)?),
        RecordFormat::Table | RecordFormat::Md => {
            let next = match done.next {
                Some(next) => format!("next: {next}"),
                None => "every step is done or skipped".to_owned(),
            };
            let entry = &done.entry;
            printer.line(&format!(
                "step {} {} at {}, entry {} of {}; {next}",
                entry.step,
                entry.result,
                entry.at,
                entry.sequence,
                path.display()
            ));
        }
    }
    Ok(())
}

fn show(
    plan: &Plan,
    record: &Record,
    format: Option<RecordFormat>,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    match format.unwrap_or(RecordFormat::Table) {
        RecordFormat::Table => printer.data(&render::record_table(plan, record, Printer::page())),
        format => print(record, format, printer, |_| {
            Err(Diagnostic::error("`-o md` needs `--report`").help(
                "`kubehop render PLAN -o md --record FILE` shows the sign-offs in the runbook",
            ))
        })?,
    }
    Ok(())
}

fn report(
    report: &Report,
    format: Option<RecordFormat>,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    match format.unwrap_or(RecordFormat::Md) {
        RecordFormat::Table => Err(Diagnostic::error("a report has no table")
            .help("use `-o md`, `-o json` or `-o yaml`; `--show` gives a table")),
        format => print(report, format, printer, render::record_report),
    }
}

fn print<T: Serialize>(
    value: &T,
    format: RecordFormat,
    printer: &mut Printer,
    markdown: impl FnOnce(&T) -> Result<String, Diagnostic>,
) -> Result<(), Diagnostic> {
    match format {
        RecordFormat::Json => printer.line(&json(value)?),
        RecordFormat::Yaml => printer.data(&yaml(value)?),
        RecordFormat::Table | RecordFormat::Md => printer.data(&markdown(value)?),
    }
    Ok(())
}

/// The present moment, to the second: nobody signs more precisely.
#[expect(clippy::disallowed_methods, reason = "the clock is read here and passed on")]
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
