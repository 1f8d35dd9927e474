//! The words for how a cluster is run, and how it is to be upgraded.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Gives an enum of plain words its `name`, `Display` and list of all.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word, as documents and flags spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.name())
            }
        }
    };
}

/// What installs and upgrades the cluster.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// kubeadm: static pods, node by node; kube-proxy and CoreDNS moved by kubeadm itself.
    #[default]
    Kubeadm,
    /// Binaries and units installed by hand or by site automation, component by component.
    Manual,
}
words!(Provider { Kubeadm = "kubeadm", Manual = "manual" });

/// Where etcd runs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EtcdTopology {
    /// On the control-plane nodes; with kubeadm a static pod.
    #[default]
    Stacked,
    /// On hosts of its own, which kubeadm never touches.
    External,
}
words!(EtcdTopology { Stacked = "stacked", External = "external" });

/// The family of Linux distributions, which decides the package commands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OsFamily {
    /// Debian, Ubuntu and relatives: `apt-get`.
    #[default]
    Debian,
    /// RHEL, Rocky, Alma, Fedora and relatives: `dnf` or `yum`.
    Rhel,
}
words!(OsFamily { Debian = "debian", Rhel = "rhel" });

/// What the search weighs and permits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Each hop ends with all nodes on its minor.
    #[default]
    EveryHop,
    /// Nodes move as seldom as the skew policy and the tool permit.
    MinDrains,
}
words!(Strategy { EveryHop = "every-hop", MinDrains = "min-drains" });

#[cfg(test)]
mod tests {
    use super::EtcdTopology;
    use super::OsFamily;
    use super::Provider;
    use super::Strategy;

    #[test]
    fn display_and_documents_spell_alike() {
        fn spelling<T: serde::Serialize + ToString>(values: &[T]) {
            for value in values {
                assert_eq!(serde_json::to_value(value).unwrap(), value.to_string());
            }
        }
        spelling(Provider::ALL);
        spelling(EtcdTopology::ALL);
        spelling(OsFamily::ALL);
        spelling(Strategy::ALL);
    }
}
