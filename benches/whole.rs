//! How long whole runs take: `cargo bench`.
//!
//! Targets, on a machine with two cores: two versions to a runbook under 30 ms as a whole process;
//! thirteen hops over 5,000 nodes in 100 pools to JSON, proof included, under one second; growth
//! linear in the number of nodes.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed benchmark")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::render;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;

fn main() {
    divan::main();
}

/// An HA cluster at 1.24 with `nodes` workers in 100 pools, kubelets over two minors.
fn inventory(nodes: usize) -> String {
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
    for pool in 0..100 {
        _ = writeln!(text, "- name: pool-{pool}\n  nodes:");
        for node in 0..nodes / 100 {
            let kubelet = ["v1.24.17", "v1.24.9", "v1.23.17"][(pool + node) % 3];
            _ = writeln!(text, "  - {{name: pool-{pool}-node-{node}, kubelet: {kubelet}}}");
        }
    }
    text.push_str("clients:\n- {name: ci, kubectl: v1.24.3}\n");
    text
}

fn planned(inventory: &Inventory, catalog: &Catalog, strategy: Strategy) -> Plan {
    let request = Request {
        inventory,
        catalog,
        to: "1.37".parse().unwrap(),
        strategy,
        pins: [].into(),
        avoid: [].into(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match plan(&request).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { .. } => panic!("there is something to do"),
    }
}

fn read(nodes: usize) -> Inventory {
    Inventory::read(&SourceFile::new("bench", inventory(nodes))).unwrap()
}

fn process(arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Whole process: two versions to a runbook.
#[divan::bench]
fn process_two_versions_to_markdown() {
    process(&["plan", "--from", "1.27", "--to", "1.30", "-o", "md"]);
}

/// Whole process: thirteen hops over 5,000 nodes to JSON, proof included.
#[divan::bench(args = ["every-hop", "min-drains"], sample_count = 10)]
fn process_13_hops_5000_nodes_to_json(bencher: divan::Bencher<'_, '_>, strategy: &str) {
    let path: PathBuf = std::env::temp_dir().join("kubehop-bench-5000.yaml");
    std::fs::write(&path, inventory(5_000)).unwrap();
    let path = path.to_str().unwrap().to_owned();
    bencher.bench(|| {
        process(&[
            "plan",
            "--inventory",
            &path,
            "--to",
            "1.37",
            "--strategy",
            strategy,
            "-o",
            "json",
        ]);
    });
}

/// Growth: planning thirteen hops.
#[divan::bench(args = [1_000, 2_000, 5_000, 10_000], sample_count = 10)]
fn plan_13_hops(bencher: divan::Bencher<'_, '_>, nodes: usize) {
    let catalog = Catalog::embedded();
    let inventory = read(nodes);
    bencher.bench(|| planned(&inventory, &catalog, Strategy::EveryHop));
}

/// Growth: proving them.
#[divan::bench(args = [1_000, 2_000, 5_000, 10_000], sample_count = 10)]
fn verify_13_hops(bencher: divan::Bencher<'_, '_>, nodes: usize) {
    let catalog = Catalog::embedded();
    let inventory = read(nodes);
    let plan = planned(&inventory, &catalog, Strategy::EveryHop);
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    bencher.bench(|| {
        let facts = CatalogFacts::new(&catalog, &plan).unwrap();
        verify(&plan, &facts, &policy, &tool, Some(&inventory))
    });
}

/// Growth: rendering them.
#[divan::bench(args = [1_000, 2_000, 5_000, 10_000], sample_count = 10)]
fn render_13_hops(bencher: divan::Bencher<'_, '_>, nodes: usize) {
    let catalog = Catalog::embedded();
    let plan = planned(&read(nodes), &catalog, Strategy::EveryHop);
    bencher.bench(|| render::markdown(&plan, &render::Options::default()).unwrap());
}
