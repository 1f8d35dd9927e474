//! A site's own durations (kind `EstimateProfile`): measured, or agreed upon.
//!
//! The more special one wins: a step before a pool, a pool before a kind of step, a kind before a key,
//! a key before the table. Unknown keys and minutes out of order are refused where they stand.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::name::PoolName;
use crate::plan::Duration;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::yaml;

use super::keys::Key;

/// The longest that one thing may take: a year.
const LONGEST: u64 = 365 * 24 * 60;

/// A site's own durations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EstimateProfile {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `EstimateProfile`.
    pub kind: ProfileKind,
    /// The name of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// All work in per cent of what the table says; soaks are left as they are. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_percent: Option<Percent>,
    /// By what is done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<Key, Override>,
    /// By kind of step; the minutes are those of a whole step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<StepKind, Override>,
    /// By node pool.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<PoolName, PoolOverride>,
    /// By step; the minutes are those of the whole step.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<StepId, Override>,
}

impl Default for EstimateProfile {
    fn default() -> Self {
        Self {
            api_version: ApiVersion::V1Alpha1,
            kind: ProfileKind::EstimateProfile,
            metadata: None,
            work_percent: None,
            keys: BTreeMap::new(),
            kinds: BTreeMap::new(),
            pools: BTreeMap::new(),
            steps: BTreeMap::new(),
        }
    }
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ProfileKind {
    /// A site's own durations.
    EstimateProfile,
}

/// The name of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// A name for people.
    pub name: String,
}

/// Minutes that replace others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Override {
    /// The minutes.
    pub minutes: Minutes,
    /// Why, for those who read the estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many measurements are behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
}

impl Override {
    /// The reason, as the estimate prints it.
    pub(super) fn because(&self) -> String {
        match (&self.reason, self.samples) {
            (Some(reason), _) => reason.clone(),
            (None, Some(samples)) => format!("measured {samples} times"),
            (None, None) => "from the profile".to_owned(),
        }
    }
}

/// What is different about a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolOverride {
    /// One node, or one batch of nodes at once: drain, packages, restart, checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Override>,
    /// How many nodes at once after the canary. Default: the plan's batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Count>,
    /// How many nodes go first, one by one. Default: the plan's canary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<u64>,
}

/// Three points: low <= likely <= high, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Duration", into = "Duration")]
pub struct Minutes(Duration);

impl Minutes {
    /// The three points.
    pub const fn get(self) -> Duration {
        self.0
    }
}

/// Three points out of order, or longer than anything takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MinutesError {
    /// Out of order.
    #[error("requires low <= likely <= high, not {}, {}, {}", .0.low, .0.likely, .0.high)]
    Order(Duration),
    /// Longer than a year.
    #[error("requires at most {LONGEST} minutes (a year), not {}", .0.high)]
    Long(Duration),
}

impl TryFrom<Duration> for Minutes {
    type Error = MinutesError;

    fn try_from(duration: Duration) -> Result<Self, MinutesError> {
        let Duration { low, likely, high } = duration;
        if low > likely || likely > high {
            Err(MinutesError::Order(duration))
        } else if high > LONGEST {
            Err(MinutesError::Long(duration))
        } else {
            Ok(Self(duration))
        }
    }
}

impl From<Minutes> for Duration {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

impl JsonSchema for Minutes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Minutes".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Duration::json_schema(generator)
    }
}

/// A whole number in a range, refused where it stands otherwise.
macro_rules! bounded {
    ($(#[$doc:meta])+ $type:ident, $low:literal..=$high:literal) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $type(u64);

        impl $type {
            /// The number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl TryFrom<u64> for $type {
            type Error = String;

            fn try_from(number: u64) -> Result<Self, String> {
                if ($low..=$high).contains(&number) {
                    Ok(Self(number))
                } else {
                    Err(format!("requires a number from {} to {}, not {number}", $low, $high))
                }
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // A visitor, so that the parser knows the place of what is refused.
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(
                        &self,
                        formatter: &mut std::fmt::Formatter<'_>,
                    ) -> std::fmt::Result {
                        write!(formatter, "a number from {} to {}", $low, $high)
                    }

                    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<$type, E> {
                        number.try_into().map_err(E::custom)
                    }
                }
                deserializer.deserialize_u64(Visitor)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "integer", "minimum": $low, "maximum": $high })
            }
        }
    };
}
pub(super) use bounded;

bounded! {
    /// How many at once, at least one.
    Count, 1..=100_000
}

bounded! {
    /// Per cent of something.
    Percent, 1..=10_000
}

/// Reads a profile.
///
/// # Errors
///
/// A diagnostic with file, line and path for what is not a profile.
pub fn read(file: &SourceFile) -> Result<EstimateProfile, Diagnostic> {
    yaml::read(file)
}

/// The JSON Schema of a profile.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(EstimateProfile).to_value()
}

#[cfg(test)]
mod tests {
    use super::SourceFile;
    use super::read;

    fn error(body: &str) -> String {
        let text = format!("apiVersion: kubehop.dev/v1alpha1\nkind: EstimateProfile\n{body}");
        read(&SourceFile::new("p.yaml", text)).unwrap_err().render(false)
    }

    #[test]
    fn what_is_wrong_is_told_with_place_and_suggestion() {
        let cases = [
            ("keys: {nod: {minutes: {low: 1, likely: 2, high: 3}}}", "did you mean `node`?"),
            ("keys: {node: {minutes: {low: 3, likely: 2, high: 3}}}", "low <= likely <= high"),
            ("keys: {node: {minutes: {low: 1, likely: 2, high: 999999}}}", "a year"),
            ("kinds: {backups: {minutes: {low: 1, likely: 2, high: 3}}}", "did you mean `backup`?"),
            ("steps: {x: {minutes: {low: 1, likely: 2, high: 3}}}", "is not a step id"),
            ("pools: {a: {parallel: 0}}", "from 1 to 100000"),
            ("pools: {a: {paralel: 1}}", "did you mean `parallel`?"),
            ("workPercent: 0", "from 1 to 10000"),
        ];
        for (body, expected) in cases {
            let text = error(body);
            assert!(text.contains(expected) && text.contains("p.yaml"), "{body}:\n{text}");
        }
    }
}
