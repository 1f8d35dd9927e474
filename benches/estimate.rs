//! How long an estimate takes: `cargo bench --bench estimate`.
//!
//! Target: a year of calendar for thirteen hops and 5,000 nodes in two environments, a thousand runs
//! included, in under 200 ms on one core.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed benchmark")]

use std::fmt::Write as _;
use std::sync::LazyLock;

use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::diagnostic::SourceFile;
use kubehop::estimate::Answer;
use kubehop::estimate::DeadlineQuestion;
use kubehop::estimate::Estimate;
use kubehop::estimate::EstimateProfile;
use kubehop::estimate::RUNS;
use kubehop::estimate::Request;
use kubehop::estimate::SEED;
use kubehop::estimate::estimate;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner;
use kubehop::planner::Outcome;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;

fn main() {
    divan::main();
}

/// An HA cluster at 1.24 with 5,000 workers in so many pools.
fn inventory(pools: usize) -> String {
    let mut text = String::from(
        "apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\nmetadata: {name: large}\ncontrolPlane:\n  nodes:\n",
    );
    for number in 1..=3 {
        _ = writeln!(
            text,
            "  - {{name: cp-{number}, kubeApiserver: v1.24.17, kubeControllerManager: v1.24.17, kubeScheduler: v1.24.17, kubelet: v1.24.17}}"
        );
    }
    text.push_str("etcd:\n  topology: stacked\n  members:\n");
    for number in 1..=3 {
        _ = writeln!(text, "  - {{name: cp-{number}, version: v3.5.3}}");
    }
    text.push_str("kubeProxy: v1.24.17\nnodePools:\n");
    for pool in 0..pools {
        _ = writeln!(text, "- {{name: pool-{pool}, count: {}, kubelet: v1.24.17}}", 5000 / pools);
    }
    text
}

fn planned(pools: usize) -> Plan {
    let catalog = Catalog::embedded();
    let inventory = Inventory::read(&SourceFile::new("i.yaml", inventory(pools))).unwrap();
    let request = planner::Request {
        inventory: &inventory,
        catalog: &catalog,
        to: "1.37".parse().unwrap(),
        strategy: Strategy::EveryHop,
        pins: [].into(),
        avoid: [].into(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match planner::plan(&request).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { .. } => panic!("there is something to do"),
    }
}

static TEN_POOLS: LazyLock<Plan> = LazyLock::new(|| planned(10));
static HUNDRED_POOLS: LazyLock<Plan> = LazyLock::new(|| planned(100));

/// Windows on every night of a working week, 20 nodes of a pool at once, two freezes a year.
const CALENDAR: &str = "apiVersion: kubehop.dev/v1alpha1
kind: Calendar
timezone: Europe/Berlin
workingDays: [mon, tue, wed, thu, fri]
workingHours: {from: '09:00', to: '17:00'}
freezes:
- {name: summer, from: 2027-07-24, to: 2027-08-01}
- {name: year end, from: 2027-12-18, to: 2028-01-05}
environments:
- name: staging
  nodes: {percent: 10}
  windows: [{days: [mon, tue, wed, thu, fri], from: '10:00', to: '16:00'}]
  soak: 1440
  parallel: 20
- name: production
  windows: [{days: [mon, tue, wed, thu], from: '20:00', to: '06:00'}]
  soak: 1440
  parallel: 20
  reserveMinutes: 60
";

fn estimated(plan: &Plan, deadline: DeadlineQuestion) -> Estimate {
    let catalog = Catalog::embedded();
    let calendar = kubehop::estimate::calendar::read(&SourceFile::new("c.yaml", CALENDAR)).unwrap();
    let answer = estimate(&Request {
        plan,
        calendar: &calendar,
        profile: &EstimateProfile::default(),
        releases: catalog.releases().unwrap(),
        start: jiff::civil::date(2027, 1, 11),
        deadline,
        alternatives: &[],
        seed: SEED,
        runs: RUNS,
    });
    match answer.unwrap() {
        Answer::Estimate(estimate) => *estimate,
        Answer::DoesNotFit(_, findings) => panic!("{findings:?}"),
    }
}

/// The contract: calendar read, work, schedule, 1,000 runs, weights and dates; 10 pools.
#[divan::bench]
fn thirteen_hops_5000_nodes_in_10_pools(bencher: divan::Bencher<'_, '_>) {
    let plan = &*TEN_POOLS;
    bencher.bench(|| estimated(plan, DeadlineQuestion::None));
}

/// The same in 100 pools: 1,300 rollouts an environment.
#[divan::bench]
fn thirteen_hops_5000_nodes_in_100_pools(bencher: divan::Bencher<'_, '_>) {
    let plan = &*HUNDRED_POOLS;
    bencher.bench(|| estimated(plan, DeadlineQuestion::None));
}

/// With the latest start for a deadline that holds: eleven more times a thousand runs.
#[divan::bench]
fn thirteen_hops_5000_nodes_with_a_deadline(bencher: divan::Bencher<'_, '_>) {
    let plan = &*TEN_POOLS;
    let deadline = DeadlineQuestion::Done(jiff::civil::date(2028, 12, 31));
    bencher.bench(|| estimated(plan, deadline));
}
