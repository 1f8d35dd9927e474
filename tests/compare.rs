//! `kubehop plan --compare`: strategies and targets side by side.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::process::Command;
use std::process::Output;

use serde_json::Value;

fn compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["plan", "--compare"])
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = compare(&[arguments, &["-o", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn one(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .args(["-o", "json"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

const CLUSTER: [&str; 2] = ["--inventory", "plans/prod-eu-1.inventory.yaml"];

/// Every number is that of the plan that the flags would make, and of its estimate.
#[test]
fn the_numbers_are_those_of_the_plans() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let targets = ["--to", "1.29", "--to", "1.30", "--start", "2027-01-11"];
    let comparison = json(&[&CLUSTER, &targets[..]].concat());
    let candidates = comparison["candidates"].as_array().unwrap();
    assert_eq!(candidates.len(), 4);
    for candidate in candidates {
        let to = candidate["to"].as_str().unwrap();
        let strategy = candidate["strategy"].as_str().unwrap();
        let plan = one(&["plan", CLUSTER[0], CLUSTER[1], "--to", to, "--strategy", strategy]);
        let file = folder.join(format!("compare-{to}-{strategy}.json"));
        std::fs::write(&file, plan.to_string()).unwrap();
        let estimate = one(&["estimate", file.to_str().unwrap(), "--start", "2027-01-11"]);
        let figures = &candidate["plan"];
        for (key, same) in [
            ("hops", "hops"),
            ("steps", "steps"),
            ("drains", "drains"),
            ("etcdRestarts", "etcdRestarts"),
        ] {
            assert_eq!(figures[key], plan["summary"][same], "{key} of {to} {strategy}");
        }
        assert_eq!(figures["hazards"]["blocker"], plan["summary"]["blockers"]);
        let others: u64 = ["actionRequired", "warning", "info"]
            .iter()
            .map(|severity| figures["hazards"][severity].as_u64().unwrap())
            .sum();
        assert_eq!(others, plan["summary"]["otherHazards"].as_u64().unwrap());
        assert_eq!(figures["workMinutes"], estimate["total"]["workMinutes"]);
        assert_eq!(figures["handsOnMinutes"], estimate["total"]["handsOnMinutes"]);
        let calendar = &figures["calendar"];
        assert_eq!(calendar["calendarDays"], estimate["total"]["calendarDays"]);
        assert_eq!(calendar["windowMinutes"], estimate["total"]["windowMinutes"]);
        assert_eq!(calendar["daysPastEndOfLife"], estimate["support"]["daysPastEndOfLife"]);
    }
}

/// Without a start there is no calendar, and the work is the same all the same.
#[test]
fn without_a_start_the_work_is_shown() {
    let with = json(&[&CLUSTER, &["--to", "1.30", "--start", "2027-01-11"][..]].concat());
    let without = json(&[&CLUSTER, &["--to", "1.30"][..]].concat());
    for (with, without) in
        with["candidates"].as_array().unwrap().iter().zip(without["candidates"].as_array().unwrap())
    {
        assert_eq!(with["plan"]["workMinutes"], without["plan"]["workMinutes"]);
        assert!(without["plan"].get("calendar").is_none());
    }
    let output = compare(&["--from", "1.31", "--to", "1.33"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("need a start: --start DATE") && !text.contains("Calendar days"),
        "{text}"
    );
}

#[test]
fn a_target_without_a_plan_says_why() {
    let targets =
        ["--from", "1.31", "--to", "1.32", "--to", "1.99", "--to", "1.30", "--to", "1.31"];
    let comparison = json(&targets);
    let outcomes: Vec<(&str, &str)> = comparison["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|candidate| {
            let mut keys = candidate.as_object().unwrap().keys();
            (candidate["to"].as_str().unwrap(), keys.next_back().unwrap().as_str())
        })
        .collect();
    let expected =
        [("1.32", "plan"), ("1.99", "noPath"), ("1.30", "noPath"), ("1.31", "nothingToDo")];
    let expected: Vec<(&str, &str)> = expected.iter().flat_map(|pair| [*pair, *pair]).collect();
    assert_eq!(outcomes, expected);
    let output = compare(&targets);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1.99 (every-hop, min-drains): 1.99 is not known"), "{text}");
    // Nothing leads anywhere: the answer is no.
    let output = compare(&["--from", "1.31", "--to", "1.99"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn wrong_usage_is_refused() {
    for (arguments, expected) in [
        (&["--from", "1.31", "--to", "1.32", "--strategy", "min-drains"][..], "--strategy"),
        (&["--from", "1.31"], "--to"),
        (&["--from", "1.31", "--to", "1.32", "--calendar", "x.yaml"], "--start"),
    ] {
        let output = compare(arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(expected) && output.stdout.is_empty(), "{text}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .args(["plan", "--from", "1.31", "--to", "1.32", "--to", "1.33"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(text.contains("--compare"), "{text}");
}
