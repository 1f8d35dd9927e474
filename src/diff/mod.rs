//! What differs between two plans, by what is done and not by how it is written.
//!
//! Hops are matched by their minor, steps by what they do: kind, component, pool, the minor that they
//! lead to, targets. So a step with another number is the same step, and a plan that was made again from
//! the same facts is equal. Each change says why, as far as the two documents tell: by what they were
//! made from (data, inventory, options), by where the new one starts, or by the rule at the step.

mod hazards;
mod hops;
mod matching;
mod model;
mod steps;
mod whole;
mod why;

pub use model::Change;
pub use model::ChangeKind;
pub use model::Difference;

use crate::plan::Plan;

use matching::Matching;
use why::Why;

/// What differs between two plans.
pub fn diff(old: &Plan, new: &Plan) -> Difference {
    let why = Why::of(old, new);
    let matching = Matching::of(old, new);
    let mut changes = whole::changes(old, new, &why);
    changes.extend(hops::changes(old, new, &matching, &why));
    Difference {
        equal: changes.is_empty(),
        old: old.metadata.name.clone(),
        new: new.metadata.name.clone(),
        basis: why.basis(),
        changes,
    }
}
