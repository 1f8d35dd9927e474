//! One edit of a good plan for each code.

mod document;
mod etcd;
mod order;
mod path;
mod skew;

use kubehop::component::Component;
use kubehop::plan::Plan;
use kubehop::plan::Step;

use crate::plans::Shape;
use crate::plans::k;
use crate::plans::v;

#[derive(Clone, Copy)]
pub(crate) enum Edit {
    /// Of the steps: what follows from them is derived anew.
    Steps(fn(&mut Plan)),
    /// Of the finished document.
    Document(fn(&mut Plan)),
}

/// A code, a good plan, and the edit of it that gives exactly this code.
pub(crate) type Case = (&'static str, fn() -> Shape, Edit);

pub(crate) fn cases() -> Vec<Case> {
    [skew::cases(), path::cases(), etcd::cases(), order::cases(), document::cases()].concat()
}

/// 1.33 to 1.34: etcd stops at 3.5.34 on its way to 3.6.
pub(crate) fn one_hop() -> Shape {
    Shape::new(&["v1.33.5", "v1.34.2"], &["v3.5.24", "v3.5.34", "v3.6.8"])
}

/// 1.33 to 1.34 with a patch of etcd 3.6.
pub(crate) fn etcd_patch() -> Shape {
    Shape::new(&["v1.33.5", "v1.34.2"], &["v3.6.5", "v3.6.8"])
}

pub(crate) fn two_hops() -> Shape {
    Shape::new(&["v1.29.8", "v1.30.14", "v1.31.13"], &["v3.5.16"])
}

/// Nodes move after the last hop.
pub(crate) fn deferred() -> Shape {
    Shape { deferred: true, ..two_hops() }
}

/// A time when kubeadm refused kubelets older than one minor.
pub(crate) fn old_kubeadm(control_plane: usize) -> Shape {
    let shape = Shape::new(&["v1.26.8", "v1.27.10", "v1.28.11"], &["v3.5.16"]);
    Shape { control_plane, ..shape }
}

fn position(plan: &Plan, hop: usize, found: impl Fn(&Step) -> bool) -> usize {
    plan.hops[hop].steps.iter().position(found).unwrap()
}

/// The place of the step in which a component of an instance moves.
fn at(plan: &Plan, hop: usize, component: Component, name: &str) -> usize {
    position(plan, hop, |step| {
        step.transitions.iter().any(|moved| moved.component == component)
            && step.targets.iter().any(|target| target.as_str() == name)
    })
}

fn api(plan: &Plan, hop: usize, name: &str) -> usize {
    at(plan, hop, Component::KubeApiserver, name)
}

fn etcd(plan: &mut Plan, nth: usize) -> &mut Step {
    let etcd = |step: &&mut Step| step.component == Some(Component::Etcd);
    plan.hops[0].steps.iter_mut().filter(etcd).nth(nth).unwrap()
}

fn upgrade(plan: &mut Plan) -> &mut Step {
    let place = api(plan, 0, "cp-1");
    &mut plan.hops[0].steps[place]
}

/// Takes a step out of a hop and puts it before the place `to` of another.
fn shift(plan: &mut Plan, (from_hop, from): (usize, usize), (to_hop, to): (usize, usize)) {
    let step = plan.hops[from_hop].steps.remove(from);
    plan.hops[to_hop].steps.insert(to, step);
}

fn remove(plan: &mut Plan, hop: usize, found: impl Fn(&Step) -> bool) {
    let place = position(plan, hop, found);
    plan.hops[hop].steps.remove(place);
}

fn initially(plan: &mut Plan, component: Component, version: &str) {
    for group in &mut plan.initial_state.instances {
        if group.component == component {
            group.version = v(component, version);
        }
    }
}

fn retarget(plan: &mut Plan, from: &str, to: &str) {
    for hop in &mut plan.hops {
        for transition in hop.steps.iter_mut().flat_map(|step| &mut step.transitions) {
            if transition.to.to_string() == from {
                transition.to = v(transition.component, to);
            }
        }
        if hop.to == k(from) {
            hop.to = k(to);
        }
        if hop.from == k(from) {
            hop.from = k(to);
        }
    }
    if plan.to == k(from) {
        plan.to = k(to);
        plan.provenance.options.to = plan.to.minor().to_string();
    }
}
