//! The version skew policy, looked at after each single move.
//!
//! What is outside the policy before the first step is a warning there, and tolerated while it does
//! not get worse: neither further outside nor with more instances outside. Once repaired it may not
//! come back, and nothing may be left of it at the end.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::diagnostic::Severity;
use crate::plan::KubeProxyMode;
use crate::plan::Step;
use crate::policy::RuleId;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::MinorVersion;

use super::codes::Code;
use super::report::Place;
use super::report::Report;
use super::violation::Direction;
use super::violation::FAMILIES;
use super::violation::Family;
use super::violation::Key;
use super::violation::Violation;
use super::violation::detail;
use super::violation::help;
use super::violation::message;
use super::violation::violations;
use super::world::World;

/// What is outside the policy, and why that is borne.
#[derive(Debug)]
pub(super) struct Skew<'a> {
    policy: &'a VersionSkewPolicy,
    tool: &'a ToolRules,
    open: BTreeMap<Key, Violation>,
    /// The minor of a kube-proxy that kubeadm moved ahead of the API servers of this hop.
    ahead: Option<MinorVersion>,
    /// How many errors were found so far.
    errors: u64,
}

impl<'a> Skew<'a> {
    /// Looks at the state before the first step, or at what was found where the plan was taken up again.
    pub(super) fn new(
        policy: &'a VersionSkewPolicy,
        tool: &'a ToolRules,
        world: &World<'_>,
        place: Place,
        report: &mut Report,
    ) -> Self {
        let mut skew = Self { policy, tool, open: BTreeMap::new(), ahead: None, errors: 0 };
        for family in FAMILIES {
            for (key, violation) in violations(family, world, policy) {
                if !skew.is_implied(key) {
                    let code = family.code(key.direction);
                    report.add_as(Severity::Warning, code, place, detail(key), || {
                        let help = "the plan must repair this first, and must not make it worse";
                        [message(key, &violation, policy, None), help.to_owned()]
                    });
                }
                skew.open.insert(key, violation);
            }
        }
        skew
    }

    /// How many errors were found so far.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// Looks at the state after one instance of a component has moved in a step.
    pub(super) fn moved(
        &mut self,
        world: &World<'_>,
        step: &Step,
        component: Component,
        instance: usize,
        report: &mut Report,
    ) {
        for family in Family::of(component) {
            let cause = Cause { step: Some(step), moved: Some(world.name(instance)) };
            self.look(*family, world, Place::Step(step.id), &cause, report);
        }
    }

    /// A hop ends: kubeadm's kube-proxy is no longer ahead of anything.
    pub(super) fn end_hop(&mut self, number: u32, world: &World<'_>, report: &mut Report) {
        if self.ahead.take().is_some() {
            let cause = Cause { step: None, moved: None };
            self.look(Family::KubeProxy, world, Place::Hop(number), &cause, report);
        }
    }

    /// The plan ends: what was borne must be gone.
    pub(super) fn end(&mut self, report: &mut Report) {
        for (key, violation) in &self.open {
            if violation.reported || self.is_implied(*key) {
                continue;
            }
            let code = key.family.code(key.direction);
            report.add_as(Severity::Error, code, Place::Final, detail(*key), || {
                let help = "it stands so since before the first step; the plan must repair it";
                [message(*key, violation, self.policy, None), help.to_owned()]
            });
        }
    }

    /// Where kube-proxy or the kubelet is outside its window already, the distance between the two
    /// adds nothing: with the numbers of upstream it never stands alone.
    fn is_implied(&self, key: Key) -> bool {
        key.family == Family::KubeProxyKubelet
            && self
                .open
                .keys()
                .any(|open| matches!(open.family, Family::Kubelets | Family::KubeProxy))
    }

    fn look(
        &mut self,
        family: Family,
        world: &World<'_>,
        place: Place,
        cause: &Cause<'_>,
        report: &mut Report,
    ) {
        let now = violations(family, world, self.policy);
        if !self.open.is_empty() {
            let holds = |key: &Key| now.iter().any(|(other, _)| other == key);
            self.open.retain(|key, _| key.family != family || holds(key));
        }
        for (key, mut violation) in now {
            if let Some(known) = self.open.get_mut(&key)
                && violation.excess <= known.excess
                && violation.instances <= known.instances
            {
                violation.reported = known.reported;
                *known = violation;
                continue;
            }
            if self.is_kubeadms(key, &violation, world, cause) {
                self.ahead = Some(violation.subject);
                // Reported at the step that moves it; the API servers that follow only shorten it.
                let moves_it = |step: &&Step| {
                    step.transitions.iter().any(|moved| moved.component == Component::KubeProxy)
                };
                if cause.step.as_ref().is_some_and(moves_it) {
                    report.add(Code::KubeadmProxyFirst, place, || kubeadm_first(&violation));
                }
                continue;
            }
            if !self.is_implied(key) {
                violation.reported = true;
                self.errors += 1;
                let code = family.code(key.direction);
                report.add_as(Severity::Error, code, place, detail(key), || {
                    [message(key, &violation, self.policy, cause.moved), help(key)]
                });
            }
            self.open.insert(key, violation);
        }
    }

    /// Whether this is the kube-proxy that an older kubeadm moves with the first control-plane
    /// node, said so by the step, and no further ahead than the hop that is under way.
    fn is_kubeadms(
        &self,
        key: Key,
        violation: &Violation,
        world: &World<'_>,
        cause: &Cause<'_>,
    ) -> bool {
        if key.family != Family::KubeProxy || key.direction != Direction::New {
            return false;
        }
        let said = cause.step.is_some_and(names_addons);
        violation.excess == 1
            && world.provider == crate::cluster::Provider::Kubeadm
            && world.kube_proxy == KubeProxyMode::DaemonSet
            && violation.subject < self.tool.addons_last_from
            && (said || self.ahead == Some(violation.subject))
    }
}

/// Whether a step says that kubeadm moves the add-ons in it.
pub(super) fn names_addons(step: &Step) -> bool {
    step.because.iter().any(|reason| reason.rule == RuleId::KubeadmAddons.name())
}

/// What led to a state.
struct Cause<'a> {
    step: Option<&'a Step>,
    moved: Option<&'a str>,
}

fn kubeadm_first(violation: &Violation) -> [String; 2] {
    let Violation { subject, reference, .. } = violation;
    [
        format!(
            "kubeadm moves kube-proxy to {subject} with the first control-plane node, while other kube-apiservers are at {reference}"
        ),
        "kubeadm of this minor knows no other order; keep the time until the last control-plane node is done short".to_owned(),
    ]
}
