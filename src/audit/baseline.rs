//! Findings that are known and accepted for a while: `kind: AuditBaseline`.
//!
//! A baseline changes what is reported and what fails, never the two answers: a kubelet that blocks the
//! next hop blocks it, accepted or not.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::SourceFile;
use crate::finding::Finding;
use crate::yaml;

use super::codes::Code;
use super::codes::codes;
use super::glob;
use super::model::Accepted;
use super::model::Audit;

/// The accepted findings of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// `kubehop.dev/v1alpha1`.
    api_version: ApiVersion,
    /// `AuditBaseline`.
    kind: Kind,
    /// What is accepted.
    accept: Vec<Entry>,
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Kind {
    /// Accepted findings of an audit.
    AuditBaseline,
}

/// Findings that are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The code, such as `AUDIT014`.
    code: String,
    /// The subject; `*` stands for any text, `?` for any character.
    subject: String,
    /// Why it is accepted.
    reason: String,
    /// The last day on which it is.
    #[schemars(with = "String")]
    until: Date,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// A diagnostic with the place of an unknown key, an unknown code or an empty reason.
    pub fn read(file: &SourceFile) -> Result<Self, Diagnostic> {
        let baseline: Self = yaml::read(file)?;
        for (at, entry) in baseline.accept.iter().enumerate() {
            let wrong = |key: &str, message: String, help: &str| {
                let path = Some(format!("accept[{at}].{key}"));
                let place = Place { file: file.clone(), path, position: None };
                Diagnostic::error(message).at(place).help(help)
            };
            if !codes().any(|known| known.code == entry.code) {
                let shown: String = entry.code.chars().take(60).collect();
                return Err(wrong(
                    "code",
                    format!("`{shown}` is not a code of an audit"),
                    "`kubehop explain` lists the codes",
                ));
            }
            if entry.reason.trim().is_empty() {
                return Err(wrong(
                    "reason",
                    "the reason is empty".to_owned(),
                    "say why it is accepted, for whoever reads this next year",
                ));
            }
        }
        Ok(baseline)
    }

    /// The JSON Schema of a baseline.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// A baseline that accepts every error and warning of an audit until a day, for a person to prune
    /// and to give reasons.
    pub fn of(audit: &Audit, reason: &str, until: Date) -> Self {
        let entry = |finding: &Finding| Entry {
            code: finding.code.to_owned(),
            subject: finding.subject.clone(),
            reason: reason.to_owned(),
            until,
        };
        let findings = audit.findings.iter().filter(|finding| finding.severity < Severity::Info);
        Self {
            api_version: ApiVersion::V1Alpha1,
            kind: Kind::AuditBaseline,
            accept: findings.map(entry).collect(),
        }
    }

    /// Takes accepted findings out of an audit, and reports entries that have expired or that match
    /// nothing.
    pub fn apply(&self, audit: &mut Audit) {
        let mut used = vec![false; self.accept.len()];
        let mut kept = Vec::new();
        for finding in std::mem::take(&mut audit.findings) {
            let fits = |entry: &Entry| {
                entry.code == finding.code && glob::matches(&entry.subject, &finding.subject)
            };
            let mut accepts = None;
            for (at, entry) in self.accept.iter().enumerate().filter(|(_, entry)| fits(entry)) {
                used[at] = true;
                if entry.until >= audit.as_of {
                    accepts = accepts.or(Some(entry));
                }
            }
            match accepts {
                Some(entry) => audit.accepted.push(Accepted {
                    finding,
                    reason: entry.reason.clone(),
                    until: entry.until,
                }),
                None => kept.push(finding),
            }
        }
        for (entry, used) in self.accept.iter().zip(used) {
            kept.extend(stale(entry, used, audit.as_of));
        }
        // Stable, so that the findings of the audit stay in their order.
        kept.sort_by_key(|finding| finding.severity);
        audit.findings = kept;
    }
}

/// What is to be said of an entry: that it has expired, or that it matches nothing.
fn stale(entry: &Entry, used: bool, today: Date) -> Option<Finding> {
    let Entry { code, subject, until, .. } = entry;
    let (kind, message, help) = if *until < today {
        (
            Code::BaselineExpired,
            format!(
                "the entry for {code} on `{subject}` expired on {until} and accepts nothing any more"
            ),
            "settle the finding, or accept it anew with a later day",
        )
    } else if !used {
        (
            Code::BaselineUnused,
            format!("the entry for {code} on `{subject}` matches no finding"),
            "delete it, or mend its code or subject",
        )
    } else {
        return None;
    };
    Some(Finding {
        code: kind.entry().code,
        severity: kind.entry().severity,
        subject: format!("baseline: {code} {subject}"),
        message,
        help: help.to_owned(),
        source: String::new(),
    })
}
