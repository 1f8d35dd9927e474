//! What an audit says: the value that every form of the answer is a view of.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::finding::Finding;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

/// What an audit is made for, beside the cluster.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day on which ends of life and the baseline are looked at.
    pub today: Date,
    /// Suppose that every kube-apiserver runs this version.
    pub next: Option<VersionRequest>,
}

/// The state of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// The name of the cluster.
    pub cluster: String,
    /// What installs and upgrades it.
    pub provider: Provider,
    /// When it was looked at, if that is known.
    pub observed_at: Option<Timestamp>,
    /// The day on which ends of life are looked at.
    pub as_of: Date,
    /// The day up to which the catalog reaches.
    pub catalog_as_of: Date,
    /// The version that every kube-apiserver is supposed to run; absent: the cluster as it is.
    pub supposed: Option<KubernetesVersion>,
    /// The kube-apiservers that everything is measured against.
    pub reference: Reference,
    /// Whether nothing that is known breaks the version skew policy. `false` also where no
    /// kube-apiserver is known, since then nothing was measured.
    pub within_policy: bool,
    /// How many instances have no known version, so that they were not measured.
    pub unknown_instances: usize,
    /// Whether the next hop may start.
    pub next_hop: NextHop,
    /// The minors that run, with their ends of life.
    pub lifecycle: Vec<Lifecycle>,
    /// Every instance.
    pub components: Vec<ComponentRow>,
    /// What was found, the weightiest first.
    pub findings: Vec<Finding>,
    /// What was found and accepted by the baseline.
    pub accepted: Vec<Accepted>,
}

/// The kube-apiservers that everything is measured against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// The oldest one that is known.
    pub oldest: Option<KubernetesVersion>,
    /// The newest one that is known.
    pub newest: Option<KubernetesVersion>,
}

/// Whether the next hop may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NextHop {
    /// The minor that it goes to; `None` where no kube-apiserver or no next minor is known.
    pub to: Option<MinorVersion>,
    /// Whether it may start now.
    pub allowed: bool,
    /// What to do first, in this order.
    pub first: Vec<String>,
    /// Blockers of the hop that no inventory settles: they are looked for on the cluster.
    pub open_blockers: usize,
}

/// A minor that runs, and until when it is maintained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// `Kubernetes` or `etcd`.
    pub product: &'static str,
    /// The minor.
    pub minor: String,
    /// The last day with patches; `None` where no day is known.
    pub end_of_life: Option<Date>,
    /// Whether the day is confirmed.
    pub verified: bool,
    /// Days from the day of the audit; negative: past.
    pub days_left: Option<i64>,
}

/// The minors that an instance may run, both included. `min` above `max`: none fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Allowed {
    /// The oldest; `None` where no rule of the policy limits it.
    pub min: Option<MinorVersion>,
    /// The newest.
    pub max: Option<MinorVersion>,
}

/// What an instance is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It breaks the policy, or has an error.
    Bad,
    /// It stands in the way of the next hop, or has a warning.
    Warn,
    /// Its version is not known, or nothing to measure it against.
    Unknown,
    /// Nothing is known against it.
    Ok,
}

/// One instance of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentRow {
    /// The component.
    pub component: Component,
    /// The node, etcd member or client.
    pub instance: InstanceName,
    /// The pool of the node; `None` on the control plane, and for members and clients.
    pub pool: Option<PoolName>,
    /// The version; `None`: not known.
    pub version: Option<ComponentVersion>,
    /// Minors behind the newest kube-apiserver; negative: ahead. `None` for etcd, which counts on its
    /// own, and where a version is not known.
    pub behind: Option<i64>,
    /// The minors that it may run.
    pub allowed: Allowed,
    /// What it is worth.
    pub verdict: Verdict,
}

/// A finding that the baseline accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Date,
}
