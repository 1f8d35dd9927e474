//! The examples under `plans/`: made again from the commands of `plans/README.md`, byte for byte, and
//! verified. `KUBEHOP_UPDATE=1 cargo test --test examples` writes them anew.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use serde_json::Value;

use support::PROGRAM;
use support::compare_or_write;
use support::quiet;
use support::root;

const HOW: &str = "KUBEHOP_UPDATE=1 cargo test --test examples";

fn kubehop(arguments: &[String]) -> Output {
    quiet(PROGRAM).args(arguments).output().unwrap()
}

/// The commands of the page: arguments, and the file that takes the answer.
fn commands() -> Vec<(Vec<String>, String)> {
    let page = fs::read_to_string(root().join("plans/README.md")).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix("$ kubehop "));
    let commands: Vec<_> = lines
        .map(|line| {
            let (command, file) = line.split_once(" > ").expect("a command without `> FILE`");
            (shlex::split(command).unwrap(), file.trim().to_owned())
        })
        .collect();
    assert!(commands.len() >= 10, "{commands:?}");
    commands
}

/// Plans and runbooks, and what the verifier says of the plans.
#[test]
fn examples_are_current_and_sound() {
    for (arguments, file) in commands() {
        let output = kubehop(&arguments);
        assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
        compare_or_write(&root().join(&file), &String::from_utf8(output.stdout).unwrap(), HOW);
    }
    let plans = names(".plan.yaml").into_iter().map(|it| (it, ["plan", "inventory"]));
    let resumed = names(".resumed.yaml").into_iter().map(|it| (it, ["resumed", "half-way"]));
    for (name, [plan, inventory]) in plans.chain(resumed) {
        let plan = format!("plans/{name}.{plan}.yaml");
        let inventory = format!("plans/{name}.{inventory}.yaml");
        let output =
            kubehop(&["verify", &plan, "--inventory", &inventory, "-o", "json"].map(str::to_owned));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {answer:#}");
        for finding in answer["findings"].as_array().unwrap() {
            assert_ne!(finding["severity"], "error", "{name}: {finding:#}");
            // The plan fits its inventory, and the data that this program carries.
            let code = finding["code"].as_str().unwrap();
            assert!(!code.starts_with("BASIS"), "{name}: {finding:#}");
        }
    }
}

/// The samples show every verdict.
#[test]
fn reviews_show_every_verdict() {
    for (file, verdict, reason) in [
        ("prod-ca-1.review.md", "✓ **Approve.**", ""),
        ("prod-us-1.review.md", "! **Approve with conditions.**", "REV049"),
        ("prod-eu-1.review.md", "✗ **Reject.**", "REV003"),
    ] {
        let page = fs::read_to_string(root().join("plans").join(file)).unwrap();
        assert!(page.contains(verdict) && page.contains(reason), "{file}");
    }
}

fn names(suffix: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("plans")).unwrap();
    entries
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(suffix).map(str::to_owned)
        })
        .collect()
}

#[test]
fn every_inventory_has_its_plan_and_runbook_and_a_row() {
    let inventories = names(".inventory.yaml");
    assert!(inventories.len() >= 5);
    assert_eq!(inventories, names(".plan.yaml"));
    assert_eq!(inventories, names(".runbook.md"));
    let made: BTreeSet<_> = commands().into_iter().map(|(_, file)| file).collect();
    let page = fs::read_to_string(root().join("plans/README.md")).unwrap();
    for name in inventories {
        assert!(made.contains(&format!("plans/{name}.plan.yaml")), "{name}");
        assert!(made.contains(&format!("plans/{name}.runbook.md")), "{name}");
        assert!(page.contains(&format!("| [{name}]")), "no row for {name}");
    }
}
