//! A cluster that answers as the API server would after each step of a plan: right, or with one value
//! edited.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use kubehop::catalog::Catalog;
use kubehop::component::Component;
use kubehop::component::ComponentVersion;
use kubehop::plan::KubeProxyMode;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::version::KubernetesVersion;
use serde_json::Value;
use serde_json::json;

/// The parts of a control plane that run as static pods.
const STATIC: [Component; 4] = [
    Component::Etcd,
    Component::KubeApiserver,
    Component::KubeControllerManager,
    Component::KubeScheduler,
];

/// What runs, instance by instance.
#[derive(Clone)]
pub(crate) struct Simulated {
    runs: BTreeMap<(Component, String), ComponentVersion>,
    daemon_set: bool,
    now: Timestamp,
}

impl Simulated {
    /// Before the first step, at this moment.
    pub(crate) fn before(plan: &Plan, now: Timestamp) -> Self {
        let mut runs = BTreeMap::new();
        for group in &plan.initial_state.instances {
            for name in &group.names {
                runs.insert((group.component, name.to_string()), group.version.clone());
            }
        }
        let daemon_set = plan.initial_state.kube_proxy == KubeProxyMode::DaemonSet;
        Self { runs, daemon_set, now }
    }

    /// After a step and everything before it.
    pub(crate) fn after(plan: &Plan, id: &str, now: Timestamp) -> Self {
        let mut cluster = Self::before(plan, now);
        for (_, step) in plan.steps() {
            cluster.apply(step);
            if step.id.to_string() == id {
                return cluster;
            }
        }
        panic!("the plan has no step {id}");
    }

    /// Does a step.
    pub(crate) fn apply(&mut self, step: &Step) {
        for transition in &step.transitions {
            let proxy = transition.component == Component::KubeProxy && self.daemon_set;
            for target in &step.targets {
                let name = if proxy { "kube-proxy".to_owned() } else { target.to_string() };
                let runs = self.runs.get_mut(&(transition.component, name));
                *runs.expect("the instance") = transition.to.clone();
            }
        }
    }

    fn of(&self, component: Component) -> impl Iterator<Item = (&str, &ComponentVersion)> {
        let runs = self.runs.iter().filter(move |((part, _), _)| *part == component);
        runs.map(|((_, name), version)| (name.as_str(), version))
    }

    fn newest_apiserver(&self) -> KubernetesVersion {
        let versions = self.of(Component::KubeApiserver);
        versions.filter_map(|(_, version)| version.kubernetes()).max().unwrap().upstream()
    }

    /// The answer to a path with its selector: the pages of a list, an object, or a text; `None` where
    /// there is none.
    pub(crate) fn answer(&self, target: &str) -> Option<String> {
        let (path, selector) = target.split_once("?labelSelector=").unwrap_or((target, ""));
        let selector = selector.replace("%3D", "=");
        let system = "/api/v1/namespaces/kube-system";
        let value = match path {
            "/readyz" => return Some("ok".to_owned()),
            "/api/v1/nodes" => list("NodeList", "v1", &self.nodes()),
            "/api/v1/pods" => list("PodList", "v1", &self.pods("")),
            "/apis/policy/v1/poddisruptionbudgets" => {
                list("PodDisruptionBudgetList", "policy/v1", &[budget()])
            }
            "/apis/apiregistration.k8s.io/v1/apiservices" => {
                list("APIServiceList", "apiregistration.k8s.io/v1", &[api_service()])
            }
            "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases" => {
                list("LeaseList", "coordination.k8s.io/v1", &self.leases())
            }
            "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy" => self.kube_proxy()?,
            "/apis/apps/v1/namespaces/kube-system/deployments/coredns" => self.coredns(),
            _ if path == format!("{system}/pods") => list("PodList", "v1", &self.pods(&selector)),
            _ if path == format!("{system}/configmaps/kubeadm-config") => self.kubeadm_config(),
            _ => return None,
        };
        Some(value.to_string())
    }

    fn nodes(&self) -> Vec<Value> {
        let node = |(name, version): (&str, &ComponentVersion)| {
            json!({
                "metadata": {"name": name, "managedFields": [{"manager": "kubelet"}]},
                "spec": {},
                "status": {
                    "conditions": [
                        {"type": "MemoryPressure", "status": "False"},
                        {"type": "DiskPressure", "status": "False"},
                        {"type": "Ready", "status": "True"},
                    ],
                    "nodeInfo": {"kubeletVersion": version.to_string()},
                },
            })
        };
        self.of(Component::Kubelet).map(node).collect()
    }

    /// The static pods, CoreDNS, and a pod of a user.
    fn pods(&self, selector: &str) -> Vec<Value> {
        let mut pods = Vec::new();
        for component in STATIC {
            for (node, version) in self.of(component) {
                let tag = match version.etcd() {
                    Some(etcd) => format!("{}-0", etcd.bare()),
                    None => version.to_string(),
                };
                pods.push(self.pod(component.name(), node, &tag));
            }
        }
        let label = |pod: &Value, name: &str, value: &str| pod["metadata"]["labels"][name] == value;
        if let Some((name, value)) = selector.split_once('=') {
            pods.retain(|pod| label(pod, name, value));
        } else {
            let mut coredns = self.pod("coredns", "a-node", "v1.11.3");
            coredns["metadata"]["annotations"] = json!({});
            coredns["metadata"]["ownerReferences"] = json!([{"kind": "ReplicaSet"}]);
            pods.push(coredns);
        }
        pods
    }

    fn pod(&self, component: &str, node: &str, tag: &str) -> Value {
        let started = self.now - jiff::SignedDuration::from_hours(1);
        json!({
            "metadata": {
                "name": format!("{component}-{node}"), "namespace": "kube-system",
                "labels": {"component": component, "tier": "control-plane"},
                "annotations": {"kubernetes.io/config.mirror": "x"},
            },
            "spec": {
                "nodeName": node,
                "containers": [{
                    "name": component,
                    "image": format!("registry.example:5000/k8s/{component}:{tag}"),
                }],
            },
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{
                    "name": component, "ready": true, "restartCount": 0,
                    "state": {"running": {"startedAt": seconds(started)}},
                }],
            },
        })
    }

    fn leases(&self) -> Vec<Value> {
        let lease = |name: &str| {
            json!({
                "metadata": {"name": name, "namespace": "kube-system"},
                "spec": {
                    "holderIdentity": "cp-1_x", "leaseDurationSeconds": 15,
                    "renewTime": seconds(self.now).replace('Z', ".123456Z"),
                },
            })
        };
        vec![lease("kube-scheduler"), lease("kube-controller-manager"), lease("some-operator")]
    }

    fn kube_proxy(&self) -> Option<Value> {
        let (_, version) = self.of(Component::KubeProxy).next()?;
        Some(json!({
            "kind": "DaemonSet", "apiVersion": "apps/v1",
            "metadata": {"name": "kube-proxy", "namespace": "kube-system", "generation": 2},
            "spec": {"template": {"spec": {"containers": [
                {"image": format!("registry.k8s.io/kube-proxy:{version}")}]}}},
            "status": {
                "observedGeneration": 2, "desiredNumberScheduled": 3,
                "updatedNumberScheduled": 3, "numberAvailable": 3,
            },
        }))
    }

    fn coredns(&self) -> Value {
        let catalog = Catalog::embedded();
        let image = catalog.components().unwrap().coredns(&self.newest_apiserver());
        let tag = image.map_or_else(|| "v1.0.0".to_owned(), |image| image.tag.clone());
        json!({
            "kind": "Deployment", "apiVersion": "apps/v1",
            "metadata": {"name": "coredns", "namespace": "kube-system", "generation": 2},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"image": format!("registry.k8s.io/coredns/coredns:{tag}")}]}}},
            "status": {
                "observedGeneration": 2, "replicas": 2, "updatedReplicas": 2,
                "availableReplicas": 2,
            },
        })
    }

    fn kubeadm_config(&self) -> Value {
        let version = self.newest_apiserver();
        json!({
            "kind": "ConfigMap", "apiVersion": "v1",
            "metadata": {"name": "kubeadm-config", "namespace": "kube-system"},
            "data": {"ClusterConfiguration": format!(
                "apiServer: {{}}\netcd:\n  local:\n    dataDir: /var/lib/etcd\nkubernetesVersion: \
                 {version}\n"
            )},
        })
    }
}

fn seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap().to_string()
}

fn list(kind: &str, version: &str, items: &[Value]) -> Value {
    json!({
        "kind": kind, "apiVersion": version, "metadata": {"resourceVersion": "7"}, "items": items,
    })
}

fn budget() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop"},
        "status": {"disruptionsAllowed": 1, "expectedPods": 3},
    })
}

fn api_service() -> Value {
    json!({
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "status": {"conditions": [{"type": "Available", "status": "True"}]},
    })
}

/// One edit of an answer, by which the checkpoint of this name must fail. `filter` is its jq filter,
/// which names the nodes that it looks at. `None`: no edit is known.
pub(crate) fn edited(id: &str, filter: &str, answer: &str) -> Option<String> {
    if id == "api-ready" {
        return Some("[+]ping ok\n[-]etcd failed".to_owned());
    }
    let mut value: Value = serde_json::from_str(answer).unwrap();
    let place = subject(&value, filter);
    let item = format!("/items/{place}");
    let image = |value: &mut Value, path: &str| {
        *value.pointer_mut(path).unwrap() = "registry.example/x:v1.2.3-9".into();
    };
    let set = |value: &mut Value, path: String, new: Value| {
        let (parent, key) = path.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[key] = new;
    };
    match id {
        "nodes-ready" => {
            set(&mut value, format!("{item}/status/conditions/2/status"), json!("Unknown"));
        }
        "none-cordoned" => set(&mut value, format!("{item}/spec/unschedulable"), json!(true)),
        "kubelets" | "nodes-at-version" | "start-kubelets" => {
            set(&mut value, format!("{item}/status/nodeInfo/kubeletVersion"), json!("v1.2.3"));
        }
        "disruption-budgets" => {
            set(&mut value, format!("{item}/status/disruptionsAllowed"), json!(0));
        }
        "unmanaged-pods" => set(&mut value, format!("{item}/metadata/annotations"), json!({})),
        "api-services" => {
            set(&mut value, format!("{item}/status/conditions/0/status"), json!("False"));
        }
        "system-pods" => {
            set(&mut value, format!("{item}/status/containerStatuses/0/ready"), json!(false));
        }
        "nothing-unschedulable" => {
            set(&mut value, format!("{item}/status/phase"), json!("Pending"));
            let waits =
                json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]);
            set(&mut value, format!("{item}/status/conditions"), waits);
        }
        "static-pods"
        | "control-plane-version"
        | "etcd-image"
        | "start-kube-apiserver"
        | "start-kube-controller-manager"
        | "start-kube-scheduler" => {
            image(&mut value, &format!("{item}/spec/containers/0/image"));
        }
        "no-restarts" => {
            let started = format!("{item}/status/containerStatuses/0/state/running/startedAt");
            set(&mut value, started, json!("2999-01-01T00:00:00Z"));
        }
        "leases" => {
            set(&mut value, format!("{item}/spec/renewTime"), json!("2020-01-01T00:00:00.000000Z"));
        }
        "cluster-configuration" => {
            let config = value["data"]["ClusterConfiguration"].as_str().unwrap();
            let old = config.replace("kubernetesVersion: v1.", "kubernetesVersion: v0.");
            set(&mut value, "/data/ClusterConfiguration".to_owned(), json!(old));
        }
        "etcd-unpinned" => {
            let config = value["data"]["ClusterConfiguration"].as_str().unwrap();
            let pinned = config.replace("    dataDir", "    imageTag: 3.5.0-0\n    dataDir");
            set(&mut value, "/data/ClusterConfiguration".to_owned(), json!(pinned));
        }
        "kube-proxy" => set(&mut value, "/status/numberAvailable".to_owned(), json!(2)),
        "start-kube-proxy" => image(&mut value, "/spec/template/spec/containers/0/image"),
        "coredns" => set(&mut value, "/status/availableReplicas".to_owned(), json!(1)),
        _ => return None,
    }
    Some(value.to_string())
}

/// The first object that a filter looks at: one of a node that it names, if it names any; not etcd's,
/// unless there is nothing else.
fn subject(answer: &Value, filter: &str) -> usize {
    let Some(items) = answer["items"].as_array() else { return 0 };
    let named =
        |text: &Value| text.as_str().is_some_and(|text| filter.contains(&format!("\"{text}\"")));
    let nodes = items.iter().position(|item| {
        named(&item["spec"]["nodeName"]) && item["metadata"]["labels"]["component"] != "etcd"
            || named(&item["metadata"]["name"])
    });
    let others = || items.iter().position(|item| item["metadata"]["labels"]["component"] != "etcd");
    nodes.or_else(others).unwrap_or(0)
}
