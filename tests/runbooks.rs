//! Three whole runbooks as snapshots that a person can read: every heading, table, reason, check and
//! rule of them; of a command text its first line and its length, of a folded part its title.
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

fn runbook(
    from: &str,
    to: &str,
    topology: EtcdTopology,
    provider: Provider,
    nodes: usize,
) -> String {
    let from = from.parse().unwrap();
    let size = Size { control_plane: nodes, workers: 2 };
    let inventory = Inventory::synthetic(&from, None, topology, provider, size);
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

/// The document without the bodies of code blocks and folded parts, and without what changes with
/// every release of the program.
fn shorten(text: &str) -> String {
    let mut out = String::new();
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
                _ = writeln!(out, "    | {first} ({} lines)", body.len());
            }
            continue;
        }
        let opens = line.matches("<details>").count();
        let closes = line.matches("</details>").count();
        if folded == 0 && opens > 0 {
            _ = writeln!(out, "{line}");
        }
        let inside = folded > 0 || opens > 0;
        folded = (folded + opens).saturating_sub(closes);
        let noise = bare.is_empty() || bare.starts_with("<a id=") || bare.starts_with('[');
        if !inside && !noise {
            _ = writeln!(out, "{line}");
        }
    }
    let tool = concat!("kubehop ", env!("CARGO_PKG_VERSION"));
    out.replace(tool, "kubehop VERSION")
}

#[test]
fn stacked_ha_over_an_etcd_minor() {
    insta::assert_snapshot!(runbook(
        "v1.33.5",
        "1.34",
        EtcdTopology::Stacked,
        Provider::Kubeadm,
        3
    ));
}

#[test]
fn external_etcd_single_control_plane() {
    insta::assert_snapshot!(runbook(
        "v1.30.14",
        "1.31",
        EtcdTopology::External,
        Provider::Kubeadm,
        1
    ));
}

#[test]
fn manual_install() {
    insta::assert_snapshot!(runbook(
        "v1.28.15",
        "1.29",
        EtcdTopology::Stacked,
        Provider::Manual,
        1
    ));
}
