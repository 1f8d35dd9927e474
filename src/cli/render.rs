//! `kubehop render`, and the forms that a plan can be printed in.

use serde::Serialize;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::estimate::Answer;
use crate::estimate::DeadlineQuestion;
use crate::finding::Finding;
use crate::plan;
use crate::plan::Plan;
use crate::render;
use crate::render::Overrides;
use crate::render::Renderer;
use crate::yaml as yaml_file;

use super::ExitStatus;
use super::args::PlanFormat;
use super::args::RenderArguments;
use super::args::ScheduleArguments;
use super::args::TemplateArguments;
use super::input;
use super::printer::Printer;
use super::record;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;

pub(super) fn run(
    arguments: &RenderArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    let RenderArguments { output, templates, record, schedule, data, .. } = arguments;
    if schedule.start.is_none() && !(data.catalog.is_empty() && data.etcd_matrix.is_empty()) {
        return Err(Diagnostic::error("`--catalog` and `--etcd-matrix` need `--start`").help(
            "a plan holds all that it was made from; only its schedule looks at the catalog",
        ));
    }
    let catalog = settings::catalog(data)?;
    let schedule = schedule_of(&plan, *output, schedule, &catalog)?;
    let record = match record {
        Some(_) if *output != PlanFormat::Md => {
            return Err(Diagnostic::error("`--record` needs `-o md`")
                .help("the runbook shows sign-offs; other forms come from `kubehop record`"));
        }
        Some(path) => Some(record::read(path, &plan)?),
        None => None,
    };
    let (schedule_of, record) = (schedule.as_ref(), record.as_ref());
    let options = render::Options { findings: None, schedule: schedule_of, record };
    let text = show(&plan, *output, templates, &options, printer)?;
    match output {
        PlanFormat::Summary => printer.advice(&text),
        _ => printer.line(&text),
    }
    Ok(status(schedule.as_ref(), printer))
}

/// When the plan can happen, where a start is given: the runbook is the only form that shows it.
pub(super) fn schedule_of(
    plan: &Plan,
    format: PlanFormat,
    arguments: &ScheduleArguments,
    catalog: &Catalog,
) -> Result<Option<Answer>, Diagnostic> {
    let Some(schedule) = Schedule::read(arguments)? else { return Ok(None) };
    if !matches!(format, PlanFormat::Md | PlanFormat::Html) {
        return Err(Diagnostic::error("`--start` needs `-o md` or `-o html`")
            .help("the runbook shows a schedule; `kubehop estimate` gives it in other forms, `kubehop plan --compare` side by side"));
    }
    let question = Question { deadline: DeadlineQuestion::EndOfLife, ..Question::default() };
    schedule.answer(plan, catalog.releases()?, question).map(Some)
}

/// Whether a document says that something fits into no window: told on standard error as well.
pub(super) fn status(schedule: Option<&Answer>, printer: &mut Printer) -> ExitStatus {
    let Some(Answer::DoesNotFit(_, findings)) = schedule else { return ExitStatus::Done };
    for finding in findings {
        let Finding { code, subject, message, help, .. } = finding;
        let text = format!("{code} {subject}: {message}");
        printer.diagnostic(&Diagnostic::error(text).help(help.clone()));
    }
    ExitStatus::No
}

/// The plan in one of its forms.
pub(super) fn show(
    plan: &Plan,
    format: PlanFormat,
    templates: &TemplateArguments,
    options: &render::Options<'_>,
    printer: &mut Printer,
) -> Result<String, Diagnostic> {
    let TemplateArguments { template, templates } = templates;
    let own = template.is_some() || templates.is_some();
    if own && !matches!(format, PlanFormat::Md | PlanFormat::Html) {
        return Err(Diagnostic::error("`--template` and `--templates` need `-o md` or `-o html`")
            .help("templates make the runbook; other forms are fixed"));
    }
    match format {
        PlanFormat::Summary => Ok(render::summary(plan, options)),
        PlanFormat::Yaml => yaml(plan),
        PlanFormat::Json => json(plan),
        PlanFormat::Md | PlanFormat::Html => {
            let overrides = Overrides::read(template.as_deref(), templates.as_deref())?;
            for warning in overrides.without_effect() {
                printer.diagnostic(&warning);
            }
            let renderer = Renderer::new(overrides)?;
            match format {
                PlanFormat::Html => renderer.page(plan, options),
                _ => renderer.runbook(plan, options),
            }
        }
    }
}

/// A value as JSON for people and programs.
pub(super) fn json(value: &impl Serialize) -> Result<String, Diagnostic> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Diagnostic::error(format!("cannot write JSON: {error}")))
}

/// A value as YAML.
pub(super) fn yaml(value: &impl Serialize) -> Result<String, Diagnostic> {
    yaml_file::write(value)
        .map_err(|error| Diagnostic::error(format!("cannot write YAML: {error}")))
}
