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

use super::ExitStatus;
use super::args::PlanArguments;
use super::args::PlanFormat;
use super::printer::Printer;
use super::refusal;
use super::render;
use super::settings;

pub(super) fn run(
    arguments: &PlanArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let catalog = settings::catalog(&arguments.data)?;
    let inventory = settings::inventory(arguments, &catalog, printer)?;
    let request = settings::request(arguments, &catalog, &inventory)?;
    let outcome = match planner::plan(&request) {
        Ok(outcome) => outcome,
        Err(error) => return refusal::print(&error, arguments.output, printer),
    };
    match outcome {
        Outcome::NothingToDo { at, report } => {
            notes(&report, printer);
            let text = format!("nothing to do: every part of the cluster is at {at} already");
            match arguments.output {
                PlanFormat::Json => {
                    let answer =
                        serde_json::json!({ "nothingToDo": true, "at": at, "message": text });
                    printer.line(&render::json(&answer)?);
                }
                PlanFormat::Yaml => {
                    let answer =
                        serde_json::json!({ "nothingToDo": true, "at": at, "message": text });
                    printer.data(&render::yaml(&answer)?);
                }
                PlanFormat::Summary | PlanFormat::Md => printer.line(&text),
            }
        }
        Outcome::Planned { plan, report, .. } => {
            notes(&report, printer);
            let findings = prove(&plan, &request, &catalog, &inventory)?;
            let (output, schedule) = (arguments.output, &arguments.schedule);
            let schedule = render::schedule_of(&plan, output, schedule, &catalog)?;
            let options =
                Options { findings: Some(&findings), schedule: schedule.as_ref(), record: None };
            let text = render::show(&plan, output, &arguments.templates, &options, printer)?;
            match output {
                PlanFormat::Summary => printer.advice(&text),
                _ => printer.line(&text),
            }
            return Ok(render::status(schedule.as_ref(), printer));
        }
    }
    Ok(ExitStatus::Done)
}

/// Replays the plan with the checker that does not trust the planner. A plan with an error is never
/// printed.
fn prove(
    plan: &Plan,
    request: &Request<'_>,
    catalog: &Catalog,
    inventory: &Inventory,
) -> Result<Vec<Finding>, Diagnostic> {
    let facts = CatalogFacts::new(catalog, plan)?;
    let findings = verify::verify(plan, &facts, &request.policy, &request.tool, Some(inventory));
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
