//! What the steps of a resumed plan are called.
//!
//! Tickets, sign-offs and people name steps by their ids. So a step that stands in the old plan keeps its
//! id although its place may be another one now, an id that is gone is not given away again, and a new
//! step has a number behind those of its hop.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;

/// A plan with the ids of an old one, of which the first `over` steps stand as they stood.
pub(super) fn keep(mut plan: Plan, old: &Plan, over: usize) -> Plan {
    let mut before = 0;
    for (at, hop) in plan.hops.iter_mut().enumerate() {
        hop.number = number(at);
        let there = old.hops.get(at).map_or(&[][..], |hop| &hop.steps);
        let named = over.saturating_sub(before).min(hop.steps.len());
        before += hop.steps.len();
        let of_the_hop = |place| StepId::Hop { hop: number(at), place };
        let called = rename(&mut hop.steps, there, named, of_the_hop);
        for step in hop.covered.iter_mut().flat_map(|it| &mut it.steps) {
            *step = called.get(step).copied().unwrap_or(*step);
        }
    }
    let named = over.saturating_sub(before);
    rename(&mut plan.closing, &old.closing, named, |place| StepId::Final { place });
    plan
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn place(id: StepId) -> u32 {
    match id {
        StepId::Hop { place, .. } | StepId::Final { place } => place,
    }
}

/// Gives the steps of one part of a plan, but for the first `named`, the ids of those that they are in the
/// old plan. What each was called before.
fn rename(
    steps: &mut [Step],
    old: &[Step],
    named: usize,
    id: impl Fn(u32) -> StepId,
) -> BTreeMap<StepId, StepId> {
    let (done, rest) = steps.split_at_mut(named);
    let mut taken: BTreeSet<StepId> = done.iter().map(|step| step.id).collect();
    let mut ids: Vec<Option<StepId>> = vec![None; rest.len()];
    for alike in [does_the_same, acts_on_the_same, is_of_the_same_sort] {
        for one in old.iter().filter(|one| !taken.contains(&one.id)).collect::<Vec<_>>() {
            let common =
                |step: &Step| step.targets.iter().filter(|it| one.targets.contains(it)).count();
            let alike =
                rest.iter().zip(&mut ids).filter(|(step, id)| id.is_none() && alike(one, step));
            // Where one step became two, the one with most of its targets, else the larger one.
            let most = alike.rev().max_by_key(|(step, _)| (common(step), step.targets.len()));
            if let Some((_, id)) = most {
                *id = Some(one.id);
                taken.insert(one.id);
            }
        }
    }
    let all = old.iter().map(|step| step.id).chain(taken.iter().copied());
    let mut last = all.map(place).max().unwrap_or(0);
    let mut called = BTreeMap::new();
    for (step, named) in rest.iter_mut().zip(ids) {
        let new = named.unwrap_or_else(|| {
            last += 1;
            id(last)
        });
        called.insert(step.id, new);
        step.id = new;
    }
    called
}

/// The same versions on the same targets.
fn does_the_same(old: &Step, new: &Step) -> bool {
    acts_on_the_same(old, new) && old.targets == new.targets
}

/// The same versions on the same pool, or on some of the same targets.
fn acts_on_the_same(old: &Step, new: &Step) -> bool {
    let to = |step: &Step| -> Vec<_> {
        step.transitions.iter().map(|at| (at.component, at.to.clone())).collect()
    };
    is_of_the_same_sort(old, new) && to(old) == to(new)
}

/// The same sort of step, about the same component and the same pool or some of the same targets.
fn is_of_the_same_sort(old: &Step, new: &Step) -> bool {
    let overlap = || {
        old.targets.is_empty() && new.targets.is_empty()
            || old.targets.iter().any(|target| new.targets.contains(target))
    };
    (old.kind, old.component, &old.pool) == (new.kind, new.component, &new.pool)
        && (old.pool.is_some() || overlap())
}
