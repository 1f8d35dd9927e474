//! One transition of the search becomes one or more steps.

mod control_plane;
mod etcd;
mod nodes;

use super::hops::Lowering;
use super::reasons::plainly;
use super::roster::Roster;
use super::titles::title;
use crate::catalog::Catalog;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Batch;
use crate::plan::Disruption;
use crate::plan::Reason;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::Transition as Move;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::provider::procedure;

/// Nodes in parallel: a tenth of the pool, at most this many. Drains of more than a handful at once
/// outrun the capacity that disruption budgets leave.
const MOST_PARALLEL: usize = 20;

/// Writes the steps of a hop, or those after the last.
pub(super) struct Writer<'a> {
    lowering: &'a Lowering<'a>,
    hop: Option<u32>,
    rehearsal: bool,
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
    pub(in crate::planner) fn new(lowering: &'a Lowering<'a>, hop: u32) -> Self {
        Self { lowering, hop: Some(hop), rehearsal: false, steps: Vec::new() }
    }

    /// Replays a hop without writing its steps, to learn where it ends.
    pub(in crate::planner) fn rehearsal(lowering: &'a Lowering<'a>) -> Self {
        Self { lowering, hop: None, rehearsal: true, steps: Vec::new() }
    }

    /// For the steps after the last hop.
    pub(in crate::planner) fn closing(lowering: &'a Lowering<'a>) -> Self {
        Self { lowering, hop: None, rehearsal: false, steps: Vec::new() }
    }

    pub(in crate::planner) fn catalog(&self) -> &Catalog {
        self.lowering.request.catalog
    }

    pub(in crate::planner) fn finish(self) -> Vec<Step> {
        self.steps
    }

    /// A step that changes no version.
    pub(in crate::planner) fn push(
        &mut self,
        act: &Act<'_>,
        targets: &[InstanceName],
        reasons: Vec<Reason>,
    ) {
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
        if self.rehearsal {
            return None;
        }
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
    pub(in crate::planner) fn backup(&mut self, roster: &Roster, before: Component) {
        let Some((etcd, _)) = roster.etcd_span() else { return };
        let members: Vec<InstanceName> =
            roster.inventory.etcd.members.iter().map(|member| member.name.clone()).collect();
        self.push(&Act::Backup { etcd, before }, &members, vec![plainly(RuleId::EtcdBackup)]);
    }
}
