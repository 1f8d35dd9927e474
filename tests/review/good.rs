//! A cluster and a plan with nothing to find, to be edited.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::civil::Date;
use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::plan::Disruption;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepId;
use kubehop::plan::StepKind;
use kubehop::planner::Outcome;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::review::Policy;
use kubehop::review::Request;
use kubehop::review::Review;
use kubehop::review::review;

/// The day for which reviews are made, unless a case says otherwise.
pub(crate) const DAY: &str = "2026-11-25";

const INVENTORY: &str = "\
apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
metadata: {name: good}
observedAt: 2026-11-24T08:00:00Z
controlPlane:
  nodes:
  - {name: cp-1, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}
  - {name: cp-2, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}
  - {name: cp-3, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}
etcd:
  members:
  - {name: cp-1, version: v3.6.14}
  - {name: cp-2, version: v3.6.14}
  - {name: cp-3, version: v3.6.14}
kubeProxy: v1.35.9
nodePools:
- name: batch
  nodes:
  - {name: b-1, kubelet: v1.35.9}
  - {name: b-2, kubelet: v1.35.9}
- name: general
  nodes:
  - {name: w-1, kubelet: v1.35.9}
  - {name: w-2, kubelet: v1.35.9}
  - {name: w-3, kubelet: v1.35.9}
clients:
- {name: ci, kubectl: v1.35.9}
";

pub(crate) fn inventory() -> Inventory {
    Inventory::read(&SourceFile::new("inventory.yaml", INVENTORY)).unwrap()
}

/// From 1.35 to 1.37: two hops, of which the second enters etcd 3.7.
pub(crate) fn good() -> Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| planned(&inventory(), "1.37", &Catalog::embedded())).clone()
}

pub(crate) fn planned(inventory: &Inventory, to: &str, catalog: &Catalog) -> Plan {
    let request = kubehop::planner::Request {
        inventory,
        catalog,
        to: to.parse().unwrap(),
        strategy: Strategy::EveryHop,
        pins: BTreeMap::new(),
        avoid: BTreeSet::new(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    let outcome = plan(&request);
    let Ok(Outcome::Planned { plan, .. }) = outcome else { panic!("no plan: {outcome:?}") };
    *plan
}

/// A case: the plan, and what it is reviewed with.
pub(crate) struct Case {
    pub(crate) plan: Plan,
    pub(crate) inventory: Option<Inventory>,
    pub(crate) catalog: Catalog,
    pub(crate) policy: Option<Policy>,
    pub(crate) as_of: Date,
}

impl Case {
    pub(crate) fn new() -> Self {
        Self {
            plan: good(),
            inventory: Some(inventory()),
            catalog: Catalog::embedded(),
            policy: None,
            as_of: DAY.parse().unwrap(),
        }
    }

    pub(crate) fn edited(edit: impl FnOnce(&mut Plan)) -> Self {
        let mut case = Self::new();
        edit(&mut case.plan);
        renumber(&mut case.plan);
        case
    }

    pub(crate) fn review(&self) -> Review {
        review(&Request {
            plan: &self.plan,
            catalog: &self.catalog,
            skew: &VersionSkewPolicy::upstream(),
            tool: &ToolRules::kubeadm(),
            inventory: self.inventory.as_ref(),
            policy: self.policy.as_ref(),
            estimate: None,
            schedule_findings: &[],
            since: None,
            record: None,
            as_of: self.as_of,
        })
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
    }
}

/// The codes of the reasons.
pub(crate) fn reasons(review: &Review) -> BTreeSet<&'static str> {
    review.reasons.iter().map(|reason| reason.code).collect()
}

/// The codes of everything that was found, notes included.
pub(crate) fn found(review: &Review) -> BTreeSet<&'static str> {
    review.findings.iter().map(|finding| finding.code).collect()
}

/// The findings of a code.
pub(crate) fn severities(review: &Review, code: &str) -> Vec<Severity> {
    let findings = review.findings.iter().filter(|finding| finding.code == code);
    findings.map(|finding| finding.severity).collect()
}

/// Numbers the steps by their place, and counts again what the summary counts of them.
pub(crate) fn renumber(plan: &mut Plan) {
    let number = |at: usize| u32::try_from(at + 1).unwrap();
    for (hop, of_hop) in plan.hops.iter_mut().enumerate() {
        of_hop.number = number(hop);
        for (place, step) in of_hop.steps.iter_mut().enumerate() {
            step.id = StepId::Hop { hop: number(hop), place: number(place) };
        }
    }
    for (place, step) in plan.closing.iter_mut().enumerate() {
        step.id = StepId::Final { place: number(place) };
    }
    let steps = plan.steps().count() as u64;
    let drained = plan.steps().filter(|(_, step)| step.disruption == Disruption::Drain);
    let drains = drained.map(|(_, step)| step.targets.len() as u64).sum();
    plan.summary.steps = steps;
    plan.summary.drains = drains;
}

/// The steps of a hop, by its place.
pub(crate) fn steps(plan: &mut Plan, hop: usize) -> &mut Vec<Step> {
    &mut plan.hops[hop].steps
}

/// The place of the first step of a kind in a hop.
pub(crate) fn place(plan: &Plan, hop: usize, kind: StepKind) -> usize {
    plan.hops[hop].steps.iter().position(|step| step.kind == kind).unwrap()
}

/// The place of the first step of a hop that moves a component.
pub(crate) fn mover(plan: &Plan, hop: usize, component: Component) -> usize {
    let moves = |step: &Step| step.transitions.iter().any(|at| at.component == component);
    plan.hops[hop].steps.iter().position(moves).unwrap()
}

/// Catalog data of the reader's own over the embedded data.
pub(crate) fn overlay(body: &str) -> Catalog {
    let head = "apiVersion: kubehop.dev/v1alpha1\nkind: Catalog\nmetadata: {name: ours}\n";
    let file = SourceFile::new("ours.yaml", format!("{head}{body}"));
    Catalog::embedded()
        .with_overlay(&file)
        .unwrap_or_else(|error| panic!("{}", error.render(false)))
}
