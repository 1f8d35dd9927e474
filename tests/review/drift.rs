//! The cluster has moved since the plan was made.

use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::diagnostic::Severity;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress;
use kubehop::resume;
use kubehop::review::DriftKind;
use kubehop::review::Verdict;

use crate::good::Case;
use crate::good::found;
use crate::good::inventory;
use crate::good::reasons;
use crate::good::severities;

pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    cases().into_iter().map(|(_, _, code, _)| code).chain(["REV006", "REV007", "REV020"])
}

type Edit = fn(&mut Inventory);

/// What happened, the code, and how much it weighs.
fn cases() -> Vec<(&'static str, Edit, &'static str, Severity)> {
    vec![
        (
            "another provider",
            |it| it.provider = kubehop::cluster::Provider::Manual,
            "REV001",
            Severity::Error,
        ),
        (
            "etcd is external now",
            |it| it.etcd.topology = kubehop::cluster::EtcdTopology::External,
            "REV001",
            Severity::Error,
        ),
        ("an etcd member is gone", |it| _ = it.etcd.members.pop(), "REV002", Severity::Error),
        ("a node is gone", |it| _ = it.pools[0].nodes.pop(), "REV002", Severity::Warning),
        ("a client is gone", |it| it.clients.clear(), "REV002", Severity::Warning),
        (
            "etcd is older",
            |it| it.etcd.members[0].version = Some("v3.6.12".parse().unwrap()),
            "REV003",
            Severity::Error,
        ),
        (
            "etcd is a patch further than any stop",
            |it| it.etcd.members[0].version = Some("v3.6.15".parse().unwrap()),
            "REV003",
            Severity::Warning,
        ),
        (
            "a kubelet is behind",
            |it| it.pools[1].nodes[0].kubelet = "v1.34.2".parse().unwrap(),
            "REV003",
            Severity::Error,
        ),
        (
            "a kubelet has gone beyond the plan",
            |it| it.pools[1].nodes[0].kubelet = "v1.38.0".parse().unwrap(),
            "REV003",
            Severity::Error,
        ),
        ("a node has joined", |it| join(it, "w-4", "v1.35.9"), "REV004", Severity::Warning),
        (
            "a node has joined at the target",
            |it| join(it, "w-4", &crate::good::good().to.to_string()),
            "REV004",
            Severity::Info,
        ),
        (
            "the control plane has moved",
            |it| {
                let to = crate::good::good().hops[0].to.clone();
                it.control_plane[0].apiserver = Some(to);
            },
            "REV005",
            Severity::Info,
        ),
    ]
}

fn join(inventory: &mut Inventory, name: &str, kubelet: &str) {
    let facts = inventory.pools[1].nodes[0].facts.clone();
    inventory.pools[1].nodes.push(Node {
        name: name.parse().unwrap(),
        kubelet: kubelet.parse().unwrap(),
        kube_proxy: None,
        facts,
    });
}

#[test]
fn each_difference_is_found_with_its_steps() {
    for (what, edit, code, severity) in cases() {
        let mut now = inventory();
        edit(&mut now);
        let review = Case { inventory: Some(now), ..Case::new() }.review();
        let found: Vec<_> = severities(&review, code);
        assert!(found.contains(&severity), "{what}: {found:?} {:#?}", review.findings);
        let verdict = match severity {
            Severity::Error => Verdict::Reject,
            Severity::Warning => Verdict::Conditions,
            Severity::Info => Verdict::Approve,
        };
        assert_eq!(review.verdict, verdict, "{what}: {:#?}", review.reasons);
        assert!(!review.drift.is_empty(), "{what}");
        for drift in review.drift.iter().filter(|drift| drift.kind != DriftKind::OtherCluster) {
            assert!(!drift.steps.is_empty(), "{what}: {drift:?}");
        }
        if !what.contains("another provider") {
            let other = reasons(&review).into_iter().find(|reason| *reason != code);
            assert_eq!(other, None, "{what}: {:#?}", review.reasons);
        }
    }
}

#[test]
fn instances_that_differ_alike_are_one_finding() {
    let mut now = inventory();
    for name in ["w-4", "w-5", "w-6", "w-7", "w-8"] {
        join(&mut now, name, "v1.35.9");
    }
    let review = Case { inventory: Some(now), ..Case::new() }.review();
    let [drift] = &review.drift[..] else { panic!("{:#?}", review.drift) };
    assert_eq!(drift.instances, ["w-4", "w-5", "w-6", "w-7", "w-8"]);
    let expected = "kubelet of `w-4`, `w-5`, `w-6` and 2 more at v1.35.9 are not in the plan";
    assert_eq!(drift.text, expected);
    let pool: Vec<_> = Case::new()
        .plan
        .steps()
        .filter(|(_, step)| step.pool.as_ref().is_some_and(|pool| pool.as_str() == "general"))
        .map(|(_, step)| step.id)
        .collect();
    assert_eq!(drift.steps, pool, "the steps of the pool that they belong to");
}

#[test]
fn a_counted_pool_is_compared_by_its_numbers() {
    let mut counted = inventory();
    counted.pools[1].counted = true;
    for (at, node) in counted.pools[1].nodes.iter_mut().enumerate() {
        node.name = format!("general-{}", at + 1).parse().unwrap();
    }
    let plan = crate::good::planned(&counted, "1.37", &kubehop::catalog::Catalog::embedded());
    let case = |now: Inventory| Case { plan: plan.clone(), inventory: Some(now), ..Case::new() };
    let review = case(inventory()).review();
    assert_eq!(review.drift, [], "three nodes under their own names");
    let mut now = inventory();
    join(&mut now, "w-4", "v1.35.9");
    let review = case(now).review();
    let [drift] = &review.drift[..] else { panic!("{:#?}", review.drift) };
    assert_eq!(drift.text, "pool `general` has 4 nodes: 4 at v1.35.9 instead of 3");
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REV003"]);
}

#[test]
fn an_old_look_is_a_condition_unless_one_looks_again() {
    let old = |inventory| Case { inventory, as_of: "2026-12-28".parse().unwrap(), ..Case::new() };
    let review = old(None).review();
    assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REV006"]);
    assert!(review.not_assessed.iter().any(|row| row.id == "cluster"));
    assert!(!found(&old(Some(inventory())).review()).contains("REV006"));
    assert!(!found(&Case { inventory: None, ..Case::new() }.review()).contains("REV006"));
}

/// The control plane has moved, then a node came: what is left is reviewed, and that it happened is said.
#[test]
fn a_plan_that_was_taken_up_again_is_reviewed_from_there() {
    let plan = crate::good::good();
    let mut now = inventory();
    for node in &mut now.control_plane {
        for part in [&mut node.apiserver, &mut node.controller_manager, &mut node.scheduler] {
            part.clone_from(&Some(plan.hops[0].to.clone()));
        }
    }
    now.kube_proxy = Some(plan.hops[0].to.clone());
    join(&mut now, "w-4", "v1.35.9");
    let resumed = resume::resume(&resume::Request {
        progress: progress::Request { plan: &plan, inventory: &now, signed: BTreeSet::new() },
        catalog: &Catalog::embedded(),
        wishes: resume::Wishes::default(),
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    });
    let new = *resumed.unwrap().plan.unwrap();
    let over = new.over();
    assert!(over > 5);
    let review = Case { plan: new.clone(), inventory: Some(now), ..Case::new() }.review();
    let told = review.findings.iter().find(|it| it.code == "REV007").unwrap();
    assert_eq!(
        (told.severity, told.subject.clone()),
        (Severity::Info, new.resumed[0].before.to_string())
    );
    assert!(told.message.contains("`w-4`"), "{told:?}");
    assert_eq!(review.drift, []);
    assert_eq!(review.verdict, Verdict::Approve, "{:?}", review.reasons);
    let to_do = new.to_do();
    assert_eq!(review.changes.summary.steps, to_do.steps().count() as u64);
    let gone = &plan.hops[0].steps[4].id.to_string();
    assert!(!kubehop::render::review_markdown(&review).unwrap().contains(&format!("| {gone} |")));
}

#[test]
fn an_unknown_etcd_is_a_condition_until_an_inventory_knows_it() {
    let mut unknown = inventory();
    for member in &mut unknown.etcd.members {
        member.version = None;
    }
    let plan = crate::good::planned(&unknown, "1.36", &kubehop::catalog::Catalog::embedded());
    let assumed = plan.assumptions.iter().find(|it| it.id == "etcd-version").unwrap();
    let case = |inventory| Case { plan: plan.clone(), inventory, ..Case::new() };
    for not_settled in [None, Some(unknown)] {
        let review = case(not_settled).review();
        assert_eq!(review.verdict, Verdict::Conditions);
        assert_eq!(reasons(&review).into_iter().collect::<Vec<_>>(), ["REV020"]);
        let condition = review.assumed.iter().find(|it| it.id == "etcd-version").unwrap();
        assert!(condition.condition && condition.settle == assumed.settle);
    }
    let mut now = inventory();
    let taken = plan.initial_state.instances.iter().find_map(|group| group.version.etcd()).unwrap();
    for member in &mut now.etcd.members {
        member.version = Some(taken.clone());
    }
    let review = case(Some(now)).review();
    assert_eq!(review.verdict, Verdict::Approve, "{:#?}", review.reasons);
}
