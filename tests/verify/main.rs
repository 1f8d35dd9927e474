//! The verifier: good plans are clean, and one edit of a good plan gives exactly its finding.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod edits;
mod plans;
mod resumed;

use std::collections::BTreeSet;
use std::time::Instant;

use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::Provider;
use kubehop::component::Component;
use kubehop::diagnostic::SourceFile;
use kubehop::finding::Finding;
use kubehop::inventory::Inventory;
use kubehop::plan::InstanceGroup;
use kubehop::plan::KubeProxyMode;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::Transition;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::verify::CatalogFacts;
use kubehop::verify::Facts as _;
use kubehop::verify::codes;
use kubehop::verify::verify;

use edits::Edit;
use edits::cases;
use edits::deferred;
use edits::etcd_patch;
use edits::old_kubeadm;
use edits::one_hop;
use edits::two_hops;

use plans::Known;
use plans::Shape;
use plans::k;
use plans::moving;
use plans::names;
use plans::seal;
use plans::v;

fn check(plan: &Plan) -> Vec<Finding> {
    check_with(plan, &VersionSkewPolicy::upstream(), None)
}

fn check_with(
    plan: &Plan,
    policy: &VersionSkewPolicy,
    inventory: Option<&Inventory>,
) -> Vec<Finding> {
    verify(plan, &Known::default(), policy, &ToolRules::kubeadm(), inventory)
}

fn found(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn good_plans_are_clean() {
    for shape in [
        one_hop(),
        etcd_patch(),
        two_hops(),
        deferred(),
        old_kubeadm(1),
        Shape::new(&["v1.34.1", "v1.34.2"], &["v3.5.24"]),
    ] {
        assert_eq!(check(&shape.build()), [], "{:?}", shape.stops);
    }
    let findings = check(&old_kubeadm(3).build());
    assert_eq!(found(&findings), BTreeSet::from(["SKEW008"]), "{findings:#?}");
    assert_eq!(findings.len(), 1, "up to 1.27 only, and once");
}

#[test]
fn one_edit_gives_exactly_its_finding() {
    let mut failed = Vec::new();
    for (code, shape, edit) in cases() {
        let mut plan = shape().draft();
        match edit {
            Edit::Steps(edit) => {
                edit(&mut plan);
                seal(&mut plan);
            }
            Edit::Document(edit) => {
                seal(&mut plan);
                edit(&mut plan);
            }
        }
        let findings = check(&plan);
        if found(&findings) != BTreeSet::from([code]) {
            failed.push((code, findings.clone()));
        }
        for finding in &findings {
            assert!(!finding.subject.is_empty() && !finding.help.is_empty(), "{finding:?}");
            assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "{finding:?}");
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_code_has_its_edit() {
    // Those need a policy or an inventory beside the plan; see below.
    let elsewhere = ["SKEW006", "BASIS001", "BASIS004"];
    let edited: BTreeSet<&str> = cases().iter().map(|(code, ..)| *code).chain(elsewhere).collect();
    let all: BTreeSet<&str> = codes().map(|entry| entry.code).collect();
    assert_eq!(edited, all);
}

/// With the numbers of upstream a kube-proxy cannot be too far from its kubelet without one of them
/// being too far from the API servers, so the edit is one of the policy.
#[test]
fn kube_proxy_beside_its_kubelet() {
    let mut policy = VersionSkewPolicy::upstream();
    policy.kube_proxy_kubelet.max_newer = 1;
    let findings = check_with(&deferred().build(), &policy, None);
    assert_eq!(found(&findings), BTreeSet::from(["SKEW006"]), "{findings:#?}");
}

const THEN: &str = "apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
metadata: {name: test}
observedAt: 2026-11-20T08:00:00Z
provider: kubeadm
controlPlane:
  nodes:
  - {name: cp-1, kubeApiserver: v1.29.8, kubeControllerManager: v1.29.8, kubeScheduler: v1.29.8, kubelet: v1.29.8}
  - {name: cp-2, kubeApiserver: v1.29.8, kubeControllerManager: v1.29.8, kubeScheduler: v1.29.8, kubelet: v1.29.8}
  - {name: cp-3, kubeApiserver: v1.29.8, kubelet: v1.29.8}
etcd:
  topology: stacked
  members: [{name: cp-1, version: v3.5.16}, {name: cp-2, version: v3.5.16}, {name: cp-3}]
kubeProxy: v1.29.8
nodePools:
- {name: general, count: 3, kubelet: v1.29.8}
- {name: batch, count: 2, kubelet: v1.29.8}
clients: [{name: ci}]
";

/// The inventory after something has changed.
fn inventory(changes: &[(&str, &str)]) -> Inventory {
    let text = changes.iter().fold(THEN.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "nothing to change: {from}");
        text.replacen(from, to, 1)
    });
    Inventory::read(&SourceFile::new("inventory.yaml", text)).unwrap()
}

#[test]
fn a_plan_is_compared_with_its_inventory() {
    let policy = VersionSkewPolicy::upstream();
    let then = inventory(&[]);
    let mut plan = two_hops().build();
    plan.provenance.inventory.digest = then.digest();
    assert_eq!(check_with(&plan, &policy, Some(&then)), []);

    let later = inventory(&[("2026-11-20", "2026-11-21")]);
    assert_eq!(check_with(&plan, &policy, Some(&later)), [], "looking again makes nothing stale");

    let renamed = inventory(&[("{name: test}", "{name: prod}")]);
    let findings = check_with(&plan, &policy, Some(&renamed));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS001"]), "{findings:#?}");

    let batch = "{name: batch, count: 2, kubelet: v1.29.8}";
    let moved = inventory(&[(batch, "{name: batch, count: 2, kubelet: v1.29.7}")]);
    let findings = check_with(&plan, &policy, Some(&moved));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS001", "BASIS004"]), "{findings:#?}");

    // The plan names the digest of this inventory, but starts somewhere else.
    plan.provenance.inventory.digest = moved.digest();
    let findings = check_with(&plan, &policy, Some(&moved));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS004"]), "{findings:#?}");
}

/// A plan for another cluster was called sound, whatever the cluster looked like.
#[test]
fn a_plan_that_does_not_fit_the_cluster_is_not_called_sound() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], kubehop::diagnostic::Severity, &'a str);
    use kubehop::diagnostic::Severity::Error;
    use kubehop::diagnostic::Severity::Info;
    use kubehop::diagnostic::Severity::Warning;
    let batch = "{name: batch, count: 2, kubelet: v1.29.8}";
    let node = "  - {name: cp-3, kubeApiserver: v1.29.8, kubelet: v1.29.8}\n";
    let all_members = "  members: [{name: cp-1, version: v3.5.16}, {name: cp-2, version: v3.5.16}, {name: cp-3}]\n";
    let cases: &[Case<'_>] = &[
        (
            "older",
            &[(batch, "{name: batch, count: 2, kubelet: v1.28.3}")],
            Error,
            "behind the start",
        ),
        (
            "beyond",
            &[(batch, "{name: batch, count: 2, kubelet: v1.33.3}")],
            Error,
            "the plan ends at",
        ),
        ("between", &[(batch, "{name: batch, count: 2, kubelet: v1.30.2}")], Warning, "no stop of"),
        ("ahead", &[(batch, "{name: batch, count: 2, kubelet: v1.30.14}")], Info, "brings it"),
        ("gone", &[(batch, "{name: batch, count: 1, kubelet: v1.29.8}")], Warning, "is gone"),
        (
            "new",
            &[(batch, "{name: batch, count: 3, kubelet: v1.29.8}")],
            Warning,
            "is not in the plan",
        ),
        ("etcd", &[("version: v3.5.16", "version: v3.5.9")], Error, "etcd of `cp-1` runs v3.5.9"),
        ("a node less", &[(node, ""), (all_members, "")], Error, "`cp-3` is gone"),
        (
            "a node more",
            &[(node, &format!("{node}{}", node.replace("cp-3", "cp-4"))), (all_members, "")],
            Error,
            "kube-apiserver of `cp-4` at v1.29.8 is not in the plan",
        ),
        (
            "a member more",
            &[
                (node, &format!("{node}{}", node.replace("cp-3", "cp-4"))),
                ("{name: cp-3}", "{name: cp-3}, {name: cp-4, version: v3.5.16}"),
            ],
            Error,
            "etcd of `cp-4` at v3.5.16 is not in the plan",
        ),
        ("topology", &[("topology: stacked", "topology: external")], Error, "for stacked etcd"),
    ];
    let plan = two_hops().build();
    for (name, changes, severity, says) in cases {
        let now = inventory(changes);
        let findings = check_with(&plan, &VersionSkewPolicy::upstream(), Some(&now));
        let fit: Vec<_> = findings.iter().filter(|finding| finding.code == "BASIS004").collect();
        assert!(fit.iter().any(|finding| finding.message.contains(says)), "{name}: {findings:#?}");
        assert_eq!(fit[0].severity, *severity, "{name}: the weightiest first: {fit:#?}");
        let unfit = kubehop::verify::does_not_fit(&findings);
        assert_eq!(unfit, *severity != Info, "{name}");
    }
}

#[test]
fn a_file_that_is_missing_is_named() {
    let layer = |name: &str, change: &str| kubehop::plan::Layer {
        name: name.to_owned(),
        changes: vec![change.to_owned()],
    };
    let ours = || layer("ours.yaml", "etcd 3.5 to 3.6: floor v3.5.20 (was v3.5.32)");
    let newer = layer("here/ours.yaml", "etcd 3.5 to 3.6: floor v3.5.21 (was v3.5.32)");
    let other = layer("other.yaml", "etcd 3.6: recommended v3.6.12");
    for (then, now, says) in [
        (vec![ours()], vec![], "`ours.yaml` laid over the data, which is missing"),
        (vec![ours()], vec![newer], "`ours.yaml` has changed since"),
        (vec![], vec![other], "made without `other.yaml`"),
        (vec![ours()], vec![ours()], "although both are as of 2026-11-22"),
    ] {
        let mut plan = one_hop().build();
        plan.provenance.catalog.digest.push_str("-of-old");
        plan.provenance.catalog.overlays = then;
        let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
        let findings = verify(&plan, &Known { overlays: now }, &policy, &tool, None);
        assert_eq!(found(&findings), BTreeSet::from(["BASIS002"]), "{findings:#?}");
        assert!(findings[0].message.contains(says), "{findings:#?}");
    }
}

/// What is wrong before the first step is a warning; the plan may repair it, but not worsen it.
#[test]
fn what_is_wrong_at_the_start_is_tolerated_until_repaired() {
    let mut plan = two_hops().draft();
    plan.initial_state.instances.last_mut().unwrap().version = v(Component::Kubelet, "v1.25.3");
    let level = plans::kubelets("v1.29.8", &names("batch", 2), Some("batch"));
    plan.hops[0].steps.insert(2, level);
    seal(&mut plan);
    let findings = check(&plan);
    assert_eq!(found(&findings), BTreeSet::from(["SKEW003"]), "{findings:#?}");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].subject, "initial state");
    assert_eq!(findings[0].severity, kubehop::diagnostic::Severity::Warning);

    // Without the levelling the first hop makes it worse.
    plan.hops[0].steps.remove(2);
    seal(&mut plan);
    let findings = check(&plan);
    let worse = findings.iter().filter(|finding| {
        finding.code == "SKEW003" && finding.severity == kubehop::diagnostic::Severity::Error
    });
    assert_eq!(worse.count(), 1, "{findings:#?}");
}

/// One node was upgraded before the plan began; the first hop completes what was begun.
#[test]
fn a_half_finished_hop_is_completed() {
    let mut plan = two_hops().draft();
    let mut ahead = Vec::new();
    for group in &mut plan.initial_state.instances {
        if (1..=2).contains(&group.component.rank()) {
            ahead.push((group.component, group.names.remove(0)));
        }
    }
    for (component, first) in ahead {
        let version = v(component, "v1.30.14");
        let group = InstanceGroup { component, version, pool: None, names: vec![first] };
        plan.initial_state.instances.push(group);
    }
    plan.hops[0].steps.retain(|step| {
        step.component != Some(Component::KubeApiserver) || step.targets != names("cp", 1)
    });
    seal(&mut plan);
    assert_eq!(check(&plan), []);
}

/// Component by component over all nodes, kube-proxy on each node, etcd on hosts of its own. The
/// controllers may reach any API server, so the order of kubeadm is wrong here.
#[test]
fn a_manual_install_moves_component_by_component() {
    let mut plan = two_hops().draft();
    plan.initial_state.provider = Provider::Manual;
    plan.initial_state.etcd_topology = EtcdTopology::External;
    plan.initial_state.kube_proxy = KubeProxyMode::PerNode;
    plan.initial_state.instances.retain(|group| group.component != Component::KubeProxy);
    let kubelets = plan.initial_state.instances.iter();
    let kubelets = kubelets.filter(|group| group.component == Component::Kubelet).cloned();
    let proxies: Vec<InstanceGroup> =
        kubelets.map(|group| InstanceGroup { component: Component::KubeProxy, ..group }).collect();
    plan.initial_state.instances.extend(proxies);
    for hop in &mut plan.hops {
        for step in &mut hop.steps {
            step.transitions.retain(|at| at.component != Component::KubeProxy);
            if let [kubelet] = &step.transitions[..]
                && kubelet.component == Component::Kubelet
            {
                let proxy = Transition { component: Component::KubeProxy, ..kubelet.clone() };
                step.transitions.push(proxy);
            }
        }
    }
    let mut as_kubeadm = plan.clone();
    seal(&mut as_kubeadm);
    assert_eq!(found(&check(&as_kubeadm)), BTreeSet::from(["SKEW002"]));

    for hop in &mut plan.hops {
        let to = hop.to.to_string();
        let is_api = |step: &Step| step.component == Some(Component::KubeApiserver);
        let place = hop.steps.iter().position(is_api).unwrap();
        hop.steps.retain(|step| !is_api(step));
        for (at, component) in
            [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler]
                .into_iter()
                .enumerate()
        {
            hop.steps.insert(place + at, moving(&[component], &to, &names("cp", 3)));
        }
    }
    seal(&mut plan);
    assert_eq!(check(&plan), []);
}

#[test]
fn an_empty_state_is_not_a_clean_plan() {
    let mut plan = one_hop().build();
    plan.initial_state.instances.clear();
    plan.hops.clear();
    assert!(found(&check(&plan)).contains("DOC013"));
}

/// The embedded catalog answers what the verifier asks, for a real plan.
#[test]
fn the_embedded_catalog_finds_a_real_plan_sound() {
    let catalog = Catalog::embedded();
    let any = Shape::new(&["v1.33.5", "v1.34.12"], &["v3.5.21"]).build();
    let facts = CatalogFacts::new(&catalog, &any).unwrap();
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    // 1.34 has reached its end of life on the day of the data; the way there is worth the test.
    for (etcd, expected) in [
        (&["v3.5.21", "v3.5.34", "v3.6.15"][..], &["REL004"][..]),
        (&["v3.5.21", "v3.6.15"], &["ETCD002", "REL004"]),
        (&["v3.5.21"], &["ETCD012", "REL004"]),
    ] {
        let mut plan = Shape::new(&["v1.33.5", "v1.34.12"], etcd).build();
        plan.provenance.catalog.digest = facts.digest();
        let findings = verify(&plan, &facts, &policy, &tool, None);
        assert_eq!(found(&findings), expected.iter().copied().collect(), "{findings:#?}");
    }
    assert!(facts.avoid(&k("v1.30.0")).is_some(), "kubeadm 1.30.0 is marked `avoid`");
    assert!(facts.avoid(&k("v1.30.14")).is_none());
    assert!(facts.avoid_etcd(&"v3.5.1".parse().unwrap()).is_some());
    assert!(facts.end_of_life(k("v1.30.14").minor()).unwrap() < facts.as_of());
    assert!(!facts.knows_release(&k("v1.30.99")) && !facts.knows_minor(k("v1.99.0").minor()));
}

/// A floor that a matrix of the user's own set was reported with the address of etcd's page.
#[test]
fn a_finding_names_the_matrix_that_decided() {
    let text = "apiVersion: kubehop.dev/v1alpha1\nkind: EtcdMatrix\nmetadata: {name: ours}\n\
                entries:\n- {from: \"3.5\", to: \"3.6\", floor: v3.5.34}\n";
    let catalog =
        Catalog::embedded().with_etcd_matrix(&SourceFile::new("matrix.yaml", text)).unwrap();
    let plan = Shape::new(&["v1.33.5", "v1.34.12"], &["v3.5.21", "v3.5.33", "v3.6.14"]).build();
    let facts = CatalogFacts::new(&catalog, &plan).unwrap();
    let findings =
        verify(&plan, &facts, &VersionSkewPolicy::upstream(), &ToolRules::kubeadm(), None);
    let floor: Vec<_> = findings.iter().filter(|finding| finding.code == "ETCD002").collect();
    let [floor] = floor[..] else { panic!("{findings:#?}") };
    assert_eq!(floor.source, "matrix.yaml");
}

/// 13 hops, 5,000 nodes in 100 pools: 65,000 moves. No limit is asserted; it prints.
#[test]
fn a_large_plan_is_replayed_quickly() {
    let stops: Vec<String> = (24..=37).map(|minor| format!("v1.{minor}.5")).collect();
    let shape = Shape {
        stops: stops.iter().map(|stop| &*stop.clone().leak()).collect(),
        etcd: vec!["v3.6.12"],
        pools: (1..=100).map(|pool| (format!("pool-{pool}"), 50)).collect(),
        ..one_hop()
    };
    let plan = shape.build();
    let start = Instant::now();
    let findings = check(&plan);
    println!("{} steps, {} drains: {:?}", plan.summary.steps, plan.summary.drains, start.elapsed());
    assert_eq!(found(&findings), BTreeSet::from(["REL002", "SKEW008"]), "{findings:#?}");
}
