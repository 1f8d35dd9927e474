//! What was looked at, and what was not.

use serde::Serialize;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::plan::StepId;

/// Something that is taken to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumed {
    /// Its id.
    pub id: String,
    /// What is taken to hold.
    pub text: String,
    /// The command that settles it.
    pub settle: String,
    /// Whether it must be settled before the plan is carried out.
    pub condition: bool,
}

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotAssessed {
    /// A stable name.
    pub id: String,
    /// What it is, and what would settle it.
    pub text: String,
}

/// How the cluster is not as the plan has it: instances that differ in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// What sort of difference it is.
    pub kind: DriftKind,
    /// How much it weighs.
    pub severity: Severity,
    /// The component; none where the cluster as a whole is meant.
    pub component: Option<Component>,
    /// The instances.
    pub instances: Vec<String>,
    /// What the plan has.
    pub planned: Option<ComponentVersion>,
    /// What is there.
    pub found: Option<ComponentVersion>,
    /// The steps that act on them.
    pub steps: Vec<StepId>,
    /// All of it as a sentence.
    pub text: String,
}

/// What sort of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftKind {
    /// The cluster is run in another way.
    OtherCluster,
    /// Instances are gone.
    Gone,
    /// Instances run another version.
    Moved,
    /// Instances are new.
    New,
    /// Instances are where the plan brings them.
    Underway,
}

/// A step that proves something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestRow {
    /// The step.
    pub step: StepId,
    /// What is done.
    pub title: String,
    /// What must hold.
    pub checks: Vec<String>,
}

/// An item of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckItem {
    /// A stable name.
    pub id: &'static str,
    /// What must hold.
    pub title: &'static str,
    /// Whether it does.
    pub result: CheckResult,
    /// What in the plan shows it.
    pub evidence: String,
    /// The steps that it is about.
    pub steps: Vec<StepId>,
    /// Where the rule is known from.
    pub source: &'static str,
}

/// Whether an item of the checklist holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckResult {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There is nothing in the plan to which it could apply.
    NotApplicable,
    /// The plan does not tell.
    Unknown,
}

impl CheckResult {
    /// The words, as documents spell them.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not applicable",
            Self::Unknown => "unknown",
        }
    }
}
