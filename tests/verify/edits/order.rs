//! Edits that break the order of a hop or the rules of the tool.

use kubehop::component::Component;
use kubehop::plan::StepKind;

use super::Case;
use super::Edit::Document;
use super::Edit::Steps;
use super::api;
use super::at;
use super::etcd;
use super::old_kubeadm;
use super::one_hop;
use super::position;
use super::remove;
use super::shift;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            "ORDER001",
            one_hop,
            Steps(|plan| {
                let client = position(plan, 0, |step| step.kind == StepKind::Client);
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                shift(plan, (0, client), (0, worker));
            }),
        ),
        // kube-proxy is allowed beside the controllers by every rule of skew, but stands too early.
        (
            "ORDER002",
            one_hop,
            Steps(|plan| {
                let last = api(plan, 0, "cp-3");
                plan.hops[0].steps[last].transitions.swap(2, 3);
            }),
        ),
        (
            "ORDER003",
            one_hop,
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps[worker].disruption = kubehop::plan::Disruption::None;
            }),
        ),
        (
            "ORDER004",
            one_hop,
            Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Preflight)),
        ),
        ("ORDER005", one_hop, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Gate))),
        (
            "ORDER006",
            one_hop,
            Document(|plan| {
                etcd(plan, 0).batch = Some(kubehop::plan::Batch { size: 3, canary: 0 });
            }),
        ),
        // A pool waits for the second hop.
        (
            "TOOL001",
            || old_kubeadm(1),
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps.remove(worker);
            }),
        ),
    ]
}
