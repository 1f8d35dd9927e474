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

/// How much a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// By how many minors, at worst.
    pub by: u32,
    /// How many instances are outside.
    pub instances: u64,
    /// What the worst of them is measured against.
    pub reference: MinorVersion,
}

/// Every broken rule of a state.
pub(super) type Breaches = BTreeMap<Breach, Extent>;

/// All rules that a state breaks.
pub(super) fn breaches(problem: &Problem, state: &ClusterState) -> Breaches {
    let (oldest, newest) = state.apiservers();
    let span = [oldest.minor, newest.minor];
    let policy = &problem.policy;
    let mut found = Found(BTreeMap::new());

    found.check(&policy.apiserver, oldest.minor, [newest.minor], 1);
    for node in &state.control_plane {
        let reach = match problem.provider {
            // kubeadm's controllers talk to the kube-apiserver of their own node.
            Provider::Kubeadm => [node.apiserver.minor; 2],
            Provider::Manual => span,
        };
        for controller in [node.controller_manager, node.scheduler] {
            found.check(&policy.controllers, controller.minor, reach, 1);
        }
    }
    let daemon_set = state.kube_proxy.map(|level| level.minor);
    let daemon_set_outside = daemon_set.is_some_and(|proxy| {
        let waived = addons_lead(problem, state);
        let reach = if waived { [newest.minor; 2] } else { span };
        found.check(&policy.kube_proxy, proxy, reach, 1)
    });
    for (cohort, nodes) in &state.kubelets {
        let kubelet = cohort.kubelet.minor;
        let mut outside = found.check(&policy.kubelet, kubelet, span, *nodes);
        let own = cohort.kube_proxy.map(|level| level.minor);
        if let Some(proxy) = own {
            outside |= found.check(&policy.kube_proxy, proxy, span, *nodes);
        }
        // Where one of the two is outside its own window, the distance between them adds nothing:
        // both windows together keep it. Holding it too would leave nodes on which both are behind
        // without a way back, since one of them must move before the other.
        outside |= own.is_none() && daemon_set_outside;
        if let Some(proxy) = own.or(daemon_set).filter(|_| !outside) {
            found.check(&policy.kube_proxy_kubelet, proxy, [kubelet], *nodes);
        }
    }
    for (client, count) in &state.clients {
        found.check(&policy.kubectl, client.minor, span, *count);
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
    /// Measures instances of one minor against everything that they may reach. Whether they are
    /// outside the rule.
    fn check(
        &mut self,
        rule: &SkewRule,
        subject: MinorVersion,
        reach: impl IntoIterator<Item = MinorVersion>,
        instances: u64,
    ) -> bool {
        let mut worst: BTreeMap<bool, (u32, MinorVersion)> = BTreeMap::new();
        for reference in reach {
            let (by, too_new) = match rule.excess(subject, reference) {
                None => continue,
                Some(Excess::TooOld(by)) => (by, false),
                Some(Excess::TooNew(by)) => (by, true),
            };
            let known = worst.entry(too_new).or_insert((by, reference));
            if by > known.0 {
                *known = (by, reference);
            }
        }
        let outside = !worst.is_empty();
        for (too_new, (by, reference)) in worst {
            let breach = Breach { rule: rule.id, subject, too_new };
            let extent = self.0.entry(breach).or_insert(Extent { by, instances: 0, reference });
            extent.instances += instances;
            if by > extent.by {
                (extent.by, extent.reference) = (by, reference);
            }
        }
        outside
    }
}
