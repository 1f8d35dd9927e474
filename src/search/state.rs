//! The joint state of a cluster, as far as the rules can tell states apart.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::inventory::Inventory;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::Ladder;
use super::Level;

/// The joint state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClusterState {
    /// The hop that is under way: 0 is the levelling before the first.
    pub hop: usize,
    /// How far the hop has come in the canonical order.
    pub stage: Stage,
    /// The control-plane nodes, the one that moves next first.
    pub control_plane: Vec<ControlPlane>,
    /// How many etcd members run each version.
    pub etcd: BTreeMap<EtcdVersion, u64>,
    /// How many nodes are in each cohort.
    pub kubelets: BTreeMap<Cohort, u64>,
    /// kube-proxy where it is one `DaemonSet`.
    pub kube_proxy: Option<Level>,
    /// How many clients are at each level.
    pub clients: BTreeMap<Level, u64>,
}

/// How far a hop has come: transitions of a hop never go back to an earlier stage, and cohorts move
/// in their own order, so that the order inside a hop is a guard and not luck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// etcd.
    Etcd,
    /// kube-apiserver, kube-controller-manager, kube-scheduler.
    ControlPlane,
    /// kube-proxy on its own.
    KubeProxy,
    /// kubelets, up to this cohort.
    Nodes(Option<Cohort>),
    /// Clients, up to this level.
    Clients(Option<Level>),
}

/// The versions of one control-plane node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlPlane {
    /// kube-apiserver.
    pub apiserver: Level,
    /// kube-controller-manager.
    pub controller_manager: Level,
    /// kube-scheduler.
    pub scheduler: Level,
}

impl ControlPlane {
    /// The oldest of the three.
    pub fn oldest(&self) -> Level {
        self.apiserver.min(self.controller_manager).min(self.scheduler)
    }

    /// All three at one level.
    pub fn at(level: Level) -> Self {
        Self { apiserver: level, controller_manager: level, scheduler: level }
    }
}

/// Nodes that the rules cannot tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cohort {
    /// What the nodes are for.
    pub role: Role,
    /// Their kubelet.
    pub kubelet: Level,
    /// Their kube-proxy, where it is a service of the node.
    pub kube_proxy: Option<Level>,
}

/// What a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A node of the control plane: its kubelet moves before those of workers.
    ControlPlane,
    /// A worker.
    Worker,
}

impl ClusterState {
    /// The state of a cluster of which everything is known.
    ///
    /// What is `None` in the inventory counts as absent here: `planner` settles unknowns first.
    pub fn of(inventory: &Inventory, ladder: &Ladder) -> Self {
        let level = |version: &KubernetesVersion| ladder.level(version);
        let mut control_plane: Vec<ControlPlane> = inventory
            .control_plane
            .iter()
            .filter_map(|node| {
                let apiserver = level(node.apiserver.as_ref()?);
                Some(ControlPlane {
                    apiserver,
                    controller_manager: node.controller_manager.as_ref().map_or(apiserver, level),
                    scheduler: node.scheduler.as_ref().map_or(apiserver, level),
                })
            })
            .collect();
        control_plane.sort_unstable_by_key(|node| (node.oldest(), *node));

        let common = inventory.kube_proxy.as_ref();
        let manual = inventory.provider == Provider::Manual && common.is_some();
        let mut kubelets = BTreeMap::new();
        let masters = inventory.control_plane.iter().filter_map(|node| {
            Some((Role::ControlPlane, node.kubelet.as_ref()?, node.kube_proxy.as_ref()))
        });
        let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes);
        let workers = workers.map(|node| (Role::Worker, &node.kubelet, node.kube_proxy.as_ref()));
        for (role, kubelet, own) in masters.chain(workers) {
            let kube_proxy = own.or(common).filter(|_| manual).map(level);
            let cohort = Cohort { role, kubelet: level(kubelet), kube_proxy };
            *kubelets.entry(cohort).or_default() += 1;
        }
        let mut etcd = BTreeMap::new();
        for version in inventory.etcd.members.iter().filter_map(|member| member.version.clone()) {
            *etcd.entry(version).or_default() += 1;
        }
        let mut clients = BTreeMap::new();
        for kubectl in inventory.clients.iter().filter_map(|client| client.kubectl.as_ref()) {
            *clients.entry(level(kubectl)).or_default() += 1;
        }
        Self {
            hop: 0,
            stage: Stage::Etcd,
            control_plane,
            etcd,
            kubelets,
            kube_proxy: common.filter(|_| !manual).map(level),
            clients,
        }
    }

    /// The oldest and the newest kube-apiserver.
    pub fn apiservers(&self) -> (Level, Level) {
        // An inventory has at least one control-plane node, so the fallback is never taken.
        let nothing = Level { minor: crate::version::MinorVersion::new(0, 0), reached: 0 };
        let levels = self.control_plane.iter().map(|node| node.apiserver);
        (levels.clone().min().unwrap_or(nothing), levels.max().unwrap_or(nothing))
    }

    /// Whether all three parts of every control-plane node are at `level` or above.
    pub fn control_plane_at(&self, level: Level) -> bool {
        self.control_plane.iter().all(|node| node.oldest() >= level)
    }

    /// The oldest and the newest etcd member.
    pub fn etcd_span(&self) -> Option<(&EtcdVersion, &EtcdVersion)> {
        Some((self.etcd.first_key_value()?.0, self.etcd.last_key_value()?.0))
    }
}
