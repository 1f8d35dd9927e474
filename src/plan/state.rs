//! Every instance of the cluster and its version, at one moment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::name::PoolName;

/// The versions of a whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// What installs and upgrades the cluster.
    pub provider: Provider,
    /// Where etcd runs.
    pub etcd_topology: EtcdTopology,
    /// How kube-proxy runs.
    pub kube_proxy: KubeProxyMode,
    /// The instances, grouped by component, pool and version.
    pub instances: Vec<InstanceGroup>,
}

/// How kube-proxy runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KubeProxyMode {
    /// One DaemonSet: it moves on all nodes at once. Its instance is called `kube-proxy`.
    DaemonSet,
    /// A service of each node: it moves with the node's kubelet.
    PerNode,
    /// Not deployed.
    None,
}

impl KubeProxyMode {
    /// How the provider runs it, where it is deployed: kubeadm as a DaemonSet, a manual install as a
    /// service of each node.
    pub const fn of(provider: Provider, deployed: bool) -> Self {
        match (deployed, provider) {
            (false, _) => Self::None,
            (true, Provider::Kubeadm) => Self::DaemonSet,
            (true, Provider::Manual) => Self::PerNode,
        }
    }
}

/// Instances by what they have in common.
#[derive(Debug, Clone, Default)]
pub struct Groups(BTreeMap<(Component, Option<PoolName>, ComponentVersion), Vec<InstanceName>>);

impl Groups {
    /// Adds an instance behind those that are alike.
    pub fn add(
        &mut self,
        component: Component,
        pool: Option<&PoolName>,
        version: ComponentVersion,
        name: InstanceName,
    ) {
        self.0.entry((component, pool.cloned(), version)).or_default().push(name);
    }

    /// In the order in which a state lists them.
    pub fn list(self) -> Vec<InstanceGroup> {
        let group =
            |((component, pool, version), names)| InstanceGroup { component, version, pool, names };
        self.0.into_iter().map(group).collect()
    }
}

/// Instances of one component that run one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceGroup {
    /// The component.
    pub component: Component,
    /// Its version.
    pub version: ComponentVersion,
    /// The pool, for worker nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// The instances: nodes, etcd members or clients.
    pub names: Vec<InstanceName>,
}
