//! Edits that leave the way from start to target.

use kubehop::component::Component;
use kubehop::plan::StepKind;

use crate::plans::Shape;
use crate::plans::k;
use crate::plans::kubelets;
use crate::plans::names;
use crate::plans::v;

use super::Case;
use super::Edit::Document;
use super::Edit::Steps;
use super::api;
use super::at;
use super::deferred;
use super::one_hop;
use super::shift;
use super::two_hops;
use super::upgrade;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            "PATH001",
            one_hop,
            Document(|plan| {
                let step = upgrade(plan);
                step.transitions[0].from = v(Component::KubeApiserver, "v1.33.4");
            }),
        ),
        (
            "PATH002",
            one_hop,
            Document(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "general-1");
                plan.hops[0].steps[worker].targets.push("general-9".parse().unwrap());
            }),
        ),
        // A step that changes nothing has targets too.
        (
            "PATH002",
            one_hop,
            Document(|plan| {
                let backup =
                    plan.hops[0].steps.iter_mut().find(|step| step.kind == StepKind::Backup);
                backup.unwrap().targets.push("nope".parse().unwrap());
            }),
        ),
        // The first hop forgets the control plane.
        (
            "PATH003",
            || Shape { control_plane: 1, ..deferred() },
            Steps(|plan| {
                let place = api(plan, 0, "cp-1");
                plan.hops[0].steps.remove(place);
            }),
        ),
        (
            "PATH004",
            two_hops,
            Steps(|plan| {
                let back = kubelets("v1.30.9", &names("batch", 2), Some("batch"));
                plan.hops[1].steps.insert(2, back);
            }),
        ),
        ("PATH005", two_hops, Document(|plan| plan.hops[1].from = k("v1.30.13"))),
        (
            "PATH006",
            deferred,
            Steps(|plan| {
                let second = plan.hops.remove(1);
                plan.hops[0].to = second.to;
                plan.hops[0].steps.extend(second.steps);
            }),
        ),
        // The last API server finishes the first hop inside the second.
        (
            "PATH007",
            deferred,
            Steps(|plan| {
                let (late, ahead) = (api(plan, 0, "cp-3"), api(plan, 1, "cp-1"));
                shift(plan, (0, late), (1, ahead));
            }),
        ),
        (
            "PATH008",
            one_hop,
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps.remove(worker);
            }),
        ),
        (
            "PATH009",
            one_hop,
            Document(|plan| {
                let group = &mut plan.final_state.instances[0];
                group.version = v(group.component, "v3.6.9");
            }),
        ),
        ("PATH010", one_hop, Document(|plan| plan.hops[0].versions[1].after[0].count += 1)),
    ]
}
