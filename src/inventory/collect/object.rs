//! What is read of the objects of Kubernetes and of the answers of `etcdctl`: a few keys of each.
//!
//! Everything else is skipped unread, above all the values of secrets, flags and environments. All
//! keys of all kinds stand in one type, since the kind of an object often stands behind its content
//! and an object is read once.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::IgnoredAny;

/// Null is the same as absent: Go writes empty lists as null.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Makes types that read what they know and take null for absent.
macro_rules! objects {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $($(#[$meta])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            $(#[serde(default, deserialize_with = "or_default")]
            $(#[$field_meta])*
            pub(super) $field: $type,)+
        })+
    };
}

objects! {
    /// Any object.
    Object {
        kind: String,
        metadata: Metadata,
        spec: Spec,
        status: Status,
        data: ConfigData,
        /// `kubectl version`, `kubeadm version`.
        client_version: Option<Build>,
        server_version: Option<Build>,
        kustomize_version: Option<IgnoredAny>,
        /// `etcdctl endpoint status`.
        #[serde(rename = "Endpoint")]
        endpoint: String,
        #[serde(rename = "Status")]
        endpoint_status: Option<EndpointStatus>,
        /// `etcdctl member list`.
        header: Header,
        members: Option<Vec<Member>>,
    }

    /// Only the kind of an object.
    Head {
        kind: String,
    }

    /// What every object has.
    Metadata {
        name: String,
        namespace: String,
        uid: String,
        labels: BTreeMap<String, String>,
        annotations: Annotations,
        deletion_timestamp: Option<IgnoredAny>,
        generation: i64,
    }

    /// The annotations that say something.
    Annotations {
        /// kubeadm has joined the node.
        #[serde(rename = "kubeadm.alpha.kubernetes.io/cri-socket")]
        kubeadm: Option<IgnoredAny>,
    }

    /// Of nodes, pods and workloads.
    Spec {
        unschedulable: bool,
        taints: Vec<Taint>,
        node_name: String,
        containers: Vec<Container>,
        template: Template,
    }

    /// A taint.
    Taint {
        key: String,
        value: String,
        effect: String,
    }

    /// Of a workload.
    Template {
        spec: TemplateSpec,
    }

    /// Of a workload.
    TemplateSpec {
        containers: Vec<Container>,
    }

    /// A container, or what is reported of one.
    Container {
        name: String,
        image: String,
    }

    /// Of nodes, pods and workloads.
    Status {
        node_info: Option<NodeInfo>,
        conditions: Vec<Condition>,
        addresses: Vec<Address>,
        phase: String,
        container_statuses: Vec<Container>,
        observed_generation: i64,
        desired_number_scheduled: i64,
        updated_number_scheduled: i64,
    }

    /// What a kubelet reports of its machine. `kubeProxyVersion` is the kubelet's own, and not read.
    NodeInfo {
        kubelet_version: String,
        os_image: String,
        kernel_version: String,
        container_runtime_version: String,
        architecture: String,
    }

    /// A condition of a node.
    Condition {
        #[serde(rename = "type")]
        name: String,
        status: String,
        last_heartbeat_time: String,
    }

    /// An address of a node.
    Address {
        address: String,
    }

    /// The texts of the config maps that are read.
    ConfigData {
        #[serde(rename = "ClusterConfiguration")]
        cluster: Option<String>,
        kubelet: Option<String>,
        #[serde(rename = "config.conf")]
        kube_proxy: Option<String>,
    }

    /// A version of `kubectl version`.
    Build {
        git_version: String,
    }

    /// What a member of etcd says of itself.
    EndpointStatus {
        header: Header,
        version: String,
        is_learner: bool,
        errors: Vec<String>,
    }
}

/// Whom an answer of etcd is about.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Header {
    #[serde(default)]
    pub(super) cluster_id: u64,
    #[serde(default)]
    pub(super) member_id: u64,
}

/// A member, as etcd lists it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Member {
    #[serde(rename = "ID")]
    pub(super) id: u64,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, rename = "peerURLs", deserialize_with = "or_default")]
    pub(super) peer_urls: Vec<String>,
    #[serde(default, rename = "clientURLs", deserialize_with = "or_default")]
    pub(super) client_urls: Vec<String>,
    #[serde(default, rename = "isLearner")]
    pub(super) is_learner: bool,
}

impl Object {
    /// The kind by its name, or else by what only that kind has: lists need not repeat the kind in
    /// their items, and may name it behind them.
    pub(super) fn kind_name<'a>(&'a self, of_the_list: Option<&'a str>) -> &'a str {
        if !self.kind.is_empty() {
            return &self.kind;
        }
        if let Some(kind) = of_the_list {
            return kind;
        }
        if self.status.node_info.is_some() {
            "Node"
        } else if !self.spec.node_name.is_empty() && !self.spec.containers.is_empty() {
            "Pod"
        } else if self.data.cluster.is_some()
            || self.data.kubelet.is_some()
            || self.data.kube_proxy.is_some()
        {
            "ConfigMap"
        } else {
            ""
        }
    }
}
