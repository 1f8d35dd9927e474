//! Nodes that are not ready, or cordoned.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::finding::some;
use crate::inventory::NodeFacts;
use crate::name::InstanceName;
use crate::name::PoolName;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;
use super::is;

const DRAIN: &str = "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/";
const KUBEADM: &str =
    "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/";

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) {
    for (pool, nodes) in places(scene, |facts| facts.ready == Some(false)) {
        let count = nodes.len();
        let names = some(&nodes);
        let draft = Draft::new(Code::NotReady, place(pool))
            .help(format!("bring {names} back, or take them out of the cluster"))
            .source(KUBEADM);
        report.add(match pool {
            None => draft
                .weighs(Severity::Error)
                .says(format!(
                    "{names} {} not ready: kubeadm refuses to upgrade while a control-plane node is \
                     not, and the roll takes another one away",
                    is(count)
                ))
                .first(Stage::Heal),
            Some(_) => draft.says(format!(
                "{names} {} not ready: what ran there runs elsewhere or not at all, and drains find \
                 less room",
                is(count)
            )),
        });
    }
    for (pool, nodes) in places(scene, |facts| facts.cordoned == Some(true)) {
        let names = some(&nodes);
        report.add(
            Draft::new(Code::Cordoned, place(pool))
                .says(format!(
                    "{names} {} cordoned: an upgrade uncordons what it drained, so note why, and drains \
                     find less room until then",
                    is(nodes.len())
                ))
                .help(format!("uncordon {names}, or write down why they must stay cordoned"))
                .source(DRAIN),
        );
    }
}

fn place(pool: Option<&PoolName>) -> String {
    pool.map_or_else(
        || "nodes of the control plane".to_owned(),
        |pool| format!("nodes of pool {pool}"),
    )
}

/// The nodes of which something is true, by pool; the control plane first.
fn places<'a>(
    scene: &Scene<'a>,
    of: impl Fn(&NodeFacts) -> bool,
) -> BTreeMap<Option<&'a PoolName>, Vec<String>> {
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut add = |pool, name: &InstanceName, facts: &NodeFacts| {
        if of(facts) {
            found.entry(pool).or_default().push(name.to_string());
        }
    };
    for node in &scene.inventory.control_plane {
        add(None, &node.name, &node.facts);
    }
    for pool in &scene.inventory.pools {
        for node in &pool.nodes {
            add(Some(&pool.name), &node.name, &node.facts);
        }
    }
    found
}
