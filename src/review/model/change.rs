//! What changes, and when.

use jiff::Timestamp;
use serde::Serialize;

use crate::cluster::Strategy;
use crate::component::Component;
use crate::plan::Duration;
use crate::plan::Summary;
use crate::plan::VersionCount;
use crate::version::KubernetesVersion;

/// Which plan it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanFacts {
    /// Its name.
    pub name: String,
    /// The cluster: the name without the versions.
    pub cluster: String,
    /// Where it starts.
    pub from: KubernetesVersion,
    /// Where it leads.
    pub to: KubernetesVersion,
    /// What the search weighed.
    pub strategy: Strategy,
    /// The program that made it.
    pub tool: String,
    /// The digest of the inventory that it was made from.
    pub inventory_digest: String,
    /// When the cluster was looked at for it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// The plan in numbers, as it states them; the verifier counts them again.
    pub summary: Summary,
    /// Minutes of work of all steps, soaks left out.
    pub work_minutes: Duration,
    /// Minutes of soak.
    pub soak_minutes: Duration,
    /// Every component, before the first and after the last step.
    pub components: Vec<ComponentChange>,
    /// The hops.
    pub hops: Vec<HopRow>,
}

/// A component before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentChange {
    /// The component.
    pub component: Component,
    /// The versions before, oldest first.
    pub before: Vec<VersionCount>,
    /// The versions after.
    pub after: Vec<VersionCount>,
}

/// A hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HopRow {
    /// Its number.
    pub number: u32,
    /// The version before.
    pub from: KubernetesVersion,
    /// The version after.
    pub to: KubernetesVersion,
    /// Its steps.
    pub steps: u64,
    /// How often a node is drained.
    pub drains: u64,
    /// Where etcd goes, stop by stop; empty where it stays.
    pub etcd: Vec<String>,
    /// Minutes of work, soaks left out.
    pub work_minutes: Duration,
    /// Minutes of soak.
    pub soak_minutes: Duration,
    /// Hazards that must be settled before it.
    pub blockers: u64,
}

/// When a plan happens, in each environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// The zone of the calendar.
    pub timezone: String,
    /// When the first step begins anywhere.
    pub start: Timestamp,
    /// When the last one has ended everywhere.
    pub end: Timestamp,
    /// The environments, in the order in which a hop goes through them.
    pub environments: Vec<ScheduledEnvironment>,
}

/// When a plan happens in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduledEnvironment {
    /// Its name.
    pub name: String,
    /// When the first step begins there.
    pub start: Timestamp,
    /// When the last one has ended there.
    pub end: Timestamp,
    /// The maintenance windows that are used, in order.
    pub windows: Vec<UsedWindow>,
}

/// A maintenance window that is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsedWindow {
    /// When it opens.
    pub start: Timestamp,
    /// When it closes.
    pub end: Timestamp,
    /// The hops that have steps in it.
    pub hops: Vec<u32>,
    /// Nodes that are upgraded in it.
    pub nodes: u64,
}
