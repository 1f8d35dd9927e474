//! What a review says, as data. Every form is a view of these types.

mod change;
mod decision;
mod looked;
mod risk;

pub use change::Changes;
pub use change::ComponentChange;
pub use change::HopRow;
pub use change::PlanFacts;
pub use change::Schedule;
pub use change::ScheduledEnvironment;
pub use change::UsedWindow;
pub use decision::ApprovalRow;
pub use decision::PolicyFacts;
pub use decision::Reason;
pub use decision::ReasonItem;
pub use decision::Since;
pub use decision::Verdict;
pub use looked::Assumed;
pub use looked::CheckItem;
pub use looked::CheckResult;
pub use looked::Drift;
pub use looked::DriftKind;
pub use looked::NotAssessed;
pub use looked::TestRow;
pub use risk::Acknowledged;
pub use risk::BackoutRow;
pub use risk::DisruptionRow;
pub use risk::HazardRow;
pub use risk::Impact;
pub use risk::NoReturn;
pub use risk::SkewWindow;

use jiff::civil::Date;
use serde::Serialize;

use crate::finding::Finding;
use crate::record;

/// A review: the verdict and everything that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// Whether the plan may be carried out.
    pub verdict: Verdict,
    /// Why not, or under which conditions; empty with an approval.
    pub reasons: Vec<Reason>,
    /// Everything that was found, notes included: the verifier's findings and those of the review.
    pub findings: Vec<Finding>,
    /// The plan.
    pub plan: PlanFacts,
    /// The day for which the review holds.
    pub as_of: Date,
    /// The day up to which the data reaches.
    pub catalog_as_of: Date,
    /// What changes.
    pub changes: Changes,
    /// When it happens, where a start was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Whom it disturbs, and where there is no way back.
    pub impact: Impact,
    /// What can break, the worst first.
    pub hazards: Vec<HazardRow>,
    /// What was not known and is taken to hold.
    pub assumed: Vec<Assumed>,
    /// What nobody and nothing has looked at.
    pub not_assessed: Vec<NotAssessed>,
    /// How the cluster is not as the plan has it; empty where it was not compared.
    pub drift: Vec<Drift>,
    /// How to get back.
    pub backout: Vec<BackoutRow>,
    /// What shows that it went well.
    pub tests: Vec<TestRow>,
    /// The field's common mistakes, each with its result.
    pub checklist: Vec<CheckItem>,
    /// The policy that was asked for, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyFacts>,
    /// What changed since the plan before, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What was done so far, where a record was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<record::Report>,
}
