//! Which of the pods of a part runs, and on which nodes pods count.

use std::collections::BTreeSet;

use super::Gaps;
use super::gap::Gap;
use super::gap::Why;
use crate::diagnostic::Diagnostic;
use crate::inventory::collect::seen::Part;
use crate::inventory::collect::seen::Seen;
use crate::inventory::collect::seen::SeenPod;
use crate::inventory::collect::seen::two_clusters;
use crate::name::InstanceName;

/// The version that runs of a part on a node. A pod that waits, has ended or is being deleted does
/// not win over the one that runs; in the middle of an upgrade both are there.
pub(super) fn version<V: Ord>(
    seen: &Seen,
    part: Part,
    node: &InstanceName,
    read: fn(&str) -> Option<V>,
) -> Result<V, Why> {
    let pods = seen.pods.get(&part).and_then(|nodes| nodes.get(node)).ok_or(Why::NoPod)?;
    let running: Vec<&SeenPod> = pods.value.iter().filter(|pod| pod.running).collect();
    if running.is_empty() {
        return Err(Why::NotRunning);
    }
    let versions: Option<BTreeSet<V>> = running.iter().map(|pod| read(&pod.image)).collect();
    let mut versions = versions.ok_or(Why::NoTag)?;
    let first = versions.pop_first().ok_or(Why::NoPod)?;
    if versions.is_empty() { Ok(first) } else { Err(Why::TwoPods) }
}

/// The nodes that have a pod of a part which runs, and that are there as far as is known.
pub(super) fn nodes_of(seen: &Seen, part: Part) -> impl Iterator<Item = &InstanceName> {
    let pods = seen.pods.get(&part).into_iter().flatten();
    pods.filter(|(node, pods)| is_there(seen, node) && pods.value.iter().any(|pod| pod.running))
        .map(|(node, _)| node)
}

/// Whether a node is among those that were read. Where none were, pods are believed.
pub(super) fn is_there(seen: &Seen, node: &InstanceName) -> bool {
    seen.nodes.is_empty() || seen.nodes.contains_key(node)
}

/// Pods on nodes that are not there: mirror pods outlive their node for a while. Where no pod at all
/// is on a node that is there, pods and nodes are of two clusters.
pub(super) fn elsewhere(seen: &Seen, gaps: &mut Gaps) -> Result<(), Diagnostic> {
    if seen.nodes.is_empty() {
        gaps.add(Gap::Nodes);
        return Ok(());
    }
    let hosts = || seen.pods.values().flatten();
    let gone: BTreeSet<&InstanceName> =
        hosts().map(|(node, _)| node).filter(|node| !is_there(seen, node)).collect();
    let all_gone = hosts().all(|(node, _)| gone.contains(node));
    if let (true, Some((node, pods)), Some(nodes)) =
        (all_gone, hosts().next(), seen.nodes.values().next())
    {
        return Err(two_clusters(
            format!("no pod is on a node that is listed; one is on `{node}`"),
            &nodes.source,
            &pods.source,
            "give the nodes and the pods of one cluster",
        ));
    }
    gaps.at(gone.into_iter().cloned().collect(), |nodes| Gap::GoneNodes { nodes });
    Ok(())
}
