//! The cluster at one moment, as the plan document shows it, and the plan in numbers.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Groups;
use crate::plan::KubeProxyMode;
use crate::plan::State;
use crate::plan::VersionChange;
use crate::plan::VersionCount;

use super::roster::Roster;

/// The name of the one instance of a kube-proxy `DaemonSet`.
const DAEMON_SET: &str = "kube-proxy";

/// How kube-proxy runs in a cluster.
pub(super) fn kube_proxy_mode(inventory: &Inventory) -> KubeProxyMode {
    KubeProxyMode::of(inventory.provider, inventory.kube_proxy.is_some())
}

/// Every instance with its version, grouped.
pub(super) fn state(roster: &Roster) -> State {
    let inventory = &roster.inventory;
    let mut groups = Groups::default();
    let mut add =
        |component, pool: Option<&PoolName>, version: ComponentVersion, name: &InstanceName| {
            groups.add(component, pool, version, name.clone());
        };
    for member in &inventory.etcd.members {
        if let Some(version) = &member.version {
            add(Component::Etcd, None, version.clone().into(), &member.name);
        }
    }
    for node in &inventory.control_plane {
        let parts = [
            (Component::KubeApiserver, &node.apiserver),
            (Component::KubeControllerManager, &node.controller_manager),
            (Component::KubeScheduler, &node.scheduler),
            (Component::Kubelet, &node.kubelet),
        ];
        for (component, version) in parts {
            if let Some(version) = version {
                add(component, None, version.clone().into(), &node.name);
            }
        }
    }
    for pool in &inventory.pools {
        for node in &pool.nodes {
            add(Component::Kubelet, Some(&pool.name), node.kubelet.clone().into(), &node.name);
        }
    }
    let mode = kube_proxy_mode(inventory);
    if let Some(version) = &inventory.kube_proxy {
        let own = |name: &InstanceName| roster.proxy_of(name).unwrap_or(version).clone().into();
        match mode {
            KubeProxyMode::DaemonSet => {
                if let Ok(name) = DAEMON_SET.parse() {
                    add(Component::KubeProxy, None, version.clone().into(), &name);
                }
            }
            KubeProxyMode::PerNode => {
                let masters = inventory.control_plane.iter().filter(|node| node.kubelet.is_some());
                for node in masters {
                    add(Component::KubeProxy, None, own(&node.name), &node.name);
                }
                for pool in &inventory.pools {
                    for node in &pool.nodes {
                        add(Component::KubeProxy, Some(&pool.name), own(&node.name), &node.name);
                    }
                }
            }
            KubeProxyMode::None => {}
        }
    }
    for client in &inventory.clients {
        if let Some(version) = &client.kubectl {
            add(Component::Kubectl, None, version.clone().into(), &client.name);
        }
    }
    State {
        provider: inventory.provider,
        etcd_topology: inventory.etcd.topology,
        kube_proxy: mode,
        instances: groups.list(),
    }
}

/// What each component runs before and after.
pub(super) fn changes(before: &State, after: &State) -> Vec<VersionChange> {
    let (before, after) = (counts(before), counts(after));
    Component::ALL
        .into_iter()
        .filter(|component| before.contains_key(component) || after.contains_key(component))
        .map(|component| VersionChange {
            component,
            before: before.get(&component).map(listed).unwrap_or_default(),
            after: after.get(&component).map(listed).unwrap_or_default(),
        })
        .collect()
}

type Counts = BTreeMap<Component, BTreeMap<ComponentVersion, u64>>;

fn counts(state: &State) -> Counts {
    let mut counts = Counts::new();
    for group in &state.instances {
        let versions = counts.entry(group.component).or_default();
        *versions.entry(group.version.clone()).or_default() += group.names.len() as u64;
    }
    counts
}

fn listed(versions: &BTreeMap<ComponentVersion, u64>) -> Vec<VersionCount> {
    versions
        .iter()
        .map(|(version, count)| VersionCount { version: version.clone(), count: *count })
        .collect()
}
