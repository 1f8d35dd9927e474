//! The forms of an audit: table, Markdown, SARIF, `JUnit`.

use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use kubehop::audit::Audit;
use kubehop::audit::Baseline;
use kubehop::diagnostic::Severity;
use kubehop::inventory::Inventory;
use kubehop::inventory::NodePool;
use kubehop::inventory::Size;
use kubehop::render::TableOptions;
use kubehop::render::audit_junit;
use kubehop::render::audit_markdown;
use kubehop::render::audit_sarif;
use kubehop::render::audit_table;
use serde_sarif::sarif::Sarif;

use crate::cluster::audited;
use crate::cluster::cluster;
use crate::cluster::newest;
use crate::cluster::options;
use crate::cluster::sized;
use crate::markdown::lint::lint;

/// A small cluster with a few things to find.
fn small() -> Inventory {
    let mut inventory = sized(35, Size { control_plane: 3, workers: 3 });
    "small".clone_into(&mut inventory.name);
    inventory.pools[0].nodes[2].kubelet = newest(34);
    inventory.pools[0].nodes[1].facts.cordoned = Some(true);
    inventory.clients[0].kubectl = Some(newest(33));
    inventory.control_plane[0].scheduler = None;
    inventory
}

/// 5,000 nodes in 40 pools, stragglers in a quarter of them.
fn large() -> Inventory {
    let mut inventory = sized(35, Size { control_plane: 5, workers: 5_000 });
    "large".clone_into(&mut inventory.name);
    let nodes = std::mem::take(&mut inventory.pools[0].nodes);
    inventory.pools = nodes
        .chunks(125)
        .enumerate()
        .map(|(at, nodes)| NodePool {
            name: format!("pool-{}", at + 1).parse().unwrap(),
            nodes: nodes.to_vec(),
            counted: false,
        })
        .collect();
    for pool in inventory.pools.iter_mut().step_by(4) {
        for node in pool.nodes.iter_mut().step_by(9) {
            node.kubelet = newest(32);
        }
    }
    inventory
}

fn table(audit: &Audit, width: u16, wide: bool) -> String {
    anstream::adapter::strip_str(&audit_table(audit, TableOptions { width, wide })).to_string()
}

#[test]
fn tables_read_well_at_80_columns() {
    for inventory in [small(), large()] {
        let audit = audited(&inventory, &options("2025-08-01", None));
        let text = table(&audit, 80, false);
        for line in text.lines().filter(|line| !line.contains("see: ")) {
            assert!(line.chars().count() <= 80, "{line}");
            assert_eq!(line, line.trim_end());
        }
        assert!(text.lines().count() < 100, "{text}");
        insta::assert_snapshot!(format!("audit-table-{}", inventory.name), text);
    }
}

#[test]
fn wide_lists_every_instance() {
    let audit = audited(&small(), &options("2025-08-01", None));
    let text = table(&audit, 100, true);
    for row in &audit.components {
        assert!(text.contains(row.instance.as_str()), "{} in\n{text}", row.instance);
    }
    let rows = text.lines().filter(|line| line.contains("kubelet  ")).count();
    assert_eq!(rows, 6, "{text}");
}

#[test]
fn markdown() {
    let audit = audited(&small(), &options("2025-08-01", None));
    insta::assert_snapshot!("audit-markdown", audit_markdown(&audit, false).unwrap());
}

/// Names from a cluster are text wherever they land.
#[test]
fn hostile_names_stay_text() {
    let mut inventory = small();
    inventory.name = "<script>alert(1)</script>\u{1b}[31m|`x`".to_owned();
    inventory.pools[0].name = "a|b`c`\u{202E}<img>".parse().unwrap();
    inventory.pools[0].nodes[1].name = "]]><!--&\"'<b>".parse().unwrap();
    inventory.etcd.members[0].problems.push("alarm \u{1b}]0;x\u{7} <NOSPACE> | `rm`".to_owned());
    let audit = audited(&inventory, &options("2025-08-01", None));

    let text = table(&audit, 80, true);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202E}']), "{text}");
    let page = audit_markdown(&audit, true).unwrap();
    assert_eq!(lint(&page), Vec::<String>::new());
    for word in ["<script", "<img", "<b>", "<!--", "\u{1b}"] {
        assert!(!page.replace("`<", "").contains(word), "{word} in\n{page}");
    }
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 7, "{line}");
    }
    check_xml(&audit_junit(&audit, Some(Severity::Warning)).unwrap());
    check_sarif(&audit, Some("a b/<inventory>.yaml"));
}

/// Every key is one that the types generated from the schema know, and comes back.
fn check_sarif(audit: &Audit, file: Option<&str>) -> serde_json::Value {
    let value = audit_sarif(audit, file);
    let read: Sarif = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), value);
    value
}

#[test]
fn sarif_is_what_its_schema_asks_for() {
    let mut audit = audited(&small(), &options("2025-08-01", None));
    let mut known = Baseline::of(&audit, "known", "2025-12-31".parse().unwrap());
    known.apply(&mut audit);
    known = Baseline::of(&audit, "none", "2025-12-31".parse().unwrap());
    known.apply(&mut audit);
    let value = check_sarif(&audit, Some("plans/prod.inventory.yaml"));
    let run = &value["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), audit.findings.len() + audit.accepted.len());
    for result in results {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
    }
    let suppressed = results.iter().filter(|result| result.get("suppressions").is_some());
    assert_eq!(suppressed.count(), audit.accepted.len());
    check_sarif(&audit, None);
}

/// Asks a parser that shares nothing with the writer, where one is installed.
fn check_xml(text: &str) {
    let script = "import sys, xml.etree.ElementTree as t; r = t.fromstring(sys.stdin.buffer.read()); \
        print(len(r.findall('.//testcase')), len(r.findall('.//failure')))";
    let spawned = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    // Without Python there is nobody to ask.
    let Ok(mut child) = spawned else { return };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    let counts = String::from_utf8(output.stdout).unwrap();
    let cases = kubehop::audit::codes().count().to_string();
    assert_eq!(counts.split_whitespace().next(), Some(cases.as_str()), "{counts}");
}

#[test]
fn junit_fails_from_the_threshold_on() {
    let audit = audited(&small(), &options("2025-08-01", None));
    let failures = |threshold| audit_junit(&audit, threshold).unwrap().matches("<failure").count();
    let (errors, all) = (failures(Some(Severity::Error)), failures(Some(Severity::Warning)));
    assert!(0 < errors && errors < all, "{errors} of {all}");
    assert_eq!(failures(None), 0);
    check_xml(&audit_junit(&audit, Some(Severity::Warning)).unwrap());
}

#[test]
fn a_clean_cluster_says_so() {
    let audit = audited(&cluster(35), &options("2025-08-01", None));
    let text = table(&audit, 80, false);
    assert!(text.contains("✓ Within the version skew policy."), "{text}");
    assert!(text.contains("✓ The hop to 1.36 may start"), "{text}");
    assert!(text.contains("Findings: 0 errors, 0 warnings"), "{text}");
}
