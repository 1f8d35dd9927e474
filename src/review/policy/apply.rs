//! Holds a plan against a policy.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::Releases;
use crate::diagnostic::Severity;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepKind;
use crate::verify::Facts;

use super::super::codes::Code;
use super::super::model::Acknowledged;
use super::super::model::ApprovalRow;
use super::super::model::HazardRow;
use super::super::model::PolicyFacts;
use super::super::model::Schedule;
use super::super::report::Draft;
use super::super::report::Report;
use super::Policy;
use super::Rules;

/// What a policy is held against.
pub(in crate::review) struct Case<'a> {
    pub(in crate::review) plan: &'a Plan,
    pub(in crate::review) releases: &'a Releases,
    pub(in crate::review) facts: &'a dyn Facts,
    pub(in crate::review) schedule: Option<&'a Schedule>,
    pub(in crate::review) as_of: Date,
    /// Every id of a hazard that the plan or the data know.
    pub(in crate::review) known: &'a BTreeSet<String>,
}

/// Reports every rule that the plan breaks, and writes down who answers for which hazard.
pub(in crate::review) fn apply(
    policy: &Policy,
    case: &Case<'_>,
    hazards: &mut [HazardRow],
    report: &mut Report,
) -> PolicyFacts {
    let rules = &policy.rules;
    strategy(rules, case, report);
    soaks(rules, case, report);
    zero_patches(rules, case, report);
    patch_age(rules, case, report);
    supported(rules, case, report);
    drains(rules, case, report);
    acknowledgements(policy, case, hazards, report);
    let approvals = approvals(policy, case, report);
    PolicyFacts { name: policy.metadata.name.to_string(), approvals }
}

fn strategy(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    let Some(asked) = rules.strategy.filter(|asked| *asked != case.plan.strategy) else { return };
    report.add(
        Draft::new(Code::Strategy, "strategy")
            .says(format!(
                "the plan is made with `{}`, the policy asks for `{asked}`",
                case.plan.strategy
            ))
            .help(format!("plan again with `--strategy {asked}`")),
    );
}

/// The soak at the end of a hop, and the one after a new minor of etcd, are long enough.
fn soaks(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    let mut short = |subject: String, least: u32, minutes: u64, what: &str| {
        report.add(
            Draft::new(Code::SoakShort, subject)
                .says(format!(
                    "{what} is watched for {minutes} minutes at least, the policy asks for {least}"
                ))
                .help("raise the `low` duration of the soak, or plan it in"),
        );
    };
    for hop in &case.plan.hops {
        if let Some(least) = rules.least_soak_minutes.after_hop {
            let last = hop.steps.iter().rposition(|step| !step.transitions.is_empty());
            let after = last.map_or(&[][..], |at| &hop.steps[at..]);
            let minutes = soak(after);
            if last.is_some() && minutes < u64::from(least.get()) {
                short(format!("hop {}", hop.number), least.get(), minutes, "the cluster");
            }
        }
        if let Some(least) = rules.least_soak_minutes.after_etcd_minor {
            for (at, step) in hop.steps.iter().enumerate().filter(|(_, step)| enters_minor(step)) {
                let after = &hop.steps[at + 1..];
                let next = after.iter().position(|step| !step.transitions.is_empty());
                let minutes = soak(&after[..next.unwrap_or(after.len())]);
                if minutes < u64::from(least.get()) {
                    short(
                        format!("step {}", step.id),
                        least.get(),
                        minutes,
                        "the new minor of etcd",
                    );
                }
            }
        }
    }
}

/// The least minutes of soak among some steps.
fn soak(steps: &[Step]) -> u64 {
    let soaks = steps.iter().filter(|step| step.kind == StepKind::Soak);
    soaks.fold(0, |sum, step| sum.saturating_add(step.duration.low))
}

/// Whether etcd enters a minor in a step.
fn enters_minor(step: &Step) -> bool {
    step.transitions.iter().any(|transition| {
        let versions = transition.from.etcd().zip(transition.to.etcd());
        versions.is_some_and(|(from, to)| from.minor() != to.minor())
    })
}

fn zero_patches(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    if !rules.no_zero_patches {
        return;
    }
    for hop in case.plan.hops.iter().filter(|hop| hop.to.patch() == 0) {
        report.add(
            Draft::new(Code::ZeroPatch, format!("hop {}", hop.number))
                .says(format!("the hop stops at {}", hop.to))
                .help("take a later patch of the minor, or wait for one"),
        );
    }
}

/// Every stop was out for long enough on the day of the review.
fn patch_age(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    let Some(least) = rules.least_patch_age_days else { return };
    for hop in &case.plan.hops {
        let subject = format!("hop {}", hop.number);
        let release = case.releases.minor(hop.to.minor());
        let out = release.and_then(|release| release.patches.get(&hop.to.upstream()));
        let Some(out) = out else {
            report.add(
                Draft::new(Code::PatchAge, subject)
                    .says(format!("the day on which {} came out is not known", hop.to))
                    .help("confirm that it was released, and when"),
            );
            continue;
        };
        let old = out.until(case.as_of).map(|span| i64::from(span.get_days())).unwrap_or_default();
        if old < i64::from(least.get()) {
            let age = jiff::Span::new().try_days(i64::from(least.get()));
            let ready = age.map_or(Date::MAX, |age| out.saturating_add(age));
            report.add(
                Draft::new(Code::PatchAge, subject)
                    .says(format!(
                        "{} came out on {out}, the policy asks for {} days",
                        hop.to,
                        least.get()
                    ))
                    .help(format!("carry the hop out on {ready} or later, or take an older patch")),
            );
        }
    }
}

fn supported(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    let end = case.facts.end_of_life(case.plan.to.minor()).filter(|_| rules.supported_only);
    let Some(end) = end else { return };
    let done = case.schedule.map(|it| it.end.to_zoned(TimeZone::UTC).date());
    let day = done.unwrap_or(case.as_of);
    if end < day {
        report.add(
            Draft::new(Code::Unsupported, case.plan.to.to_string())
                .says(format!(
                    "{} gets fixes until {end} only, and it is {day}",
                    case.plan.to.minor()
                ))
                .help("plan to a minor that is maintained")
                .source("https://kubernetes.io/releases/patch-releases/"),
        );
    }
}

fn drains(rules: &Rules, case: &Case<'_>, report: &mut Report) {
    let Some(most) = rules.most_drains_per_window else { return };
    let Some(schedule) = case.schedule else {
        if case.plan.summary.drains > 0 {
            report.add(
                Draft::new(Code::DrainsNotKnown, "schedule")
                    .says(format!(
                        "the policy permits {} drains a window, and there is no schedule",
                        most.get()
                    ))
                    .help("give a start: `--start DATE`, with `--calendar FILE`"),
            );
        }
        return;
    };
    for environment in &schedule.environments {
        for window in environment.windows.iter().filter(|it| it.nodes > u64::from(most.get())) {
            report.add(
                Draft::new(Code::DrainsPerWindow, format!("{} {}", environment.name, window.start))
                    .says(format!(
                        "{} nodes are upgraded in this window, the policy permits {}",
                        window.nodes,
                        most.get()
                    ))
                    .help("set `maxNodesPerWindow` of the environment in the calendar"),
            );
        }
    }
}

/// Every hazard that must be is acknowledged, by somebody and for the day of the review.
fn acknowledgements(
    policy: &Policy,
    case: &Case<'_>,
    hazards: &mut [HazardRow],
    report: &mut Report,
) {
    let asked = &policy.rules.acknowledge;
    for hazard in hazards.iter_mut() {
        let entries = policy.acknowledgements.iter().filter(|it| it.id.as_str() == hazard.id);
        let last = entries.max_by_key(|entry| entry.until);
        hazard.acknowledged = last.map(|entry| Acknowledged {
            by: entry.by.to_string(),
            until: entry.until,
            expired: entry.until < case.as_of,
        });
        let named = asked.hazards.iter().any(|id| id.as_str() == hazard.id);
        if !named && !asked.severities.contains(&hazard.severity) {
            continue;
        }
        let help =
            "look for it on the cluster, and let its owner answer for it under `acknowledgements`";
        match &hazard.acknowledged {
            None => report.add(
                Draft::new(Code::Acknowledgement, &hazard.id)
                    .says(format!("nobody answers for it: {}", hazard.title))
                    .help(help),
            ),
            Some(Acknowledged { by, until, expired: true }) => report.add(
                Draft::new(Code::AcknowledgementExpired, &hazard.id)
                    .says(format!("{by} answered for it until {until}: {}", hazard.title))
                    .help(help),
            ),
            Some(_) => {}
        }
    }
    let ids: BTreeSet<&str> = hazards.iter().map(|hazard| hazard.id.as_str()).collect();
    let entries = policy.acknowledgements.iter().map(|entry| ("acknowledgements", &entry.id));
    let asked = asked.hazards.iter().map(|id| ("rules.acknowledge.hazards", id));
    let mut told = BTreeSet::new();
    for (place, id) in entries.chain(asked) {
        if ids.contains(id.as_str()) || !told.insert((place, id.as_str())) {
            continue;
        }
        let message = if case.known.contains(id.as_str()) {
            format!("`{place}` names `{id}`, which is no hazard of this plan")
        } else {
            format!("`{place}` names `{id}`, which neither the plan nor the data know")
        };
        report.add(
            Draft::new(Code::UnusedEntry, id.as_str())
                .weighs(Severity::Info)
                .says(message)
                .help("look at the spelling, or delete it"),
        );
    }
}

/// The approvals that are asked for, each with whoever has given it.
fn approvals(policy: &Policy, case: &Case<'_>, report: &mut Report) -> Vec<ApprovalRow> {
    let mut rows = Vec::new();
    let plan = case.plan.metadata.name.as_str();
    let day = |at: &jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
    for role in &policy.rules.approvals {
        let fits = policy.approvals.iter().filter(|it| it.role == *role || it.by == *role);
        let (of_plan, others): (Vec<_>, Vec<_>) =
            fits.partition(|it| it.plan.as_ref().is_none_or(|name| name.as_str() == plan));
        let given = of_plan.iter().filter(|it| day(&it.at) <= case.as_of).max_by_key(|it| it.at);
        if given.is_none() {
            let message = match (of_plan.first(), others.first()) {
                (Some(later), _) => {
                    format!(
                        "the approval of {} is of {}, after the day of the review",
                        later.by, later.at
                    )
                }
                (None, Some(other)) => format!(
                    "{} has approved another plan, `{}`",
                    other.by,
                    other.plan.as_ref().map(ToString::to_string).unwrap_or_default()
                ),
                (None, None) => format!("`{role}` has not approved the plan"),
            };
            report.add(
                Draft::new(Code::Approval, role.as_str())
                    .says(message)
                    .help("write it down under `approvals` once it is given: role, by, at"),
            );
        }
        rows.push(ApprovalRow {
            role: role.to_string(),
            by: given.map(|it| it.by.to_string()),
            at: given.map(|it| it.at),
        });
    }
    rows
}
