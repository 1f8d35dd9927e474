//! What kubeadm and its config maps say of a cluster, as far as an upgrade must know it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::KubernetesVersion;

/// What the config maps `kubeadm-config`, `kubelet-config` and `kube-proxy` of `kube-system` say.
///
/// Of flags only the names are kept, and of those that list gates, plugins or APIs what they list:
/// other values may be secret, and no check needs them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubeadmConfig {
    /// The version of the configuration's own API, such as `kubeadm.k8s.io/v1beta3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The release that kubeadm last brought the control plane to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<KubernetesVersion>,
    /// Image tags that are pinned, by what they are pinned for: `etcd`, `dns`. An upgrade keeps them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub image_tags: BTreeMap<String, String>,
    /// Feature gates that are set, by component: `kubeadm`, `kube-apiserver`, `kubelet` and so on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub feature_gates: BTreeMap<String, BTreeMap<String, bool>>,
    /// Flags that are set, by component, without their dashes and values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<String, BTreeSet<String>>,
    /// Admission plugins that are switched on or off by name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub admission_plugins: BTreeSet<String>,
    /// APIs that `--runtime-config` switches on or off, such as `batch/v1beta1`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub runtime_config: BTreeSet<String>,
}
