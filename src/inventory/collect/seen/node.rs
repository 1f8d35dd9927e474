//! What a node says.

use std::collections::BTreeMap;

use super::super::image;
use super::super::object::NodeInfo;
use super::super::object::Object;
use super::super::object::Taint;
use crate::inventory::NodeFacts;
use crate::name::PoolName;
use crate::version::KubernetesVersion;

/// What a node says. Ordered by when it was looked at, so that the later look wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct SeenNode {
    /// When its kubelet was last heard; RFC 3339 in UTC sorts as text.
    heartbeat: String,
    uid: String,
    /// Its kubelet; `None` where what it reports is no version.
    pub(in super::super) kubelet: Option<KubernetesVersion>,
    /// Whether it carries a role of the control plane.
    pub(in super::super) control_plane: bool,
    /// Whether it carries the role of a member of an embedded etcd.
    pub(in super::super) etcd: bool,
    /// Whether kubeadm has joined it.
    pub(in super::super) kubeadm: bool,
    /// The pool that its labels name.
    pub(in super::super) pool: Option<PoolName>,
    /// Where it is reached.
    pub(in super::super) addresses: Vec<String>,
    /// What else is known of the machine.
    pub(in super::super) facts: NodeFacts,
}

const ROLE: &str = "node-role.kubernetes.io/";
const CONTROL_PLANE_ROLES: [&str; 3] = ["control-plane", "master", "controlplane"];
const ETCD_ROLE: &str = "etcd";

/// Taints that only repeat the state of a moment, which `ready` and `cordoned` tell.
const PASSING_TAINTS: [&str; 8] = [
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/unschedulable",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/network-unavailable",
    "node.cloudprovider.kubernetes.io/uninitialized",
];

impl SeenNode {
    pub(super) fn of(object: &Object, pool_labels: &[String]) -> Self {
        let Object { metadata, spec, status, .. } = object;
        let info = status.node_info.clone().unwrap_or_default();
        let NodeInfo {
            kubelet_version,
            os_image,
            kernel_version,
            container_runtime_version,
            architecture,
        } = info;
        let ready = status.conditions.iter().find(|condition| condition.name == "Ready");
        let labels = &metadata.labels;
        let role = |name: &str| labels.contains_key(&format!("{ROLE}{name}"));
        let mut taints: Vec<String> = spec
            .taints
            .iter()
            .filter(|taint| !PASSING_TAINTS.contains(&taint.key.as_str()))
            .map(written)
            .collect();
        taints.sort();
        taints.dedup();
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        let mut addresses: Vec<String> =
            status.addresses.iter().map(|address| address.address.clone()).collect();
        addresses.sort();
        Self {
            heartbeat: ready.map(|ready| ready.last_heartbeat_time.clone()).unwrap_or_default(),
            uid: metadata.uid.clone(),
            kubelet: image::release(&kubelet_version),
            control_plane: CONTROL_PLANE_ROLES.into_iter().any(role),
            etcd: role(ETCD_ROLE),
            kubeadm: metadata.annotations.kubeadm.is_some(),
            pool: pool(labels, pool_labels),
            addresses,
            facts: NodeFacts {
                os: known(os_image),
                kernel: known(kernel_version),
                container_runtime: known(container_runtime_version),
                cgroup: None,
                arch: known(architecture),
                ready: ready.map(|ready| ready.status == "True"),
                cordoned: Some(spec.unschedulable),
                taints,
            },
        }
    }

    /// What two looks at one node cannot both be right about.
    pub(super) fn agrees(&self, other: &Self) -> Result<(), String> {
        if self.kubelet != other.kubelet {
            // In order, so that the message does not depend on that of the files.
            let (older, newer) = (
                self.kubelet.as_ref().min(other.kubelet.as_ref()),
                self.kubelet.as_ref().max(other.kubelet.as_ref()),
            );
            let shown = |version: Option<&KubernetesVersion>| {
                version.map_or_else(|| "none".to_owned(), ToString::to_string)
            };
            return Err(format!("the kubelets {} and {}", shown(older), shown(newer)));
        }
        if self.uid != other.uid && !self.uid.is_empty() && !other.uid.is_empty() {
            return Err("two uids".to_owned());
        }
        Ok(())
    }
}

fn written(taint: &Taint) -> String {
    let Taint { key, value, effect } = taint;
    if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
}

/// The pool: by the first label that the node has, else by its role.
fn pool(labels: &BTreeMap<String, String>, pool_labels: &[String]) -> Option<PoolName> {
    let by_label = pool_labels.iter().find_map(|label| labels.get(label)?.parse().ok());
    by_label.or_else(|| {
        let roles = labels.keys().filter_map(|label| label.strip_prefix(ROLE));
        let mut roles =
            roles.filter(|role| !CONTROL_PLANE_ROLES.contains(role) && *role != ETCD_ROLE);
        roles.find_map(|role| role.parse().ok())
    })
}
