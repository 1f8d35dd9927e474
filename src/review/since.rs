//! What changed since the plan that was reviewed before.

use crate::diff;
use crate::diff::Change;
use crate::plan::Plan;

use super::model::Since;

/// Compares a plan with the one before, a line for each change.
pub fn since(previous: &Plan, plan: &Plan) -> Since {
    let difference = diff::diff(previous, plan);
    Since {
        plan: previous.metadata.name.clone(),
        equal: difference.equal,
        changes: difference.changes.iter().map(line).collect(),
    }
}

/// A change as a sentence: where, what, how it was and is, and why.
fn line(change: &Change) -> String {
    let Change { kind, hop, step, was: _, what, before, after, reason } = change;
    let place = match (step, hop) {
        (Some(step), _) => format!("step {step}: "),
        (None, Some(hop)) => format!("hop {hop}: "),
        (None, None) => String::new(),
    };
    let how = match (before, after) {
        _ if kind.is_done() => " is done".to_owned(),
        (Some(before), Some(after)) => format!(": {before} becomes {after}"),
        (None, Some(after)) if kind.is_added() => format!(" is new: {after}"),
        (None, Some(after)) => format!(": {after}"),
        (Some(before), None) if kind.is_removed() => format!(" is gone: {before}"),
        (Some(before), None) => format!(": was {before}"),
        (None, None) if kind.is_added() => " is new".to_owned(),
        (None, None) if kind.is_removed() => " is gone".to_owned(),
        (None, None) => String::new(),
    };
    let why = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{place}{what}{how}{why}")
}
