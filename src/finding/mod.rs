//! What a check found: the shape that `verify`, `audit`, `review` and `lint` share.

mod codes;

pub use codes::CodeEntry;
pub(crate) use codes::codes;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Severity;

/// Something that a check found. `docs/findings.md` has a section for each code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Finding {
    /// The stable code, such as `SKEW003`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What it concerns: a step, an instance, a key of the document.
    pub subject: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where the rule is known from; empty for a rule of the document itself.
    pub source: String,
}

/// Whether anything found weighs as much as `threshold`, or more.
pub fn any_at_or_above(findings: &[Finding], threshold: Severity) -> bool {
    findings.iter().any(|finding| finding.severity <= threshold)
}

/// The first few of a list, and how many more there are.
pub fn some(items: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
