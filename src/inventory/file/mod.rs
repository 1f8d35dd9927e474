//! The `ClusterInventory` document: read, checked, written.

mod check;
mod convert;
mod document;

pub use document::InventoryDocument;

use super::Client;
use super::ControlPlaneNode;
use super::EtcdMember;
use super::Inventory;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::digest::sha256;
use crate::yaml;
use document::ApiVersion;
use document::ClientDocument;
use document::ControlPlaneDocument;
use document::ControlPlaneNodeDocument;
use document::EtcdDocument;
use document::EtcdMemberDocument;
use document::Kind;
use document::Metadata;
use document::NodePoolDocument;

/// The most nodes that an inventory may have: what Kubernetes supports, with room above it
/// (<https://kubernetes.io/docs/setup/best-practices/cluster-large/> names 5,000).
pub(in crate::inventory) const MOST_NODES: usize = 20_000;

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

    /// The digest of what a plan is made from: the same cluster gives the same one, however the file
    /// was written and whenever the cluster was looked at.
    pub fn digest(&self) -> String {
        let text = serde_json::to_string(&self.clone().lasting().document()).unwrap_or_default();
        sha256(&text)
    }

    /// Checks a document that was read as a part of another one.
    ///
    /// # Errors
    ///
    /// The path of the value inside the inventory, what is wrong, and what to do.
    pub fn of_document(document: InventoryDocument) -> Result<Self, (String, String, String)> {
        Self::from_document(document)
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
            core_dns,
            kubeadm,
            node_pools,
            clients,
            unknowns,
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
            core_dns,
            kubeadm,
            pools,
            clients,
            unknowns,
            synthetic: false,
        };
        inventory.check()?;
        Ok(inventory.canonical())
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
                endpoints: self.etcd.endpoints.clone(),
                members: self
                    .etcd
                    .members
                    .iter()
                    .map(|EtcdMember { name, version, problems }| EtcdMemberDocument {
                        name: name.clone(),
                        version: version.clone(),
                        problems: problems.clone(),
                    })
                    .collect(),
            },
            kube_proxy: self.kube_proxy.clone(),
            core_dns: self.core_dns.clone(),
            kubeadm: self.kubeadm.clone(),
            node_pools: self.pools.iter().map(NodePoolDocument::of).collect(),
            clients: self
                .clients
                .iter()
                .map(|Client { name, kubectl }| ClientDocument {
                    name: name.clone(),
                    kubectl: kubectl.clone(),
                })
                .collect(),
            unknowns: self.unknowns.clone(),
        }
    }
}

/// Path of the value, what is wrong, what to do.
pub(in crate::inventory) type Problem = (String, String, String);

fn problem(
    path: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    (path.into(), message.into(), help.into())
}

/// The JSON Schema of an inventory.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(InventoryDocument).to_value()
}
