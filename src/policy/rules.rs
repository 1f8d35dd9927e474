//! The register of rules: what `kubehop explain RULE` prints, and what a reason or a finding names.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// Who demands a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The version skew policy of Kubernetes.
    Kubernetes,
    /// etcd's own upgrade rules.
    Etcd,
    /// kubeadm.
    Kubeadm,
    /// This program: practice, not a demand of any component.
    Practice,
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Kubernetes => "Kubernetes version skew policy",
            Self::Etcd => "etcd",
            Self::Kubeadm => "kubeadm",
            Self::Practice => "practice",
        })
    }
}

/// A rule with everything that is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// Who demands it.
    pub layer: Layer,
    /// The releases it holds for.
    pub holds: &'static str,
    /// What it says.
    pub text: &'static str,
    /// What follows for a plan.
    pub consequence: &'static str,
    /// Where it is known from.
    pub source: &'static str,
}

const SKEW: &str = "https://kubernetes.io/releases/version-skew-policy/";
const SKEW_ORDER: &str =
    "https://kubernetes.io/releases/version-skew-policy/#supported-component-upgrade-order";
const KUBEADM_SKEW: &str = "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/#version-skew-policy";
const KUBEADM_UPGRADE: &str =
    "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/";
const ETCD_UPGRADE: &str = "https://etcd.io/docs/v3.7/upgrades/upgrading-etcd/";
const ETCD_36: &str = "https://etcd.io/docs/v3.7/upgrades/upgrade_3_6/";
const K8S_ETCD: &str =
    "https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/";
const DRAIN: &str = "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/";

macro_rules! rules {
    ($($variant:ident = $id:literal, $layer:ident, $holds:literal, $source:expr,
        $text:literal, $consequence:literal;)+) => {
        /// The id of a rule, as documents spell it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId {
            $(#[doc = $text] $variant),+
        }

        impl RuleId {
            /// The id, as documents spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// Everything that is known of the rule.
            pub const fn rule(self) -> Rule {
                match self {
                    $(Self::$variant => Rule {
                        id: self,
                        layer: Layer::$layer,
                        holds: $holds,
                        text: $text,
                        consequence: $consequence,
                        source: $source,
                    }),+
                }
            }
        }

        const ALL: &[RuleId] = &[$(RuleId::$variant),+];
    };
}

rules! {
    OneMinor = "one-minor-at-a-time", Kubernetes, "all releases", SKEW_ORDER,
        "the control plane goes one minor at a time, also with a single API server",
        "a plan has one hop per minor, and every kube-apiserver finishes a hop before the next one starts";
    ApiserverHa = "apiserver-ha", Kubernetes, "all releases", SKEW,
        "kube-apiserver instances differ by one minor at most",
        "all control-plane nodes take part in a hop before the next one starts; the time with two minors is kept short";
    Controllers = "kcm-scheduler-ccm", Kubernetes, "all releases", SKEW,
        "kube-controller-manager, kube-scheduler and cloud-controller-manager are of the API server's minor or one older, and never newer than any kube-apiserver they may reach",
        "they move after the kube-apiserver that they talk to";
    Kubelet = "kubelet-apiserver", Kubernetes, "three minors for kubelets from 1.25 on, two before", SKEW,
        "a kubelet is never newer than any kube-apiserver it may reach, and at most three minors older (two where the kubelet is older than 1.25)",
        "kubelets wait until every kube-apiserver has moved, and move before the hop that would leave them too far behind";
    KubeProxy = "kube-proxy-apiserver", Kubernetes, "three minors for kube-proxy from 1.25 on, two before", SKEW,
        "kube-proxy is never newer than kube-apiserver, and at most three minors older (two where it is older than 1.25)",
        "kube-proxy moves after the kube-apiservers";
    KubeProxyKubelet = "kube-proxy-kubelet", Kubernetes, "three minors for kube-proxy from 1.25 on, two before", SKEW,
        "kube-proxy is at most three minors older or newer than the kubelet of its node (two where kube-proxy is older than 1.25)",
        "a kube-proxy that has moved may stand beside a kubelet that waits";
    Kubectl = "kubectl-apiserver", Kubernetes, "all releases", SKEW,
        "kubectl is within one minor of every kube-apiserver it may reach",
        "clients move in every hop, after the last kube-apiserver; they cannot wait for deferred nodes";
    Order = "component-order", Kubernetes, "all releases", SKEW_ORDER,
        "inside a hop: kube-apiserver, then kube-controller-manager and kube-scheduler, then kubelet and kube-proxy, then kubectl",
        "the steps of a hop stand in this order, with etcd in front";
    KubeletDrain = "kubelet-drain", Kubernetes, "all releases", SKEW_ORDER,
        "a kubelet changes its minor on a drained node; in-place minor upgrades are not supported",
        "every kubelet step drains its node first and gives it back afterwards";
    EtcdOneMinor = "etcd-one-minor", Etcd, "all releases", ETCD_UPGRADE,
        "etcd goes one minor at a time",
        "a plan stops at a release of every etcd minor between the one that runs and the one that is needed";
    EtcdEntryFloor = "etcd-entry-floor", Etcd, "3.5 to 3.6, 3.6 to 3.7", ETCD_36,
        "before etcd enters a minor, every member runs at least the patch that the upgrade guide of that minor names",
        "a step to that patch stands before the step to the minor; kubeadm does not check this";
    EtcdOneVersion = "etcd-one-version", Etcd, "all releases", ETCD_UPGRADE,
        "before a minor upgrade every member is healthy and all members run one version",
        "members are brought to one version first, and members move one at a time";
    EtcdFirst = "etcd-before-apiserver", Practice, "all releases", K8S_ETCD,
        "etcd changes in a step of its own before the API servers, never together with them",
        "when something breaks it is clear which part broke it";
    EtcdMinimum = "etcd-minimum", Kubeadm, "by Kubernetes release, see `kubehop catalog show etcd`", K8S_ETCD,
        "`kubeadm init` refuses external etcd older than the minimum of its release; `kubeadm upgrade` does not check it",
        "etcd reaches the minimum before the first kube-apiserver of the hop";
    EtcdDefault = "etcd-default", Kubeadm, "by Kubernetes release, see `kubehop catalog show etcd`", K8S_ETCD,
        "etcd is at least at the version that kubeadm deploys with the release",
        "a hop brings etcd to that version, or to the newest good patch of its minor whose image is known to exist, before the API servers";
    EtcdAccepted = "etcd-accepted", Kubeadm, "by Kubernetes release, see `kubehop catalog show etcd`", "https://github.com/kubernetes/kubernetes/pull/132838",
        "etcd is of no newer minor than the release is known to work with; kubeadm before 1.34 writes flags that etcd 3.7 refuses",
        "a hop does not start beyond that where kubeadm or data of your own say so; where the range is only derived from what kubeadm deploys, the plan warns";
    EtcdKnownBad = "etcd-known-bad", Etcd, "see `kubehop catalog show known-bad`", ETCD_UPGRADE,
        "a plan never stops at an etcd release that the catalog marks `avoid`",
        "the newest good patch of the same minor whose image is known to exist is used instead";
    EtcdBackup = "etcd-backup", Etcd, "all releases", K8S_ETCD,
        "a verified snapshot is taken before etcd or the control plane changes",
        "a backup step stands before each of them";
    KubeadmKubelets = "kubeadm-kubelet-window", Kubeadm, "one minor up to kubeadm 1.28, three from 1.29", KUBEADM_SKEW,
        "kubeadm refuses to upgrade while a kubelet is older than it accepts: target-1 up to kubeadm 1.28, target-3 from 1.29",
        "nodes move earlier than the skew policy alone would ask";
    KubeadmAddons = "kubeadm-addons", Kubeadm, "with the first control-plane node up to 1.27, with the last from 1.28", "https://github.com/kubernetes/kubernetes/pull/117660",
        "kubeadm moves kube-proxy (one DaemonSet) and CoreDNS itself: with the first control-plane node up to 1.27, with the last from 1.28",
        "kube-proxy does not follow the order of the hop; up to 1.27 it is newer than the API servers that still wait, for as long as the control plane rolls";
    KubeadmNode = "kubeadm-node-by-node", Kubeadm, "all releases", KUBEADM_UPGRADE,
        "kubeadm moves kube-apiserver, kube-controller-manager and kube-scheduler of one node together, in this order",
        "the control plane moves node by node; the controllers of a node talk to the kube-apiserver of that node";
    KubeadmOneMinor = "kubeadm-one-minor", Kubeadm, "all releases", KUBEADM_SKEW,
        "on a node kubeadm is at most one minor newer than the kubeadm that managed it last",
        "a node that skipped minors gets `kubeadm upgrade node` once per minor before its kubelet moves";
    KubeadmStackedEtcd = "kubeadm-stacked-etcd", Kubeadm, "kubeadm 1.36 and later", "https://github.com/kubernetes/kubernetes/pull/135701",
        "kubeadm 1.36 and later write etcd flags that only etcd 3.6 and later know",
        "a stacked etcd leaves 3.5 before kubeadm 1.36 touches the node";
    LevelFirst = "level-first", Practice, "all releases", SKEW,
        "before the first hop the cluster is made level: stragglers up, etcd members on one version, half-finished hops completed",
        "a hop starts from a state that the policy supports";
    NewestPatch = "newest-good-patch", Practice, "all releases", SKEW,
        "a hop stops at the newest known patch of its minor that the catalog does not mark `avoid`",
        "pin another patch with `--pin`, forbid one with `--avoid`";
    EveryHop = "strategy-every-hop", Practice, "all releases", SKEW,
        "with `every-hop` each hop ends with all nodes on its minor",
        "the skew that is left open at rest is zero";
    MinDrains = "strategy-min-drains", Practice, "all releases", SKEW,
        "with `min-drains` nodes move as seldom as the policy and the tool permit",
        "nodes rest up to three minors behind between hops";
    Preflight = "preflight", Practice, "all releases", KUBEADM_UPGRADE,
        "everything that can be read is read before anything is changed",
        "a hop starts with checks that must come out right";
    GoNoGo = "go-no-go", Practice, "all releases", KUBEADM_UPGRADE,
        "a person decides before each hop, on the evidence of staging and of the checks",
        "a gate stands at the start of each hop";
    Soak = "soak", Practice, "all releases", ETCD_UPGRADE,
        "after a change that cannot be taken back the cluster is watched before the next change",
        "a soak follows each etcd step and each hop";
    Canary = "canary-first", Practice, "all releases", DRAIN,
        "one node of a pool goes first and is proven before the rest",
        "a bad node image or a blocked drain costs one node, not a pool";
    Close = "close", Practice, "all releases", KUBEADM_UPGRADE,
        "an upgrade ends with proof that every part is at the target, and with the house cleaned up",
        "closing steps stand after the last hop";
}

/// Every rule.
pub fn all() -> impl Iterator<Item = Rule> {
    ALL.iter().map(|id| id.rule())
}

/// The rule with this id.
pub fn find(id: &str) -> Option<Rule> {
    all().find(|rule| rule.id.name() == id)
}

impl fmt::Display for RuleId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for RuleId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A text that is no rule id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rule")]
pub struct UnknownRule(String);

impl FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        ALL.iter()
            .copied()
            .find(|id| id.name() == text)
            .ok_or_else(|| UnknownRule(text.chars().take(60).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn ids_are_distinct_and_every_rule_has_a_source() {
        let ids: BTreeSet<_> = all().map(|rule| rule.id.name()).collect();
        assert_eq!(ids.len(), all().count());
        for rule in all() {
            assert!(rule.source.starts_with("https://"), "{}", rule.id);
            assert!(!rule.text.ends_with('.'), "{}", rule.id);
        }
    }
}
