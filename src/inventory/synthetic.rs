//! An inventory made from two versions, for those who have not collected one.

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::Client;
use super::ControlPlaneNode;
use super::Etcd;
use super::EtcdMember;
use super::Inventory;
use super::Node;
use super::NodeFacts;
use super::NodePool;

/// How large a synthetic cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The number of control-plane nodes; at least 1.
    pub control_plane: usize,
    /// The number of worker nodes, in one pool.
    pub workers: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { control_plane: 1, workers: 1 }
    }
}

impl Inventory {
    /// A cluster with every component at `version`: control-plane nodes `control-plane-1…`, a pool
    /// `workers`, one client `kubectl`. `etcd` is `None` where its version was not given.
    pub fn synthetic(
        version: &KubernetesVersion,
        etcd: Option<&EtcdVersion>,
        topology: EtcdTopology,
        provider: Provider,
        size: Size,
    ) -> Self {
        let named = |prefix: &str, number: usize| {
            // The words are ours, so they are names.
            let pool: Option<PoolName> = prefix.parse().ok();
            pool.map(|pool| InstanceName::counted(&pool, number))
        };
        let control_plane: Vec<ControlPlaneNode> = (1..=size.control_plane.max(1))
            .filter_map(|number| named("control-plane", number))
            .map(|name| ControlPlaneNode {
                name,
                apiserver: Some(version.clone()),
                controller_manager: Some(version.clone()),
                scheduler: Some(version.clone()),
                kubelet: Some(version.clone()),
                kube_proxy: None,
                facts: NodeFacts::default(),
            })
            .collect();
        let prefix = match topology {
            EtcdTopology::Stacked => "control-plane",
            EtcdTopology::External => "etcd",
        };
        let members = (1..=control_plane.len())
            .filter_map(|number| named(prefix, number))
            .map(|name| EtcdMember { name, version: etcd.cloned(), problems: Vec::new() })
            .collect();
        let nodes: Vec<Node> = (1..=size.workers)
            .filter_map(|number| named("workers", number))
            .map(|name| Node {
                name,
                kubelet: version.clone(),
                kube_proxy: None,
                facts: NodeFacts::default(),
            })
            .collect();
        let pools = "workers".parse().ok().filter(|_| !nodes.is_empty()).map(|name| NodePool {
            name,
            nodes,
            counted: true,
        });
        let clients =
            "kubectl".parse().ok().map(|name| Client { name, kubectl: Some(version.clone()) });
        Self {
            name: "unnamed".to_owned(),
            observed_at: None,
            provider,
            endpoint: None,
            control_plane,
            etcd: Etcd { topology, endpoints: Vec::new(), members },
            kube_proxy: Some(version.clone()),
            core_dns: None,
            kubeadm: None,
            pools: pools.into_iter().collect(),
            clients: clients.into_iter().collect(),
            unknowns: Vec::new(),
            synthetic: true,
        }
    }
}
