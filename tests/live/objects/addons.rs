//! kube-proxy, CoreDNS, and the configuration that kubeadm keeps.

use serde_json::Value;
use serde_json::json;

use super::CONTROL_PLANE;
use super::CURRENT;
use super::POOLS;
use super::control_plane::running;

const COREDNS: &str = "registry.k8s.io/coredns/coredns:v1.12.1";

/// What kubeadm keeps of its configuration: a gate and a flag that 1.35 no longer knows, and an etcd
/// image that is held at one tag.
const CLUSTER_CONFIGURATION: &str = "\
apiServer:
  extraArgs:
    authorization-mode: Node,RBAC
    feature-gates: CronJobsScheduledAnnotation=true
  timeoutForControlPlane: 4m0s
apiVersion: kubeadm.k8s.io/v1beta3
certificatesDir: /etc/kubernetes/pki
clusterName: live
controlPlaneEndpoint: api.live.example:6443
controllerManager: {}
dns: {}
etcd:
  local:
    dataDir: /var/lib/etcd
    imageTag: 3.6.5-0
featureGates:
  WaitForAllControlPlaneComponents: true
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: v1.34.9
networking:
  dnsDomain: cluster.local
  serviceSubnet: 10.96.0.0/12
scheduler: {}
";

const KUBELET_CONFIGURATION: &str = "\
apiVersion: kubelet.config.k8s.io/v1beta1
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: \"\"
kind: KubeletConfiguration
rotateCertificates: true
staticPodPath: /etc/kubernetes/manifests
";

const KUBE_PROXY_CONFIGURATION: &str = "\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
clientConnection:
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
kind: KubeProxyConfiguration
mode: iptables
";

pub(super) fn config_maps() -> [Value; 3] {
    let config_map = |name: &str, key: &str, text: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": "kube-system"},
            "data": {key: text},
        })
    };
    [
        config_map("kubeadm-config", "ClusterConfiguration", CLUSTER_CONFIGURATION),
        config_map("kubelet-config", "kubelet", KUBELET_CONFIGURATION),
        config_map("kube-proxy", "config.conf", KUBE_PROXY_CONFIGURATION),
    ]
}

/// The DaemonSet and the Deployment, each with the collection that it belongs to.
pub(super) fn workloads() -> [(&'static str, Value); 2] {
    let count = CONTROL_PLANE.len() + POOLS.iter().map(|pool| pool.count).sum::<usize>();
    let kube_proxy = json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": "kube-proxy",
            "namespace": "kube-system",
            "labels": {"k8s-app": "kube-proxy"},
        },
        "spec": {
            "selector": {"matchLabels": {"k8s-app": "kube-proxy"}},
            "template": {
                "metadata": {"labels": {"k8s-app": "kube-proxy"}},
                "spec": kube_proxy_spec(),
            },
            "updateStrategy": {"type": "RollingUpdate"},
        },
        "status": {
            "currentNumberScheduled": count,
            "desiredNumberScheduled": count,
            "numberAvailable": count,
            "numberMisscheduled": 0,
            "numberReady": count,
            "observedGeneration": 1,
            "updatedNumberScheduled": count,
        },
    });
    let coredns = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "coredns",
            "namespace": "kube-system",
            "labels": {"k8s-app": "kube-dns"},
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
            "template": {
                "metadata": {"labels": {"k8s-app": "kube-dns"}},
                "spec": {"containers": [{"name": "coredns", "image": COREDNS}]},
            },
        },
        "status": {
            "availableReplicas": 2,
            "observedGeneration": 1,
            "readyReplicas": 2,
            "replicas": 2,
            "updatedReplicas": 2,
        },
    });
    [
        ("/apis/apps/v1/namespaces/kube-system/daemonsets", kube_proxy),
        ("/apis/apps/v1/namespaces/kube-system/deployments", coredns),
    ]
}

/// kube-proxy's pod on a node.
pub(super) fn kube_proxy_pod(node: &str) -> Value {
    let mut spec = kube_proxy_spec();
    spec["nodeName"] = json!(node);
    pod(&format!("kube-proxy-{node}"), "kube-proxy", &spec)
}

pub(super) fn coredns_pods() -> Vec<Value> {
    let coredns = |node: &str| {
        let spec = json!({
            "containers": [{"name": "coredns", "image": COREDNS}],
            "nodeName": node,
        });
        pod(&format!("coredns-{node}"), "kube-dns", &spec)
    };
    ["general-001", "general-002"].map(coredns).to_vec()
}

fn kube_proxy_spec() -> Value {
    json!({
        "containers": [{
            "name": "kube-proxy",
            "image": format!("registry.k8s.io/kube-proxy:{CURRENT}"),
            "command": ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"],
        }],
        "hostNetwork": true,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
    })
}

fn pod(name: &str, app: &str, spec: &Value) -> Value {
    let container = &spec["containers"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let status = running(&text(&container["name"]), &text(&container["image"]), "10.0.1.1");
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "kube-system",
            "labels": {"k8s-app": app, "pod-template-generation": "1"},
        },
        "spec": spec,
        "status": status,
    })
}
