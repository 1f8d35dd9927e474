//! What runs now, with what is not known taken from the plan that is under way.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::plan::Assumption;
use crate::plan::InventoryProvenance;
use crate::plan::Plan;
use crate::plan::State;

use super::Request;

type Known<'a> = BTreeMap<(Component, &'a InstanceName), &'a ComponentVersion>;

/// The inventory, where a version that is not known is that of the place at which the plan stands.
pub(super) fn filled(inventory: &Inventory, present: &State) -> Inventory {
    let known = known(present);
    let kubernetes = |component, name: &InstanceName| {
        known.get(&(component, name)).and_then(|version| version.kubernetes()).cloned()
    };
    let mut filled = inventory.clone();
    for node in &mut filled.control_plane {
        let name = &node.name;
        for (component, slot) in [
            (Component::KubeApiserver, &mut node.apiserver),
            (Component::KubeControllerManager, &mut node.controller_manager),
            (Component::KubeScheduler, &mut node.scheduler),
            (Component::Kubelet, &mut node.kubelet),
        ] {
            if slot.is_none() {
                *slot = kubernetes(component, name);
            }
        }
    }
    for member in &mut filled.etcd.members {
        if member.version.is_none() {
            let version = known.get(&(Component::Etcd, &member.name));
            member.version = version.and_then(|version| version.etcd()).cloned();
        }
    }
    for client in &mut filled.clients {
        if client.kubectl.is_none() {
            client.kubectl = kubernetes(Component::Kubectl, &client.name);
        }
    }
    filled
}

/// The inventory once a plan has brought every part to the state in which it ends.
pub(super) fn after(inventory: &Inventory, state: &State) -> Inventory {
    let mut blank = inventory.clone();
    for node in &mut blank.control_plane {
        (node.apiserver, node.controller_manager, node.scheduler) = (None, None, None);
        (node.kubelet, node.kube_proxy) = (None, None);
    }
    for member in &mut blank.etcd.members {
        member.version = None;
    }
    for client in &mut blank.clients {
        client.kubectl = None;
    }
    let mut after = filled(&blank, state);
    let known = known(state);
    for node in &mut after.control_plane {
        let proxy = known.get(&(Component::KubeProxy, &node.name));
        node.kube_proxy = proxy.and_then(|version| version.kubernetes()).cloned();
    }
    for node in after.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
        let proxy = known.get(&(Component::KubeProxy, &node.name));
        node.kube_proxy = proxy.and_then(|version| version.kubernetes()).cloned();
        let runs = known.get(&(Component::Kubelet, &node.name));
        if let Some(version) = runs.and_then(|version| version.kubernetes()) {
            node.kubelet.clone_from(version);
        }
    }
    let proxies = known.iter().filter(|((component, _), _)| *component == Component::KubeProxy);
    let proxy = proxies.filter_map(|(_, version)| version.kubernetes()).min();
    after.kube_proxy = proxy.cloned();
    after
}

fn known(state: &State) -> Known<'_> {
    let groups = state.instances.iter();
    groups
        .flat_map(|group| group.names.iter().map(|name| ((group.component, name), &group.version)))
        .collect()
}

/// What was filled in stands among the assumptions, and the plan names the inventory that was given
/// and the options as they were asked for.
pub(super) fn stated(mut plan: Plan, request: &Request<'_>, filled: &Inventory) -> Plan {
    let inventory = request.progress.inventory;
    plan.provenance.inventory = InventoryProvenance {
        digest: inventory.digest(),
        observed_at: inventory.observed_at,
        synthetic: inventory.synthetic,
    };
    plan.provenance.options = request.wishes.options(request.progress.plan);
    if filled != inventory {
        plan.assumptions.push(Assumption {
            id: "versions-of-the-plan".to_owned(),
            text: format!(
                "versions that are not known are taken to be where {} had brought them",
                request.progress.plan.metadata.name
            ),
            settle: "kubehop status PLAN --inventory FILE".to_owned(),
        });
    }
    plan
}
