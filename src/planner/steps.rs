//! One transition of the search becomes one or more steps.

use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Batch;
use crate::plan::Disruption;
use crate::plan::KubeProxyMode;
use crate::plan::Reason;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::Transition as Move;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::provider::EtcdImage;
use crate::provider::procedure;
use crate::search::Cohort;
use crate::search::Level;
use crate::search::PathStep;
use crate::search::Transition;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::hops::Lowering;
use super::reasons::because;
use super::reasons::plainly;
use super::roster::Group;
use super::roster::Roster;
use super::titles::title;

/// Nodes in parallel: a tenth of the pool, at most this many. Drains of more than a handful at once
/// outrun the capacity that disruption budgets leave.
const MOST_PARALLEL: usize = 20;

/// Writes the steps of a hop, or those after the last.
pub(super) struct Writer<'a> {
    lowering: &'a Lowering<'a>,
    hop: Option<u32>,
    steps: Vec<Step>,
}

/// What a step changes, beside how it is done.
struct Change<'a> {
    component: Component,
    moves: Vec<Move>,
    targets: &'a [InstanceName],
    pool: Option<&'a PoolName>,
    batch: Option<Batch>,
    disruption: Disruption,
}

fn moved(
    component: Component,
    from: impl Into<ComponentVersion>,
    to: impl Into<ComponentVersion>,
) -> Move {
    Move { component, from: from.into(), to: to.into() }
}

impl<'a> Writer<'a> {
    pub(super) fn new(lowering: &'a Lowering<'a>, hop: u32) -> Self {
        Self { lowering, hop: Some(hop), steps: Vec::new() }
    }

    /// For the steps after the last hop.
    pub(super) fn closing(lowering: &'a Lowering<'a>) -> Self {
        Self { lowering, hop: None, steps: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Step> {
        self.steps
    }

    /// A step that changes no version.
    pub(super) fn push(&mut self, act: &Act<'_>, targets: &[InstanceName], reasons: Vec<Reason>) {
        let component = match act {
            Act::Backup { .. } | Act::EtcdSoak { .. } => Some(Component::Etcd),
            Act::Addons { .. } => Some(Component::KubeProxy),
            _ => None,
        };
        self.write(act, component, targets, reasons);
    }

    fn write(
        &mut self,
        act: &Act<'_>,
        component: Option<Component>,
        targets: &[InstanceName],
        because: Vec<Reason>,
    ) -> Option<&mut Step> {
        let (kind, title) = title(act);
        let done = procedure(&self.lowering.site(), act);
        let place = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
        let id = match self.hop {
            Some(hop) => StepId::Hop { hop, place },
            None => StepId::Final { place },
        };
        self.steps.push(Step {
            id,
            title,
            kind,
            component,
            transitions: Vec::new(),
            targets: targets.to_vec(),
            pool: None,
            batch: None,
            because,
            commands: done.commands,
            checkpoints: done.checkpoints,
            abort: done.abort,
            rollback: done.rollback,
            disruption: Disruption::None,
            duration: done.duration,
        });
        self.steps.last_mut()
    }

    fn change(&mut self, act: &Act<'_>, change: Change<'_>, because: Vec<Reason>) {
        let Change { component, moves, targets, pool, batch, disruption } = change;
        if let Some(step) = self.write(act, Some(component), targets, because) {
            step.transitions = moves;
            step.pool = pool.cloned();
            step.batch = batch;
            step.disruption = disruption;
        }
    }

    /// A snapshot before etcd or the API servers change.
    pub(super) fn backup(&mut self, roster: &Roster, before: Component) {
        let Some((etcd, _)) = roster.etcd_span() else { return };
        let members: Vec<InstanceName> =
            roster.inventory.etcd.members.iter().map(|member| member.name.clone()).collect();
        self.push(&Act::Backup { etcd, before }, &members, vec![plainly(RuleId::EtcdBackup)]);
    }

    /// Backup, upgrade and soak of etcd.
    pub(super) fn etcd(
        &mut self,
        roster: &mut Roster,
        to: &EtcdVersion,
        stop: &KubernetesVersion,
        next: Option<&Transition>,
    ) -> Result<(), Diagnostic> {
        let Some((oldest, newest)) = roster.etcd_span() else { return Ok(()) };
        let (from, mixed) = (oldest.clone(), oldest != newest);
        self.backup(roster, Component::Etcd);
        let known = self.lowering.request.catalog.etcd()?.known_tag(to).map(str::to_owned);
        let tag = known.clone().unwrap_or_else(|| format!("{}-0", to.bare()));
        let running = roster.inventory.oldest_apiserver().unwrap_or(stop).clone();
        let act = Act::Etcd {
            from: &from,
            to,
            image: EtcdImage { tag: &tag, shipped: known.is_some() },
            running: &running,
        };
        let reasons = self.etcd_reasons(&from, to, stop, mixed, next);
        let targets = roster.etcd_behind(to);
        let change = Change {
            component: Component::Etcd,
            moves: vec![moved(Component::Etcd, from.clone(), to.clone())],
            targets: &targets,
            pool: None,
            batch: Some(Batch { size: 1, canary: 0 }),
            disruption: Disruption::ControlPlane,
        };
        self.change(&act, change, reasons);
        roster.move_etcd(to);
        let soak = Act::EtcdSoak { etcd: to, minor_changed: from.minor() != to.minor() };
        let members: Vec<InstanceName> =
            roster.inventory.etcd.members.iter().map(|member| member.name.clone()).collect();
        self.push(&soak, &members, vec![plainly(RuleId::Soak), plainly(RuleId::EtcdFirst)]);
        Ok(())
    }

    fn etcd_reasons(
        &self,
        from: &EtcdVersion,
        to: &EtcdVersion,
        stop: &KubernetesVersion,
        mixed: bool,
        next: Option<&Transition>,
    ) -> Vec<Reason> {
        let problem = self.lowering.problem;
        let mut reasons = Vec::new();
        if mixed {
            reasons.push(because(
                RuleId::EtcdOneVersion,
                "the members run different versions, and etcd is brought to one version before anything else",
            ));
        }
        // The floor is the reason of the step that reaches it, and of the one that relies on it.
        let enters = match next {
            Some(Transition::Etcd { to: after }) => after.minor(),
            _ => to.minor(),
        };
        let ladder_enters = problem.ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref());
        let later = ladder_enters
            .map(|need| need.at_least.minor())
            .find(|minor| *minor == to.minor().next());
        for minor in [Some(enters), later].into_iter().flatten() {
            if let Some(floor) = problem
                .etcd
                .floors
                .get(&minor)
                .filter(|floor| floor.minor() == to.minor() && from < *floor)
                && to.minor() == from.minor()
            {
                reasons.push(because(
                    RuleId::EtcdEntryFloor,
                    format!(
                        "etcd {minor} may be entered from v{} on, and {from} is below that",
                        floor.bare()
                    ),
                ));
                break;
            }
        }
        if to.minor() != from.minor() {
            reasons.push(because(
                RuleId::EtcdOneMinor,
                format!(
                    "from {} to {} is one minor, entered from {from}",
                    from.minor(),
                    to.minor()
                ),
            ));
            if let Some(floor) = problem.etcd.floors.get(&to.minor()) {
                reasons.push(because(
                    RuleId::EtcdEntryFloor,
                    format!(
                        "{from} is at or above {floor}, from which etcd {} may be entered",
                        to.minor()
                    ),
                ));
            }
        }
        if problem.etcd.avoid.contains(from) {
            reasons.push(because(
                RuleId::EtcdKnownBad,
                format!("the catalog marks {from} `avoid`; {to} is without such a fault"),
            ));
        }
        if let Some(need) = problem
            .ladder
            .stops()
            .iter()
            .find(|known| known.version == *stop)
            .and_then(|stop| stop.etcd.as_ref())
            && from < &need.at_least
        {
            let text = match need.rule {
                RuleId::EtcdMinimum => {
                    format!(
                        "`kubeadm init` of {stop} asks external etcd for {} at least, and {from} is older; `kubeadm upgrade` does not check it",
                        need.at_least
                    )
                }
                _ => format!(
                    "kubeadm deploys etcd {} with {stop}, and {from} is older",
                    need.at_least
                ),
            };
            reasons.push(because(need.rule, text));
        }
        reasons.push(plainly(RuleId::EtcdFirst));
        reasons
    }

    /// kubeadm: one control-plane node.
    pub(super) fn control_plane_node(
        &mut self,
        roster: &mut Roster,
        taken: &PathStep,
        stop: &KubernetesVersion,
    ) {
        let Transition::ControlPlaneNode { from, moves_addons } = &taken.transition else { return };
        let ladder = &self.lowering.problem.ladder;
        let level = |version: &KubernetesVersion| ladder.level(version);
        let matches = |node: &crate::inventory::ControlPlaneNode| {
            level(&node.apiserver) == from.apiserver
                && node.controller_manager.as_ref().map(level) == Some(from.controller_manager)
                && node.scheduler.as_ref().map(level) == Some(from.scheduler)
        };
        let first =
            taken.before.control_plane.iter().all(|node| node.apiserver < ladder.level(stop));
        let daemon_set = roster.inventory.kube_proxy.clone();
        let Some(node) = roster.inventory.control_plane.iter_mut().find(|node| matches(node))
        else {
            return;
        };
        let mut moves = Vec::new();
        let was = node.apiserver.clone();
        if node.apiserver < *stop {
            moves.push(moved(Component::KubeApiserver, node.apiserver.clone(), stop.clone()));
            node.apiserver = stop.clone();
        }
        for (component, slot) in [
            (Component::KubeControllerManager, &mut node.controller_manager),
            (Component::KubeScheduler, &mut node.scheduler),
        ] {
            if let Some(version) = slot.clone().filter(|version| version < stop) {
                moves.push(moved(component, version, stop.clone()));
                *slot = Some(stop.clone());
            }
        }
        let name = node.name.clone();
        if *moves_addons && let Some(proxy) = daemon_set {
            moves.push(moved(Component::KubeProxy, proxy, stop.clone()));
            roster.move_kube_proxy(stop);
        }
        let reasons = self.control_plane_reasons(taken, &was, stop, *moves_addons);
        let act = Act::ControlPlaneNode {
            node: &name,
            from: &was,
            to: stop,
            first: first && taken.before.hop > 0,
            moves_addons: *moves_addons,
        };
        let targets = [name.clone()];
        let change = Change {
            component: moves.first().map_or(Component::KubeApiserver, |change| change.component),
            moves,
            targets: &targets,
            pool: None,
            batch: None,
            disruption: Disruption::ControlPlane,
        };
        self.change(&act, change, reasons);
    }

    fn control_plane_reasons(
        &self,
        taken: &PathStep,
        was: &KubernetesVersion,
        stop: &KubernetesVersion,
        moves_addons: bool,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if taken.before.hop == 0 {
            reasons.push(because(
                RuleId::LevelFirst,
                format!(
                    "other API servers run {stop} already: the half-done hop is completed first"
                ),
            ));
        } else if was.minor() == stop.minor() {
            reasons.push(because(
                RuleId::NewestPatch,
                format!("{was} to {stop} is a patch of the same minor"),
            ));
        } else {
            reasons.push(because(
                RuleId::OneMinor,
                format!(
                    "{} to {} is one minor, the step that the policy permits",
                    was.minor(),
                    stop.minor()
                ),
            ));
        }
        if taken.before.control_plane.len() > 1 {
            reasons.push(because(
                RuleId::ApiserverHa,
                "API servers of two minors run side by side until the last node is done: keep that time short",
            ));
        }
        reasons.push(plainly(RuleId::KubeadmNode));
        if moves_addons {
            let moment = if stop.minor() < self.lowering.problem.tool.addons_last_from {
                "kubeadm moves kube-proxy and CoreDNS with this node, the first of the hop, and cannot be told otherwise; \
                 until the last control-plane node is done kube-proxy is newer than the API servers that wait"
            } else {
                "kubeadm moves kube-proxy and CoreDNS with this node, the last of the hop, before the kubelets"
            };
            reasons.push(because(RuleId::KubeadmAddons, moment));
        }
        reasons
    }

    /// The proof that what kubeadm moved has rolled out.
    pub(super) fn addons_proof(&mut self, stop: &KubernetesVersion) -> Result<(), Diagnostic> {
        let site = self.lowering.site();
        if site.provider != Provider::Kubeadm {
            return Ok(());
        }
        let coredns =
            self.lowering.request.catalog.components()?.coredns(stop).map(|image| image.tag);
        let act = Act::Addons { to: stop, coredns: coredns.as_deref(), by_itself: false };
        self.push(
            &act,
            &[],
            vec![because(
                RuleId::KubeadmAddons,
                "kubeadm has moved the add-ons; nodes are drained only once they have rolled out",
            )],
        );
        Ok(())
    }

    /// manual: one component on every control-plane node that is behind.
    pub(super) fn control_plane_component(
        &mut self,
        roster: &mut Roster,
        component: Component,
        stop: &KubernetesVersion,
    ) {
        let mut targets = Vec::new();
        let mut oldest: Option<KubernetesVersion> = None;
        for node in &mut roster.inventory.control_plane {
            let version = match component {
                Component::KubeApiserver => Some(&mut node.apiserver),
                Component::KubeControllerManager => node.controller_manager.as_mut(),
                _ => node.scheduler.as_mut(),
            };
            if let Some(version) = version.filter(|version| **version < *stop) {
                oldest = Some(
                    oldest.map_or_else(|| version.clone(), |known| known.min(version.clone())),
                );
                *version = stop.clone();
                targets.push(node.name.clone());
            }
        }
        let Some(from) = oldest else { return };
        let act = Act::ControlPlaneComponent { component, nodes: &targets, from: &from, to: stop };
        let mut reasons = vec![plainly(RuleId::Order)];
        if component == Component::KubeApiserver {
            reasons.insert(
                0,
                because(
                    RuleId::OneMinor,
                    format!(
                        "{} to {} is one minor at most, the step that the policy permits",
                        from.minor(),
                        stop.minor()
                    ),
                ),
            );
        } else {
            reasons.insert(0, plainly(RuleId::Controllers));
        }
        let change = Change {
            component,
            moves: vec![moved(component, from.clone(), stop.clone())],
            targets: &targets,
            pool: None,
            batch: Some(Batch { size: 1, canary: 0 }),
            disruption: Disruption::ControlPlane,
        };
        self.change(&act, change, reasons);
    }

    /// kube-proxy on its own, where it was left behind.
    pub(super) fn kube_proxy(
        &mut self,
        roster: &mut Roster,
        stop: &KubernetesVersion,
    ) -> Result<(), Diagnostic> {
        let Some(from) = roster.inventory.kube_proxy.clone() else { return Ok(()) };
        let coredns =
            self.lowering.request.catalog.components()?.coredns(stop).map(|image| image.tag);
        let act = Act::Addons { to: stop, coredns: coredns.as_deref(), by_itself: true };
        let name: Vec<InstanceName> = "kube-proxy".parse().into_iter().collect();
        let change = Change {
            component: Component::KubeProxy,
            moves: vec![moved(Component::KubeProxy, from.clone(), stop.clone())],
            targets: &name,
            pool: None,
            batch: None,
            disruption: Disruption::None,
        };
        let text = format!(
            "kube-proxy {from} was left behind: it is brought to {stop} like the API servers"
        );
        self.change(
            &act,
            change,
            vec![because(RuleId::LevelFirst, text), plainly(RuleId::KubeProxy)],
        );
        roster.move_kube_proxy(stop);
        Ok(())
    }

    /// The nodes of a cohort: one step for the control plane, one a pool for workers.
    pub(super) fn nodes(
        &mut self,
        roster: &mut Roster,
        taken: &PathStep,
        cohort: &Cohort,
        stop: &KubernetesVersion,
    ) -> Result<(), Diagnostic> {
        let mode = self.lowering.site().kube_proxy;
        for group in roster.groups(&self.lowering.problem.ladder, cohort) {
            let mut moves = Vec::new();
            if group.oldest < *stop {
                moves.push(moved(Component::Kubelet, group.oldest.clone(), stop.clone()));
            }
            if let Some(proxy) = group.oldest_proxy.clone().filter(|proxy| proxy < stop) {
                moves.push(moved(Component::KubeProxy, proxy, stop.clone()));
            }
            let reasons = self.node_reasons(taken, &group, stop);
            let stops = self.kubeadm_stops(&group.oldest, stop)?;
            let count = group.nodes.len();
            let batch = if group.pool.is_some() {
                let size = count.div_ceil(10).clamp(1, MOST_PARALLEL) as u64;
                Batch { size, canary: u64::from(count > 1) }
            } else {
                Batch { size: 1, canary: 0 }
            };
            let act = match &group.pool {
                None => {
                    Act::ControlPlaneKubelets { nodes: &group.nodes, from: &group.oldest, to: stop }
                }
                Some(pool) => Act::Workers {
                    pool,
                    nodes: &group.nodes,
                    counted: group.counted,
                    from: &group.oldest,
                    to: stop,
                    stops: &stops,
                    batch,
                    with_kube_proxy: mode == KubeProxyMode::PerNode,
                },
            };
            let change = Change {
                component: Component::Kubelet,
                moves,
                targets: &group.nodes,
                pool: group.pool.as_ref(),
                batch: Some(batch),
                disruption: Disruption::Drain,
            };
            self.change(&act, change, reasons);
            roster.move_nodes(&group.nodes, stop);
        }
        Ok(())
    }

    fn node_reasons(
        &self,
        taken: &PathStep,
        group: &Group,
        stop: &KubernetesVersion,
    ) -> Vec<Reason> {
        let problem = self.lowering.problem;
        let kubelet = &group.oldest;
        let mut reasons = Vec::new();
        // Which rule would refuse the next hop if these nodes stayed behind?
        let next = (taken.before.hop < problem.ladder.last())
            .then(|| problem.ladder.stop(taken.before.hop + 1).version.minor());
        let by_policy =
            next.filter(|next| problem.policy.kubelet.excess(kubelet.minor(), *next).is_some());
        let by_tool = next.filter(|next| {
            problem.provider == Provider::Kubeadm
                && kubelet.minor().behind(*next) > i64::from(problem.tool.kubelet_max_older(*next))
        });
        if taken.before.hop == 0 {
            reasons.push(because(
                RuleId::LevelFirst,
                format!("kubelet {kubelet} is behind the API servers, which run {stop}, and would not be permitted in the next hop"),
            ));
        }
        if let Some(next) = by_policy {
            reasons.push(because(
                RuleId::Kubelet,
                format!("kube-apiserver {next} would leave kubelet {} further behind than the policy permits", kubelet.minor()),
            ));
        } else if let Some(next) = by_tool {
            reasons.push(because(
                RuleId::KubeadmKubelets,
                format!("kubeadm {next} refuses to start while a kubelet is at {}, although the skew policy would permit it", kubelet.minor()),
            ));
        }
        if taken.before.hop == problem.ladder.last() {
            reasons.push(because(
                RuleId::Kubelet,
                format!("{stop} is the target, and every kube-apiserver runs it"),
            ));
        } else if problem.strategy == Strategy::EveryHop && taken.before.hop > 0 {
            reasons.push(plainly(RuleId::EveryHop));
        } else if problem.strategy == Strategy::MinDrains {
            reasons.push(plainly(RuleId::MinDrains));
        }
        reasons.push(plainly(RuleId::KubeletDrain));
        reasons
    }

    /// The releases that kubeadm passes through on a node which skips minors: one a minor, as far as
    /// that kubeadm can read the configuration which the control plane's kubeadm stores.
    fn kubeadm_stops(
        &self,
        from: &KubernetesVersion,
        to: &KubernetesVersion,
    ) -> Result<Vec<KubernetesVersion>, Diagnostic> {
        let catalog = self.lowering.request.catalog;
        let (components, releases) = (catalog.components()?, catalog.releases()?);
        let stored = components.kubeadm_config_api(to.minor()).map(|api| api.preferred.clone());
        let mut stops = Vec::new();
        let mut minor = from.minor().next();
        while minor < to.minor() {
            let reads = components
                .kubeadm_config_api(minor)
                .zip(stored.as_ref())
                .is_some_and(|(api, stored)| api.accepted.contains(stored));
            let ladder = self.lowering.problem.ladder.stops().iter().map(|stop| &stop.version);
            let release = ladder
                .filter(|version| version.minor() == minor)
                .max()
                .or_else(|| releases.minor(minor).and_then(|release| release.newest()));
            if let Some(release) = release.filter(|_| reads) {
                stops.push(release.clone());
            }
            minor = minor.next();
        }
        stops.push(to.clone());
        Ok(stops)
    }

    /// The clients of a level, one step each.
    pub(super) fn clients(&mut self, roster: &mut Roster, from: Level, stop: &KubernetesVersion) {
        for (name, kubectl) in roster.clients_at(&self.lowering.problem.ladder, from) {
            let reason = because(
                RuleId::Kubectl,
                format!(
                    "kubectl {} is brought to the API servers' {} before they move on",
                    kubectl.minor(),
                    stop.minor()
                ),
            );
            let act = Act::Client { client: &name, to: stop };
            let targets = [name.clone()];
            let change = Change {
                component: Component::Kubectl,
                moves: vec![moved(Component::Kubectl, kubectl, stop.clone())],
                targets: &targets,
                pool: None,
                batch: None,
                disruption: Disruption::Client,
            };
            self.change(&act, change, vec![reason]);
            roster.move_client(&name, stop);
        }
    }
}
