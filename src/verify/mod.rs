//! Checks a plan without trusting whoever made it.
//!
//! The plan is replayed on its initial state at the level of single instances: target by target,
//! transition by transition, with every rule looked at after each single change. So every rolling
//! moment is a state of its own: two kube-apiserver versions side by side, members of etcd that are
//! not there yet, a kube-proxy that ran ahead.
//!
//! With the planner this shares the types of the plan and the numbers of the policy, nothing else:
//! no guard, no search, no choice of versions. One file per family of checks, one function per
//! check, one code per kind of finding; `docs/findings.md` has a section for each.

mod basis;
mod catalog_facts;
mod codes;
mod document;
mod etcd;
mod facts;
mod fit;
mod order;
mod path;
mod release;
mod replay;
mod report;
mod skew;
mod summary;
mod violation;
mod world;

pub use catalog_facts::CatalogFacts;
pub use codes::codes;
pub use facts::Avoid;
pub use facts::Facts;
pub use fit::Difference;
pub use fit::DifferenceKind;
pub use fit::concerns_fit;
pub use fit::differences;
pub use fit::does_not_fit;

use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;

/// Checks a plan: the document itself, its replay, the releases it stops at, and whether what it was
/// made from still holds. A sound plan gives no error, and no warning but `SKEW008`.
///
/// With an `inventory` the plan is compared with what runs now.
pub fn verify(
    plan: &Plan,
    facts: &dyn Facts,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
    inventory: Option<&Inventory>,
) -> Vec<Finding> {
    checked(plan, facts, policy, tool, inventory).finish()
}

/// The same, with what follows from another fault as well: for whoever cannot verify again as soon as the
/// first fault is mended.
pub fn every_violation(
    plan: &Plan,
    facts: &dyn Facts,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
) -> Vec<Finding> {
    checked(plan, facts, policy, tool, None).all()
}

fn checked(
    plan: &Plan,
    facts: &dyn Facts,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
    inventory: Option<&Inventory>,
) -> report::Report {
    let mut report = report::Report::default();
    basis::check(plan, facts, inventory, &mut report);
    document::check(plan, &mut report);
    release::check(plan, facts, &mut report);
    replay::check(plan, facts, policy, tool, &mut report);
    report
}
