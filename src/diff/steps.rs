//! Changes of single steps.

use std::collections::BTreeSet;

use crate::name::InstanceName;
use crate::plan::Duration;
use crate::plan::Step;

use super::matching::At;
use super::matching::Matching;
use super::model::Change;
use super::model::ChangeKind;
use super::why::Why;

/// Names that are listed; of more, the first and how many.
const LISTED: usize = 8;

/// A list of names that may be long.
pub(super) fn names(names: &[InstanceName]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).map(InstanceName::as_str).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn of(kind: ChangeKind, step: &Step, hop: Option<u32>) -> Change {
    Change { step: Some(step.id), ..Change::of_the_plan(kind, &step.title).in_hop(hop) }
}

fn place_of(step: &Step) -> String {
    let targets = names(&step.targets);
    match (&step.pool, step.targets.is_empty()) {
        (_, true) => "once".to_owned(),
        (Some(pool), false) => format!("{pool}: {targets}"),
        (None, false) => targets,
    }
}

/// A step more.
pub(super) fn added(step: &Step, hop: Option<u32>, why: &Why<'_>) -> Change {
    let reason = Why::rule(step).or_else(|| why.anything());
    of(ChangeKind::StepAdded, step, hop).to(place_of(step)).because(reason)
}

/// A step less, or one that is over where the new plan starts.
pub(super) fn removed(step: &Step, hop: Option<u32>, over: bool, why: &Why<'_>) -> Change {
    let (kind, reason) = if over {
        (ChangeKind::StepDone, Some("done where the new plan starts".to_owned()))
    } else {
        (ChangeKind::StepRemoved, why.strategy().or_else(|| why.anything()))
    };
    of(kind, step, hop).from(place_of(step)).because(reason)
}

/// Steps of the old plan that are over where the new one starts: those whose versions are there, and
/// those before them that change none.
pub(super) fn over(before: &[&[Step]], matching: &Matching, why: &Why<'_>) -> BTreeSet<At> {
    let all: Vec<(At, &Step)> = before
        .iter()
        .enumerate()
        .flat_map(|(hop, steps)| {
            steps.iter().enumerate().map(move |(place, step)| ((hop, place), step))
        })
        .collect();
    let gone = |at: &At| !matching.steps.contains_key(at);
    let last = all.iter().rposition(|(at, step)| gone(at) && why.all_done(step));
    let Some(last) = last else { return BTreeSet::new() };
    // A step that is done on some targets proves as much.
    let upto = all[..].iter().rposition(|(at, step)| {
        !gone(at) && step.targets.iter().any(|name| why.is_done(step, name))
    });
    let upto = upto.map_or(last, |begun| begun.max(last));
    all[..=upto]
        .iter()
        .filter(|(at, step)| gone(at) && (step.transitions.is_empty() || why.all_done(step)))
        .map(|(at, _)| *at)
        .collect()
}

/// What differs between two steps that do the same.
pub(super) fn changes(old: &Step, new: &Step, hop: Option<u32>, why: &Why<'_>) -> Vec<Change> {
    let was = (old.id != new.id).then_some(old.id);
    let change = |kind| Change { was, ..of(kind, new, hop) };
    let mut changes = Vec::new();
    let versions = |step: &Step| {
        let each = step.transitions.iter();
        each.map(|it| format!("{} {} to {}", it.component, it.from, it.to)).collect::<Vec<_>>()
    };
    let (then, now) = (versions(old), versions(new));
    if then != now {
        let ends = old.transitions.first().zip(new.transitions.first());
        let releases = ends.and_then(|(old, new)| old.to.kubernetes().zip(new.to.kubernetes()));
        let moved = releases.filter(|(old, new)| old != new);
        let reason = match moved {
            Some((old, new)) => why.release(old, new),
            None => why.inventory().or_else(|| why.data()),
        };
        let changed = change(ChangeKind::Versions).from(then.join(", ")).to(now.join(", "));
        changes.push(changed.because(reason));
    }
    let set = |step: &Step| step.targets.iter().cloned().collect::<BTreeSet<_>>();
    let other_targets = set(old) != set(new);
    if other_targets {
        let changed = change(ChangeKind::Targets).from(names(&old.targets)).to(names(&new.targets));
        changes.push(changed.because(why.targets(old, new)));
    }
    let other_work = then != now || other_targets;
    if old.batch != new.batch {
        let text = |step: &Step| {
            step.batch.map_or_else(
                || "all".to_owned(),
                |batch| format!("{} at once, {} first", batch.size, batch.canary),
            )
        };
        let reason = other_targets
            .then(|| format!("{} targets instead of {}", new.targets.len(), old.targets.len()));
        changes.push(change(ChangeKind::Batch).from(text(old)).to(text(new)).because(reason));
    }
    if old.disruption != new.disruption {
        let changed = change(ChangeKind::Disruption);
        let changed = changed.from(old.disruption.name()).to(new.disruption.name());
        changes.push(changed.because(why.anything()));
    }
    if old.duration != new.duration {
        let reason = if old.targets.len() == new.targets.len() {
            why.anything()
        } else {
            Some(format!("{} targets instead of {}", new.targets.len(), old.targets.len()))
        };
        let changed = change(ChangeKind::Duration).from(minutes(old)).to(minutes(new));
        changes.push(changed.because(reason));
    }
    // Commands name versions and targets, so they follow where those are others.
    if !other_work && !why.versions_moved && procedure(old) != procedure(new) {
        let parts = procedure_parts(old, new);
        let changed = change(ChangeKind::Procedure).from("as it was").to(parts.join(", "));
        changes.push(changed.because(why.anything()));
    }
    changes
}

fn minutes(step: &Step) -> String {
    let Duration { low, likely, high } = step.duration;
    format!("{likely} minutes ({low} to {high})")
}

type Procedure<'a> =
    (&'a [crate::plan::Command], &'a [crate::plan::Checkpoint], &'a str, &'a crate::plan::Rollback);

fn procedure(step: &Step) -> Procedure<'_> {
    (&step.commands, &step.checkpoints, &step.abort, &step.rollback)
}

fn procedure_parts(old: &Step, new: &Step) -> Vec<&'static str> {
    [
        ("commands", old.commands != new.commands),
        ("checkpoints", old.checkpoints != new.checkpoints),
        ("abort rule", old.abort != new.abort),
        ("way back", old.rollback != new.rollback),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(part, _)| part)
    .collect()
}

/// A place in a plan.
pub(super) struct Place<'a> {
    pub(super) sections: &'a [&'a [Step]],
    pub(super) at: At,
}

impl Place<'_> {
    /// What stands before it.
    fn text(&self) -> String {
        let (hop, place) = self.at;
        match place.checked_sub(1).map(|before| &self.sections[hop][before]) {
            Some(before) => format!("after {}", before.id),
            None => "first of its hop".to_owned(),
        }
    }
}

/// A step that stands elsewhere.
pub(super) fn moved_to(
    old: &Step,
    new: &Step,
    hop: Option<u32>,
    before: &Place<'_>,
    after: &Place<'_>,
) -> Change {
    let was = (old.id != new.id).then_some(old.id);
    let change = Change { was, ..of(ChangeKind::StepMoved, new, hop) };
    change.from(before.text()).to(after.text()).because(Why::rule(new))
}

/// The steps of the new plan that stand elsewhere: in another hop, or out of the longest sequence that
/// both plans have in common. By their places in the new plan.
pub(super) fn moved(before: &[&[Step]], after: &[&[Step]], matching: &Matching) -> BTreeSet<At> {
    let mut moved = BTreeSet::new();
    let last = (before.len() - 1, after.len() - 1);
    let mut of_hop: Vec<Vec<At>> = vec![Vec::new(); before.len()];
    for (old, new) in &matching.steps {
        let same = matching.hops.get(&old.0) == Some(&new.0) || (old.0, new.0) == last;
        if same {
            of_hop[old.0].push(*new);
        } else {
            moved.insert(*new);
        }
    }
    for places in of_hop {
        let kept = longest_rising(&places);
        moved.extend(places.into_iter().filter(|place| !kept.contains(place)));
    }
    moved
}

/// The longest rising sequence in a list.
fn longest_rising(places: &[At]) -> BTreeSet<At> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for (at, place) in places.iter().enumerate() {
        let before = (0..at).filter(|other| places[*other] < *place);
        // Of equally long ones the first, so that what moved down is named, not what it passed.
        let before = before.rev().max_by_key(|other| best[*other].0);
        best.push((before.map_or(1, |other| best[other].0 + 1), before));
    }
    let mut kept = BTreeSet::new();
    let mut at = (0..places.len()).rev().max_by_key(|at| best[*at].0);
    while let Some(place) = at {
        kept.insert(places[place]);
        at = best[place].1;
    }
    kept
}
