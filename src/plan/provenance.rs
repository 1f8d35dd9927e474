//! What a plan was made from, so that a stale one is noticed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::OsFamily;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// What a plan was made from, and with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The program and its version.
    pub tool: String,
    /// The data on releases, etcd, skew and hazards.
    pub catalog: CatalogProvenance,
    /// The inventory.
    pub inventory: InventoryProvenance,
    /// What was asked for.
    pub options: Options,
}

impl Provenance {
    /// This program and its version, as plans name it.
    pub const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
}

/// The data that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CatalogProvenance {
    /// The day up to which the data reaches.
    #[schemars(with = "String")]
    pub as_of: jiff::civil::Date,
    /// The digest of all of it, overlays included.
    pub digest: String,
    /// The user's own files that were laid over it, and what they decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<Layer>,
}

/// A file that was laid over the embedded data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The name of the file or of the document in it.
    pub name: String,
    /// What it changed.
    pub changes: Vec<String>,
}

/// The inventory that the plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryProvenance {
    /// The digest of its canonical form.
    pub digest: String,
    /// When the cluster was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// Whether it was made from two versions rather than observed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The target as it was asked for: `1.30` or `v1.30.4`.
    pub to: String,
    /// The etcd version that was given, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etcd: Option<EtcdVersion>,
    /// The family of distributions that the commands are for.
    pub os: OsFamily,
    /// The patches that were pinned, by minor.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pin: BTreeMap<MinorVersion, KubernetesVersion>,
    /// The versions that were forbidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<KubernetesVersion>,
}
