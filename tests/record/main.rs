//! The record of a plan: what may be added, what damage is noticed, what is lost when processes are
//! killed or write at once.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod append;
mod command;
mod damage;
mod kill;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use kubehop::diagnostic::SourceFile;
use kubehop::plan;
use kubehop::plan::Plan;
use kubehop::record;
use kubehop::record::Appended;
use kubehop::record::Moment;
use kubehop::record::NewEntry;
use kubehop::record::Outcome;

/// The smallest sample plan.
const PLAN: &str = "plans/lab-1.plan.yaml";

fn plan() -> Plan {
    static READ: LazyLock<Plan> = LazyLock::new(|| {
        let text = std::fs::read_to_string(support::root().join(PLAN)).unwrap();
        plan::read(&SourceFile::new(PLAN, text)).unwrap()
    });
    READ.clone()
}

/// An entry of a step, done by somebody, at so many minutes past eight.
fn entry(step: &str, minute: i64) -> NewEntry {
    let at = at(minute);
    NewEntry {
        step: step.parse().unwrap(),
        result: Outcome::Done,
        by: "Jane Doe".to_owned(),
        moment: Moment { started: None, at, now: at },
        note: None,
    }
}

fn at(minute: i64) -> jiff::Timestamp {
    let eight: jiff::Timestamp = "2026-01-12T20:00:00Z".parse().unwrap();
    eight + jiff::SignedDuration::from_mins(minute)
}

/// The record after these entries, one after the other.
fn written(plan: &Plan, entries: &[NewEntry]) -> Appended {
    let mut last: Option<Appended> = None;
    for new in entries {
        let file = last.map(|last| SourceFile::new("plan.record.yaml", last.text));
        last = Some(record::append(file.as_ref(), plan, new).unwrap());
    }
    last.unwrap()
}

/// An empty folder of this name, with the plan in it.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("record").join(name);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(support::root().join(PLAN), folder.join("plan.yaml")).unwrap();
    folder
}

/// A sign-off, as it is typed in the folder.
fn sign(folder: &Path, step: &str, by: &str) -> Command {
    let mut command = support::quiet(support::PROGRAM);
    command.current_dir(folder).args(["record", "plan.yaml", "--quiet", "--result", "done"]);
    command.args(["--step", step, "--by", by, "--at", "2026-01-12T20:00:00Z"]);
    command
}

/// The record in a folder, whole.
fn read(folder: &Path) -> record::Record {
    let name = "plan.record.yaml";
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    record::read(&SourceFile::new(name, text), &plan()).unwrap()
}
