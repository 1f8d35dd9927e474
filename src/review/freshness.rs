//! Whether the plan still fits what is known of releases: newer patches, new faults and hazards, ends of
//! life. Floors that were raised and stops that are bad are the verifier's, which replays the plan with
//! the data at hand.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::some;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::verify::Facts;
use crate::version::VersionRequest;

use super::codes::Code;
use super::report::Draft;
use super::report::Report;

/// From when on data are old: patches come once a month, and two of them are missed by then
/// (<https://kubernetes.io/releases/patch-releases/>).
const OLD_DATA_DAYS: i32 = 62;

/// From when on a look at the cluster is old: a month is long enough for nodes to come and go.
const OLD_LOOK_DAYS: i32 = 31;

/// Before its end of life a minor is spoken of: the time in which the next upgrade has to be planned.
const SOON_DAYS: i64 = 90;

/// Compares the plan with the data at hand. `cluster` is what is known of the cluster, `done` the day on
/// which the plan is finished, where there is a schedule.
pub(super) fn check(
    plan: &Plan,
    catalog: &Catalog,
    facts: &dyn Facts,
    cluster: &ClusterFacts,
    (as_of, done): (Date, Option<Date>),
    report: &mut Report,
) -> Result<(), Diagnostic> {
    newer_patches(plan, catalog, facts, as_of, report)?;
    if plan.provenance.catalog.digest != facts.digest() {
        new_faults(plan, catalog, facts, cluster, report)?;
        new_hazards(plan, catalog, report)?;
    }
    end_of_life(plan, facts, done.unwrap_or(as_of), done.is_some(), report);
    old_data(facts, as_of, report);
    Ok(())
}

/// The cluster was looked at not too long ago; asked where it was not compared now.
pub(super) fn looked_at(plan: &Plan, as_of: Date, report: &mut Report) {
    let Some(at) = plan.provenance.inventory.observed_at else { return };
    let days = days(at.to_zoned(TimeZone::UTC).date(), as_of);
    if days > OLD_LOOK_DAYS {
        report.add(
            Draft::new(Code::LookedAtLongAgo, "provenance.inventory")
                .says(format!("the cluster was looked at {days} days ago"))
                .help("compare the plan with the cluster as it is: `--inventory FILE` or `--context CTX`"),
        );
    }
}

/// Days from one day to another.
fn days(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or_default()
}

/// The newest patch of a minor that was out on the day and is not known to be bad; none where a person
/// asked for another one.
fn newer_patches(
    plan: &Plan,
    catalog: &Catalog,
    facts: &dyn Facts,
    as_of: Date,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let releases = catalog.releases()?;
    let options = &plan.provenance.options;
    for hop in &plan.hops {
        let stop = &hop.to;
        let asked = options.pin.values().any(|pinned| pinned == stop)
            || options.to.parse() == Ok(VersionRequest::Release(stop.clone()));
        let Some(release) = releases.minor(stop.minor()).filter(|_| !asked) else { continue };
        let better = release.patches.iter().rev().find(|(version, date)| {
            **date <= as_of
                && **version > stop.upstream()
                && !options.avoid.contains(version)
                && facts.avoid(version).is_none()
        });
        if let Some((version, date)) = better {
            report.add(
                Draft::new(Code::NewerPatch, format!("hop {}", hop.number))
                    .says(format!("{version} is out since {date}; the hop stops at {stop}"))
                    .help("plan again to take it, or keep the plan where it was rehearsed"),
            );
        }
    }
    Ok(())
}

/// What is known against a stop, and was not when the plan was made.
fn new_faults(
    plan: &Plan,
    catalog: &Catalog,
    facts: &dyn Facts,
    cluster: &ClusterFacts,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    for hop in &plan.hops {
        let named = names(hop);
        let refused = facts.avoid(&hop.to).map(|avoid| avoid.id);
        for entry in catalog.known_bad()?.hits(&hop.to) {
            // What no plan may stop at is the verifier's to say.
            let known = named.contains(format!("known-bad-{}", entry.id).as_str());
            let hits = entry.applies.settle(cluster) != Applicability::No;
            if known || !hits || refused.as_ref() == Some(&entry.id) {
                continue;
            }
            let severity = if entry.action == Action::PreferNewer {
                Severity::Info
            } else {
                Severity::Warning
            };
            let when = entry.when.as_ref().map(|when| format!(" (where: {when})"));
            let what = entry.what.trim_end_matches('.');
            report.add(
                Draft::new(Code::NewFault, format!("hop {}", hop.number))
                    .weighs(severity)
                    .says(format!(
                        "{} has a known fault, {}: {what}{}",
                        hop.to,
                        entry.id,
                        when.unwrap_or_default()
                    ))
                    .help("plan again, or say in the ticket why it does not concern this cluster")
                    .source(entry.source.first().cloned().unwrap_or_default()),
            );
        }
    }
    Ok(())
}

/// Hazards that came to be known since the plan was made.
fn new_hazards(plan: &Plan, catalog: &Catalog, report: &mut Report) -> Result<(), Diagnostic> {
    let everywhere: BTreeSet<&str> = plan.hops.iter().flat_map(names).collect();
    let mut told = BTreeSet::new();
    for hop in &plan.hops {
        for hazard in catalog.hazards()?.of_hop(hop.to.minor()) {
            let id = hazard.id.as_str();
            if everywhere.contains(id) || !hazard.meets(&hop.from, &hop.to) || !told.insert(id) {
                continue;
            }
            report.add(
                Draft::new(Code::NewHazard, format!("hop {}", hop.number))
                    .says(format!("the plan does not name `{id}`: {}", hazard.title))
                    .help("plan again, or look for it on the cluster by hand")
                    .source(hazard.source.first().cloned().unwrap_or_default()),
            );
        }
    }
    Ok(())
}

/// Every hazard that a hop names, however it sorts it.
fn names(hop: &Hop) -> BTreeSet<&str> {
    let hazards = hop.hazards.iter().map(|hazard| hazard.id.as_str());
    let covered = hop.covered.iter().map(|covered| covered.id.as_str());
    let ruled_out = hop.ruled_out.iter().map(|ruled_out| ruled_out.id.as_str());
    hazards.chain(covered).chain(ruled_out).collect()
}

/// The target is supported on the day, and for a while after it.
fn end_of_life(plan: &Plan, facts: &dyn Facts, day: Date, planned: bool, report: &mut Report) {
    let minor = plan.to.minor();
    let Some(end) = facts.end_of_life(minor) else { return };
    let when = if planned { format!("on {day}, when the plan is done,") } else { String::new() };
    let left = days(day, end);
    let (severity, message) = if left < 0 {
        let message = if planned {
            format!("{when} {minor} gets no fixes any more: its end of life is {end}")
        } else {
            format!("{minor} gets no fixes since {end}")
        };
        (Severity::Warning, message)
    } else if end <= day.saturating_add(SOON_DAYS.days()) {
        (Severity::Info, format!("{minor} gets fixes until {end}, {left} days more"))
    } else {
        return;
    };
    report.add(
        Draft::new(Code::EndOfLife, plan.to.to_string())
            .weighs(severity)
            .says(message)
            .help("name the day of the upgrade that follows, or plan to a minor that is maintained")
            .source("https://kubernetes.io/releases/patch-releases/"),
    );
}

/// The data reach near enough to the day.
fn old_data(facts: &dyn Facts, as_of: Date, report: &mut Report) {
    let days = days(facts.as_of(), as_of);
    if days > OLD_DATA_DAYS {
        report.add(
            Draft::new(Code::OldData, "catalog")
                .says(format!(
                    "the data reach to {}, {days} days before the day of the review; what was released or found since is not known",
                    facts.as_of()
                ))
                .help("use a newer version of the program, or lay newer data over it with `--catalog FILE`"),
        );
    }
}

/// The ids that a policy may name: those of the plan and those of the data.
pub(super) fn known_ids(plan: &Plan, catalog: &Catalog) -> Result<BTreeSet<String>, Diagnostic> {
    let of_plan = plan.hops.iter().flat_map(names).map(str::to_owned);
    let of_data = catalog.hazards()?.iter().map(|hazard| hazard.id.clone());
    Ok(of_plan.chain(of_data).collect())
}

/// Ids in a sentence.
pub(super) fn listed(ids: &[&str]) -> String {
    some(&ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>())
}
