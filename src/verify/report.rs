//! Collects findings: each kind once per place, symptoms left out where their cause is reported.

use std::collections::BTreeSet;
use std::fmt;

use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::plan::StepId;

use super::codes::Code;

/// What a finding concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The cluster before the first step.
    Initial,
    /// The cluster after the last step.
    Final,
    /// A key of the document.
    Key(&'static str),
    /// A hop.
    Hop(u32),
    /// A step.
    Step(StepId),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initial => formatter.write_str("initial state"),
            Self::Final => formatter.write_str("final state"),
            Self::Key(key) => formatter.write_str(key),
            Self::Hop(number) => write!(formatter, "hop {number}"),
            Self::Step(id) => write!(formatter, "step {id}"),
        }
    }
}

/// A symptom is left out where its cause is reported as an error: whoever mends the cause verifies
/// again anyway, and the one message that matters is not buried.
const SYMPTOMS: &[(Code, Code)] = &[
    // Two minors apart means that the hop in between was left before its end.
    (Code::ApiserversApart, Code::HopIncomplete),
    // Whoever jumps leaves the others of the control plane behind, and jumps over a hop.
    (Code::SkippedMinor, Code::ApiserversApart),
    (Code::SkippedMinor, Code::Controllers),
    (Code::SkippedMinor, Code::HopIncomplete),
    // The replay does not know what became of the instance.
    (Code::UnknownTarget, Code::HopIncomplete),
    (Code::UnknownTarget, Code::TargetMissed),
    (Code::UnknownTarget, Code::FinalState),
    (Code::UnknownTarget, Code::HopVersions),
    // A state that promises the target is wrong because the steps do not reach it.
    (Code::TargetMissed, Code::FinalState),
    (Code::TargetMissed, Code::HopVersions),
    // Who is below the minimum is below the default too.
    (Code::EtcdMinimum, Code::EtcdDefault),
];

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<(Code, Finding)>,
    seen: BTreeSet<(Code, Place, u64)>,
}

impl Report {
    /// Adds a finding of the code's own severity, once per code and place.
    pub(super) fn add(
        &mut self,
        code: Code,
        place: Place,
        text: impl FnOnce() -> [String; 2],
    ) -> bool {
        self.add_as(code.entry().severity, code, place, 0, text)
    }

    /// Adds a finding, once per code, place and detail. `text` gives message and help; it is not
    /// called for what was reported before, so a check may be asked 65,000 times. The answer tells
    /// whether this was new.
    pub(super) fn add_as(
        &mut self,
        severity: Severity,
        code: Code,
        place: Place,
        detail: u64,
        text: impl FnOnce() -> [String; 2],
    ) -> bool {
        if !self.seen.insert((code, place, detail)) {
            return false;
        }
        let [message, help] = text();
        let entry = code.entry();
        let finding = Finding {
            code: entry.code,
            severity,
            subject: place.to_string(),
            message,
            help,
            source: entry.source().to_owned(),
        };
        self.findings.push((code, finding));
        true
    }

    /// Gives the finding added last a source of its own.
    pub(super) fn source(&mut self, source: &str) {
        if let Some((_, finding)) = self.findings.last_mut() {
            source.clone_into(&mut finding.source);
        }
    }

    /// Whether an error with this code was reported.
    pub(super) fn has_error(&self, code: Code) -> bool {
        self.findings
            .iter()
            .any(|(known, finding)| *known == code && finding.severity == Severity::Error)
    }

    /// All findings, symptoms included, in the order in which the replay met them.
    pub(super) fn all(self) -> Vec<Finding> {
        self.findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The findings without symptoms, in the order in which the replay met them.
    pub(super) fn finish(self) -> Vec<Finding> {
        let symptom = |code: Code| {
            SYMPTOMS.iter().any(|(cause, symptom)| *symptom == code && self.has_error(*cause))
        };
        let dropped: BTreeSet<Code> =
            self.findings.iter().map(|(code, _)| *code).filter(|code| symptom(*code)).collect();
        self.findings
            .into_iter()
            .filter(|(code, _)| !dropped.contains(code))
            .map(|(_, finding)| finding)
            .collect()
    }
}
