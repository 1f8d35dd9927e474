//! What came of the checkpoints.

use jiff::Timestamp;
use serde::Serialize;

use crate::plan::StepId;

/// What came of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// What was observed is what is expected.
    Pass,
    /// It is not.
    Fail,
    /// It could not be found out.
    Unknown,
    /// It needs a shell on a node, or a person.
    Manual,
}

impl Status {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
        }
    }
}

/// A checkpoint and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The step.
    pub step: StepId,
    /// The checkpoint.
    pub id: String,
    /// What is looked at.
    pub title: String,
    /// What came of it.
    pub status: Status,
    /// What must come of it.
    pub expect: String,
    /// What came, as `jq -c` prints it, without secrets and cut to a sane size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// Why it could not be found out, or what else must be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was asked of the API server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The command by which a person finds out.
    pub command: String,
    /// When it was looked at; absent for what was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Seconds until it came out like this.
    pub waited: u64,
    /// Whether another look may come out differently.
    #[serde(skip)]
    pub may_change: bool,
}

/// How many checkpoints came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Those that hold.
    pub pass: u64,
    /// Those that do not.
    pub fail: u64,
    /// Those that could not be found out.
    pub unknown: u64,
    /// Those that need a shell or a person.
    pub manual: u64,
}

/// What came of the checkpoints of a step, or of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name of the plan.
    pub plan: String,
    /// The steps.
    pub steps: Vec<StepId>,
    /// The context of the kubeconfig; absent inside of a pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The address of the API server.
    pub server: String,
    /// When the last look began.
    pub at: Timestamp,
    /// Seconds from the first look to the last.
    pub waited: u64,
    /// How many looks there were.
    pub looks: u64,
    /// How many checkpoints came out how.
    pub counts: Counts,
    /// The checkpoints, in the order of the plan.
    pub checks: Vec<Check>,
}

impl Counts {
    /// Counts.
    pub fn of(checks: &[Check]) -> Self {
        let mut counts = Self::default();
        for check in checks {
            let counter = match check.status {
                Status::Pass => &mut counts.pass,
                Status::Fail => &mut counts.fail,
                Status::Unknown => &mut counts.unknown,
                Status::Manual => &mut counts.manual,
            };
            *counter += 1;
        }
        counts
    }

    /// The answer as a whole. A failure is an answer whatever else could not be found out; where
    /// nothing at all could be evaluated there is none.
    pub fn verdict(self) -> Status {
        match self {
            Self { fail: 1.., .. } => Status::Fail,
            Self { unknown: 1.., .. } => Status::Unknown,
            Self { pass: 1.., .. } => Status::Pass,
            Self { pass: 0, .. } => Status::Manual,
        }
    }
}
