//! The review: a good plan is approved, and one edit gives exactly its reason.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod checklist;
mod cli;
mod drift;
mod forms;
mod good;
mod lint;
#[path = "../markdown/mod.rs"]
mod markdown;
mod policy;
mod releases;

use std::collections::BTreeSet;

use kubehop::review::codes;

/// Every code has a case in one of the tables that gives exactly it.
#[test]
fn every_code_has_its_case() {
    let cases = checklist::codes().chain(drift::codes()).chain(policy::codes());
    let covered: BTreeSet<&str> = cases.chain(releases::codes()).collect();
    let all: BTreeSet<&str> = codes().map(|entry| entry.code).collect();
    assert_eq!(covered, all);
}
