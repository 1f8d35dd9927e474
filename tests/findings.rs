//! The codes of all checks and the page that explains them.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::fs;

use kubehop::audit;
use kubehop::estimate;
use kubehop::finding::CodeEntry;
use kubehop::lint;
use kubehop::review;
use kubehop::verify;

/// Every code, in the order of the page.
fn codes() -> impl Iterator<Item = CodeEntry> {
    let found = verify::codes().chain(audit::codes()).chain(estimate::codes());
    found.chain(review::codes()).chain(lint::codes())
}

#[test]
fn codes_and_reference_page_agree() {
    let page = fs::read_to_string("docs/findings.md").unwrap();
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|heading| heading.contains(": "))
        .map(str::to_owned)
        .collect();
    let expected: Vec<String> =
        codes().map(|entry| format!("{}: {}", entry.code, entry.title)).collect();
    assert_eq!(headings, expected);
    for entry in codes() {
        let section = entry.section();
        let severity = format!("Severity: {}", entry.severity);
        assert!(section.starts_with(&severity), "{}: {section}", entry.code);
        for part in ["**What.**", "**Why.**", "**Example.**", "**What to do.**"] {
            assert!(section.contains(part), "{} lacks {part}", entry.code);
        }
        if let Some(rule) = entry.rule {
            let named = format!("Rule: `{}`", rule.name());
            assert!(section.contains(&named), "{} lacks {named}", entry.code);
        }
    }
}

#[test]
fn codes_are_distinct() {
    let distinct: BTreeSet<_> = codes().map(|entry| entry.code).collect();
    assert_eq!(distinct.len(), codes().count());
}
