//! How long an upgrade takes, and when it can happen: a plan, a calendar and durations become a
//! schedule, a range of finishes, and the days on which versions are past their end of life.
//!
//! ```text
//! data/estimates.yaml ─► keys ─┐
//! profile ─────────────────────┼─► durations ─► parts ─► work ─┐
//! plan ────────────────────────┘                               ├─► schedule ─► assemble ─► outcome
//! calendar ─► lines (the only place that knows time zones) ────┘      │
//!                                              simulate, weigh, deadline, support
//! ```
//!
//! Everything is integers of minutes; the same input gives the same bytes, and no clock is read.
//! `docs/concepts/estimate.md` explains the model with examples worked out by hand.

mod ahead;
mod assemble;
pub mod calendar;
mod codes;
mod deadline;
mod durations;
mod findings;
pub mod keys;
pub mod learn;
mod minutes;
mod model;
pub mod outcome;
mod parts;
mod place;
pub mod profile;
mod schedule;
mod simulate;
mod support;
mod weigh;
mod work;

pub use ahead::Ahead;
pub use calendar::Calendar;
pub use codes::codes;
pub use durations::Durations;
pub use keys::Key;
pub use keys::Table;
pub use minutes::Minute;
pub use outcome::Deadline;
pub use outcome::DoesNotFit;
pub use outcome::EnvironmentEstimate;
pub use outcome::Estimate;
pub use outcome::FreezeMet;
pub use outcome::HopEstimate;
pub use outcome::Instant;
pub use outcome::Milestone;
pub use outcome::PastEndOfLife;
pub use outcome::Percentiles;
pub use outcome::Placed;
pub use outcome::Relaxation;
pub use outcome::StepEstimate;
pub use outcome::Support;
pub use outcome::Total;
pub use outcome::Weight;
pub use outcome::WindowUse;
pub use profile::EstimateProfile;
pub use work::HopWork;
pub use work::Job;
pub use work::Needs;
pub use work::Part;
pub use work::Rollout;
pub use work::Work;

use jiff::civil::Date;

use crate::catalog::Releases;
use crate::diagnostic::Diagnostic;
use crate::finding::Finding;
use crate::plan::Duration;
use crate::plan::Plan;

use model::Horizon;
use model::Model;
use simulate::Draws;
use simulate::percentile;

/// How many runs are made where nothing else is asked for.
pub const RUNS: u32 = 1_000;
/// What they are drawn from where nothing else is asked for.
pub const SEED: u64 = 1;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// When work may happen.
    pub calendar: &'a Calendar,
    /// A site's own durations.
    pub profile: &'a EstimateProfile,
    /// How long each minor gets patches.
    pub releases: &'a Releases,
    /// The first day on which work may be done; it may be in the past.
    pub start: Date,
    /// What must be held.
    pub deadline: DeadlineQuestion,
    /// Other plans to the same end, by name, for what to do where a deadline does not hold: one with
    /// `min-drains`, say.
    pub alternatives: &'a [(String, Plan)],
    /// What the runs are drawn from.
    pub seed: u64,
    /// How many runs; at least one.
    pub runs: u32,
}

/// Which date must be held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeadlineQuestion {
    /// None.
    #[default]
    None,
    /// Everything is done on that day or earlier.
    Done(Date),
    /// Nothing in the last environment runs the first version's minor after its end of life.
    EndOfLife,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It can be scheduled.
    Estimate(Box<Estimate>),
    /// Something fits into no window: what, and the findings that say so.
    DoesNotFit(Vec<DoesNotFit>, Vec<Finding>),
}

/// Estimates a plan.
///
/// # Errors
///
/// A diagnostic where the work does not end: a calendar whose freezes leave no window in thirty years.
pub fn estimate(request: &Request<'_>) -> Result<Answer, Diagnostic> {
    let table = Table::embedded()?;
    // What is over takes no time any more.
    let to_do = request.plan.to_do();
    let request = &Request { plan: &to_do, ..*request };
    let Request { plan, calendar, profile, releases, start, seed, runs, .. } = *request;
    let model = Model::new(plan, calendar, profile, &table, 0);
    let long = model.does_not_fit();
    if !long.is_empty() {
        let findings = findings::does_not_fit(&long);
        return Ok(Answer::DoesNotFit(long, findings));
    }
    let zone = calendar.timezone.get();
    let begin = model.midnight(start);
    let mut horizon = Horizon::new(calendar, start);
    let schedule = horizon.run(|lines| model.likely(lines, begin))?;
    let draws = Draws::new(&model.works, &model.names(), seed, runs);
    let ends = horizon.run(|lines| draws.ends(&model.program, lines, begin, model.hops(), None))?;
    let at = |minute| Instant::new(minute, zone);
    let finish = Percentiles {
        p50: at(percentile(&ends.finish, 50)),
        p90: at(percentile(&ends.finish, 90)),
    };
    let calendar_days = Percentiles {
        p50: support::days(start, finish.p50.date()) + 1,
        p90: support::days(start, finish.p90.date()) + 1,
    };
    let (hops, closing) = assemble::hops(plan, &model, horizon.lines(), &schedule, &ends);
    let latest = schedule.finish.max(finish.p90.minute());
    let freezes = assemble::freezes(&model, horizon.lines(), begin, latest);
    let weighs = weigh::weigh(&model, &table, &mut horizon, begin, schedule.finish)?;
    let support = support::support(plan, &model, &schedule, releases, begin, &finish);
    let deadline = goal(request)
        .map(|goal| deadline::answer(request, &table, &model, &draws, begin, &goal))
        .transpose()?;
    let mut findings: Vec<Finding> = deadline.iter().filter_map(findings::of_deadline).collect();
    findings.extend(findings::of_support(&support));
    findings.extend(findings::of_rests(&hops));
    findings.extend(findings::of_names(request, &model.works));
    Ok(Answer::Estimate(Box::new(Estimate {
        plan: plan.metadata.name.clone(),
        from: plan.from.clone(),
        to: plan.to.clone(),
        timezone: calendar.timezone.name().to_owned(),
        start: at(begin),
        total: assemble::total(&hops, &closing, calendar_days),
        hops,
        closing,
        end: at(schedule.finish),
        finish,
        seed,
        runs: runs.max(1),
        freezes,
        support,
        deadline,
        weighs,
        findings,
    })))
}

/// How much work a plan is in all environments, whenever it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkTotal {
    /// Minutes of work; soaks are none.
    pub minutes: Duration,
    /// Minutes in which a person is busy, the looks of soaks included.
    pub hands_on: Duration,
}

/// The work of a plan, without a start: rounds that a limit of nodes a window cuts in two are not in it.
///
/// # Errors
///
/// A diagnostic for malformed data: a fault of the program.
pub fn work(
    plan: &Plan,
    calendar: &Calendar,
    profile: &EstimateProfile,
) -> Result<WorkTotal, Diagnostic> {
    let model = Model::new(&plan.to_do(), calendar, profile, &Table::embedded()?, 0);
    let jobs = || model.works.iter().flat_map(Work::jobs);
    Ok(WorkTotal {
        minutes: minutes::sum(model.works.iter().map(Work::minutes)),
        hands_on: minutes::sum(jobs().map(Job::hands_on)),
    })
}

/// The goal behind a question; none where the catalog does not know the end of life.
fn goal(request: &Request<'_>) -> Option<deadline::Goal> {
    let minor = request.plan.from.minor();
    match request.deadline {
        DeadlineQuestion::None => None,
        DeadlineQuestion::Done(date) => {
            Some(deadline::Goal { date, milestone: Milestone::Finish, minor })
        }
        DeadlineQuestion::EndOfLife => {
            request.releases.minor(minor).map(|release| deadline::Goal {
                date: release.end_of_life,
                milestone: Milestone::LeavesTheFirstMinor,
                minor,
            })
        }
    }
}
