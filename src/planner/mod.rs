//! From a path to a plan: the acts of the search become steps with reasons, commands, checkpoints,
//! ways back and times.
//!
//! [`plan`] is the whole line: settle what is unknown, ask the search, group the path into hops,
//! lower each transition to steps (`provider` says how each is done), and add what a hop needs
//! around them: preflight, gate, backups, soaks, proof.

mod again;
mod covered;
mod floors;
mod hazards;
mod hops;
mod reasons;
mod refusal;
mod report;
mod roster;
mod settle;
mod snapshot;
mod steps;
mod titles;

pub use again::with_strategy;
pub use refusal::Conflict;
pub use refusal::Refusal;
pub use report::Note;
pub use report::PlanningReport;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::cluster::OsFamily;
use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::facts;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::plan::ApiVersion;
use crate::plan::Assumption;
use crate::plan::CatalogProvenance;
use crate::plan::InventoryProvenance;
use crate::plan::Kind;
use crate::plan::Layer;
use crate::plan::Metadata;
use crate::plan::Options;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::plan::Summary;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::search::Cost;
use crate::search::NoPath;
use crate::search::NoStop;
use crate::search::Problem;
use crate::search::Question;
use crate::search::SearchError;
use crate::search::problem;
use crate::search::search;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

/// What a plan is asked for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// What runs now.
    pub inventory: &'a Inventory,
    /// What exists.
    pub catalog: &'a Catalog,
    /// The target.
    pub to: VersionRequest,
    /// What is weighed and permitted.
    pub strategy: Strategy,
    /// The release to stop at, by minor.
    pub pins: BTreeMap<MinorVersion, KubernetesVersion>,
    /// Releases that must not be a stop.
    pub avoid: BTreeSet<KubernetesVersion>,
    /// The family of distributions that commands are written for.
    pub os: OsFamily,
    /// Whether unknowns are refused instead of assumed.
    pub strict: bool,
    /// The etcd version that was given on the command line, for the record.
    pub etcd: Option<EtcdVersion>,
    /// Whether the start was asked for as a minor, so that its patch is assumed.
    pub from_minor: Option<MinorVersion>,
    /// The version skew policy.
    pub policy: VersionSkewPolicy,
    /// kubeadm's own rules.
    pub tool: ToolRules,
}

/// What comes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A plan, and what was considered on the way.
    Planned {
        /// The plan.
        plan: Box<Plan>,
        /// What was considered.
        report: PlanningReport,
        /// What the path costs.
        cost: Cost,
    },
    /// The cluster is at the target already.
    NothingToDo {
        /// Where it stands.
        at: KubernetesVersion,
        /// What was considered.
        report: PlanningReport,
    },
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The question itself is impossible.
    #[error("the target cannot be planned for")]
    NoStop(Box<NoStop>),
    /// The rules allow no path.
    #[error("no path")]
    NoPath {
        /// Why.
        why: Box<NoPath>,
        /// The question.
        problem: Box<Problem>,
    },
    /// There are too many states.
    #[error("the search was stopped after {states} states")]
    TooLarge {
        /// How many were looked at.
        states: usize,
    },
    /// What kube-apiserver runs is not known everywhere, and is never guessed.
    #[error("the version of kube-apiserver is not known")]
    ApiserverUnknown {
        /// The nodes in question.
        nodes: Vec<InstanceName>,
    },
    /// A member of etcd runs a minor of which nothing is known.
    #[error("the catalog does not know etcd {}", .version.minor())]
    EtcdUnknown {
        /// What it runs.
        version: EtcdVersion,
        /// The oldest and the newest minor that are known.
        known: Option<(EtcdMinor, EtcdMinor)>,
    },
    /// A pre-release was asked for as a stop.
    #[error("{version} is a pre-release")]
    Prerelease {
        /// What was asked for.
        version: KubernetesVersion,
    },
    /// The target is a patch below the one that is only assumed to run.
    #[error("{to} is older than {assumed}, which is only assumed to run")]
    OlderThanAssumed {
        /// The newest patch of the minor that was given as start.
        assumed: KubernetesVersion,
        /// The target.
        to: VersionRequest,
    },
    /// `--strict`, and something is not known.
    #[error("not everything is known")]
    Unknown(Vec<Assumption>),
    /// The data cannot be read.
    #[error(transparent)]
    Catalog(#[from] Diagnostic),
}

/// Makes a plan.
///
/// # Errors
///
/// Every reason why there is none, as data.
pub fn plan(request: &Request<'_>) -> Result<Outcome, PlanError> {
    if let Some(version) = prerelease(request) {
        return Err(PlanError::Prerelease { version: version.clone() });
    }
    let (inventory, assumptions) = settle::settle(request)?;
    if request.strict && !assumptions.is_empty() {
        return Err(PlanError::Unknown(assumptions));
    }
    let facts = facts::of(&inventory);
    let question = Question {
        inventory: &inventory,
        catalog: request.catalog,
        to: &request.to,
        strategy: request.strategy,
        pins: &request.pins,
        avoid: &request.avoid,
        policy: &request.policy,
        tool: &request.tool,
        facts: &facts,
    };
    let problem = problem(&question).map_err(|why| match why {
        NoStop::Catalog(diagnostic) => PlanError::Catalog(diagnostic),
        NoStop::Downgrade { from, to }
            if request.from_minor == Some(from.minor()) && to.minor() == from.minor() =>
        {
            PlanError::OlderThanAssumed { assumed: from, to }
        }
        why => PlanError::NoStop(Box::new(why)),
    })?;
    let path = match search(&problem) {
        Ok(path) => path,
        Err(SearchError::TooLarge { states }) => return Err(PlanError::TooLarge { states }),
        Err(SearchError::NoPath(why)) => {
            return Err(PlanError::NoPath { why, problem: Box::new(problem) });
        }
    };
    let report = report::report(request, &inventory, &problem)?;
    let target = problem.ladder.stop(problem.ladder.last()).version.clone();
    if path.steps.is_empty() {
        return Ok(Outcome::NothingToDo { at: target, report });
    }
    let lowering = hops::Lowering::new(request, &inventory, &facts, &problem);
    let lowered = lowering.lower(&path)?;
    let from = inventory.oldest_apiserver().cloned().unwrap_or_else(|| target.clone());
    let plan = Plan {
        api_version: ApiVersion::V1Alpha1,
        kind: Kind::UpgradePlan,
        metadata: Metadata { name: name(&inventory, &from, &target) },
        provenance: provenance(request),
        strategy: request.strategy,
        from,
        to: target,
        assumptions,
        summary: Summary {
            every_hop_drains: every_hop_drains(&problem),
            ..Summary::count(
                &lowered.hops,
                &lowered.closing,
                inventory.control_plane.len() as u64,
                inventory.workers() as u64,
            )
        },
        initial_state: snapshot::state(lowering.start()),
        final_state: snapshot::state(&lowered.after),
        resumed: Vec::new(),
        hops: lowered.hops,
        closing: lowered.closing,
    };
    Ok(Outcome::Planned { plan: Box::new(plan), report, cost: path.cost })
}

/// A pre-release that was asked for. Its packages are in a repository of its own, kubeadm takes it with
/// a flag only, and nothing of it can be upgraded with support: that is for clusters to throw away.
fn prerelease<'a>(request: &'a Request<'_>) -> Option<&'a KubernetesVersion> {
    let target = match &request.to {
        VersionRequest::Release(version) => Some(version),
        VersionRequest::Minor(_) => None,
    };
    target.into_iter().chain(request.pins.values()).find(|version| version.is_prerelease())
}

/// What `min-drains` is measured against.
fn every_hop_drains(problem: &Problem) -> Option<u64> {
    if problem.strategy == Strategy::EveryHop {
        return None;
    }
    let every_hop = Problem { strategy: Strategy::EveryHop, ..problem.clone() };
    search(&every_hop).ok().map(|path| path.cost.drains)
}

fn name(inventory: &Inventory, from: &KubernetesVersion, to: &KubernetesVersion) -> String {
    let cluster = if inventory.name.is_empty() { "unnamed" } else { &inventory.name };
    format!("{cluster}-{from}-to-{to}")
}

fn provenance(request: &Request<'_>) -> Provenance {
    let catalog = request.catalog;
    let overlays = catalog.layers().iter().filter(|layer| layer.name != "embedded");
    Provenance {
        tool: format!("kubehop {}", env!("CARGO_PKG_VERSION")),
        catalog: CatalogProvenance {
            as_of: catalog.as_of(),
            digest: catalog.digest(),
            overlays: overlays
                .map(|layer| Layer { name: layer.name.clone(), changes: layer.changed.clone() })
                .collect(),
        },
        inventory: InventoryProvenance {
            digest: request.inventory.digest(),
            observed_at: request.inventory.observed_at,
            synthetic: request.inventory.synthetic,
        },
        options: Options {
            to: request.to.to_string(),
            etcd: request.etcd.clone(),
            os: request.os,
            pin: request.pins.clone(),
            avoid: request.avoid.iter().cloned().collect(),
        },
    }
}
