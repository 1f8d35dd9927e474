//! `kubehop audit` as it is called.

use std::io::Write as _;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

const INVENTORY: &str = "plans/prod-eu-1.inventory.yaml";

fn kubehop(arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubehop"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("audit").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn code(arguments: &[&str]) -> i32 {
    kubehop(arguments, "").status.code().unwrap()
}

#[test]
fn exit_codes_are_the_contract() {
    let staging = "plans/prod-us-1.inventory.yaml";
    assert_eq!(code(&[INVENTORY]), 1, "an error was found");
    assert_eq!(code(&[INVENTORY, "--fail-on", "never"]), 0);
    assert_eq!(code(&[staging, "--fail-on", "warning"]), 1);
    assert_eq!(code(&[]), 2, "no inventory");
    assert_eq!(code(&["no-such-file.yaml"]), 2);
    assert_eq!(code(&[INVENTORY, "--inventory", INVENTORY]), 2, "two inventories");
    assert_eq!(code(&[INVENTORY, "--date", "tomorrow"]), 2);
    assert_eq!(code(&[INVENTORY, "--next", "1.20"]), 2);
    assert_eq!(code(&["plans/prod-eu-1.plan.yaml"]), 2, "a plan is no inventory");
}

#[test]
fn json_has_the_keys_that_programs_rely_on() {
    let text = std::fs::read_to_string(INVENTORY).unwrap();
    let output = kubehop(&["-", "-o", "json"], &text);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["withinPolicy"], true);
    assert_eq!(answer["nextHop"]["to"], "1.28");
    assert_eq!(answer["nextHop"]["allowed"], false);
    assert!(answer["nextHop"]["first"][0].is_string());
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&answer["findings"][0]),
        ["code", "severity", "subject", "message", "help", "source"]
    );
    let kubelet = answer["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["component"] == "kubelet" && row["instance"] == "b-2")
        .unwrap();
    assert_eq!(kubelet["version"], "v1.26.15");
    assert_eq!(kubelet["allowed"], serde_json::json!({"min": "1.25", "max": "1.27"}));
    assert_eq!(kubelet["verdict"], "warn");
    assert_eq!(answer["asOf"], "2026-11-16", "the day of the inventory");
}

#[test]
fn the_day_decides_what_is_past() {
    let ends = |day: &str| {
        let output = kubehop(&[INVENTORY, "--date", day, "-o", "json"], "");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let codes = answer["findings"].as_array().unwrap().iter();
        codes.filter(|it| it["code"] == "AUDIT030" || it["code"] == "AUDIT031").count()
    };
    assert_eq!((ends("2023-06-01"), ends("2024-02-01"), ends("2024-06-01")), (0, 1, 2));
}

#[test]
fn a_written_baseline_makes_the_audit_pass() {
    let written = kubehop(&[INVENTORY, "--write-baseline"], "");
    assert!(written.status.success());
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("known.yaml");
    std::fs::write(&path, &written.stdout).unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(code(&[INVENTORY, "--baseline", path, "--fail-on", "warning"]), 0);
    let later = [INVENTORY, "--baseline", path, "--date", "2027-06-01", "--fail-on", "warning"];
    assert_eq!(code(&later), 1, "every entry has expired");
}

#[test]
fn colour_is_asked_for_and_never_carries_the_meaning() {
    let text = |color: &str| {
        let output = kubehop(&[INVENTORY, "--color", color], "");
        String::from_utf8(output.stdout).unwrap()
    };
    let (plain, painted) = (text("never"), text("always"));
    assert!(!plain.contains('\u{1b}') && painted.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&painted).to_string(), plain);
    assert!(plain.contains("✗ AUDIT034"), "{plain}");
}
