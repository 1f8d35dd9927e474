//! The control-plane nodes and the pods that their kubelets mirror from kubeadm's manifests.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use super::AHEAD;
use super::CURRENT;
use super::TIME;
use super::nodes::Host;
use super::nodes::node;

/// A control-plane node, and the tags of its images.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) apiserver: &'static str,
    /// The controller manager and the scheduler.
    pub(crate) controllers: &'static str,
    pub(crate) etcd: &'static str,
    address: &'static str,
}

/// One node is half a hop further: kubeadm raises etcd first, the API server next.
pub(crate) const CONTROL_PLANE: [Member; 3] = [
    Member {
        name: "cp-1",
        apiserver: AHEAD,
        controllers: CURRENT,
        etcd: "3.6.6-0",
        address: "10.0.0.11",
    },
    Member {
        name: "cp-2",
        apiserver: CURRENT,
        controllers: CURRENT,
        etcd: "3.6.5-0",
        address: "10.0.0.12",
    },
    Member {
        name: "cp-3",
        apiserver: CURRENT,
        controllers: CURRENT,
        etcd: "3.6.5-0",
        address: "10.0.0.13",
    },
];

pub(super) fn nodes() -> Vec<Value> {
    let host = |member: &Member| {
        node(&Host {
            name: member.name,
            kubelet: CURRENT,
            arch: "amd64",
            runtime: "containerd://2.1.4",
            labels: json!({
                "node-role.kubernetes.io/control-plane": "",
                "node.kubernetes.io/exclude-from-external-load-balancers": "",
            }),
            taints: vec![
                json!({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}),
            ],
        })
    };
    CONTROL_PLANE.iter().map(host).collect()
}

/// The mirror pods of all control-plane nodes, by the uids of the nodes that own them.
pub(super) fn static_pods(uids: &BTreeMap<String, String>) -> Vec<Value> {
    CONTROL_PLANE.iter().flat_map(|member| pods_of(member, &uids[member.name])).collect()
}

fn pods_of(member: &Member, uid: &str) -> [Value; 4] {
    let Member { name: _, apiserver, controllers, etcd, address } = member;
    let pod = |component: &str, tag: &str, command: Vec<String>| {
        mirror_pod(member, uid, component, tag, &command)
    };
    [
        pod(
            "kube-apiserver",
            apiserver,
            vec![
                format!("--advertise-address={address}"),
                "--authorization-mode=Node,RBAC".to_owned(),
                "--etcd-servers=https://127.0.0.1:2379".to_owned(),
                "--feature-gates=CronJobsScheduledAnnotation=true".to_owned(),
                "--secure-port=6443".to_owned(),
            ],
        ),
        pod("kube-controller-manager", controllers, vec!["--leader-elect=true".to_owned()]),
        pod("kube-scheduler", controllers, vec!["--leader-elect=true".to_owned()]),
        pod(
            "etcd",
            etcd,
            vec![
                format!("--advertise-client-urls=https://{address}:2379"),
                "--data-dir=/var/lib/etcd".to_owned(),
            ],
        ),
    ]
}

fn mirror_pod(member: &Member, uid: &str, component: &str, tag: &str, flags: &[String]) -> Value {
    let Member { name, address, .. } = member;
    let image = format!("registry.k8s.io/{component}:{tag}");
    let command: Vec<_> =
        std::iter::once(component).chain(flags.iter().map(String::as_str)).collect();
    let hash = format!("hash-of-{component}-{name}");
    let mut annotations = json!({
        "kubernetes.io/config.hash": hash,
        "kubernetes.io/config.mirror": hash,
        "kubernetes.io/config.seen": TIME,
        "kubernetes.io/config.source": "file",
    });
    match component {
        "kube-apiserver" => {
            annotations["kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"] =
                json!(format!("{address}:6443"));
        }
        "etcd" => {
            annotations["kubeadm.kubernetes.io/etcd.advertise-client-urls"] =
                json!(format!("https://{address}:2379"));
        }
        _ => {}
    }
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("{component}-{name}"),
            "namespace": "kube-system",
            "labels": {"component": component, "tier": "control-plane"},
            "annotations": annotations,
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "Node", "name": name, "uid": uid, "controller": true},
            ],
        },
        "spec": {
            "containers": [{"name": component, "image": image, "command": command}],
            "enableServiceLinks": false,
            "hostNetwork": true,
            "nodeName": name,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"effect": "NoExecute", "operator": "Exists"}],
        },
        "status": running(component, &image, address),
    })
}

/// The status of a pod whose one container runs.
pub(super) fn running(container: &str, image: &str, address: &str) -> Value {
    json!({
        "phase": "Running",
        "hostIP": address,
        "hostIPs": [{"ip": address}],
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": TIME,
        "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": TIME},
            {"type": "ContainersReady", "status": "True", "lastTransitionTime": TIME},
        ],
        "containerStatuses": [{
            "name": container,
            "image": image,
            "imageID": format!("registry.k8s.io/{container}@sha256:{:064x}", image.len()),
            "containerID": format!("containerd://{:064x}", container.len()),
            "ready": true,
            "started": true,
            "restartCount": 0,
            "state": {"running": {"startedAt": TIME}},
        }],
    })
}
