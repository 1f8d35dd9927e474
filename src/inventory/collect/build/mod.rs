//! Makes the one inventory of everything that was seen.

mod control_plane;
mod distribution;
mod etcd;
mod gap;
mod proxy;
mod running;
mod workers;

use std::collections::BTreeSet;

use super::Options;
use super::seen::Part;
use super::seen::Seen;
use crate::diagnostic::Diagnostic;
use crate::inventory::Client;
use crate::inventory::Inventory;
use crate::inventory::KubeadmConfig;
use crate::inventory::Unknown;
use crate::name::InstanceName;
use distribution::Distribution;
use gap::Gap;
use proxy::Proxies;

/// The inventory, and what is missing in it.
pub(super) fn inventory(
    seen: Seen,
    options: Options,
    unknowns: Vec<Unknown>,
) -> Result<Inventory, Diagnostic> {
    seen.one_cluster()?;
    if seen.nodes.is_empty() && seen.pods.is_empty() && seen.servers.is_empty() {
        return Err(Diagnostic::error("nothing was read that names a node of the cluster")
            .help("give at least the output of: kubectl get nodes -o json"));
    }
    let mut gaps = Gaps::default();
    running::elsewhere(&seen, &mut gaps)?;
    let distribution = Distribution::of(&seen, &mut gaps);
    let control_plane = control_plane::nodes(&seen, distribution, &mut gaps);
    let proxies = Proxies::of(&seen, distribution, &mut gaps);
    let cluster = seen.settings.cluster.as_ref().map(|cluster| &cluster.value);
    let mut inventory = Inventory {
        name: options
            .name
            .or_else(|| cluster?.name.clone())
            .unwrap_or_else(|| "unnamed".to_owned()),
        observed_at: options.observed_at.or(seen.observed_at),
        provider: distribution.provider(),
        endpoint: cluster.and_then(|cluster| cluster.endpoint.clone()),
        etcd: etcd::etcd(&seen, &control_plane, distribution, &mut gaps),
        pools: workers::pools(&seen, &control_plane, &mut gaps),
        control_plane,
        kube_proxy: proxies.common().cloned(),
        core_dns: proxy::core_dns(&seen),
        kubeadm: kubeadm(&seen, distribution, &mut gaps),
        clients: clients(&seen, &mut gaps)?,
        unknowns: Vec::new(),
        synthetic: false,
    };
    for node in &mut inventory.control_plane {
        node.kube_proxy = proxies.own(&node.name);
    }
    for node in inventory.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
        node.kube_proxy = proxies.own(&node.name);
    }
    if inventory
        .node_facts()
        .any(|facts| facts.cgroup.is_none() && facts.is_windows() != Some(true))
    {
        gaps.add(Gap::Cgroup);
    }
    inventory.unknowns = gaps.0.into_iter().map(Unknown::from).collect();
    inventory.unknowns.extend(unknowns);
    inventory.unknowns.extend(seen.failed);
    inventory.check().map_err(|(_, message, help)| Diagnostic::error(message).help(help))?;
    Ok(inventory.canonical())
}

/// What is missing, gathered.
#[derive(Debug, Default)]
struct Gaps(BTreeSet<Gap>);

impl Gaps {
    fn add(&mut self, gap: Gap) {
        self.0.insert(gap);
    }

    /// Adds what is missing at some nodes, where there are any.
    fn at(&mut self, nodes: Vec<InstanceName>, gap: impl FnOnce(Vec<InstanceName>) -> Gap) {
        if !nodes.is_empty() {
            self.add(gap(nodes));
        }
    }
}

/// What kubeadm and its config maps say.
fn kubeadm(seen: &Seen, distribution: Distribution, gaps: &mut Gaps) -> Option<KubeadmConfig> {
    let settings = &seen.settings;
    let cluster = settings.cluster.as_ref().map(|cluster| cluster.value.config.clone());
    if cluster.is_none() && distribution == Distribution::Kubeadm {
        gaps.add(Gap::KubeadmConfig);
    }
    let kubelet = settings.kubelet();
    let kube_proxy = settings.kube_proxy.as_ref().map(|gates| &gates.value);
    if cluster.is_none() && kubelet.is_none() && kube_proxy.is_none() {
        return None;
    }
    let mut config = cluster.unwrap_or_default();
    config.set_gates("kubelet", kubelet.cloned().unwrap_or_default());
    config.set_gates(Part::KubeProxy.name(), kube_proxy.cloned().unwrap_or_default());
    Some(config)
}

/// The clients that were used: one is called `kubectl`, several by their version.
fn clients(seen: &Seen, gaps: &mut Gaps) -> Result<Vec<Client>, Diagnostic> {
    if seen.clients.is_empty() {
        gaps.add(Gap::Clients);
    }
    let one = seen.clients.len() == 1;
    let named = |version: &crate::version::KubernetesVersion| {
        let name = if one { "kubectl".to_owned() } else { format!("kubectl-{version}") };
        let name = name.parse().map_err(|error: crate::name::InvalidName| {
            Diagnostic::error(format!("a version of kubectl is no version: {error}"))
        })?;
        Ok(Client { name, kubectl: Some(version.clone()) })
    };
    seen.clients.iter().map(named).collect()
}
