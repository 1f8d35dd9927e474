//! The `ClusterInventory` document: read, checked, written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::yaml;

use super::Client;
use super::ControlPlaneNode;
use super::Etcd;
use super::EtcdMember;
use super::Inventory;
use super::Node;
use super::NodeFacts;
use super::NodePool;
use super::facts::CgroupVersion;

/// The most nodes that an inventory may have: what Kubernetes supports, with room above it
/// (<https://kubernetes.io/docs/setup/best-practices/cluster-large/> names 5,000).
const MOST_NODES: usize = 20_000;

/// What runs now, as a file: `kind: ClusterInventory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryDocument {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `ClusterInventory`.
    pub kind: Kind,
    /// The name of the cluster.
    #[serde(default)]
    pub metadata: Metadata,
    /// When the cluster was looked at (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub observed_at: Option<Timestamp>,
    /// What installs and upgrades the cluster.
    #[serde(default)]
    pub provider: Provider,
    /// The control plane.
    pub control_plane: ControlPlaneDocument,
    /// etcd.
    #[serde(default)]
    pub etcd: EtcdDocument,
    /// The version of kube-proxy; absent: not deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_proxy: Option<KubernetesVersion>,
    /// The worker nodes.
    #[serde(default)]
    pub node_pools: Vec<NodePoolDocument>,
    /// The machines from which kubectl is called.
    #[serde(default)]
    pub clients: Vec<ClientDocument>,
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// What runs now.
    ClusterInventory,
}

/// The name of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The name, such as `prod-eu-1`.
    #[serde(default)]
    pub name: String,
}

/// The control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlPlaneDocument {
    /// Where clients reach the API, such as `api.prod.example:6443`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Its nodes.
    pub nodes: Vec<ControlPlaneNodeDocument>,
}

/// A node of the control plane. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ControlPlaneNodeDocument {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kube-apiserver.
    pub kube_apiserver: KubernetesVersion,
    /// Its kube-controller-manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_controller_manager: Option<KubernetesVersion>,
    /// Its kube-scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_scheduler: Option<KubernetesVersion>,
    /// Its kubelet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubelet: Option<KubernetesVersion>,
    /// The operating system image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The container runtime, such as `containerd://1.7.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<String>,
    /// The cgroup version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
}

/// etcd. Without members one per control-plane node is assumed, its version unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EtcdDocument {
    /// Where it runs.
    #[serde(default)]
    pub topology: EtcdTopology,
    /// Its members.
    #[serde(default)]
    pub members: Vec<EtcdMemberDocument>,
}

/// A member of etcd. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EtcdMemberDocument {
    /// Its name: that of the node where it is stacked.
    pub name: InstanceName,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<EtcdVersion>,
}

/// A pool: either named nodes, or a count of nodes with one kubelet version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodePoolDocument {
    /// The name of the pool.
    pub name: PoolName,
    /// Its nodes by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Vec<NodeDocument>>,
    /// Their number, where they are not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// The kubelet of all of them, where they are only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubelet: Option<KubernetesVersion>,
}

/// A worker node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeDocument {
    /// The name of the node.
    pub name: InstanceName,
    /// Its kubelet.
    pub kubelet: KubernetesVersion,
    /// The operating system image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The container runtime, such as `containerd://1.7.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<String>,
    /// The cgroup version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
}

/// A place from which kubectl is called. A version that is left out is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientDocument {
    /// What people call it.
    pub name: InstanceName,
    /// Its kubectl.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubectl: Option<KubernetesVersion>,
}

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
        }
    };
}

impl Inventory {
    /// Reads and checks a `ClusterInventory` document.
    ///
    /// # Errors
    ///
    /// A diagnostic with file, line where it is known, and path of the value.
    pub fn read(file: &SourceFile) -> Result<Self, Diagnostic> {
        let document: InventoryDocument = yaml::read(file)?;
        Self::from_document(document).map_err(|(path, message, help)| {
            let place = Place { file: file.clone(), path: Some(path), position: None };
            Diagnostic::error(message).at(place).help(help)
        })
    }

    /// The document's digest: the same cluster gives the same one, however the file was written.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(&self.document()).unwrap_or_default();
        let hex = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            _ = write!(hex, "{byte:02x}");
            hex
        });
        format!("sha256:{hex}")
    }

    fn from_document(document: InventoryDocument) -> Result<Self, Problem> {
        let InventoryDocument {
            api_version: ApiVersion::V1Alpha1,
            kind: Kind::ClusterInventory,
            metadata,
            observed_at,
            provider,
            control_plane,
            etcd,
            kube_proxy,
            node_pools,
            clients,
        } = document;
        let ControlPlaneDocument { endpoint, nodes } = control_plane;
        if nodes.is_empty() {
            return Err(problem(
                "controlPlane.nodes",
                "the inventory has no control-plane node",
                "name at least one node with its kubeApiserver version",
            ));
        }
        let control_plane: Vec<ControlPlaneNode> =
            nodes.into_iter().map(ControlPlaneNodeDocument::checked).collect();
        let etcd = etcd.checked(&control_plane);
        let pools = node_pools
            .into_iter()
            .enumerate()
            .map(|(position, pool)| pool.checked(position))
            .collect::<Result<Vec<_>, _>>()?;
        let clients = clients
            .into_iter()
            .map(|ClientDocument { name, kubectl }| Client { name, kubectl })
            .collect();
        let name = if metadata.name.is_empty() { "unnamed".to_owned() } else { metadata.name };
        let inventory = Self {
            name,
            observed_at,
            provider,
            endpoint,
            control_plane,
            etcd,
            kube_proxy,
            pools,
            clients,
            synthetic: false,
        };
        inventory.check_names()?;
        Ok(inventory.canonical())
    }

    fn check_names(&self) -> Result<(), Problem> {
        let control_plane = self.control_plane.iter().map(|node| &node.name);
        let control_plane = control_plane
            .enumerate()
            .map(|(at, name)| (format!("controlPlane.nodes[{at}].name"), name));
        let workers = self.pools.iter().enumerate().flat_map(|(pool_at, pool)| {
            pool.nodes.iter().enumerate().map(move |(at, node)| {
                (format!("nodePools[{pool_at}].nodes[{at}].name"), &node.name)
            })
        });
        distinct("node", control_plane.chain(workers))?;
        let members = self.etcd.members.iter().enumerate();
        distinct(
            "etcd member",
            members.map(|(at, member)| (format!("etcd.members[{at}].name"), &member.name)),
        )?;
        let clients = self.clients.iter().enumerate();
        distinct(
            "client",
            clients.map(|(at, client)| (format!("clients[{at}].name"), &client.name)),
        )?;
        let pools = self.pools.iter().enumerate();
        distinct("pool", pools.map(|(at, pool)| (format!("nodePools[{at}].name"), &pool.name)))?;
        if self.workers() > MOST_NODES {
            return Err(problem(
                "nodePools",
                format!(
                    "the inventory has {} worker nodes, more than {MOST_NODES}",
                    self.workers()
                ),
                "check the counts; Kubernetes supports up to 5000 nodes",
            ));
        }
        Ok(())
    }

    /// The document of this inventory, in canonical order.
    pub fn document(&self) -> InventoryDocument {
        InventoryDocument {
            api_version: ApiVersion::V1Alpha1,
            kind: Kind::ClusterInventory,
            metadata: Metadata { name: self.name.clone() },
            observed_at: self.observed_at,
            provider: self.provider,
            control_plane: ControlPlaneDocument {
                endpoint: self.endpoint.clone(),
                nodes: self.control_plane.iter().map(ControlPlaneNodeDocument::of).collect(),
            },
            etcd: EtcdDocument {
                topology: self.etcd.topology,
                members: self
                    .etcd
                    .members
                    .iter()
                    .map(|EtcdMember { name, version }| EtcdMemberDocument {
                        name: name.clone(),
                        version: version.clone(),
                    })
                    .collect(),
            },
            kube_proxy: self.kube_proxy.clone(),
            node_pools: self.pools.iter().map(NodePoolDocument::of).collect(),
            clients: self
                .clients
                .iter()
                .map(|Client { name, kubectl }| ClientDocument {
                    name: name.clone(),
                    kubectl: kubectl.clone(),
                })
                .collect(),
        }
    }
}

/// Path of the value, what is wrong, what to do.
type Problem = (String, String, String);

fn problem(
    path: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    (path.into(), message.into(), help.into())
}

fn distinct<'a, T: Ord + std::fmt::Display + 'a>(
    what: &str,
    names: impl Iterator<Item = (String, &'a T)>,
) -> Result<(), Problem> {
    let mut seen: BTreeMap<&T, String> = BTreeMap::new();
    for (path, name) in names {
        if let Some(first) = seen.insert(name, path.clone()) {
            return Err(problem(
                path,
                format!("the {what} `{name}` is named twice; it stands at {first} too"),
                format!("give every {what} a name of its own"),
            ));
        }
    }
    Ok(())
}

impl ControlPlaneNodeDocument {
    fn checked(self) -> ControlPlaneNode {
        let document = self;
        ControlPlaneNode {
            name: document.name,
            apiserver: document.kube_apiserver,
            controller_manager: document.kube_controller_manager,
            scheduler: document.kube_scheduler,
            kubelet: document.kubelet,
            facts: facts!(document),
        }
    }

    fn of(node: &ControlPlaneNode) -> Self {
        let ControlPlaneNode { name, apiserver, controller_manager, scheduler, kubelet, facts } =
            node;
        let NodeFacts { os, kernel, container_runtime, cgroup, arch } = facts.clone();
        Self {
            name: name.clone(),
            kube_apiserver: apiserver.clone(),
            kube_controller_manager: controller_manager.clone(),
            kube_scheduler: scheduler.clone(),
            kubelet: kubelet.clone(),
            os,
            kernel,
            container_runtime,
            cgroup,
            arch,
        }
    }
}

impl EtcdDocument {
    fn checked(self, control_plane: &[ControlPlaneNode]) -> Etcd {
        let mut members: Vec<EtcdMember> = self
            .members
            .into_iter()
            .map(|EtcdMemberDocument { name, version }| EtcdMember { name, version })
            .collect();
        if members.is_empty() {
            members = control_plane
                .iter()
                .map(|node| EtcdMember { name: node.name.clone(), version: None })
                .collect();
        }
        Etcd { topology: self.topology, members }
    }
}

impl NodePoolDocument {
    fn checked(self, position: usize) -> Result<NodePool, Problem> {
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

    fn of(pool: &NodePool) -> Self {
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
    fn checked(self) -> Node {
        let document = self;
        Node { name: document.name, kubelet: document.kubelet, facts: facts!(document) }
    }

    fn of(node: &Node) -> Self {
        let Node { name, kubelet, facts } = node;
        let NodeFacts { os, kernel, container_runtime, cgroup, arch } = facts.clone();
        Self {
            name: name.clone(),
            kubelet: kubelet.clone(),
            os,
            kernel,
            container_runtime,
            cgroup,
            arch,
        }
    }
}

/// The JSON Schema of an inventory.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(InventoryDocument).to_value()
}
