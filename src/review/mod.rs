//! Reviews a plan: may it be carried out, and why not?
//!
//! The plan is replayed by the verifier, compared with the cluster as it is now and with what is known of
//! releases now, searched for the field's common mistakes, and held against an organisation's own policy.
//! Each of these reports findings; the verdict follows from them and from nothing else: an error rejects,
//! a warning is a condition, everything else is for the reader. What was not looked at is said.
//!
//! No clock is read: the day for which the review holds is given.

mod assumed;
mod checklist;
mod codes;
mod drift;
mod freshness;
mod impact;
mod model;
mod policy;
mod report;
mod schedule;
mod since;
mod timeline;
mod verdict;
mod windows;

pub use codes::codes;
pub use model::Acknowledged;
pub use model::ApprovalRow;
pub use model::Assumed;
pub use model::BackoutRow;
pub use model::Changes;
pub use model::CheckItem;
pub use model::CheckResult;
pub use model::ComponentChange;
pub use model::DisruptionRow;
pub use model::Drift;
pub use model::DriftKind;
pub use model::HazardRow;
pub use model::HopRow;
pub use model::Impact;
pub use model::NoReturn;
pub use model::NotAssessed;
pub use model::PlanFacts;
pub use model::PolicyFacts;
pub use model::Reason;
pub use model::ReasonItem;
pub use model::Review;
pub use model::Schedule;
pub use model::ScheduledEnvironment;
pub use model::Since;
pub use model::SkewWindow;
pub use model::TestRow;
pub use model::UsedWindow;
pub use model::Verdict;
pub use policy::Policy;
pub use since::since;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::estimate::Estimate;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::record;
use crate::verify;
use crate::verify::CatalogFacts;
use crate::verify::Facts as _;

use checklist::Scene;
use policy::Case;
use report::Report;
use timeline::Timeline;

/// What the verifier says of the end of life and of the inventory is said by the review itself, for its
/// own day and with the steps that are affected.
const SAID_HERE: [&str; 3] = ["REL004", "BASIS001", "BASIS004"];

/// What is reviewed, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What is known of releases.
    pub catalog: &'a Catalog,
    /// What is permitted.
    pub skew: &'a VersionSkewPolicy,
    /// What the tool permits.
    pub tool: &'a ToolRules,
    /// The cluster as it is now.
    pub inventory: Option<&'a Inventory>,
    /// The organisation's own rules.
    pub policy: Option<&'a Policy>,
    /// When it happens.
    pub estimate: Option<&'a Estimate>,
    /// What an estimate found, also where nothing fits.
    pub schedule_findings: &'a [Finding],
    /// What changed since the plan before.
    pub since: Option<&'a Since>,
    /// What was done so far, where the plan is under way.
    pub record: Option<&'a record::Report>,
    /// The day for which the review holds.
    pub as_of: Date,
}

/// Reviews a plan.
///
/// # Errors
///
/// Catalog data that cannot be read.
pub fn review(request: &Request<'_>) -> Result<Review, Diagnostic> {
    let Request { plan, catalog, skew, tool, inventory, policy, estimate, as_of, .. } = *request;
    let facts = CatalogFacts::new(catalog, plan)?;
    let mut found = verify::verify(plan, &facts, skew, tool, inventory);
    found.retain(|finding| !SAID_HERE.contains(&finding.code));
    let mut report = Report::default();
    drift::taken_up(plan, &mut report);
    // What is over was decided before.
    let to_do = plan.to_do();
    let plan = &*to_do;
    let timeline = Timeline::new(plan);
    let drift = if let Some(inventory) = inventory {
        drift::check(plan, inventory, &mut report)
    } else {
        freshness::looked_at(plan, as_of, &mut report);
        Vec::new()
    };
    let schedule = estimate.map(schedule::schedule);
    let done = schedule.as_ref().map(|it| it.end.to_zoned(TimeZone::UTC).date());
    let cluster = cluster(plan, inventory);
    freshness::check(plan, catalog, &facts, &cluster, (as_of, done), &mut report)?;
    let assumed = assumed::check(plan, inventory, &drift, &mut report);
    let mut hazards = impact::hazards(plan);
    assumed::unconfirmed(&hazards, &mut report);
    let scene = Scene { plan, timeline: &timeline, estimate };
    let checklist = checklist::check(&scene, &found, &mut report);
    let known = freshness::known_ids(plan, catalog)?;
    let releases = catalog.releases()?;
    let policy_facts = policy.map(|policy| {
        let case = Case {
            plan,
            releases,
            facts: &facts,
            schedule: schedule.as_ref(),
            as_of,
            known: &known,
        };
        policy::apply(policy, &case, &mut hazards, &mut report)
    });
    let given = assumed::Given {
        inventory,
        previous: request.since.is_some(),
        policy: policy.is_some(),
        schedule: schedule.is_some(),
    };
    let not_assessed = assumed::not_assessed(plan, &hazards, &given);
    found.extend(of_schedule(request.schedule_findings));
    found.extend(report.finish());
    // A policy that refuses an old target says more than the note that it is old.
    if found.iter().any(|finding| finding.code == codes::Code::Unsupported.entry().code) {
        found.retain(|finding| finding.code != codes::Code::EndOfLife.entry().code);
    }
    // Stable: the verifier's findings come before those of the review.
    found.sort_by_key(|finding| finding.severity);
    let (verdict, reasons) = verdict::verdict(&found);
    Ok(Review {
        verdict,
        reasons,
        findings: found,
        plan: plan_facts(plan),
        as_of,
        catalog_as_of: facts.as_of(),
        changes: impact::changes(plan, &timeline),
        schedule,
        impact: impact::impact(plan, &timeline),
        hazards,
        assumed,
        not_assessed,
        drift,
        backout: impact::backout(plan),
        tests: impact::tests(plan),
        checklist,
        policy: policy_facts,
        since: request.since.cloned(),
        record: request.record.cloned(),
    })
}

/// What is known of the cluster: what the inventory tells, else what the plan says of itself.
fn cluster(plan: &Plan, inventory: Option<&Inventory>) -> ClusterFacts {
    inventory.map_or_else(
        || ClusterFacts {
            provider: Some(plan.initial_state.provider),
            etcd_topology: Some(plan.initial_state.etcd_topology),
            ..ClusterFacts::default()
        },
        crate::facts::of,
    )
}

/// What an estimate found that stands against the plan: what fits into no window, and a deadline that does
/// not hold. Of ends of life the review speaks itself.
fn of_schedule(findings: &[Finding]) -> impl Iterator<Item = Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error).cloned()
}

fn plan_facts(plan: &Plan) -> PlanFacts {
    let provenance = &plan.provenance;
    PlanFacts {
        name: plan.metadata.name.clone(),
        cluster: plan.cluster().to_owned(),
        from: plan.from.clone(),
        to: plan.to.clone(),
        strategy: plan.strategy,
        tool: provenance.tool.clone(),
        inventory_digest: provenance.inventory.digest.clone(),
        observed_at: provenance.inventory.observed_at,
    }
}
