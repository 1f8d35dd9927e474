//! Three whole runbooks as snapshots that a person can read, each in three parts: every heading, table,
//! reason, check and rule of them; of a command its host, its first line and its length.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fmt::Write as _;

use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::inventory::Inventory;
use kubehop::inventory::Size;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::render;
use kubehop::version::EtcdVersion;

fn runbook(
    from: &str,
    to: &str,
    topology: EtcdTopology,
    provider: Provider,
    nodes: usize,
    etcd: Option<&str>,
) -> String {
    let from = from.parse().unwrap();
    let etcd: Option<EtcdVersion> = etcd.map(|version| version.parse().unwrap());
    let size = Size { control_plane: nodes, workers: 2 };
    let inventory = Inventory::synthetic(&from, etcd.as_ref(), topology, provider, size);
    let catalog = Catalog::embedded();
    let request = Request {
        inventory: &inventory,
        catalog: &catalog,
        to: to.parse().unwrap(),
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
    let Outcome::Planned { plan, .. } = plan(&request).unwrap() else { panic!("nothing to do") };
    shorten(&render::markdown(&plan, &render::Options::default()).unwrap())
}

/// The document without the bodies of code blocks and folded parts, without the frame that every step
/// has alike, and without what changes with every release of the program.
fn shorten(text: &str) -> String {
    let mut out = String::new();
    let mut place = "";
    let mut lines = text.lines();
    let mut folded = 0_usize;
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        if bare.starts_with("```") {
            let fence: String = bare.chars().take_while(|char| *char == '`').collect();
            let body: Vec<&str> =
                lines.by_ref().take_while(|line| line.trim_start() != fence).collect();
            // The command of a check is indented under it; its title and answer are enough here.
            if folded == 0 && bare.len() == line.len() {
                let first: String = body.first().unwrap_or(&"").trim().chars().take(70).collect();
                _ = writeln!(out, "  {place} | {first} ({} lines)", body.len());
            }
            continue;
        }
        let opens = line.matches("<details>").count();
        let closes = line.matches("</details>").count();
        let inside = folded > 0 || opens > 0;
        folded = (folded + opens).saturating_sub(closes);
        if let Some(host) = bare.strip_prefix("On ").or_else(|| bare.strip_prefix("Then on ")) {
            place = host.trim_end_matches(':');
        } else if !inside && !is_frame(line) {
            _ = writeln!(out, "{line}");
        }
    }
    let tool = concat!("kubehop ", env!("CARGO_PKG_VERSION"));
    out.replace(tool, "kubehop VERSION")
}

/// What every step has alike, what belongs to a hazard of the catalog, and what only links.
fn is_frame(line: &str) -> bool {
    let bare = line.trim_start();
    let frames = ["<a id=", "[", "| ---", "| Where |", "Why here:", "Must hold before you go on:"];
    let done = bare.starts_with("- [ ] **") && bare.ends_with(" done**");
    let of_a_hazard = line.starts_with("  ");
    bare.is_empty() || done || of_a_hazard || frames.iter().any(|frame| bare.starts_with(frame))
}

/// One runbook as three snapshots: what comes before the steps, the steps, and what comes after them.
fn assert_snapshots(name: &str, text: &str) {
    let (front, rest) = text.split_once("### Steps of hop 1\n").unwrap();
    let (steps, back) = rest.split_once("\n## ").unwrap();
    for (part, text) in [("front", front), ("steps", steps), ("back", back)] {
        insta::assert_snapshot!(format!("{name}_{part}"), text, name);
    }
}

#[test]
fn stacked_ha_over_an_etcd_minor() {
    assert_snapshots(
        "stacked_ha_over_an_etcd_minor",
        &runbook("v1.33.5", "1.34", EtcdTopology::Stacked, Provider::Kubeadm, 3, Some("v3.5.33")),
    );
}

#[test]
fn external_etcd_single_control_plane() {
    assert_snapshots(
        "external_etcd_single_control_plane",
        &runbook("v1.30.14", "1.31", EtcdTopology::External, Provider::Kubeadm, 1, None),
    );
}

#[test]
fn manual_install() {
    assert_snapshots(
        "manual_install",
        &runbook("v1.28.15", "1.29", EtcdTopology::Stacked, Provider::Manual, 1, None),
    );
}
