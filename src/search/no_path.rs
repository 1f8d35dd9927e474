//! Why there is no path: how far one gets, what was refused there, and what would open a way.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::policy::RuleId;

use super::Blocked;
use super::ClusterState;
use super::Problem;
use super::Transition;
use super::graph::StateGraph;
use super::graph::is_goal;
use super::guard::refuse;
use super::moves::apply;
use super::moves::candidates;
use super::skew::breaches;

/// Why there is no path. Sentences are made from this, and from nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPath {
    /// The state closest to the target that can be reached.
    pub furthest: ClusterState,
    /// What was refused there, and why.
    pub refused: Vec<(Transition, Vec<Blocked>)>,
    /// What is outside the policy in that state and no transition repairs.
    pub unrepaired: Vec<Blocked>,
    /// Rules that would open a path if one of them were lifted.
    pub would_open: Vec<Lift>,
}

/// A rule that stands in the way on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lift {
    /// The rule.
    pub rule: RuleId,
}

/// Explains a graph in which the target is not reached.
pub(super) fn explain(problem: &Problem, graph: &StateGraph) -> NoPath {
    let furthest = furthest(problem, graph);
    let named: BTreeSet<RuleId> = refusals(problem, &furthest)
        .iter()
        .flat_map(|(_, blocked)| blocked)
        .chain(&unrepaired(problem, &furthest))
        .map(Blocked::rule)
        .collect();
    // Without the rules that do not matter, only what conflicts is left to be refused.
    let core = conflict(problem, &named);
    let stuck = match StateGraph::reachable_until(&core, MOST_STATES, |_| false) {
        Ok(graph) => self::furthest(&core, &graph),
        Err(_) => furthest.clone(),
    };
    let refused = smallest(refusals(&core, &stuck));
    let unrepaired = unrepaired(&core, &stuck);
    let rules: BTreeSet<RuleId> = refused
        .iter()
        .flat_map(|(_, blocked)| blocked)
        .chain(&unrepaired)
        .map(Blocked::rule)
        .collect();
    let would_open =
        rules.into_iter().filter(|rule| opens(problem, *rule)).map(|rule| Lift { rule }).collect();
    NoPath { furthest, refused, unrepaired, would_open }
}

/// The problem with every rule lifted that is not needed for there to be no path: what is left is a
/// smallest set of rules that conflict with the cluster, in the sense that none of them can be
/// lifted. Rules that are `named` where the search got stuck are kept rather than others.
fn conflict(problem: &Problem, named: &BTreeSet<RuleId>) -> Problem {
    let (last, first): (Vec<RuleId>, Vec<RuleId>) =
        LIFTABLE.iter().partition(|rule| named.contains(rule));
    let mut core = problem.clone();
    for rule in first.into_iter().chain(last) {
        if let Some(lifted) = lift(&core, rule)
            && reaches(&lifted) == Some(false)
        {
            core = lifted;
        }
    }
    core
}

/// The state closest to the target.
fn furthest(problem: &Problem, graph: &StateGraph) -> ClusterState {
    let nearer = |left: &&ClusterState, right: &&ClusterState| {
        progress(left).cmp(&progress(right)).then_with(|| right.cmp(left))
    };
    graph.graph.node_weights().max_by(nearer).unwrap_or(&problem.start).clone()
}

/// What is refused in a state, and why.
fn refusals(problem: &Problem, state: &ClusterState) -> Vec<(Transition, Vec<Blocked>)> {
    let mut refused: Vec<(Transition, Vec<Blocked>)> = candidates(problem, state)
        .into_iter()
        .filter_map(|transition| {
            let (next, _) = apply(problem, state, &transition);
            let blocked = refuse(problem, state, &transition, &next);
            (!blocked.is_empty()).then_some((transition, blocked))
        })
        .collect();
    // What only waits for the control plane says nothing of why that does not move.
    let waits = |blocked: &[Blocked]| blocked.contains(&Blocked::ControlPlaneWaits);
    if refused.iter().any(|(_, blocked)| !waits(blocked)) {
        refused.retain(|(_, blocked)| !waits(blocked));
    }
    refused.sort();
    refused.dedup();
    refused
}

/// The refusals by as few rules as refuse them all: one reason against a transition is enough.
fn smallest(mut refused: Vec<(Transition, Vec<Blocked>)>) -> Vec<(Transition, Vec<Blocked>)> {
    let mut open: Vec<BTreeSet<RuleId>> =
        refused.iter().map(|(_, blocked)| blocked.iter().map(Blocked::rule).collect()).collect();
    let mut kept = BTreeSet::new();
    loop {
        let mut counts: BTreeMap<RuleId, usize> = BTreeMap::new();
        for rule in open.iter().flatten() {
            *counts.entry(*rule).or_default() += 1;
        }
        let Some(rule) = counts.into_iter().rev().max_by_key(|(_, count)| *count) else { break };
        open.retain(|rules| !rules.contains(&rule.0));
        kept.insert(rule.0);
    }
    for (_, blocked) in &mut refused {
        blocked.retain(|blocked| kept.contains(&blocked.rule()));
    }
    refused
}

/// What is outside the policy in a state.
fn unrepaired(problem: &Problem, state: &ClusterState) -> Vec<Blocked> {
    breaches(problem, state)
        .into_iter()
        .map(|(breach, extent)| Blocked::Skew {
            rule: breach.rule,
            subject: breach.subject,
            reference: extent.reference,
            too_new: breach.too_new,
        })
        .collect()
}

/// How far a state is: hops first, then what has moved in it.
fn progress(state: &ClusterState) -> (usize, usize, u8, u64) {
    let at_top = |level| state.control_plane.iter().filter(|node| node.apiserver >= level).count();
    let (_, newest) = state.apiservers();
    let reached = match state.stage {
        super::Stage::Etcd => 0,
        super::Stage::ControlPlane => 1,
        super::Stage::KubeProxy => 2,
        super::Stage::Nodes(_) => 3,
        super::Stage::Clients(_) => 4,
    };
    let nodes = state
        .kubelets
        .iter()
        .filter(|(cohort, _)| cohort.kubelet.minor >= newest.minor)
        .map(|(_, count)| count)
        .sum();
    (state.hop, at_top(newest), reached, nodes)
}

/// Whether a path exists with this one rule lifted.
fn opens(problem: &Problem, rule: RuleId) -> bool {
    lift(problem, rule).and_then(|lifted| reaches(&lifted)) == Some(true)
}

/// The most states that are looked at to find out whether a rule matters. Without a rule there are more
/// states, and an explanation is not worth more time than the answer; a rule of which it is not known
/// in time whether it matters is named.
const MOST_STATES: usize = 5_000;

/// Whether the target can be reached; `None` where that is too large a question.
fn reaches(problem: &Problem) -> Option<bool> {
    let goal = |state: &ClusterState| is_goal(problem, state);
    let graph = StateGraph::reachable_until(problem, MOST_STATES, goal).ok()?;
    Some(graph.graph.node_weights().any(goal))
}

/// The rules that can be lifted, in the order in which they are tried.
const LIFTABLE: [RuleId; 10] = [
    RuleId::ApiserverHa,
    RuleId::Controllers,
    RuleId::KubeProxyKubelet,
    RuleId::KubeProxy,
    RuleId::EveryHop,
    RuleId::EtcdKnownBad,
    RuleId::Kubectl,
    RuleId::KubeadmKubelets,
    RuleId::EtcdEntryFloor,
    RuleId::Kubelet,
];

/// The problem without one rule; `None` where the rule cannot be lifted alone.
fn lift(problem: &Problem, rule: RuleId) -> Option<Problem> {
    const WIDE: u32 = 1_000;
    let mut lifted = problem.clone();
    let policy = &mut lifted.policy;
    let wide = |rule: &mut crate::policy::SkewRule| {
        rule.max_older = WIDE;
        rule.max_newer = WIDE;
        rule.old_subject = None;
    };
    match rule {
        RuleId::ApiserverHa => wide(&mut policy.apiserver),
        RuleId::Controllers => wide(&mut policy.controllers),
        RuleId::Kubelet => wide(&mut policy.kubelet),
        RuleId::KubeProxy => wide(&mut policy.kube_proxy),
        RuleId::KubeProxyKubelet => wide(&mut policy.kube_proxy_kubelet),
        RuleId::Kubectl => wide(&mut policy.kubectl),
        RuleId::KubeadmKubelets => {
            for window in &mut lifted.tool.kubelet_windows {
                window.max_older = WIDE;
            }
        }
        RuleId::EtcdEntryFloor => lifted.etcd.floors = BTreeMap::new(),
        RuleId::EtcdKnownBad => lifted.etcd.avoid.clear(),
        RuleId::EveryHop => lifted.strategy = crate::cluster::Strategy::MinDrains,
        _ => return None,
    }
    Some(lifted)
}
