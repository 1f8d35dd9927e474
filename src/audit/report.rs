//! Collects what the checks find, and what must happen before the next hop.

use crate::diagnostic::Severity;
use crate::finding::Finding;

use super::codes::Code;
use super::model::NextHop;
use super::model::Verdict;
use super::scene::Scene;

/// When something must happen before the next hop may start, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Find out what is not known.
    Learn,
    /// Bring back to health what is not.
    Heal,
    /// Finish the hop that was begun.
    Finish,
    /// Bring the controllers to their API servers.
    Controllers,
    /// Bring nodes into their range.
    Nodes,
    /// Bring clients into their range.
    Clients,
    /// Bring etcd to where the hop asks for it.
    Etcd,
    /// Clean the configuration.
    Configuration,
}

/// A finding in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    code: Code,
    severity: Severity,
    subject: String,
    message: String,
    help: String,
    source: String,
    first: Option<Stage>,
    rows: Vec<usize>,
}

impl Draft {
    /// A finding with the severity and the source of its code.
    pub(super) fn new(code: Code, subject: impl Into<String>) -> Self {
        let entry = code.entry();
        Self {
            code,
            severity: entry.severity,
            subject: subject.into(),
            message: String::new(),
            help: String::new(),
            source: entry.source().to_owned(),
            first: None,
            rows: Vec::new(),
        }
    }

    /// What is wrong, and why it matters.
    pub(super) fn says(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// What to do.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Another severity than that of the code.
    pub(super) const fn weighs(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Another source than that of the rule behind the code.
    pub(super) fn source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// What its help says must happen before the next hop.
    pub(super) const fn first(mut self, stage: Stage) -> Self {
        self.first = Some(stage);
        self
    }

    /// The instances that it is about.
    pub(super) fn rows(mut self, rows: &[usize]) -> Self {
        self.rows = rows.to_vec();
        self
    }

    /// A fact that the catalog does not vouch for is no more than a hint.
    pub(super) fn unless(mut self, verified: bool) -> Self {
        if !verified {
            self.severity = Severity::Info;
            self.first = None;
            self.message = format!("not confirmed: {}", self.message);
        }
        self
    }
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    drafts: Vec<Draft>,
    /// Blockers of the next hop that no inventory settles.
    pub(super) open_blockers: usize,
}

impl Report {
    /// Adds a finding.
    pub(super) fn add(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// Raises the verdict of the instances that a finding is about.
    pub(super) fn mark(&self, scene: &mut Scene<'_>) {
        for draft in &self.drafts {
            let verdict = match draft.severity {
                Severity::Error => Verdict::Bad,
                Severity::Warning => Verdict::Warn,
                Severity::Info => continue,
            };
            for at in &draft.rows {
                let row = &mut scene.rows[*at];
                row.verdict = row.verdict.min(verdict);
            }
        }
    }

    /// Whether the next hop may start.
    pub(super) fn next_hop(&self, scene: &Scene<'_>) -> NextHop {
        let mut first: Vec<(Stage, &str)> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.first.map(|stage| (stage, draft.help.as_str())))
            .collect();
        // Stable: inside a stage the order of the checks stays.
        first.sort_by_key(|(stage, _)| *stage);
        first.dedup();
        let mut first: Vec<String> = first.into_iter().map(|(_, text)| text.to_owned()).collect();
        let to = scene.next().filter(|_| scene.next_release().is_some());
        if let (None, Some(next)) = (to, scene.next()) {
            first.push(format!(
                "wait for a release of {next}, or lay newer data over the catalog (--catalog FILE)"
            ));
        }
        let allowed = to.is_some() && first.is_empty();
        NextHop { to, allowed, first, open_blockers: self.open_blockers }
    }

    /// The findings, the weightiest first.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.drafts.sort_by(|left, right| {
            let key = |draft: &Draft| (draft.severity, draft.code);
            key(left).cmp(&key(right))
        });
        let finding = |draft: Draft| Finding {
            code: draft.code.entry().code,
            severity: draft.severity,
            subject: draft.subject,
            message: draft.message,
            help: draft.help,
            source: draft.source,
        };
        self.drafts.into_iter().map(finding).collect()
    }
}
