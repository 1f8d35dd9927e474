//! The control plane: node by node with kubeadm, component by component by hand; kube-proxy where it
//! moves with it.

use super::super::reasons::because;
use super::super::reasons::plainly;
use super::super::roster::Roster;
use super::Change;
use super::Writer;
use super::moved;
use crate::cluster::Provider;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::name::InstanceName;
use crate::plan::Batch;
use crate::plan::Disruption;
use crate::plan::Reason;
use crate::plan::Transition as Move;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::provider::Turn;
use crate::search::PathStep;
use crate::search::Transition;
use crate::version::KubernetesVersion;

impl Writer<'_> {
    /// kubeadm: one control-plane node.
    pub(in crate::planner) fn control_plane_node(
        &mut self,
        roster: &mut Roster,
        taken: &PathStep,
        stop: &KubernetesVersion,
    ) {
        let Transition::ControlPlaneNode { from, moves_addons } = &taken.transition else { return };
        let ladder = &self.lowering.problem.ladder;
        let level = |version: &KubernetesVersion| ladder.level(version);
        let matches = |node: &crate::inventory::ControlPlaneNode| {
            node.apiserver.as_ref().map(level) == Some(from.apiserver)
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
        let Some(was) = node.apiserver.clone() else { return };
        let mut moves = Vec::new();
        for (component, slot) in [
            (Component::KubeApiserver, &mut node.apiserver),
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
        let reasons = self.control_plane_reasons(taken, &was, stop, &moves);
        let turn = match (taken.before.hop, first) {
            (0, _) => Turn::Completes,
            (_, true) => Turn::First,
            (_, false) => Turn::Follows,
        };
        let act = Act::ControlPlaneNode {
            node: &name,
            from: &was,
            to: stop,
            moves: &moves,
            turn,
            last: taken.after.control_plane_at(ladder.stop_level(taken.after.hop)),
            moves_addons: *moves_addons,
        };
        let targets = [name.clone()];
        let change = Change {
            component: moves.first().map_or(Component::KubeApiserver, |change| change.component),
            moves: moves.clone(),
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
        moves: &[Move],
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let moves_part = |component| moves.iter().any(|at| at.component == component);
        if taken.before.hop == 0 {
            let text = if moves_part(Component::KubeApiserver) {
                format!(
                    "other API servers run {stop} already: the half-done hop is completed first"
                )
            } else {
                let behind: Vec<String> =
                    moves.iter().map(|at| format!("{} {}", at.component, at.from)).collect();
                format!(
                    "the node was left half done: {} stand beside kube-apiserver {was}",
                    behind.join(" and ")
                )
            };
            reasons.push(because(RuleId::LevelFirst, text));
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
        if taken.before.control_plane.len() > 1 && moves_part(Component::KubeApiserver) {
            reasons.push(because(
                RuleId::ApiserverHa,
                "API servers of two minors run side by side until the last node is done: keep \
                  that time short",
            ));
        }
        reasons.push(plainly(RuleId::KubeadmNode));
        if moves_part(Component::KubeProxy) {
            let moment = if stop.minor() < self.lowering.problem.tool.addons_last_from {
                "kubeadm moves kube-proxy and CoreDNS with this node, the first of the hop, and cannot be told otherwise; \
                 until the last control-plane node is done kube-proxy is newer than the API servers that wait"
            } else {
                "kubeadm moves kube-proxy and CoreDNS with this node, the last of the hop, \
                  before the kubelets"
            };
            reasons.push(because(RuleId::KubeadmAddons, moment));
        }
        reasons
    }

    /// The proof that what kubeadm moved has rolled out.
    pub(in crate::planner) fn addons_proof(
        &mut self,
        stop: &KubernetesVersion,
    ) -> Result<(), Diagnostic> {
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
    pub(in crate::planner) fn control_plane_component(
        &mut self,
        roster: &mut Roster,
        component: Component,
        stop: &KubernetesVersion,
    ) {
        let mut targets = Vec::new();
        let mut oldest: Option<KubernetesVersion> = None;
        for node in &mut roster.inventory.control_plane {
            let version = match component {
                Component::KubeApiserver => node.apiserver.as_mut(),
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
    pub(in crate::planner) fn kube_proxy(
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
}
