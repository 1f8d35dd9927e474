//! What must hold between the entries of an inventory, beyond their form.

use super::super::Inventory;
use super::MOST_NODES;
use super::Problem;
use super::problem;
use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::name::InstanceName;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

impl Inventory {
    /// Checks the inventory in the order of its file, so that places are those of the file.
    pub(in crate::inventory) fn check(&self) -> Result<(), Problem> {
        self.names()?;
        self.node_names()?;
        if self.provider == Provider::Kubeadm && self.etcd.topology == EtcdTopology::Stacked {
            self.stacked_members()?;
        }
        Ok(())
    }

    fn names(&self) -> Result<(), Problem> {
        // Pools first: the nodes of two counted pools with one name have the same names too.
        let pools = self.pools.iter().enumerate();
        distinct("pool", pools.map(|(at, pool)| (format!("nodePools[{at}].name"), &pool.name)))?;
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

    /// The nodes of the API have names that Kubernetes accepts. A control-plane host without a kubelet
    /// is no node, and neither are the hosts of an external etcd and the clients.
    fn node_names(&self) -> Result<(), Problem> {
        let hosts = self.control_plane.iter().enumerate();
        let control_plane = hosts
            .filter(|(_, node)| self.provider == Provider::Kubeadm || node.kubelet.is_some())
            .map(|(at, node)| (format!("controlPlane.nodes[{at}].name"), &node.name));
        let named = self.pools.iter().enumerate().filter(|(_, pool)| !pool.counted);
        let workers = named.flat_map(|(pool_at, pool)| {
            pool.nodes.iter().enumerate().map(move |(at, node)| {
                (format!("nodePools[{pool_at}].nodes[{at}].name"), &node.name)
            })
        });
        match control_plane.chain(workers).find(|(_, name)| !name.is_dns_subdomain()) {
            None => Ok(()),
            Some((path, name)) => Err(problem(
                path,
                format!(
                    "`{name}` is no name of a node; Kubernetes requires lower-case letters, digits, \
                     `-` and `.`, with a letter or a digit at both ends"
                ),
                "name nodes as `kubectl get nodes` does",
            )),
        }
    }

    /// kubeadm runs a stacked member on each control-plane node, under the name of the node.
    fn stacked_members(&self) -> Result<(), Problem> {
        const HELP: &str = "name one member for each control-plane node, as the node is named, or leave \
                            `members` out; etcd on hosts of its own has `topology: external`";
        let nodes: BTreeSet<&InstanceName> =
            self.control_plane.iter().map(|node| &node.name).collect();
        let members: BTreeSet<&InstanceName> =
            self.etcd.members.iter().map(|member| &member.name).collect();
        let stray = self.etcd.members.iter().position(|member| !nodes.contains(&member.name));
        if let Some(at) = stray {
            return Err(problem(
                format!("etcd.members[{at}].name"),
                format!(
                    "the member `{}` of the stacked etcd is no control-plane node",
                    self.etcd.members[at].name
                ),
                HELP,
            ));
        }
        let bare = self.control_plane.iter().position(|node| !members.contains(&node.name));
        if let Some(at) = bare {
            return Err(problem(
                format!("controlPlane.nodes[{at}].name"),
                format!(
                    "the control-plane node `{}` has no member of the stacked etcd",
                    self.control_plane[at].name
                ),
                HELP,
            ));
        }
        Ok(())
    }
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
