//! A small replay of plans: which instance runs what, act by act.

use std::collections::BTreeMap;

use kubehop::component::Component;
use kubehop::component::ComponentVersion;
use kubehop::inventory::Inventory;
use kubehop::name::InstanceName;
use kubehop::plan::Disruption;
use kubehop::plan::KubeProxyMode;
use kubehop::plan::Plan;
use kubehop::plan::State;
use kubehop::plan::Step;
use kubehop::version::KubernetesVersion;
use proptest::test_runner::TestCaseError;

/// One step on one target.
pub(crate) struct Act<'a> {
    pub(crate) step: &'a Step,
    pub(crate) target: &'a InstanceName,
}

/// Every act of a plan that changes a version.
pub(crate) fn acts(plan: &Plan) -> Vec<Act<'_>> {
    let steps = plan.steps().map(|(_, step)| step).filter(|step| !step.transitions.is_empty());
    steps.flat_map(|step| step.targets.iter().map(move |target| Act { step, target })).collect()
}

/// Drains and restarts of etcd members.
pub(crate) fn cost(acts: &[Act<'_>]) -> (u64, u64) {
    let count = |of: fn(&Step) -> bool| acts.iter().filter(|act| of(act.step)).count() as u64;
    (
        count(|step| step.disruption == Disruption::Drain),
        count(|step| step.component == Some(Component::Etcd)),
    )
}

/// Drains and restarts of etcd members of whole steps.
pub(crate) fn figures<'a>(steps: impl Iterator<Item = &'a Step>) -> (u64, u64) {
    let mut figures = (0, 0);
    for step in steps.filter(|step| !step.transitions.is_empty()) {
        let targets = step.targets.len() as u64;
        if step.disruption == Disruption::Drain {
            figures.0 += targets;
        }
        if step.component == Some(Component::Etcd) {
            figures.1 += targets;
        }
    }
    figures
}

/// A cluster, instance by instance.
#[derive(Clone)]
pub(crate) struct Cluster {
    base: Inventory,
    mode: KubeProxyMode,
    runs: BTreeMap<(Component, InstanceName), ComponentVersion>,
}

impl Cluster {
    /// The instances of a state; the rest of what is known comes from an inventory.
    pub(crate) fn of(base: &Inventory, state: &State) -> Self {
        let groups = state.instances.iter();
        let runs = groups.flat_map(|group| {
            let entry =
                |name: &InstanceName| ((group.component, name.clone()), group.version.clone());
            group.names.iter().map(entry)
        });
        Self { base: base.clone(), mode: state.kube_proxy, runs: runs.collect() }
    }

    /// Does what a step says on one target.
    pub(crate) fn apply(&mut self, act: &Act<'_>) -> Result<(), TestCaseError> {
        for transition in &act.step.transitions {
            let daemon_set = transition.component == Component::KubeProxy
                && self.mode == KubeProxyMode::DaemonSet;
            let name = if daemon_set { "kube-proxy".parse().unwrap() } else { act.target.clone() };
            let Some(runs) = self.runs.get_mut(&(transition.component, name)) else {
                return Err(TestCaseError::fail(format!(
                    "{}: no {} on {}",
                    act.step.id, transition.component, act.target
                )));
            };
            if *runs > transition.to && transition.component != Component::Kubectl {
                return Err(TestCaseError::fail(format!(
                    "{}: {} on {} goes down",
                    act.step.id, transition.component, act.target
                )));
            }
            *runs = transition.to.clone();
        }
        Ok(())
    }

    fn kubernetes(&self, component: Component, name: &InstanceName) -> Option<KubernetesVersion> {
        self.runs.get(&(component, name.clone()))?.kubernetes().cloned()
    }

    /// The cluster as somebody would write it down now; `None` where an inventory has no words.
    pub(crate) fn inventory(&self) -> Option<Inventory> {
        let mut inventory = self.base.clone();
        for node in &mut inventory.control_plane {
            let part = |component| self.kubernetes(component, &node.name);
            node.apiserver = part(Component::KubeApiserver);
            node.controller_manager = part(Component::KubeControllerManager);
            node.scheduler = part(Component::KubeScheduler);
            node.kubelet = part(Component::Kubelet);
        }
        for member in &mut inventory.etcd.members {
            let runs = self.runs.get(&(Component::Etcd, member.name.clone()));
            member.version = runs.and_then(|version| version.etcd()).cloned();
        }
        for pool in &mut inventory.pools {
            for node in &mut pool.nodes {
                node.kubelet = self.kubernetes(Component::Kubelet, &node.name).unwrap();
            }
            // Some nodes of a counted pool have moved, so it is no longer one version.
            pool.counted &= pool.nodes.windows(2).all(|two| two[0].kubelet == two[1].kubelet);
        }
        for client in &mut inventory.clients {
            client.kubectl = self.kubernetes(Component::Kubectl, &client.name);
        }
        let proxies = self.runs.iter().filter(|((part, _), _)| *part == Component::KubeProxy);
        let mut proxies: Vec<_> = proxies.map(|(_, version)| version).collect();
        proxies.dedup();
        inventory.kube_proxy = match proxies.as_slice() {
            [] => None,
            [one] => one.kubernetes().cloned(),
            _ => return None,
        };
        Some(inventory)
    }

    /// The cluster as somebody would write it down who has looked at kube-proxy on each node.
    #[allow(dead_code, reason = "not every test looks so closely")]
    pub(crate) fn close_look(&self) -> Inventory {
        if let Some(inventory) = self.inventory() {
            return inventory;
        }
        let mut same = self.clone();
        let proxies = same.runs.iter().filter(|((part, _), _)| *part == Component::KubeProxy);
        let newest = proxies.map(|(_, version)| version.clone()).max().unwrap();
        for ((part, _), version) in &mut same.runs {
            if *part == Component::KubeProxy {
                version.clone_from(&newest);
            }
        }
        let mut inventory = same.inventory().unwrap();
        let own = |name: &InstanceName| {
            let runs = self.kubernetes(Component::KubeProxy, name);
            runs.filter(|version| Some(version) != newest.kubernetes())
        };
        for node in &mut inventory.control_plane {
            node.kube_proxy = own(&node.name);
        }
        for node in inventory.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
            node.kube_proxy = own(&node.name);
        }
        inventory
    }
}
