//! What several sections share: ranges of patches, parts of a cluster, fix lines.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::component::Component;
use crate::version::KubernetesVersion;

use super::EMBEDDED;

/// A range of releases, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionRange<V> {
    /// The first release of the range.
    pub from: V,
    /// The last release of the range.
    pub to: V,
}

impl<V: Ord> VersionRange<V> {
    /// Whether the release lies in the range.
    pub fn contains(&self, version: &V) -> bool {
        (&self.from..=&self.to).contains(&version)
    }
}

/// What a fact of the catalog is about: a component, or something around it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The API server.
    KubeApiserver,
    /// The controller manager.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The node agent.
    Kubelet,
    /// The service proxy.
    KubeProxy,
    /// The command line client.
    Kubectl,
    /// The tool that installs and upgrades.
    Kubeadm,
    /// The key-value store.
    Etcd,
    /// The operating system of a node.
    NodeOs,
    /// The container runtime of a node, whichever it is.
    ContainerRuntime,
    /// containerd.
    Containerd,
    /// CoreDNS.
    Coredns,
    /// An addon: CNI, CSI, DNS, ingress.
    Addon,
    /// What users run.
    Workload,
    /// The integration with a cloud.
    Cloud,
    /// Several binaries of one Kubernetes release.
    Kubernetes,
    /// Every server component and the kubelet.
    All,
}

impl Area {
    /// The component of the plan, if it is one.
    pub const fn component(self) -> Option<Component> {
        match self {
            Self::KubeApiserver => Some(Component::KubeApiserver),
            Self::KubeControllerManager => Some(Component::KubeControllerManager),
            Self::KubeScheduler => Some(Component::KubeScheduler),
            Self::Kubelet => Some(Component::Kubelet),
            Self::KubeProxy => Some(Component::KubeProxy),
            Self::Kubectl => Some(Component::Kubectl),
            Self::Etcd => Some(Component::Etcd),
            Self::Kubeadm
            | Self::NodeOs
            | Self::ContainerRuntime
            | Self::Containerd
            | Self::Coredns
            | Self::Addon
            | Self::Workload
            | Self::Cloud
            | Self::Kubernetes
            | Self::All => None,
        }
    }

    /// The name as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Kubectl => "kubectl",
            Self::Kubeadm => "kubeadm",
            Self::Etcd => "etcd",
            Self::NodeOs => "node-os",
            Self::ContainerRuntime => "container-runtime",
            Self::Containerd => "containerd",
            Self::Coredns => "coredns",
            Self::Addon => "addon",
            Self::Workload => "workload",
            Self::Cloud => "cloud",
            Self::Kubernetes => "kubernetes",
            Self::All => "all",
        }
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

/// A value that holds for a range of patches of one minor.
pub(super) trait PatchRange {
    /// The first patch.
    fn from(&self) -> &KubernetesVersion;
    /// The last patch for which it is confirmed; `None` = every later one.
    fn to(&self) -> Option<&KubernetesVersion>;
}

/// The entry for a release, and whether the release lies in its range. Beyond the last range the
/// last value is the best guess, before the first the first.
pub(super) fn in_force<'a, R: PatchRange>(
    ranges: &'a [R],
    version: &KubernetesVersion,
) -> Option<(&'a R, bool)> {
    let version = version.upstream();
    let started = ranges.iter().rev().find(|range| *range.from() <= version);
    match started {
        Some(range) => Some((range, range.to().is_none_or(|to| version <= *to))),
        None => ranges.first().map(|range| (range, false)),
    }
}

/// The name of the layer that data comes from unless an overlay says otherwise.
pub(super) fn embedded() -> String {
    EMBEDDED.to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}
