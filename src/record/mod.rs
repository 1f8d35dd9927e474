//! The record: what was done of a plan, by whom and when.
//!
//! A plan is never changed; what becomes of it stands in a record beside it. A record only grows:
//! each entry is one sign-off, a later one of the same step takes the place of an earlier one, and
//! none is ever removed. Entries are numbered, each carries the digest of itself and of all before
//! it, and the last lines say how many there are: so a record that was cut off, edited, or lost an
//! entry is noticed, and where.
//!
//! This room decides what a record says and what may be added; it reads no clock and touches no
//! file. `cli` does, under a lock.

mod append;
mod damage;
mod document;
mod file;
mod report;
mod standing;

pub use append::Appended;
pub use append::Moment;
pub use append::NewEntry;
pub use append::append;
pub use damage::line_of;
pub use document::End;
pub use document::Entry;
pub use document::Kind;
pub use document::Outcome;
pub use document::PlanReference;
pub use document::Record;
pub use document::schema;
pub use file::is_record;
pub use file::read;
pub use report::ActualTime;
pub use report::HopReport;
pub use report::Pace;
pub use report::Report;
pub use report::Signer;
pub use report::StepReport;
pub use report::Totals;
pub use standing::Standing;
pub use standing::Standings;
pub use standing::State;
