//! The way of each instance: the versions that the plan takes it through, step by step.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::plan::Step;

use super::runs::Instance;
use super::runs::Runs;

/// Where an instance may stand on its way: after so many of its moves at least, and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) least: usize,
    pub(super) most: usize,
    /// Whether the version is one that the plan has there.
    pub(super) explained: bool,
}

/// One instance and its versions: before the plan, and after each of its moves.
#[derive(Debug)]
pub(super) struct Way<'a> {
    /// The steps that move it, by place in the plan.
    pub(super) steps: Vec<usize>,
    /// The versions; one more than there are steps.
    pub(super) versions: Vec<&'a ComponentVersion>,
}

impl Way<'_> {
    /// Where an instance stands that runs `version`.
    pub(super) fn spot(&self, component: Component, version: Option<&ComponentVersion>) -> Spot {
        let last = self.steps.len();
        let Some(version) = version else { return Spot { least: 0, most: last, explained: true } };
        let mut places =
            (0..=last).filter(|place| self.versions.get(*place).copied() == Some(version));
        if let Some(least) = places.next() {
            return Spot { least, most: places.next_back().unwrap_or(least), explained: true };
        }
        // kubectl may go down as well as up, so nothing follows from a version in between.
        if component == Component::Kubectl {
            return Spot { least: 0, most: last, explained: false };
        }
        let beyond = self.versions.iter().skip(1).filter(|stop| **stop <= version).count();
        Spot { least: beyond, most: beyond, explained: false }
    }

    /// Which move of the instance the step is, from 1.
    pub(super) fn move_of(&self, step: usize) -> Option<usize> {
        self.steps.binary_search(&step).ok().map(|place| place + 1)
    }
}

/// The ways of all instances, through the steps that are not over.
pub(super) fn ways<'a>(
    start: &'a Runs,
    steps: &[&'a Step],
    over: usize,
) -> BTreeMap<Instance, Way<'a>> {
    let mut ways: BTreeMap<Instance, Way<'a>> = start
        .iter()
        .map(|(instance, version)| {
            (instance.clone(), Way { steps: Vec::new(), versions: vec![version] })
        })
        .collect();
    for (at, step) in steps.iter().enumerate().skip(over) {
        for transition in &step.transitions {
            for target in &step.targets {
                let Some(way) = start.moved(transition, target).and_then(|it| ways.get_mut(&it))
                else {
                    continue;
                };
                // A step that names a component twice, or a daemon set for every target, is one move.
                if way.steps.last() == Some(&at) {
                    way.versions.pop();
                } else if way.versions.last() == Some(&&transition.to) {
                    continue; // it is there already
                } else {
                    way.steps.push(at);
                }
                way.versions.push(&transition.to);
            }
        }
    }
    ways
}
