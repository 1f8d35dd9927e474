//! Where a plan stands, as data.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::version::KubernetesVersion;

/// What is compared.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The plan that is under way.
    pub plan: &'a Plan,
    /// What runs now.
    pub inventory: &'a Inventory,
    /// Steps that somebody has signed as done. It settles only what versions cannot prove; empty where
    /// there is no record.
    pub signed: BTreeSet<StepId>,
}

/// Where a plan stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The name of the plan.
    pub plan: String,
    /// The name of the cluster that was looked at.
    pub cluster: String,
    /// When it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Timestamp>,
    /// Whether every version is where the plan ends.
    pub reached: bool,
    /// The steps that the versions prove to be done.
    pub done: Vec<StepId>,
    /// Steps that versions cannot prove, and that are over, since something after them is done or
    /// somebody has signed them.
    pub passed: Vec<StepId>,
    /// The step to go on with; `None` where nothing is left, or where the cluster is another one.
    pub next: Option<StepId>,
    /// Where the observation fits more than one place: every step that may be the next one, the
    /// earliest first. Empty where there is one place only.
    pub ambiguous: Vec<StepId>,
    /// Steps that are done on some targets.
    pub partial: Vec<Partial>,
    /// What contradicts the plan.
    pub conflicts: Vec<Conflict>,
    /// What a person should know before they go on.
    pub notes: Vec<String>,
    /// How far each hop is.
    pub hops: Vec<HopProgress>,
    /// What is left.
    pub remaining: Remaining,
}

/// A step that is done on some targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partial {
    /// The step.
    pub step: StepId,
    /// The targets that are done.
    pub done: Vec<InstanceName>,
    /// The targets that are not.
    pub remaining: Vec<InstanceName>,
    /// The targets of which it is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<InstanceName>,
    /// Remaining targets on which some parts have moved and others have not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Within>,
}

/// A target that is half done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Within {
    /// The target.
    pub target: InstanceName,
    /// The parts that have moved.
    pub done: Vec<Component>,
    /// The parts that have not.
    pub remaining: Vec<Component>,
}

/// Something that the plan does not explain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// What sort of contradiction it is.
    pub kind: ConflictKind,
    /// The component; absent where it concerns the cluster as a whole or a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// The instances.
    pub instances: Vec<InstanceName>,
    /// What they run; absent where they are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<ComponentVersion>,
    /// What the plan has them run, from its start to its end.
    pub planned: Vec<ComponentVersion>,
    /// The steps of the plan that it concerns.
    pub steps: Vec<StepId>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What sort of contradiction a conflict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// The plan is for another cluster.
    OtherCluster,
    /// Another provider, etcd topology or way of running kube-proxy.
    OtherShape,
    /// An instance that the plan does not know.
    Added,
    /// An instance of the plan that is not there.
    Removed,
    /// A version that no place of the plan explains.
    Version,
    /// A step has begun although one before it is not finished.
    Ahead,
}

/// How far a hop is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopProgress {
    /// Its number.
    pub number: u32,
    /// The oldest kube-apiserver before it.
    pub from: KubernetesVersion,
    /// Every kube-apiserver after it.
    pub to: KubernetesVersion,
    /// In a word.
    pub state: HopState,
    /// Its steps: those that are done or over, and all.
    pub steps: Counted,
    /// The targets of steps that change versions: those that are done, and all.
    pub targets: Counted,
}

/// How far a hop is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HopState {
    /// Nothing of it is done.
    NotBegun,
    /// Something of it is done.
    UnderWay,
    /// Every version is there; what versions cannot prove may be open.
    VersionsReached,
    /// It is over.
    Done,
}

/// Some of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Those that are done.
    pub done: u64,
    /// All.
    pub total: u64,
}

/// What is left. Steps that versions cannot prove count until something after them is done; a step
/// that is done on some targets counts for the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Remaining {
    /// Steps.
    pub steps: u64,
    /// Targets whose versions still change, step by step.
    pub targets: u64,
    /// Minutes of work.
    pub work: Duration,
    /// Minutes in which the cluster is only watched.
    pub soak: Duration,
}
