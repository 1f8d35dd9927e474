//! The audit as a `JUnit` report.

use crate::audit;
use crate::audit::Audit;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;

use super::super::findings::Cases;
use super::super::findings::Known;
use super::super::findings::at_or_above;

/// The audit as XML. A finding fails its case from `threshold` on.
///
/// # Errors
///
/// None for an audit that was made; a library that cannot write would be a fault of this program.
pub fn junit(audit: &Audit, threshold: Option<Severity>) -> Result<String, Diagnostic> {
    let known = audit.accepted.iter().map(|it| Known {
        finding: &it.finding,
        why: format!("until {}, {}", it.until, it.reason),
    });
    let cases = Cases {
        what: "audit",
        subject: &audit.cluster,
        codes: audit::codes().collect(),
        findings: &audit.findings,
        known: known.collect(),
    };
    cases.junit(at_or_above(threshold))
}
