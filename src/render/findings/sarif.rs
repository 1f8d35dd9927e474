//! Findings in SARIF 2.1.0, for code scanning
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::diagnostic::Severity;
use crate::finding::CodeEntry;
use crate::finding::Finding;

use super::Known;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What a log is made of.
pub(in crate::render) struct Log<'a> {
    /// What was looked at, such as `kubehop-audit/prod-eu-1`.
    pub(in crate::render) id: String,
    /// Every code that was looked for.
    pub(in crate::render) codes: Vec<CodeEntry>,
    /// What was found.
    pub(in crate::render) findings: &'a [Finding],
    /// What was found and is accepted.
    pub(in crate::render) known: Vec<Known<'a>>,
    /// The file that was looked at, where there is one.
    pub(in crate::render) file: Option<&'a str>,
}

impl Log<'_> {
    /// A SARIF log with one run.
    pub(in crate::render) fn sarif(&self) -> Value {
        let Self { id, codes, findings, known, file } = self;
        let open = findings.iter().map(|finding| result(codes, finding, None, *file));
        let accepted =
            known.iter().map(|known| result(codes, known.finding, Some(&known.why), *file));
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
                "automationDetails": { "id": id },
                "columnKind": "unicodeCodePoints",
                "results": open.chain(accepted).collect::<Vec<_>>(),
            }],
        })
    }
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
    });
    if !section.is_empty() {
        rule["help"] = json!({ "text": section, "markdown": section });
    }
    rule["defaultConfiguration"] = json!({ "level": level(entry.severity) });
    if !entry.source().is_empty() {
        rule["helpUri"] = json!(entry.source());
    }
    rule
}

fn result(
    codes: &[CodeEntry],
    finding: &Finding,
    accepted: Option<&String>,
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
    let mut result = json!({ "ruleId": code });
    if let Some(index) = codes.iter().position(|known| known.code == *code) {
        result["ruleIndex"] = json!(index);
    }
    result["level"] = json!(level(*severity));
    result["message"] = json!({ "text": format!("{subject}: {message}. What to do: {help}") });
    result["locations"] = json!([location]);
    result["partialFingerprints"] = json!({ "codeAndSubject/v1": format!("{code} {subject}") });
    if let Some(why) = accepted {
        result["suppressions"] = json!([{ "kind": "external", "justification": why }]);
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
