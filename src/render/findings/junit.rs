//! Findings as a `JUnit` report: one test case for each code, so that a pipeline shows what was looked at,
//! not only what failed.

use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::CodeEntry;
use crate::finding::Finding;

use super::Known;

/// What a report is made of.
pub(in crate::render) struct Cases<'a> {
    /// What looked, such as `audit`.
    pub(in crate::render) what: &'static str,
    /// What was looked at.
    pub(in crate::render) subject: &'a str,
    /// Every code that was looked for.
    pub(in crate::render) codes: Vec<CodeEntry>,
    /// What was found.
    pub(in crate::render) findings: &'a [Finding],
    /// What was found and is accepted.
    pub(in crate::render) known: Vec<Known<'a>>,
}

impl Cases<'_> {
    /// The report as XML. A finding that `fails` fails its case; any other is written down in the case,
    /// and so is what is accepted.
    pub(in crate::render) fn junit(
        &self,
        fails: impl Fn(&Finding) -> bool,
    ) -> Result<String, Diagnostic> {
        let mut suite = TestSuite::new(format!("kubehop {} of {}", self.what, self.subject));
        for entry in &self.codes {
            suite.add_test_case(self.case(entry, &fails));
        }
        let mut report = Report::new(format!("kubehop {}", self.what));
        report.add_test_suite(suite);
        report
            .to_string()
            .map_err(|error| Diagnostic::error(format!("cannot write JUnit XML: {error}")))
    }

    fn case(&self, entry: &CodeEntry, fails: &impl Fn(&Finding) -> bool) -> TestCase {
        let found = self.findings.iter().filter(|finding| finding.code == entry.code);
        let (failed, rest): (Vec<&Finding>, Vec<&Finding>) = found.partition(|it| fails(it));
        let known = self.known.iter().filter(|it| it.finding.code == entry.code);
        let mut notes: Vec<String> = rest.into_iter().map(text).collect();
        notes.extend(known.map(|it| format!("accepted {}: {}", it.why, text(it.finding))));
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
        case.set_classname(format!("kubehop.{}", self.what));
        if !notes.is_empty() {
            case.set_system_out(notes.join("\n"));
        }
        case
    }
}

/// Whether a finding weighs as much as a threshold, or more.
pub(in crate::render) fn at_or_above(threshold: Option<Severity>) -> impl Fn(&Finding) -> bool {
    move |finding| threshold.is_some_and(|least| finding.severity <= least)
}

fn text(finding: &Finding) -> String {
    let Finding { code, severity, subject, message, help, source } = finding;
    format!("{severity}[{code}] {subject}: {message}\n  do: {help}\n  see: {source}")
}
