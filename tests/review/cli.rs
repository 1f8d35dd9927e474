//! `kubehop review` and `kubehop lint` as they are called.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

const PLAN: &str = "plans/prod-us-1.plan.yaml";
const DAY: [&str; 2] = ["--as-of", "2026-11-25"];

fn kubehop(arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubehop"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever does not read standard input closes it.
    _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn code(arguments: &[&str]) -> i32 {
    kubehop(arguments, "").status.code().unwrap()
}

fn review(arguments: &[&str]) -> Output {
    kubehop(&[&["review", PLAN], &DAY[..], arguments].concat(), "")
}

fn json(arguments: &[&str]) -> Value {
    let output = review(&[arguments, &["-o", "json"]].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn file(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn exit_codes_are_the_contract() {
    assert_eq!(review(&[]).status.code(), Some(0), "conditions are no rejection");
    assert_eq!(review(&["--fail-on", "conditions"]).status.code(), Some(1));
    assert_eq!(review(&["--fail-on", "never"]).status.code(), Some(0));
    let broken = fs::read_to_string(PLAN).unwrap().replacen("kind: backup", "kind: soak", 1);
    let broken = file("broken.plan.yaml", &broken);
    assert_eq!(code(&["review", &broken]), 1, "the plan is not sound");
    assert_eq!(code(&["review", &broken, "--fail-on", "never"]), 0);
    assert_eq!(code(&["review"]), 2);
    assert_eq!(code(&["review", "no-such-file.yaml"]), 2);
    assert_eq!(code(&["review", "plans/prod-us-1.inventory.yaml"]), 2, "no plan");
    assert_eq!(review(&["--as-of", "tomorrow"]).status.code(), Some(2));
    assert_eq!(review(&["--policy", PLAN]).status.code(), Some(2), "a plan is no policy");
    assert_eq!(review(&["--calendar", "x.yaml"]).status.code(), Some(2), "without a start");
    assert_eq!(review(&["-o", "pdf"]).status.code(), Some(2));
}

#[test]
fn json_has_the_keys_that_programs_rely_on() {
    let answer = json(&["--inventory", "plans/prod-us-1.inventory.yaml"]);
    assert_eq!(answer["verdict"], "conditions");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&answer["reasons"][0]), ["verdict", "code", "title", "items"]);
    assert_eq!(keys(&answer["reasons"][0]["items"][0]), ["subject", "text", "toDo"]);
    assert_eq!(
        keys(&answer["findings"][0]),
        ["code", "severity", "subject", "message", "help", "source"]
    );
    let window = &answer["impact"]["skewWindows"][0];
    assert_eq!(keys(window), ["component", "against", "minors", "from", "to", "minutes"]);
    assert_eq!(answer["changes"]["hops"][0]["etcd"], serde_json::json!(["v3.5.33", "v3.6.14"]));
    assert_eq!(answer["asOf"], "2026-11-25");
    assert!(answer.get("schedule").is_none() && answer.get("policy").is_none());
    assert_eq!(answer["hazards"][0]["acknowledged"], Value::Null);
}

#[test]
fn the_plan_may_come_from_standard_input() {
    let text = fs::read_to_string(PLAN).unwrap();
    let piped = kubehop(&[&["review", "-"], &DAY[..], &["-o", "md"]].concat(), &text);
    assert_eq!(piped.stdout, review(&["-o", "md"]).stdout);
    assert!(piped.stderr.is_empty());
}

#[test]
fn a_schedule_gives_start_end_and_windows() {
    let schedule = ["--start", "2026-12-01"];
    let answer = json(&schedule);
    let environments = answer["schedule"]["environments"].as_array().unwrap();
    let names: Vec<&str> = environments.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["staging", "production"]);
    let production = &environments[1];
    let nodes: u64 = production["windows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["nodes"].as_u64().unwrap())
        .sum();
    assert_eq!(nodes, 33, "every node once");
    let request = review(&[&schedule[..], &["-o", "servicenow"]].concat());
    let request: Value = serde_json::from_slice(&request.stdout).unwrap();
    let moment = |key: &str| request[key].as_str().unwrap().to_owned();
    for (key, text) in [("start_date", &production["start"]), ("end_date", &production["end"])] {
        let expected = text.as_str().unwrap().replace('T', " ").replace('Z', "");
        assert_eq!(moment(key), expected, "{key}");
        assert_eq!(moment(key).len(), "2026-12-01 09:00:00".len());
    }
}

const HEAD: &str = "apiVersion: kubehop.dev/v1alpha1\nkind: ReviewPolicy\nmetadata: {name: ours}\n";

#[test]
fn drains_are_counted_window_by_window() {
    let codes = |most: u64| {
        let rule = format!("{HEAD}rules: {{mostDrainsPerWindow: {most}}}\n");
        let policy = file(&format!("drains-{most}.yaml"), &rule);
        let answer = json(&["--start", "2026-12-01", "--policy", &policy]);
        let reasons = answer["reasons"].as_array().unwrap().clone();
        reasons.into_iter().filter(|it| it["code"] == "REV045").count()
    };
    assert_eq!((codes(12), codes(1000)), (1, 0));
}

#[test]
fn what_fits_into_no_window_rejects() {
    let calendar = file(
        "short.calendar.yaml",
        "apiVersion: kubehop.dev/v1alpha1\nkind: Calendar\ntimezone: UTC\n\
         workingDays: [mon, tue, wed, thu, fri]\nworkingHours: {from: '09:00', to: '17:00'}\n\
         environments:\n- name: production\n  windows: [{days: [tue], from: '20:00', to: '20:20'}]\n",
    );
    let output = review(&["--start", "2026-12-01", "--calendar", &calendar, "-o", "json"]);
    let error = String::from_utf8_lossy(&output.stderr);
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{error}"));
    assert_eq!(answer["verdict"], "reject", "{error}");
    assert!(answer["reasons"].as_array().unwrap().iter().any(|it| it["code"] == "EST001"));
}

#[test]
fn what_changed_since_the_plan_before_is_said() {
    let answer = json(&["--previous", PLAN]);
    assert_eq!(answer["since"]["equal"], true);
    assert_eq!(answer["since"]["changes"], serde_json::json!([]));
    assert!(!answer["notAssessed"].as_array().unwrap().iter().any(|it| it["id"] == "previous"));
    let before = kubehop(
        &[
            "plan",
            "--inventory",
            "plans/prod-us-1.inventory.yaml",
            "--to",
            "v1.34.12",
            "-q",
            "-o",
            "yaml",
        ],
        "",
    );
    let before = file("before.plan.yaml", &String::from_utf8(before.stdout).unwrap());
    let answer = json(&["--previous", &before]);
    assert_eq!(answer["since"]["equal"], false);
    let changes: Vec<&str> = answer["since"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert!(changes.iter().any(|it| it.contains("v1.34.12 becomes v1.34.13")), "{changes:#?}");
    let page = String::from_utf8(review(&["--previous", &before, "-o", "md"]).stdout).unwrap();
    assert!(page.contains("Since the plan"), "{page}");
    assert_eq!(code(&["review", "-", "--previous", "-"]), 2, "standard input is read once");
}

#[test]
fn every_form_is_printed_and_explained() {
    for form in
        ["text", "md", "html", "json", "yaml", "sarif", "junit", "github", "jira", "servicenow"]
    {
        let output = review(&["-o", form]);
        assert_eq!(output.status.code(), Some(0), "{form}");
        assert!(output.stdout.ends_with(b"\n") && output.stdout.len() > 500, "{form}");
        assert!(output.stderr.is_empty(), "{form}");
    }
    for code in ["REV013", "LINT001", "rev030"] {
        assert_eq!(self::code(&["explain", code]), 0, "{code}");
    }
    for document in ["policy", "steps"] {
        let schema = kubehop(&["schema", document], "");
        let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
        assert_eq!(schema["type"], "object", "{document}");
    }
}

#[test]
fn colour_never_carries_the_meaning() {
    let text = |color: &str| String::from_utf8(review(&["--color", color]).stdout).unwrap();
    let (plain, painted) = (text("never"), text("always"));
    assert!(!plain.contains('\u{1b}') && painted.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&painted).to_string(), plain);
    assert!(plain.starts_with("! Approve with conditions."), "{plain}");
}

#[test]
fn lint_is_called_like_the_others() {
    let steps = |to: &str| {
        format!(
            "inventory:\n  apiVersion: kubehop.dev/v1alpha1\n  kind: ClusterInventory\n  metadata: {{name: theirs}}\n  \
             controlPlane:\n    nodes: [{{name: cp-1, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}}]\n  \
             etcd: {{members: [{{name: cp-1, version: v3.6.14}}]}}\n\
             to: {to}\nsteps:\n- {{component: kube-apiserver, from: v1.35.9, to: {to}, targets: [cp-1]}}\n\
             - {{component: kube-controller-manager, from: v1.35.9, to: {to}, targets: [cp-1]}}\n\
             - {{component: kube-scheduler, from: v1.35.9, to: {to}, targets: [cp-1]}}\n\
             - {{component: kubelet, from: v1.35.9, to: {to}, targets: [cp-1]}}\n"
        )
    };
    let good = kubehop(&["lint", "-"], &steps("v1.36.5"));
    let text = String::from_utf8(good.stdout).unwrap();
    assert_eq!(good.status.code(), Some(0), "{text}");
    assert!(text.contains("the steps keep every rule"), "{text}");
    let bad = steps("v1.37.1");
    for form in ["text", "json", "yaml", "sarif", "junit"] {
        let output = kubehop(&["lint", "-", "-o", form], &bad);
        assert_eq!(output.status.code(), Some(1), "{form}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("PATH003"), "{form}");
    }
    let sarif = kubehop(&["lint", "-", "-o", "sarif"], &bad);
    let value: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let read: serde_sarif::sarif::Sarif = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), value);
    assert_eq!(kubehop(&["lint", "-", "--fail-on", "never"], &bad).status.code(), Some(0));
    assert_eq!(kubehop(&["lint", "-"], "steps: [").status.code(), Some(2));
    assert_eq!(code(&["lint", PLAN]), 2);
}
