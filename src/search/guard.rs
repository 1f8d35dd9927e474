//! Whether a transition is permitted, and if not, by which rules. Reasons are data.

use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::policy::RuleId;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::MinorVersion;

use super::ClusterState;
use super::Problem;
use super::Role;
use super::Transition;
use super::moves::stacked_floor;
use super::skew::Breach;
use super::skew::breaches;

/// A reason why a transition is refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocked {
    /// A rule of the version skew policy would be broken, or broken further.
    Skew {
        /// The rule.
        rule: RuleId,
        /// The minor of what would be outside.
        subject: MinorVersion,
        /// The minor it is measured against.
        reference: MinorVersion,
        /// Whether it would be too new rather than too old.
        too_new: bool,
    },
    /// kubeadm refuses kubelets as old as this.
    KubeletTooOldForKubeadm {
        /// What the nodes are for.
        role: Role,
        /// Their kubelet.
        kubelet: MinorVersion,
        /// kubeadm and its target.
        kubeadm: MinorVersion,
        /// The oldest kubelet that it accepts.
        oldest: MinorVersion,
    },
    /// A client would be outside its range while the API servers move.
    ClientNotLevel {
        /// The client's kubectl.
        kubectl: MinorVersion,
        /// The API servers before.
        from: MinorVersion,
        /// The API servers afterwards.
        to: MinorVersion,
    },
    /// etcd is older than the release needs.
    EtcdTooOld {
        /// The oldest member.
        etcd: EtcdVersion,
        /// What is needed.
        needed: EtcdVersion,
        /// The rule that asks for it.
        rule: RuleId,
    },
    /// etcd is of a newer minor than the release works with.
    EtcdTooNew {
        /// The newest member.
        etcd: EtcdVersion,
        /// The newest minor that works.
        ceiling: EtcdMinor,
        /// The release.
        beside: MinorVersion,
    },
    /// etcd runs a release that the data marks `avoid` while a better one is known.
    EtcdKnownBad {
        /// The release.
        etcd: EtcdVersion,
    },
    /// The members of etcd run different versions.
    EtcdMixed {
        /// The oldest.
        oldest: EtcdVersion,
        /// The newest.
        newest: EtcdVersion,
    },
    /// A minor of etcd would be entered from below its floor.
    EtcdFloor {
        /// The oldest member.
        etcd: EtcdVersion,
        /// The minor that would be entered.
        enters: EtcdMinor,
        /// The lowest patch from which that is permitted.
        floor: EtcdVersion,
    },
    /// A minor of etcd would be skipped.
    EtcdSkipsMinor {
        /// The oldest member.
        etcd: EtcdVersion,
        /// Where it would go.
        to: EtcdVersion,
    },
    /// The control plane has not finished its hop.
    ControlPlaneWaits,
    /// `every-hop`: nodes or clients have not finished the hop.
    HopIncomplete {
        /// The minor of the hop.
        minor: MinorVersion,
    },
}

impl Blocked {
    /// The rule that refuses.
    pub fn rule(&self) -> RuleId {
        match self {
            Self::Skew { rule, .. } | Self::EtcdTooOld { rule, .. } => *rule,
            Self::KubeletTooOldForKubeadm { .. } => RuleId::KubeadmKubelets,
            Self::ClientNotLevel { .. } => RuleId::Kubectl,
            Self::EtcdTooNew { .. } => RuleId::EtcdAccepted,
            Self::EtcdKnownBad { .. } => RuleId::EtcdKnownBad,
            Self::EtcdMixed { .. } => RuleId::EtcdOneVersion,
            Self::EtcdFloor { .. } => RuleId::EtcdEntryFloor,
            Self::EtcdSkipsMinor { .. } => RuleId::EtcdOneMinor,
            Self::ControlPlaneWaits => RuleId::Order,
            Self::HopIncomplete { .. } => RuleId::EveryHop,
        }
    }
}

/// All the reasons against a transition from `state` to `next`; none if it is permitted.
pub(super) fn refuse(
    problem: &Problem,
    state: &ClusterState,
    transition: &Transition,
    next: &ClusterState,
) -> Vec<Blocked> {
    let mut blocked = match transition {
        Transition::BeginHop => hop_done(problem, state),
        Transition::Etcd { to } => etcd(problem, state, to),
        Transition::ControlPlaneNode { .. } | Transition::ControlPlaneComponent { .. } => {
            let stop = problem.ladder.stop_level(state.hop);
            let starts =
                state.hop > 0 && state.control_plane.iter().all(|node| node.apiserver < stop);
            let mut blocked = if starts {
                control_plane_starts(problem, state)
            } else if state.hop == 0 {
                // A half-done hop goes on once the members of etcd are on one version.
                etcd_mixed(state).into_iter().collect()
            } else {
                Vec::new()
            };
            blocked.extend(stacked_etcd(problem, state));
            blocked
        }
        Transition::KubeProxy | Transition::Kubelets { .. } | Transition::Clients { .. } => {
            let stop = problem.ladder.stop_level(state.hop);
            if state.control_plane_at(stop) { Vec::new() } else { vec![Blocked::ControlPlaneWaits] }
        }
    };
    if let Transition::ControlPlaneNode { moves_addons: true, .. } = transition {
        // kubeadm moves the node before kube-proxy, so there is a moment with the old kube-proxy.
        let before_addons = ClusterState { kube_proxy: state.kube_proxy, ..next.clone() };
        blocked.extend(worse(problem, state, &before_addons));
    }
    blocked.extend(worse(problem, state, next));
    blocked.sort();
    blocked.dedup();
    blocked
}

/// What `next` breaks that `state` does not break as much already, by minors and by instances: a
/// broken state may be left, but never for a worse one.
fn worse(problem: &Problem, state: &ClusterState, next: &ClusterState) -> Vec<Blocked> {
    let before = breaches(problem, state);
    breaches(problem, next)
        .into_iter()
        .filter(|(breach, is)| {
            let was = before.get(breach);
            was.is_none_or(|was| was.by < is.by || was.instances < is.instances)
        })
        .map(|(Breach { rule, subject, too_new }, extent)| Blocked::Skew {
            rule,
            subject,
            reference: extent.reference,
            too_new,
        })
        .collect()
}

fn hop_done(problem: &Problem, state: &ClusterState) -> Vec<Blocked> {
    let stop = problem.ladder.stop_level(state.hop);
    if !state.control_plane_at(stop) {
        return vec![Blocked::ControlPlaneWaits];
    }
    let complete = match (problem.strategy, state.hop) {
        (Strategy::MinDrains, _) => true,
        // Where the next stop is a patch of the same minor, nodes follow there: once, not twice.
        (Strategy::EveryHop, 0) => {
            !half_done(problem)
                || problem.ladder.stop_level(1).minor == stop.minor
                || nodes_and_clients_on(state, stop.minor)
        }
        (Strategy::EveryHop, hop) => nodes_and_clients_at(problem, state, hop),
    };
    if complete { Vec::new() } else { vec![Blocked::HopIncomplete { minor: stop.minor }] }
}

/// Whether the start is half way through a hop, which then is completed like any other.
fn half_done(problem: &Problem) -> bool {
    !problem.start.control_plane_at(problem.ladder.stop_level(0))
}

/// Whether nodes, kube-proxy and clients are on a minor or above, whatever their patch.
fn nodes_and_clients_on(state: &ClusterState, minor: MinorVersion) -> bool {
    let proxies = state.kubelets.keys().filter_map(|cohort| cohort.kube_proxy);
    state.kubelets.keys().all(|cohort| cohort.kubelet.minor >= minor)
        && proxies.chain(state.kube_proxy).all(|proxy| proxy.minor >= minor)
        && state.clients.keys().all(|client| client.minor >= minor)
}

/// Members of etcd on different versions.
fn etcd_mixed(state: &ClusterState) -> Option<Blocked> {
    let (oldest, newest) = state.etcd_span().filter(|(oldest, newest)| oldest != newest)?;
    Some(Blocked::EtcdMixed { oldest: oldest.clone(), newest: newest.clone() })
}

/// Whether nodes, kube-proxy and clients have reached the stop of a hop.
pub(super) fn nodes_and_clients_at(problem: &Problem, state: &ClusterState, hop: usize) -> bool {
    let stop = problem.ladder.stop_level(hop);
    let proxies = state.kubelets.keys().filter_map(|cohort| cohort.kube_proxy);
    state.kubelets.keys().all(|cohort| cohort.kubelet >= stop)
        && proxies.chain(state.kube_proxy).all(|proxy| proxy >= stop)
        && state.clients.keys().all(|client| client.minor >= stop.minor)
}

/// kubeadm writes the flags of etcd on every node that it moves, in levelling too.
fn stacked_etcd(problem: &Problem, state: &ClusterState) -> Option<Blocked> {
    let (oldest, _) = state.etcd_span()?;
    let floor = stacked_floor(problem, state.hop).filter(|floor| oldest.minor() < *floor)?;
    Some(Blocked::EtcdTooOld {
        etcd: oldest.clone(),
        needed: EtcdVersion::new(floor, 0),
        rule: RuleId::KubeadmStackedEtcd,
    })
}

/// What must hold before the first kube-apiserver of a hop moves.
fn control_plane_starts(problem: &Problem, state: &ClusterState) -> Vec<Blocked> {
    let stop = problem.ladder.stop(state.hop);
    let to = stop.version.minor();
    let (oldest, _) = state.apiservers();
    let mut blocked = Vec::new();
    if let Some((first, last)) = state.etcd_span() {
        blocked.extend(etcd_mixed(state));
        if let Some(ceiling) = problem.etcd.ceilings.get(&to).filter(|top| last.minor() > **top) {
            let (etcd, ceiling) = (last.clone(), *ceiling);
            blocked.push(Blocked::EtcdTooNew { etcd, ceiling, beside: to });
        }
        if let Some(need) = stop.etcd.as_ref().filter(|need| first < &need.at_least) {
            blocked.push(Blocked::EtcdTooOld {
                etcd: first.clone(),
                needed: need.at_least.clone(),
                rule: need.rule,
            });
        }
        let better = problem.etcd.stops.get(&first.minor()).is_some_and(|good| good > first);
        if better && problem.etcd.avoid.contains(first) {
            blocked.push(Blocked::EtcdKnownBad { etcd: first.clone() });
        }
    }
    if problem.provider == Provider::Kubeadm {
        let window = i64::from(problem.tool.kubelet_max_older(to));
        for cohort in state.kubelets.keys() {
            if cohort.kubelet.minor.behind(to) > window {
                blocked.push(Blocked::KubeletTooOldForKubeadm {
                    role: cohort.role,
                    kubelet: cohort.kubelet.minor,
                    kubeadm: to,
                    oldest: (0..window).try_fold(to, |minor, _| minor.previous()).unwrap_or(to),
                });
            }
        }
    }
    let rule = &problem.policy.kubectl;
    for client in state.clients.keys().map(|level| level.minor) {
        if rule.excess(client, oldest.minor).is_some() || rule.excess(client, to).is_some() {
            blocked.push(Blocked::ClientNotLevel { kubectl: client, from: oldest.minor, to });
        }
    }
    blocked
}

fn etcd(problem: &Problem, state: &ClusterState, to: &EtcdVersion) -> Vec<Blocked> {
    let Some((oldest, newest)) = state.etcd_span() else { return Vec::new() };
    let mut blocked = Vec::new();
    let enters = to.minor();
    if enters > oldest.minor().next() {
        blocked.push(Blocked::EtcdSkipsMinor { etcd: oldest.clone(), to: to.clone() });
    }
    if enters > oldest.minor() {
        // Members of the new minor are there already where an upgrade was left half done.
        if oldest != newest && newest.minor() < enters {
            blocked.push(Blocked::EtcdMixed { oldest: oldest.clone(), newest: newest.clone() });
        }
        if let Some(floor) = problem.etcd.floors.get(&enters).filter(|floor| oldest < *floor) {
            blocked.push(Blocked::EtcdFloor { etcd: oldest.clone(), enters, floor: floor.clone() });
        }
    }
    blocked
}
