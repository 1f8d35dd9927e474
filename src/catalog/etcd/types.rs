//! The facts of the matrix, one type each.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::super::common::PatchRange;
use super::super::common::embedded;

/// The etcd of one Kubernetes minor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdRequirement {
    /// What kubeadm deploys, per range of patches.
    pub(in crate::catalog) default: Vec<DefaultRange>,
    /// Whether the defaults are confirmed.
    pub(in crate::catalog) default_verified: bool,
    /// Where the defaults can be looked up.
    pub(in crate::catalog) source: Vec<String>,
    /// What `kubeadm init` demands of external etcd, per range of patches.
    pub(in crate::catalog) minimum: Vec<MinimumRange>,
    /// The etcd minors that work.
    pub(in crate::catalog) accepted: AcceptedEtcd,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The etcd that kubeadm deploys for a range of patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct DefaultRange {
    pub(in crate::catalog) from: KubernetesVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::catalog) to: Option<KubernetesVersion>,
    pub(in crate::catalog) etcd: EtcdVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::catalog) image_tag: Option<String>,
    #[serde(default = "embedded")]
    pub(in crate::catalog) decided_by: String,
}

/// The oldest external etcd that `kubeadm init` accepts for a range of patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct MinimumRange {
    pub(in crate::catalog) from: KubernetesVersion,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::catalog) to: Option<KubernetesVersion>,
    pub(in crate::catalog) etcd: EtcdVersion,
    pub(in crate::catalog) verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::catalog) basis: Option<String>,
    pub(in crate::catalog) source: Vec<String>,
    #[serde(default = "embedded")]
    pub(in crate::catalog) decided_by: String,
}

impl PatchRange for DefaultRange {
    fn from(&self) -> &KubernetesVersion {
        &self.from
    }

    fn to(&self) -> Option<&KubernetesVersion> {
        self.to.as_ref()
    }
}

impl PatchRange for MinimumRange {
    fn from(&self) -> &KubernetesVersion {
        &self.from
    }

    fn to(&self) -> Option<&KubernetesVersion> {
        self.to.as_ref()
    }
}

/// The etcd minors that a Kubernetes minor works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AcceptedEtcd {
    /// The minors.
    pub minors: BTreeSet<EtcdMinor>,
    /// `false` where they are derived from minimum and default: Kubernetes publishes no table.
    pub verified: bool,
    /// The layer that says so.
    #[serde(default = "embedded")]
    pub decided_by: String,
}

/// The etcd that kubeadm deploys with a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdDefault {
    /// The version.
    pub version: EtcdVersion,
    /// The tag of the image, where it is known.
    pub image_tag: Option<String>,
    /// Whether it is confirmed for this very patch.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// The layer that says so.
    pub decided_by: String,
}

/// The oldest external etcd that `kubeadm init` accepts for a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtcdMinimum {
    /// The version.
    pub version: EtcdVersion,
    /// Whether it is confirmed for this very patch.
    pub verified: bool,
    /// How it is known.
    pub basis: Option<String>,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// The layer that says so.
    pub decided_by: String,
}

/// What kubeadm demands, from a minor on, of the etcd that it manages itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StackedMinimum {
    /// The first Kubernetes minor.
    pub from: MinorVersion,
    /// The oldest etcd.
    pub etcd: EtcdVersion,
    /// Why.
    pub text: String,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// What must hold before a member moves to the next etcd minor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdEntry {
    /// The minor that is left.
    pub from: EtcdMinor,
    /// The minor that is entered.
    pub to: EtcdMinor,
    /// The oldest patch of `from` that the current upgrade guide allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<EtcdVersion>,
    /// The oldest patch below which a failure is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_floor: Option<EtcdVersion>,
    /// Why there is a floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What else must hold.
    pub conditions: Vec<String>,
    /// How the floor moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<FloorHistory>,
    /// Flags that the new minor does not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags_removed: Vec<String>,
    /// Flags whose default differs in the new minor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaults_changed: Vec<ChangedDefault>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// The layer that says so.
    #[serde(default = "embedded")]
    pub decided_by: String,
}

/// A floor that the upgrade guide named for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorHistory {
    /// The floor.
    pub floor: EtcdVersion,
    /// Since when it is named.
    pub since: Date,
    /// Why.
    pub why: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// A flag whose default differs between two minors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedDefault {
    /// The flag.
    pub flag: String,
    /// Its default before.
    pub before: String,
    /// Its default after.
    pub after: String,
}

/// A supported way back to the minor before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdDowngrade {
    /// The minor that is left.
    pub from: EtcdMinor,
    /// The minor that is entered.
    pub to: EtcdMinor,
    /// The oldest patch of `to` that can take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_target: Option<EtcdVersion>,
    /// How it is done.
    pub command: String,
    /// How it is called off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    /// What must hold.
    pub conditions: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// One minor of etcd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdRelease {
    /// The date of its `.0`.
    pub released: Option<Date>,
    /// After this day there are no patches; `None` = not announced.
    pub end_of_life: Option<Date>,
    /// Whether the end of life is official.
    pub end_of_life_verified: bool,
    /// How the end of life is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Every patch and the date of its tag.
    pub patches: BTreeMap<EtcdVersion, Date>,
    /// Image tags that are known to exist, beside those that kubeadm deploys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, EtcdTag>,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// How an image tag is known to exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdTag {
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// The layer that says so.
    #[serde(default = "embedded")]
    pub decided_by: String,
}

/// Patches of one etcd minor with a known fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdAvoid {
    /// The name of the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it leads to, such as `data-loss`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The first patch with the fault.
    pub from: EtcdVersion,
    /// The last patch with the fault.
    pub to: EtcdVersion,
    /// The first patch of this minor without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<EtcdVersion>,
    /// What happens.
    pub reason: String,
    /// What is doubtful about the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it is confirmed; only then it keeps a patch from being recommended.
    pub verified: bool,
    /// Where it can be looked up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// The layer that says so.
    #[serde(default = "embedded")]
    pub decided_by: String,
}

/// Experimental flags that have a plain name now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RenamedFlags {
    /// The etcd minor that no longer reads the old names.
    pub removed_in: EtcdMinor,
    /// The etcd minor that reads the new names.
    pub replacement_from: EtcdMinor,
    /// Old name to new name.
    pub flags: BTreeMap<String, String>,
    /// What is doubtful.
    pub note: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// A command of the etcd tools that came, moved or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdTool {
    /// The command.
    pub what: String,
    /// The minor or patch that added it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_in: Option<String>,
    /// The minor that deprecated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated_in: Option<EtcdMinor>,
    /// The minor without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_in: Option<EtcdMinor>,
    /// What to use instead.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}
