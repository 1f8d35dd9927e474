//! Edits that break the version skew policy.

use kubehop::component::Component;
use kubehop::plan::StepKind;

use crate::plans::names;
use crate::plans::v;

use super::Case;
use super::Edit::Steps;
use super::api;
use super::at;
use super::deferred;
use super::old_kubeadm;
use super::one_hop;
use super::remove;
use super::shift;
use super::two_hops;
use super::upgrade;

pub(super) fn cases() -> Vec<Case> {
    vec![
        // One API server stays behind while the next hop starts.
        (
            "SKEW001",
            deferred,
            Steps(|plan| {
                let (late, ahead) = (api(plan, 0, "cp-3"), api(plan, 1, "cp-1"));
                shift(plan, (0, late), (1, ahead + 1));
            }),
        ),
        // The controller manager of a node moves before its API server.
        ("SKEW002", two_hops, Steps(|plan| upgrade(plan).transitions.swap(0, 1))),
        // Nodes that wait start one minor too old for that.
        (
            "SKEW003",
            deferred,
            Steps(|plan| {
                plan.initial_state.instances.last_mut().unwrap().version =
                    v(Component::Kubelet, "v1.27.8");
            }),
        ),
        // Workers move before the last API server.
        (
            "SKEW004",
            one_hop,
            Steps(|plan| {
                let (worker, last) =
                    (at(plan, 0, Component::Kubelet, "general-1"), api(plan, 0, "cp-3"));
                shift(plan, (0, worker), (0, last));
            }),
        ),
        // kube-proxy moves with the first node where kubeadm moves it with the last.
        (
            "SKEW005",
            one_hop,
            Steps(|plan| {
                let last = api(plan, 0, "cp-3");
                let proxy = plan.hops[0].steps[last].transitions.pop().unwrap();
                upgrade(plan).transitions.push(proxy);
            }),
        ),
        ("SKEW007", deferred, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Client))),
        // kube-proxy moves with the first node, as kubeadm did, but the plan's shape had one node.
        (
            "SKEW008",
            || old_kubeadm(1),
            Steps(|plan| {
                let second = names("cp", 2);
                for group in &mut plan.initial_state.instances {
                    if group.names == names("cp", 1) {
                        group.names.clone_from(&second);
                    }
                }
                for hop in 0..2 {
                    for place in (0..plan.hops[hop].steps.len()).rev() {
                        let step = &plan.hops[hop].steps[place];
                        if step.targets == second[..1] {
                            let mut step = step.clone();
                            step.targets = second[1..].to_vec();
                            if hop == 0 {
                                step.transitions.retain(|at| at.component != Component::KubeProxy);
                            }
                            plan.hops[hop].steps.insert(place + 1, step);
                            if hop == 1 {
                                let first = &mut plan.hops[hop].steps[place];
                                first.transitions.retain(|at| at.component != Component::KubeProxy);
                            }
                        }
                    }
                }
            }),
        ),
    ]
}
