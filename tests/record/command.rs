//! The command: where the record goes, what is refused, what is shown.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::folder;
use super::read;
use super::sign;
use super::support::PROGRAM;
use super::support::quiet;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    quiet(PROGRAM).current_dir(folder).args(arguments).output().unwrap()
}

fn refused(output: &Output, said: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(output.stdout.is_empty() && text.contains(said), "{text}");
}

fn ok(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_record_stands_beside_the_plan_or_where_it_is_told() {
    let folder = folder("place");
    ok(sign(&folder, "1.01", "a").output().unwrap());
    assert!(folder.join("plan.record.yaml").exists());
    ok(sign(&folder, "1.01", "a").args(["--record", "other.yaml"]).output().unwrap());
    assert!(folder.join("other.yaml").exists());
    std::fs::rename(folder.join("plan.yaml"), folder.join("upgrade")).unwrap();
    let arguments = ["record", "upgrade", "--step", "1.01", "--result", "done", "--by", "a", "-q"];
    ok(run(&folder, &arguments));
    assert!(folder.join("upgrade.record.yaml").exists());
    refused(&run(&folder, &["record", "-", "--show"]), "standard input has no place");
    refused(
        &run(&folder, &["record", "upgrade", "--show", "--record", "no.yaml"]),
        "there is no record",
    );
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder("links");
    let elsewhere = folder.join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    // The plan is a link: the record stands beside the link and not beside what it leads to.
    std::fs::rename(folder.join("plan.yaml"), elsewhere.join("real.yaml")).unwrap();
    symlink(elsewhere.join("real.yaml"), folder.join("plan.yaml")).unwrap();
    ok(sign(&folder, "1.01", "a").output().unwrap());
    assert!(folder.join("plan.record.yaml").exists());
    // The record is a link: it is not followed, and not replaced.
    let record = folder.join("plan.record.yaml");
    std::fs::rename(&record, elsewhere.join("r.yaml")).unwrap();
    symlink(elsewhere.join("r.yaml"), &record).unwrap();
    let before = std::fs::read_to_string(elsewhere.join("r.yaml")).unwrap();
    refused(&sign(&folder, "1.02", "a").output().unwrap(), "is a symbolic link");
    refused(&run(&folder, &["record", "plan.yaml", "--show"]), "is a symbolic link");
    assert_eq!(std::fs::read_to_string(elsewhere.join("r.yaml")).unwrap(), before);
    assert!(record.is_symlink());
    // What helps to write is a link: the one is replaced, the other refused, neither followed.
    std::fs::remove_file(&record).unwrap();
    symlink(elsewhere.join("planted"), folder.join("plan.record.yaml.new")).unwrap();
    ok(sign(&folder, "1.01", "a").output().unwrap());
    symlink(elsewhere.join("planted"), folder.join("plan.record.yaml.lock")).unwrap();
    refused(&sign(&folder, "1.02", "a").output().unwrap(), "is no file");
    assert!(!elsewhere.join("planted").exists());
    // Nor does anything but a file do.
    std::fs::create_dir(folder.join("folder.yaml")).unwrap();
    let sign = sign(&folder, "1.02", "a").args(["--record", "folder.yaml"]).output().unwrap();
    refused(&sign, "is no file");
}

#[cfg(unix)]
#[test]
fn who_may_not_write_and_who_must_wait_are_told() {
    let folder = folder("waiting");
    ok(sign(&folder, "1.01", "a").output().unwrap());
    let before = std::fs::read(folder.join("plan.record.yaml")).unwrap();
    let lock = std::fs::File::create(folder.join("plan.record.yaml.lock")).unwrap();
    fs4::FileExt::lock(&lock).unwrap();
    let late = sign(&folder, "1.02", "b").args(["--wait", "1"]).output().unwrap();
    refused(&late, "somebody else has been writing to `plan.record.yaml` for 1 seconds");
    assert_eq!(std::fs::read(folder.join("plan.record.yaml")).unwrap(), before);
    fs4::FileExt::unlock(&lock).unwrap();
    ok(sign(&folder, "1.02", "b").output().unwrap());
    let nowhere = sign(&folder, "1.02", "b").args(["--record", "no/such/folder.yaml"]).output();
    refused(&nowhere.unwrap(), "cannot lock `no/such/folder.yaml`");
}

#[test]
fn wrong_usage_is_refused_and_writes_nothing() {
    let folder = folder("usage");
    let base = ["record", "plan.yaml"];
    let with = |more: &[&str]| run(&folder, &[&base, more].concat());
    for (arguments, said) in [
        (&[][..], "--step <ID>"),
        (&["--step", "1.01"], "--result"),
        (&["--step", "1.01", "--result", "done"], "--by"),
        (&["--step", "x", "--result", "done", "--by", "a"], "is not a step id"),
        (&["--step", "1.01", "--result", "good", "--by", "a"], "possible values"),
        (&["--step", "1.01", "--result", "done", "--by", "a", "--at", "yesterday"], "--at"),
        (&["--step", "1.01", "--result", "done", "--by", "a", "--show"], "cannot be used with"),
        (&["--step", "1.01", "--result", "done", "--by", "a", "-o", "md"], "needs `--report`"),
        (&["--step", "9.01", "--result", "done", "--by", "a"], "no step `9.01`"),
        (&["--show", "--note", "x"], "--step"),
    ] {
        refused(&with(arguments), said);
    }
    let names = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(names, 1, "only the plan");
}

#[test]
fn what_was_signed_is_shown_reported_rendered_and_learnt_from() {
    let folder = folder("shown");
    let sign = |arguments: &[&str]| {
        let base = ["record", "plan.yaml", "-q", "--by", "Jane | <Doe>", "--step"];
        ok(run(&folder, &[&base, arguments].concat()))
    };
    sign(&[
        "1.01",
        "--result",
        "done",
        "--started",
        "2026-01-12T20:00:00Z",
        "--at",
        "2026-01-12T21:10:00+01:00",
    ]);
    sign(&[
        "1.02",
        "--result",
        "failed",
        "--at",
        "2026-01-12T20:30:00Z",
        "--note",
        "no\u{1b}[2J quorum",
    ]);
    let json = sign(&["1.02", "--result", "done", "--at", "2026-01-12T20:40:00Z", "-o", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["sequence"], &json["step"]), (&3.into(), &"1.02".into()));
    assert_eq!(read(&folder).entries[0].at.to_string(), "2026-01-12T20:10:00Z");

    let table = ok(run(&folder, &["record", "plan.yaml", "--show"]));
    assert!(table.contains("2 of 32 steps done or skipped; next: 1.03"), "{table}");
    assert!(!table.contains('\u{1b}'), "{table}");
    let shown = ok(run(&folder, &["record", "plan.yaml", "--show", "-o", "json"]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["kind"], "UpgradeRecord");
    assert_eq!(shown["entries"].as_array().unwrap().len(), 3);

    let report = ok(run(&folder, &["record", "plan.yaml", "--report"]));
    assert!(report.contains("| 1.01 | "), "{report}");
    assert!(report.contains("**1.02**") && report.contains("failed once"), "{report}");
    assert!(!report.contains("<Doe>"), "{report}");
    let report = ok(run(&folder, &["record", "plan.yaml", "--report", "-o", "json"]));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["totals"]["done"], 2);
    assert_eq!(report["steps"][0]["minutes"], 10);

    let runbook =
        ok(run(&folder, &["render", "plan.yaml", "-o", "md", "--record", "plan.record.yaml"]));
    assert!(runbook.contains("- [x] **1.01 done**: Jane"), "ticked");
    assert!(runbook.contains("- [ ] **1.03 done**\n"), "open");
    assert!(!runbook.contains("<Doe>"));
    let plain = ok(run(&folder, &["render", "plan.yaml", "-o", "md"]));
    assert_eq!(plain.lines().count(), runbook.lines().count(), "nothing else changes");
    refused(
        &run(&folder, &["render", "plan.yaml", "-o", "json", "--record", "plan.record.yaml"]),
        "needs `-o md`",
    );

    let learnt =
        run(&folder, &["estimate", "plan.yaml", "--learn", "plan.record.yaml", "-o", "json"]);
    let warning = String::from_utf8_lossy(&learnt.stderr).into_owned();
    assert!(warning.contains("1 of 2 steps that are done have no beginning"), "{warning}");
    let learnt: Value = serde_json::from_str(&ok(learnt)).unwrap();
    assert!(learnt.to_string().contains("10"), "{learnt}");
}

#[test]
fn a_damaged_record_is_named_on_every_way() {
    let folder = folder("damaged");
    ok(sign(&folder, "1.01", "a").output().unwrap());
    let name = folder.join("plan.record.yaml");
    let text = std::fs::read_to_string(&name).unwrap();
    std::fs::write(&name, text.replace("result: done", "result: failed")).unwrap();
    for arguments in [
        &["record", "plan.yaml", "--show"][..],
        &["record", "plan.yaml", "--report"],
        &["record", "plan.yaml", "--step", "1.02", "--result", "done", "--by", "a"],
        &["render", "plan.yaml", "-o", "md", "--record", "plan.record.yaml"],
        &["estimate", "plan.yaml", "--learn", "plan.record.yaml"],
    ] {
        refused(&run(&folder, arguments), "plan.record.yaml:7:1");
    }
}

/// What versions cannot prove, a signature settles where a plan is taken up again.
#[test]
fn a_plan_is_taken_up_again_with_its_record() {
    let folder = folder("resume");
    let plans = super::support::root().join("plans");
    for (from, to) in
        [("prod-ca-1.plan.yaml", "plan.yaml"), ("prod-ca-1.half-way.yaml", "now.yaml")]
    {
        std::fs::copy(plans.join(from), folder.join(to)).unwrap();
    }
    let resume = ["plan", "--resume", "plan.yaml", "--inventory", "now.yaml", "-o", "json", "-q"];
    let unproven = |more: &[&str]| -> Value {
        let said = ok(run(&folder, &[&resume[..], more].concat()));
        let plan: Value = serde_json::from_str(&said).unwrap();
        plan["resumed"][0]["unproven"].clone()
    };
    assert_eq!(unproven(&[]), serde_json::json!(["1.07"]));
    ok(sign(&folder, "1.07", "a").output().unwrap());
    assert_eq!(unproven(&["--record", "plan.record.yaml"]), Value::Null);
    refused(&run(&folder, &[&resume[..], &["--record", "no.yaml"]].concat()), "there is no record");
    let alone = ["plan", "--from", "1.35", "--to", "1.36", "--record", "plan.record.yaml"];
    refused(&run(&folder, &alone), "--resume");
}
