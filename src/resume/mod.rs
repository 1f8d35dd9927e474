//! A plan that was stopped half way, taken up again from what runs now.
//!
//! There are three ways, tried in this order, and the verifier decides:
//!
//! - *kept*: the cluster stands at a place of the plan, and the rest of the plan, replayed from what runs
//!   now, is still sound by today's data. The plan stands as it was approved, byte for byte.
//! - *continued*: the rest must change, since something contradicts the plan, another target or strategy
//!   was asked for, the data know more than then, or the rest is no longer sound. What is done stands as
//!   it stood; the rest is planned anew from what runs now, and its steps keep their ids where they stand
//!   in the old plan. The plan says where it was taken up again, why, and what was found there.
//! - *anew*: the two do not join into a sound plan. Then the plan is one from the present state, numbered
//!   from its own start.

mod compose;
mod frontier;
mod names;
mod present;
mod rest;
mod wishes;

pub use wishes::Wishes;

use rest::Rest;

use crate::catalog::Catalog;
use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::planner::PlanError;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::progress;
use crate::progress::Comparison;
use crate::progress::Conflict;
use crate::progress::ConflictKind;
use crate::progress::Progress;
use crate::verify::CatalogFacts;
use crate::verify::verify;
use crate::version::KubernetesVersion;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The plan that is under way, and what runs now.
    pub progress: progress::Request<'a>,
    /// What exists.
    pub catalog: &'a Catalog,
    /// What is to be other than in the plan.
    pub wishes: Wishes,
    /// The version skew policy.
    pub policy: VersionSkewPolicy,
    /// kubeadm's own rules.
    pub tool: ToolRules,
}

/// A plan taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// The plan to go on with; `None` where what is left asks for no plan.
    pub plan: Option<Box<Plan>>,
    /// Where the cluster stands, if nothing is left.
    pub at: KubernetesVersion,
    /// What became of the old plan.
    pub way: Way,
    /// Why the old plan could not be kept as it is; empty where it was.
    pub reasons: Vec<String>,
    /// Where the old plan stood.
    pub progress: Progress,
    /// What the verifier says of the plan.
    pub findings: Vec<Finding>,
}

/// What became of the old plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It stands as it is.
    Kept,
    /// What is done stands, the rest is another one, with the ids that its steps had.
    Continued,
    /// It is replaced by a plan from what runs now.
    Anew,
}

/// Why a plan cannot be taken up again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The plan is for another cluster.
    #[error("the plan is for another cluster")]
    OtherCluster(Vec<Conflict>),
    /// There is no plan from what runs now.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl From<Diagnostic> for ResumeError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Plan(PlanError::Catalog(diagnostic))
    }
}

/// Takes a plan up again.
///
/// # Errors
///
/// For a plan of another cluster, and where there is no legal way on, with every reason.
pub fn resume(request: &Request<'_>) -> Result<Resumed, ResumeError> {
    let comparison = Comparison::of(&request.progress);
    let progress = comparison.progress();
    let (plan, inventory) = (request.progress.plan, request.progress.inventory);
    let elsewhere = |it: &&Conflict| it.kind == ConflictKind::OtherCluster;
    if progress.conflicts.iter().any(|it| elsewhere(&it)) {
        let conflicts = progress.conflicts.iter().filter(elsewhere).cloned().collect();
        return Err(ResumeError::OtherCluster(conflicts));
    }
    let mut reasons: Vec<String> =
        progress.conflicts.iter().map(|conflict| conflict.message.clone()).collect();
    let drifted = !reasons.is_empty();
    reasons.extend(request.wishes.against(plan));
    reasons.extend(basis(plan, request.catalog));
    let resumed = |plan: Plan, way, reasons, findings| {
        let at = plan.to.clone();
        Resumed {
            plan: Some(Box::new(plan)),
            at,
            way,
            reasons,
            progress: progress.clone(),
            findings,
        }
    };
    if reasons.is_empty() {
        let findings = check(request, plan, None)?;
        let rest = check(request, &comparison.rest(), None)?;
        reasons = errors(&findings).chain(errors(&rest)).collect();
        if reasons.is_empty() {
            return Ok(resumed(plan.clone(), Way::Kept, reasons, findings));
        }
    }
    let filled = present::filled(inventory, &comparison.present());
    let fresh = match rest::planned(request, &filled, &progress)? {
        Rest::Plan(fresh) => *fresh,
        // Every version is there; what is open of the old plan changes none.
        Rest::Nothing { .. } if progress.reached && !drifted => {
            let findings = check(request, plan, None)?;
            return Ok(resumed(plan.clone(), Way::Kept, Vec::new(), findings));
        }
        Rest::Nothing { at } => {
            let findings = Vec::new();
            return Ok(Resumed { plan: None, at, way: Way::Anew, reasons, progress, findings });
        }
    };
    let findings = check(request, &fresh, Some(inventory))?;
    if errors(&findings).next().is_none()
        && let Some(composed) = compose::compose(plan, &progress, &fresh, &reasons)
    {
        let findings = check(request, &composed, None)?;
        if errors(&findings).next().is_none() {
            return Ok(resumed(composed, Way::Continued, reasons, findings));
        }
    }
    Ok(resumed(fresh, Way::Anew, reasons, findings))
}

/// What the plan was made from and with, where that is no longer at hand.
fn basis(plan: &Plan, catalog: &Catalog) -> Vec<String> {
    let Provenance { tool, catalog: data, .. } = &plan.provenance;
    let mut moved = Vec::new();
    if data.digest != catalog.digest() {
        moved.push(format!(
            "the plan was made with data as of {}, and those at hand are as of {}",
            data.as_of,
            catalog.as_of()
        ));
    }
    if tool != Provenance::TOOL {
        moved.push(format!("the plan was made by {tool}, and this is {}", Provenance::TOOL));
    }
    moved
}

fn check(
    request: &Request<'_>,
    plan: &Plan,
    inventory: Option<&Inventory>,
) -> Result<Vec<Finding>, Diagnostic> {
    let facts = CatalogFacts::new(request.catalog, plan)?;
    Ok(verify(plan, &facts, &request.policy, &request.tool, inventory))
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = String> + '_ {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|it| format!("{} {}: {}", it.code, it.subject, it.message))
}

/// The strategy of a resumed plan.
fn strategy(request: &Request<'_>) -> Strategy {
    request.wishes.strategy.unwrap_or(request.progress.plan.strategy)
}
