//! What is asked, how it goes on when the server fails, and what is said when it cannot.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::process::Stdio;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kubehop::live::ENDPOINTS;
use serde_json::Value;
use serde_json::json;

use crate::cluster::MANY_WORKERS;
use crate::cluster::WORKERS;
use crate::cluster::answer;
use crate::cluster::large;
use crate::server::Reply;
use crate::server::Request;
use crate::server::Server;
use crate::server::nobody;
use crate::session::Session;
use crate::session::refused;

const NODES: &str = "/api/v1/nodes";
const SYSTEM: &str = "/api/v1/namespaces/kube-system";

fn workers(inventory: &Value) -> usize {
    let pools = inventory["nodePools"].as_array().unwrap();
    pools.iter().map(|pool| pool["nodes"].as_array().unwrap().len()).sum()
}

fn unknowns(inventory: &Value) -> BTreeSet<String> {
    let list = inventory["unknowns"].as_array().into_iter().flatten();
    list.map(|unknown| unknown["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_whole_cluster_is_read_page_by_page_and_nothing_is_changed() {
    let server = Server::plain(large);
    let session = Session::new("whole", &server.url);
    let inventory = session.inventory();
    assert_eq!(workers(&inventory), MANY_WORKERS);
    let node = &inventory["controlPlane"]["nodes"][0];
    for part in ["kubeApiserver", "kubeControllerManager", "kubeScheduler", "kubelet"] {
        assert_eq!(node[part], "v1.34.2", "{part}");
    }
    assert_eq!(inventory["etcd"]["members"][0]["version"], "v3.6.5");
    assert_eq!(inventory["kubeProxy"], "v1.34.2");
    assert_eq!(inventory["coreDns"], "v1.12.1");
    assert_eq!(inventory["kubeadm"]["kubernetesVersion"], "v1.34.2");
    assert_eq!(inventory["controlPlane"]["endpoint"], "api.example:6443");
    assert_eq!(inventory["metadata"]["name"], "prod", "kubeadm's own name says nothing");
    assert!(inventory["observedAt"].is_string());
    let left: Vec<_> = unknowns(&inventory).into_iter().collect();
    assert_eq!(left, ["cgroup", "clients"]);

    let requests = server.requests();
    assert!(requests.iter().all(|request| request.method == "GET"));
    assert!(requests.iter().all(|request| request.headers.contains("kubehop/")));
    assert_eq!(server.count(NODES), 3, "three pages of 500");
    let asked: BTreeSet<String> = requests
        .iter()
        .map(|request| match request.parameter("labelSelector") {
            Some(selector) => format!("{}?labelSelector={selector}", request.path),
            None => request.path.clone(),
        })
        .collect();
    let first_of_each: BTreeSet<String> =
        ENDPOINTS.iter().map(|endpoint| endpoint.paths().remove(0)).collect();
    assert_eq!(asked, first_of_each);
}

#[test]
fn plan_and_verify_read_the_same_cluster() {
    let server = Server::plain(answer);
    let session = Session::new("plan", &server.url);
    let file = session.write("prod.json", &session.inventory().to_string());
    let live = session.run(&["plan", "--to", "1.35", "-o", "json", "--quiet"]);
    assert_eq!(live.code, Some(0), "{live:?}");
    let mut from_file = session.command(&["plan", "--to", "1.35", "-o", "json", "--inventory"]);
    let from_file = from_file.arg(file).output().unwrap();
    let hops = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap()["hops"].clone();
    assert_eq!(hops(live.stdout.as_bytes()), hops(&from_file.stdout));
    session.write("plan.json", &live.stdout);
    let plan = session.folder.join("plan.json");
    let verified = session.run(&["verify", plan.to_str().unwrap(), "--context", "prod"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("sound"), "{verified:?}");
}

#[test]
fn what_is_not_permitted_is_an_unknown_and_the_rest_goes_on() {
    for endpoint in ENDPOINTS {
        let permission = endpoint.permission();
        let denied: BTreeSet<String> = ENDPOINTS
            .iter()
            .filter(|other| other.permission() == permission)
            .flat_map(kubehop::live::Endpoint::paths)
            .map(|path| path.split('?').next().unwrap().to_owned())
            .collect();
        let server = Server::plain(move |request| {
            if denied.contains(&request.path) {
                Reply::failure(403, "forbidden: User \"jane\" cannot do that")
            } else {
                answer(request)
            }
        });
        let session = Session::new(&format!("denied-{}", endpoint.id), &server.url);
        let ran = session.run(&["inventory", "-o", "json"]);
        assert_eq!(ran.code, Some(0), "{}: {ran:?}", endpoint.id);
        let inventory: Value = serde_json::from_str(&ran.stdout).unwrap();
        let unknown = inventory["unknowns"].as_array().unwrap().iter();
        let unknown = unknown
            .filter(|unknown| unknown["id"].as_str().unwrap().starts_with("not-permitted-"))
            .collect::<Vec<_>>();
        let [unknown] = unknown[..] else { panic!("{}: {unknown:?}", endpoint.id) };
        for text in [unknown["text"].as_str().unwrap(), &ran.stderr.replace("\n ", "")] {
            assert!(text.contains(&permission.to_string()), "{permission}: {text}");
            assert!(text.contains(endpoint.what), "{}: {text}", endpoint.what);
        }
        assert!(unknown["settle"].as_str().unwrap().starts_with("kubectl "), "{unknown}");
    }
}

#[test]
fn who_may_read_nothing_is_told_which_permission_it_takes() {
    let server = Server::plain(|request| match request.path.as_str() {
        "/version" => answer(request),
        _ => Reply::failure(403, "forbidden"),
    });
    let text = Session::new("nothing", &server.url).refusal(&[]);
    assert!(text.contains("`list` on `nodes` in the whole cluster"), "{text}");
    assert!(text.contains("kubehop inventory --rbac"), "{text}");
}

#[test]
fn unknown_credentials_are_told_apart() {
    let server = Server::plain(|_| Reply::failure(401, "Unauthorized"));
    let text = Session::new("token", &server.url).refusal(&[]);
    assert!(text.contains("the token or password of user `jane`"), "{text}");
    let cluster = json!({"server": server.url});
    let text = Session::with("nobody", &cluster, &json!({})).refusal(&[]);
    assert!(text.contains("no credentials"), "{text}");
}

#[test]
fn one_refusal_of_the_user_is_an_unknown_too() {
    let server = Server::plain(|request| match request.path.as_str() {
        "/apis/apps/v1/namespaces/kube-system/deployments/coredns" => {
            Reply::failure(401, "Unauthorized")
        }
        _ => answer(request),
    });
    let inventory = Session::new("one-401", &server.url).inventory();
    assert!(unknowns(&inventory).contains("not-permitted-deployments-coredns"));
}

#[test]
fn what_is_not_there_is_no_unknown() {
    let server = Server::plain(|request| match request.path.as_str() {
        "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy" => {
            Reply::failure(404, "not found")
        }
        path if path.ends_with("/pods") && request.query.contains("kube-proxy") => {
            let list = r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}"#;
            Reply::ok(list.to_owned())
        }
        _ => answer(request),
    });
    let inventory = Session::new("absent", &server.url).inventory();
    assert!(inventory.get("kubeProxy").is_none());
    assert!(!unknowns(&inventory).iter().any(|id| id.contains("proxy")), "{inventory}");
}

#[test]
fn the_kubelets_configuration_is_found_under_its_old_name() {
    let old = format!("{SYSTEM}/configmaps/kubelet-config-1.22");
    let server = Server::plain({
        let old = old.clone();
        move |request| {
            let map = |gate: &str| {
                json!({
                    "kind": "ConfigMap", "apiVersion": "v1",
                    "metadata": {"name": "kubelet-config-1.22", "namespace": "kube-system"},
                    "data": {"kubelet": format!("kind: KubeletConfiguration\nfeatureGates: {{{gate}: true}}\n")},
                })
            };
            if request.path == old {
                Reply::ok(map("OldGate").to_string())
            } else if request.path.contains("/kubelet-config") {
                Reply::failure(404, "not found")
            } else {
                answer(request)
            }
        }
    });
    let inventory = Session::new("old-kubelet-config", &server.url).inventory();
    assert_eq!(inventory["kubeadm"]["featureGates"]["kubelet"]["OldGate"], json!(true));
    assert_eq!(server.count(&format!("{SYSTEM}/configmaps/kubelet-config-1.21")), 0);
}

/// A server that answers a path as told for the first times.
fn failing(path: &'static str, times: usize, reply: Reply) -> Server {
    let left = AtomicUsize::new(times);
    Server::plain(move |request: &Request| {
        let due = request.path == path
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if due { reply.clone() } else { answer(request) }
    })
}

#[test]
fn an_expired_continue_token_begins_the_list_again() {
    let expired = AtomicUsize::new(1);
    let server = Server::plain(move |request| {
        let due =
            request.parameter("continue") == Some("1000") && expired.swap(0, Ordering::SeqCst) == 1;
        if due {
            Reply::failure(410, "The provided continue parameter is too old")
        } else {
            large(request)
        }
    });
    let inventory = Session::new("gone", &server.url).inventory();
    assert_eq!(workers(&inventory), MANY_WORKERS);
    assert_eq!(server.count(NODES), 6, "two pages, the refusal, three pages");
}

#[test]
fn a_list_that_always_expires_is_given_up() {
    let server = Server::plain(|request| match request.parameter("continue") {
        Some(_) => Reply::failure(410, "too old"),
        None => large(request),
    });
    let inventory = Session::new("always-gone", &server.url).inventory();
    assert!(unknowns(&inventory).contains("not-given-nodes"));
    assert_eq!(server.count(NODES), 8);
}

#[test]
fn a_busy_server_is_asked_again() {
    let busy = Reply::Status(429, "retry-after: 1\r\n", String::new());
    let server = failing(NODES, 2, busy);
    let session = Session::new("busy", &server.url);
    let ran = session.run(&["inventory", "-o", "json"]);
    assert_eq!(workers(&serde_json::from_str(&ran.stdout).unwrap()), WORKERS);
    assert!(ran.took >= Duration::from_secs(2), "it waits as long as the server says");
    let server = failing(NODES, 2, Reply::failure(503, "apiserver is shutting down"));
    assert_eq!(workers(&Session::new("ill", &server.url).inventory()), WORKERS);
    let server = failing(NODES, 1, Reply::Cut);
    assert_eq!(workers(&Session::new("cut", &server.url).inventory()), WORKERS);
}

#[test]
fn a_server_that_stays_ill_is_not_asked_for_ever() {
    let server = failing(NODES, usize::MAX, Reply::failure(500, "etcdserver: request timed out"));
    let ran = Session::new("always-ill", &server.url).run(&["inventory", "-o", "json"]);
    let inventory: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(unknowns(&inventory).contains("not-given-nodes"), "{inventory}");
    assert!(ran.stdout.contains("etcdserver: request timed out"), "{inventory}");
    assert_eq!(server.count(NODES), 5);
    let server = failing("/version", usize::MAX, Reply::failure(503, "starting"));
    let text = Session::new("starting", &server.url).refusal(&[]);
    assert!(text.contains("answers `GET /version` with 503, starting"), "{text}");
    assert_eq!(server.requests().len(), 5, "nothing else is asked");
}

#[test]
fn a_silent_server_is_given_up_in_time() {
    for (name, path, reply) in [
        ("silent", "/version", Reply::Silence),
        ("stuck", NODES, Reply::Stuck),
        ("later", "/apis/apps/v1/namespaces/kube-system/deployments/coredns", Reply::Silence),
    ] {
        let server = failing(path, usize::MAX, reply);
        let session = Session::new(name, &server.url);
        let ran = session.run(&["inventory", "--timeout", "1"]);
        assert!(ran.took < Duration::from_secs(8), "{ran:?}");
        let text = refused(ran);
        assert!(text.contains("within 1 second") && text.contains("--timeout"), "{text}");
        assert!(text.contains(path), "{text}");
    }
}

#[test]
fn a_server_that_breaks_off_is_no_cluster() {
    let server = failing(NODES, usize::MAX, Reply::Cut);
    let text = Session::new("breaks-off", &server.url).refusal(&[]);
    assert!(text.contains("closed before the answer"), "{text}");
}

#[test]
fn an_address_without_a_server_is_said_to_be_one() {
    let server = format!("https://127.0.0.1:{}", nobody());
    let text = Session::new("down", &server).refusal(&[]);
    assert!(text.contains(&server) && text.contains("refused"), "{text}");
    let text = Session::new("no-host", "https://api.no-such-host.invalid:6443").refusal(&[]);
    assert!(text.contains("name of the host is not known"), "{text}");
}

#[test]
fn what_is_not_kubernetes_is_not_taken_for_it() {
    for (name, body) in [("html", "<html>Log in</html>"), ("json", "{\"hello\":\"world\"}")] {
        let server = Server::plain(move |_| Reply::ok(body.to_owned()));
        let text = Session::new(name, &server.url).refusal(&[]);
        assert!(text.contains("not the API server of Kubernetes"), "{text}");
    }
    let server =
        failing(NODES, usize::MAX, Reply::ok("{\"kind\":\"NodeList\",\"items\":[{}".into()));
    let text = Session::new("broken-list", &server.url).refusal(&[]);
    assert!(text.contains("GET /api/v1/nodes"), "{text}");
    let redirect = Reply::Status(302, "location: https://login.example/\r\n", String::new());
    let server = Server::plain(move |_| redirect.clone());
    let text = Session::new("redirect", &server.url).refusal(&[]);
    assert!(text.contains("302"), "{text}");
}

/// Ctrl-C ends the program before anything is printed.
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let server = failing("/api/v1/nodes", usize::MAX, Reply::Silence);
    let session = Session::new("interrupt", &server.url);
    let mut command = session.command(&["inventory", "--kubeconfig"]);
    command.arg(session.folder.join("config")).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while server.count(NODES) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let interrupt = ["-INT".to_owned(), child.id().to_string()];
    assert!(std::process::Command::new("kill").args(interrupt).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.is_empty(), "{said}");
}
