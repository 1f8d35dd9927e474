//! What every instance runs at one moment, and what a step does to it.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Groups;
use crate::plan::KubeProxyMode;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::Transition;
use crate::plan::VersionChange;
use crate::plan::VersionCount;

/// The one instance of a kube-proxy `DaemonSet`.
pub(super) const DAEMON_SET: &str = "kube-proxy";

/// An instance of a component.
pub(super) type Instance = (Component, InstanceName);

/// A cluster at one moment of a plan.
#[derive(Debug, Clone)]
pub(super) struct Runs {
    frame: State,
    pools: BTreeMap<Instance, PoolName>,
    versions: BTreeMap<Instance, ComponentVersion>,
}

impl Runs {
    pub(super) fn of(state: &State) -> Self {
        let (mut pools, mut versions) = (BTreeMap::new(), BTreeMap::new());
        for group in &state.instances {
            for name in &group.names {
                let instance = (group.component, name.clone());
                if let Some(pool) = &group.pool {
                    pools.insert(instance.clone(), pool.clone());
                }
                versions.entry(instance).or_insert_with(|| group.version.clone());
            }
        }
        let frame = State { instances: Vec::new(), ..state.clone() };
        Self { frame, pools, versions }
    }

    /// Every instance with its version.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Instance, &ComponentVersion)> {
        self.versions.iter()
    }

    /// What an instance runs.
    pub(super) fn version(&self, instance: &Instance) -> Option<&ComponentVersion> {
        self.versions.get(instance)
    }

    /// The pool of an instance, for worker nodes.
    pub(super) fn pool(&self, instance: &Instance) -> Option<&PoolName> {
        self.pools.get(instance)
    }

    /// Says what an instance runs.
    pub(super) fn set(&mut self, instance: &Instance, version: &ComponentVersion) {
        if let Some(runs) = self.versions.get_mut(instance) {
            runs.clone_from(version);
        }
    }

    /// Takes an instance out.
    pub(super) fn remove(&mut self, instance: &Instance) {
        self.versions.remove(instance);
    }

    /// The instance that a transition moves on a target: kube-proxy as a `DaemonSet` is one for all.
    pub(super) fn moved(&self, transition: &Transition, target: &InstanceName) -> Option<Instance> {
        let component = transition.component;
        let daemon_set =
            component == Component::KubeProxy && self.frame.kube_proxy == KubeProxyMode::DaemonSet;
        let name = if daemon_set { DAEMON_SET.parse().ok()? } else { target.clone() };
        let instance = (component, name);
        self.versions.contains_key(&instance).then_some(instance)
    }

    /// Does what a step says, on every target.
    pub(super) fn apply(&mut self, step: &Step) {
        for transition in &step.transitions {
            for target in &step.targets {
                if let Some(instance) = self.moved(transition, target) {
                    self.set(&instance, &transition.to);
                }
            }
        }
    }

    /// As a plan shows a state.
    pub(super) fn state(&self) -> State {
        let mut groups = Groups::default();
        for (instance, version) in &self.versions {
            let (component, name) = instance;
            groups.add(*component, self.pools.get(instance), version.clone(), name.clone());
        }
        State { instances: groups.list(), ..self.frame.clone() }
    }

    /// How many instances of a component run each version, oldest first.
    fn counts(&self) -> BTreeMap<Component, BTreeMap<&ComponentVersion, u64>> {
        let mut counts: BTreeMap<Component, BTreeMap<&ComponentVersion, u64>> = BTreeMap::new();
        for ((component, _), version) in &self.versions {
            *counts.entry(*component).or_default().entry(version).or_default() += 1;
        }
        counts
    }

    /// What each component runs here and afterwards.
    pub(super) fn changes(&self, after: &Self) -> Vec<VersionChange> {
        let (before, after) = (self.counts(), after.counts());
        let listed = |versions: Option<&BTreeMap<&ComponentVersion, u64>>| {
            let entry = |(version, count): (&&ComponentVersion, &u64)| VersionCount {
                version: (*version).clone(),
                count: *count,
            };
            versions.into_iter().flatten().map(entry).collect::<Vec<_>>()
        };
        Component::ALL
            .into_iter()
            .filter(|component| before.contains_key(component) || after.contains_key(component))
            .map(|component| VersionChange {
                component,
                before: listed(before.get(&component)),
                after: listed(after.get(&component)),
            })
            .collect()
    }

    /// The number of instances of a component.
    pub(super) fn count(&self, component: Component) -> u64 {
        self.versions.keys().filter(|(known, _)| *known == component).count() as u64
    }
}
