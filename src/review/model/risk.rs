//! What can go wrong, and the way back.

use jiff::civil::Date;
use serde::Serialize;

use crate::component::Component;
use crate::plan::Disruption;
use crate::plan::Duration;
use crate::plan::HazardSeverity;
use crate::plan::StepId;

/// Whom it disturbs, and where there is no way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// Each step that disturbs somebody.
    pub disruptions: Vec<DisruptionRow>,
    /// Steps after which only a restore leads back.
    pub no_return: Vec<NoReturn>,
    /// Stretches of the plan in which components stand apart.
    pub skew_windows: Vec<SkewWindow>,
}

/// A step that disturbs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisruptionRow {
    /// The step.
    pub step: StepId,
    /// What is done.
    pub title: String,
    /// Whom it disturbs.
    pub disruption: Disruption,
    /// How many targets, one after the other or in batches.
    pub targets: u64,
    /// Minutes of work.
    pub minutes: Duration,
}

/// A step without a way back short of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoReturn {
    /// The step.
    pub step: StepId,
    /// What is done.
    pub title: String,
    /// When the way back closes.
    pub until: String,
    /// The gate before it, where there is one in its hop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<StepId>,
}

/// A stretch in which a component stands apart from what it talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkewWindow {
    /// The component.
    pub component: Component,
    /// What it stands apart from: itself where its instances differ.
    pub against: Component,
    /// The most minors between the two; 0 where only patches of etcd differ.
    pub minors: u64,
    /// The step in which it begins; none where it holds before the first step.
    pub from: Option<StepId>,
    /// The step in which it ends; none where the plan leaves it.
    pub to: Option<StepId>,
    /// Minutes from the beginning of the first to the end of the last of these steps, work and soaks,
    /// before any calendar.
    pub minutes: Duration,
}

/// A hazard of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HazardRow {
    /// Its id.
    pub id: String,
    /// How much it weighs.
    pub severity: HazardSeverity,
    /// What it is.
    pub title: String,
    /// The hops that it belongs to.
    pub hops: Vec<u32>,
    /// Whom it concerns, where the inventory could not settle that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Whether its source is confirmed.
    pub verified: bool,
    /// Who has acknowledged it, until when; none where nobody has.
    pub acknowledged: Option<Acknowledged>,
}

/// Who answers for a hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// Who.
    pub by: String,
    /// The last day on which it holds.
    pub until: Date,
    /// Whether that day is past.
    pub expired: bool,
}

/// The way back from the steps of a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackoutRow {
    /// The hop; none for the steps after the last one.
    pub hop: Option<u32>,
    /// Steps that change something.
    pub changing: u64,
    /// Those of them with a way back of their own.
    pub reversible: u64,
    /// The first step after which only a restore leads back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_of_no_return: Option<StepId>,
    /// When the way back closes there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The steps that take a snapshot.
    pub snapshots: Vec<StepId>,
    /// The rule by which the first step without a way back is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort: Option<String>,
}
