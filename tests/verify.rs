//! The verifier: good plans are clean, and one edit of a good plan gives exactly its finding.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::collections::BTreeSet;
use std::time::Instant;

use kubehop::catalog::Catalog;
use kubehop::component::Component;
use kubehop::diagnostic::SourceFile;
use kubehop::finding::Finding;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepKind;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::verify::CatalogFacts;
use kubehop::verify::Facts as _;
use kubehop::verify::codes;
use kubehop::verify::verify;

use support::Known;
use support::Shape;
use support::k;
use support::moving;
use support::names;
use support::seal;
use support::v;

fn check(plan: &Plan) -> Vec<Finding> {
    check_with(plan, &VersionSkewPolicy::upstream(), None)
}

fn check_with(
    plan: &Plan,
    policy: &VersionSkewPolicy,
    inventory: Option<&Inventory>,
) -> Vec<Finding> {
    verify(plan, &Known, policy, &ToolRules::kubeadm(), inventory)
}

/// 1.33 to 1.34: etcd stops at 3.5.34 on its way to 3.6.
fn one_hop() -> Shape {
    Shape::new(&["v1.33.5", "v1.34.2"], &["v3.5.24", "v3.5.34", "v3.6.8"])
}

/// 1.33 to 1.34 with a patch of etcd 3.6.
fn etcd_patch() -> Shape {
    Shape::new(&["v1.33.5", "v1.34.2"], &["v3.6.5", "v3.6.8"])
}

fn two_hops() -> Shape {
    Shape::new(&["v1.29.8", "v1.30.14", "v1.31.13"], &["v3.5.16"])
}

/// Nodes move after the last hop.
fn deferred() -> Shape {
    Shape { deferred: true, ..two_hops() }
}

/// A time when kubeadm refused kubelets older than one minor.
fn old_kubeadm(control_plane: usize) -> Shape {
    let shape = Shape::new(&["v1.26.8", "v1.27.10", "v1.28.11"], &["v3.5.16"]);
    Shape { control_plane, ..shape }
}

#[derive(Clone, Copy)]
enum Edit {
    /// Of the steps: what follows from them is derived anew.
    Steps(fn(&mut Plan)),
    /// Of the finished document.
    Document(fn(&mut Plan)),
}

use Edit::Document;
use Edit::Steps;

/// A code, a good plan, and the edit of it that gives exactly this code.
type Case = (&'static str, fn() -> Shape, Edit);

fn position(plan: &Plan, hop: usize, found: impl Fn(&Step) -> bool) -> usize {
    plan.hops[hop].steps.iter().position(found).unwrap()
}

/// The place of the step in which a component of an instance moves.
fn at(plan: &Plan, hop: usize, component: Component, name: &str) -> usize {
    position(plan, hop, |step| {
        step.transitions.iter().any(|moved| moved.component == component)
            && step.targets.iter().any(|target| target.as_str() == name)
    })
}

fn api(plan: &Plan, hop: usize, name: &str) -> usize {
    at(plan, hop, Component::KubeApiserver, name)
}

fn etcd(plan: &mut Plan, nth: usize) -> &mut Step {
    let etcd = |step: &&mut Step| step.component == Some(Component::Etcd);
    plan.hops[0].steps.iter_mut().filter(etcd).nth(nth).unwrap()
}

fn upgrade(plan: &mut Plan) -> &mut Step {
    let place = api(plan, 0, "cp-1");
    &mut plan.hops[0].steps[place]
}

/// Takes a step out of a hop and puts it before the place `to` of another.
fn shift(plan: &mut Plan, (from_hop, from): (usize, usize), (to_hop, to): (usize, usize)) {
    let step = plan.hops[from_hop].steps.remove(from);
    plan.hops[to_hop].steps.insert(to, step);
}

fn remove(plan: &mut Plan, hop: usize, found: impl Fn(&Step) -> bool) {
    let place = position(plan, hop, found);
    plan.hops[hop].steps.remove(place);
}

fn initially(plan: &mut Plan, component: Component, version: &str) {
    for group in &mut plan.initial_state.instances {
        if group.component == component {
            group.version = v(component, version);
        }
    }
}

fn retarget(plan: &mut Plan, from: &str, to: &str) {
    for hop in &mut plan.hops {
        for transition in hop.steps.iter_mut().flat_map(|step| &mut step.transitions) {
            if transition.to.to_string() == from {
                transition.to = v(transition.component, to);
            }
        }
        if hop.to == k(from) {
            hop.to = k(to);
        }
        if hop.from == k(from) {
            hop.from = k(to);
        }
    }
    if plan.to == k(from) {
        plan.to = k(to);
        plan.provenance.options.to = plan.to.minor().to_string();
    }
}

fn cases() -> Vec<Case> {
    let mut cases = skew_cases();
    cases.extend(path_cases());
    cases.extend(etcd_cases());
    cases.extend(order_cases());
    cases.extend(release_cases());
    cases.extend(document_cases());
    cases
}

fn skew_cases() -> Vec<Case> {
    vec![
        // One API server stays behind while the next hop starts.
        (
            "SKEW001",
            deferred,
            Steps(|plan| {
                let (late, ahead) = (api(plan, 0, "cp-3"), api(plan, 1, "cp-1"));
                shift(plan, (0, late), (1, ahead + 1));
            }),
        ),
        // The controller manager of a node moves before its API server.
        ("SKEW002", two_hops, Steps(|plan| upgrade(plan).transitions.swap(0, 1))),
        // Nodes that wait start one minor too old for that.
        (
            "SKEW003",
            deferred,
            Steps(|plan| {
                plan.initial_state.instances.last_mut().unwrap().version =
                    v(Component::Kubelet, "v1.27.8");
            }),
        ),
        // Workers move before the last API server.
        (
            "SKEW004",
            one_hop,
            Steps(|plan| {
                let (worker, last) =
                    (at(plan, 0, Component::Kubelet, "general-1"), api(plan, 0, "cp-3"));
                shift(plan, (0, worker), (0, last));
            }),
        ),
        // kube-proxy moves with the first node where kubeadm moves it with the last.
        (
            "SKEW005",
            one_hop,
            Steps(|plan| {
                let last = api(plan, 0, "cp-3");
                let proxy = plan.hops[0].steps[last].transitions.pop().unwrap();
                upgrade(plan).transitions.push(proxy);
            }),
        ),
        ("SKEW007", deferred, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Client))),
        // kube-proxy moves with the first node, as kubeadm did, but the plan's shape had one node.
        (
            "SKEW008",
            || old_kubeadm(1),
            Steps(|plan| {
                let second = names("cp", 2);
                for group in &mut plan.initial_state.instances {
                    if group.names == names("cp", 1) {
                        group.names.clone_from(&second);
                    }
                }
                for hop in 0..2 {
                    for place in (0..plan.hops[hop].steps.len()).rev() {
                        let step = &plan.hops[hop].steps[place];
                        if step.targets == second[..1] {
                            let mut step = step.clone();
                            step.targets = second[1..].to_vec();
                            if hop == 0 {
                                step.transitions.retain(|at| at.component != Component::KubeProxy);
                            }
                            plan.hops[hop].steps.insert(place + 1, step);
                            if hop == 1 {
                                let first = &mut plan.hops[hop].steps[place];
                                first.transitions.retain(|at| at.component != Component::KubeProxy);
                            }
                        }
                    }
                }
            }),
        ),
    ]
}

fn path_cases() -> Vec<Case> {
    vec![
        (
            "PATH001",
            one_hop,
            Document(|plan| {
                let step = upgrade(plan);
                step.transitions[0].from = v(Component::KubeApiserver, "v1.33.4");
            }),
        ),
        (
            "PATH002",
            one_hop,
            Document(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "general-1");
                plan.hops[0].steps[worker].targets.push("general-9".parse().unwrap());
            }),
        ),
        // The first hop forgets the control plane.
        (
            "PATH003",
            || Shape { control_plane: 1, ..deferred() },
            Steps(|plan| {
                let place = api(plan, 0, "cp-1");
                plan.hops[0].steps.remove(place);
            }),
        ),
        (
            "PATH004",
            two_hops,
            Steps(|plan| {
                let back = support::kubelets("v1.30.9", &names("batch", 2), Some("batch"));
                plan.hops[1].steps.insert(2, back);
            }),
        ),
        ("PATH005", two_hops, Document(|plan| plan.hops[1].from = k("v1.30.13"))),
        (
            "PATH006",
            deferred,
            Steps(|plan| {
                let second = plan.hops.remove(1);
                plan.hops[0].to = second.to;
                plan.hops[0].steps.extend(second.steps);
            }),
        ),
        // The last API server finishes the first hop inside the second.
        (
            "PATH007",
            deferred,
            Steps(|plan| {
                let (late, ahead) = (api(plan, 0, "cp-3"), api(plan, 1, "cp-1"));
                shift(plan, (0, late), (1, ahead));
            }),
        ),
        (
            "PATH008",
            one_hop,
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps.remove(worker);
            }),
        ),
        (
            "PATH009",
            one_hop,
            Document(|plan| {
                let group = &mut plan.final_state.instances[0];
                group.version = v(group.component, "v3.6.9");
            }),
        ),
        ("PATH010", one_hop, Document(|plan| plan.hops[0].versions[1].after[0].count += 1)),
    ]
}

fn etcd_cases() -> Vec<Case> {
    vec![
        (
            "ETCD001",
            one_hop,
            Steps(|plan| {
                etcd(plan, 1).transitions[0].to = v(Component::Etcd, "v3.7.1");
            }),
        ),
        (
            "ETCD002",
            one_hop,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.5.30");
            }),
        ),
        // One member is left out of the levelling.
        (
            "ETCD003",
            || Shape::new(&["v1.33.5", "v1.34.2"], &["v3.5.32", "v3.5.34", "v3.6.8"]),
            Steps(|plan| _ = etcd(plan, 0).targets.pop()),
        ),
        (
            "ETCD004",
            etcd_patch,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.6.4");
            }),
        ),
        ("ETCD005", two_hops, Steps(|plan| initially(plan, Component::Etcd, "v3.5.3"))),
        (
            "ETCD006",
            one_hop,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.5.33");
            }),
        ),
        (
            "ETCD007",
            || Shape { etcd: vec!["v3.6.5"], ..etcd_patch() },
            Steps(|plan| {
                let etcd = moving(&[Component::Etcd], "v3.6.8", &[]).transitions.remove(0);
                upgrade(plan).transitions.insert(0, etcd);
            }),
        ),
        (
            "ETCD008",
            etcd_patch,
            Steps(|plan| {
                let etcd = at(plan, 0, Component::Etcd, "cp-1");
                let first = api(plan, 0, "cp-1");
                shift(plan, (0, etcd), (0, first));
            }),
        ),
        (
            "ETCD009",
            etcd_patch,
            Steps(|plan| {
                let etcd = at(plan, 0, Component::Etcd, "cp-1");
                let last = api(plan, 0, "cp-3");
                shift(plan, (0, etcd), (0, last));
            }),
        ),
        ("ETCD010", one_hop, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Backup))),
        (
            "ETCD011",
            one_hop,
            Steps(|plan| {
                let last = plan.hops[0].steps.iter().rposition(|step| step.kind == StepKind::Soak);
                plan.hops[0].steps.remove(last.unwrap());
            }),
        ),
        ("ETCD012", two_hops, Steps(|plan| initially(plan, Component::Etcd, "v3.5.12"))),
    ]
}

fn order_cases() -> Vec<Case> {
    vec![
        (
            "ORDER001",
            one_hop,
            Steps(|plan| {
                let client = position(plan, 0, |step| step.kind == StepKind::Client);
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                shift(plan, (0, client), (0, worker));
            }),
        ),
        // kube-proxy is allowed beside the controllers by every rule of skew, but stands too early.
        (
            "ORDER002",
            one_hop,
            Steps(|plan| {
                let last = api(plan, 0, "cp-3");
                plan.hops[0].steps[last].transitions.swap(2, 3);
            }),
        ),
        (
            "ORDER003",
            one_hop,
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps[worker].disruption = kubehop::plan::Disruption::None;
            }),
        ),
        (
            "ORDER004",
            one_hop,
            Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Preflight)),
        ),
        ("ORDER005", one_hop, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Gate))),
        (
            "ORDER006",
            one_hop,
            Document(|plan| {
                etcd(plan, 0).batch = Some(kubehop::plan::Batch { size: 3, canary: 0 });
            }),
        ),
        // A pool waits for the second hop.
        (
            "TOOL001",
            || old_kubeadm(1),
            Steps(|plan| {
                let worker = at(plan, 0, Component::Kubelet, "batch-1");
                plan.hops[0].steps.remove(worker);
            }),
        ),
    ]
}

fn release_cases() -> Vec<Case> {
    vec![
        ("REL001", two_hops, Steps(|plan| retarget(plan, "v1.30.14", "v1.30.0"))),
        (
            "REL002",
            || Shape { etcd: vec!["v3.6.8"], ..Shape::new(&["v1.35.5", "v1.36.2"], &["v3.6.8"]) },
            Steps(|plan| {
                plan.from = k("v1.36.5");
                for group in &mut plan.initial_state.instances {
                    if group.component != Component::Etcd {
                        group.version = v(group.component, "v1.36.5");
                    }
                }
                plan.hops[0].from = k("v1.36.5");
                retarget(plan, "v1.36.2", "v1.37.1");
            }),
        ),
        ("REL003", two_hops, Steps(|plan| retarget(plan, "v1.30.14", "v1.30.17"))),
        ("REL004", || Shape { stops: vec!["v1.31.5", "v1.32.2"], ..two_hops() }, Document(|_| ())),
        (
            "REL005",
            two_hops,
            Document(|plan| {
                plan.provenance.options.avoid.push(k("v1.30.14"));
            }),
        ),
    ]
}

fn document_cases() -> Vec<Case> {
    vec![
        ("DOC001", one_hop, Document(|plan| upgrade(plan).checkpoints.clear())),
        ("DOC002", one_hop, Document(|plan| upgrade(plan).because.clear())),
        ("DOC003", one_hop, Document(|plan| upgrade(plan).abort.clear())),
        ("DOC004", one_hop, Document(|plan| upgrade(plan).rollback.text = None)),
        (
            "DOC005",
            one_hop,
            Document(|plan| {
                upgrade(plan).checkpoints[0].run.push_str("; reboot");
            }),
        ),
        (
            "DOC006",
            one_hop,
            Document(|plan| {
                let steps = &mut plan.hops[0].steps;
                (steps[0].id, steps[1].id) = (steps[1].id, steps[0].id);
            }),
        ),
        ("DOC007", one_hop, Document(|plan| upgrade(plan).kind = StepKind::Validate)),
        ("DOC008", one_hop, Document(|plan| upgrade(plan).commands[0].run.clear())),
        ("DOC009", one_hop, Document(|plan| upgrade(plan).duration.low = 9)),
        ("DOC010", one_hop, Document(|plan| plan.summary.drains += 1)),
        (
            "DOC011",
            one_hop,
            Document(|plan| {
                upgrade(plan).because[0].rule.push_str("-i-say-so");
            }),
        ),
        (
            "DOC012",
            one_hop,
            Document(|plan| {
                let place = at(plan, 0, Component::Kubelet, "batch-1");
                let step = &mut plan.hops[0].steps[place];
                step.disruption = kubehop::plan::Disruption::Drain;
                let first = step.targets[0].clone();
                step.targets.push(first);
                plan.summary.drains += 1;
            }),
        ),
        (
            "DOC013",
            one_hop,
            Document(|plan| {
                let group = &mut plan.initial_state.instances[0];
                let first = group.names[0].clone();
                group.names.push(first);
            }),
        ),
        (
            "BASIS002",
            one_hop,
            Document(|plan| {
                plan.provenance.catalog.digest.push_str("-of-old");
            }),
        ),
        (
            "BASIS003",
            one_hop,
            Document(|plan| {
                plan.provenance.tool.push_str("-old");
            }),
        ),
    ]
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
            Steps(edit) => {
                edit(&mut plan);
                seal(&mut plan);
            }
            Document(edit) => {
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
    // Those three need a policy or an inventory beside the plan; see below.
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

fn inventory(observed_at: &str, worker: &str) -> Inventory {
    let text = format!(
        "apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
metadata: {{name: test}}
observedAt: {observed_at}
provider: kubeadm
controlPlane:
  nodes:
  - {{name: cp-1, kubeApiserver: v1.29.8, kubeControllerManager: v1.29.8, kubeScheduler: v1.29.8, kubelet: v1.29.8}}
  - {{name: cp-2, kubeApiserver: v1.29.8, kubeControllerManager: v1.29.8, kubeScheduler: v1.29.8, kubelet: v1.29.8}}
  - {{name: cp-3, kubeApiserver: v1.29.8, kubelet: v1.29.8}}
etcd:
  topology: stacked
  members: [{{name: cp-1, version: v3.5.16}}, {{name: cp-2, version: v3.5.16}}, {{name: cp-3}}]
kubeProxy: v1.29.8
nodePools:
- {{name: general, count: 3, kubelet: v1.29.8}}
- {{name: batch, count: 2, kubelet: {worker}}}
clients: [{{name: ci}}]
"
    );
    Inventory::read(&SourceFile::new("inventory.yaml", text)).unwrap()
}

#[test]
fn a_plan_is_compared_with_its_inventory() {
    let policy = VersionSkewPolicy::upstream();
    let then = inventory("2026-11-20T08:00:00Z", "v1.29.8");
    let mut plan = two_hops().build();
    plan.provenance.inventory.digest = then.digest();
    assert_eq!(check_with(&plan, &policy, Some(&then)), []);

    let later = inventory("2026-11-21T08:00:00Z", "v1.29.8");
    let findings = check_with(&plan, &policy, Some(&later));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS001"]), "{findings:#?}");

    let moved = inventory("2026-11-21T08:00:00Z", "v1.29.7");
    let findings = check_with(&plan, &policy, Some(&moved));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS001", "BASIS004"]), "{findings:#?}");

    // The plan names the digest of this inventory, but starts somewhere else.
    plan.provenance.inventory.digest = moved.digest();
    let findings = check_with(&plan, &policy, Some(&moved));
    assert_eq!(found(&findings), BTreeSet::from(["BASIS004"]), "{findings:#?}");
}

/// What is wrong before the first step is a warning; the plan may repair it, but not worsen it.
#[test]
fn what_is_wrong_at_the_start_is_tolerated_until_repaired() {
    let mut plan = two_hops().draft();
    plan.initial_state.instances.last_mut().unwrap().version = v(Component::Kubelet, "v1.25.3");
    let level = support::kubelets("v1.29.8", &names("batch", 2), Some("batch"));
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
