//! What runs now: control plane, etcd, node pools, clients.
//!
//! The types here are the checked form; [`file`](self) reads and writes the `ClusterInventory`
//! document, [`synthetic`](self) makes one from two versions, [`collect`] one from what `kubectl` and
//! `etcdctl` print. Lists are in canonical order (by name), so that permuted input gives the same
//! plan. An unknown is a state of its own: `None` means "not known", never "none".

pub mod collect;
mod facts;
mod file;
mod kubeadm;
mod synthetic;

pub use facts::CgroupVersion;
pub use facts::NodeFacts;
pub use file::InventoryDocument;
use file::MOST_NODES;
pub use file::schema;
pub use kubeadm::KubeadmConfig;
pub use synthetic::Size;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

/// A cluster as it runs now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The name of the cluster.
    pub name: String,
    /// When it was looked at, if that is known.
    pub observed_at: Option<Timestamp>,
    /// What installs and upgrades it.
    pub provider: Provider,
    /// Where clients reach the API, such as `api.prod.example:6443`.
    pub endpoint: Option<String>,
    /// The control-plane nodes, at least one.
    pub control_plane: Vec<ControlPlaneNode>,
    /// etcd.
    pub etcd: Etcd,
    /// kube-proxy: the DaemonSet's version under kubeadm, that of every node otherwise. `None`: not
    /// deployed.
    pub kube_proxy: Option<KubernetesVersion>,
    /// The image tag of `CoreDNS`, where that is known.
    pub core_dns: Option<String>,
    /// What kubeadm and its config maps say, where they were read.
    pub kubeadm: Option<KubeadmConfig>,
    /// The worker nodes.
    pub pools: Vec<NodePool>,
    /// The machines from which people and pipelines call kubectl.
    pub clients: Vec<Client>,
    /// What could not be found out.
    pub unknowns: Vec<Unknown>,
    /// Whether this was made from two versions rather than observed.
    pub synthetic: bool,
}

/// Something that could not be found out about the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unknown {
    /// A stable name, such as `external-etcd-version`.
    pub id: String,
    /// What is not known, and why.
    pub text: String,
    /// The command that settles it.
    pub settle: String,
}

/// A node of the control plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPlaneNode {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kube-apiserver; `None`: not known, so that nothing can be planned.
    pub apiserver: Option<KubernetesVersion>,
    /// Its kube-controller-manager; `None`: not known.
    pub controller_manager: Option<KubernetesVersion>,
    /// Its kube-scheduler; `None`: not known.
    pub scheduler: Option<KubernetesVersion>,
    /// Its kubelet; `None`: not known under kubeadm, no kubelet there otherwise.
    pub kubelet: Option<KubernetesVersion>,
    /// Its kube-proxy, where its pod was seen and runs another version than the rest.
    pub kube_proxy: Option<KubernetesVersion>,
    /// What else is known of the machine.
    pub facts: NodeFacts,
}

/// etcd and its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etcd {
    /// Where it runs.
    pub topology: EtcdTopology,
    /// Where clients reach an external etcd.
    pub endpoints: Vec<String>,
    /// Its members; where none is named, one per control-plane node is assumed.
    pub members: Vec<EtcdMember>,
}

/// A member of etcd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdMember {
    /// Its name: that of the node where it is stacked.
    pub name: InstanceName,
    /// Its version; `None`: not known.
    pub version: Option<EtcdVersion>,
    /// What it reported of itself that must be settled before an upgrade.
    pub problems: Vec<String>,
}

/// A pool of worker nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodePool {
    /// The name of the pool.
    pub name: PoolName,
    /// Its nodes, by name.
    pub nodes: Vec<Node>,
    /// Whether the pool was only counted, so that the names of its nodes are made up.
    pub counted: bool,
}

/// A worker node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kubelet.
    pub kubelet: KubernetesVersion,
    /// Its kube-proxy, where its pod was seen and runs another version than the rest.
    pub kube_proxy: Option<KubernetesVersion>,
    /// What else is known of the machine.
    pub facts: NodeFacts,
}

/// A place from which kubectl is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What people call it, such as `ci-runners`.
    pub name: InstanceName,
    /// Its kubectl; `None`: not known.
    pub kubectl: Option<KubernetesVersion>,
}

impl Inventory {
    /// The oldest kube-apiserver: what everything else must not be newer than.
    pub fn oldest_apiserver(&self) -> Option<&KubernetesVersion> {
        self.control_plane.iter().filter_map(|node| node.apiserver.as_ref()).min()
    }

    /// The newest kube-apiserver.
    pub fn newest_apiserver(&self) -> Option<&KubernetesVersion> {
        self.control_plane.iter().filter_map(|node| node.apiserver.as_ref()).max()
    }

    /// kube-proxy of the nodes on which it is another than that of the rest.
    pub fn own_kube_proxies(&self) -> impl Iterator<Item = (&InstanceName, &KubernetesVersion)> {
        let control_plane = self.control_plane.iter().map(|node| (&node.name, &node.kube_proxy));
        let workers = self.pools.iter().flat_map(|pool| &pool.nodes);
        let workers = workers.map(|node| (&node.name, &node.kube_proxy));
        control_plane.chain(workers).filter_map(|(name, own)| Some((name, own.as_ref()?)))
    }

    /// The number of worker nodes.
    pub fn workers(&self) -> usize {
        self.pools.iter().map(|pool| pool.nodes.len()).sum()
    }

    /// Every node's facts, control plane included.
    pub fn node_facts(&self) -> impl Iterator<Item = &NodeFacts> {
        let control_plane = self.control_plane.iter().map(|node| &node.facts);
        control_plane.chain(self.pools.iter().flat_map(|pool| &pool.nodes).map(|node| &node.facts))
    }

    /// The cluster without what changes from hour to hour: the moment, readiness, cordons, and what
    /// could not be found out that day.
    fn lasting(mut self) -> Self {
        self.observed_at = None;
        self.unknowns.clear();
        for node in &mut self.control_plane {
            node.facts = std::mem::take(&mut node.facts).lasting();
        }
        for node in self.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
            node.facts = std::mem::take(&mut node.facts).lasting();
        }
        self
    }

    /// Puts every list in canonical order.
    #[must_use]
    pub fn canonical(mut self) -> Self {
        self.control_plane.sort_by(|left, right| left.name.cmp(&right.name));
        self.etcd.members.sort_by(|left, right| left.name.cmp(&right.name));
        self.pools.sort_by(|left, right| left.name.cmp(&right.name));
        for pool in &mut self.pools {
            pool.nodes.sort_by(|left, right| left.name.cmp(&right.name));
        }
        self.clients.sort_by(|left, right| left.name.cmp(&right.name));
        self.unknowns.sort();
        self.unknowns.dedup();
        self
    }
}
