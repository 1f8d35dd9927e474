//! `kubehop check` against a cluster that is simulated: what it prints, how it ends, how it waits,
//! and what it does with a plan that means no good.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use kubehop::diagnostic::SourceFile;
use kubehop::plan;
use kubehop::plan::Plan;
use kubehop::plan::Probe;
use serde_json::Value;
use serde_json::json;

use crate::server::Reply;
use crate::server::Request;
use crate::server::Server;
use crate::server::nobody;
use crate::session::Ran;
use crate::session::Session;
use crate::simulated::Simulated;
use crate::simulated::edited;

const PLAN: &str = "plans/lab-1.plan.yaml";
/// The step that moves the control plane of its first hop.
const STEP: &str = "1.07";

fn lab() -> Plan {
    plan::read(&SourceFile::new(PLAN, std::fs::read_to_string(PLAN).unwrap())).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "leases are renewed by the clock of the program")]
fn cluster() -> Simulated {
    Simulated::after(&lab(), STEP, jiff::Timestamp::now())
}

fn target(request: &Request) -> String {
    match request.parameter("labelSelector") {
        Some(selector) => format!("{}?labelSelector={selector}", request.path),
        None => request.path.clone(),
    }
}

fn answer(cluster: &Simulated, request: &Request) -> Reply {
    let answer = cluster.answer(&target(request));
    answer.map_or_else(|| Reply::failure(404, "not found"), Reply::ok)
}

fn check(session: &Session, arguments: &[&str]) -> Ran {
    session.run(&[&["check", PLAN, "--step", STEP], arguments].concat())
}

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

fn statuses(report: &Value) -> Vec<(String, String)> {
    let checks = report["checks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checks.map(|check| (text(&check["id"]), text(&check["status"]))).collect()
}

/// A plan of one step with these checkpoints.
fn plan_with(session: &Session, probes: &[(Probe, &str)]) -> String {
    let mut plan = lab();
    plan.hops.truncate(1);
    plan.closing.clear();
    plan.hops[0].steps.truncate(1);
    let checkpoints = probes.iter().zip(1..).map(|((probe, expect), number)| plan::Checkpoint {
        id: format!("check-{number}"),
        title: "a title\u{1b}[2J".to_owned(),
        run: probe.shell(),
        probe: probe.clone(),
        expect: (*expect).to_owned(),
    });
    plan.hops[0].steps[0].checkpoints = checkpoints.collect();
    let path = session.write("plan.yaml", &kubehop::yaml::write(&plan).unwrap());
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_cluster_that_is_right_passes_with_evidence() {
    let cluster = cluster();
    let server = Server::plain(move |request| answer(&cluster, request));
    let session = Session::new("check-right", &server.url);
    let ran = check(&session, &["--step", "1.12"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for part in [
        "lab-1-v1.24.3-to-v1.27.16, cluster prod at http://127.0.0.1:",
        "Step 1.07: Upgrade the control plane",
        "  PASS    static-pods: the three control-plane pods of lab-1 run v1.25.16",
        r#"observed  [["kube-apiserver","v1.25.16","True"],"#,
        "request   GET /api/v1/namespaces/kube-system/pods?labelSelector=tier%3Dcontrol-plane",
        "  MANUAL  ",
        " 0 fail, 0 unknown, ",
    ] {
        assert!(ran.stdout.contains(part), "{part} is missing in\n{}", ran.stdout);
    }
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.method == "GET"));
    let pods = "/api/v1/namespaces/kube-system/pods";
    let tier = requests.iter().filter(|one| one.path == pods && one.query.contains("tier")).count();
    assert_eq!(tier, 1, "what two checkpoints ask for is asked once");

    let ran = check(&session, &["-o", "json"]);
    let report = json_of(&ran);
    assert_eq!(report["counts"]["fail"], 0);
    assert_eq!(report["looks"], 1);
    assert!(report["checks"][0]["at"].is_string(), "{report}");
    let yaml = check(&session, &["-o", "yaml"]);
    assert!(yaml.stdout.contains("status: pass"), "{yaml:?}");
}

#[test]
fn one_edited_value_fails_and_a_missing_permission_is_unknown() {
    let right = cluster();
    let server = Server::plain(move |request| match request.path.as_str() {
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases" => {
            Reply::failure(403, "leases is forbidden")
        }
        "/readyz" => Reply::Status(500, "", "[+]ping ok\n[-]etcd failed: reason withheld".into()),
        _ => answer(&right, request),
    });
    let session = Session::new("check-wrong", &server.url);
    let ran = session.run(&["check", PLAN, "--step", "1.12", "-o", "json"]);
    assert_eq!(ran.code, Some(1), "a failure goes before what is unknown: {ran:?}");
    let report = json_of(&ran);
    let find = |id: &str| {
        let checks = report["checks"].as_array().unwrap().iter();
        checks.clone().find(|check| check["id"] == id).unwrap()
    };
    assert_eq!(find("api-ready")["status"], "fail");
    assert!(find("api-ready")["observed"].as_str().unwrap().contains("[-]etcd failed"));
    assert_eq!(find("leases")["status"], "unknown");
    assert!(find("leases")["reason"].as_str().unwrap().contains("(403)"));
    assert!(find("leases")["command"].as_str().unwrap().starts_with("kubectl get leases"));
    assert_eq!(server.count("/readyz"), 1, "asked once: it has answered");

    let right = cluster();
    let server = Server::plain(move |request| match request.path.as_str() {
        "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases" => {
            Reply::failure(403, "leases is forbidden")
        }
        _ => answer(&right, request),
    });
    let session = Session::new("check-unknown", &server.url);
    let ran = session.run(&["check", PLAN, "--step", "1.12"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.contains("1 unknown"), "{ran:?}");
}

#[test]
fn watching_ends_when_everything_holds_or_the_time_is_over() {
    let (right, looks) = (cluster(), Arc::new(Mutex::new(0)));
    let pods = "/api/v1/namespaces/kube-system/pods?labelSelector=tier%3Dcontrol-plane";
    let late = move |request: &Request| {
        if target(request) != pods {
            return answer(&right, request);
        }
        let mut looks = looks.lock().unwrap();
        *looks += 1;
        let good = right.answer(pods).unwrap();
        Reply::ok(if *looks < 3 {
            edited("static-pods", "\"lab-1\"", &good).unwrap()
        } else {
            good
        })
    };
    let server = Server::plain(late);
    let session = Session::new("check-watch", &server.url);
    let ran = check(&session, &["--watch", "--interval", "1", "--timeout", "60", "-o", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = json_of(&ran);
    assert_eq!(report["looks"], 3);
    let checks = report["checks"].as_array().unwrap();
    let waited =
        |id: &str| checks.iter().find(|check| check["id"] == id).unwrap()["waited"].as_u64();
    assert!(waited("static-pods").unwrap() >= 2, "{report}");
    assert!(ran.stderr.contains("looking again"), "{ran:?}");

    let right = cluster();
    let server = Server::plain(move |request| {
        let good = answer(&right, request);
        if request.path == "/readyz" { Reply::Status(500, "", "not ok".into()) } else { good }
    });
    let session = Session::new("check-watch-in-vain", &server.url);
    let arguments =
        ["check", PLAN, "--step", "1.12", "--watch", "--interval", "1", "--timeout", "3"];
    let ran = session.run(&arguments);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.took >= Duration::from_secs(3) && ran.took < Duration::from_secs(20), "{ran:?}");
    assert!(ran.stdout.contains("looks in"), "{ran:?}");
}

#[test]
fn nobody_there_is_unknown_and_said_once_a_checkpoint() {
    let session = Session::new("check-nobody", &format!("http://127.0.0.1:{}", nobody()));
    let ran = check(&session, &["-o", "json"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let report = json_of(&ran);
    assert!(statuses(&report).iter().all(|(_, status)| status == "unknown" || status == "manual"));
    assert!(ran.stdout.contains("the connection is refused"), "{ran:?}");
}

#[test]
fn a_step_must_be_named_and_known_and_have_something_to_ask() {
    let session = Session::new("check-usage", "http://127.0.0.1:1");
    let ran = session.run(&["check", PLAN]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("--step <ID>"), "{ran:?}");
    let ran = session.run(&["check", PLAN, "--step", "7.77"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("no step `7.77`"), "{ran:?}");
    // A decision is nobody's but a person's.
    let ran = session.run(&["check", PLAN, "--step", "1.02"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("none of the checkpoints can be asked"), "{ran:?}");
    let mut bare = session.command(&["check", PLAN, "--step", STEP]);
    let ran = crate::session::run(&mut bare);
    assert!(ran.code == Some(2) && ran.stderr.contains("--context"), "{ran:?}");
}

#[test]
fn a_plan_that_means_no_good_reads_nothing_hangs_nobody_and_shows_no_secret() {
    let server = Server::plain(|request| {
        let object = json!({
            "kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "x"},
            "data": {"token": "abcdef.0123456789abcdef", "key": "-----BEGIN RSA PRIVATE KEY-----"},
        });
        if request.path.contains("secret") {
            Reply::ok("{}".into())
        } else {
            Reply::ok(object.to_string())
        }
    });
    let session = Session::new("check-evil", &server.url);
    let config = |filter: &str| Probe::api("configmaps", Some("kube-system"), filter).named("x");
    let path = plan_with(
        &session,
        &[
            (Probe::api("secrets", Some("*"), "."), "[]"),
            (Probe::raw("/api/v1/secrets"), "ok"),
            (Probe::api("configmaps", Some("../../secrets"), ".").named("x"), "[]"),
            (config("[range(1e12)]"), "[]"),
            (config("def f: f; f"), "[]"),
            (config("def f: 1 + f; f"), "[]"),
            (config("\"a\" * 10000000000 | length"), "1"),
            (config("env"), "{}"),
            (config("$ENV.HOME"), "1"),
            (config("input"), "1"),
            (config(".data"), "{}"),
            (config("range(100000)"), "1"),
        ],
    );
    let ran = session.run(&["check", &path, "--step", "1.01", "-o", "json"]);
    assert_eq!(ran.code, Some(1), "what is compared with fails: {ran:?}");
    assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
    let report = json_of(&ran);
    let unknown = |number: usize| {
        let check = &report["checks"][number - 1];
        assert_eq!(check["status"], "unknown", "{check}");
        check["reason"].as_str().unwrap().to_owned()
    };
    assert!(unknown(1).contains("Secrets"));
    assert!(unknown(2).contains("none of the paths"));
    assert!(unknown(3).contains("cannot be a namespace"));
    for number in [4, 5, 6, 7] {
        assert!(unknown(number).contains("the filter was stopped"), "{}", unknown(number));
    }
    for number in [8, 9, 10] {
        assert!(unknown(number).contains("is not known"), "{}", unknown(number));
    }
    assert!(unknown(12).contains("more than 1000 values"));
    assert_eq!(report["checks"][10]["status"], "fail");
    assert!(!ran.stdout.contains("0123456789abcdef") && !ran.stdout.contains("BEGIN RSA"));
    let asked = server.requests();
    assert!(asked.iter().all(|request| request.path.ends_with("/configmaps/x")), "{asked:?}");
    let text = session.run(&["check", &path, "--step", "1.01"]);
    assert!(!text.stdout.contains('\u{1b}'), "{text:?}");
}
