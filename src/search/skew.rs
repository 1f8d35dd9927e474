//! Which rules of the version skew policy a state breaks, and by how much.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::policy::Excess;
use crate::policy::RuleId;
use crate::policy::SkewRule;
use crate::version::MinorVersion;

use super::ClusterState;
use super::Problem;

/// A broken rule: which, by a subject of which minor, in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Breach {
    /// The rule.
    pub rule: RuleId,
    /// The minor of what is outside.
    pub subject: MinorVersion,
    /// Whether it is too new rather than too old.
    pub too_new: bool,
}

/// Every broken rule of a state, with the minors by which it is exceeded and the reference.
pub(super) type Breaches = BTreeMap<Breach, (u32, MinorVersion)>;

/// All rules that a state breaks.
pub(super) fn breaches(problem: &Problem, state: &ClusterState) -> Breaches {
    let (oldest, newest) = state.apiservers();
    let span = (oldest.minor, newest.minor);
    let policy = &problem.policy;
    let mut found = Found(BTreeMap::new());

    found.check(&policy.apiserver, oldest.minor, newest.minor);
    for node in &state.control_plane {
        let reach = match problem.provider {
            // kubeadm's controllers talk to the kube-apiserver of their own node.
            Provider::Kubeadm => (node.apiserver.minor, node.apiserver.minor),
            Provider::Manual => span,
        };
        for controller in [node.controller_manager, node.scheduler] {
            found.check_span(&policy.controllers, controller.minor, reach);
        }
    }
    let daemon_set = state.kube_proxy.map(|level| level.minor);
    if let Some(proxy) = daemon_set {
        let waived = addons_lead(problem, state);
        let reach = if waived { (newest.minor, newest.minor) } else { span };
        found.check_span(&policy.kube_proxy, proxy, reach);
    }
    for cohort in state.kubelets.keys() {
        found.check_span(&policy.kubelet, cohort.kubelet.minor, span);
        let own = cohort.kube_proxy.map(|level| level.minor);
        if let Some(proxy) = own {
            found.check_span(&policy.kube_proxy, proxy, span);
        }
        if let Some(proxy) = own.or(daemon_set) {
            found.check(&policy.kube_proxy_kubelet, proxy, cohort.kubelet.minor);
        }
    }
    for client in state.clients.keys() {
        found.check_span(&policy.kubectl, client.minor, span);
    }
    found.0
}

/// Whether kubeadm itself puts kube-proxy ahead of the API servers that still wait: up to kubeadm
/// 1.27 it moves the add-ons with the first control-plane node, and nothing can stop it.
fn addons_lead(problem: &Problem, state: &ClusterState) -> bool {
    let stop = problem.ladder.stop(state.hop).version.minor();
    problem.provider == Provider::Kubeadm
        && stop < problem.tool.addons_last_from
        && state.stage == super::Stage::ControlPlane
}

struct Found(Breaches);

impl Found {
    fn check(&mut self, rule: &SkewRule, subject: MinorVersion, reference: MinorVersion) {
        let (by, too_new) = match rule.excess(subject, reference) {
            None => return,
            Some(Excess::TooOld(by)) => (by, false),
            Some(Excess::TooNew(by)) => (by, true),
        };
        let entry =
            self.0.entry(Breach { rule: rule.id, subject, too_new }).or_insert((by, reference));
        if by > entry.0 {
            *entry = (by, reference);
        }
    }

    /// Against the oldest and the newest that the subject may reach.
    fn check_span(
        &mut self,
        rule: &SkewRule,
        subject: MinorVersion,
        (oldest, newest): (MinorVersion, MinorVersion),
    ) {
        self.check(rule, subject, oldest);
        if newest != oldest {
            self.check(rule, subject, newest);
        }
    }
}
