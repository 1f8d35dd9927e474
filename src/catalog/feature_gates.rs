//! Feature gates: a component that names a removed gate, or sets a locked one to the other value,
//! does not start.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::MinorVersion;

/// The gates of the components and those of kubeadm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FeatureGates {
    pub(super) per_minor: BTreeMap<MinorVersion, GateChanges>,
    removal_unknown: RemovalUnknown,
    kubeadm_gates: Vec<KubeadmGate>,
    gates: Vec<FeatureGate>,
}

/// What changes when a cluster moves to a minor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct GateChanges {
    /// Gates that no component of the minor knows.
    pub removed: Vec<String>,
    /// Gates whose value can no longer be changed, and that value.
    pub newly_locked: BTreeMap<String, bool>,
    /// Gates that are on from now on unless set.
    pub default_turned_on: Vec<String>,
    /// Gates that are off from now on unless set.
    pub default_turned_off: Vec<String>,
    /// Gates that are new, and on.
    pub new_and_on: Vec<String>,
}

/// Gates that went between two minors, and nothing says at which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalUnknown {
    /// The last minor that knows them.
    pub after: MinorVersion,
    /// A minor that does not.
    pub before: MinorVersion,
    /// The gates.
    pub gates: Vec<String>,
}

/// A gate of kubeadm, set in its ClusterConfiguration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KubeadmGate {
    /// The gate.
    pub name: String,
    /// The minor where it was alpha first.
    pub alpha: Option<MinorVersion>,
    /// The minor where it was beta first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<MinorVersion>,
    /// The minor where it was final first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ga: Option<MinorVersion>,
    /// The minor that deprecated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<MinorVersion>,
    /// The first minor without it.
    pub removed_in: Option<MinorVersion>,
    /// Where it can be looked up.
    pub source: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// What is doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How mature a gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GateStage {
    /// Off by default.
    Alpha,
    /// Usually on by default.
    Beta,
    /// Final.
    #[serde(rename = "GA")]
    Final,
    /// On its way out.
    Deprecated,
}

/// What a gate is over a range of minors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatePeriod {
    /// The first minor.
    pub from: MinorVersion,
    /// The last minor; `None` = still so.
    pub to: Option<MinorVersion>,
    /// How mature.
    pub stage: GateStage,
    /// The value unless set, of the newest patch; `None` where it is not known.
    pub default: Option<bool>,
    /// Whether the value can no longer be changed.
    pub locked: bool,
}

/// A gate and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FeatureGate {
    /// The gate.
    pub name: String,
    /// `client-go` for a gate that is set through the environment; else a flag of the components.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its stages, oldest first.
    pub stages: Vec<GatePeriod>,
    /// The first minor where the value can no longer be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_in: Option<MinorVersion>,
    /// The value it is locked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_value: Option<bool>,
    /// The first minor without it.
    pub removed_in: Option<MinorVersion>,
    /// Where the removal can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal_source: Option<String>,
    /// Where it can be looked up.
    pub source: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// What is doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl FeatureGates {
    /// What changes when a cluster moves to a minor.
    pub fn per_minor(&self, minor: MinorVersion) -> Option<&GateChanges> {
        self.per_minor.get(&minor)
    }

    /// The minors whose changes are known, ascending.
    pub fn minors(&self) -> impl DoubleEndedIterator<Item = MinorVersion> {
        self.per_minor.keys().copied()
    }

    /// Gates that went between two minors, and nothing says at which.
    pub fn removal_unknown(&self) -> &RemovalUnknown {
        &self.removal_unknown
    }

    /// The gates of kubeadm.
    pub fn kubeadm_gates(&self) -> &[KubeadmGate] {
        &self.kubeadm_gates
    }

    /// Every gate of the components, by name.
    pub fn gates(&self) -> &[FeatureGate] {
        &self.gates
    }

    /// A gate by its name.
    pub fn gate(&self, name: &str) -> Option<&FeatureGate> {
        self.gates.iter().find(|gate| gate.name == name)
    }
}
