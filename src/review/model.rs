//! What a review says, as data. Every form is a view of these types.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::cluster::Strategy;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::plan::Disruption;
use crate::plan::Duration;
use crate::plan::HazardSeverity;
use crate::plan::StepId;
use crate::plan::Summary;
use crate::plan::VersionCount;
use crate::version::KubernetesVersion;

/// Whether the plan may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing stands against it.
    Approve,
    /// It may, once the reasons are settled.
    Conditions,
    /// It must not; it has to be made anew or mended.
    Reject,
}

impl Verdict {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Conditions => "conditions",
            Self::Reject => "reject",
        }
    }
}

/// Why the verdict is not an approval: the findings of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it leads to.
    pub verdict: Verdict,
    /// The code of the findings.
    pub code: &'static str,
    /// What the code says, in a few words.
    pub title: &'static str,
    /// Each of them.
    pub items: Vec<ReasonItem>,
}

/// One finding behind a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReasonItem {
    /// What it concerns.
    pub subject: String,
    /// What stands against the plan.
    pub text: String,
    /// What settles it.
    pub to_do: String,
}

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
}

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

/// The policy, and how far it is met by people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyFacts {
    /// Its name.
    pub name: String,
    /// The approvals that it asks for.
    pub approvals: Vec<ApprovalRow>,
}

/// An approval that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalRow {
    /// The role or the person.
    pub role: String,
    /// Who has given it; none where it is missing.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// What changed since the plan before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The name of the plan before.
    pub plan: String,
    /// Whether nothing changed.
    pub equal: bool,
    /// What changed, a line each.
    pub changes: Vec<String>,
}
