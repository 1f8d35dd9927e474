//! `kubehop plan --compare`: strategies and targets side by side.

use crate::catalog::Catalog;
use crate::cluster::Strategy;
use crate::compare::Candidate;
use crate::compare::Comparison;
use crate::compare::Figures;
use crate::compare::Outcome;
use crate::compare::Reason;
use crate::diagnostic::Diagnostic;
use crate::estimate;
use crate::estimate::Calendar;
use crate::estimate::EstimateProfile;
use crate::inventory::Inventory;
use crate::planner;
use crate::planner::Refusal;
use crate::planner::Request;
use crate::render as documents;

use super::ExitStatus;
use super::args::PlanArguments;
use super::args::PlanFormat;
use super::plan;
use super::printer::Printer;
use super::refusal;
use super::render;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;

/// What is compared for each target.
const STRATEGIES: [Strategy; 2] = [Strategy::EveryHop, Strategy::MinDrains];

pub(super) fn run(
    arguments: &PlanArguments,
    catalog: &Catalog,
    inventory: &Inventory,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let schedule = Schedule::read(&arguments.schedule)?;
    let calendar = match &schedule {
        Some(schedule) => schedule.calendar.clone(),
        None => Calendar::embedded()?,
    };
    let mut candidates = Vec::new();
    for to in &arguments.to {
        for strategy in STRATEGIES {
            let request =
                Request { strategy, ..settings::request(arguments, to, catalog, inventory)? };
            let outcome = outcome(&request, schedule.as_ref(), &calendar)?;
            candidates.push(Candidate { to: to.to_string(), strategy, outcome });
        }
    }
    let environments = calendar.environments.into_iter().map(|environment| environment.name);
    let comparison = Comparison {
        environments: environments.collect(),
        start: schedule.map(|schedule| schedule.start),
        candidates,
    };
    match arguments.output {
        PlanFormat::Summary => {
            printer.advice(&documents::comparison_table(&comparison, Printer::page()));
        }
        PlanFormat::Md => printer.data(&documents::comparison_markdown(&comparison)?),
        PlanFormat::Html => {
            return Err(Diagnostic::error("a comparison has no page")
                .help("choose another form with `-o`: summary, md, json or yaml"));
        }
        PlanFormat::Json => printer.line(&render::json(&comparison)?),
        PlanFormat::Yaml => printer.data(&render::yaml(&comparison)?),
    }
    Ok(if comparison.has_a_way() { ExitStatus::Done } else { ExitStatus::No })
}

/// The numbers of the plan that a request gives, or why there is none.
fn outcome(
    request: &Request<'_>,
    schedule: Option<&Schedule>,
    calendar: &Calendar,
) -> Result<Outcome, Diagnostic> {
    let plan = match planner::plan(request) {
        Ok(planner::Outcome::Planned { plan, .. }) => plan,
        Ok(planner::Outcome::NothingToDo { at, .. }) => {
            return Ok(Outcome::NothingToDo(format!(
                "every part of the cluster is at {at} already"
            )));
        }
        Err(error) => {
            let Some(Refusal { summary, ways_out, .. }) = Refusal::of(&error) else {
                return Err(refusal::failure(&error));
            };
            return Ok(Outcome::NoPath(Reason { summary, ways_out }));
        }
    };
    plan::prove(&plan, request, request.catalog, request.inventory)?;
    let (work, answer) = match schedule {
        Some(schedule) => {
            let releases = request.catalog.releases()?;
            let answer = schedule.answer(&plan, releases, Question::default())?;
            (schedule.work(&plan)?, Some(answer))
        }
        None => (estimate::work(&plan, calendar, &EstimateProfile::default())?, None),
    };
    Ok(Outcome::Plan(Box::new(Figures::new(&plan, work, answer.as_ref()))))
}
