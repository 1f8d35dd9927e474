//! Where a plan was taken up again: what ran then, which the steps before it need not explain.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use super::Hop;
use super::InventoryProvenance;
use super::Plan;
use super::Provenance;
use super::State;
use super::Step;
use super::StepId;
use super::Summary;

/// A plan that was stopped, and taken up again with another rest. The steps before it are over: they
/// stand as they stood, and what follows starts from what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resumption {
    /// The step with which the plan goes on.
    pub before: StepId,
    /// The digest of the plan as it was before: what was signed for it holds on.
    pub plan: String,
    /// When the cluster was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// The digest of the inventory in its canonical form.
    pub inventory: String,
    /// Why the plan could not be kept as it was.
    pub because: Vec<String>,
    /// Steps before it that leave no trace in versions, so that they may be done or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unproven: Vec<StepId>,
    /// Every instance and its version, as found.
    pub state: State,
}

impl Plan {
    /// What ran when the plan was taken up last; before the first step, where it never was.
    pub fn found(&self) -> &State {
        self.resumed.last().map_or(&self.initial_state, |last| &last.state)
    }

    /// The digest of the inventory that the plan rests on, and when the cluster was looked at.
    pub fn looked_at(&self) -> (&str, Option<Timestamp>) {
        let made_from = &self.provenance.inventory;
        self.resumed.last().map_or((&made_from.digest, made_from.observed_at), |last| {
            (&last.inventory, last.observed_at)
        })
    }

    /// Whether this digest is that of the plan before it was taken up again, some time.
    pub fn was_once(&self, digest: &str) -> bool {
        self.resumed.iter().any(|it| it.plan == digest)
    }

    /// How many steps are over because the plan was taken up after them.
    pub fn over(&self) -> usize {
        let before = self.resumed.last().map(|last| last.before);
        self.steps().position(|(_, step)| Some(step.id) == before).unwrap_or(0)
    }

    /// The steps that are not over because the plan was taken up after them.
    pub fn ahead(&self) -> impl Iterator<Item = (Option<u32>, &Step)> {
        self.steps().skip(self.over())
    }

    /// The steps that are over because the plan was taken up after them, without those that may be done or
    /// not.
    pub fn behind(&self) -> impl Iterator<Item = &Step> {
        let unproven = self.resumed.last().map(|last| last.unproven.as_slice()).unwrap_or_default();
        let over = self.steps().take(self.over()).map(|(_, step)| step);
        over.filter(|step| !unproven.contains(&step.id))
    }

    /// The plan without the steps that are over because it was taken up after them, from what was found.
    /// Steps that may be done or not are to do.
    pub fn to_do(&self) -> Cow<'_, Self> {
        let Some(last) = self.resumed.last() else { return Cow::Borrowed(self) };
        let over: BTreeSet<StepId> = self.behind().map(|step| step.id).collect();
        let rest = |steps: &[Step]| -> Vec<Step> {
            steps.iter().filter(|step| !over.contains(&step.id)).cloned().collect()
        };
        let hops = self.hops.iter().map(|hop| Hop { steps: rest(&hop.steps), ..hop.clone() });
        let hops: Vec<Hop> = hops.filter(|hop| !hop.steps.is_empty()).collect();
        let closing = rest(&self.closing);
        let looked_at = InventoryProvenance {
            digest: last.inventory.clone(),
            observed_at: last.observed_at,
            synthetic: self.provenance.inventory.synthetic,
        };
        let Summary { every_hop_drains, control_plane_nodes, worker_nodes, .. } = self.summary;
        let summary = Summary::count(&hops, &closing, control_plane_nodes, worker_nodes);
        Cow::Owned(Self {
            provenance: Provenance { inventory: looked_at, ..self.provenance.clone() },
            initial_state: last.state.clone(),
            resumed: Vec::new(),
            summary: Summary { every_hop_drains, ..summary },
            hops,
            closing,
            ..self.clone()
        })
    }
}
