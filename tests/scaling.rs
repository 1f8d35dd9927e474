//! Large clusters are planned without running into the cap of the search. Prints how long it takes
//! (`cargo test --release --test scaling -- --nocapture`) and asserts no time.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Instant;

use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::inventory::NodeFacts;
use kubehop::inventory::NodePool;
use kubehop::inventory::Size;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;
use kubehop::version::VersionRequest;

const POOLS: usize = 100;
const NODES_OF_A_POOL: usize = 50;

/// Pools of 50 nodes; their kubelets run `lags` minors behind `minor` in turn, three patches each.
fn cluster(provider: Provider, minor: u64, lags: &[u64]) -> Inventory {
    let newest = KubernetesVersion::new(MinorVersion::new(1, minor), 9);
    let size = Size { control_plane: 5, workers: 0 };
    let mut inventory = Inventory::synthetic(&newest, None, EtcdTopology::Stacked, provider, size);
    inventory.pools = (1..=POOLS)
        .map(|pool| NodePool {
            name: format!("pool-{pool}").parse().unwrap(),
            nodes: (1..=NODES_OF_A_POOL)
                .map(|node| {
                    let lag = lags[(pool + node) % lags.len()];
                    let patch = u64::try_from(node % 3).unwrap();
                    Node {
                        name: format!("node-{pool}-{node}").parse().unwrap(),
                        kubelet: KubernetesVersion::new(MinorVersion::new(1, minor - lag), patch),
                        kube_proxy: None,
                        facts: NodeFacts::default(),
                    }
                })
                .collect(),
            counted: false,
        })
        .collect();
    inventory
}

#[test]
fn five_thousand_nodes_in_a_hundred_pools() {
    let catalog = Catalog::embedded();
    for (provider, minor, lags) in
        [(Provider::Kubeadm, 24, [0, 1, 2, 2].as_slice()), (Provider::Manual, 29, &[0, 1, 2, 3])]
    {
        for strategy in Strategy::ALL {
            let inventory = cluster(provider, minor, lags);
            let started = Instant::now();
            let outcome = plan(&Request {
                inventory: &inventory,
                catalog: &catalog,
                to: VersionRequest::Minor(MinorVersion::new(1, 37)),
                strategy: *strategy,
                pins: BTreeMap::new(),
                avoid: BTreeSet::new(),
                os: OsFamily::Debian,
                strict: false,
                etcd: None,
                from_minor: None,
                policy: VersionSkewPolicy::upstream(),
                tool: ToolRules::kubeadm(),
            });
            let Ok(Outcome::Planned { plan, cost, .. }) = outcome else {
                panic!("{provider} {strategy} from 1.{minor}: {outcome:?}");
            };
            println!(
                "{provider} {strategy} 1.{minor} to 1.37: {} hops, {} steps, {} drains in {:?}",
                plan.summary.hops,
                plan.summary.steps,
                cost.drains,
                started.elapsed()
            );
        }
    }
}
