//! The audit as a `JUnit` report: one test case for each code, so that a pipeline shows what was looked
//! at, not only what failed.

use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::audit;
use crate::audit::Audit;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::CodeEntry;
use crate::finding::Finding;

/// The audit as XML. A finding fails its case from `threshold` on; what is below it is written down in
/// the case, and so is what the baseline accepts.
///
/// # Errors
///
/// None for an audit that was made; a library that cannot write would be a fault of this program.
pub fn junit(audit: &Audit, threshold: Option<Severity>) -> Result<String, Diagnostic> {
    let mut suite = TestSuite::new(format!("kubehop audit of {}", audit.cluster));
    for entry in audit::codes() {
        suite.add_test_case(case(&entry, audit, threshold));
    }
    let mut report = Report::new("kubehop audit");
    report.add_test_suite(suite);
    report
        .to_string()
        .map_err(|error| Diagnostic::error(format!("cannot write JUnit XML: {error}")))
}

fn case(entry: &CodeEntry, audit: &Audit, threshold: Option<Severity>) -> TestCase {
    let of = |finding: &&Finding| finding.code == entry.code;
    let fails = |finding: &&Finding| threshold.is_some_and(|least| finding.severity <= least);
    let found: Vec<&Finding> = audit.findings.iter().filter(of).collect();
    let (failed, rest): (Vec<&Finding>, Vec<&Finding>) = found.into_iter().partition(fails);
    let accepted = audit.accepted.iter().filter(|it| it.finding.code == entry.code);
    let mut notes: Vec<String> = rest.into_iter().map(text).collect();
    notes
        .extend(accepted.map(|it| {
            format!("accepted until {}, {}: {}", it.until, it.reason, text(&it.finding))
        }));
    let status = match failed.first() {
        None => TestCaseStatus::success(),
        Some(worst) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(worst.severity.name());
            status.set_message(format!("{}: {}", worst.subject, worst.message));
            status.set_description(failed.into_iter().map(text).collect::<Vec<_>>().join("\n"));
            status
        }
    };
    let mut case = TestCase::new(format!("{}: {}", entry.code, entry.title), status);
    case.set_classname("kubehop.audit");
    if !notes.is_empty() {
        case.set_system_out(notes.join("\n"));
    }
    case
}

fn text(finding: &Finding) -> String {
    let Finding { code, severity, subject, message, help, source } = finding;
    format!("{severity}[{code}] {subject}: {message}\n  do: {help}\n  see: {source}")
}
