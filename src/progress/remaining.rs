//! How far each hop is, and what is left.

use crate::plan::Duration;
use crate::plan::StepKind;

use super::comparison::Comparison;
use super::comparison::StepState;
use super::comparison::TargetState;
use super::model::Counted;
use super::model::HopProgress;
use super::model::HopState;
use super::model::Remaining;
use super::place::Place;

/// How far each hop is.
pub(super) fn hops(comparison: &Comparison<'_>, place: &Place) -> Vec<HopProgress> {
    let mut first = 0;
    let hops = comparison.request.plan.hops.iter().map(|hop| {
        let numbers = first..first + hop.steps.len();
        first = numbers.end;
        let (mut steps, mut targets) = (Counted::default(), Counted::default());
        for at in numbers {
            steps.total += 1;
            steps.done += u64::from(place.is_behind(at));
            for (_, state) in &comparison.states[at].targets {
                targets.total += 1;
                targets.done += u64::from(*state == TargetState::Done);
            }
        }
        let state = if comparison.is_elsewhere() {
            HopState::NotBegun
        } else if steps.done == steps.total {
            HopState::Done
        } else if targets.done == targets.total && steps.done > 0 {
            HopState::VersionsReached
        } else if steps.done > 0 || targets.done > 0 {
            HopState::UnderWay
        } else {
            HopState::NotBegun
        };
        HopProgress {
            number: hop.number,
            from: hop.from.clone(),
            to: hop.to.clone(),
            state,
            steps,
            targets,
        }
    });
    hops.collect()
}

/// What is left.
pub(super) fn remaining(comparison: &Comparison<'_>, place: &Place) -> Remaining {
    let mut remaining = Remaining::default();
    for (at, state) in comparison.states.iter().enumerate() {
        if place.is_behind(at) {
            continue;
        }
        remaining.steps += 1;
        remaining.targets += state.left().count() as u64;
        let minutes = share(state);
        let sum = if state.step.kind == StepKind::Soak {
            &mut remaining.soak
        } else {
            &mut remaining.work
        };
        *sum = sum.plus(minutes);
    }
    remaining
}

/// The minutes of a step, by the share of its targets that is left; full minutes, rounded up.
fn share(state: &StepState<'_>) -> Duration {
    let (all, left) = (state.targets.len() as u64, state.left().count() as u64);
    let part = |minutes: u64| match all {
        0 => minutes,
        all => minutes.saturating_mul(left).div_ceil(all),
    };
    let Duration { low, likely, high } = state.step.duration;
    Duration { low: part(low), likely: part(likely), high: part(high) }
}
