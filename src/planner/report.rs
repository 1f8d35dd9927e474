//! What was considered on the way to a plan: for the person who asked, not for the one who types.

use std::collections::BTreeSet;

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::facts;
use crate::inventory::Inventory;
use crate::search::Problem;
use crate::version::EtcdMinor;

use super::Request;
use super::floors;

/// What was considered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanningReport {
    /// Notes, the weightiest first.
    pub notes: Vec<Note>,
}

/// Something to know about a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// How much it weighs.
    pub severity: Severity,
    /// What it is.
    pub text: String,
    /// What to do, where there is something.
    pub help: Option<String>,
}

/// Support dates, faults of the stops, and releases that were passed over.
pub(super) fn report(
    request: &Request<'_>,
    inventory: &Inventory,
    problem: &Problem,
) -> Result<PlanningReport, Diagnostic> {
    let mut notes = Vec::new();
    let mut note = |severity, text: String, help: Option<&str>| {
        notes.push(Note { severity, text, help: help.map(str::to_owned) });
    };
    let vendor = inventory.newest_apiserver().filter(|version| **version != version.upstream());
    if let Some(version) = vendor {
        note(
            Severity::Warning,
            format!("{version} is a vendor's build, and this plan goes to upstream releases"),
            Some(
                "a managed cluster or another distribution is upgraded by its own tool: take the order and the stops from here, not the commands",
            ),
        );
    }
    let releases = request.catalog.releases()?;
    let today = request.catalog.as_of();
    let target = &problem.ladder.stop(problem.ladder.last()).version;
    match releases.minor(target.minor()) {
        Some(release) if release.end_of_life < today => note(
            Severity::Warning,
            format!(
                "{} has been past its end of life since {}",
                release.minor, release.end_of_life
            ),
            Some("choose a target that still gets patches: kubehop catalog show releases"),
        ),
        Some(release) => note(
            Severity::Info,
            format!("{} gets patches until {}", release.minor, release.end_of_life),
            None,
        ),
        None => note(
            Severity::Warning,
            format!("the catalog does not know {}: its support dates are unknown", target.minor()),
            Some("lay newer data over it with --catalog FILE"),
        ),
    }
    if let Some((text, help)) = etcd_too_new(request, inventory, problem)? {
        note(Severity::Warning, text, Some(help));
    }
    for lowered in floors::lowered(request.catalog)? {
        if enters(problem, inventory, lowered.to) {
            note(
                Severity::Warning,
                lowered.title(),
                Some(
                    "that is your decision against the upgrade guide of etcd; the runbook names what it risks",
                ),
            );
        }
    }
    for (text, help) in without_effect(request, problem)? {
        note(Severity::Warning, text, Some(&help));
    }
    let known_bad = request.catalog.known_bad()?;
    let facts = facts::of(inventory);
    for stop in problem.ladder.stops().iter().skip(1) {
        for entry in known_bad.hits(&stop.version) {
            let settled = entry.applies.settle(&facts);
            let serious = entry.action == Action::Avoid && settled != Applicability::No;
            if serious {
                note(
                    Severity::Warning,
                    format!(
                        "{} is accepted with a known fault ({}): {}",
                        stop.version, entry.id, entry.what
                    ),
                    None,
                );
            }
        }
        let newest = releases.minor(stop.version.minor()).and_then(|release| release.newest());
        if let Some(newest) = newest.filter(|newest| **newest > stop.version) {
            note(
                Severity::Info,
                format!(
                    "{} is not the newest known patch of its minor, which is {newest}",
                    stop.version
                ),
                None,
            );
        }
    }
    notes.sort_by_key(|note| note.severity);
    Ok(PlanningReport { notes })
}

/// An etcd that is newer than what a release of the way is known to work with. What is certain has been
/// refused before; here the range is derived from what kubeadm deploys.
fn etcd_too_new(
    request: &Request<'_>,
    inventory: &Inventory,
    problem: &Problem,
) -> Result<Option<(String, &'static str)>, Diagnostic> {
    const HELP: &str = "check what etcd runs; `kubehop catalog show etcd` lists what works, and an etcd \
                        matrix says what works with you: --etcd-matrix FILE";
    let matrix = request.catalog.etcd()?;
    let running = inventory.etcd.members.iter().filter_map(|member| member.version.as_ref()).max();
    let Some(running) = running else { return Ok(None) };
    let mut minors = problem.ladder.stops().iter().skip(1).map(|stop| stop.version.minor());
    let beyond = minors.find_map(|minor| {
        let ceiling = matrix.accepted(minor)?.minors.last().copied()?;
        (running.minor() > ceiling).then_some((minor, ceiling))
    });
    Ok(beyond.map(|(minor, ceiling)| {
        let from = inventory.oldest_apiserver().map(crate::version::KubernetesVersion::minor);
        let (before, refuses) = problem.tool.stacked_etcd_flags_before;
        let own = problem.provider == Provider::Kubeadm && problem.topology == EtcdTopology::Stacked;
        let by_hand = from.filter(|from| own && *from < before && running.minor() >= refuses);
        let by_hand = by_hand.map_or_else(String::new, |from| {
            format!(
                "; kubeadm {from} writes flags that etcd {refuses} refuses, so its manifest was changed \
                 by hand, or it runs something else"
            )
        });
        let text = format!(
            "etcd runs {running}, and {minor} is known to work with etcd {ceiling} at most{by_hand}"
        );
        (text, HELP)
    }))
}

/// Whether etcd may enter a minor on the way.
fn enters(problem: &Problem, inventory: &Inventory, to: EtcdMinor) -> bool {
    let running = inventory.etcd.members.iter().filter_map(|member| member.version.as_ref()).min();
    let needs = problem.ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref());
    running.is_some_and(|running| running.minor() < to)
        && needs.map(|need| need.at_least.minor()).max() >= Some(to)
}

/// Pins and forbidden releases that decide nothing, each with what is the case.
fn without_effect(
    request: &Request<'_>,
    problem: &Problem,
) -> Result<Vec<(String, String)>, Diagnostic> {
    let releases = request.catalog.releases()?;
    let stops = problem.ladder.stops();
    let minors: BTreeSet<_> = stops.iter().skip(1).map(|stop| stop.version.minor()).collect();
    let shown: Vec<String> =
        stops.iter().skip(1).map(|stop| stop.version.minor().to_string()).collect();
    let help = if shown.is_empty() {
        "the plan stops at no release; drop the option".to_owned()
    } else {
        format!("the plan stops at a release of {}; drop or mend the option", shown.join(", "))
    };
    let mut notes = Vec::new();
    for pin in request.pins.values() {
        if stops.iter().all(|stop| stop.version != *pin) {
            let minor = pin.minor();
            notes.push((format!("`--pin {minor}={pin}` has no effect"), help.clone()));
        }
    }
    for version in &request.avoid {
        let option = format!("`--avoid {version}` has no effect");
        if !releases.knows(version) {
            let help = format!("the catalog of {} knows no such release", request.catalog.as_of());
            notes.push((option, help));
        } else if !minors.contains(&version.minor()) {
            notes.push((option, help.clone()));
        }
    }
    Ok(notes)
}
