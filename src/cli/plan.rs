//! `kubehop plan`: from what runs now to a proven plan.

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::finding::any_at_or_above;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::planner;
use crate::planner::Outcome;
use crate::planner::PlanningReport;
use crate::planner::Request;
use crate::render::Options;
use crate::verify;
use crate::verify::CatalogFacts;
use crate::version::KubernetesVersion;

use super::ExitStatus;
use super::args::PlanArguments;
use super::args::PlanFormat;
use super::compare;
use super::printer::Printer;
use super::refusal;
use super::render;
use super::resume;
use super::settings;

pub(super) fn run(
    arguments: &PlanArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let catalog = settings::catalog(&arguments.data)?;
    if let Some(path) = &arguments.resume {
        return resume::run(arguments, path, &catalog, printer);
    }
    if arguments.record.is_some() {
        return Err(Diagnostic::error("`--record` is the record of a plan that is under way")
            .help("name that plan with `--resume PLAN`, or leave `--record` out"));
    }
    let inventory = settings::inventory(arguments, &catalog, printer)?;
    if arguments.compare {
        return compare::run(arguments, &catalog, &inventory, printer);
    }
    let to = settings::target(arguments)?
        .ok_or_else(|| Diagnostic::error("`--to` is not given").help("name the target"))?;
    let request = settings::request(arguments, to, &catalog, &inventory)?;
    let outcome = match planner::plan(&request) {
        Ok(outcome) => outcome,
        Err(error) => return refusal::print(&error, arguments.output, printer),
    };
    match outcome {
        Outcome::NothingToDo { at, report } => {
            notes(&report, printer);
            nothing_to_do(&at, arguments.output, printer)?;
        }
        Outcome::Planned { plan, report, .. } => {
            notes(&report, printer);
            let findings = prove(&plan, &request, &catalog, &inventory)?;
            return show(&plan, arguments, &catalog, &findings, printer);
        }
    }
    Ok(ExitStatus::Done)
}

/// Prints a plan, what the verifier said of it, and when it can happen.
pub(super) fn show(
    plan: &Plan,
    arguments: &PlanArguments,
    catalog: &Catalog,
    findings: &[Finding],
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let output = arguments.output;
    let schedule = render::schedule_of(plan, output, &arguments.schedule, catalog)?;
    let options = Options { findings: Some(findings), schedule: schedule.as_ref(), record: None };
    let text = render::show(plan, output, &arguments.templates, &options, printer)?;
    match output {
        PlanFormat::Summary => printer.advice(&text),
        _ => printer.line(&text),
    }
    Ok(render::status(schedule.as_ref(), printer))
}

/// Says that every part of the cluster is at the target.
pub(super) fn nothing_to_do(
    at: &KubernetesVersion,
    format: PlanFormat,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    let text = format!("nothing to do: every part of the cluster is at {at} already");
    let answer = serde_json::json!({ "nothingToDo": true, "at": at, "message": text });
    match format {
        PlanFormat::Json => printer.line(&render::json(&answer)?),
        PlanFormat::Yaml => printer.data(&render::yaml(&answer)?),
        PlanFormat::Summary | PlanFormat::Md | PlanFormat::Html => printer.line(&text),
    }
    Ok(())
}

/// Replays the plan with the checker that does not trust the planner. A plan with an error is never
/// printed.
pub(super) fn prove(
    plan: &Plan,
    request: &Request<'_>,
    catalog: &Catalog,
    inventory: &Inventory,
) -> Result<Vec<Finding>, Diagnostic> {
    let facts = CatalogFacts::new(catalog, plan)?;
    let findings = verify::verify(plan, &facts, &request.policy, &request.tool, Some(inventory));
    proven(findings)
}

/// The findings, unless one of them is an error.
pub(super) fn proven(findings: Vec<Finding>) -> Result<Vec<Finding>, Diagnostic> {
    if any_at_or_above(&findings, Severity::Error) {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let lines: Vec<String> = errors
            .take(5)
            .map(|finding| format!("{} {}: {}", finding.code, finding.subject, finding.message))
            .collect();
        return Err(Diagnostic::error(format!(
            "the plan was made but not proven, so it is withheld\n{}",
            lines.join("\n")
        ))
        .help("this is a fault of kubehop: please report it with the inventory and the command"));
    }
    Ok(findings)
}

fn notes(report: &PlanningReport, printer: &mut Printer) {
    for note in &report.notes {
        if note.severity == Severity::Info {
            continue;
        }
        let mut diagnostic = Diagnostic::warning(note.text.clone());
        diagnostic.help.clone_from(&note.help);
        printer.diagnostic(&diagnostic);
    }
}
