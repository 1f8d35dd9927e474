//! The commands that take dumps.

use std::io::Write as _;
use std::process::Output;
use std::process::Stdio;

use kubehop::inventory::collect::SCRIPT;
use serde_json::Value;

use super::folder;
use super::support::PROGRAM;
use super::support::quiet;
use super::texts;

fn run(arguments: &[&str]) -> Output {
    quiet(PROGRAM).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const HA: &str = "tests/collect/kubeadm-ha";

#[test]
fn a_folder_gives_the_inventory_and_says_what_is_not_known() {
    let output = run(&["inventory", "--from-dump", HA]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let expected = std::fs::read(folder("kubeadm-ha").join("inventory.yaml")).unwrap();
    assert_eq!(output.stdout, expected);
    assert!(said(&output).contains("could not be found out: cgroup, gone-nodes"));
    let output = run(&["inventory", "-q", "--from-dump", HA, "-o", "json", "--name", "a"]);
    let inventory: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(inventory["metadata"]["name"], "a");
    assert_eq!(said(&output), "");
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let mut child = quiet(PROGRAM)
        .args(["inventory", "-q", "--from-dump", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stream: Vec<u8> = texts("rke2").into_iter().flat_map(|(_, text)| text).collect();
    child.stdin.take().unwrap().write_all(&stream).unwrap();
    let output = child.wait_with_output().unwrap();
    let expected = std::fs::read(folder("rke2").join("inventory.yaml")).unwrap();
    assert_eq!(output.stdout, expected);
}

#[test]
fn a_plan_is_made_from_a_dump_and_verified_against_it() {
    let output = run(&["plan", "--from-dump", HA, "--to", "1.31", "-q", "-o", "yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let plan = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("from-dump.yaml");
    std::fs::write(&plan, &output.stdout).unwrap();
    let plan = plan.to_str().unwrap();
    let output = run(&["verify", plan, "--from-dump", HA, "-o", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = answer["findings"].as_array().unwrap();
    assert!(!findings.iter().any(|finding| finding["code"] == "BASIS001"), "{answer}");
}

#[test]
fn etcd_is_asked_apart() {
    let status = "tests/collect/external-etcd/etcd-status.json";
    let nodes = "tests/collect/external-etcd/nodes.json";
    let output = run(&["inventory", "-q", "--from-dump", nodes, "--etcd-status", status]);
    let inventory = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(inventory.contains("version: v3.5.16"), "{inventory}{}", said(&output));
    let output = run(&["inventory", "--from-dump", nodes, "--etcd-status", nodes]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("has no answer of etcd"), "{}", said(&output));
}

#[test]
fn wrong_input_is_said_to_be_wrong() {
    for (arguments, message) in [
        (&["inventory", "--from-dump", "Cargo.toml"][..], "nothing in `Cargo.toml` is known"),
        (&["inventory", "--from-dump", "nowhere"], "cannot read `nowhere`"),
        (&["inventory", "--from-dump", "plans/lab-1.inventory.yaml"], "is an inventory already"),
        (&["inventory", "--script", "--from-dump", HA], "cannot be used with"),
        (&["inventory", "--script", "--name", "a"], "required"),
        (&["inventory", "--from-dump", HA, "--observed-at", "today"], "--observed-at"),
        (&["inventory", "--from-dump", HA, "tests/collect/rke2"], "contradict each other"),
        (&["plan", "--from-dump", HA, "--inventory", "a", "--to", "1.31"], "cannot be used with"),
        (&["plan", "--from-dump", HA, "--from", "1.29", "--to", "1.31"], "cannot be used with"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(message), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn the_script_is_printed() {
    let output = run(&["inventory", "--script"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, SCRIPT.as_bytes());
}
