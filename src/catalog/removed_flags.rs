//! Command line flags and admission plugins that stop a component which is still given them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::MinorVersion;

use super::common::Area;

/// Every removed flag and admission plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RemovedFlags {
    pub(super) flags: Vec<RemovedFlag>,
    admission_plugins: Vec<RemovedPlugin>,
    deprecated: Vec<DeprecatedFlags>,
}

impl RemovedFlags {
    /// Every removed flag, in the order of the file.
    pub fn flags(&self) -> &[RemovedFlag] {
        &self.flags
    }

    /// The flags that a minor no longer reads and the one before did.
    pub fn removed_in(&self, minor: MinorVersion) -> impl Iterator<Item = &RemovedFlag> {
        self.flags.iter().filter(move |flag| flag.removed_in == minor)
    }

    /// Admission plugins whose name stops the API server.
    pub fn admission_plugins(&self) -> &[RemovedPlugin] {
        &self.admission_plugins
    }

    /// Flags that are deprecated and still read.
    pub fn deprecated(&self) -> &[DeprecatedFlags] {
        &self.deprecated
    }
}

/// How a removal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FlagBasis {
    /// The release notes.
    #[serde(rename = "release-note")]
    ReleaseNote,
    /// The release notes and the sources.
    #[serde(rename = "release-note+source-diff")]
    ReleaseNoteAndSource,
    /// The sources.
    #[serde(rename = "source-diff")]
    Source,
    /// The reference pages only.
    #[serde(rename = "docs")]
    Docs,
    /// An announcement and the reference pages.
    #[serde(rename = "announced+docs")]
    AnnouncedAndDocs,
}

/// Flags that one change removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RemovedFlag {
    /// Whose flags they are.
    pub component: Area,
    /// The first minor that does not read them.
    pub removed_in: MinorVersion,
    /// The flags.
    pub flags: Vec<String>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// How it is known.
    pub basis: FlagBasis,
    /// Whether it is confirmed.
    pub verified: bool,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An admission plugin that no longer exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RemovedPlugin {
    /// The plugin.
    pub name: String,
    /// The first minor without it.
    pub removed_in: MinorVersion,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
}

/// Flags that are deprecated and still read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeprecatedFlags {
    /// Whose flags they are.
    pub component: Area,
    /// The flags.
    pub flags: Vec<String>,
    /// What is known.
    pub note: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
}
