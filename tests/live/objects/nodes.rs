//! Nodes as their kubelets report them, and the pools of workers.

use serde_json::Value;
use serde_json::json;

use super::TIME;

/// The labels that name a node's pool; the second is for `--pool-label`.
pub(crate) const POOL_LABELS: [&str; 2] = ["pool", "example.com/node-group"];

/// A pool of workers.
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    pub(crate) kubelet: &'static str,
    arch: &'static str,
    runtime: &'static str,
    taint: Option<&'static str>,
}

/// All pools of workers: 600 nodes, more than one page of a list.
pub(crate) const POOLS: &[Pool] = &[
    Pool {
        name: "general",
        count: 400,
        kubelet: "v1.34.9",
        arch: "amd64",
        runtime: "containerd://2.1.4",
        taint: None,
    },
    Pool {
        name: "batch",
        count: 160,
        kubelet: "v1.33.6",
        arch: "amd64",
        runtime: "containerd://2.1.4",
        taint: None,
    },
    Pool {
        name: "gpu",
        count: 30,
        kubelet: "v1.34.9",
        arch: "amd64",
        runtime: "containerd://2.1.4",
        taint: Some("nvidia.com/gpu"),
    },
    Pool {
        name: "edge",
        count: 10,
        kubelet: "v1.33.6",
        arch: "arm64",
        runtime: "containerd://1.7.28",
        taint: None,
    },
];

/// Nodes that another kubelet runs on than on the rest of their pool.
pub(crate) const STRAGGLERS: [&str; 3] = ["batch-011", "batch-012", "batch-013"];
pub(crate) const STRAGGLER_KUBELET: &str = "v1.32.11";
/// The node that takes no new pods.
pub(crate) const CORDONED: &str = "general-007";
/// The node whose kubelet is silent.
pub(crate) const NOT_READY: &str = "batch-003";

/// What tells one node from another.
pub(super) struct Host<'a> {
    pub(super) name: &'a str,
    pub(super) kubelet: &'a str,
    pub(super) arch: &'a str,
    pub(super) runtime: &'a str,
    pub(super) labels: Value,
    pub(super) taints: Vec<Value>,
}

pub(super) fn workers() -> Vec<Value> {
    POOLS.iter().flat_map(|pool| (1..=pool.count).map(|number| worker(pool, number))).collect()
}

fn worker(pool: &Pool, number: usize) -> Value {
    let name = format!("{}-{number:03}", pool.name);
    let name = name.as_str();
    let taint = |key: &str, effect: &str| json!({"key": key, "effect": effect});
    let mut taints: Vec<_> = pool.taint.iter().map(|key| taint(key, "NoSchedule")).collect();
    if name == CORDONED {
        taints.push(taint("node.kubernetes.io/unschedulable", "NoSchedule"));
    }
    if name == NOT_READY {
        taints.push(taint("node.kubernetes.io/unreachable", "NoSchedule"));
        taints.push(taint("node.kubernetes.io/unreachable", "NoExecute"));
    }
    let mut labels = json!({});
    for label in POOL_LABELS {
        labels[label] = json!(pool.name);
    }
    let kubelet = if STRAGGLERS.contains(&name) { STRAGGLER_KUBELET } else { pool.kubelet };
    let (arch, runtime) = (pool.arch, pool.runtime);
    let mut node = node(&Host { name, kubelet, arch, runtime, labels, taints });
    if name == CORDONED {
        node["spec"]["unschedulable"] = json!(true);
    }
    node
}

/// The node object of a host.
pub(super) fn node(host: &Host<'_>) -> Value {
    let Host { name, kubelet, arch, runtime, labels, taints } = host;
    let mut all_labels = json!({
        "beta.kubernetes.io/arch": arch,
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    });
    for (key, value) in labels.as_object().unwrap() {
        all_labels[key] = value.clone();
    }
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": all_labels,
            "annotations": {
                "kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock",
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": {"taints": taints},
        "status": {
            "addresses": [{"type": "Hostname", "address": name}],
            "capacity": {"cpu": "16", "memory": "65843080Ki", "pods": "110"},
            "allocatable": {"cpu": "16", "memory": "65740680Ki", "pods": "110"},
            "conditions": conditions(name),
            "images": images(kubelet),
            "nodeInfo": {
                "architecture": arch,
                "bootID": format!("boot-{name}"),
                "containerRuntimeVersion": runtime,
                "kernelVersion": "6.8.0-60-generic",
                "kubeProxyVersion": kube_proxy_as_told(kubelet),
                "kubeletVersion": kubelet,
                "machineID": format!("machine-{name}"),
                "operatingSystem": "linux",
                "osImage": "Ubuntu 24.04.2 LTS",
                "systemUUID": format!("system-{name}"),
            },
        },
    })
}

/// What a kubelet says of kube-proxy: its own version until 1.32, whatever kube-proxy runs, and
/// nothing from 1.33 on.
fn kube_proxy_as_told(kubelet: &str) -> &str {
    if kubelet == STRAGGLER_KUBELET { kubelet } else { "" }
}

fn conditions(name: &str) -> Value {
    let silent = name == NOT_READY;
    let condition = |kind: &str, status: &str, reason: &str| {
        json!({
            "type": kind,
            "status": if silent { "Unknown" } else { status },
            "reason": if silent { "NodeStatusUnknown" } else { reason },
            "message": if silent { "Kubelet stopped posting node status." } else { "" },
            "lastHeartbeatTime": TIME,
            "lastTransitionTime": TIME,
        })
    };
    json!([
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID"),
        condition("Ready", "True", "KubeletReady"),
    ])
}

/// A kubelet reports up to 50 images: most of what a list of nodes weighs.
fn images(kubelet: &str) -> Value {
    let image = |number: usize| {
        let digest = format!("{number:064x}");
        json!({
            "names": [
                format!("registry.example/team-{number}/service@sha256:{digest}"),
                format!("registry.example/team-{number}/service:{kubelet}"),
            ],
            "sizeBytes": 20_000_000 + number,
        })
    };
    (1..=20).map(image).collect()
}
