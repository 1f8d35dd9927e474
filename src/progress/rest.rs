//! The rest of a plan as a plan of its own: what the verifier replays from the present state, and what
//! an estimate is made for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::Summary;
use crate::version::KubernetesVersion;

use super::comparison::Comparison;
use super::place::Place;
use super::runs::Runs;

/// The rest: hops that are over are left out, steps that are done too, and of steps that are done on
/// some targets those targets. What changes no version stays in the hop that is under way, since its
/// preflight, its gate and its backups hold for the rest of it.
pub(super) fn rest(comparison: &Comparison<'_>, place: &Place) -> Plan {
    let plan = comparison.request.plan;
    let start = comparison.runs();
    let mut runs = start.clone();
    let mut hops = Vec::new();
    let mut first = 0;
    for hop in &plan.hops {
        let numbers = first..first + hop.steps.len();
        first = numbers.end;
        if numbers.clone().all(|at| place.is_behind(at)) {
            continue;
        }
        let mut steps: Vec<Step> = Vec::new();
        for at in numbers {
            let step = comparison.states[at].step;
            if step.transitions.is_empty() {
                steps.push(step.clone());
            } else if !place.is_behind(at)
                && let Some(left) = left(step, &runs)
            {
                runs.apply(&left);
                steps.push(left);
            }
        }
        // A hop of which no version is left only watches what runs.
        let watches = steps.iter().all(|step| step.transitions.is_empty());
        let to = oldest(&runs).filter(|_| watches).unwrap_or_else(|| hop.to.clone());
        hops.push(Hop { to, steps, ..hop.clone() });
    }
    let resumed = Vec::new();
    let rest = Plan { initial_state: start.state(), resumed, hops, ..plan.clone() };
    recount(renumber(rest))
}

/// The plan with its hops and steps numbered by their place.
pub fn renumber(mut plan: Plan) -> Plan {
    for (at, hop) in plan.hops.iter_mut().enumerate() {
        hop.number = number(at);
        for (place, step) in hop.steps.iter_mut().enumerate() {
            step.id = StepId::Hop { hop: hop.number, place: number(place) };
        }
    }
    for (place, step) in plan.closing.iter_mut().enumerate() {
        step.id = StepId::Final { place: number(place) };
    }
    plan
}

/// The plan with everything that follows from its states and its steps worked out again: where hops
/// start, what runs before and after each, where a transition starts, the final state, and the plan in
/// numbers.
pub fn recount(mut plan: Plan) -> Plan {
    let found: BTreeMap<StepId, Runs> =
        plan.resumed.iter().map(|it| (it.before, Runs::of(&it.state))).collect();
    let start = Runs::of(&plan.initial_state);
    let mut runs = start.clone();
    let over = plan.over();
    let mut first = 0;
    for hop in &mut plan.hops {
        if let Some(found) = hop.steps.first().and_then(|step| found.get(&step.id)) {
            runs = found.clone();
        }
        let before = runs.clone();
        for step in &mut hop.steps {
            if let Some(found) = found.get(&step.id) {
                runs = found.clone();
            }
            for transition in &mut step.transitions {
                let moved = step.targets.iter().filter_map(|name| runs.moved(transition, name));
                let oldest = moved.filter_map(|instance| runs.version(&instance).cloned()).min();
                transition.from = oldest.unwrap_or_else(|| transition.from.clone());
            }
            runs.apply(step);
        }
        // Where a hop has started that is over, or under way, says the plan of that day.
        if first >= over {
            hop.from = oldest(&before).unwrap_or_else(|| hop.from.clone());
        }
        first += hop.steps.len();
        hop.versions = before.changes(&runs);
    }
    plan.from = oldest(&start).unwrap_or(plan.from);
    for step in &plan.closing {
        if let Some(found) = found.get(&step.id) {
            runs = found.clone();
        }
    }
    let servers = runs.count(Component::KubeApiserver);
    let workers = runs.count(Component::Kubelet) - control_plane_kubelets(&runs);
    let summary = Summary::count(&plan.hops, &plan.closing, servers, workers);
    plan.summary = Summary { every_hop_drains: plan.summary.every_hop_drains, ..summary };
    plan.final_state = runs.state();
    plan
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// What is left of a step that changes versions; nothing where all of it is done already. On a target
/// that is half done the whole step is done again.
fn left(step: &Step, runs: &Runs) -> Option<Step> {
    let mut targets = BTreeSet::new();
    for transition in &step.transitions {
        for target in &step.targets {
            let instance = runs.moved(transition, target);
            let runs = instance.as_ref().and_then(|instance| runs.version(instance));
            if runs.is_some_and(|version| *version != transition.to) {
                targets.insert(target);
            }
        }
    }
    if targets.is_empty() {
        return None;
    }
    let left = step.targets.iter().filter(|name| targets.contains(name));
    Some(Step { targets: left.cloned().collect(), ..step.clone() })
}

/// The oldest kube-apiserver.
fn oldest(runs: &Runs) -> Option<KubernetesVersion> {
    let servers = runs.iter().filter(|((component, _), _)| *component == Component::KubeApiserver);
    servers.filter_map(|(_, version)| version.kubernetes()).min().cloned()
}

/// Control-plane nodes that run a kubelet.
fn control_plane_kubelets(runs: &Runs) -> u64 {
    let kubelets = runs.iter().filter(|((component, _), _)| *component == Component::Kubelet);
    let server = |name: &InstanceName| (Component::KubeApiserver, name.clone());
    kubelets.filter(|((_, name), _)| runs.version(&server(name)).is_some()).count() as u64
}
