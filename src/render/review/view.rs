//! What the documents of a review show, finished before a template sees it.

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::plan::HazardSeverity;
use crate::review::CheckResult;
use crate::review::Review;
use crate::review::Verdict;

use super::super::findings::FindingView;
use super::super::text::clean;
use super::super::text::counted;
use super::super::view::clock;
use super::notes::ApprovalView;
use super::notes::CheckView;
use super::notes::Note;
use super::notes::ReasonView;
use super::notes::SignedView;
use super::notes::progress;
use super::notes::signed;
use super::rows;
use super::rows::BackoutView;
use super::rows::ComponentView;
use super::rows::DisruptionView;
use super::rows::EnvironmentView;
use super::rows::HazardView;
use super::rows::HopView;
use super::rows::NoReturnView;
use super::rows::SkewView;
use super::rows::TestView;

/// A review for people.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// The cluster.
    pub(super) cluster: String,
    /// The name of the plan.
    pub(super) plan: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) as_of: String,
    pub(super) catalog_as_of: String,
    pub(super) observed_at: String,
    pub(super) strategy: String,
    pub(super) tool: String,
    /// The first characters of the digest of the inventory.
    pub(super) inventory: String,
    /// `approve`, `conditions` or `reject`.
    pub(super) verdict: &'static str,
    /// `✓`, `!` or `✗`.
    pub(super) symbol: &'static str,
    /// `Approve`, `Approve with conditions` or `Reject`.
    pub(super) headline: &'static str,
    /// Why, in one sentence.
    pub(super) sentence: String,
    pub(super) rejecting: Vec<ReasonView>,
    pub(super) conditions: Vec<ReasonView>,
    /// The plan in one sentence.
    pub(super) scope: String,
    pub(super) components: Vec<ComponentView>,
    pub(super) hops: Vec<HopView>,
    pub(super) work: String,
    pub(super) soak: String,
    /// The zone of the calendar; empty without a schedule.
    pub(super) timezone: String,
    pub(super) environments: Vec<EnvironmentView>,
    /// Whom it disturbs, a line for each sort.
    pub(super) disturbs: Vec<String>,
    pub(super) disruptions: Vec<DisruptionView>,
    pub(super) no_return: Vec<NoReturnView>,
    pub(super) skew_windows: Vec<SkewView>,
    /// Blockers and what asks for action.
    pub(super) hazards: Vec<HazardView>,
    /// All other hazards.
    pub(super) lesser_hazards: Vec<HazardView>,
    pub(super) assumed: Vec<Note>,
    pub(super) not_assessed: Vec<Note>,
    /// Whether the plan was compared with a cluster.
    pub(super) compared: bool,
    pub(super) drift: Vec<Note>,
    pub(super) backout: Vec<BackoutView>,
    pub(super) tests: Vec<TestView>,
    pub(super) checklist: Vec<CheckView>,
    /// How many items pass, fail, and so on.
    pub(super) checks: String,
    /// Items that do not pass though they apply.
    pub(super) failing: Vec<CheckView>,
    pub(super) findings: Vec<FindingView>,
    pub(super) counts: String,
    /// The policy; empty without one.
    pub(super) policy: String,
    pub(super) approvals: Vec<ApprovalView>,
    /// The plan before; empty without one.
    pub(super) previous: String,
    pub(super) since: Vec<String>,
    /// What was done so far, in a sentence; empty without a record.
    pub(super) progress: String,
    /// Who signed what.
    pub(super) signed: Vec<SignedView>,
    /// How many rows of a list a short form shows.
    pub(super) most: usize,
}

/// A comment on a pull request may have 65,536 characters.
const MOST: usize = 12;

impl View {
    pub(super) fn new(review: &Review) -> Self {
        let facts = &review.plan;
        let (symbol, headline) = words(review.verdict);
        let reasons = |verdict: Verdict| {
            let of = review.reasons.iter().filter(move |reason| reason.verdict == verdict);
            of.map(ReasonView::new).collect()
        };
        let weighty = |severity: HazardSeverity| severity <= HazardSeverity::ActionRequired;
        let hazards = |wanted: bool| {
            let of = review.hazards.iter().filter(move |it| weighty(it.severity) == wanted);
            of.map(HazardView::new).collect()
        };
        let fails = |result| matches!(result, CheckResult::Fail | CheckResult::Unknown);
        let schedule = review.schedule.as_ref();
        Self {
            cluster: clean(&facts.cluster),
            plan: clean(&facts.name),
            from: facts.from.to_string(),
            to: facts.to.to_string(),
            as_of: review.as_of.to_string(),
            catalog_as_of: review.catalog_as_of.to_string(),
            observed_at: facts.observed_at.map(|at| at.to_string()).unwrap_or_default(),
            strategy: facts.strategy.to_string(),
            tool: clean(&facts.tool),
            inventory: clean(&facts.inventory_digest.chars().take(19).collect::<String>()),
            verdict: review.verdict.name(),
            symbol,
            headline,
            sentence: sentence(review),
            rejecting: reasons(Verdict::Reject),
            conditions: reasons(Verdict::Conditions),
            scope: scope(review),
            components: review.changes.components.iter().map(ComponentView::new).collect(),
            hops: review.changes.hops.iter().map(HopView::new).collect(),
            work: rows::span(review.changes.work_minutes),
            soak: clock(review.changes.soak_minutes.likely),
            timezone: schedule.map(|it| it.timezone.clone()).unwrap_or_default(),
            environments: schedule
                .into_iter()
                .flat_map(|it| &it.environments)
                .map(EnvironmentView::new)
                .collect(),
            disturbs: disturbs(review),
            disruptions: review.impact.disruptions.iter().map(DisruptionView::new).collect(),
            no_return: review.impact.no_return.iter().map(NoReturnView::new).collect(),
            skew_windows: SkewView::all(&review.impact.skew_windows),
            hazards: hazards(true),
            lesser_hazards: hazards(false),
            assumed: review.assumed.iter().map(Note::assumed).collect(),
            not_assessed: review.not_assessed.iter().map(Note::not_assessed).collect(),
            compared: !review.not_assessed.iter().any(|it| it.id == "cluster"),
            drift: review.drift.iter().map(Note::drift).collect(),
            backout: review.backout.iter().map(BackoutView::new).collect(),
            tests: review.tests.iter().map(TestView::new).collect(),
            checklist: review.checklist.iter().map(CheckView::new).collect(),
            checks: checks(review),
            failing: review
                .checklist
                .iter()
                .filter(|item| fails(item.result))
                .map(CheckView::new)
                .collect(),
            findings: review.findings.iter().map(FindingView::new).collect(),
            counts: counts(review),
            policy: review.policy.as_ref().map(|it| clean(&it.name)).unwrap_or_default(),
            approvals: review
                .policy
                .iter()
                .flat_map(|policy| &policy.approvals)
                .map(ApprovalView::new)
                .collect(),
            previous: review.since.as_ref().map(|it| clean(&it.plan)).unwrap_or_default(),
            since: review
                .since
                .iter()
                .flat_map(|since| &since.changes)
                .map(|change| clean(change))
                .collect(),
            progress: review.record.as_ref().map(progress).unwrap_or_default(),
            signed: review.record.iter().flat_map(signed).collect(),
            most: MOST,
        }
    }

    /// The rows that a template lays out, for the work that it may cost.
    pub(super) fn size(&self) -> u64 {
        let rows = self.findings.len()
            + self.signed.len()
            + self.disruptions.len()
            + self.checklist.len()
            + self.hazards.len()
            + self.lesser_hazards.len()
            + self.tests.iter().map(|test| test.checks.len()).sum::<usize>()
            + self.since.len();
        rows as u64
    }
}

/// The symbol and the words of a verdict.
pub(super) const fn words(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Approve => ("✓", "Approve"),
        Verdict::Conditions => ("!", "Approve with conditions"),
        Verdict::Reject => ("✗", "Reject"),
    }
}

fn sentence(review: &Review) -> String {
    let count = |verdict: Verdict| {
        let of = review.reasons.iter().filter(|reason| reason.verdict == verdict);
        of.map(|reason| reason.items.len() as u64).sum::<u64>()
    };
    let (reject, conditions) = (count(Verdict::Reject), count(Verdict::Conditions));
    match review.verdict {
        Verdict::Approve => "Nothing that was looked at stands against the plan.".to_owned(),
        Verdict::Conditions => {
            format!("The plan may be carried out once {} settled.", is(conditions, "condition"))
        }
        Verdict::Reject if conditions > 0 => format!(
            "The plan must not be carried out: {} against it; {} open besides.",
            stand(reject),
            is(conditions, "condition")
        ),
        Verdict::Reject => {
            format!("The plan must not be carried out: {} against it.", stand(reject))
        }
    }
}

fn is(count: u64, what: &str) -> String {
    format!("{} {}", counted(count, what), if count == 1 { "is" } else { "are" })
}

fn stand(count: u64) -> String {
    format!("{} {}", counted(count, "finding"), if count == 1 { "stands" } else { "stand" })
}

fn scope(review: &Review) -> String {
    let summary = &review.changes.summary;
    format!(
        "{} from {} to {} in {}: {}, {}, {} of etcd; {}, {}.",
        clean(&review.plan.cluster),
        review.plan.from,
        review.plan.to,
        counted(summary.hops, "hop"),
        counted(summary.steps, "step"),
        counted(summary.drains, "drain"),
        counted(summary.etcd_upgrades, "upgrade"),
        counted(summary.control_plane_nodes, "control-plane node"),
        counted(summary.worker_nodes, "worker node"),
    )
}

/// A line for each sort of disruption.
fn disturbs(review: &Review) -> Vec<String> {
    use crate::plan::Disruption;
    [
        (Disruption::ControlPlane, "requests to the API stall or are retried"),
        (Disruption::Drain, "pods move"),
        (Disruption::Client, "people and pipelines get another kubectl"),
    ]
    .into_iter()
    .filter_map(|(disruption, what)| {
        let of = review.impact.disruptions.iter().filter(|row| row.disruption == disruption);
        let (mut steps, mut minutes) = (0, 0_u64);
        for row in of {
            (steps, minutes) = (steps + 1, minutes.saturating_add(row.minutes.likely));
        }
        let text = format!("{what}: in {}, {} of work", counted(steps, "step"), clock(minutes));
        (steps > 0).then_some(text)
    })
    .collect()
}

fn checks(review: &Review) -> String {
    let count = |result: CheckResult| {
        review.checklist.iter().filter(|item| item.result == result).count() as u64
    };
    let results =
        [CheckResult::Pass, CheckResult::Fail, CheckResult::Unknown, CheckResult::NotApplicable];
    let parts = results.map(|result| format!("{} {}", count(result), result.name()));
    parts.join(", ")
}

fn counts(review: &Review) -> String {
    let count = |severity| {
        review.findings.iter().filter(|finding| finding.severity == severity).count() as u64
    };
    format!(
        "{}, {}, {}",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(count(Severity::Info), "note"),
    )
}
