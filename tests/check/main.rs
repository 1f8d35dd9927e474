//! Checkpoints against a simulated cluster: each holds where the cluster is right, and fails after
//! one edit; jq itself gives the same answers.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../simulated/mod.rs"]
mod simulated;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use jiff::Timestamp;
use kubehop::check::Answer;
use kubehop::check::Evaluator;
use kubehop::check::Expectation;
use kubehop::check::Request;
use kubehop::check::Status;
use kubehop::check::filter;
use kubehop::check::look;
use kubehop::diagnostic::SourceFile;
use kubehop::plan;
use kubehop::plan::Checkpoint;
use kubehop::plan::Plan;
use kubehop::plan::Probe;
use kubehop::plan::ProbeKind;
use kubehop::plan::StepId;
use serde_json::Value;
use serde_json::json;

use simulated::Simulated;
use simulated::edited;

/// Runs filters in this process, and keeps what they were asked.
#[derive(Default)]
struct Here {
    now: f64,
    asked: BTreeMap<(String, String), Vec<Value>>,
}

impl Evaluator for Here {
    fn evaluate(&mut self, filter: &str, input: &[u8]) -> Result<Vec<Value>, String> {
        let key = (filter.to_owned(), String::from_utf8(input.to_vec()).unwrap());
        if let Some(values) = self.asked.get(&key) {
            return Ok(values.clone());
        }
        let values = filter::run(filter, input, self.now).map_err(|error| error.to_string())?;
        self.asked.insert(key, values.clone());
        Ok(values)
    }
}

fn plans() -> Vec<(String, Plan)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| path.to_string_lossy().ends_with(".plan.yaml"));
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).unwrap();
        (name.clone(), plan::read(&SourceFile::new(name, text)).unwrap())
    };
    paths.into_iter().map(read).collect()
}

/// The answer to the request of a checkpoint.
fn given(checkpoint: &Checkpoint, text: &str) -> Answer {
    Answer::of(&Request::of(&checkpoint.probe).unwrap(), &[text.as_bytes().to_vec()])
}

fn machine(checkpoint: &Checkpoint) -> bool {
    matches!(checkpoint.probe.kind, ProbeKind::Api | ProbeKind::Raw)
}

fn now() -> Timestamp {
    "2026-01-12T20:00:00Z".parse().unwrap()
}

#[test]
fn every_probe_of_every_sample_plan_passes_when_right_and_fails_after_one_edit() {
    let now = now();
    let mut here = Here { now: now.as_duration().as_secs_f64(), ..Here::default() };
    let mut seen = 0;
    for (name, plan) in plans() {
        let mut cluster = Simulated::before(&plan, now);
        for (_, step) in plan.steps() {
            cluster.apply(step);
            for checkpoint in step.checkpoints.iter().filter(|one| machine(one)) {
                let place = format!("{name} {} {}", step.id, checkpoint.id);
                let request = Request::of(&checkpoint.probe).unwrap();
                let answer = cluster.answer(request.path()).expect(&place);
                let right = look(step.id, checkpoint, |_| given(checkpoint, &answer), &mut here);
                assert_eq!(right.status, Status::Pass, "{place}: {right:#?}");
                let filter = checkpoint.probe.jq.as_deref().unwrap_or_default();
                let wrong = edited(&checkpoint.id, filter, &answer);
                let wrong = wrong.unwrap_or_else(|| panic!("{place}: no edit is known"));
                let wrong = look(step.id, checkpoint, |_| given(checkpoint, &wrong), &mut here);
                assert_eq!(wrong.status, Status::Fail, "{place}: {wrong:#?}");
                assert!(wrong.observed.is_some() && wrong.may_change, "{wrong:#?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 600, "{seen} probes");
    same_as_jq(&here);
}

/// jq itself gives the same for everything that was asked.
fn same_as_jq(here: &Here) {
    assert!(here.asked.len() > 200, "{}", here.asked.len());
    for ((filter, input), values) in &here.asked {
        let timed = format!("def now: {};\n{filter}", here.now);
        assert_eq!(&by_jq(&timed, input).unwrap(), values, "{filter}\n{input}");
    }
}

/// What jq gives; `None` where it ends with an error.
fn by_jq(filter: &str, input: &str) -> Option<Vec<Value>> {
    let mut jq = Command::new("jq")
        .args(["-c", filter])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("jq; .ci/run installs it");
    jq.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = jq.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let values = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    output.status.success().then_some(values)
}

#[test]
fn odd_objects_give_the_same_as_jq_or_an_error_as_in_jq() {
    let probes = plans()
        .into_iter()
        .flat_map(|(_, plan)| plan.steps().map(|(_, step)| step.clone()).collect::<Vec<_>>())
        .flat_map(|step| step.checkpoints)
        .filter_map(|checkpoint| checkpoint.probe.jq);
    // Filters of one shape differ by versions and names only.
    let shape = |filter: &str| filter.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    let filters: BTreeMap<String, String> = probes.map(|filter| (shape(&filter), filter)).collect();
    assert!(filters.len() > 15, "{}", filters.len());
    let odd = [
        json!({"items": []}),
        json!({}),
        json!({"items": null}),
        json!({"items": [{}]}),
        json!({"items": [{"metadata": {"name": "x", "namespace": "y"}, "spec": {}, "status": {}}]}),
        json!({"items": [{"metadata": {"name": "a\"b", "labels": {"component": "etcd"}},
            "spec": {"nodeName": "n", "containers": [{"image": "etcd"}]},
            "status": {"phase": "Failed", "containerStatuses": []}}]}),
        json!({"spec": {"replicas": 0}, "status": {}, "metadata": {}}),
        json!({"data": {"ClusterConfiguration": "kubernetesVersion: v1.30.0-rc.1+x\n"}}),
        json!({"data": {}}),
        json!([]),
        json!("text"),
    ];
    for filter in filters.values() {
        for input in &odd {
            let input = input.to_string();
            let ours = filter::run(filter, input.as_bytes(), 0.0).ok();
            assert_eq!(ours, by_jq(filter, &input), "{filter}\n{input}");
        }
    }
}

#[test]
fn whatever_the_provider_expects_can_be_compared() {
    for (name, plan) in plans() {
        for (_, step) in plan.steps() {
            for checkpoint in &step.checkpoints {
                let place = format!("{name} {} {}", step.id, checkpoint.id);
                let expectation = Expectation::of(checkpoint).expect(&place);
                assert_eq!(expectation.is_some(), machine(checkpoint), "{place}");
                assert_eq!(checkpoint.run, checkpoint.probe.shell(), "{place}");
                if let Some(expectation) = expectation {
                    assert_eq!(expectation.to_string(), checkpoint.expect, "{place}");
                    assert_eq!(Request::of(&checkpoint.probe).err(), None, "{place}");
                }
            }
        }
    }
}

fn checkpoint(probe: Probe, expect: &str) -> Checkpoint {
    let run = probe.shell();
    Checkpoint { id: "x".into(), title: "x".into(), probe, run, expect: expect.into() }
}

const STEP: StepId = StepId::Hop { hop: 1, place: 1 };

fn status(checkpoint: &Checkpoint, answer: &Answer) -> (Status, String) {
    let check = look(STEP, checkpoint, |_| answer.clone(), &mut Here::default());
    (check.status, check.reason.or(check.observed).unwrap_or_default())
}

#[test]
fn refusals_are_no_answers_but_a_missing_object_is_one() {
    let nodes = checkpoint(Probe::api("nodes", None, "[.items[].metadata.name]"), "[]");
    let config =
        checkpoint(Probe::api("configmaps", Some("kube-system"), ".data").named("x"), "null");
    let ready = checkpoint(Probe::raw("/readyz"), "ok");
    let code = |code, text: &str| Answer::Refused { code, text: text.to_owned() };
    for (checkpoint, answer, expected, said) in [
        (&nodes, code(403, "nodes is forbidden"), Status::Unknown, "does not permit it (403)"),
        (&nodes, code(401, ""), Status::Unknown, "(401)"),
        (&nodes, code(404, ""), Status::Unknown, "does not serve"),
        (&nodes, code(503, "busy"), Status::Unknown, "503: busy"),
        (&config, code(404, ""), Status::Fail, "no such object"),
        (&config, code(403, ""), Status::Unknown, "(403)"),
        (&ready, code(500, "[-]etcd failed"), Status::Fail, "status 500: [-]etcd failed"),
        (&ready, code(403, ""), Status::Unknown, "(403)"),
        (&ready, given(&ready, "ok\n"), Status::Pass, "ok"),
        (&ready, Answer::Unreachable("refused".into()), Status::Unknown, "refused"),
        (&nodes, given(&nodes, "<html>"), Status::Unknown, "not a list"),
        (&nodes, given(&nodes, "{}"), Status::Unknown, "not a list"),
        (&config, given(&config, "[]"), Status::Unknown, "not an object"),
        (&config, given(&config, r#"{"data":null}"#), Status::Pass, "null"),
    ] {
        let (status, text) = status(checkpoint, &answer);
        assert_eq!(status, expected, "{text}");
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn pages_are_one_list_as_kubectl_prints_it() {
    let page = |name: &str| {
        let item = json!({"metadata": {"name": name, "managedFields": [1]}});
        json!({"kind": "NodeList", "apiVersion": "v1", "metadata": {"continue": "x"}, "items": [item]})
            .to_string()
            .into_bytes()
    };
    let all = checkpoint(Probe::api("nodes", None, "."), "1");
    let answer = Answer::of(&Request::of(&all.probe).unwrap(), &[page("a"), page("b")]);
    let check = look(STEP, &all, |_| answer.clone(), &mut Here::default());
    let observed: Value = serde_json::from_str(&check.observed.unwrap()).unwrap();
    let node = |name: &str| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}});
    let expected = json!({
        "apiVersion": "v1", "kind": "List", "items": [node("a"), node("b")],
        "metadata": {"resourceVersion": ""},
    });
    assert_eq!(observed, expected);
}

#[test]
fn a_plan_that_was_edited_is_evaluated_by_its_probe_and_says_so() {
    let mut edited = checkpoint(Probe::raw("/readyz"), "ok");
    edited.run = "kubectl delete nodes --all".to_owned();
    let (passes, reason) = status(&edited, &given(&edited, "ok"));
    assert_eq!(passes, Status::Pass);
    assert!(reason.contains("not that of its probe"), "{reason}");
    let prose = checkpoint(Probe::api("nodes", None, "."), "all of them");
    assert_eq!(status(&prose, &given(&prose, "{}")).0, Status::Unknown);
    let secret = checkpoint(Probe::api("secrets", Some("*"), "."), "[]");
    let (refused, reason) = status(&secret, &Answer::Unreachable("nobody asks".into()));
    assert_eq!(refused, Status::Unknown);
    assert!(reason.contains("never done"), "{reason}");
}

#[test]
fn several_values_or_none_are_not_the_one_that_is_expected() {
    for (filter, expected) in [
        ("1,2", Status::Fail),
        ("empty", Status::Fail),
        ("1.0", Status::Pass),
        ("\"1\"", Status::Fail),
    ] {
        let probe = Probe::api("configmaps", Some("a"), filter).named("x");
        let one = checkpoint(probe, "1");
        assert_eq!(status(&one, &given(&one, "{}")).0, expected, "{filter}");
    }
}
