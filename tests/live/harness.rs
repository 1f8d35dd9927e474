//! The stage itself: the server is real, the objects are in it, and each trouble is one.

use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use crate::access;
use crate::access::STAND_IN;
use crate::client::Client;
use crate::expected;
use crate::kubeconfig::Credentials;
use crate::live;
use crate::objects::CONTROL_PLANE;
use crate::objects::CORDONED;
use crate::objects::CURRENT;
use crate::objects::NOT_READY;
use crate::objects::POOL_LABELS;
use crate::objects::POOLS;
use crate::objects::STRAGGLERS;
use crate::pki::Validity;
use crate::process::run;
use crate::proxy::Trouble;
use crate::proxy::nobody;
use crate::proxy::proxy;

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn a_real_server_answers() {
    let Some(live) = live() else { return };
    let version = live.server.admin.get("/version").good("version");
    assert_eq!(version["gitVersion"], json!(CURRENT));
}

#[test]
fn nodes_come_in_pages_and_as_their_kubelets_report_them() {
    let Some(live) = live() else { return };
    let mut nodes: Vec<Value> = Vec::new();
    let mut pages = 0;
    let mut next = String::new();
    loop {
        let path = format!("/api/v1/nodes?limit=250&continue={next}");
        let page = live.server.admin.get(&path).good("page of nodes");
        nodes.extend(page["items"].as_array().unwrap().iter().cloned());
        pages += 1;
        next = page["metadata"]["continue"].as_str().unwrap_or_default().to_owned();
        if next.is_empty() {
            break;
        }
    }
    assert_eq!((pages, nodes.len()), (3, 603));
    for pool in POOLS {
        for label in POOL_LABELS {
            let of_pool = |node: &&Value| node["metadata"]["labels"][label] == json!(pool.name);
            assert_eq!(nodes.iter().filter(of_pool).count(), pool.count, "{label}");
        }
    }
    let named = |name: &str| nodes.iter().find(|node| node["metadata"]["name"] == *name).unwrap();
    assert_eq!(named(CORDONED)["spec"]["unschedulable"], json!(true));
    assert_eq!(named(NOT_READY)["status"]["conditions"][3]["status"], json!("Unknown"));
    let info = &named("edge-001")["status"]["nodeInfo"];
    assert_eq!(info["architecture"], json!("arm64"));
    assert_eq!(info["kubeletVersion"], json!("v1.33.6"));
    assert!(info["kubeProxyVersion"].as_str().unwrap_or_default().is_empty(), "{info}");
    let straggler = &named(STRAGGLERS[0])["status"]["nodeInfo"];
    assert_eq!(straggler["kubeProxyVersion"], straggler["kubeletVersion"]);
    let taints = named("cp-1")["spec"]["taints"].as_array().unwrap();
    assert_eq!(taints.len(), 1, "no admission plugin adds to it: {taints:?}");
}

#[test]
fn each_component_is_found_by_its_label() {
    let Some(live) = live() else { return };
    for component in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"] {
        let path =
            format!("/api/v1/namespaces/kube-system/pods?labelSelector=component%3D{component}");
        let pods = live.server.admin.get(&path).good("pods");
        let images: Vec<_> = pods["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pod| pod["status"]["containerStatuses"][0]["image"].as_str().unwrap())
            .collect();
        let tags: Vec<_> = CONTROL_PLANE
            .iter()
            .map(|member| match component {
                "kube-apiserver" => member.apiserver,
                "etcd" => member.etcd,
                _ => member.controllers,
            })
            .map(|tag| format!("registry.k8s.io/{component}:{tag}"))
            .collect();
        assert_eq!(images, tags);
    }
}

#[test]
fn the_cluster_is_one_that_can_be_planned() {
    // Needs no server: what a collection is to find is an inventory that the program accepts.
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("live-expected.json");
    std::fs::write(&file, expected::inventory().to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kubehop"));
    let ran = run(command.args(["plan", "--to", "1.35", "--inventory"]).arg(&file), LIMIT);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(expected::versions(&expected::inventory())["general v1.34.9"], "400");
}

#[test]
fn a_user_may_do_what_was_granted_and_no_more() {
    let Some(live) = live() else { return };
    let permissions = access::permissions(STAND_IN);
    assert_eq!(permissions.len(), 8);
    let user = live.server.client(&live.server.user("harness-granted"));
    assert_eq!(user.get("/api/v1/nodes?limit=1").status, 403);
    access::grant(&live.server.admin, "harness-granted", &permissions);
    access::wait_until_granted(&user, &permissions);
    assert_eq!(user.get("/api/v1/nodes?limit=1").status, 200);
    assert_eq!(user.get("/api/v1/namespaces/kube-system/secrets").status, 403);
    assert_eq!(user.get("/api/v1/namespaces/kube-system/configmaps/kubeadm-config").status, 200);
    assert_eq!(user.get("/api/v1/namespaces/kube-system/configmaps/coredns").status, 403);
}

#[test]
fn one_permission_can_be_taken_out() {
    let Some(live) = live() else { return };
    let mut permissions = access::permissions(STAND_IN);
    let place = permissions.iter().position(|each| each.resource == "nodes").unwrap();
    let missing = permissions.remove(place);
    let user = live.server.client(&live.server.user("harness-without-nodes"));
    access::grant(&live.server.admin, "harness-without-nodes", &permissions);
    access::wait_until_granted(&user, &permissions);
    assert!(!access::may(&user, &missing), "{missing}");
    assert_eq!(user.get("/api/v1/nodes?limit=1").status, 403);
    assert_eq!(user.get("/api/v1/namespaces/kube-system/pods?limit=1").status, 200);
}

#[test]
fn an_expired_certificate_is_refused() {
    let Some(live) = live() else { return };
    let expired = live.server.pki.user("kubernetes-admin", &["system:masters"], Validity::Expired);
    assert_eq!(live.server.client(&expired).get("/api/v1/nodes?limit=1").status, 401);
}

#[test]
fn a_slow_network_is_slow_and_a_silent_one_silent() {
    let Some(live) = live() else { return };
    let url = &live.server.url;
    let user = live.server.user("harness-network");
    let slow = proxy(url, Trouble::Slow(Duration::from_millis(200)));
    let client = Client::new(&slow, &live.server.pki.authority, &user);
    let start = Instant::now();
    assert_eq!(client.get("/version").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(400));
    let closed = proxy(url, Trouble::ClosedAfter(100));
    let client = Client::new(&closed, &live.server.pki.authority, &user);
    assert!(client.try_get("/version").is_err());
    let client = Client::new(&nobody(), &live.server.pki.authority, &user);
    assert!(client.try_get("/version").is_err());
}

#[test]
fn kubectl_reads_every_kind_of_kubeconfig() {
    let Some(live) = live() else { return };
    let Some(kubectl) = &live.parts.kubectl else {
        println!("skipped: no kubectl beside the other parts");
        return;
    };
    let admin = live.server.pki.user("kubernetes-admin", &["system:masters"], Validity::Now);
    let url = live.server.url.as_str();
    let token = live.server.token("default", "kubectl");
    let contexts = [
        ("inline", url, Credentials::Inline(admin.clone())),
        ("files", url, Credentials::Files(admin.clone())),
        ("exec", url, Credentials::Exec(admin)),
        ("token", url, Credentials::Token(token)),
    ];
    let file = live.server.kubeconfig("kubectl.yaml", &contexts);
    let who = [("inline", "kubernetes-admin"), ("files", "kubernetes-admin")];
    let who = who
        .into_iter()
        .chain([("exec", "kubernetes-admin"), ("token", "system:serviceaccount:default:kubectl")]);
    for (context, user) in who {
        let mut command = Command::new(kubectl);
        command.args(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]);
        let ran = run(command.args(["--context", context, "--kubeconfig"]).arg(&file), LIMIT);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), user), "{}", ran.all());
    }
    let mut command = Command::new(kubectl);
    let ran = run(command.args(["get", "nodes", "-o", "name", "--kubeconfig"]).arg(&file), LIMIT);
    assert_eq!(ran.stdout.lines().count(), 603, "{}", ran.all());
}
