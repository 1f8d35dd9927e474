//! The place in the plan: which steps are done, which are over, which may be the next one.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::comparison::StepState;

/// The place, by numbers of steps from 0.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// Proven by versions.
    pub(super) done: BTreeSet<usize>,
    /// Not provable, and over.
    pub(super) passed: BTreeSet<usize>,
    /// Any of these may be the next step.
    pub(super) candidates: BTreeSet<usize>,
    /// No version is left to change, as far as is known.
    pub(super) over: bool,
}

impl Place {
    /// Whether a step is done or over.
    pub(super) fn is_behind(&self, at: usize) -> bool {
        self.done.contains(&at) || self.passed.contains(&at)
    }
}

/// Finds the place.
///
/// The first step of which something is certainly not done bounds it from above, the last step before
/// that of which something is certainly done from below. What lies between leaves no trace in
/// versions: it may be done or not, and only a signature settles it.
pub(super) fn place(comparison: &Comparison<'_>) -> Place {
    if comparison.is_elsewhere() {
        return Place::default();
    }
    let states = &comparison.states;
    let signed = &comparison.request.signed;
    let done: BTreeSet<usize> = (0..states.len()).filter(|at| states[*at].is_done()).collect();
    let open = states.iter().position(StepState::is_open);
    let end = open.unwrap_or(states.len());
    // A step that has begun is as good a proof for what stands before it as one that is done.
    let over = comparison.request.plan.over();
    let last = (over..states.len().min(end + 1)).rfind(|at| states[*at].has_begun());
    // Of what is over because the plan was taken up after it, it was said then what is not proven.
    let resumed = comparison.request.plan.resumed.last();
    let proven = |at: usize| {
        at < over && resumed.is_some_and(|last| !last.unproven.contains(&states[at].step.id))
    };
    let unsettled =
        (0..end).filter(|at| !done.contains(at) && !signed.contains(&states[*at].step.id));
    let (passed, between): (BTreeSet<usize>, BTreeSet<usize>) =
        unsettled.partition(|at| proven(*at) || last.is_some_and(|last| *at < last));
    let by_signature =
        (0..end).filter(|at| !done.contains(at) && signed.contains(&states[*at].step.id));
    let passed = passed.into_iter().chain(by_signature).collect();
    Place {
        done,
        passed,
        candidates: between.into_iter().chain(open).collect(),
        over: open.is_none(),
    }
}
