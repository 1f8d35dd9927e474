//! Between the document and the checked form: entry by entry.

use super::super::ControlPlaneNode;
use super::super::Etcd;
use super::super::EtcdMember;
use super::super::Node;
use super::super::NodeFacts;
use super::super::NodePool;
use super::MOST_NODES;
use super::Problem;
use super::document::ControlPlaneNodeDocument;
use super::document::EtcdDocument;
use super::document::EtcdMemberDocument;
use super::document::NodeDocument;
use super::document::NodePoolDocument;
use super::problem;
use crate::name::InstanceName;

/// The facts of a node stand beside its versions in the file; serde's `flatten` would lose the
/// position of an error, so they are spelled out and gathered here.
macro_rules! facts {
    ($document:ident) => {
        NodeFacts {
            os: $document.os,
            kernel: $document.kernel,
            container_runtime: $document.container_runtime,
            cgroup: $document.cgroup,
            arch: $document.arch,
            ready: $document.ready,
            cordoned: $document.cordoned,
            taints: $document.taints,
        }
    };
}

impl ControlPlaneNodeDocument {
    pub(super) fn checked(self) -> ControlPlaneNode {
        let document = self;
        ControlPlaneNode {
            name: document.name,
            apiserver: document.kube_apiserver,
            controller_manager: document.kube_controller_manager,
            scheduler: document.kube_scheduler,
            kubelet: document.kubelet,
            kube_proxy: document.kube_proxy,
            facts: facts!(document),
        }
    }

    pub(super) fn of(node: &ControlPlaneNode) -> Self {
        let ControlPlaneNode {
            name,
            apiserver,
            controller_manager,
            scheduler,
            kubelet,
            kube_proxy,
            facts,
        } = node;
        let NodeFacts { os, kernel, container_runtime, cgroup, arch, ready, cordoned, taints } =
            facts.clone();
        Self {
            name: name.clone(),
            kube_apiserver: apiserver.clone(),
            kube_controller_manager: controller_manager.clone(),
            kube_scheduler: scheduler.clone(),
            kubelet: kubelet.clone(),
            kube_proxy: kube_proxy.clone(),
            os,
            kernel,
            container_runtime,
            cgroup,
            arch,
            ready,
            cordoned,
            taints,
        }
    }
}

impl EtcdDocument {
    pub(super) fn checked(self, control_plane: &[ControlPlaneNode]) -> Etcd {
        let mut members: Vec<EtcdMember> = self
            .members
            .into_iter()
            .map(|EtcdMemberDocument { name, version, problems }| EtcdMember {
                name,
                version,
                problems,
            })
            .collect();
        if members.is_empty() {
            members = control_plane
                .iter()
                .map(|node| EtcdMember {
                    name: node.name.clone(),
                    version: None,
                    problems: Vec::new(),
                })
                .collect();
        }
        Etcd { topology: self.topology, endpoints: self.endpoints, members }
    }
}

impl NodePoolDocument {
    pub(super) fn checked(self, position: usize) -> Result<NodePool, Problem> {
        let path = |key: &str| format!("nodePools[{position}].{key}");
        match (self.nodes, self.count, self.kubelet) {
            (Some(nodes), None, None) => {
                let nodes = nodes.into_iter().map(NodeDocument::checked).collect();
                Ok(NodePool { name: self.name, nodes, counted: false })
            }
            (None, Some(count), Some(kubelet)) if count <= MOST_NODES => {
                let nodes = (1..=count)
                    .map(|number| Node {
                        name: InstanceName::counted(&self.name, number),
                        kubelet: kubelet.clone(),
                        kube_proxy: None,
                        facts: NodeFacts::default(),
                    })
                    .collect();
                Ok(NodePool { name: self.name, nodes, counted: true })
            }
            (None, Some(count), Some(_)) => Err(problem(
                path("count"),
                format!("the pool counts {count} nodes, more than {MOST_NODES}"),
                "check the count; Kubernetes supports up to 5000 nodes",
            )),
            (Some(_), Some(_), _) => Err(problem(
                path("count"),
                format!("the pool `{}` has both `nodes` and `count`", self.name),
                "name the nodes, or count them with one `kubelet` version",
            )),
            (Some(_), None, Some(_)) => Err(problem(
                path("kubelet"),
                format!("the pool `{}` names its nodes and has a `kubelet` of its own", self.name),
                "write the version beside each node",
            )),
            (None, Some(_), None) => Err(problem(
                path("kubelet"),
                format!("the counted pool `{}` lacks its `kubelet` version", self.name),
                "add `kubelet: v1.X.Y`",
            )),
            (None, None, _) => Err(problem(
                path("nodes"),
                format!("the pool `{}` has neither `nodes` nor `count`", self.name),
                "name the nodes, or count them with one `kubelet` version",
            )),
        }
    }

    pub(super) fn of(pool: &NodePool) -> Self {
        let NodePool { name, nodes, counted } = pool;
        match nodes.first() {
            Some(first) if *counted => Self {
                name: name.clone(),
                nodes: None,
                count: Some(nodes.len()),
                kubelet: Some(first.kubelet.clone()),
            },
            _ => Self {
                name: name.clone(),
                nodes: Some(nodes.iter().map(NodeDocument::of).collect()),
                count: None,
                kubelet: None,
            },
        }
    }
}

impl NodeDocument {
    pub(super) fn checked(self) -> Node {
        let document = self;
        Node {
            name: document.name,
            kubelet: document.kubelet,
            kube_proxy: document.kube_proxy,
            facts: facts!(document),
        }
    }

    pub(super) fn of(node: &Node) -> Self {
        let Node { name, kubelet, kube_proxy, facts } = node;
        let NodeFacts { os, kernel, container_runtime, cgroup, arch, ready, cordoned, taints } =
            facts.clone();
        Self {
            name: name.clone(),
            kubelet: kubelet.clone(),
            kube_proxy: kube_proxy.clone(),
            os,
            kernel,
            container_runtime,
            cgroup,
            arch,
            ready,
            cordoned,
            taints,
        }
    }
}
