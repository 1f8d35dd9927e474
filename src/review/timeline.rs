//! The versions of the cluster from step to step, as the plan's own transitions lead to them.
//!
//! Neither the planner nor the verifier is asked: a review counts for itself.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::plan::Duration;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::VersionCount;

/// How many instances of each component run each version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Census<'a>(BTreeMap<Component, BTreeMap<&'a ComponentVersion, u64>>);

impl<'a> Census<'a> {
    fn of(state: &'a State) -> Self {
        let mut census = Self::default();
        for group in &state.instances {
            census.add(group.component, &group.version, group.names.len() as u64);
        }
        census
    }

    fn add(&mut self, component: Component, version: &'a ComponentVersion, count: u64) {
        *self.0.entry(component).or_default().entry(version).or_default() += count;
    }

    fn remove(&mut self, component: Component, version: &ComponentVersion) {
        if let Some(versions) = self.0.get_mut(&component)
            && let Some(count) = versions.get_mut(version)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                versions.retain(|_, count| *count > 0);
            }
        }
    }

    /// The versions of a component, oldest first.
    pub(super) fn versions(
        &self,
        component: Component,
    ) -> impl DoubleEndedIterator<Item = &'a ComponentVersion> + '_ {
        self.0.get(&component).into_iter().flat_map(|versions| versions.keys().copied())
    }

    /// The versions of a component and how many run each, oldest first.
    pub(super) fn counts(&self, component: Component) -> Vec<VersionCount> {
        let counts = self.0.get(&component).into_iter().flatten();
        counts
            .map(|(version, count)| VersionCount { version: (*version).clone(), count: *count })
            .collect()
    }

    /// The minors of a component, as far as they are of Kubernetes: the oldest and the newest.
    pub(super) fn minors(&self, component: Component) -> Option<(u64, u64)> {
        let minor = |version: &&'a ComponentVersion| {
            version.kubernetes().map(|version| version.minor().number())
        };
        let oldest = self.versions(component).find_map(|version| minor(&version))?;
        let newest = self.versions(component).rev().find_map(|version| minor(&version))?;
        Some((oldest, newest))
    }
}

/// A step and what runs around it.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    /// The step.
    pub(super) step: &'a Step,
    /// What runs at any time while it is carried out: where several targets move one after the
    /// other, the old and the new versions.
    pub(super) during: Census<'a>,
    /// What runs after it.
    pub(super) after: Census<'a>,
}

/// All steps in order.
#[derive(Debug)]
pub(super) struct Timeline<'a> {
    /// What runs before the first step.
    pub(super) start: Census<'a>,
    /// The steps.
    pub(super) moments: Vec<Moment<'a>>,
}

impl<'a> Timeline<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let start = Census::of(&plan.initial_state);
        let mut now: BTreeMap<(Component, &str), &ComponentVersion> = BTreeMap::new();
        for group in &plan.initial_state.instances {
            for name in &group.names {
                now.insert((group.component, name.as_str()), &group.version);
            }
        }
        let daemon_set = plan.initial_state.kube_proxy == KubeProxyMode::DaemonSet;
        let mut census = start.clone();
        let mut moments = Vec::new();
        for (_, step) in plan.steps() {
            let before = census.clone();
            let mut several = Vec::new();
            for transition in &step.transitions {
                let component = transition.component;
                let one = component == Component::KubeProxy && daemon_set;
                let names: Vec<&str> = if one {
                    vec!["kube-proxy"]
                } else {
                    step.targets.iter().map(crate::name::InstanceName::as_str).collect()
                };
                let mut moved = 0;
                for name in names {
                    let Some(version) = now.get_mut(&(component, name)) else { continue };
                    if **version == transition.to {
                        continue;
                    }
                    census.remove(component, version);
                    census.add(component, &transition.to, 1);
                    *version = &transition.to;
                    moved += 1;
                }
                if moved > 1 {
                    several.push(component);
                }
            }
            let mut during = census.clone();
            for component in several {
                for version in before.versions(component) {
                    during.add(component, version, 1);
                }
            }
            moments.push(Moment { step, during, after: census.clone() });
        }
        Self { start, moments }
    }

    /// What runs after the last step.
    pub(super) fn end(&self) -> &Census<'a> {
        self.moments.last().map_or(&self.start, |moment| &moment.after)
    }

    /// What runs before a step.
    pub(super) fn before(&self, at: usize) -> &Census<'a> {
        at.checked_sub(1).map_or(&self.start, |at| &self.moments[at].after)
    }

    /// Minutes of a run of steps, one after the other.
    pub(super) fn minutes(&self, from: usize, to: usize) -> Duration {
        self.moments[from..=to]
            .iter()
            .fold(Duration::default(), |sum, moment| sum.plus(moment.step.duration))
    }
}
