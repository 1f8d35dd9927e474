//! How far components may be apart: the policy of Kubernetes and kubeadm's own rules, as data.
//!
//! Applying them is the business of `policy`.

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::component::Component;
use crate::version::MinorVersion;

/// The rules about versions that stand beside one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SkewData {
    /// The policy of Kubernetes.
    pub rules: Vec<SkewRule>,
    /// How far a component may be moved at once.
    pub steps: Vec<StepRule>,
    /// What makes the rules tighter while several API servers are upgraded.
    pub narrowing: Vec<SkewNote>,
    /// The documented order inside one hop.
    pub order: Vec<OrderStep>,
    /// kubeadm's own rules, tighter than the policy.
    pub kubeadm: KubeadmRules,
    /// What the policy said, and since when.
    pub history: Vec<PolicyHistory>,
}

impl SkewData {
    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&SkewRule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Whom a rule compares its subject with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SkewScope {
    /// Every instance that the subject can reach.
    Cluster,
    /// The one on the same node.
    Node,
}

/// How many minors a component may be older or newer than another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SkewRule {
    /// The stable name.
    pub id: String,
    /// Whose version is limited.
    pub subject: Component,
    /// What it is compared with.
    pub against: Component,
    /// Which instances of it.
    pub scope: SkewScope,
    /// Minors that the subject may be older.
    pub max_older: u64,
    /// Minors that the subject may be newer.
    pub max_newer: u64,
    /// Other limits for old subjects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<SkewException>,
    /// The minor from which the limit holds in this form; `None` = always, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<MinorVersion>,
    /// The rule as a sentence.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

impl SkewRule {
    /// The limits for a subject of that minor: how many minors older, how many newer.
    pub fn limits(&self, subject: MinorVersion) -> (u64, u64) {
        self.exceptions
            .iter()
            .find(|exception| subject < exception.subject_before)
            .map_or((self.max_older, self.max_newer), |exception| {
                (exception.max_older, exception.max_newer)
            })
    }
}

/// Limits for subjects older than a minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SkewException {
    /// It holds for subjects older than this.
    pub subject_before: MinorVersion,
    /// Minors that the subject may be older.
    pub max_older: u64,
    /// Minors that the subject may be newer.
    pub max_newer: u64,
}

/// How far a component may be moved at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StepRule {
    /// The stable name.
    pub id: String,
    /// The component.
    pub component: Component,
    /// Minors in one step.
    pub max_minors: u64,
    /// The rule as a sentence.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// A remark on the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkewNote {
    /// The stable name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The remark.
    pub text: String,
    /// The Kubernetes minor from which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<MinorVersion>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// One place in the documented order of a hop; the same number twice means no order between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderStep {
    /// The place, from 1.
    pub step: u64,
    /// What moves there.
    pub components: Vec<Component>,
    /// What must hold before.
    pub prerequisites: Vec<String>,
    /// Whether it may be put off to a later hop.
    pub optional: bool,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// kubeadm's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KubeadmRules {
    /// The control plane that a kubeadm deploys.
    pub versus_kubernetes: KubeadmLimit,
    /// The kubelets that a kubeadm accepts.
    pub versus_kubelet: Vec<KubeadmKubeletRule>,
    /// The kubeadm that last managed a node.
    pub versus_kubeadm: Vec<KubeadmCommandRule>,
    /// What else is documented.
    pub notes: Vec<SkewNote>,
}

impl KubeadmRules {
    /// What a kubeadm of that minor demands of kubelets.
    pub fn kubelet(&self, kubeadm: MinorVersion) -> Option<&KubeadmKubeletRule> {
        self.versus_kubelet.iter().find(|rule| {
            rule.kubeadm_from.is_none_or(|from| from <= kubeadm)
                && rule.kubeadm_to.is_none_or(|to| kubeadm <= to)
        })
    }

    /// What a command demands of the kubeadm that last managed the node.
    pub fn command(&self, command: KubeadmCommand) -> Option<&KubeadmCommandRule> {
        self.versus_kubeadm.iter().find(|rule| rule.command == command)
    }
}

/// How far the other side may be older or newer, in minors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KubeadmLimit {
    /// Minors that the control plane may be older than kubeadm.
    pub max_older: u64,
    /// Minors that it may be newer.
    pub max_newer: u64,
    /// The rule as a sentence.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// Which kubelets a range of kubeadm minors accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KubeadmKubeletRule {
    /// The first kubeadm minor; `None` = any older one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeadm_from: Option<MinorVersion>,
    /// The last kubeadm minor; `None` = any newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeadm_to: Option<MinorVersion>,
    /// Minors that a kubelet may be older than the target.
    pub max_older: u64,
    /// Minors that it may be newer.
    pub max_newer: u64,
    /// The rule as a sentence.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// A kubeadm command with a rule of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KubeadmCommand {
    /// `kubeadm join`
    Join,
    /// `kubeadm upgrade`
    Upgrade,
    /// Any other.
    Other,
}

/// What a command demands of the kubeadm that last managed the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KubeadmCommandRule {
    /// The command.
    pub command: KubeadmCommand,
    /// Minors that the kubeadm in hand may be older than the last one.
    pub max_older: u64,
    /// Minors that it may be newer.
    pub max_newer: u64,
    /// The rule as a sentence.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// What the policy said from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyHistory {
    /// The day, or `YYYY-MM` where only the month is known.
    pub since: String,
    /// What changed.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

impl PolicyHistory {
    /// The day, where it is known.
    pub fn day(&self) -> Option<Date> {
        self.since.parse().ok()
    }
}
