//! The cluster against the plan, target by target: what each instance proves of each step.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::plan::KubeProxyMode;
use crate::plan::State;
use crate::plan::Step;

use super::conflicts;
use super::model::Conflict;
use super::model::Partial;
use super::model::Progress;
use super::model::Request;
use super::model::Within;
use super::observed::Observed;
use super::place;
use super::place::Place;
use super::remaining;
use super::rest;
use super::runs::Instance;
use super::runs::Runs;
use super::ways;
use super::ways::Spot;
use super::ways::Way;
use crate::plan::Plan;

/// What is known of one move of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Done,
    Open,
    Unknown,
}

/// What is known of one target of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TargetState {
    /// Every version is there.
    Done,
    /// No version is there.
    Open,
    /// Some parts have moved, others have not.
    Half(Within),
    /// No version is known.
    Unknown,
}

/// A step, and how far each of its targets is. A step without moves has none.
#[derive(Debug)]
pub(super) struct StepState<'a> {
    pub(super) step: &'a Step,
    pub(super) targets: Vec<(&'a InstanceName, TargetState)>,
}

impl StepState<'_> {
    fn any(&self, of: impl Fn(&TargetState) -> bool) -> bool {
        self.targets.iter().any(|(_, state)| of(state))
    }

    /// Versions prove that all of it is done.
    pub(super) fn is_done(&self) -> bool {
        !self.targets.is_empty() && self.targets.iter().all(|(_, at)| *at == TargetState::Done)
    }

    /// Versions prove that something of it is not done.
    pub(super) fn is_open(&self) -> bool {
        self.any(|state| matches!(state, TargetState::Open | TargetState::Half(_)))
    }

    /// Versions prove that something of it is done.
    pub(super) fn has_begun(&self) -> bool {
        self.any(|state| matches!(state, TargetState::Done | TargetState::Half(_)))
    }

    /// The targets that are not proven to be done.
    pub(super) fn left(&self) -> impl Iterator<Item = &InstanceName> {
        self.targets.iter().filter(|(_, at)| *at != TargetState::Done).map(|(name, _)| *name)
    }

    fn named(&self, of: impl Fn(&TargetState) -> bool, observed: &Observed) -> Vec<InstanceName> {
        let names = self.targets.iter().filter(|(_, state)| of(state)).map(|(name, _)| *name);
        names.map(|name| observed.real.get(name).unwrap_or(name).clone()).collect()
    }

    pub(super) fn partial(&self, observed: &Observed) -> Partial {
        let half = self.targets.iter().filter_map(|(name, state)| match state {
            TargetState::Half(within) => {
                let target = observed.real.get(*name).unwrap_or(name).clone();
                Some(Within { target, ..within.clone() })
            }
            _ => None,
        });
        Partial {
            step: self.step.id,
            done: self.named(|state| *state == TargetState::Done, observed),
            remaining: self
                .named(|state| matches!(state, TargetState::Open | TargetState::Half(_)), observed),
            unknown: self.named(|state| *state == TargetState::Unknown, observed),
            within: half.collect(),
        }
    }
}

/// A plan and a cluster, compared.
#[derive(Debug)]
pub struct Comparison<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) start: Runs,
    pub(super) observed: Observed,
    pub(super) states: Vec<StepState<'a>>,
    pub(super) conflicts: Vec<Conflict>,
}

impl<'a> Comparison<'a> {
    /// Compares.
    pub fn of(request: &'a Request<'a>) -> Self {
        let start = Runs::of(request.plan.found());
        let over = request.plan.over();
        let steps: Vec<&Step> = request.plan.steps().map(|(_, step)| step).collect();
        let ways = ways::ways(&start, &steps, over);
        let mut observed = Observed::new(request.plan, &start, request.inventory);
        blur(request.plan.found().kube_proxy, &ways, &mut observed);
        let spots: BTreeMap<&Instance, Spot> = ways
            .iter()
            .filter_map(|(instance, way)| Some((instance, spot(instance, way, &observed)?)))
            .collect();
        let states: Vec<StepState<'a>> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let done = || step.targets.iter().map(|name| (name, TargetState::Done)).collect();
                let targets = match at < over {
                    true if step.transitions.is_empty() => Vec::new(),
                    true => done(),
                    false => targets(at, step, &start, &ways, &spots),
                };
                StepState { step, targets }
            })
            .collect();
        let mut conflicts = conflicts::of_the_whole(request, &start, &observed);
        if conflicts.is_empty() {
            conflicts = conflicts::of_instances(request, &start, &observed, &ways, &spots);
            conflicts.extend(conflicts::ahead(&states, &observed));
        }
        drop(spots);
        drop(ways);
        Self { request, start, observed, states, conflicts }
    }

    /// Whether the cluster is not that of the plan at all.
    pub(super) fn is_elsewhere(&self) -> bool {
        conflicts::is_elsewhere(&self.conflicts)
    }

    /// Where the plan stands.
    pub fn progress(&self) -> Progress {
        let Request { plan, inventory, .. } = self.request;
        let place = place::place(self);
        let Place { done, passed, candidates, over } = &place;
        let ids = |places: &BTreeSet<usize>| {
            places.iter().map(|at| self.states[*at].step.id).collect::<Vec<_>>()
        };
        let first_open = self.states.iter().position(StepState::is_open);
        let partial = self.states.iter().enumerate().filter(|(at, state)| {
            let unsure = state.any(|at| *at == TargetState::Unknown);
            let begun = state.has_begun() && !state.is_done();
            !self.is_elsewhere()
                && !passed.contains(at)
                && (begun || unsure && state.is_open() && Some(*at) == first_open)
        });
        let many = candidates.len() > 1 || *over && !candidates.is_empty();
        Progress {
            plan: plan.metadata.name.clone(),
            cluster: inventory.name.clone(),
            observed_at: inventory.observed_at,
            reached: *over && !self.is_elsewhere(),
            done: ids(done),
            passed: ids(passed),
            next: candidates.first().map(|at| self.states[*at].step.id),
            ambiguous: if many { ids(candidates) } else { Vec::new() },
            partial: partial.map(|(_, state)| state.partial(&self.observed)).collect(),
            conflicts: self.conflicts.clone(),
            notes: self.notes(),
            hops: remaining::hops(self, &place),
            remaining: remaining::remaining(self, &place),
        }
    }

    fn notes(&self) -> Vec<String> {
        if self.is_elsewhere() {
            return Vec::new();
        }
        let mut notes = self.observed.notes.clone();
        notes.extend(conflicts::unknown(&self.start, &self.observed));
        notes.extend(conflicts::unfit_nodes(self.request.inventory));
        notes
    }

    /// What runs now, in the terms of the plan: what is not known is taken to be where the proven
    /// steps have brought it, instances that are gone are left out.
    pub fn present(&self) -> State {
        self.runs().state()
    }

    /// The rest of the plan as a plan of its own, from the present state to the target.
    pub fn rest(&self) -> Plan {
        rest::rest(self, &place::place(self))
    }

    pub(super) fn runs(&self) -> Runs {
        let mut runs = self.start.clone();
        let (place, over) = (place::place(self), self.request.plan.over());
        for at in place.done.iter().chain(&place.passed).copied().collect::<BTreeSet<_>>() {
            if at < over {
                continue; // what was found there says more
            }
            runs.apply(self.states[at].step);
        }
        let planned: Vec<Instance> =
            self.start.iter().map(|(instance, _)| instance.clone()).collect();
        for instance in planned {
            match self.observed.versions.get(&instance) {
                Some(Some(version)) => runs.set(&instance, version),
                Some(None) => {}
                None if self.may_be_unseen(instance.0) => {}
                None => runs.remove(&instance),
            }
        }
        runs
    }

    /// Whether nothing at all was seen of a component that an observation may leave out.
    pub(super) fn may_be_unseen(&self, component: Component) -> bool {
        conflicts::may_be_unseen(component, &self.observed)
    }
}

/// Where an instance stands; `None` where it is gone.
fn spot(instance: &Instance, way: &Way<'_>, observed: &Observed) -> Option<Spot> {
    match observed.versions.get(instance) {
        Some(version) => Some(way.spot(instance.0, version.as_ref())),
        None if conflicts::may_be_unseen(instance.0, observed) => Some(way.spot(instance.0, None)),
        None => None,
    }
}

/// How far each target of a step is.
fn targets<'a>(
    at: usize,
    step: &'a Step,
    start: &Runs,
    ways: &BTreeMap<Instance, Way<'_>>,
    spots: &BTreeMap<&Instance, Spot>,
) -> Vec<(&'a InstanceName, TargetState)> {
    let mut states = Vec::new();
    for target in &step.targets {
        let mut acts: Vec<(Component, Act)> = Vec::new();
        for transition in &step.transitions {
            let Some(instance) = start.moved(transition, target) else { continue };
            let (Some(way), Some(spot)) = (ways.get(&instance), spots.get(&instance)) else {
                continue;
            };
            let Some(number) = way.move_of(at) else { continue };
            let act = if spot.least >= number {
                Act::Done
            } else if spot.most < number {
                Act::Open
            } else {
                Act::Unknown
            };
            acts.push((transition.component, act));
        }
        if !acts.is_empty() {
            states.push((target, judge(target, &acts)));
        }
    }
    states
}

/// The parts of a target move together, so what is not known follows what is.
fn judge(target: &InstanceName, acts: &[(Component, Act)]) -> TargetState {
    let of = |wanted: Act| -> Vec<Component> {
        acts.iter().filter(|(_, act)| *act == wanted).map(|(component, _)| *component).collect()
    };
    let (done, remaining) = (of(Act::Done), of(Act::Open));
    match (done.is_empty(), remaining.is_empty()) {
        (true, true) => TargetState::Unknown,
        (false, true) => TargetState::Done,
        (true, false) => TargetState::Open,
        (false, false) => TargetState::Half(Within { target: target.clone(), done, remaining }),
    }
}

/// An inventory has one version of kube-proxy where nothing is said of single nodes. While nodes move
/// one by one with their kube-proxy, that version holds for those whose kubelet agrees; of the
/// others kube-proxy is not known.
fn blur(mode: KubeProxyMode, ways: &BTreeMap<Instance, Way<'_>>, observed: &mut Observed) {
    if mode != KubeProxyMode::PerNode || observed.coarse.is_empty() {
        return;
    }
    let agrees = |instance: &Instance| -> Option<bool> {
        let proxy = observed.versions.get(instance)?.as_ref()?;
        Some(fits(instance, proxy, ways, observed))
    };
    let (with, without): (Vec<_>, Vec<_>) = observed
        .coarse
        .iter()
        .filter_map(|it| Some((it, agrees(it)?)))
        .partition(|(_, fits)| *fits);
    if with.is_empty() || without.is_empty() {
        return;
    }
    let unknown: Vec<Instance> =
        without.into_iter().map(|(instance, _)| instance.clone()).collect();
    let names: Vec<InstanceName> = unknown.iter().map(|(_, name)| name.clone()).collect();
    observed.notes.push(format!(
        "the inventory has one version of kube-proxy for all nodes, which cannot hold on {}: there it \
         is taken to have moved with the kubelet",
        super::observed::some(&names)
    ));
    for instance in unknown {
        observed.versions.insert(instance, None);
    }
}

/// Whether a version of kube-proxy is one that the node may run where its kubelet stands.
fn fits(
    proxy: &Instance,
    version: &ComponentVersion,
    ways: &BTreeMap<Instance, Way<'_>>,
    observed: &Observed,
) -> bool {
    let kubelet = (Component::Kubelet, proxy.1.clone());
    let (Some(way), Some(kubelets)) = (ways.get(proxy), ways.get(&kubelet)) else { return true };
    let seen = observed.versions.get(&kubelet).and_then(Option::as_ref);
    let spot = kubelets.spot(Component::Kubelet, seen);
    let at = way.spot(Component::KubeProxy, Some(version));
    // Both move in the same steps, as far as both move: compare by the steps that are over.
    let over = |way: &Way<'_>, moves: usize| {
        moves.checked_sub(1).and_then(|at| way.steps.get(at)).copied()
    };
    let next = |way: &Way<'_>, moves: usize| way.steps.get(moves).copied();
    let (kubelet_over, kubelet_next) = (over(kubelets, spot.least), next(kubelets, spot.most));
    let (proxy_over, proxy_next) = (over(way, at.least), next(way, at.most));
    proxy_over.is_none_or(|over| kubelet_next.is_none_or(|next| over < next))
        && kubelet_over.is_none_or(|over| proxy_next.is_none_or(|next| over < next))
}
