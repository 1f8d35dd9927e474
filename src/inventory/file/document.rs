//! The `ClusterInventory` document, key by key.

use super::super::Unknown;
use super::super::facts::CgroupVersion;
use super::super::kubeadm::KubeadmConfig;
use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What runs now, as a file: `kind: ClusterInventory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryDocument {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `ClusterInventory`.
    pub kind: Kind,
    /// The name of the cluster.
    #[serde(default)]
    pub metadata: Metadata,
    /// When the cluster was looked at (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// What installs and upgrades the cluster.
    #[serde(default)]
    pub provider: Provider,
    /// The control plane.
    pub control_plane: ControlPlaneDocument,
    /// etcd.
    #[serde(default)]
    pub etcd: EtcdDocument,
    /// The version of kube-proxy; absent: not deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_proxy: Option<KubernetesVersion>,
    /// The image tag of `CoreDNS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_dns: Option<String>,
    /// What kubeadm and its config maps say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeadm: Option<KubeadmConfig>,
    /// The worker nodes.
    #[serde(default)]
    pub node_pools: Vec<NodePoolDocument>,
    /// The machines from which kubectl is called.
    #[serde(default)]
    pub clients: Vec<ClientDocument>,
    /// What could not be found out, each with the command that settles it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknowns: Vec<Unknown>,
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// What runs now.
    ClusterInventory,
}

/// The name of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The name, such as `prod-eu-1`.
    #[serde(default)]
    pub name: String,
}

/// The control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlPlaneDocument {
    /// Where clients reach the API, such as `api.prod.example:6443`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Its nodes.
    pub nodes: Vec<ControlPlaneNodeDocument>,
}

/// A node of the control plane. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ControlPlaneNodeDocument {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kube-apiserver. A plan needs it; an audit does without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_apiserver: Option<KubernetesVersion>,
    /// Its kube-controller-manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_controller_manager: Option<KubernetesVersion>,
    /// Its kube-scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_scheduler: Option<KubernetesVersion>,
    /// Its kubelet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubelet: Option<KubernetesVersion>,
    /// Its kube-proxy, where the pod of the node was seen and runs another version than `kubeProxy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_proxy: Option<KubernetesVersion>,
    /// The operating system image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The container runtime, such as `containerd://1.7.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<String>,
    /// The cgroup version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// Whether it reported itself ready when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// Whether it was cordoned when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cordoned: Option<bool>,
    /// Its taints, as `KEY=VALUE:EFFECT` or `KEY:EFFECT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<String>,
}

/// etcd. Without members one per control-plane node is assumed, its version unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EtcdDocument {
    /// Where it runs.
    #[serde(default)]
    pub topology: EtcdTopology,
    /// Where clients reach an external etcd, such as `https://etcd-1.example:2379`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<String>,
    /// Its members.
    #[serde(default)]
    pub members: Vec<EtcdMemberDocument>,
}

/// A member of etcd. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EtcdMemberDocument {
    /// Its name: that of the node where it is stacked.
    pub name: InstanceName,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<EtcdVersion>,
    /// What it reported of itself that must be settled before an upgrade: alarms, being a learner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// A pool: either named nodes, or a count of nodes with one kubelet version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodePoolDocument {
    /// The name of the pool.
    pub name: PoolName,
    /// Its nodes by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Vec<NodeDocument>>,
    /// Their number, where they are not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The kubelet of all of them, where they are only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubelet: Option<KubernetesVersion>,
}

/// A worker node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeDocument {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kubelet.
    pub kubelet: KubernetesVersion,
    /// Its kube-proxy, where the pod of the node was seen and runs another version than `kubeProxy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_proxy: Option<KubernetesVersion>,
    /// The operating system image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The container runtime, such as `containerd://1.7.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<String>,
    /// The cgroup version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// Whether it reported itself ready when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// Whether it was cordoned when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cordoned: Option<bool>,
    /// Its taints, as `KEY=VALUE:EFFECT` or `KEY:EFFECT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<String>,
}

/// A place from which kubectl is called. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientDocument {
    /// What people call it.
    pub name: InstanceName,
    /// Its kubectl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubectl: Option<KubernetesVersion>,
}
