//! How far an upgrade has come, when not everything is where the plan has it.

use std::collections::BTreeSet;

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::progress::Partial;
use crate::progress::Progress;

/// How far an upgrade has come.
///
/// etcd and the control plane tell: nobody moves them by the way, while a single node or client may be
/// older or newer than its turn.
pub(super) struct Frontier<'a> {
    plan: &'a Plan,
    progress: &'a Progress,
    /// The last hop of which something is done, by its place.
    reached: Option<usize>,
}

impl<'a> Frontier<'a> {
    pub(super) fn of(plan: &'a Plan, progress: &'a Progress) -> Self {
        let mut frontier = Self { plan, progress, reached: None };
        let begun = |lead: bool| {
            let frontier = &frontier;
            move |hop: &Hop| {
                hop.steps.iter().any(|step| frontier.has_begun(step) && (!lead || leads(step)))
            }
        };
        let by_lead = plan.hops.iter().rposition(begun(true));
        let reached = by_lead.or_else(|| plan.hops.iter().position(begun(false)));
        frontier.reached = reached;
        frontier
    }

    /// The hop of which something is done, and something else is not.
    pub(super) fn under_way(&self) -> Option<usize> {
        self.reached.filter(|at| self.open(&self.plan.hops[*at]).is_some())
    }

    /// How many hops are over.
    pub(super) fn hops_over(&self) -> usize {
        self.under_way().or(self.reached.map(|at| at + 1)).unwrap_or(0)
    }

    /// The first step of a hop that changes versions and is not over.
    pub(super) fn open(&self, hop: &Hop) -> Option<StepId> {
        let mut open = hop.steps.iter().filter(|step| !self.is_over(step));
        open.find(|step| !step.transitions.is_empty()).map(|step| step.id)
    }

    /// What is known of a step that is done on some targets.
    fn partial(&self, id: StepId) -> Option<&'a Partial> {
        self.progress.partial.iter().find(|partial| partial.step == id)
    }

    /// The steps of a hop that are over, but for those from `open` on that have their turn still.
    pub(super) fn before(&self, hop: &Hop, open: Option<StepId>) -> Vec<Step> {
        let mut reached = false;
        let steps = hop.steps.iter().filter(|step| {
            reached |= Some(step.id) == open;
            !reached || self.progress.done.contains(&step.id)
        });
        steps.filter_map(|step| self.as_done(step)).collect()
    }

    /// A step that nobody will come back to, with the targets on which it was done.
    fn as_done(&self, step: &Step) -> Option<Step> {
        if step.transitions.is_empty() || self.is_over(step) {
            return Some(step.clone());
        }
        let done = &self.partial(step.id)?.done;
        let targets: Vec<InstanceName> =
            step.targets.iter().filter(|name| done.contains(name)).cloned().collect();
        (!targets.is_empty()).then(|| Step { targets, ..step.clone() })
    }

    fn is_over(&self, step: &Step) -> bool {
        self.progress.done.contains(&step.id) || self.progress.passed.contains(&step.id)
    }

    /// The steps that leave no trace in versions, and after which nothing has begun: they may be done or not.
    pub(super) fn unproven(&self) -> BTreeSet<StepId> {
        let hops = &self.plan.hops[..self.reached.map_or(0, |at| at + 1)];
        let steps: Vec<&Step> = hops.iter().flat_map(|hop| &hop.steps).collect();
        let last = steps.iter().rposition(|step| self.has_begun(step)).unwrap_or(0);
        let after = steps.into_iter().skip(last);
        let open = after.filter(|step| step.transitions.is_empty() && !self.is_over(step));
        open.map(|step| step.id).collect()
    }

    fn has_begun(&self, step: &Step) -> bool {
        let some = |it: &Partial| !it.done.is_empty() || !it.within.is_empty();
        self.progress.done.contains(&step.id) || self.partial(step.id).is_some_and(some)
    }
}

/// Whether a step moves etcd or an API server.
fn leads(step: &Step) -> bool {
    matches!(step.component, Some(Component::Etcd | Component::KubeApiserver))
}
