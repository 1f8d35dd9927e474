//! The audit: a clean cluster gives nothing, one edit gives exactly its finding; ranges by hand; what
//! is said, in every form.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cli;
mod cluster;
mod edits;
mod forms;
#[path = "../markdown/mod.rs"]
mod markdown;

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use kubehop::audit;
use kubehop::audit::Baseline;
use kubehop::audit::Verdict;
use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::Provider;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Size;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;

use cluster::audited;
use cluster::cluster;
use cluster::codes;
use cluster::newest;
use cluster::options;
use cluster::sized;

#[test]
fn a_clean_cluster_gives_nothing_and_its_next_hop_may_start() {
    for number in [24, 27, 30, 33, 35, 36] {
        let audit = audited(&cluster(number), &options("2020-01-01", None));
        assert!(codes(&audit).is_empty(), "1.{number}: {:#?}", audit.findings);
        assert!(audit.within_policy && audit.next_hop.allowed, "{:?}", audit.next_hop);
        assert_eq!(audit.next_hop.to.unwrap().number(), number + 1);
        assert!(audit.components.iter().all(|row| row.verdict == Verdict::Ok), "{audit:#?}");
    }
}

#[test]
fn one_edit_gives_exactly_its_finding() {
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for case in edits::cases() {
        let audit = audited(&edits::edited(&case), &options(case.day, None));
        if codes(&audit) != [case.code] || audit.next_hop.allowed != case.allowed {
            wrong.push(format!("{}: {:?}\n{:#?}", case.code, codes(&audit), audit.next_hop));
        }
        seen.insert(case.code);
        let skewed = audit.components.iter().any(|row| row.verdict == Verdict::Bad);
        for finding in audit.findings.iter().filter(|it| it.code == case.code) {
            assert!(!finding.subject.is_empty() && !finding.help.is_empty(), "{finding:#?}");
            assert!(finding.message.len() > 8, "{finding:#?}");
            // What breaks the policy is an error, and the only thing that is outside it.
            if audit.within_policy {
                continue;
            }
            assert!(finding.severity == Severity::Error && skewed, "{finding:#?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let elsewhere = ["AUDIT008", "AUDIT053", "AUDIT063", "AUDIT070", "AUDIT071"];
    seen.extend(elsewhere);
    let all: BTreeSet<&str> = audit::codes().map(|entry| entry.code).collect();
    assert_eq!(seen, all, "every code has its edit");
}

/// kube-proxy can be too far from its kubelet only where one of the two is out of its range as well.
#[test]
fn kube_proxy_is_measured_against_each_kubelet() {
    let mut inventory = cluster(35);
    inventory.pools[0].nodes[3].kubelet = newest(31);
    let audit = audited(&inventory, &options("2025-08-01", None));
    assert_eq!(codes(&audit), ["AUDIT005", "AUDIT008"]);
    let row =
        audit.rows(Component::KubeProxy).find(|row| row.instance.as_str() == "workers-4").unwrap();
    assert_eq!((row.allowed.min.unwrap().number(), row.allowed.max.unwrap().number()), (32, 34));
    assert_eq!(row.verdict, Verdict::Bad);
}

/// By hand: what each instance may run while a hop from 1.35 to 1.36 is half way.
#[test]
fn ranges_narrow_while_two_minors_run() {
    for (provider, controller_of_old, controller_of_new) in
        [(Provider::Kubeadm, (34, 35), (35, 36)), (Provider::Manual, (35, 35), (35, 35))]
    {
        let mut inventory = cluster(35);
        inventory.provider = provider;
        inventory.control_plane[0].apiserver = Some(newest(36));
        let audit = audited(&inventory, &options("2025-08-01", None));
        let range = |component, name: &str| {
            let row = audit.rows(component).find(|row| row.instance.as_str() == name).unwrap();
            (row.allowed.min.unwrap().number(), row.allowed.max.unwrap().number())
        };
        assert_eq!(range(Component::KubeApiserver, "control-plane-1"), (34, 36));
        assert_eq!(range(Component::KubeScheduler, "control-plane-2"), controller_of_old);
        assert_eq!(range(Component::KubeControllerManager, "control-plane-1"), controller_of_new);
        assert_eq!(range(Component::Kubelet, "workers-1"), (33, 35));
        assert_eq!(range(Component::KubeProxy, "workers-1"), (33, 35));
        assert_eq!(range(Component::Kubectl, "kubectl"), (35, 36));
        let lags = if provider == Provider::Kubeadm {
            vec!["AUDIT002", "AUDIT004"]
        } else {
            vec!["AUDIT002"]
        };
        assert_eq!(codes(&audit), lags);
    }
}

#[test]
fn what_is_not_known_is_never_well() {
    let mut inventory = cluster(35);
    inventory.control_plane[1].scheduler = None;
    inventory.etcd.members[0].version = None;
    let audit = audited(&inventory, &options("2025-08-01", None));
    assert_eq!(codes(&audit), ["AUDIT060"]);
    assert!(audit.within_policy, "nothing known breaks it");
    assert_eq!((audit.unknown_instances, audit.next_hop.allowed), (2, false));
    let unknown = audit.components.iter().filter(|row| row.verdict == Verdict::Unknown).count();
    assert_eq!(unknown, 2);

    for node in &mut inventory.control_plane {
        node.apiserver = None;
    }
    let audit = audited(&inventory, &options("2025-08-01", None));
    assert!(!audit.within_policy && audit.next_hop.to.is_none() && !audit.next_hop.allowed);
    let kubelets = audit.rows(Component::Kubelet);
    assert!(kubelets.into_iter().all(|row| row.verdict == Verdict::Unknown));
}

#[test]
fn an_external_etcd_is_asked_for_its_minimum() {
    let mut inventory = cluster(33);
    inventory.etcd.topology = EtcdTopology::External;
    for member in &mut inventory.etcd.members {
        member.version = Some("v3.5.23".parse().unwrap());
    }
    let audit = audited(&inventory, &options("2025-08-01", None));
    let of = |code: &str| audit.findings.iter().find(|finding| finding.code == code).unwrap();
    assert_eq!(of("AUDIT025").severity, Severity::Warning);
    assert_eq!(of("AUDIT024").severity, Severity::Info, "nobody has decided on 3.6");
    assert!(audit.next_hop.first[0].contains("v3.5.24"), "{:?}", audit.next_hop);
}

#[test]
fn what_comes_first_stands_in_order() {
    let mut inventory = cluster(35);
    inventory.clients[0].kubectl = Some(newest(33));
    inventory.pools[0].nodes[0].kubelet = newest(32);
    inventory.control_plane[2].facts.ready = Some(false);
    inventory.control_plane[0].scheduler = None;
    let first = audited(&inventory, &options("2025-08-01", None)).next_hop.first;
    let words = ["find out", "bring control-plane-3 back", "bring kubelet", "bring kubectl"];
    assert_eq!(first.len(), words.len(), "{first:#?}");
    for (text, word) in first.iter().zip(words) {
        assert!(text.starts_with(word), "{text} for {word}");
    }
}

#[test]
fn next_supposes_that_the_api_servers_have_moved() {
    let mut inventory = cluster(33);
    let audit = audited(&inventory, &options("2025-08-01", Some("1.34")));
    assert_eq!(audit.supposed, Some(newest(34)));
    // kubectl stays behind, as everything that kubeadm does not move with the API servers.
    assert_eq!(codes(&audit), ["AUDIT013"]);
    assert_eq!(audit.next_hop.to.unwrap().number(), 35);
    let audit = audited(&inventory, &options("2025-08-01", Some("1.37")));
    assert!(codes(&audit).contains(&"AUDIT063") && codes(&audit).contains(&"AUDIT005"));
    assert!(!audit.within_policy);

    "older".clone_into(&mut inventory.name);
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let older = options("2025-08-01", Some("1.32"));
    let error = audit::audit(&inventory, &Catalog::embedded(), &policy, &tool, &older).unwrap_err();
    assert!(error.message.contains("older than kube-apiserver"), "{error:?}");
}

#[test]
fn beyond_the_newest_minor_there_is_no_next_hop() {
    let audit = audited(&cluster(37), &options("2020-01-01", None));
    assert_eq!((audit.next_hop.to, audit.next_hop.allowed), (None, false));
    assert!(audit.next_hop.first[0].contains("wait for a release of 1.38"));
}

fn baseline(text: &str) -> Result<Baseline, String> {
    let text = format!("apiVersion: kubehop.dev/v1alpha1\nkind: AuditBaseline\naccept:\n{text}\n");
    Baseline::read(&SourceFile::new("known.yaml", text)).map_err(|error| error.render(false))
}

#[test]
fn a_baseline_accepts_until_its_day_and_says_what_is_stale() {
    let mut inventory = cluster(35);
    inventory.pools[0].nodes[5].kubelet = newest(34);
    inventory.clients[0].kubectl = Some(newest(33));
    let known = baseline(
        "- {code: AUDIT014, subject: 'kubelet * of pool workers', reason: new disks, until: 2025-08-01}\n\
         - {code: AUDIT009, subject: '*', reason: soon, until: 2025-07-31}\n\
         - {code: AUDIT051, subject: '*', reason: none, until: 2026-01-01}",
    );
    let mut audit = audited(&inventory, &options("2025-08-01", None));
    let before = audit.next_hop.clone();
    known.unwrap().apply(&mut audit);
    assert_eq!(codes(&audit), ["AUDIT009", "AUDIT070", "AUDIT071"]);
    assert_eq!(audit.accepted.len(), 1);
    assert_eq!(audit.accepted[0].reason, "new disks");
    assert_eq!(audit.next_hop, before, "a baseline changes no answer");

    let written = Baseline::of(
        &audited(&inventory, &options("2025-08-01", None)),
        "x",
        "2026-01-01".parse().unwrap(),
    );
    let mut audit = audited(&inventory, &options("2025-08-01", None));
    written.apply(&mut audit);
    assert!(codes(&audit).is_empty(), "{:#?}", audit.findings);
}

#[test]
fn a_baseline_with_a_fault_is_refused_with_its_place() {
    for (text, wanted) in [
        (
            "- {code: AUDIT014, subject: a, reason: b, until: 2026-01-01, owner: me}",
            "unknown field `owner`",
        ),
        ("- {code: AUDIT999, subject: a, reason: b, until: 2026-01-01}", "accept[0].code"),
        (
            "- {code: SKEW003, subject: a, reason: b, until: 2026-01-01}",
            "is not a code of an audit",
        ),
        ("- {code: AUDIT014, subject: a, reason: ' ', until: 2026-01-01}", "accept[0].reason"),
        ("- {code: AUDIT014, subject: a, reason: b}", "missing field `until`"),
        ("- {code: AUDIT014, subject: a, reason: b, until: tomorrow}", "accept[0].until"),
    ] {
        let error = baseline(text).unwrap_err();
        assert!(error.contains(wanted) && error.contains("known.yaml"), "{wanted}: {error}");
    }
}

#[test]
fn permuted_input_gives_the_same_answer() {
    let mut inventory = cluster(35);
    inventory.pools[0].nodes[5].kubelet = newest(34);
    let one = audited(&inventory, &options("2025-08-01", None));
    inventory.control_plane.reverse();
    inventory.pools[0].nodes.reverse();
    inventory.etcd.members.reverse();
    assert_eq!(one, audited(&inventory, &options("2025-08-01", None)));
}

/// 5,000 nodes. The limit holds for the program as it is installed; without optimization it is wider.
#[test]
fn a_large_cluster_is_audited_at_once() {
    let mut inventory = sized(35, Size { control_plane: 5, workers: 5_000 });
    for node in inventory.pools[0].nodes.iter_mut().step_by(7) {
        node.kubelet = newest(34);
    }
    audited(&inventory, &options("2025-08-01", None));
    let start = Instant::now();
    let audit = audited(&inventory, &options("2025-08-01", None));
    let took = start.elapsed();
    println!("{} instances: {took:?}", audit.components.len());
    let limit = if cfg!(debug_assertions) { 1_000 } else { 50 };
    assert!(took < Duration::from_millis(limit), "{took:?}");
}
