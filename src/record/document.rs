//! The document, types only. The field order here is the key order of the file.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::plan::ApiVersion;
use crate::plan::StepId;

/// What was done of a plan, by whom and when: one entry a sign-off, in the order in which they were
/// written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UpgradeRecord")]
pub struct Record {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `UpgradeRecord`.
    pub kind: Kind,
    /// The plan that is carried out.
    pub plan: PlanReference,
    /// The sign-offs. A later one of the same step takes the place of an earlier one.
    pub entries: Vec<Entry>,
    /// What a whole record ends with.
    #[serde(default)]
    #[schemars(required, with = "End")]
    pub end: Option<End>,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// What was done of a plan.
    UpgradeRecord,
}

/// Which plan is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanReference {
    /// Its name.
    pub name: String,
    /// The digest of what it says, however its file is written.
    pub digest: String,
}

/// One sign-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1.
    pub sequence: u64,
    /// The step.
    pub step: StepId,
    /// What came of it.
    pub result: Outcome,
    /// Who signs.
    pub by: String,
    /// When work on the step began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub started: Option<Timestamp>,
    /// When it ended.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What whoever reads this later must know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The digest of this entry and of everything before it.
    pub digest: String,
}

impl Entry {
    /// Minutes from start to end, rounded up, where the start is known: what took time took some.
    pub fn minutes(&self) -> Option<u64> {
        let seconds = self.at.as_second() - self.started?.as_second();
        Some(u64::try_from(seconds).unwrap_or(0).div_ceil(60))
    }
}

/// What came of a step.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done, and its checkpoints hold.
    Done,
    /// Tried, and it did not come out.
    Failed,
    /// Left out on purpose.
    Skipped,
}

impl Outcome {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The last lines of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How many entries there are.
    pub entries: u64,
}

/// The JSON Schema of a record.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Record).to_value()
}
