//! Changes hop by hop.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::Step;

use super::hazards;
use super::matching::At;
use super::matching::Matching;
use super::matching::sections;
use super::model::Change;
use super::model::ChangeKind;
use super::steps;
use super::why::Why;

/// The changes: hops of the old plan that are not in the new one stand where they were.
pub(super) fn changes(old: &Plan, new: &Plan, matching: &Matching, why: &Why<'_>) -> Vec<Change> {
    let (before, after) = (sections(old), sections(new));
    let moved = steps::moved(&before, &after, matching);
    let section = Section { before: &before, after: &after, matching, why, moved: &moved };
    let mut changes = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    let back: BTreeMap<usize, usize> =
        matching.hops.iter().map(|(old, new)| (*new, *old)).collect();
    let over = steps::over(&before, matching, why);
    let mut gone = |upto: usize, changes: &mut Vec<Change>| {
        for at in 0..upto {
            if !matching.hops.contains_key(&at) && told.insert(at) {
                changes.extend(removed(&old.hops[at], at, matching, &over, why));
            }
        }
    };
    for (at, hop) in new.hops.iter().enumerate() {
        match back.get(&at) {
            None => changes.push(added(hop, why)),
            Some(was) => {
                gone(*was, &mut changes);
                let other = &old.hops[*was];
                changes.extend(versions(other, hop, why));
                changes.extend(hazards::changes((other, hop), (old, new), why));
                changes.extend(section.changes(*was, at, Some(hop.number), &over));
            }
        }
    }
    gone(old.hops.len(), &mut changes);
    let (from, to) = (old.hops.len(), new.hops.len());
    changes.extend(section.changes(from, to, None, &over));
    changes
}

fn counted(steps: usize) -> String {
    if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") }
}

fn added(hop: &Hop, why: &Why<'_>) -> Change {
    let what = format!("{} to {}", hop.from, hop.to);
    let change = Change::of_the_plan(ChangeKind::HopAdded, what).in_hop(Some(hop.number));
    change.to(counted(hop.steps.len())).because(why.target().or_else(|| why.anything()))
}

/// A hop that is over needs no word for each of its steps; of one that is dropped half way the steps are
/// told that stand nowhere else.
fn removed(
    hop: &Hop,
    at: usize,
    matching: &Matching,
    over: &BTreeSet<At>,
    why: &Why<'_>,
) -> Vec<Change> {
    let alone = |place: &usize| !matching.steps.contains_key(&(at, *place));
    let is_over = |place: &usize| over.contains(&(at, *place));
    let left = |place: &usize| !is_over(place) && !hop.steps[*place].transitions.is_empty();
    let places = || 0..hop.steps.len();
    let done = places().any(|place| is_over(&place));
    let what = format!("{} to {}", hop.from, hop.to);
    let change = |kind| {
        let change = Change::of_the_plan(kind, &what).in_hop(Some(hop.number));
        change.from(counted(hop.steps.len()))
    };
    if done && !places().filter(alone).any(|place| left(&place)) {
        let reason = Some("done where the new plan starts".to_owned());
        return vec![change(ChangeKind::HopDone).because(reason)];
    }
    let mut changes =
        vec![change(ChangeKind::HopRemoved).because(why.target().or_else(|| why.strategy()))];
    if done {
        let steps = places()
            .filter(alone)
            .map(|place| steps::removed(&hop.steps[place], Some(hop.number), is_over(&place), why));
        changes.extend(steps);
    }
    changes
}

fn versions(old: &Hop, new: &Hop, why: &Why<'_>) -> Vec<Change> {
    if (&old.from, &old.to) == (&new.from, &new.to) {
        return Vec::new();
    }
    let text = |hop: &Hop| format!("{} to {}", hop.from, hop.to);
    let reason = if old.to == new.to { why.inventory() } else { why.release(&old.to, &new.to) };
    let change = Change::of_the_plan(ChangeKind::HopVersions, "versions").in_hop(Some(new.number));
    vec![change.from(text(old)).to(text(new)).because(reason)]
}

/// The steps of two hops that are one, or those after the last hop.
struct Section<'a> {
    before: &'a [&'a [Step]],
    after: &'a [&'a [Step]],
    matching: &'a Matching,
    why: &'a Why<'a>,
    moved: &'a BTreeSet<At>,
}

impl Section<'_> {
    /// In the order of the new plan, with what is gone where it was.
    fn changes(
        &self,
        from: usize,
        to: usize,
        hop: Option<u32>,
        over: &BTreeSet<At>,
    ) -> Vec<Change> {
        let back = self.matching.back();
        let mut changes = Vec::new();
        let mut told = 0;
        let gone = |upto: usize, told: &mut usize, changes: &mut Vec<Change>| {
            for place in *told..upto {
                if !self.matching.steps.contains_key(&(from, place)) {
                    let step = &self.before[from][place];
                    let over = over.contains(&(from, place));
                    changes.push(steps::removed(step, hop, over, self.why));
                }
            }
            *told = upto.max(*told);
        };
        for (place, step) in self.after[to].iter().enumerate() {
            match back.get(&(to, place)) {
                None => changes.push(steps::added(step, hop, self.why)),
                Some(was) => {
                    if was.0 == from {
                        gone(was.1, &mut told, &mut changes);
                    }
                    let old = &self.before[was.0][was.1];
                    if self.moved.contains(&(to, place)) {
                        let place = steps::Place { sections: self.after, at: (to, place) };
                        let before = steps::Place { sections: self.before, at: *was };
                        changes.push(steps::moved_to(old, step, hop, &before, &place));
                    }
                    changes.extend(steps::changes(old, step, hop, self.why));
                }
            }
        }
        gone(self.before[from].len(), &mut told, &mut changes);
        changes
    }
}
