//! A step: one act on one target group, with its reason, its proof and its way back.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::name::PoolName;

use super::Checkpoint;

/// One act on one target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Hop and place in it, such as `1.03`.
    pub id: StepId,
    /// What is done, in a few words.
    pub title: String,
    /// What sort of act it is.
    pub kind: StepKind,
    /// The lead component; absent for preflight and gates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// The versions that change, in the order in which they do on one target; empty where none does.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// The instances that are acted upon, in order: nodes, etcd members, clients.
    pub targets: Vec<InstanceName>,
    /// The pool, for worker nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// How many targets at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// Why it stands here.
    pub because: Vec<Reason>,
    /// What is typed, in order.
    pub commands: Vec<Command>,
    /// What must hold afterwards.
    pub checkpoints: Vec<Checkpoint>,
    /// When to stop instead of going on.
    pub abort: String,
    /// The way back.
    pub rollback: Rollback,
    /// Whom it disturbs.
    pub disruption: Disruption,
    /// How long it takes, in minutes of work, before any calendar.
    pub duration: Duration,
}

/// Hop and place in it: `1.03` is the third step of the first hop, `final.02` the second step after
/// the last hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepId {
    /// A step of a hop.
    Hop {
        /// The number of the hop.
        hop: u32,
        /// The place in it, from 1.
        place: u32,
    },
    /// A step after the last hop.
    Final {
        /// The place among them, from 1.
        place: u32,
    },
}

impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hop { hop, place } => write!(formatter, "{hop}.{place:02}"),
            Self::Final { place } => write!(formatter, "final.{place:02}"),
        }
    }
}

/// A text that is no step id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a step id; expected a form like `1.03` or `final.01`")]
pub struct InvalidStepId(String);

impl FromStr for StepId {
    type Err = InvalidStepId;

    fn from_str(text: &str) -> Result<Self, InvalidStepId> {
        let error = || InvalidStepId(text.chars().take(40).collect());
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse::<u32>().map_err(|_| error()) } else { Err(error()) }
        };
        let (hop, place) = text.split_once('.').ok_or_else(error)?;
        let place = number(place)?;
        if hop == "final" {
            return Ok(Self::Final { place });
        }
        Ok(Self::Hop { hop: number(hop)?, place })
    }
}

impl Serialize for StepId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StepId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for StepId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StepId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^([0-9]+|final)\\.[0-9]{2,}$",
            "examples": ["1.03", "final.01"],
        })
    }
}

/// What sort of act a step is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Reads that must come out right before anything is changed.
    Preflight,
    /// A person decides.
    Gate,
    /// A snapshot of what could be lost.
    Backup,
    /// A version changes.
    Upgrade,
    /// Add-ons that the provider moves: kube-proxy and `CoreDNS`.
    Addon,
    /// A kubectl changes.
    Client,
    /// Proof that the hop, or a part of it, is complete.
    Validate,
    /// Time in which nothing is changed and the cluster is watched.
    Soak,
}

impl StepKind {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Gate => "gate",
            Self::Backup => "backup",
            Self::Upgrade => "upgrade",
            Self::Addon => "addon",
            Self::Client => "client",
            Self::Validate => "validate",
            Self::Soak => "soak",
        }
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A version that changes on each target of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The component. kube-proxy as a DaemonSet moves on all nodes at once, whatever the targets.
    pub component: Component,
    /// The version before; where targets differ, the oldest.
    pub from: ComponentVersion,
    /// The version after.
    pub to: ComponentVersion,
}

/// How many targets at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Targets in parallel after the canary.
    pub size: u64,
    /// Targets that go first, one by one, and are proven before the rest; 0 where all go one by one.
    pub canary: u64,
}

/// Why a step stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The rule, as `kubehop explain RULE` knows it.
    pub rule: String,
    /// The rule applied to this step.
    pub text: String,
    /// Where the rule is known from.
    pub source: String,
}

/// Something to type: one command, or a script that ends at its first failure. It is typed as a whole,
/// and the next one only when it has ended well and a person has seen what `expect` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The host: a node's name, `operator` for the machine with the admin kubeconfig, or `each
    /// target` for every target in turn.
    pub on: String,
    /// The text, for bash.
    pub run: String,
    /// What must be seen before the next one is typed; absent where an end without an error is
    /// enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
}

impl Command {
    /// The same, with what must be seen before the next one is typed.
    #[must_use]
    pub fn expecting(mut self, text: impl Into<String>) -> Self {
        self.expect = Some(text.into());
        self
    }
}

/// The way back from a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// Whether there is one short of a restore.
    pub possible: bool,
    /// The point of no return.
    pub until: String,
    /// What is typed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// What cannot be typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Whom a step disturbs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Disruption {
    /// Nobody.
    None,
    /// Requests to the API stall or are retried.
    ControlPlane,
    /// Pods move.
    Drain,
    /// People and pipelines that call kubectl.
    Client,
}

impl Disruption {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ControlPlane => "control-plane",
            Self::Drain => "drain",
            Self::Client => "client",
        }
    }
}

/// Minutes of work, before any calendar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Duration {
    /// When everything goes well.
    pub low: u64,
    /// What to expect.
    pub likely: u64,
    /// When it is hard, but still works.
    pub high: u64,
}

impl Duration {
    /// One after the other.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            likely: self.likely.saturating_add(other.likely),
            high: self.high.saturating_add(other.high),
        }
    }

    /// So many times, one after the other.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self {
            low: self.low.saturating_mul(count),
            likely: self.likely.saturating_mul(count),
            high: self.high.saturating_mul(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StepId;

    #[test]
    fn step_ids_round_trip() {
        for text in ["1.03", "13.120", "final.01"] {
            assert_eq!(text.parse::<StepId>().unwrap().to_string(), text);
        }
        for text in ["", "1", "1.", "a.1", "1.x", "+1.02", "final.", "1.02.3"] {
            assert!(text.parse::<StepId>().is_err(), "{text}");
        }
    }
}
