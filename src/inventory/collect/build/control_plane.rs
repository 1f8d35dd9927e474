//! The nodes of the control plane: those with its role, and those with a static pod of its API
//! server.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Gaps;
use super::distribution::Distribution;
use super::gap::Gap;
use super::gap::Why;
use super::running;
use crate::inventory::ControlPlaneNode;
use crate::inventory::NodeFacts;
use crate::inventory::collect::image;
use crate::inventory::collect::seen::Part;
use crate::inventory::collect::seen::Seen;
use crate::name::InstanceName;
use crate::version::KubernetesVersion;

/// The nodes of the control plane, at least one.
pub(super) fn nodes(
    seen: &Seen,
    distribution: Distribution,
    gaps: &mut Gaps,
) -> Vec<ControlPlaneNode> {
    let labelled = seen.nodes.iter().filter(|(_, node)| node.value.control_plane);
    let names: BTreeSet<&InstanceName> =
        labelled.map(|(name, _)| name).chain(running::nodes_of(seen, Part::Apiserver)).collect();
    if names.is_empty() {
        return managed(seen, gaps).into_iter().collect();
    }
    let mut missing: BTreeMap<(Part, Why), Vec<InstanceName>> = BTreeMap::new();
    let mut nodes: Vec<ControlPlaneNode> = names
        .into_iter()
        .map(|name| {
            let node = seen.nodes.get(name).map(|node| &node.value);
            let kubelet = node.and_then(|node| node.kubelet.clone());
            let mut part = |part: Part| match distribution {
                Distribution::OneBinary => kubelet.clone(),
                Distribution::Kubeadm | Distribution::Other | Distribution::Managed => {
                    running::version(seen, part, name, image::release_of_image)
                        .map_err(|why| missing.entry((part, why)).or_default().push(name.clone()))
                        .ok()
                }
            };
            ControlPlaneNode {
                apiserver: part(Part::Apiserver),
                controller_manager: part(Part::ControllerManager),
                scheduler: part(Part::Scheduler),
                kubelet,
                kube_proxy: None,
                facts: node.map(|node| node.facts.clone()).unwrap_or_default(),
                name: name.clone(),
            }
        })
        .collect();
    answered(seen, &mut nodes, &mut missing, gaps);
    for ((part, why), nodes) in missing {
        gaps.at(nodes, |nodes| Gap::ControlPlanePart { part: part.name(), nodes, why });
    }
    let silent = nodes.iter().filter(|node| node.kubelet.is_none() && !seen.nodes.is_empty());
    gaps.at(silent.map(|node| node.name.clone()).collect(), |nodes| Gap::Kubelet { nodes });
    nodes
}

/// What an API server answered: the version of the only one there is, otherwise that of nobody knows
/// which.
fn answered(
    seen: &Seen,
    nodes: &mut [ControlPlaneNode],
    missing: &mut BTreeMap<(Part, Why), Vec<InstanceName>>,
    gaps: &mut Gaps,
) {
    if let ([node], Some(version)) = (&mut *nodes, only(seen))
        && node.apiserver.is_none()
    {
        node.apiserver = Some(version.clone());
        missing.retain(|(part, _), _| *part != Part::Apiserver);
    }
    if nodes.iter().all(|node| node.apiserver.is_some()) {
        for version in &seen.servers {
            if nodes.iter().all(|node| node.apiserver.as_ref() != Some(version)) {
                gaps.add(Gap::OtherServer { version: version.clone() });
            }
        }
    }
}

/// The version of the API server, where all answers agree.
fn only(seen: &Seen) -> Option<&KubernetesVersion> {
    if seen.servers.len() == 1 { seen.servers.first() } else { None }
}

/// A control plane that somebody else runs, as one node.
fn managed(seen: &Seen, gaps: &mut Gaps) -> Option<ControlPlaneNode> {
    let apiserver = only(seen).cloned();
    gaps.add(Gap::ManagedControlPlane { version_known: apiserver.is_some() });
    let free = |name: &InstanceName| !seen.nodes.contains_key(name);
    let numbered = (2..).map(|number| format!("control-plane-{number}"));
    let mut names =
        std::iter::once("control-plane".to_owned()).chain(numbered).map(|name| name.parse().ok());
    let name = names.find_map(|name| name.filter(free))?;
    Some(ControlPlaneNode {
        name,
        apiserver,
        controller_manager: None,
        scheduler: None,
        kubelet: None,
        kube_proxy: None,
        facts: NodeFacts::default(),
    })
}
