//! The parts of a cluster that a plan moves, and the order in which a hop moves them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

/// A part of the cluster with a version of its own.
///
/// The order of the variants is the canonical order inside a hop
/// (<https://kubernetes.io/releases/version-skew-policy/#supported-component-upgrade-order>, with
/// etcd in front: it must be there before the API servers that need it).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// The key-value store of the cluster.
    Etcd,
    /// The API server: the reference of every skew rule.
    KubeApiserver,
    /// The controller manager.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The cloud controller manager, which no provider here moves; named for its skew rule.
    CloudControllerManager,
    /// The node agent.
    Kubelet,
    /// The service proxy of a node.
    KubeProxy,
    /// The command line client.
    Kubectl,
}

impl Component {
    /// Every component, in canonical order.
    pub const ALL: [Self; 8] = [
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::KubeScheduler,
        Self::CloudControllerManager,
        Self::Kubelet,
        Self::KubeProxy,
        Self::Kubectl,
    ];

    /// The name as upstream spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::CloudControllerManager => "cloud-controller-manager",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Kubectl => "kubectl",
        }
    }

    /// The place in the order of a hop; parts with the same rank have no order between them.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Etcd => 0,
            Self::KubeApiserver => 1,
            Self::KubeControllerManager | Self::KubeScheduler | Self::CloudControllerManager => 2,
            Self::Kubelet | Self::KubeProxy => 3,
            Self::Kubectl => 4,
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A word that names no component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a component; requires one of {}", names())]
pub struct UnknownComponent {
    input: String,
}

fn names() -> String {
    Component::ALL.map(|component| format!("`{component}`")).join(", ")
}

impl FromStr for Component {
    type Err = UnknownComponent;

    fn from_str(text: &str) -> Result<Self, UnknownComponent> {
        Self::ALL
            .into_iter()
            .find(|component| component.name() == text)
            .ok_or_else(|| UnknownComponent { input: text.to_owned() })
    }
}

/// The version of a component: etcd counts on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentVersion {
    /// A version of etcd.
    Etcd(EtcdVersion),
    /// A version of any other part.
    Kubernetes(KubernetesVersion),
}

impl ComponentVersion {
    /// The Kubernetes version, unless this is one of etcd.
    pub fn kubernetes(&self) -> Option<&KubernetesVersion> {
        match self {
            Self::Kubernetes(version) => Some(version),
            Self::Etcd(_) => None,
        }
    }

    /// The etcd version, if this is one.
    pub fn etcd(&self) -> Option<&EtcdVersion> {
        match self {
            Self::Etcd(version) => Some(version),
            Self::Kubernetes(_) => None,
        }
    }
}

impl From<EtcdVersion> for ComponentVersion {
    fn from(version: EtcdVersion) -> Self {
        Self::Etcd(version)
    }
}

impl From<KubernetesVersion> for ComponentVersion {
    fn from(version: KubernetesVersion) -> Self {
        Self::Kubernetes(version)
    }
}

impl Serialize for ComponentVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The numbers tell which it is: etcd is at 3, Kubernetes at 1.
impl<'de> Deserialize<'de> for ComponentVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version = KubernetesVersion::deserialize(deserializer)?;
        let text = version.to_string();
        if text.starts_with("v3.") {
            return text.parse().map(Self::Etcd).map_err(serde::de::Error::custom);
        }
        Ok(Self::Kubernetes(version))
    }
}

impl JsonSchema for ComponentVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ComponentVersion".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        KubernetesVersion::json_schema(generator)
    }
}

impl fmt::Display for ComponentVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Etcd(version) => version.fmt(formatter),
            Self::Kubernetes(version) => version.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Component;

    #[test]
    fn names_round_trip_and_serde_uses_them() {
        for component in Component::ALL {
            assert_eq!(component.name().parse(), Ok(component));
            assert_eq!(serde_json::to_value(component).unwrap(), component.name());
        }
        assert!("kube-dns".parse::<Component>().is_err());
    }

    #[test]
    fn the_canonical_order_is_the_order_of_the_variants() {
        for pair in Component::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].rank() <= pair[1].rank());
        }
    }
}
