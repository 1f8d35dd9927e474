//! How each step stands: the last word of the record on it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::StepId;

use super::document::Entry;
use super::document::Outcome;
use super::document::Record;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody has signed.
    Open,
    /// Signed as done.
    Done,
    /// The last try failed.
    Failed,
    /// Left out on purpose.
    Skipped,
}

impl State {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Skipped)
    }
}

impl From<Outcome> for State {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::Done,
            Outcome::Failed => Self::Failed,
            Outcome::Skipped => Self::Skipped,
        }
    }
}

/// What the record says of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'a> {
    /// How it stands.
    pub state: State,
    /// Every entry of it, in the order in which they were written; the last one counts.
    pub entries: Vec<&'a Entry>,
}

impl<'a> Standing<'a> {
    const OPEN: Self = Self { state: State::Open, entries: Vec::new() };

    /// The entry that counts.
    pub fn last(&self) -> Option<&'a Entry> {
        self.entries.last().copied()
    }
}

/// What the record says of every step of its plan.
#[derive(Debug, Clone)]
pub struct Standings<'a> {
    steps: BTreeMap<StepId, Standing<'a>>,
    order: Vec<StepId>,
}

impl<'a> Standings<'a> {
    /// `record` must have been read for `plan`.
    pub fn new(plan: &Plan, record: &'a Record) -> Self {
        let mut steps: BTreeMap<StepId, Standing<'a>> = BTreeMap::new();
        for entry in &record.entries {
            let standing = steps.entry(entry.step).or_insert(Standing::OPEN);
            standing.state = entry.result.into();
            standing.entries.push(entry);
        }
        Self { steps, order: plan.steps().map(|(_, step)| step.id).collect() }
    }

    /// How a step stands.
    pub fn of(&self, step: StepId) -> Standing<'a> {
        self.steps.get(&step).cloned().unwrap_or(Standing::OPEN)
    }

    /// The steps in which something is left to do, in the order of the plan.
    pub fn unsettled(&self) -> impl Iterator<Item = StepId> + '_ {
        self.order.iter().copied().filter(|step| !self.of(*step).state.is_settled())
    }
}
