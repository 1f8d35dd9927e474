//! A hop: everything that brings the cluster one minor further.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::version::KubernetesVersion;

use super::Step;
use super::StepId;

/// One minor of the control plane, or the levelling of a cluster that is at its target already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hop {
    /// Its number, from 1.
    pub number: u32,
    /// The oldest kube-apiserver before it.
    pub from: KubernetesVersion,
    /// Every kube-apiserver after it.
    pub to: KubernetesVersion,
    /// What each component runs before and after.
    pub versions: Vec<VersionChange>,
    /// What the hop can break, worst first.
    pub hazards: Vec<Hazard>,
    /// Hazards of the hop that the plan's own steps take care of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covered: Vec<Covered>,
    /// Hazards of the hop that this cluster cannot meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ruled_out: Vec<RuledOut>,
    /// The steps in the order in which they are done.
    pub steps: Vec<Step>,
}

/// What a component runs before and after a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionChange {
    /// The component.
    pub component: Component,
    /// The versions before, oldest first, and how many instances run each.
    pub before: Vec<VersionCount>,
    /// The versions after.
    pub after: Vec<VersionCount>,
}

/// How many instances run a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionCount {
    /// The version.
    pub version: ComponentVersion,
    /// The number of instances.
    pub count: u64,
}

/// Something that the hop breaks for those whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hazard {
    /// A stable name, such as `psp-removed-125`.
    pub id: String,
    /// `blocker`, `action-required`, `warning` or `info`.
    pub severity: HazardSeverity,
    /// The part that it concerns, as the catalog files it.
    pub component: String,
    /// What it is.
    pub title: String,
    /// Whom it concerns, where the inventory could not settle that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What breaks.
    pub breaks: String,
    /// How to find out whether the cluster is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detect: Option<Detect>,
    /// What to do about it.
    pub remedy: String,
    /// Where this is known from.
    pub source: Vec<String>,
    /// Whether the source was confirmed; what is not must be read as "reported".
    #[serde(default = "confirmed", skip_serializing_if = "is_confirmed")]
    pub verified: bool,
}

fn confirmed() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_confirmed(verified: &bool) -> bool {
    *verified
}

/// How much a hazard weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum HazardSeverity {
    /// The hop fails, or something stops, where it applies.
    Blocker,
    /// People must change something.
    ActionRequired,
    /// Behaviour changes: look.
    Warning,
    /// Good to know.
    Info,
}

/// A read-only command and how to read its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// The command.
    pub command: String,
    /// What the answer means.
    pub meaning: String,
}

/// A hazard that the plan's own steps take care of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Covered {
    /// The hazard.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What the plan does about it.
    pub how: String,
    /// The steps that do it; empty where the order of the whole plan does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepId>,
}

/// A hazard that this cluster cannot meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuledOut {
    /// The hazard.
    pub id: String,
    /// What rules it out.
    pub because: String,
}
