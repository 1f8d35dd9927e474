//! What should be looked at: windows that are too short, versions past their end of life, names that
//! the plan does not know. `docs/findings.md` has a section for each code.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::name::PoolName;
use crate::plan::StepId;

use super::Request;
use super::codes::Code;
use super::durations::FROM_PLAN;
use super::keys::Key;
use super::outcome::Deadline;
use super::outcome::DoesNotFit;
use super::outcome::HopEstimate;
use super::outcome::Milestone;
use super::outcome::Support;
use super::work::Work;

/// Where ends of life are looked up.
const RELEASES: &str = "https://kubernetes.io/releases/patch-releases/";

fn finding(code: Code, subject: String, message: String, help: String) -> Finding {
    let entry = code.entry();
    Finding {
        code: entry.code,
        severity: entry.severity,
        subject,
        message,
        help,
        source: String::new(),
    }
}

/// `1 day`, `2 days`.
fn counted(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `1.08 to 1.12`, or `1.08`.
fn span(steps: &[StepId]) -> String {
    match steps {
        [] => "nothing".to_owned(),
        [one] => one.to_string(),
        [first, .., last] => format!("{first} to {last}"),
    }
}

/// Steps that fit into no window.
pub(super) fn does_not_fit(long: &[DoesNotFit]) -> Vec<Finding> {
    let each = long.iter().map(|long| {
        let DoesNotFit { environment, steps, needs_minutes, longest_minutes, reserve_minutes } = long;
        let together = match steps.len() {
            1 => "needs".to_owned(),
            _ => "must stand in one window and need".to_owned(),
        };
        let reserve = match reserve_minutes {
            0 => String::new(),
            reserve => format!(" ({} less {reserve} for the way back)", longest_minutes + reserve),
        };
        finding(
            Code::DoesNotFit,
            format!("{} in {environment}", span(steps)),
            format!(
                "{together} {needs_minutes} minutes at worst; the longest window of {environment} has {longest_minutes}{reserve}"
            ),
            format!(
                "give {environment} one window that is {} minutes longer, or measure the steps and lower their high minutes with a profile",
                needs_minutes - longest_minutes
            ),
        )
    });
    each.collect()
}

/// What the dates say.
pub(super) fn of_support(support: &Support) -> Vec<Finding> {
    let mut findings = Vec::new();
    for past in &support.past_end_of_life {
        let stays = if past.stays { ", and still does when everything is done" } else { "" };
        let mut one = finding(
            Code::PastEndOfLife,
            format!("{} in {}", past.component, past.environment),
            format!(
                "{} runs {} from {} to {}, {} past its end of life on {}{stays}",
                past.component,
                past.minor,
                past.from,
                past.to,
                counted(past.days, "day"),
                past.end_of_life
            ),
            "start earlier, or let someone accept the days without patches".to_owned(),
        );
        RELEASES.clone_into(&mut one.source);
        findings.push(one);
    }
    let target = &support.target;
    if let (Some(end), Some(left)) = (target.end_of_life, &target.days_left)
        && left.p90 < 0
    {
        let when = if left.p50 < 0 { "at the expected" } else { "at the safe" };
        let mut one = finding(
            Code::TargetUnsupported,
            format!("the target {}", target.minor),
            format!("its end of life is {end}: it is past {when} finish"),
            "plan to a newer minor".to_owned(),
        );
        RELEASES.clone_into(&mut one.source);
        findings.push(one);
    }
    findings
}

/// etcd at a new minor that waits longer for its API servers than it is to be watched: legal, but no
/// state that upstream knows as one to rest in.
pub(super) fn of_rests(hops: &[HopEstimate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for environment in hops.iter().flat_map(|hop| &hop.environments) {
        for pair in environment.steps.windows(2) {
            let soak = pair[0].parts.iter().any(|part| part.key == Some(Key::EtcdSoakMinor));
            let (Some(etcd), Some(next)) = (pair[0].placed.first(), pair[1].placed.first()) else {
                continue;
            };
            let rest = next.start.minute() - etcd.start.minute();
            if soak && super::minutes::unsigned(rest) > pair[0].minutes.high {
                findings.push(finding(
                    Code::NewEtcdRests,
                    format!("{} in {}", pair[0].step, environment.name),
                    format!(
                        "etcd waits at its new minor from {} to {} for the API servers, {} hours; at most {} are for watching it",
                        etcd.start.date(),
                        next.start.date(),
                        rest / 60,
                        pair[0].minutes.high / 60
                    ),
                    "start so that etcd does not fall before a day without a window, or open one for the API servers".to_owned(),
                ));
            }
        }
    }
    findings
}

/// A deadline that does not hold.
pub(super) fn of_deadline(deadline: &Deadline) -> Option<Finding> {
    if deadline.holds {
        return None;
    }
    let start = match deadline.latest_start {
        _ if deadline.past_at_start => "the day is past before anything begins".to_owned(),
        Some(day) => format!("the latest start that holds is {day}"),
        None => "no start in the two years before holds".to_owned(),
    };
    let help = match deadline.relaxations.iter().find(|relaxation| relaxation.holds) {
        Some(relaxation) => format!("it holds with {}", relaxation.change),
        None if deadline.past_at_start => {
            "start as soon as possible, or let someone accept the days without patches".to_owned()
        }
        None => match deadline.relaxations.iter().max_by_key(|relaxation| relaxation.days_gained) {
            Some(best) => format!(
                "nothing that was tried alone is enough; {} gains the most, {}",
                best.change,
                counted(best.days_gained, "day")
            ),
            None => "nothing that was tried helps: move the date".to_owned(),
        },
    };
    let (subject, what, severity) = match deadline.milestone {
        Milestone::Finish => ("deadline", "everything is done", Severity::Error),
        // Nobody asked: what follows from it stands in the days past the end of life.
        Milestone::LeavesTheFirstMinor => {
            ("end of life", "the first minor is left", Severity::Warning)
        }
    };
    let one = finding(
        Code::DeadlineMissed,
        format!("{subject} {}", deadline.date),
        format!(
            "{what} safely (P90) on {}, {} late; {start}",
            deadline.reached.date(),
            counted(deadline.days_late, "day")
        ),
        help,
    );
    Some(Finding { severity, ..one })
}

/// Names in calendar and profile that the plan does not have, and steps with minutes of their own.
pub(super) fn of_names(request: &Request<'_>, works: &[Work]) -> Vec<Finding> {
    let Request { plan, calendar, profile, .. } = request;
    let pools: BTreeSet<&PoolName> =
        plan.steps().filter_map(|(_, step)| step.pool.as_ref()).collect();
    let steps: BTreeSet<StepId> = plan.steps().map(|(_, step)| step.id).collect();
    let mut findings = Vec::new();
    let mut unknown = |what: &str, name: String, place: String| {
        findings.push(finding(
            Code::UnknownName,
            place,
            format!("the plan has no {what} `{name}`, so this changes nothing"),
            format!("use a {what} of the plan, or leave it out"),
        ));
    };
    for environment in &calendar.environments {
        for pool in environment.nodes.iter().flat_map(|nodes| nodes.pools.keys()) {
            if !pools.contains(pool) {
                unknown(
                    "pool",
                    pool.to_string(),
                    format!("calendar: nodes of {}", environment.name),
                );
            }
        }
    }
    for pool in profile.pools.keys().filter(|pool| !pools.contains(pool)) {
        unknown("pool", pool.to_string(), "profile: pools".to_owned());
    }
    for step in profile.steps.keys().filter(|step| !steps.contains(step)) {
        unknown("step", step.to_string(), "profile: steps".to_owned());
    }
    let own: BTreeSet<StepId> = works
        .iter()
        .flat_map(Work::jobs)
        .filter(|job| job.parts.iter().any(|part| part.source == FROM_PLAN))
        .map(|job| job.step)
        .collect();
    if !own.is_empty() {
        let list: Vec<String> = own.iter().map(StepId::to_string).collect();
        findings.push(finding(
            Code::PlansOwnMinutes,
            format!("steps {}", list.join(", ")),
            "the minutes in the plan are not those of the table, so the plan's are used".to_owned(),
            "name the key, the pool or the step in a profile to replace them".to_owned(),
        ));
    }
    findings
}
