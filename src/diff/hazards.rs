//! Changes of the hazards of a hop.

use crate::plan::Hazard;
use crate::plan::HazardSeverity;
use crate::plan::Hop;
use crate::plan::Plan;

use super::model::Change;
use super::model::ChangeKind;
use super::why::Why;

/// The changes.
pub(super) fn changes(
    (old, new): (&Hop, &Hop),
    (before, after): (&Plan, &Plan),
    why: &Why<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for one in &old.hazards {
        let change = |kind| Change::of_the_plan(kind, &one.id).in_hop(Some(new.number));
        match new.hazards.iter().find(|it| it.id == one.id) {
            None if listed_elsewhere(new, after, &one.id) => {}
            None => {
                let reason = settled(new, &one.id).or_else(|| why.anything());
                let change = change(ChangeKind::HazardRemoved).from(text(one));
                changes.push(change.because(reason));
            }
            Some(other) if other.severity != one.severity || other.title != one.title => {
                let change = change(ChangeKind::HazardChanged).from(text(one)).to(text(other));
                changes.push(change.because(why.anything()));
            }
            Some(other) if said(other) != said(one) => {
                let change = change(ChangeKind::HazardChanged);
                let change = change.from("another text, detection or remedy").to(text(other));
                changes.push(change.because(why.anything()));
            }
            Some(_) => {}
        }
    }
    for one in new.hazards.iter().filter(|one| old.hazards.iter().all(|it| it.id != one.id)) {
        if listed_elsewhere(old, before, &one.id) {
            continue;
        }
        let change = Change::of_the_plan(ChangeKind::HazardAdded, &one.id).in_hop(Some(new.number));
        let reason = settled(old, &one.id).map(|how| format!("before: {how}"));
        changes.push(change.to(text(one)).because(reason.or_else(|| why.anything())));
    }
    changes
}

/// Whether a hop leaves a hazard to another one of its plan, as most of those do that concern every hop.
fn listed_elsewhere(hop: &Hop, plan: &Plan, id: &str) -> bool {
    let lists = |other: &Hop| other.hazards.iter().any(|it| it.id == id);
    hop.ruled_out.iter().any(|it| it.id == id) && plan.hops.iter().any(lists)
}

/// Why a hop does not list a hazard that it knows.
fn settled(hop: &Hop, id: &str) -> Option<String> {
    let covered = hop.covered.iter().find(|it| it.id == id).map(|it| it.how.clone());
    let ruled_out = hop.ruled_out.iter().find(|it| it.id == id).map(|it| it.because.clone());
    covered.or(ruled_out)
}

/// What whoever reads a hazard acts upon; for whom it holds depends on the inventory.
fn said(hazard: &Hazard) -> (&Option<String>, &str, &Option<crate::plan::Detect>, &str) {
    (&hazard.when, &hazard.breaks, &hazard.detect, &hazard.remedy)
}

fn text(hazard: &Hazard) -> String {
    let severity = match hazard.severity {
        HazardSeverity::Blocker => "blocker",
        HazardSeverity::ActionRequired => "action required",
        HazardSeverity::Warning => "warning",
        HazardSeverity::Info => "info",
    };
    format!("{severity}: {}", hazard.title)
}
