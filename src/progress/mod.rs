//! Where a plan stands: the cluster as it runs now, against the states between the steps of the plan.
//!
//! Each instance has a way through the plan, the versions that the steps take it to. What it runs now
//! tells which of its moves are done; what all instances tell is put together target by target, step
//! by step. Nothing is guessed: steps that leave no trace in versions (preflights, gates, backups,
//! soaks, proofs) are over once something after them is done, and otherwise the answer is every place
//! that the observation fits. What no place explains is a conflict.
//!
//! `resume` makes a plan for the rest of this; here nothing is planned.

mod comparison;
mod conflicts;
mod model;
mod observed;
mod place;
mod remaining;
mod rest;
mod runs;
mod ways;

pub use comparison::Comparison;
pub use model::Conflict;
pub use model::ConflictKind;
pub use model::Counted;
pub use model::HopProgress;
pub use model::HopState;
pub use model::Partial;
pub use model::Progress;
pub use model::Remaining;
pub use model::Request;
pub use model::Within;
pub use rest::recount;
pub use rest::renumber;

/// Compares a cluster with a plan.
pub fn progress(request: &Request<'_>) -> Progress {
    Comparison::of(request).progress()
}
