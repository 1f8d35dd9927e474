//! What could not be found out: reasons as data, and the sentence and the command for each.

use crate::inventory::Unknown;
use crate::name::InstanceName;
use crate::version::KubernetesVersion;

/// Something that nothing that was read tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// No nodes were read.
    Nodes,
    /// No node of the control plane is visible: it is run by somebody else.
    ManagedControlPlane { version_known: bool },
    /// What installs the cluster.
    Provider,
    /// The version of a part on these nodes of the control plane.
    ControlPlanePart { part: &'static str, nodes: Vec<InstanceName>, why: Why },
    /// The kubelets of these nodes.
    Kubelet { nodes: Vec<InstanceName> },
    /// Pods that are on nodes which are not there.
    GoneNodes { nodes: Vec<InstanceName> },
    /// An API server answered with a version that no API server of the inventory has.
    OtherServer { version: KubernetesVersion },
    /// kubeadm's configuration.
    KubeadmConfig,
    /// Where the cluster keeps its data.
    Datastore,
    /// The version of these members of a stacked etcd.
    StackedEtcd { members: Vec<InstanceName> },
    /// The version of these members of an external etcd.
    ExternalEtcd { members: Vec<InstanceName> },
    /// Whether kube-proxy is deployed.
    KubeProxy,
    /// The kube-proxy of these nodes.
    KubeProxyOn { nodes: Vec<InstanceName> },
    /// The cgroup version of nodes.
    Cgroup,
    /// The clients that are used.
    Clients,
}

/// Why the version of a part is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// No pod of it was read.
    NoPod,
    /// Its pod does not run.
    NotRunning,
    /// Two of its pods run, with two versions.
    TwoPods,
    /// The tag of its image is no version, or it has none.
    NoTag,
}

impl Why {
    const fn text(self) -> &'static str {
        match self {
            Self::NoPod => "no pod of it was read",
            Self::NotRunning => "its pod does not run",
            Self::TwoPods => "two pods of it run different versions",
            Self::NoTag => "the tag of its image is no version",
        }
    }
}

/// The names of up to ten nodes.
fn names(nodes: &[InstanceName]) -> String {
    const MOST: usize = 10;
    let shown: Vec<&str> = nodes.iter().take(MOST).map(InstanceName::as_str).collect();
    match nodes.len().checked_sub(MOST) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

impl From<Gap> for Unknown {
    fn from(gap: Gap) -> Self {
        let (id, text, settle) = match gap {
            Gap::Nodes => (
                "nodes".to_owned(),
                "no nodes were read, so the kubelets and the pools are not known".to_owned(),
                "kubectl get nodes -o json",
            ),
            Gap::ManagedControlPlane { version_known } => (
                "managed-control-plane".to_owned(),
                if version_known {
                    "no node of the control plane is visible: it is managed, and stands here as one \
                     node with the version that the API server answers with; its etcd is not known"
                } else {
                    "no node of the control plane is visible: it is managed, or its nodes were not \
                     read; the version of kube-apiserver is not known"
                }
                .to_owned(),
                "kubectl version -o json",
            ),
            Gap::Provider => (
                "provider".to_owned(),
                "nothing says what installs the cluster; kubeadm is assumed".to_owned(),
                "kubectl -n kube-system get configmap kubeadm-config",
            ),
            Gap::ControlPlanePart { part, nodes, why } => (
                format!("{part}-version"),
                format!("the version of {part} on {} is not known: {}", names(&nodes), why.text()),
                match why {
                    Why::NoTag => {
                        "on the node: crictl exec CONTAINER COMPONENT --version, with the container \
                         that crictl ps names"
                    }
                    Why::NoPod | Why::NotRunning | Why::TwoPods => {
                        "kubectl -n kube-system get pods -l tier=control-plane -o json"
                    }
                },
            ),
            Gap::Kubelet { nodes } => (
                "kubelet-version".to_owned(),
                format!("the kubelet of {} reports no version", names(&nodes)),
                "kubectl get nodes -o wide",
            ),
            Gap::GoneNodes { nodes } => (
                "gone-nodes".to_owned(),
                format!(
                    "pods are on {}, which no list of nodes has; these pods were left out",
                    names(&nodes)
                ),
                "kubectl get nodes",
            ),
            Gap::OtherServer { version } => (
                "kube-apiserver-answer".to_owned(),
                format!(
                    "an API server answered with {version}, but none of those listed runs that"
                ),
                "kubectl -n kube-system get pods -l component=kube-apiserver -o json",
            ),
            Gap::KubeadmConfig => (
                "kubeadm-config".to_owned(),
                "kubeadm's configuration was not read: pinned images, feature gates and flags that \
                 an upgrade would meet are not known, nor is whether etcd is external"
                    .to_owned(),
                "kubectl -n kube-system get configmap kubeadm-config -o yaml",
            ),
            Gap::Datastore => (
                "datastore".to_owned(),
                "where the cluster keeps its data is not visible: an embedded etcd, an external one \
                 or another database"
                    .to_owned(),
                "on a server: the flags --cluster-init and --datastore-endpoint of k3s or k0s",
            ),
            Gap::StackedEtcd { members } => (
                "etcd-version".to_owned(),
                format!("the version of etcd on {} is not known", names(&members)),
                "etcdctl endpoint status --cluster -w json",
            ),
            Gap::ExternalEtcd { members } => (
                "external-etcd-version".to_owned(),
                format!(
                    "etcd is external, so Kubernetes cannot tell the version of {}",
                    names(&members)
                ),
                "etcdctl endpoint status --cluster -w json",
            ),
            Gap::KubeProxy => (
                "kube-proxy".to_owned(),
                "neither pods nor daemon sets of kube-system were read, so it is not known whether \
                 kube-proxy is deployed; it is taken as not deployed"
                    .to_owned(),
                "kubectl -n kube-system get daemonsets,pods -o json",
            ),
            Gap::KubeProxyOn { nodes } => (
                "kube-proxy-version".to_owned(),
                format!("the kube-proxy that runs on {} is not known", names(&nodes)),
                "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide",
            ),
            Gap::Cgroup => (
                "cgroup".to_owned(),
                "the cgroup version of nodes is not known: Kubernetes does not tell it".to_owned(),
                "on every Linux node: stat -fc %T /sys/fs/cgroup (cgroup2fs is v2, tmpfs is v1)",
            ),
            Gap::Clients => (
                "clients".to_owned(),
                "the kubectl of people and pipelines is not known".to_owned(),
                "kubectl version --client, on every machine that calls kubectl",
            ),
        };
        Self { id, text, settle: settle.to_owned() }
    }
}
