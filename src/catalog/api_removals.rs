//! API versions that a Kubernetes minor no longer serves.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::MinorVersion;

/// Every deprecated or removed API version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRemovals {
    pub(super) apis: Vec<ApiRemoval>,
}

impl ApiRemovals {
    /// Every entry, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, ApiRemoval> {
        self.apis.iter()
    }

    /// What the hop into a minor takes away.
    pub fn removed_in(&self, minor: MinorVersion) -> impl Iterator<Item = &ApiRemoval> {
        self.apis.iter().filter(move |api| api.removed_in == Some(minor))
    }
}

impl<'a> IntoIterator for &'a ApiRemovals {
    type Item = &'a ApiRemoval;
    type IntoIter = std::slice::Iter<'a, ApiRemoval>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What kind of thing an API version is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApiCategory {
    /// Served by the API server.
    Rest,
    /// A subresource of something served.
    Subresource,
    /// The body of a webhook or of discovery.
    Payload,
    /// A configuration file on disk.
    File,
    /// A gRPC service between components.
    Grpc,
    /// Announced for a minor that is not released.
    Announced,
    /// Deprecated without a date.
    DeprecatedNoRemoval,
}

impl ApiCategory {
    /// Whether callers meet it at the API server, which then counts them; files and gRPC services
    /// have hazards of their own.
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::File | Self::Grpc)
    }
}

/// An API version that goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ApiRemoval {
    /// The group; empty = core.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kinds.
    pub kinds: Vec<String>,
    /// The plural names.
    pub resources: Vec<String>,
    /// The minor that brought it; a range where the kinds differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced: Option<String>,
    /// The minor that deprecated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated_in: Option<MinorVersion>,
    /// The first minor that does not serve it; absent = not announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_in: Option<MinorVersion>,
    /// Where to move to; absent = nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// `false` = only clusters that switched it on can be hit.
    pub served_by_default: bool,
    /// What it is.
    pub category: ApiCategory,
    /// What to do.
    pub migration: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
}

impl ApiRemoval {
    /// `group/version`, or the version alone for the core group.
    pub fn group_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}
