//! What a hop can break, how to see whether it will, and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde::de;

use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::applies::Applies;
use super::applies::words;
use super::common::Area;
use super::common::VersionRange;

impl Hazard {
    /// Whether a hop between these two can meet it, as far as versions tell.
    pub fn meets(&self, from: &KubernetesVersion, to: &KubernetesVersion) -> bool {
        let fixed = self.fixed_in.as_ref().is_some_and(|fixed| to.upstream() >= *fixed);
        let starts = self.starts_in.as_ref().is_none_or(|range| range.contains(&from.upstream()));
        starts && !fixed
    }
}

/// Every known hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazards {
    pub(super) hazards: Vec<Hazard>,
}

impl Hazards {
    /// Every hazard, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Hazard> {
        self.hazards.iter()
    }

    /// The hazards of the hop into a minor, those of every hop first.
    pub fn of_hop(&self, to: MinorVersion) -> impl Iterator<Item = &Hazard> {
        let any = self.hazards.iter().filter(|hazard| hazard.hop == Hop::Any);
        any.chain(self.hazards.iter().filter(move |hazard| hazard.hop == Hop::Minor(to)))
    }

    /// A hazard by its id.
    pub fn get(&self, id: &str) -> Option<&Hazard> {
        self.hazards.iter().find(|hazard| hazard.id == id)
    }
}

impl<'a> IntoIterator for &'a Hazards {
    type Item = &'a Hazard;
    type IntoIter = std::slice::Iter<'a, Hazard>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The hop that a hazard belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hop {
    /// Every hop.
    Any,
    /// The hop into this minor.
    Minor(MinorVersion),
}

impl Hop {
    /// Whether the hop into a minor is meant.
    pub fn includes(self, to: MinorVersion) -> bool {
        self == Self::Any || self == Self::Minor(to)
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.pad("any"),
            Self::Minor(minor) => formatter.pad(&minor.to_string()),
        }
    }
}

impl Serialize for Hop {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hop {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HopVisitor;
        impl de::Visitor<'_> for HopVisitor {
            type Value = Hop;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`any` or a minor such as \"1.30\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hop, E> {
                if text == "any" {
                    return Ok(Hop::Any);
                }
                text.parse().map(Hop::Minor).map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Hop, E> {
                Err(E::custom(format_args!(
                    "a bare minor is the number {number} to YAML (so 1.30 would become 1.3); \
                     requires a text such as \"1.30\""
                )))
            }
        }
        deserializer.deserialize_any(HopVisitor)
    }
}

impl JsonSchema for Hop {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hop".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(any|v?[0-9]+\\.[0-9]+)$",
            "examples": ["any", "1.30"],
        })
    }
}

words! {
    /// How much a hazard weighs; the heaviest first.
    HazardSeverity {
        /// The hop fails, or something stops, when the condition holds.
        Blocker = "blocker",
        /// People must change something, else breakage is likely.
        ActionRequired = "action-required",
        /// Behaviour changes; look.
        Warning = "warning",
        /// Good to know.
        Info = "info",
    }
}

/// How to see whether a hazard is real on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// A shell command that changes nothing.
    pub command: String,
    /// How to read what it prints.
    pub meaning: String,
}

/// Something that a hop can break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// The stable name.
    pub id: String,
    /// The hop that it belongs to.
    pub hop: Hop,
    /// The first release of the minor without it; a hop that stops there or later does not meet it.
    #[serde(default, rename = "fixedIn", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub fixed_in: Option<KubernetesVersion>,
    /// The releases that a hop must start from to meet it; absent = any.
    #[serde(default, rename = "startsIn", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<VersionRange<String>>")]
    pub starts_in: Option<VersionRange<KubernetesVersion>>,
    /// What breaks.
    pub component: Area,
    /// How much it weighs.
    pub severity: HazardSeverity,
    /// Which clusters it concerns, in words; absent = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Which clusters it concerns, as far as an inventory can settle it.
    #[serde(default, skip_serializing_if = "Applies::is_unrestricted")]
    pub applies: Applies,
    /// The hazard in a line.
    pub title: String,
    /// What happens.
    pub breaks: String,
    /// How to see it coming.
    pub detect: Detect,
    /// What to do.
    pub fix: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
}
