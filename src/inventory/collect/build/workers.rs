//! The pools of worker nodes.

use std::collections::BTreeMap;

use super::Gaps;
use super::gap::Gap;
use crate::inventory::ControlPlaneNode;
use crate::inventory::Node;
use crate::inventory::NodePool;
use crate::inventory::collect::seen::Seen;
use crate::name::PoolName;

/// The pools, by their labels; nodes that name none are in `workers`. A node whose kubelet reports no
/// version has no place in a plan and is left out.
pub(super) fn pools(
    seen: &Seen,
    control_plane: &[ControlPlaneNode],
    gaps: &mut Gaps,
) -> Vec<NodePool> {
    let mut pools: BTreeMap<PoolName, Vec<Node>> = BTreeMap::new();
    let mut silent = Vec::new();
    for (name, node) in &seen.nodes {
        if control_plane.iter().any(|node| node.name == *name) {
            continue;
        }
        let node = &node.value;
        let Some(kubelet) = node.kubelet.clone() else {
            silent.push(name.clone());
            continue;
        };
        let Some(pool) = node.pool.clone().or_else(|| "workers".parse().ok()) else { continue };
        pools.entry(pool).or_default().push(Node {
            name: name.clone(),
            kubelet,
            kube_proxy: None,
            facts: node.facts.clone(),
        });
    }
    gaps.at(silent, |nodes| Gap::Kubelet { nodes });
    pools.into_iter().map(|(name, nodes)| NodePool { name, nodes, counted: false }).collect()
}
