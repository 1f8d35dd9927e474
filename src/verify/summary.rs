//! The plan in numbers, counted again.

use crate::component::Component;
use crate::finding::some;
use crate::plan::HazardSeverity;
use crate::plan::Plan;
use crate::plan::Summary;

use super::codes::Code;
use super::report::Place;
use super::report::Report;
use super::world::World;

/// What the replay counted.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) drains: u64,
    pub(super) etcd_upgrades: u64,
    pub(super) etcd_restarts: u64,
    pub(super) client_upgrades: u64,
}

/// The summary is what the replay counted.
pub(super) fn check(plan: &Plan, counted: &Counted, world: &World<'_>, report: &mut Report) {
    if report.has_error(Code::FromDiffers) || report.has_error(Code::UnknownTarget) {
        return; // then the replay may have counted something else than what was meant
    }
    let hazards = || plan.hops.iter().flat_map(|hop| &hop.hazards);
    let blockers =
        hazards().filter(|hazard| hazard.severity == HazardSeverity::Blocker).count() as u64;
    let is_control_plane = |name: &str| {
        world.each(Component::KubeApiserver).any(|(_, control_plane, _)| control_plane == name)
    };
    let workers =
        world.each(Component::Kubelet).filter(|(_, name, _)| !is_control_plane(name)).count();
    let Summary {
        hops,
        steps,
        drains,
        // Of a plan that was not taken nothing can be replayed.
        every_hop_drains: _,
        etcd_upgrades,
        etcd_restarts,
        client_upgrades,
        blockers: stated_blockers,
        other_hazards,
        control_plane_nodes,
        worker_nodes,
    } = plan.summary;
    let wrong: Vec<String> = [
        ("hops", hops, plan.hops.len() as u64),
        ("steps", steps, plan.steps().count() as u64),
        ("drains", drains, counted.drains),
        ("etcdUpgrades", etcd_upgrades, counted.etcd_upgrades),
        ("etcdRestarts", etcd_restarts, counted.etcd_restarts),
        ("clientUpgrades", client_upgrades, counted.client_upgrades),
        ("blockers", stated_blockers, blockers),
        ("otherHazards", other_hazards, hazards().count() as u64 - blockers),
        ("controlPlaneNodes", control_plane_nodes, world.count(Component::KubeApiserver) as u64),
        ("workerNodes", worker_nodes, workers as u64),
    ]
    .into_iter()
    .filter(|(_, stated, counted)| stated != counted)
    .map(|(key, stated, counted)| format!("`{key}` ({stated} instead of {counted})"))
    .collect();
    if !wrong.is_empty() {
        report.add(Code::SummaryDiffers, Place::Key("summary"), || {
            [
                format!("the summary differs from the plan in {}", some(&wrong)),
                "the summary must count what the plan holds".to_owned(),
            ]
        });
    }
}
