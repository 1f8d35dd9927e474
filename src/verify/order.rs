//! The order inside a hop and inside a step, and what must stand in front.

use crate::component::Component;
use crate::plan::Disruption;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::plan::Transition;
use crate::version::MinorVersion;

use super::codes::Code;
use super::report::Place;
use super::report::Report;
use super::skew::names_addons;
use super::world::World;

/// A hop starts with a preflight; so does what is left of it, where the plan was taken up again in it.
pub(super) fn preflight(hop: u32, steps: &[Step], report: &mut Report) {
    if steps.first().is_none_or(|step| step.kind != StepKind::Preflight) {
        report.add(Code::NoPreflight, Place::Hop(hop), || {
            [
                "the first step is not a preflight".to_owned(),
                "read everything that can be read before anything is changed".to_owned(),
            ]
        });
    }
}

/// A person decides before the first change of a hop, or of what is left of it.
pub(super) fn gate(hop: u32, steps: &[Step], report: &mut Report) {
    let before = steps.iter().take_while(|step| step.transitions.is_empty());
    let gated = before.clone().any(|step| step.kind == StepKind::Gate);
    let changes = before.count() < steps.len();
    if changes && !gated {
        report.add(Code::NoGate, Place::Hop(hop), || {
            [
                "something changes before a person has decided".to_owned(),
                "add a gate in front of the first change".to_owned(),
            ]
        });
    }
}

/// A kubelet changes its minor on a drained node only.
pub(super) fn drained(step: &Step, changes_kubelet_minor: bool, report: &mut Report) {
    if changes_kubelet_minor && step.disruption != Disruption::Drain {
        report.add(Code::NoDrain, Place::Step(step.id), || {
            [
                "a kubelet changes its minor, but the step does not drain its node".to_owned(),
                "drain the node first; in-place minor upgrades are not supported".to_owned(),
            ]
        });
    }
}

/// Members of etcd and control-plane instances move one at a time.
pub(super) fn one_at_a_time(step: &Step, report: &mut Report) {
    let parallel = step.targets.len() > 1 && step.batch.is_some_and(|batch| batch.size > 1);
    let alone = |transition: &Transition| transition.component.rank() <= 2;
    if parallel && step.transitions.iter().any(alone) {
        report.add(Code::Parallel, Place::Step(step.id), || {
            [
                "several instances of etcd or the control plane change at once".to_owned(),
                "set `batch.size` to 1: one at a time, each proven before the next".to_owned(),
            ]
        });
    }
}

/// The transitions of a step are in canonical order.
pub(super) fn inside_step(step: &Step, report: &mut Report) {
    let falls = step
        .transitions
        .windows(2)
        .find(|pair| pair[1].component.rank() < pair[0].component.rank());
    if let Some(pair) = falls {
        report.add(Code::TransitionOrder, Place::Step(step.id), || {
            [
                format!("{} changes before {}", pair[0].component, pair[1].component),
                "inside a step: etcd, kube-apiserver, controllers, kubelet and kube-proxy, kubectl"
                    .to_owned(),
            ]
        });
    }
}

/// The order of the steps of one hop.
///
/// The rank of a step is that of its first component in canonical order, since kubeadm moves the
/// control-plane parts of one node together. etcd has findings of its own.
pub(super) struct Ranks {
    /// The oldest kube-apiserver before the hop: what is raised to at most this is made level.
    before: Option<MinorVersion>,
    /// Whether a kube-apiserver has gone beyond that.
    started: bool,
    highest: u8,
    falls: Option<(StepId, Component)>,
}

impl Ranks {
    pub(super) fn new(world: &World<'_>) -> Self {
        let before = world.minors(Component::KubeApiserver).first();
        Self { before, started: false, highest: 0, falls: None }
    }

    /// Takes a step into account.
    pub(super) fn step(&mut self, step: &Step) {
        let addons = names_addons(step);
        let counted = || {
            step.transitions.iter().filter(|transition| match transition.component {
                Component::Etcd => false,
                // kubeadm moves it when it likes to, and the step says so.
                Component::KubeProxy => !addons,
                _ => true,
            })
        };
        let beyond = |transition: &Transition| {
            let to = transition.to.kubernetes().map(crate::version::KubernetesVersion::minor);
            self.before.is_none_or(|before| to.is_some_and(|to| to > before))
        };
        let levels = !self.started
            && counted().all(|at| at.component != Component::KubeApiserver && !beyond(at));
        self.started |= counted().any(|at| at.component == Component::KubeApiserver && beyond(at));
        let lead = counted().min_by_key(|transition| transition.component.rank());
        let Some(lead) = lead.filter(|_| !levels).map(|transition| transition.component) else {
            return;
        };
        if lead.rank() < self.highest && self.falls.is_none() {
            self.falls = Some((step.id, lead));
        }
        self.highest = self.highest.max(lead.rank());
    }

    /// Reports the first step that stands too late.
    pub(super) fn end(self, report: &mut Report) {
        if let Some((step, component)) = self.falls {
            report.add(Code::RankFalls, Place::Step(step), || {
                [
                    format!("{component} changes after components that follow it in the hop"),
                    "inside a hop: etcd, kube-apiserver, controllers, kubelet and kube-proxy, kubectl"
                        .to_owned(),
                ]
            });
        }
    }
}
