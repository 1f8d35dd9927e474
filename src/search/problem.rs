//! What the search is asked: where from, where to, and by which rules.

use std::collections::BTreeMap;

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::policy::RuleId;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::MinorVersion;

use super::ClusterState;
use super::Ladder;

/// A whole question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What installs and upgrades the cluster.
    pub provider: Provider,
    /// Where etcd runs.
    pub topology: EtcdTopology,
    /// What is weighed and permitted.
    pub strategy: Strategy,
    /// The stops.
    pub ladder: Ladder,
    /// The version skew policy.
    pub policy: VersionSkewPolicy,
    /// kubeadm's own rules; ignored for a manual install.
    pub tool: ToolRules,
    /// etcd's own rules.
    pub etcd: EtcdRules,
    /// Where the search starts.
    pub start: ClusterState,
}

/// What a Kubernetes release asks of etcd before its first kube-apiserver starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdNeed {
    /// Every member is at least at this version.
    pub at_least: EtcdVersion,
    /// The rule that asks for it.
    pub rule: RuleId,
}

/// etcd's own upgrade rules, as far as the data has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EtcdRules {
    /// The release to stop at, by minor: the newest one without a known serious fault.
    pub stops: BTreeMap<EtcdMinor, EtcdVersion>,
    /// The lowest patch from which a minor may be entered, by the minor entered.
    pub floors: BTreeMap<EtcdMinor, EtcdVersion>,
    /// The newest minor of etcd that a Kubernetes minor works with, where that is certain.
    pub ceilings: BTreeMap<MinorVersion, EtcdMinor>,
    /// Releases of the inventory that the data marks `avoid`.
    pub avoid: Vec<EtcdVersion>,
}
