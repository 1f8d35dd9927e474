//! What a small kubeadm cluster answers, path by path.

use serde_json::Value;
use serde_json::json;

use crate::server::Reply;
use crate::server::Request;

/// The workers of the cluster, and of the large one, which takes three pages.
pub(crate) const WORKERS: usize = 3;
pub(crate) const MANY_WORKERS: usize = 1203;
const SYSTEM: &str = "/api/v1/namespaces/kube-system";

fn node(name: &str, labels: &Value) -> Value {
    json!({
        "metadata": {"name": name, "labels": labels},
        "spec": {},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {
                "kubeletVersion": "v1.34.2", "osImage": "Ubuntu 24.04.2 LTS",
                "kernelVersion": "6.8.0-60-generic", "architecture": "amd64",
                "containerRuntimeVersion": "containerd://1.7.28",
            },
        },
    })
}

fn nodes(workers: usize) -> Vec<Value> {
    let control_plane = json!({"node-role.kubernetes.io/control-plane": ""});
    let mut nodes = vec![node("cp-1", &control_plane)];
    let pool = json!({"node-pool": "general"});
    nodes.extend((1..=workers).map(|number| node(&format!("w-{number:04}"), &pool)));
    nodes
}

fn pod(component: &str, image: &str) -> Value {
    let mut labels = json!({"component": component, "tier": "control-plane"});
    if component == "kube-proxy" {
        labels = json!({"k8s-app": component});
    }
    json!({
        "metadata": {"name": format!("{component}-cp-1"), "namespace": "kube-system", "labels": labels},
        "spec": {"nodeName": "cp-1", "containers": [{"name": component, "image": image}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": component, "image": image}],
        },
    })
}

fn image(component: &str) -> String {
    let tag = if component == "etcd" { "3.6.5-0" } else { "v1.34.2" };
    format!("registry.k8s.io/{component}:{tag}")
}

/// A page of a list, by `limit` and `continue`. A token is the number of objects before.
fn page(request: &Request, kind: &str, items: &[Value]) -> Reply {
    let limit: usize = request.parameter("limit").unwrap().parse().unwrap();
    let start = request.parameter("continue").map_or(0, |token| token.parse().unwrap());
    let end = items.len().min(start + limit);
    let token = if end < items.len() { end.to_string() } else { String::new() };
    let list = json!({
        "kind": kind, "apiVersion": "v1",
        "metadata": {"resourceVersion": "7", "continue": token},
        "items": items[start..end],
    });
    Reply::ok(list.to_string())
}

fn config_map(name: &str, key: &str, text: &str) -> Reply {
    let object = json!({
        "kind": "ConfigMap", "apiVersion": "v1",
        "metadata": {"name": name, "namespace": "kube-system"},
        "data": {key: text},
    });
    Reply::ok(object.to_string())
}

fn workload(kind: &str, name: &str, image: &str) -> Reply {
    let object = json!({
        "kind": kind, "apiVersion": "apps/v1",
        "metadata": {"name": name, "namespace": "kube-system", "generation": 1},
        "spec": {"template": {"spec": {"containers": [{"name": name, "image": image}]}}},
        "status": {"observedGeneration": 1},
    });
    Reply::ok(object.to_string())
}

/// The answer of the cluster to a request.
pub(crate) fn answer(request: &Request) -> Reply {
    of(request, WORKERS)
}

/// The answer of the large cluster.
pub(crate) fn large(request: &Request) -> Reply {
    of(request, MANY_WORKERS)
}

fn of(request: &Request, workers: usize) -> Reply {
    let path = request.path.as_str();
    if path == "/version" {
        return Reply::ok(
            json!({"major": "1", "minor": "34", "gitVersion": "v1.34.2"}).to_string(),
        );
    }
    if path == "/api/v1/nodes" {
        return page(request, "NodeList", &nodes(workers));
    }
    if path == format!("{SYSTEM}/pods") {
        let selector = request.parameter("labelSelector").unwrap();
        let (_, component) = selector.split_once("%3D").unwrap();
        return page(request, "PodList", &[pod(component, &image(component))]);
    }
    let name = path.rsplit('/').next().unwrap();
    if let Some(rest) = path.strip_prefix("/apis/apps/v1/namespaces/kube-system/") {
        return match rest {
            "daemonsets/kube-proxy" => workload("DaemonSet", name, &image(name)),
            "deployments/coredns" => {
                workload("Deployment", name, "registry.k8s.io/coredns:v1.12.1")
            }
            _ => Reply::failure(404, "not found"),
        };
    }
    match path.strip_prefix(&format!("{SYSTEM}/configmaps/")) {
        Some("kubeadm-config") => config_map(
            name,
            "ClusterConfiguration",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nclusterName: \
             kubernetes\nkubernetesVersion: v1.34.2\ncontrolPlaneEndpoint: api.example:6443\n",
        ),
        Some("kubelet-config") => config_map(
            name,
            "kubelet",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
        ),
        Some("kube-proxy") => config_map(
            name,
            "config.conf",
            "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n",
        ),
        _ => Reply::failure(404, "not found"),
    }
}
