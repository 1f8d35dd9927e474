//! A plan in numbers.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::component::Component;

use super::Disruption;
use super::HazardSeverity;
use super::Hop;
use super::Step;
use super::StepKind;

/// The plan in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// The number of hops.
    pub hops: u64,
    /// The number of steps, those after the last hop included.
    pub steps: u64,
    /// How often a node is drained, over all nodes.
    pub drains: u64,
    /// With `min-drains`: how often nodes would be drained with `every-hop`, where that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_hop_drains: Option<u64>,
    /// How often etcd as a whole changes its version.
    pub etcd_upgrades: u64,
    /// How often a member of etcd restarts into another version.
    pub etcd_restarts: u64,
    /// How often a client changes its kubectl.
    pub client_upgrades: u64,
    /// The hazards of all hops that must be settled before the hop.
    pub blockers: u64,
    /// All other hazards of all hops.
    pub other_hazards: u64,
    /// Control-plane nodes.
    pub control_plane_nodes: u64,
    /// Worker nodes.
    pub worker_nodes: u64,
}

impl Summary {
    /// Counts hops and steps.
    pub fn count(
        hops: &[Hop],
        closing: &[Step],
        control_plane_nodes: u64,
        worker_nodes: u64,
    ) -> Self {
        let steps = || hops.iter().flat_map(|hop| &hop.steps).chain(closing);
        let targets = |of: &dyn Fn(&Step) -> bool| {
            steps().filter(|step| of(step)).map(|step| step.targets.len() as u64).sum()
        };
        let etcd = |step: &Step| step.transitions.iter().any(|at| at.component == Component::Etcd);
        // Members that come from two minors go to one version in two steps.
        let rolls = |hop: &Hop| {
            let transitions = hop.steps.iter().flat_map(|step| &step.transitions);
            let mut rolls: Vec<_> =
                transitions.filter(|at| at.component == Component::Etcd).map(|at| &at.to).collect();
            rolls.dedup();
            rolls.len() as u64
        };
        let hazards = || hops.iter().flat_map(|hop| &hop.hazards);
        let blockers =
            hazards().filter(|hazard| hazard.severity == HazardSeverity::Blocker).count() as u64;
        Self {
            hops: hops.len() as u64,
            steps: steps().count() as u64,
            drains: targets(&|step| step.disruption == Disruption::Drain),
            every_hop_drains: None,
            etcd_upgrades: hops.iter().map(rolls).sum(),
            etcd_restarts: targets(&etcd),
            client_upgrades: targets(&|step| step.kind == StepKind::Client),
            blockers,
            other_hazards: hazards().count() as u64 - blockers,
            control_plane_nodes,
            worker_nodes,
        }
    }
}
