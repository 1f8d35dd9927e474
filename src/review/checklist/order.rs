//! What stands before what.

use crate::component::Component;
use crate::estimate::Estimate;
use crate::plan::Disruption;
use crate::plan::StepId;
use crate::plan::StepKind;

use super::Outcome;
use super::Scene;
use super::first_apiserver;
use super::hops;
use super::moves;

/// The control plane goes one minor at a time.
pub(super) fn no_minor_skipped(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (_, step) in scene.plan.steps() {
        for transition in &step.transitions {
            if transition.component != Component::KubeApiserver {
                continue;
            }
            looked_at.push(step.id);
            let minors = transition.from.kubernetes().zip(transition.to.kubernetes());
            if minors.is_some_and(|(from, to)| to.minor() > from.minor().next()) {
                wrong.push(step.id);
            }
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "every API server moves by one minor at most in a step",
            "an API server jumps over a minor",
            "no API server changes",
        ],
    )
}

/// etcd changes before the API servers of its hop.
pub(super) fn etcd_before_apiservers(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (_, steps) in hops(scene.plan) {
        let first = first_apiserver(steps);
        for (at, step) in steps.iter().enumerate() {
            if moves(step, Component::Etcd) && !moves(step, Component::KubeApiserver) {
                looked_at.push(step.id);
                if first.is_some_and(|first| first < at) {
                    wrong.push(step.id);
                }
            }
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "etcd stands in front of the API servers",
            "etcd changes after API servers of its hop",
            "etcd changes in no step of its own",
        ],
    )
}

/// etcd and an API server never change in one step.
pub(super) fn etcd_apart(scene: &Scene<'_>) -> Outcome {
    let steps = scene.plan.steps().map(|(_, step)| step);
    let steps: Vec<_> = steps.filter(|step| moves(step, Component::Etcd)).collect();
    let looked_at: Vec<StepId> = steps.iter().map(|step| step.id).collect();
    let wrong = steps.iter().filter(|step| moves(step, Component::KubeApiserver));
    Outcome::judge(
        &looked_at,
        wrong.map(|step| step.id).collect(),
        [
            "etcd has steps of its own",
            "etcd and an API server change in one step",
            "etcd does not change",
        ],
    )
}

/// No instance of some components is newer than an API server: than the oldest, or than the newest where
/// each has one of its own.
fn ahead(
    scene: &Scene<'_>,
    components: &[Component],
    of_oldest: bool,
) -> (Vec<StepId>, Vec<StepId>) {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (at, moment) in scene.timeline.moments.iter().enumerate() {
        if !components.iter().any(|component| moves(moment.step, *component)) {
            continue;
        }
        looked_at.push(moment.step.id);
        let before = scene.timeline.before(at).minors(Component::KubeApiserver);
        let after = moment.after.minors(Component::KubeApiserver);
        // Inside a step the API server of a node moves before what stands behind it.
        let limit = match (before, after) {
            (_, Some((oldest, newest))) => {
                if of_oldest {
                    oldest
                } else {
                    newest
                }
            }
            _ => continue,
        };
        let newest = components.iter().filter_map(|component| moment.after.minors(*component));
        if newest.map(|(_, newest)| newest).max().is_some_and(|newest| newest > limit) {
            wrong.push(moment.step.id);
        }
    }
    (looked_at, wrong)
}

/// Controllers never run ahead of the newest API server.
pub(super) fn controllers_behind(scene: &Scene<'_>) -> Outcome {
    let controllers = [
        Component::KubeControllerManager,
        Component::KubeScheduler,
        Component::CloudControllerManager,
    ];
    let (looked_at, mut wrong) = ahead(scene, &controllers, false);
    for (_, step) in scene.plan.steps() {
        let place = |wanted: &dyn Fn(Component) -> bool| {
            step.transitions.iter().position(|at| wanted(at.component))
        };
        let apiserver = place(&|component| component == Component::KubeApiserver);
        let controller = place(&|component| controllers.contains(&component));
        if let (Some(apiserver), Some(controller)) = (apiserver, controller)
            && controller < apiserver
        {
            wrong.push(step.id);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "controllers move behind an API server",
            "a controller moves before the API server",
            "no controller changes",
        ],
    )
}

/// No kubelet is ever newer than an API server.
pub(super) fn kubelet_not_ahead(scene: &Scene<'_>) -> Outcome {
    let (looked_at, wrong) = ahead(scene, &[Component::Kubelet], true);
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "kubelets move once every API server is there",
            "a kubelet is newer than the oldest API server",
            "no kubelet changes",
        ],
    )
}

/// API servers of two minors are not left standing: no gate, no soak and no node stands between the first
/// and the last of a hop, and all of them move in one window.
pub(super) fn no_mixed_rest(scene: &Scene<'_>) -> Outcome {
    if scene.timeline.start.counts(Component::KubeApiserver).iter().map(|it| it.count).sum::<u64>()
        < 2
    {
        return Outcome::none("there is one API server");
    }
    let mut wrong: Vec<StepId> = Vec::new();
    let mut rolled = Vec::new();
    for (_, steps) in hops(scene.plan) {
        let moving = |step: &&crate::plan::Step| moves(step, Component::KubeApiserver);
        let (Some(first), Some(last)) = (
            steps.iter().position(|step| moving(&step)),
            steps.iter().rposition(|step| moving(&step)),
        ) else {
            continue;
        };
        rolled.push((steps[first].id, steps[last].id));
        let rests = steps[first..last].iter().filter(|step| {
            matches!(step.kind, StepKind::Soak | StepKind::Gate)
                || (step.disruption == Disruption::Drain && !moves(step, Component::KubeApiserver))
        });
        wrong.extend(rests.map(|step| step.id));
    }
    if rolled.is_empty() {
        return Outcome::none("no API server changes");
    }
    if !wrong.is_empty() {
        return Outcome::fail("the plan rests while API servers of two minors run").at(wrong);
    }
    let mixed = scene.timeline.end().minors(Component::KubeApiserver);
    if mixed.is_some_and(|(oldest, newest)| oldest < newest) {
        return Outcome::fail("the plan ends with API servers of two minors");
    }
    if let Some((environment, step)) = scene.estimate.and_then(|it| over_a_window(it, &rolled)) {
        let text = format!("in {environment} the API servers of a hop do not fit into one window");
        return Outcome::fail(text).at([step]);
    }
    Outcome::pass("the API servers of a hop follow one another without a rest")
        .at(rolled.into_iter().flat_map(|(first, last)| [first, last]))
}

/// The environment in which the API servers of a hop move in more than one window, and the last of their
/// steps.
fn over_a_window(estimate: &Estimate, rolled: &[(StepId, StepId)]) -> Option<(String, StepId)> {
    for environment in estimate.hops.iter().flat_map(|hop| &hop.environments) {
        let window = |id: StepId, last: bool| {
            let step = environment.steps.iter().find(|step| step.step == id)?;
            if last { step.placed.last()?.window } else { step.placed.first()?.window }
        };
        for (first, last) in rolled {
            if let (Some(begins), Some(ends)) = (window(*first, false), window(*last, true))
                && begins != ends
            {
                return Some((environment.name.clone(), *last));
            }
        }
    }
    None
}
