//! What the record says of the steps.

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::StepId;
use crate::record::Record;
use crate::record::Standings;
use crate::record::State;

use super::super::record::minute;
use super::Block;

/// Who signed a step.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// `open`, `done`, `failed` or `skipped`; `open` too where there is no record.
    pub state: &'static str,
    /// Whether nothing is left to do.
    pub settled: bool,
    /// Who signed last; empty where nobody did.
    pub by: String,
    /// When, in UTC; empty where nobody did.
    pub time: String,
    /// What was noted then.
    pub note: String,
}

impl Signed {
    /// A step that nobody has signed.
    pub(super) fn open() -> Self {
        Self {
            state: State::Open.name(),
            settled: false,
            by: String::new(),
            time: String::new(),
            note: String::new(),
        }
    }

    fn of(standings: &Standings<'_>, step: StepId) -> Self {
        let standing = standings.of(step);
        let Some(last) = standing.last() else { return Self::open() };
        Self {
            state: standing.state.name(),
            settled: standing.state.is_settled(),
            by: last.by.clone(),
            time: minute(last.at),
            note: last.note.clone().unwrap_or_default(),
        }
    }
}

/// Writes the sign-offs into the steps.
pub(super) fn sign<'b, 'a: 'b>(
    blocks: impl Iterator<Item = &'b mut Block<'a>>,
    plan: &Plan,
    record: &Record,
) {
    let standings = Standings::new(plan, record);
    for block in blocks {
        for row in &mut block.pools {
            if let Ok(step) = row.id.parse() {
                row.signed = Signed::of(&standings, step);
            }
        }
        if let Ok(step) = block.first.parse()
            && block.count == 1
        {
            block.signed = Signed::of(&standings, step);
        }
    }
}
