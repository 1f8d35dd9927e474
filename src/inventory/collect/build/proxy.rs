//! kube-proxy and CoreDNS.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Gaps;
use super::distribution::Distribution;
use super::gap::Gap;
use super::gap::Why;
use super::running;
use crate::inventory::collect::image;
use crate::inventory::collect::seen::Part;
use crate::inventory::collect::seen::Seen;
use crate::name::InstanceName;
use crate::version::KubernetesVersion;

/// The kube-proxy of each node, as its pod runs it.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    common: Option<KubernetesVersion>,
    nodes: BTreeMap<InstanceName, KubernetesVersion>,
}

impl Proxies {
    pub(super) fn of(seen: &Seen, distribution: Distribution, gaps: &mut Gaps) -> Self {
        let workload = seen.workloads.get(&Part::KubeProxy).map(|workload| &workload.value);
        let pods = seen.pods.get(&Part::KubeProxy);
        if distribution == Distribution::OneBinary && pods.is_none() {
            return Self::in_the_kubelet(seen);
        }
        if workload.is_none() && pods.is_none() {
            if !seen.system_pods && !seen.system_daemon_sets {
                gaps.add(Gap::KubeProxy);
            }
            return Self::default();
        }
        let mut nodes = BTreeMap::new();
        let mut unclear = Vec::new();
        let listed = seen.nodes.keys().chain(pods.into_iter().flat_map(BTreeMap::keys));
        for node in listed.collect::<BTreeSet<_>>() {
            if !running::is_there(seen, node) {
                continue;
            }
            match running::version(seen, Part::KubeProxy, node, image::release_of_image) {
                Ok(version) => _ = nodes.insert(node.clone(), version),
                // Where all pods are of the newest template, the daemon set speaks for them.
                Err(Why::NoPod)
                    if pods.is_none() && workload.is_some_and(|workload| workload.rolled_out) => {}
                // Nodes may be without one: of Windows, or where a plugin replaces it.
                Err(Why::NoPod) if pods.is_some() => {}
                Err(Why::NoPod | Why::NotRunning | Why::TwoPods | Why::NoTag) => {
                    unclear.push(node.clone());
                }
            }
        }
        let template = workload.and_then(|workload| image::release_of_image(&workload.image));
        let common = template.or_else(|| most(&nodes));
        gaps.at(unclear, |nodes| Gap::KubeProxyOn { nodes });
        if common.is_none() {
            gaps.add(Gap::KubeProxy);
        }
        Self { common, nodes }
    }

    /// In k3s and k0s the kubelet and kube-proxy are one process.
    fn in_the_kubelet(seen: &Seen) -> Self {
        let nodes: BTreeMap<_, _> = seen
            .nodes
            .iter()
            .filter_map(|(name, node)| Some((name.clone(), node.value.kubelet.clone()?)))
            .collect();
        Self { common: most(&nodes), nodes }
    }

    /// The version of the daemon set, or of most nodes.
    pub(super) fn common(&self) -> Option<&KubernetesVersion> {
        self.common.as_ref()
    }

    /// The version on a node, where it is another one.
    pub(super) fn own(&self, node: &InstanceName) -> Option<KubernetesVersion> {
        self.nodes.get(node).filter(|version| self.common.as_ref() != Some(version)).cloned()
    }
}

/// The version of most nodes; of the older one where there are as many of two.
fn most(nodes: &BTreeMap<InstanceName, KubernetesVersion>) -> Option<KubernetesVersion> {
    let mut counts: BTreeMap<&KubernetesVersion, usize> = BTreeMap::new();
    for version in nodes.values() {
        *counts.entry(version).or_default() += 1;
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map(|(version, _)| version.clone())
}

/// The tag of `CoreDNS`: of its deployment, or of its pods where they agree.
pub(super) fn core_dns(seen: &Seen) -> Option<String> {
    if let Some(workload) = seen.workloads.get(&Part::CoreDns) {
        return image::tag(&workload.value.image).map(str::to_owned);
    }
    let pods = seen.pods.get(&Part::CoreDns)?.values().flat_map(|pods| &pods.value);
    let tags: BTreeSet<&str> =
        pods.filter(|pod| pod.running).filter_map(|pod| image::tag(&pod.image)).collect();
    if tags.len() == 1 { tags.first().map(|tag| (*tag).to_owned()) } else { None }
}
