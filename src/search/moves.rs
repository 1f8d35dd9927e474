//! The transitions between states: what may be tried from a state, and what comes out.

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;

use super::ClusterState;
use super::Cohort;
use super::ControlPlane;
use super::Cost;
use super::Level;
use super::Problem;
use super::Stage;

/// One act of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transition {
    /// The hop that was under way is done, the next one begins.
    BeginHop,
    /// Every etcd member that is older goes to a version.
    Etcd {
        /// The version.
        to: EtcdVersion,
    },
    /// kubeadm: the three parts of one control-plane node go to the stop of the hop.
    ControlPlaneNode {
        /// The node before.
        from: ControlPlane,
        /// Whether kubeadm moves kube-proxy with it.
        moves_addons: bool,
    },
    /// manual: one part of one control-plane node goes to the stop of the hop.
    ControlPlaneComponent {
        /// Which part.
        component: Component,
        /// The node before.
        from: ControlPlane,
    },
    /// kube-proxy, as a `DaemonSet`, on its own.
    KubeProxy,
    /// A cohort goes to the stop of the hop.
    Kubelets {
        /// The cohort before.
        cohort: Cohort,
    },
    /// Clients of one level go to the stop of the hop.
    Clients {
        /// Their level before.
        from: Level,
    },
}

/// Everything that can be tried from a state, in canonical order, whether permitted or not.
pub(super) fn candidates(problem: &Problem, state: &ClusterState) -> Vec<Transition> {
    let mut found = Vec::new();
    let stop = problem.ladder.stop_level(state.hop);
    if state.stage <= Stage::Etcd {
        found.extend(etcd_targets(problem, state).into_iter().map(|to| Transition::Etcd { to }));
    }
    if state.stage <= Stage::ControlPlane {
        found.extend(control_plane(problem, state, stop));
    }
    if state.stage <= Stage::KubeProxy && state.kube_proxy.is_some_and(|proxy| proxy < stop) {
        found.push(Transition::KubeProxy);
    }
    for cohort in state.kubelets.keys() {
        let waits = state.kubelets.keys().any(|other| waits_for(*cohort, *other, stop));
        if is_behind(*cohort, stop) && !waits && state.stage < Stage::Nodes(Some(*cohort)) {
            found.push(Transition::Kubelets { cohort: *cohort });
        }
    }
    for client in state.clients.keys() {
        let outside = problem.policy.kubectl.excess(client.minor, stop.minor).is_some();
        let moves = client.minor < stop.minor || outside;
        if state.stage < Stage::Clients(Some(*client)) && moves {
            found.push(Transition::Clients { from: *client });
        }
    }
    if state.hop < problem.ladder.last() {
        found.push(Transition::BeginHop);
    }
    found
}

/// Whether a cohort can move to the stop of a hop.
fn is_behind(cohort: Cohort, stop: Level) -> bool {
    let behind = cohort.kubelet < stop || cohort.kube_proxy.is_some_and(|proxy| proxy < stop);
    behind && cohort.kubelet.minor <= stop.minor
}

/// Whether a cohort moves only after another one: one of its role that is nowhere newer than it.
///
/// Nodes that are newer may wait wherever older ones may, and gain no more by moving, so the cheapest
/// path is kept. It is what keeps clusters with kubelets of many minors small: without it every
/// subset is a state. A node with the newer kubelet and the older kube-proxy is neither: either of
/// the two may have to move alone.
fn waits_for(cohort: Cohort, other: Cohort, stop: Level) -> bool {
    let nowhere_newer = other.kubelet <= cohort.kubelet && other.kube_proxy <= cohort.kube_proxy;
    other != cohort && other.role == cohort.role && nowhere_newer && is_behind(other, stop)
}

/// The releases that etcd might go to in this hop.
fn etcd_targets(problem: &Problem, state: &ClusterState) -> Vec<EtcdVersion> {
    let Some((oldest, newest)) = state.etcd_span() else { return Vec::new() };
    let mixed = oldest != newest;
    let mut targets = Vec::new();
    // Members that were left a minor behind may have to reach its stop before they follow.
    if oldest.minor() < newest.minor()
        && let Some(release) = problem.etcd.stops.get(&oldest.minor())
        && release > oldest
    {
        targets.push(release.clone());
    }
    if mixed && !problem.etcd.avoid.contains(newest) {
        targets.push(newest.clone());
    }
    // Before the first hop members are brought to one version and no further.
    let minors = match problem.ladder.stop(state.hop).etcd {
        Some(_) => vec![newest.minor(), newest.minor().next()],
        None if mixed => vec![newest.minor()],
        None => Vec::new(),
    };
    // No stop asks for more than the target does, so etcd never goes beyond that minor.
    let needs = problem.ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref());
    let needs = needs.map(|need| need.at_least.minor()).max();
    let ceiling = needs.max(stacked_floor(problem, problem.ladder.last()));
    for minor in minors {
        let beyond = minor > newest.minor() && ceiling.is_none_or(|ceiling| minor > ceiling);
        if let Some(release) = problem.etcd.stops.get(&minor).filter(|_| !beyond)
            && release >= newest
            && (mixed || release > newest)
        {
            targets.push(release.clone());
        }
    }
    targets.dedup();
    targets
}

/// The minor below which kubeadm of a hop does not take a stacked etcd.
pub(super) fn stacked_floor(problem: &Problem, hop: usize) -> Option<EtcdMinor> {
    let (from, floor) = problem.tool.stacked_etcd_from;
    let stacked =
        problem.provider == Provider::Kubeadm && problem.topology == EtcdTopology::Stacked;
    (stacked && problem.ladder.stop(hop).version.minor() >= from).then_some(floor)
}

fn control_plane(problem: &Problem, state: &ClusterState, stop: Level) -> Option<Transition> {
    match problem.provider {
        Provider::Kubeadm => {
            let from = *state.control_plane.iter().find(|node| node.oldest() < stop)?;
            let last = state.control_plane.iter().filter(|node| node.oldest() < stop).count() == 1;
            let first = state.control_plane.iter().all(|node| node.apiserver < stop);
            let minor = stop.minor;
            let moment = if minor < problem.tool.addons_last_from { first } else { last };
            let behind = state.kube_proxy.is_some_and(|proxy| proxy < stop);
            Some(Transition::ControlPlaneNode { from, moves_addons: moment && behind })
        }
        Provider::Manual => {
            let part = |component, level: fn(&ControlPlane) -> Level| {
                let from = *state.control_plane.iter().find(|node| level(node) < stop)?;
                Some(Transition::ControlPlaneComponent { component, from })
            };
            part(Component::KubeApiserver, |node| node.apiserver)
                .or_else(|| part(Component::KubeControllerManager, |node| node.controller_manager))
                .or_else(|| part(Component::KubeScheduler, |node| node.scheduler))
        }
    }
}

/// The state after a transition, and what the transition costs.
pub(super) fn apply(
    problem: &Problem,
    state: &ClusterState,
    transition: &Transition,
) -> (ClusterState, Cost) {
    let mut next = state.clone();
    let stop = problem.ladder.stop_level(state.hop);
    let mut cost = Cost::default();
    match transition {
        Transition::BeginHop => {
            cost.skew_at_rest = skew_at_rest(state);
            next.hop += 1;
            cost.hazards = problem.ladder.stop(next.hop).hazards;
            next.stage = Stage::Etcd;
        }
        Transition::Etcd { to } => {
            let newer = next.etcd.split_off(to);
            cost.etcd_restarts = next.etcd.values().sum();
            cost.disruptive = 1;
            cost.order = (problem.ladder.last() - state.hop) as u64;
            next.etcd = newer;
            *next.etcd.entry(to.clone()).or_default() += cost.etcd_restarts;
            next.stage = Stage::Etcd;
        }
        Transition::ControlPlaneNode { from, moves_addons } => {
            cost.disruptive = 1;
            replace(&mut next.control_plane, *from, raised(*from, stop));
            if *moves_addons {
                next.kube_proxy = next.kube_proxy.map(|proxy| proxy.max(stop));
            }
            next.stage = Stage::ControlPlane;
        }
        Transition::ControlPlaneComponent { component, from } => {
            cost.disruptive = 1;
            let mut to = *from;
            match component {
                Component::KubeApiserver => to.apiserver = stop,
                Component::KubeControllerManager => to.controller_manager = stop,
                _ => to.scheduler = stop,
            }
            replace(&mut next.control_plane, *from, to);
            next.stage = Stage::ControlPlane;
        }
        Transition::KubeProxy => {
            cost.disruptive = 1;
            next.kube_proxy = Some(stop);
            next.stage = Stage::KubeProxy;
        }
        Transition::Kubelets { cohort } => {
            let count = next.kubelets.remove(cohort).unwrap_or_default();
            cost.drains = count;
            cost.disruptive = 1;
            let raised = Cohort {
                kubelet: cohort.kubelet.max(stop),
                kube_proxy: cohort.kube_proxy.map(|proxy| proxy.max(stop)),
                ..*cohort
            };
            *next.kubelets.entry(raised).or_default() += count;
            next.stage = Stage::Nodes(Some(*cohort));
        }
        Transition::Clients { from } => {
            let count = next.clients.remove(from).unwrap_or_default();
            cost.disruptive = 1;
            *next.clients.entry(stop).or_default() += count;
            next.stage = Stage::Clients(Some(*from));
        }
    }
    (next, cost)
}

fn raised(from: ControlPlane, stop: Level) -> ControlPlane {
    ControlPlane {
        apiserver: from.apiserver.max(stop),
        controller_manager: from.controller_manager.max(stop),
        scheduler: from.scheduler.max(stop),
    }
}

/// Replaces one node and keeps the one that moves next in front.
fn replace(nodes: &mut [ControlPlane], from: ControlPlane, to: ControlPlane) {
    if let Some(node) = nodes.iter_mut().find(|node| **node == from) {
        *node = to;
    }
    nodes.sort_unstable_by_key(|node| (node.oldest(), *node));
}

/// How many minors nodes are behind the newest kube-apiserver, over all nodes.
fn skew_at_rest(state: &ClusterState) -> u64 {
    let (_, newest) = state.apiservers();
    state
        .kubelets
        .iter()
        .map(|(cohort, count)| {
            let behind = cohort.kubelet.minor.behind(newest.minor);
            u64::try_from(behind).unwrap_or_default().saturating_mul(*count)
        })
        .sum()
}
