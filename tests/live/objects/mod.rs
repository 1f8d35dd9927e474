//! A cluster as kubeadm leaves it, half way from 1.34 to 1.35: the objects that a collection reads.
//!
//! | | |
//! | --- | --- |
//! | `cp-1` | etcd and kube-apiserver are at 1.35, the rest of it is not yet |
//! | `cp-2`, `cp-3` | at 1.34 |
//! | pool `general` | 400 nodes at 1.34, one of them cordoned |
//! | pool `batch` | 160 nodes at 1.33, three stragglers at 1.32, one node not ready |
//! | pool `gpu` | 30 tainted nodes at 1.34 |
//! | pool `edge` | 10 arm64 nodes at 1.33 with an older container runtime |
//!
//! The server that answers is at 1.34, as one behind a load balancer may be.

mod addons;
mod control_plane;
mod nodes;

use std::collections::BTreeMap;
use std::thread;

use serde_json::Value;

use crate::client::Client;

pub(crate) use control_plane::CONTROL_PLANE;
pub(crate) use control_plane::Member;
pub(crate) use nodes::CORDONED;
pub(crate) use nodes::NOT_READY;
pub(crate) use nodes::POOL_LABELS;
pub(crate) use nodes::POOLS;
pub(crate) use nodes::Pool;
pub(crate) use nodes::STRAGGLER_KUBELET;
pub(crate) use nodes::STRAGGLERS;

/// What the control plane runs, but for what is a step ahead.
pub(crate) const CURRENT: &str = "v1.34.9";
/// What is a step ahead.
pub(crate) const AHEAD: &str = "v1.35.8";

const TIME: &str = "2026-03-02T09:00:00Z";

/// One more than this many requests would only wait for etcd.
const WORKERS: usize = 6;

/// Puts the whole cluster into an API server.
pub(crate) fn load(admin: &Client) {
    let nodes: Vec<_> = control_plane::nodes().into_iter().chain(nodes::workers()).collect();
    let created = in_parallel(&nodes, |node| create_node(admin, node));
    let uids: BTreeMap<_, _> = created.into_iter().collect();
    let mut pods = control_plane::static_pods(&uids);
    pods.extend(nodes.iter().map(|node| addons::kube_proxy_pod(&name(node))));
    pods.extend(addons::coredns_pods());
    in_parallel(&pods, |pod| create_pod(admin, pod));
    for (path, object) in addons::workloads() {
        let made = admin.create(path, &object).good(path);
        let mut status = object;
        status["metadata"] = made["metadata"].clone();
        let path = format!("{path}/{}/status", name(&status));
        admin.replace(&path, &status).good(&path);
    }
    for config_map in addons::config_maps() {
        admin.create("/api/v1/namespaces/kube-system/configmaps", &config_map).good("ConfigMap");
    }
}

/// Creates a node and sets its status, and gives its name and uid.
fn create_node(admin: &Client, node: &Value) -> (String, String) {
    let made = admin.create("/api/v1/nodes", node).good("node");
    let name = name(node);
    let mut status = node.clone();
    status["metadata"] = made["metadata"].clone();
    admin.replace(&format!("/api/v1/nodes/{name}/status"), &status).good("status of a node");
    let uid = made["metadata"]["uid"].as_str().unwrap().to_owned();
    (name, uid)
}

fn create_pod(admin: &Client, pod: &Value) {
    const PODS: &str = "/api/v1/namespaces/kube-system/pods";
    let made = admin.create(PODS, pod).good("pod");
    let mut status = made.clone();
    status["status"] = pod["status"].clone();
    admin.replace(&format!("{PODS}/{}/status", name(pod)), &status).good("status of a pod");
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap().to_owned()
}

fn in_parallel<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let work = &work;
    thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(items.len().div_ceil(WORKERS))
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}
