//! Nodes and clients.

use crate::component::Component;
use crate::plan::Disruption;
use crate::plan::Step;
use crate::plan::StepId;

use super::Outcome;
use super::Scene;
use super::hops;
use super::looks_at;
use super::moves;

fn changes_minor(step: &Step) -> bool {
    step.transitions.iter().any(|transition| {
        let minors = transition.from.kubernetes().zip(transition.to.kubernetes());
        transition.component == Component::Kubelet
            && minors.is_some_and(|(from, to)| from.minor() != to.minor())
    })
}

/// A node is drained before its kubelet changes its minor.
pub(super) fn drained(scene: &Scene<'_>) -> Outcome {
    let steps = scene.plan.steps().map(|(_, step)| step);
    let steps: Vec<&Step> = steps.filter(|step| changes_minor(step)).collect();
    let looked_at: Vec<StepId> = steps.iter().map(|step| step.id).collect();
    let wrong = steps.iter().filter(|step| step.disruption != Disruption::Drain);
    Outcome::judge(
        &looked_at,
        wrong.map(|step| step.id).collect(),
        [
            "each step drains its nodes",
            "the step does not drain its nodes",
            "no kubelet changes its minor",
        ],
    )
}

/// Disruption budgets are looked at before nodes are drained.
pub(super) fn disruption_budgets(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    let words = ["poddisruptionbudget", "pdb", "PodDisruptionBudget"];
    let after = (0, scene.plan.closing.as_slice());
    for (_, steps) in hops(scene.plan).chain([after]) {
        let drains = |step: &Step| step.disruption == Disruption::Drain;
        let Some(at) = steps.iter().position(drains) else { continue };
        looked_at.push(steps[at].id);
        let looks = |step: &Step| !drains(step) && looks_at(step, &words);
        if !steps[..at].iter().any(looks) {
            wrong.push(steps[at].id);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "the budgets that allow no disruption are listed first",
            "nobody looks at the disruption budgets before the drains of the hop",
            "no node is drained",
        ],
    )
}

/// A pool begins with a canary, and never moves all at once.
pub(super) fn canary(scene: &Scene<'_>) -> Outcome {
    let pools = scene.plan.steps().map(|(_, step)| step).filter(|step| {
        step.pool.is_some() && moves(step, Component::Kubelet) && step.targets.len() > 1
    });
    let pools: Vec<&Step> = pools.collect();
    if pools.is_empty() {
        return Outcome::none("no pool of several nodes changes");
    }
    let ids = |steps: &[&Step]| -> Vec<StepId> { steps.iter().map(|step| step.id).collect() };
    let at_once = |step: &&&Step| {
        step.batch.is_some_and(|batch| {
            batch.size > 1 && (batch.canary == 0 || batch.size >= step.targets.len() as u64)
        })
    };
    let wrong: Vec<&Step> = pools.iter().filter(at_once).copied().collect();
    if !wrong.is_empty() {
        return Outcome::fail("nodes move together without one that goes first").at(ids(&wrong));
    }
    let silent: Vec<&Step> = pools.iter().filter(|step| step.batch.is_none()).copied().collect();
    if !silent.is_empty() {
        return Outcome::unknown("the step does not say how many nodes move at once")
            .at(ids(&silent));
    }
    Outcome::pass("one node goes first, or one after the other").at(ids(&pools))
}

/// Every kubelet reaches the target.
pub(super) fn no_node_left_behind(scene: &Scene<'_>) -> Outcome {
    let to = scene.plan.to.minor();
    let behind = scene.timeline.end().counts(Component::Kubelet);
    let behind: u64 = behind
        .iter()
        .filter(|it| it.version.kubernetes().is_some_and(|version| version.minor() < to))
        .map(|it| it.count)
        .sum();
    match behind {
        _ if scene.timeline.start.counts(Component::Kubelet).is_empty() => {
            Outcome::none("no kubelet is known")
        }
        0 => Outcome::pass(format!("every kubelet runs {to} after the last step")),
        1 => Outcome::fail(format!("one kubelet is older than {to} after the last step")),
        more => Outcome::fail(format!("{more} kubelets are older than {to} after the last step")),
    }
}

/// kubectl stays within one minor of every API server once its step of a hop is done, and reaches the
/// target.
pub(super) fn clients(scene: &Scene<'_>) -> Outcome {
    if scene.timeline.start.counts(Component::Kubectl).is_empty() {
        return Outcome::unknown("no client is named in the plan");
    }
    let mut wrong = Vec::new();
    let mut known = apart(&scene.timeline.start);
    for moment in &scene.timeline.moments {
        let now = apart(&moment.after);
        if now > 1 && now > known {
            wrong.push(moment.step.id);
        }
        known = now;
    }
    if !wrong.is_empty() {
        return Outcome::fail("a client falls out of its range").at(wrong);
    }
    let to = scene.plan.to.minor();
    let oldest = scene.timeline.end().minors(Component::Kubectl).map(|(oldest, _)| oldest);
    if oldest.is_some_and(|oldest| oldest < to.number()) {
        return Outcome::fail(format!("a client is older than {to} after the last step"));
    }
    Outcome::pass("every client moves with the hops")
}

/// How many minors kubectl is from the API server that is furthest from it.
fn apart(census: &super::super::timeline::Census<'_>) -> u64 {
    let clients = census.minors(Component::Kubectl);
    let servers = census.minors(Component::KubeApiserver);
    clients.zip(servers).map_or(0, |((oldest, newest), (low, high))| {
        high.saturating_sub(oldest).max(newest.saturating_sub(low))
    })
}
