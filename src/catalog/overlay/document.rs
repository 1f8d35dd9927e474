//! The two documents that a user may lay over the embedded data.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::catalog::api_removals::ApiRemoval;
use crate::catalog::components::MinorComponents;
use crate::catalog::feature_gates::GateChanges;
use crate::catalog::hazards::Hazard;
use crate::catalog::known_bad::KnownBad;
use crate::catalog::removed_flags::RemovedFlag;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// The version of the document format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(in crate::catalog) enum ApiVersion {
    /// The only one so far.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of an etcd matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(in crate::catalog) enum EtcdMatrixKind {
    /// The only one.
    EtcdMatrix,
}

/// The kind of a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(in crate::catalog) enum CatalogKind {
    /// The only one.
    Catalog,
}

/// What a document is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::catalog) struct Metadata {
    /// The name of the document.
    pub(super) name: String,
}

/// An etcd compatibility matrix, laid over the built-in one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct EtcdMatrixDocument {
    /// The version of the document format.
    api_version: ApiVersion,
    /// `EtcdMatrix`.
    kind: EtcdMatrixKind,
    /// What the document is called.
    metadata: Metadata,
    /// The day on which the data were checked.
    #[serde(default)]
    pub(super) as_of: Option<Date>,
    /// The etcd of each Kubernetes minor.
    #[serde(default)]
    kubernetes: BTreeMap<MinorVersion, EtcdRequirementOverlay>,
    /// What must hold before etcd moves from one minor to the next.
    #[serde(default)]
    entries: Vec<EtcdEntryOverlay>,
    /// Patches of etcd and the dates of their release, and image tags that exist.
    #[serde(default)]
    releases: BTreeMap<EtcdMinor, EtcdReleaseOverlay>,
    /// Patches of etcd not to stop at.
    #[serde(default)]
    avoid: Vec<EtcdAvoidOverlay>,
    /// The patch of an etcd minor to stop at.
    #[serde(default)]
    recommended: BTreeMap<EtcdMinor, EtcdVersion>,
}

impl EtcdMatrixDocument {
    /// The same as a section of a catalog.
    pub(super) fn section(&self) -> EtcdOverlay {
        let Self { kubernetes, entries, releases, avoid, recommended, .. } = self.clone();
        EtcdOverlay { kubernetes, entries, releases, avoid, recommended }
    }
}

/// The etcd section of a catalog: the same keys as an `EtcdMatrix` document.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(in crate::catalog) struct EtcdOverlay {
    /// The etcd of each Kubernetes minor.
    pub(super) kubernetes: BTreeMap<MinorVersion, EtcdRequirementOverlay>,
    /// What must hold before etcd moves from one minor to the next.
    pub(super) entries: Vec<EtcdEntryOverlay>,
    /// Patches of etcd and the dates of their release, and image tags that exist.
    pub(super) releases: BTreeMap<EtcdMinor, EtcdReleaseOverlay>,
    /// Patches of etcd not to stop at.
    pub(super) avoid: Vec<EtcdAvoidOverlay>,
    /// The patch of an etcd minor to stop at.
    pub(super) recommended: BTreeMap<EtcdMinor, EtcdVersion>,
}

/// One minor of etcd: `images`, and every other key a patch with the date of its release.
// A flattened map cannot be combined with `deny_unknown_fields`; a key that is no version fails anyway.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(in crate::catalog) struct EtcdReleaseOverlay {
    /// Image tags that exist where the cluster pulls from, such as a mirror.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) images: Vec<String>,
    /// Patches and the dates of their release.
    #[serde(flatten)]
    pub(super) patches: BTreeMap<EtcdVersion, Date>,
}

/// The etcd of one Kubernetes minor; what is absent stays as it was.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::catalog) struct EtcdRequirementOverlay {
    /// What is deployed with every patch of the minor.
    #[serde(default)]
    pub(super) default: Option<EtcdVersion>,
    /// The oldest etcd that is accepted.
    #[serde(default)]
    pub(super) minimum: Option<EtcdVersion>,
    /// The etcd minors that work.
    #[serde(default)]
    pub(super) accepted: Option<BTreeSet<EtcdMinor>>,
}

/// What must hold before etcd moves to its next minor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct EtcdEntryOverlay {
    /// The minor that is left.
    pub(super) from: EtcdMinor,
    /// The minor that is entered: the next one.
    pub(super) to: EtcdMinor,
    /// The oldest patch of `from` that may move.
    #[serde(default)]
    pub(super) floor: Option<EtcdVersion>,
    /// The oldest patch below which a failure is known.
    #[serde(default)]
    pub(super) safety_floor: Option<EtcdVersion>,
    /// What else must hold; replaces the built-in list.
    #[serde(default)]
    pub(super) conditions: Option<Vec<String>>,
    /// Where it can be looked up.
    #[serde(default)]
    pub(super) source: Vec<String>,
}

/// Patches of one etcd minor not to stop at.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::catalog) struct EtcdAvoidOverlay {
    /// The first patch.
    pub(super) from: EtcdVersion,
    /// The last patch.
    pub(super) to: EtcdVersion,
    /// Why.
    pub(super) reason: String,
    /// Where it can be looked up.
    #[serde(default)]
    pub(super) source: Vec<String>,
}

/// A Kubernetes minor; of a minor that is known already only what is given changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct ReleaseOverlay {
    /// The date of the `.0`.
    #[serde(default)]
    pub(super) released: Option<Date>,
    /// From here on only critical fixes are taken.
    #[serde(default)]
    pub(super) maintenance_start: Option<Date>,
    /// After this day there are no patches.
    #[serde(default)]
    pub(super) end_of_life: Option<Date>,
    /// Patches and the dates of their release.
    #[serde(default)]
    pub(super) patches: BTreeMap<KubernetesVersion, Date>,
    /// Where it can be looked up.
    #[serde(default)]
    pub(super) source: Vec<String>,
}

/// Data laid over the built-in catalog: newer releases, or what one's own clusters taught.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::catalog) struct CatalogDocument {
    /// The version of the document format.
    api_version: ApiVersion,
    /// `Catalog`.
    kind: CatalogKind,
    /// What the document is called.
    metadata: Metadata,
    /// The day on which the data were checked.
    #[serde(default)]
    pub(super) as_of: Option<Date>,
    /// Kubernetes minors, also ones that the program does not know.
    #[serde(default)]
    pub(super) releases: BTreeMap<MinorVersion, ReleaseOverlay>,
    /// The etcd matrix.
    #[serde(default)]
    pub(super) etcd: EtcdOverlay,
    /// What kubeadm ships with a minor; replaces what is known of it.
    #[serde(default)]
    pub(super) components: BTreeMap<MinorVersion, MinorComponents>,
    /// API versions that go; added to the built-in ones.
    #[serde(default)]
    pub(super) api_removals: Vec<ApiRemoval>,
    /// What happens to feature gates at the hop into a minor; replaces what is known of it.
    #[serde(default)]
    pub(super) feature_gates: BTreeMap<MinorVersion, GateChanges>,
    /// Flags that go; added to the built-in ones.
    #[serde(default)]
    pub(super) removed_flags: Vec<RemovedFlag>,
    /// Hazards; one with a known id replaces it.
    #[serde(default)]
    pub(super) hazards: Vec<Hazard>,
    /// Bad releases; one with a known id replaces it.
    #[serde(default)]
    pub(super) known_bad: Vec<KnownBad>,
}
