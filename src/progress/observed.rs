//! What was seen of the cluster, in the names of the plan.
//!
//! A version that is not known stays so. Where the plan only counts a pool its names are made up, so
//! nodes are told by pool and version, and the answer names the real ones.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::version::KubernetesVersion;

use super::runs::DAEMON_SET;
use super::runs::Instance;
use super::runs::Runs;

/// The cluster as it was seen.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// What each instance runs; `None`: not known.
    pub(super) versions: BTreeMap<Instance, Option<ComponentVersion>>,
    /// The real names of nodes that the plan only counts.
    pub(super) real: BTreeMap<InstanceName, InstanceName>,
    /// kube-proxy of single nodes that the inventory does not tell apart.
    pub(super) coarse: BTreeSet<Instance>,
    /// What a person should know about the observation.
    pub(super) notes: Vec<String>,
}

impl Observed {
    /// What an inventory says of the instances of a plan, and of others.
    pub(super) fn new(plan: &Plan, start: &Runs, inventory: &Inventory) -> Self {
        let mut observed = Self::default();
        observed.control_plane(inventory);
        observed.etcd(inventory);
        observed.workers(start, inventory);
        observed.clients(start, inventory);
        observed.kube_proxy(plan, start, inventory);
        observed
    }

    fn see(
        &mut self,
        component: Component,
        name: &InstanceName,
        version: Option<&KubernetesVersion>,
    ) {
        let version = version.cloned().map(ComponentVersion::Kubernetes);
        self.versions.insert((component, name.clone()), version);
    }

    fn control_plane(&mut self, inventory: &Inventory) {
        for node in &inventory.control_plane {
            self.see(Component::KubeApiserver, &node.name, node.apiserver.as_ref());
            self.see(
                Component::KubeControllerManager,
                &node.name,
                node.controller_manager.as_ref(),
            );
            self.see(Component::KubeScheduler, &node.name, node.scheduler.as_ref());
            self.see(Component::Kubelet, &node.name, node.kubelet.as_ref());
        }
    }

    /// Kubernetes cannot tell the members of an external etcd, so that none is known says nothing.
    fn etcd(&mut self, inventory: &Inventory) {
        let members = &inventory.etcd.members;
        if members.iter().all(|member| member.version.is_none()) {
            return;
        }
        for member in members {
            let version = member.version.clone().map(ComponentVersion::Etcd);
            self.versions.insert((Component::Etcd, member.name.clone()), version);
        }
    }

    fn clients(&mut self, start: &Runs, inventory: &Inventory) {
        for client in &inventory.clients {
            self.see(Component::Kubectl, &client.name, client.kubectl.as_ref());
        }
        let planned = start.count(Component::Kubectl);
        if inventory.clients.is_empty() && planned > 0 {
            self.notes.push(
                "the inventory names no client: whether they have moved is not known".to_owned(),
            );
        }
    }

    /// Nodes by name; those of counted pools by pool and version, the furthest first.
    fn workers(&mut self, start: &Runs, inventory: &Inventory) {
        let planned: BTreeSet<&InstanceName> = start
            .iter()
            .filter(|((component, _), _)| *component == Component::Kubelet)
            .map(|((_, name), _)| name)
            .collect();
        for pool in &inventory.pools {
            let mut strange = Vec::new();
            for node in &pool.nodes {
                if planned.contains(&node.name) {
                    self.see(Component::Kubelet, &node.name, Some(&node.kubelet));
                } else {
                    strange.push(node);
                }
            }
            strange.sort_by(|left, right| {
                right.kubelet.cmp(&left.kubelet).then_with(|| left.name.cmp(&right.name))
            });
            let seen: BTreeSet<&InstanceName> = pool.nodes.iter().map(|node| &node.name).collect();
            let mut missing = made_up(start, &pool.name, pool.counted)
                .into_iter()
                .filter(|name| !seen.contains(name))
                .collect::<Vec<_>>()
                .into_iter();
            for node in strange {
                let name = match missing.next() {
                    Some(name) => {
                        if !pool.counted {
                            self.real.insert(name.clone(), node.name.clone());
                        }
                        name
                    }
                    None => node.name.clone(),
                };
                self.see(Component::Kubelet, &name, Some(&node.kubelet));
            }
        }
    }

    fn kube_proxy(&mut self, plan: &Plan, start: &Runs, inventory: &Inventory) {
        let common = inventory.kube_proxy.as_ref();
        let own: BTreeMap<&InstanceName, &KubernetesVersion> =
            inventory.own_kube_proxies().collect();
        match plan.found().kube_proxy {
            KubeProxyMode::DaemonSet => {
                let unread = common.is_none()
                    && inventory.unknowns.iter().any(|unknown| unknown.id == "kube-proxy");
                if let (Ok(name), true) = (DAEMON_SET.parse(), common.is_some() || unread) {
                    self.see(Component::KubeProxy, &name, common);
                }
                if !own.is_empty() {
                    self.notes.push(format!(
                        "kube-proxy runs another version than its daemon set on {}: the rollout is \
                         not finished there",
                        some(&own.keys().copied().cloned().collect::<Vec<_>>())
                    ));
                }
            }
            KubeProxyMode::PerNode => {
                for (instance, _) in
                    start.iter().filter(|((part, _), _)| *part == Component::KubeProxy)
                {
                    let real = self.real.get(&instance.1).unwrap_or(&instance.1);
                    let known = own.get(real).copied();
                    if !self.versions.contains_key(&(Component::Kubelet, instance.1.clone())) {
                        continue;
                    }
                    if known.is_none() && own.is_empty() {
                        self.coarse.insert(instance.clone());
                    }
                    let version = known.or(common).cloned().map(ComponentVersion::Kubernetes);
                    self.versions.insert(instance.clone(), version);
                }
            }
            KubeProxyMode::None => {
                if let (Ok(name), Some(version)) = (DAEMON_SET.parse(), common) {
                    self.see(Component::KubeProxy, &name, Some(version));
                }
            }
        }
    }
}

/// The nodes of a pool of the plan whose names say nothing: made up in the plan, or in the inventory.
fn made_up(start: &Runs, pool: &PoolName, counted_now: bool) -> Vec<InstanceName> {
    let nodes: Vec<InstanceName> = start
        .iter()
        .filter(|(instance, _)| {
            instance.0 == Component::Kubelet && start.pool(instance) == Some(pool)
        })
        .map(|((_, name), _)| name.clone())
        .collect();
    let counted_then =
        nodes.iter().enumerate().all(|(at, name)| *name == InstanceName::counted(pool, at + 1));
    if counted_now || counted_then { nodes } else { Vec::new() }
}

/// The first few names, and how many more there are.
pub(super) fn some(names: &[InstanceName]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
