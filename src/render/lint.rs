//! What is wrong with a list of steps: text for a terminal, SARIF and `JUnit`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::lint;

use super::findings::Cases;
use super::findings::Log;
use super::findings::at_or_above;
use super::text::clean;
use super::text::counted;

/// The findings as a person reads them, and how many there are.
pub fn lint_text(cluster: &str, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let Finding { code, severity, subject, message, help, source } = finding;
        _ = writeln!(text, "{severity}[{code}] {}: {}", clean(subject), clean(message));
        if !help.is_empty() {
            _ = writeln!(text, "  help: {}", clean(help));
        }
        if !source.is_empty() {
            _ = writeln!(text, "  source: {source}");
        }
    }
    let count = |severity| findings.iter().filter(|it| it.severity == severity).count() as u64;
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let verdict = match (errors, warnings) {
        (0, 0) => "the steps keep every rule that versions can break",
        (0, _) => "no rule is broken, with warnings",
        _ => "the steps break rules",
    };
    _ = writeln!(
        text,
        "{}: {verdict} ({}, {})",
        clean(cluster),
        counted(errors, "error"),
        counted(warnings, "warning")
    );
    text
}

/// A SARIF log with one run; `file` is the list, where there is a file.
pub fn lint_sarif(cluster: &str, findings: &[Finding], file: Option<&str>) -> Value {
    let (id, codes) = (format!("kubehop-lint/{cluster}"), lint::all_codes().collect());
    Log { id, codes, findings, known: Vec::new(), file }.sarif()
}

/// A `JUnit` report with a test case for each code; a finding fails its case from `threshold` on.
///
/// # Errors
///
/// None for findings that were made; a library that cannot write would be a fault of this program.
pub fn lint_junit(
    cluster: &str,
    findings: &[Finding],
    threshold: Option<Severity>,
) -> Result<String, Diagnostic> {
    let codes = lint::all_codes().collect();
    let cases = Cases { what: "lint", subject: cluster, codes, findings, known: Vec::new() };
    cases.junit(at_or_above(threshold))
}
