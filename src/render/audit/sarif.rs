//! The audit in SARIF, for code scanning.

use serde_json::Value;

use crate::audit;
use crate::audit::Audit;

use super::super::findings::Known;
use super::super::findings::Log;

/// The audit as a SARIF log with one run; `file` is the inventory, where there is a file.
pub fn sarif(audit: &Audit, file: Option<&str>) -> Value {
    let known = audit.accepted.iter().map(|it| Known {
        finding: &it.finding,
        why: format!("{} (until {})", it.reason, it.until),
    });
    let log = Log {
        id: format!("kubehop-audit/{}", audit.cluster),
        codes: audit::codes().collect(),
        findings: &audit.findings,
        known: known.collect(),
        file,
    };
    log.sarif()
}
