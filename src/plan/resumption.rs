//! Where a plan was taken up again: what ran then, which the steps before it need not explain.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use super::Plan;
use super::State;
use super::Step;
use super::StepId;

/// A plan that was stopped, and taken up again with another rest. The steps before it are over: they
/// stand as they stood, and what follows starts from what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resumption {
    /// The step with which the plan goes on.
    pub before: StepId,
    /// When the cluster was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// The digest of the inventory in its canonical form.
    pub inventory: String,
    /// Why the plan could not be kept as it was.
    pub because: Vec<String>,
    /// Every instance and its version, as found.
    pub state: State,
}

impl Plan {
    /// What ran when the plan was taken up last; before the first step, where it never was.
    pub fn found(&self) -> &State {
        self.resumed.last().map_or(&self.initial_state, |last| &last.state)
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

    /// The states that were found, by the steps before which they were.
    pub fn found_before(&self) -> BTreeMap<StepId, &State> {
        self.resumed.iter().map(|it| (it.before, &it.state)).collect()
    }
}
