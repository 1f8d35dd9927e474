//! A finding as documents show it.

use serde::Serialize;

use crate::diagnostic::Severity;
use crate::finding::Finding;

use super::super::symbol::Symbol;
use super::super::text::clean;

/// A finding for people.
#[derive(Debug, Serialize)]
pub(in crate::render) struct FindingView {
    pub(in crate::render) symbol: &'static str,
    pub(in crate::render) severity: &'static str,
    pub(in crate::render) code: &'static str,
    pub(in crate::render) subject: String,
    pub(in crate::render) message: String,
    pub(in crate::render) help: String,
    pub(in crate::render) source: String,
    pub(in crate::render) is_note: bool,
}

impl FindingView {
    pub(in crate::render) fn new(finding: &Finding) -> Self {
        let Finding { code, severity, subject, message, help, source } = finding;
        Self {
            symbol: Symbol::from(*severity).text(),
            severity: severity.name(),
            code,
            subject: clean(subject),
            message: clean(message),
            help: clean(help),
            source: clean(source),
            is_note: *severity == Severity::Info,
        }
    }
}
