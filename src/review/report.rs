//! Collects what a review finds.

use crate::diagnostic::Severity;
use crate::finding::Finding;

use super::codes::Code;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<(Code, Finding)>,
}

/// A finding in the making.
#[derive(Debug)]
pub(super) struct Draft {
    code: Code,
    finding: Finding,
}

impl Draft {
    /// A finding with the severity and the source of its code.
    pub(super) fn new(code: Code, subject: impl Into<String>) -> Self {
        let entry = code.entry();
        let finding = Finding {
            code: entry.code,
            severity: entry.severity,
            subject: subject.into(),
            message: String::new(),
            help: String::new(),
            source: entry.source().to_owned(),
        };
        Self { code, finding }
    }

    /// What is wrong.
    pub(super) fn says(mut self, message: impl Into<String>) -> Self {
        self.finding.message = message.into();
        self
    }

    /// What to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = help.into();
        self
    }

    /// Another severity than that of the code.
    pub(super) const fn weighs(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Another source than that of the rule behind the code.
    pub(super) fn source(mut self, source: impl Into<String>) -> Self {
        self.finding.source = source.into();
        self
    }
}

impl Report {
    /// Adds a finding.
    pub(super) fn add(&mut self, draft: Draft) {
        let Draft { code, finding } = draft;
        self.findings.push((code, finding));
    }

    /// The findings, the weightiest first, then by code.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        // Stable: inside a code the order of the checks stays.
        self.findings.sort_by_key(|(code, finding)| (finding.severity, *code));
        self.findings.into_iter().map(|(_, finding)| finding).collect()
    }
}
