//! The contract of the command line: exit codes, what goes to which stream, colour, pipes.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

use support::PROGRAM;
use support::quiet;
use support::root;

fn run(arguments: &[&str]) -> Output {
    quiet(PROGRAM).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

const INVENTORY: &str = "plans/prod-eu-1.inventory.yaml";
const PLAN: &str = "plans/prod-eu-1.plan.yaml";

#[test]
fn exit_codes() {
    let cases: &[(i32, &[&str])] = &[
        (0, &["--version"]),
        (0, &["--help"]),
        (0, &["plan", "--help"]),
        (0, &["plan", "--from", "1.27", "--to", "1.30"]),
        (0, &["plan", "--from", "v1.30.14", "--to", "v1.30.14"]),
        (0, &["verify", PLAN, "--inventory", INVENTORY]),
        (0, &["verify", PLAN, "--fail-on", "never"]),
        (0, &["render", PLAN]),
        (0, &["explain"]),
        (0, &["explain", "skew003"]),
        (0, &["explain", PLAN, "1.03"]),
        (0, &["catalog", "show", "etcd"]),
        (0, &["diff", PLAN, PLAN]),
        (0, &["status", PLAN, "--inventory", INVENTORY]),
        (0, &["plan", "--resume", PLAN, "--inventory", INVENTORY]),
        // The answer is no.
        (1, &["diff", PLAN, "plans/prod-eu-2.plan.yaml"]),
        (1, &["status", PLAN, "--inventory", "plans/prod-eu-2.inventory.yaml"]),
        (1, &["plan", "--resume", PLAN, "--inventory", INVENTORY, "--to", "1.26"]),
        (1, &["plan", "--from", "1.30", "--to", "1.29"]),
        (1, &["plan", "--from", "1.30", "--to", "1.99"]),
        (1, &["plan", "--from", "1.27", "--to", "1.30", "--strict"]),
        (
            1,
            &[
                "plan",
                "--from",
                "1.29",
                "--to",
                "1.30",
                "--avoid",
                "v1.30.14",
                "--pin",
                "1.30=v1.30.0",
            ],
        ),
        (1, &["verify", PLAN, "--fail-on", "warning"]),
        (1, &["verify", PLAN, "--inventory", "plans/prod-us-1.inventory.yaml"]),
        // Wrong usage, or input that cannot be read.
        (2, &[]),
        (2, &["plan"]),
        (2, &["plan", "--from", "1.27"]),
        (2, &["plan", "--from", "1.27", "--to", "1.30", "--inventory", INVENTORY]),
        (2, &["plan", "--from", "1.27", "--to", "next"]),
        (2, &["plan", "--from", "1.27", "--to", "1.30", "-o", "pdf"]),
        (2, &["plan", "--from", "1.9", "--to", "1.30"]),
        (2, &["plan", "--inventory", "no-such-file.yaml", "--to", "1.30"]),
        (2, &["plan", "--inventory", PLAN, "--to", "1.30"]),
        (2, &["render", INVENTORY]),
        (2, &["diff", PLAN]),
        (2, &["diff", "-", "-"]),
        (2, &["diff", PLAN, INVENTORY]),
        (2, &["status", PLAN]),
        (2, &["status", "-", "--inventory", "-"]),
        (2, &["status", INVENTORY, "--inventory", INVENTORY]),
        (2, &["plan", "--resume", PLAN]),
        (2, &["plan", "--resume", "-", "--inventory", "-"]),
        (2, &["plan", "--resume", PLAN, "--from", "1.27"]),
        (2, &["plan", "--resume", PLAN, "--inventory", "plans/prod-eu-2.inventory.yaml"]),
        (2, &["plan", "--inventory", INVENTORY]),
        (2, &["render", PLAN, "-o", "json", "--templates", "."]),
        (2, &["verify", "no-such-file.yaml"]),
        (2, &["explain", "no-such-rule"]),
        (2, &["explain", PLAN, "9.99"]),
        (2, &["catalog", "check", INVENTORY]),
        (2, &["catalog", "show", "nothing"]),
        (2, &["completions", "cmd"]),
    ];
    let mut wrong = Vec::new();
    for (code, arguments) in cases {
        let output = run(arguments);
        if output.status.code() != Some(*code) {
            wrong.push(format!(
                "{arguments:?}: {:?}, not {code}\n{}",
                output.status.code(),
                stderr(&output)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where there is an answer it is on standard output; where there is none, standard output is empty and
/// standard error says why.
#[test]
fn answers_and_messages_do_not_mix() {
    let failed = run(&["plan", "--from", "1.30", "--to", "1.29"]);
    assert_eq!(stdout(&failed), "");
    assert!(stderr(&failed).starts_with("error: "), "{}", stderr(&failed));

    let plan = run(&["plan", "--from", "1.27", "--to", "1.30", "-o", "json"]);
    let document: Value = serde_json::from_str(stdout(&plan)).unwrap();
    assert_eq!(document["kind"], "UpgradePlan");
    assert!(stderr(&plan).starts_with("warning: 1.30 has been past its end of life"));

    let quiet = run(&["-q", "plan", "--from", "1.27", "--to", "1.30", "-o", "json"]);
    assert_eq!(stderr(&quiet), "");
    assert_eq!(quiet.stdout, plan.stdout);

    let still_an_error = run(&["--quiet", "plan", "--from", "1.30", "--to", "1.29"]);
    assert!(stderr(&still_an_error).starts_with("error: "));
}

/// As JSON a "no" is data too.
#[test]
fn no_is_an_answer_as_json() {
    let no = run(&["plan", "--from", "1.30", "--to", "1.29", "-o", "json"]);
    assert_eq!(no.status.code(), Some(1));
    let document: Value = serde_json::from_str(stdout(&no)).unwrap();
    assert!(document["noPath"]["summary"].is_string(), "{document:#}");

    let nothing = run(&["plan", "--from", "v1.30.14", "--to", "v1.30.14", "-o", "json"]);
    let document: Value = serde_json::from_str(stdout(&nothing)).unwrap();
    assert_eq!(document["nothingToDo"], true);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let arguments = ["plan", "--from", "1.30", "--to", "1.29"];
    let escape = |output: &Output| output.stderr.contains(&0x1b) || output.stdout.contains(&0x1b);
    assert!(!escape(&run(&arguments)), "a pipe is not coloured");
    let always: Vec<&str> = ["--color", "always"].into_iter().chain(arguments).collect();
    assert!(escape(&run(&always)), "{:?}", stderr(&run(&always)));
    let never: Vec<&str> = ["--color", "never"].into_iter().chain(arguments).collect();
    let forced = quiet(PROGRAM).args(&never).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!escape(&forced));
    let no_color = quiet(PROGRAM).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(!escape(&no_color));
    // The flag is nearer than the environment.
    let both = quiet(PROGRAM).args(&always).env("NO_COLOR", "1").output().unwrap();
    assert!(escape(&both));
    // What is said does not depend on it.
    assert_eq!(no_color.stderr, run(&arguments).stderr);
}

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = quiet(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    _ = writer.join();
    output
}

#[test]
fn a_dash_reads_standard_input() {
    let inventory = fs::read(root().join(INVENTORY)).unwrap();
    let plan = piped(&["plan", "--inventory", "-", "--to", "1.30", "-o", "yaml"], &inventory);
    assert_eq!(plan.status.code(), Some(0), "{}", stderr(&plan));
    let named = run(&["plan", "--inventory", INVENTORY, "--to", "1.30", "-o", "yaml"]);
    assert!(plan.stdout == named.stdout, "the same from a file and from standard input");
    let verified = piped(&["verify", "-"], &plan.stdout);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
    let rendered = piped(&["render", "-", "-o", "summary"], &plan.stdout);
    assert!(stdout(&rendered).starts_with("prod-eu-1: "), "{}", stdout(&rendered));
    let wrong = piped(&["verify", "-"], b"kind: [");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains("<stdin>"), "{}", stderr(&wrong));
}

/// Whoever reads only the beginning (`| head`) has got what was asked for.
/// Whichever read it second found nothing, and blamed the file.
#[test]
fn standard_input_is_read_once() {
    for arguments in [
        ["verify", "-", "--from-dump", "-"].as_slice(),
        &["status", "-", "--inventory", "-"],
        &["status", "-", "--from-dump", "-"],
        &["review", "-", "--policy", "-"],
        &["plan", "--resume", "-", "--from-dump", "-"],
        &["diff", "-", "-"],
    ] {
        let output = piped(arguments, b"x");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("`-` is given twice"), "{arguments:?}");
    }
}

/// The windows that are left are those of one environment, and sign-offs settle what versions cannot.
#[test]
fn status_knows_windows_and_sign_offs() {
    let plan = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("status-windows.yaml");
    let record = plan.with_extension("record.yaml");
    _ = fs::remove_file(&record);
    fs::copy(root().join(PLAN), &plan).unwrap();
    let [plan, record] = [&plan, &record].map(|path| path.to_str().unwrap());
    let status = |more: &[&str]| {
        let base = ["status", plan, "--inventory", INVENTORY, "-o", "json"];
        let output = run(&[&base, more].concat());
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let bare = status(&[]);
    assert!(bare.get("ahead").is_none() && bare["next"] == "1.01", "{bare}");
    let start = ["--start", "2027-01-11"];
    let production = status(&start);
    assert_eq!(production["ahead"]["environment"], "production");
    let staging = status(&[&start[..], &["--environment", "staging"]].concat());
    assert_eq!(staging["ahead"]["environment"], "staging");
    for ahead in [&production["ahead"], &staging["ahead"]] {
        let windows = ahead["windows"].as_u64().unwrap();
        assert_eq!(ahead["windowMinutes"], windows * 360, "{ahead}");
    }
    for step in ["1.01", "1.02"] {
        let at = "2026-11-20T09:00:00Z";
        let arguments = ["record", plan, "--step", step, "--result", "done", "--by", "a", "--at"];
        assert!(run(&[&arguments[..], &[at]].concat()).status.success());
    }
    let signed = status(&["--record", record]);
    assert_eq!(signed["next"], "1.03", "{signed}");
    assert_eq!(signed["passed"], serde_json::json!(["1.01", "1.02"]));
    let output = run(&[
        "status",
        plan,
        "--inventory",
        INVENTORY,
        "--start",
        "2027-01-11",
        "--environment",
        "x",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("it has staging, production"));
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let mut child = quiet(PROGRAM)
        .args(["render", PLAN, "-o", "md"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut beginning = [0; 16];
    stdout.read_exact(&mut beginning).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stderr(&output), "");
}

/// A full disk is not.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = quiet(PROGRAM).args(["render", PLAN]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot write the answer"), "{}", stderr(&output));
}

#[test]
fn version() {
    let output = run(&["--version"]);
    assert_eq!(stdout(&output), concat!("kubehop ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(stderr(&output), "");
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        for word in ["kubehop", "min-drains", "etcd-matrix", "known-bad"] {
            // elvish and powershell scripts of this generator name no values.
            let values = matches!(shell, "bash" | "fish" | "zsh");
            if word == "known-bad" || (word == "min-drains" && !values) {
                continue;
            }
            assert!(stdout(&output).contains(word), "{shell}: no `{word}`");
        }
    }
}

/// The scripts are what the shell accepts, where the shell is at hand.
#[test]
fn completion_scripts_parse() {
    for shell in ["bash", "zsh", "fish"] {
        let script = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("kubehop.{shell}"));
        fs::write(&script, run(&["completions", shell]).stdout).unwrap();
        let Ok(output) = quiet(shell).arg("-n").arg(&script).output() else { continue };
        assert!(output.status.success(), "{shell}: {}", stderr(&output));
    }
}

#[test]
fn the_manual_page_names_every_command() {
    let output = run(&["man"]);
    let page = stdout(&output);
    assert!(page.contains(".TH kubehop 1"), "{}", &page[..200.min(page.len())]);
    for command in ["plan", "render", "verify", "explain", "catalog", "schema", "completions"] {
        assert!(
            page.contains(&format!("kubehop\\-{command}(1)")) || page.contains(command),
            "{command}"
        );
    }
}

/// Schemas are JSON, and name the draft that they are written in.
#[test]
fn schemas_are_json() {
    for document in ["plan", "inventory", "matrix", "catalog"] {
        let schema: Value = serde_json::from_str(stdout(&run(&["schema", document]))).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
    }
}

/// An install without kubeadm may have no kubelets beside its control plane.
#[test]
fn a_control_plane_without_kubelets() {
    let output = run(&["plan", "--inventory", "plans/prod-ap-1.inventory.yaml", "--to", "1.31"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// A pool of several versions takes several steps, but stays one pool.
#[test]
fn the_summary_counts_pools_and_not_steps() {
    let inventory = b"apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
controlPlane:
  nodes: [{name: cp-1, kubeApiserver: v1.29.15}]
nodePools:
- {name: general, nodes: [{name: w-1, kubelet: v1.30.4}, {name: w-2, kubelet: v1.29.15}]}
";
    let output = piped(&["plan", "--inventory", "-", "--to", "1.30"], inventory);
    let summary = stdout(&output);
    assert!(summary.contains("2 nodes of general"), "{summary}{}", stderr(&output));
}

/// One error, one warning: numbers and nouns agree.
#[test]
fn the_verdict_counts_in_english() {
    let output = run(&["verify", PLAN]);
    assert!(stdout(&output).ends_with("(0 errors, 1 warning)\n"), "{}", stdout(&output));
}

/// Whoever lays a matrix over the data sees which file decided, also where only a floor changed.
#[test]
fn the_etcd_table_names_who_decided() {
    let matrix = b"apiVersion: kubehop.dev/v1alpha1
kind: EtcdMatrix
metadata: {name: house-rules}
entries:
- {from: '3.5', to: '3.6', floor: v3.5.26}
";
    let arguments =
        ["catalog", "show", "etcd", "--minor", "1.34", "--etcd-matrix", "-", "-o", "json"];
    let output = piped(&arguments, matrix);
    assert!(stdout(&output).contains("<stdin>, embedded"), "{}", stdout(&output));
}

#[cfg(not(feature = "live"))]
#[test]
fn without_the_feature_it_is_said_that_live_clusters_cannot_be_read() {
    let output = support::quiet(support::PROGRAM)
        .args(["plan", "--context", "prod", "--to", "1.35"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("built without reading of live clusters"), "{said}");
    assert!(said.contains("--from-dump"), "{said}");
}

/// A file that replaces nothing was ignored in silence.
#[test]
fn a_template_without_effect_is_told() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("templates-without-effect");
    fs::create_dir_all(directory.join("partials")).unwrap();
    fs::write(directory.join("runbok.md.j2"), "mine").unwrap();
    fs::write(directory.join("header.md.j2"), "mine").unwrap();
    fs::write(directory.join("partials/header.md.j2"), "{% include 'logo.j2' %}").unwrap();
    fs::write(directory.join("logo.j2"), "LOGO").unwrap();
    let output = run(&["render", PLAN, "-o", "md", "--templates", directory.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("LOGO"));
    let said = stderr(&output);
    assert_eq!(said.matches("has no effect").count(), 2, "{said}");
    assert!(said.contains("no built-in template is called `runbok.md.j2`"), "{said}");
    assert!(said.contains("help: did you mean `runbook.md.j2`?"), "{said}");
    assert!(said.contains("help: did you mean `partials/header.md.j2`?"), "{said}");
}

#[test]
fn the_lines_of_a_rule_stand_below_one_another() {
    let output = run(&["explain", "etcd-entry-floor"]);
    let lines: Vec<&str> = stdout(&output).lines().skip(4).collect();
    let heads = ["  so:      ", "  layer:   ", "  holds:   ", "  source:  "];
    assert_eq!(lines.len(), heads.len(), "{lines:#?}");
    for (line, head) in lines.iter().zip(heads) {
        assert!(line.starts_with(head), "{line}");
    }
}

#[test]
fn records_of_the_catalog_have_plain_keys() {
    for section in ["releases", "etcd", "components", "apis", "known-bad"] {
        let output = run(&["catalog", "show", section, "-o", "json"]);
        let records: Value = serde_json::from_str(stdout(&output)).unwrap();
        for key in records[0].as_object().unwrap().keys() {
            let plain = key.chars().all(|char| char.is_ascii_alphanumeric());
            assert!(plain && key.starts_with(|char: char| char.is_ascii_lowercase()), "{key}");
        }
    }
}
