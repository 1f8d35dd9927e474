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
    /// Members of a stacked etcd that are on no node of the control plane.
    StrayMembers { members: Vec<InstanceName> },
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

impl Gap {
    /// The stable name.
    fn id(&self) -> String {
        match self {
            Self::Nodes => "nodes",
            Self::ManagedControlPlane { .. } => "managed-control-plane",
            Self::Provider => "provider",
            Self::ControlPlanePart { part, .. } => return format!("{part}-version"),
            Self::Kubelet { .. } => "kubelet-version",
            Self::GoneNodes { .. } => "gone-nodes",
            Self::OtherServer { .. } => "kube-apiserver-answer",
            Self::KubeadmConfig => "kubeadm-config",
            Self::Datastore => "datastore",
            Self::StackedEtcd { .. } => "etcd-version",
            Self::StrayMembers { .. } => "stray-etcd-members",
            Self::ExternalEtcd { .. } => "external-etcd-version",
            Self::KubeProxy => "kube-proxy",
            Self::KubeProxyOn { .. } => "kube-proxy-version",
            Self::Cgroup => "cgroup",
            Self::Clients => "clients",
        }
        .to_owned()
    }

    /// What is not known, and why.
    fn text(&self) -> String {
        match self {
            Self::Nodes => "no nodes were read, so the kubelets and the pools are not known",
            Self::ManagedControlPlane { version_known: true } => {
                "no node of the control plane is visible: it is managed, and stands here as one node \
                 with the version that the API server answers with; its etcd is not known"
            }
            Self::ManagedControlPlane { version_known: false } => {
                "no node of the control plane is visible: it is managed, or its nodes were not read; \
                 the version of kube-apiserver is not known"
            }
            Self::Provider => "nothing says what installs the cluster; kubeadm is assumed",
            Self::ControlPlanePart { part, nodes, why } => {
                let (nodes, why) = (names(nodes), why.text());
                return format!("the version of {part} on {nodes} is not known: {why}");
            }
            Self::Kubelet { nodes } => {
                return format!("the kubelet of {} reports no version", names(nodes));
            }
            Self::GoneNodes { nodes } => {
                let nodes = names(nodes);
                return format!(
                    "pods are on {nodes}, which no list of nodes has; these pods were left out"
                );
            }
            Self::OtherServer { version } => {
                return format!(
                    "an API server answered with {version}, but none of those listed runs that"
                );
            }
            Self::KubeadmConfig => {
                "kubeadm's configuration was not read: pinned images, feature gates and flags that an \
                 upgrade would meet are not known, nor is whether etcd is external"
            }
            Self::Datastore => {
                "where the cluster keeps its data is not visible: an embedded etcd, an external one or \
                 another database"
            }
            Self::StackedEtcd { members } => {
                return format!("the version of etcd on {} is not known", names(members));
            }
            Self::StrayMembers { members } => {
                let members = names(members);
                return format!(
                    "etcd has the members {members}, which are on no node of the control plane; they \
                     were left out, and count for the quorum"
                );
            }
            Self::ExternalEtcd { members } => {
                let members = names(members);
                return format!(
                    "etcd is external, so Kubernetes cannot tell the version of {members}"
                );
            }
            Self::KubeProxy => {
                "neither pods nor daemon sets of kube-system tell which kube-proxy runs, so it is \
                 taken as not deployed"
            }
            Self::KubeProxyOn { nodes } => {
                return format!("the kube-proxy that runs on {} is not known", names(nodes));
            }
            Self::Cgroup => "the cgroup version of nodes is not known: Kubernetes does not tell it",
            Self::Clients => "the kubectl of people and pipelines is not known",
        }
        .to_owned()
    }

    /// The command that settles it.
    const fn settle(&self) -> &'static str {
        match self {
            Self::Nodes => "kubectl get nodes -o json",
            Self::ManagedControlPlane { .. } => "kubectl version -o json",
            Self::Provider => "kubectl -n kube-system get configmap kubeadm-config",
            Self::ControlPlanePart { why: Why::NoTag, .. } => {
                "on the node: crictl exec CONTAINER COMPONENT --version, with the container that \
                 crictl ps names"
            }
            Self::ControlPlanePart { .. } => {
                "kubectl -n kube-system get pods -l tier=control-plane -o json"
            }
            Self::Kubelet { .. } => "kubectl get nodes -o wide",
            Self::GoneNodes { .. } => "kubectl get nodes",
            Self::OtherServer { .. } => {
                "kubectl -n kube-system get pods -l component=kube-apiserver -o json"
            }
            Self::KubeadmConfig => "kubectl -n kube-system get configmap kubeadm-config -o yaml",
            Self::Datastore => {
                "on a server: the flags --cluster-init and --datastore-endpoint of k3s or k0s"
            }
            Self::StrayMembers { .. } => {
                "etcdctl member list -w table, and etcdctl member remove for those that are gone"
            }
            Self::StackedEtcd { .. } | Self::ExternalEtcd { .. } => {
                "etcdctl endpoint status --cluster -w json"
            }
            Self::KubeProxy => "kubectl -n kube-system get daemonsets,pods -o json",
            Self::KubeProxyOn { .. } => {
                "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o wide"
            }
            Self::Cgroup => {
                "on every Linux node: stat -fc %T /sys/fs/cgroup (cgroup2fs is v2, tmpfs is v1)"
            }
            Self::Clients => "kubectl version --client, on every machine that calls kubectl",
        }
    }
}

impl From<Gap> for Unknown {
    fn from(gap: Gap) -> Self {
        Self { id: gap.id(), text: gap.text(), settle: gap.settle().to_owned() }
    }
}
