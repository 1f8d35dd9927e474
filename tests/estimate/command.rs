//! The command: exit codes, streams and the keys that other programs rely on.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

const PLAN: &str = "plans/prod-eu-1.plan.yaml";

fn kubehop(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn json(output: &Output) -> Value {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_keys_that_other_programs_rely_on() {
    let output = kubehop(&["estimate", PLAN, "--start", "2027-01-11", "-o", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let answer = json(&output);
    assert_eq!(answer["hops"].as_array().unwrap().len(), 3);
    for hop in answer["hops"].as_array().unwrap() {
        assert!(hop["number"].is_u64());
        let names: Vec<&str> = hop["environments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|environment| {
                assert!(environment["start"].as_str() <= environment["end"].as_str());
                assert!(environment["windows"].is_u64());
                for point in ["low", "likely", "high"] {
                    assert!(environment["workMinutes"][point].is_u64());
                }
                environment["name"].as_str().unwrap()
            })
            .collect();
        assert_eq!(names, ["staging", "production"]);
    }
    assert!(answer["total"]["workMinutes"]["likely"].is_u64());
    for percentile in ["p50", "p90"] {
        assert!(answer["total"]["calendarDays"][percentile].is_u64());
        let finish = answer["finish"][percentile].as_str().unwrap();
        assert!(finish.parse::<jiff::Timestamp>().is_ok(), "{finish}");
    }
    assert_eq!(answer["seed"], 1);
}

#[test]
fn a_no_is_told_by_the_exit_code() {
    let deadline =
        ["estimate", PLAN, "--start", "2027-01-11", "--deadline", "2027-01-15", "-o", "json"];
    let output = kubehop(&deadline);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["deadline"]["holds"], false);

    let short = file(
        "short.yaml",
        "apiVersion: kubehop.dev/v1alpha1\nkind: Calendar\ntimezone: UTC\nworkingDays: [mon]\nworkingHours: {from: '09:00', to: '17:00'}\nenvironments:\n- name: p\n  windows: [{days: [mon], from: '20:00', to: '21:00'}]\n",
    );
    let short = short.to_str().unwrap();
    let output =
        kubehop(&["estimate", PLAN, "--start", "2027-01-11", "--calendar", short, "-o", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let answer = json(&output);
    assert_eq!(answer["findings"][0]["code"], "EST001");
    assert_eq!(answer["doesNotFit"][0]["longestMinutes"], 60);
}

#[test]
fn wrong_input_is_told_with_what_to_do() {
    let cases: [(&[&str], &str); 5] = [
        (&["estimate", PLAN], "--start"),
        (&["estimate", PLAN, "--start", "11.01.2027"], "--start"),
        (&["estimate", PLAN, "--start", "2027-01-11", "--calendar", PLAN], "kind `Calendar`"),
        (
            &["estimate", PLAN, "--start", "2027-01-11", "--estimates", PLAN],
            "kind `EstimateProfile`",
        ),
        (&["estimate", PLAN, "--start", "9999-12-30"], "does not end"),
    ];
    for (arguments, expected) in cases {
        let output = kubehop(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{text}");
        assert!(text.contains(expected) && output.stdout.is_empty(), "{arguments:?}\n{text}");
    }
}

#[test]
fn what_is_learnt_can_be_used() {
    let record = file(
        "record.csv",
        "step,start,end\n1.01,2027-01-11T09:00:00Z,2027-01-11T09:50:00Z\n1.03,2027-01-11T10:00:00Z,2027-01-11T10:40:00Z\n",
    );
    let output = kubehop(&["estimate", PLAN, "--learn", record.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let profile = file("learnt.yaml", &String::from_utf8(output.stdout).unwrap());
    let profile = profile.to_str().unwrap();
    let answer = json(&kubehop(&[
        "estimate",
        PLAN,
        "--start",
        "2020-01-06",
        "--estimates",
        profile,
        "-o",
        "json",
    ]));
    let preflight = &answer["hops"][0]["environments"][0]["steps"][0];
    assert_eq!(preflight["minutes"]["likely"], 50);
    assert_eq!(preflight["parts"][0]["source"], "profile");
}

#[test]
fn holidays_and_freezes_come_from_a_calendar_program() {
    let ics = file(
        "freeze.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Move\r\nDTSTART;VALUE=DATE:20270111\r\nDTEND;VALUE=DATE:20270116\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    for flag in ["--holidays", "--freezes"] {
        let answer = json(&kubehop(&[
            "estimate",
            PLAN,
            "--start",
            "2027-01-11",
            flag,
            ics.to_str().unwrap(),
            "-o",
            "json",
        ]));
        let start = answer["hops"][0]["environments"][0]["start"].as_str().unwrap();
        assert_eq!(start, "2027-01-18T09:00:00+00:00", "{flag}");
        assert!(!answer["freezes"].as_array().unwrap().is_empty());
    }
}
