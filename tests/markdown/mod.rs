//! What several tests share.
#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod lint;

use kubehop::diagnostic::Diagnostic;
use kubehop::diagnostic::SourceFile;
use kubehop::plan::Plan;
use kubehop::plan::read;

/// The fixture: one hop, stacked etcd, four pools, odd names.
pub(crate) fn fixture() -> Plan {
    let text = include_str!("../fixtures/plan-ha-stacked.yaml");
    good(read(&SourceFile::new("plan-ha-stacked.yaml", text)))
}

/// The value, or a failed test that shows the diagnostic as a person would read it.
pub(crate) fn good<T>(result: Result<T, Diagnostic>) -> T {
    result.unwrap_or_else(|error| panic!("{}", error.render(false)))
}
