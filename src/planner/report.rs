//! What was considered on the way to a plan: for the person who asked, not for the one who types.

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::facts;
use crate::inventory::Inventory;
use crate::search::Problem;

use super::Request;

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
