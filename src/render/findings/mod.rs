//! Findings: as documents show them, and in the forms that other programs read, SARIF and `JUnit`.

mod junit;
mod sarif;
mod view;

pub(super) use junit::Cases;
pub(super) use junit::at_or_above;
pub(super) use sarif::Log;
pub(super) use view::FindingView;

use crate::finding::Finding;

/// A finding that is known and accepted.
pub(super) struct Known<'a> {
    /// The finding.
    pub(super) finding: &'a Finding,
    /// Why, and until when.
    pub(super) why: String,
}
