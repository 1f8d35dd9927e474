//! What a text turned out to be.

use std::collections::BTreeMap;
use std::fmt;

/// A kind of object that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A node.
    Node,
    /// A pod.
    Pod,
    /// A `DaemonSet`.
    DaemonSet,
    /// A Deployment.
    Deployment,
    /// A config map.
    ConfigMap,
    /// A namespace.
    Namespace,
    /// A configuration of kubeadm, the kubelet or kube-proxy, as a document of its own.
    Configuration,
    /// What `kubectl version` or `kubeadm version` says.
    Version,
    /// What etcd says of a member.
    EtcdMember,
    /// A call of the script that failed.
    FailedCall,
    /// An inventory, which is made of such texts and is none.
    Inventory,
    /// An object of a kind that no inventory needs; it was skipped unread.
    Other,
}

impl Kind {
    /// The kind that Kubernetes calls by this name.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "Node" => Self::Node,
            "Pod" => Self::Pod,
            "DaemonSet" => Self::DaemonSet,
            "Deployment" => Self::Deployment,
            "ConfigMap" => Self::ConfigMap,
            "Namespace" => Self::Namespace,
            "ClusterConfiguration" | "KubeletConfiguration" | "KubeProxyConfiguration" => {
                Self::Configuration
            }
            "ClusterInventory" => Self::Inventory,
            _ => Self::Other,
        }
    }

    /// The words for one and for many.
    const fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::Node => ("node", "nodes"),
            Self::Pod => ("pod", "pods"),
            Self::DaemonSet => ("daemon set", "daemon sets"),
            Self::Deployment => ("deployment", "deployments"),
            Self::ConfigMap => ("config map", "config maps"),
            Self::Namespace => ("namespace", "namespaces"),
            Self::Configuration => ("configuration", "configurations"),
            Self::Version => ("version", "versions"),
            Self::EtcdMember => ("etcd member", "etcd members"),
            Self::FailedCall => ("call that failed", "calls that failed"),
            Self::Inventory => ("inventory", "inventories"),
            Self::Other => ("other object", "other objects"),
        }
    }
}

/// What a text turned out to be: how many objects of which kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    counts: BTreeMap<Kind, usize>,
}

impl Recognised {
    /// Whether nothing was in it that an inventory needs.
    pub fn is_empty(&self) -> bool {
        self.counts.keys().all(|kind| matches!(kind, Kind::Inventory | Kind::Other))
    }

    /// The number of objects of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Adds what another text turned out to be.
    pub fn merge(&mut self, other: &Self) {
        for (kind, count) in &other.counts {
            *self.counts.entry(*kind).or_default() += count;
        }
    }

    pub(super) fn add(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
    }
}

impl fmt::Display for Recognised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { counts } = self;
        if counts.is_empty() {
            return formatter.write_str("nothing known");
        }
        for (position, (kind, count)) in counts.iter().enumerate() {
            let (one, many) = kind.nouns();
            let comma = if position > 0 { ", " } else { "" };
            write!(formatter, "{comma}{count} {}", if *count == 1 { one } else { many })?;
        }
        Ok(())
    }
}
