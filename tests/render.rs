//! The documents of a plan: what the operator reads.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubehop::diagnostic::SourceFile;
use kubehop::plan;
use kubehop::plan::Plan;
use kubehop::render;
use kubehop::render::Options;

fn fixture() -> Plan {
    let text = include_str!("fixtures/plan-ha-stacked.yaml");
    plan::read(&SourceFile::new("plan.yaml", text)).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

#[test]
fn dump() {
    let plan = fixture();
    let text = render::markdown(&plan, &Options::default()).unwrap_or_else(|error| panic!("{}", error.render(false)));
    std::fs::write("/tmp/rb.md", &text).unwrap();
    std::fs::write("/tmp/rb.txt", render::summary(&plan, &Options::default())).unwrap();
    std::fs::write("/tmp/rb.explain.md", render::explain_step(&plan, "1.08".parse().unwrap()).unwrap_or_else(|error| panic!("{}", error.render(false)))).unwrap();
}
