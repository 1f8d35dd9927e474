//! Every instance and what it runs, as the plan goes along.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::search::Cohort;
use crate::search::Ladder;
use crate::search::Level;
use crate::search::Role;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

/// The cluster at one moment of the plan.
#[derive(Debug, Clone)]
pub(super) struct Roster {
    /// The versions, every one of them known.
    pub(super) inventory: Inventory,
    /// kube-proxy of nodes on which it is another than that of the rest, where it is a service of the node.
    proxies: BTreeMap<InstanceName, KubernetesVersion>,
    /// The lists of nodes that steps work through, by file.
    lists: BTreeMap<String, (PoolName, Vec<InstanceName>)>,
}

/// Nodes of one group that move together: a pool's, or the control plane's.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The pool; `None` for the control plane.
    pub(super) pool: Option<PoolName>,
    /// Whether the pool is only counted.
    pub(super) counted: bool,
    /// The nodes, in order.
    pub(super) nodes: Vec<InstanceName>,
    /// The oldest kubelet among them.
    pub(super) oldest: KubernetesVersion,
    /// The oldest kube-proxy among them, where it is a service of the node.
    pub(super) oldest_proxy: Option<KubernetesVersion>,
}

impl Roster {
    pub(super) fn new(inventory: Inventory) -> Self {
        let own = inventory.own_kube_proxies();
        let proxies = own.map(|(name, version)| (name.clone(), version.clone())).collect();
        Self { inventory, proxies, lists: BTreeMap::new() }
    }

    /// The file of a list of nodes: `POOL.nodes`, and another one for every other list of the pool, so
    /// that no step reads the nodes of another.
    pub(super) fn list(&mut self, pool: &PoolName, nodes: &[InstanceName]) -> String {
        let mut number = 1;
        loop {
            let file = if number == 1 {
                format!("{pool}.nodes")
            } else {
                format!("{pool}-{number}.nodes")
            };
            match self.lists.get(&file) {
                Some((of, known)) if of == pool && known == nodes => return file,
                Some(_) => number += 1,
                None => {
                    self.lists.insert(file.clone(), (pool.clone(), nodes.to_vec()));
                    return file;
                }
            }
        }
    }

    /// kube-proxy of a node, where it is a service of the node.
    pub(super) fn proxy_of(&self, node: &InstanceName) -> Option<&KubernetesVersion> {
        match self.inventory.provider {
            Provider::Kubeadm => None,
            Provider::Manual => self.proxies.get(node).or(self.inventory.kube_proxy.as_ref()),
        }
    }

    /// The oldest and the newest etcd member.
    pub(super) fn etcd_span(&self) -> Option<(&EtcdVersion, &EtcdVersion)> {
        let versions =
            || self.inventory.etcd.members.iter().filter_map(|member| member.version.as_ref());
        versions().min().zip(versions().max())
    }

    /// The members that are older than `to`, by minor, oldest first: each with the oldest version of
    /// its minor.
    pub(super) fn etcd_behind(&self, to: &EtcdVersion) -> Vec<(EtcdVersion, Vec<InstanceName>)> {
        let mut minors: BTreeMap<_, (EtcdVersion, Vec<InstanceName>)> = BTreeMap::new();
        for member in &self.inventory.etcd.members {
            let Some(version) = member.version.as_ref().filter(|version| *version < to) else {
                continue;
            };
            let (oldest, names) =
                minors.entry(version.minor()).or_insert_with(|| (version.clone(), Vec::new()));
            if version < oldest {
                oldest.clone_from(version);
            }
            names.push(member.name.clone());
        }
        minors.into_values().collect()
    }

    /// The groups whose nodes are in a cohort, pools in order.
    pub(super) fn groups(&self, ladder: &Ladder, cohort: &Cohort) -> Vec<Group> {
        let matches = |kubelet: &KubernetesVersion, name: &InstanceName| {
            ladder.level(kubelet) == cohort.kubelet
                && self.proxy_of(name).map(|proxy| ladder.level(proxy)) == cohort.kube_proxy
        };
        let group =
            |pool: Option<&PoolName>, counted, nodes: Vec<(&InstanceName, &KubernetesVersion)>| {
                let oldest = nodes.iter().map(|(_, kubelet)| *kubelet).min()?.clone();
                let oldest_proxy =
                    nodes.iter().filter_map(|(name, _)| self.proxy_of(name)).min().cloned();
                let nodes = nodes.into_iter().map(|(name, _)| name.clone()).collect();
                Some(Group { pool: pool.cloned(), counted, nodes, oldest, oldest_proxy })
            };
        match cohort.role {
            Role::ControlPlane => {
                let nodes = self.inventory.control_plane.iter();
                let nodes = nodes.filter_map(|node| Some((&node.name, node.kubelet.as_ref()?)));
                let nodes = nodes.filter(|(name, kubelet)| matches(kubelet, name)).collect();
                group(None, false, nodes).into_iter().collect()
            }
            Role::Worker => self
                .inventory
                .pools
                .iter()
                .filter_map(|pool| {
                    let nodes = pool.nodes.iter().map(|node| (&node.name, &node.kubelet));
                    let nodes = nodes.filter(|(name, kubelet)| matches(kubelet, name)).collect();
                    group(Some(&pool.name), pool.counted, nodes)
                })
                .collect(),
        }
    }

    /// The clients at a level.
    pub(super) fn clients_at(
        &self,
        ladder: &Ladder,
        level: Level,
    ) -> Vec<(InstanceName, KubernetesVersion)> {
        let clients = self.inventory.clients.iter();
        clients
            .filter_map(|client| Some((client.name.clone(), client.kubectl.clone()?)))
            .filter(|(_, kubectl)| ladder.level(kubectl) == level)
            .collect()
    }

    /// Brings etcd members to a version.
    pub(super) fn move_etcd(&mut self, names: &[InstanceName], to: &EtcdVersion) {
        let members = self.inventory.etcd.members.iter_mut();
        for member in members.filter(|member| names.contains(&member.name)) {
            member.version = Some(to.clone());
        }
    }

    /// Whether kubeadm can be run at the version that the control plane runs, with the record of the
    /// cluster saying the same: every part of every node is on one version.
    pub(super) fn control_plane_is_level(&self) -> bool {
        let nodes = self.inventory.control_plane.iter();
        let mut parts = nodes
            .flat_map(|node| [&node.apiserver, &node.controller_manager, &node.scheduler])
            .flatten();
        let first = parts.next();
        let recorded =
            self.inventory.kubeadm.as_ref().and_then(|kubeadm| kubeadm.kubernetes_version.as_ref());
        parts.chain(recorded).all(|part| Some(part) == first)
    }

    /// Brings a group to a kubelet version, and its nodes' own kube-proxy with it.
    ///
    /// The nodes of a group stand in the order of the inventory, so one walk along both finds them;
    /// a search by name in 5,000 nodes for each of a thousand steps would cost seconds.
    pub(super) fn move_nodes(&mut self, group: &Group, to: &KubernetesVersion) {
        let mut names = group.nodes.iter().peekable();
        let mut in_group = |name: &InstanceName| names.next_if(|next| *next == name).is_some();
        match &group.pool {
            None => {
                for node in &mut self.inventory.control_plane {
                    if in_group(&node.name) {
                        raise(&mut node.kubelet, to);
                    }
                }
            }
            Some(pool) => {
                let pools = self.inventory.pools.iter_mut();
                for node in
                    pools.filter(|known| known.name == *pool).flat_map(|pool| &mut pool.nodes)
                {
                    if in_group(&node.name) && node.kubelet < *to {
                        node.kubelet = to.clone();
                    }
                }
            }
        }
        if self.inventory.provider == Provider::Manual && self.inventory.kube_proxy.is_some() {
            for name in &group.nodes {
                let behind = self.proxy_of(name).is_some_and(|proxy| proxy < to);
                if behind {
                    self.proxies.insert(name.clone(), to.clone());
                }
            }
        }
    }

    /// Brings the kube-proxy `DaemonSet` to a version.
    pub(super) fn move_kube_proxy(&mut self, to: &KubernetesVersion) {
        raise(&mut self.inventory.kube_proxy, to);
    }

    /// Brings a client to a version, newer or older.
    pub(super) fn move_client(&mut self, name: &InstanceName, to: &KubernetesVersion) {
        for client in self.inventory.clients.iter_mut().filter(|client| client.name == *name) {
            client.kubectl = Some(to.clone());
        }
    }
}

/// Raises a known version that is older.
pub(super) fn raise(slot: &mut Option<KubernetesVersion>, to: &KubernetesVersion) {
    if slot.as_ref().is_some_and(|version| version < to) {
        *slot = Some(to.clone());
    }
}
