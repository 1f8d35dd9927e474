//! The audit in SARIF 2.1.0, for code scanning
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::audit;
use crate::audit::Accepted;
use crate::audit::Audit;
use crate::diagnostic::Severity;
use crate::finding::CodeEntry;
use crate::finding::Finding;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The audit as a SARIF log with one run; `file` is the inventory, where there is a file.
pub fn sarif(audit: &Audit, file: Option<&str>) -> Value {
    let codes: Vec<CodeEntry> = audit::codes().collect();
    let open = audit.findings.iter().map(|finding| result(&codes, finding, None, file));
    let accepted = audit
        .accepted
        .iter()
        .map(|accepted| result(&codes, &accepted.finding, Some(accepted), file));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "kubehop",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": codes.iter().map(rule).collect::<Vec<_>>(),
                },
            },
            "automationDetails": { "id": format!("kubehop-audit/{}", audit.cluster) },
            "columnKind": "unicodeCodePoints",
            "results": open.chain(accepted).collect::<Vec<_>>(),
        }],
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(entry: &CodeEntry) -> Value {
    let section = entry.section();
    let mut rule = json!({
        "id": entry.code,
        "shortDescription": { "text": entry.title },
        "help": { "text": section, "markdown": section },
        "defaultConfiguration": { "level": level(entry.severity) },
    });
    if !entry.source().is_empty() {
        rule["helpUri"] = json!(entry.source());
    }
    rule
}

fn result(
    codes: &[CodeEntry],
    finding: &Finding,
    accepted: Option<&Accepted>,
    file: Option<&str>,
) -> Value {
    let Finding { code, severity, subject, message, help, source: _ } = finding;
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": subject }] });
    if let Some(file) = file {
        location["physicalLocation"] = json!({
            "artifactLocation": { "uri": uri(file) },
            "region": { "startLine": 1 },
        });
    }
    let mut result = json!({
        "ruleId": code,
        "ruleIndex": codes.iter().position(|known| known.code == *code),
        "level": level(*severity),
        "message": { "text": format!("{subject}: {message}. What to do: {help}") },
        "locations": [location],
        "partialFingerprints": { "codeAndSubject/v1": format!("{code} {subject}") },
    });
    if let Some(accepted) = accepted {
        let justification = format!("{} (until {})", accepted.reason, accepted.until);
        result["suppressions"] = json!([{ "kind": "external", "justification": justification }]);
    }
    result
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'\\' => out.push('/'),
            byte if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) => {
                out.push(char::from(byte));
            }
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("plans/a b.yaml"), "plans/a%20b.yaml");
        assert_eq!(uri("/tmp/x#1.yaml"), "file:///tmp/x%231.yaml");
    }
}
