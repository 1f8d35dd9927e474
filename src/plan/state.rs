//! Every instance of the cluster and its version, at one moment.

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
