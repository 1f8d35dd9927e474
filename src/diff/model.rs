//! A difference, as data.

use serde::Serialize;

use crate::plan::StepId;

/// What differs between two plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whether both do the same.
    pub equal: bool,
    /// The name of the old plan.
    pub old: String,
    /// The name of the new plan.
    pub new: String,
    /// In what the two were made from other things. That alone makes no difference.
    pub basis: Vec<String>,
    /// The changes: those of the plan as a whole, then hop by hop.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// The number of the hop, in the new plan where it is there; `None`: the plan as a whole, or the steps
    /// after the last hop.
    pub hop: Option<u32>,
    /// The step, by its id in the new plan where it is there.
    pub step: Option<StepId>,
    /// The id of the step in the old plan, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<StepId>,
    /// What has changed: the title of a step, the id of a hazard, the name of a setting.
    pub what: String,
    /// How it was; `None` where it was not there.
    pub before: Option<String>,
    /// How it is; `None` where it is not there any more.
    pub after: Option<String>,
    /// Why, where the two plans tell.
    pub reason: Option<String>,
}

/// What sort of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The plan starts from other versions.
    Start,
    /// The plan ends at another version.
    Target,
    /// The plan was searched by another strategy.
    Strategy,
    /// Something else was asked for.
    Option,
    /// The cluster has an instance more.
    InstanceAdded,
    /// The cluster has an instance less.
    InstanceRemoved,
    /// Something more is taken to hold.
    AssumptionAdded,
    /// Something is not taken to hold any more.
    AssumptionRemoved,
    /// Something else is taken to hold.
    AssumptionChanged,
    /// A hop more.
    HopAdded,
    /// A hop less.
    HopRemoved,
    /// A hop that is over where the new plan starts.
    HopDone,
    /// A hop starts or ends at another release.
    HopVersions,
    /// A hazard more.
    HazardAdded,
    /// A hazard less.
    HazardRemoved,
    /// A hazard weighs or says something else.
    HazardChanged,
    /// A step more.
    StepAdded,
    /// A step less.
    StepRemoved,
    /// A step that is over where the new plan starts.
    StepDone,
    /// A step stands elsewhere.
    StepMoved,
    /// A step leads from or to other versions.
    Versions,
    /// A step is done on other targets.
    Targets,
    /// Another number of targets at once.
    Batch,
    /// A step disturbs others than before.
    Disruption,
    /// A step takes another time.
    Duration,
    /// A step is done or proven otherwise.
    Procedure,
}

impl ChangeKind {
    /// Whether something is there that was not.
    pub const fn is_added(self) -> bool {
        matches!(
            self,
            Self::InstanceAdded
                | Self::AssumptionAdded
                | Self::HopAdded
                | Self::HazardAdded
                | Self::StepAdded
        )
    }

    /// Whether something is not there that was.
    pub const fn is_removed(self) -> bool {
        matches!(
            self,
            Self::InstanceRemoved
                | Self::AssumptionRemoved
                | Self::HopRemoved
                | Self::HazardRemoved
                | Self::StepRemoved
        )
    }

    /// Whether something is over where the new plan starts.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::HopDone | Self::StepDone)
    }
}

impl Change {
    /// A change of the plan as a whole.
    pub(super) fn of_the_plan(kind: ChangeKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            hop: None,
            step: None,
            was: None,
            what: what.into(),
            before: None,
            after: None,
            reason: None,
        }
    }

    #[must_use]
    pub(super) fn in_hop(self, hop: Option<u32>) -> Self {
        Self { hop, ..self }
    }

    #[must_use]
    pub(super) fn from(self, before: impl ToString) -> Self {
        Self { before: Some(before.to_string()), ..self }
    }

    #[must_use]
    pub(super) fn to(self, after: impl ToString) -> Self {
        Self { after: Some(after.to_string()), ..self }
    }

    #[must_use]
    pub(super) fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }
}
