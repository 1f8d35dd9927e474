//! What becomes of a plan that is taken up again after something else has happened than it says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::inventory::NodePool;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepId;
use kubehop::plan::StepKind;
use kubehop::resume::Way;
use kubehop::resume::Wishes;

use crate::cases::half_way;
use crate::cases::id;
use crate::cases::name;
use crate::cases::named;
use crate::cases::status;
use crate::cases::stopped;
use crate::cases::worker;
use crate::walk::resumed;

/// What becomes of half-way prod-eu-1 after something that nobody has planned.
fn after(drift: impl FnOnce(&mut Inventory)) -> (Plan, Inventory, Plan) {
    let (plan, mut now) = half_way();
    drift(&mut now);
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Continued, "{:?}", again.reasons);
    (plan, now, *again.plan.unwrap())
}

/// The steps of a hop by their ids, and what they act on.
fn acts(plan: &Plan, hop: usize) -> BTreeMap<String, (String, usize)> {
    let steps = plan.hops[hop].steps.iter();
    steps.map(|it| (it.id.to_string(), (it.title.clone(), it.targets.len()))).collect()
}

/// What is done stands, what is left has its id, and the plan says what was found, where and why.
fn stands(plan: &Plan, now: &Inventory, new: &Plan, reason: &str) {
    assert_eq!(new.hops[0], plan.hops[0]);
    let over = plan.hops[1].steps.iter().take_while(|step| step.id < id("2.09")).count();
    assert_eq!(new.hops[1].steps[..over], plan.hops[1].steps[..over]);
    assert!(new.over() >= plan.hops[0].steps.len() + over);
    assert_eq!(new.initial_state, plan.initial_state);
    let last = new.resumed.last().unwrap();
    assert!(last.because.iter().any(|it| it.contains(reason)), "{:?}", last.because);
    assert!(new.was_once(&plan.digest()) && !new.was_once(&new.digest()));
    assert_eq!((&last.inventory, last.observed_at), (&now.digest(), now.observed_at));
    for step in new.hops.iter().flat_map(|hop| &hop.steps) {
        let old = plan.steps().map(|(_, it)| it).find(|old| old.id == step.id);
        let sort = |step: &Step| (step.kind, step.component, step.pool.clone());
        assert!(old.is_none_or(|old| sort(old) == sort(step)), "{}: {}", step.id, step.title);
    }
    // From there on it is a plan in which nothing unexpected has happened.
    let found = status(new, now);
    assert_eq!(found.conflicts, []);
    let done = status(plan, now).done;
    assert!(done.iter().all(|step| found.done.contains(step)), "{done:?} {:?}", found.done);
    assert_eq!(found.next, Some(last.before));
    let again = resumed(new, now, Wishes::default()).unwrap();
    assert_eq!((again.way, again.reasons, again.plan.as_deref()), (Way::Kept, vec![], Some(new)));
}

#[test]
fn nodes_that_came_are_taken_along_and_ids_stay() {
    let (plan, now, new) = after(|now| {
        let pool = now.pools.iter_mut().find(|pool| pool.name.as_str() == "general").unwrap();
        let behind = Node { name: name("w-8"), ..pool.nodes[0].clone() };
        let there = Node {
            name: name("w-9"),
            kubelet: "v1.29.15".parse().unwrap(),
            ..pool.nodes[0].clone()
        };
        pool.nodes.extend([behind, there]);
    });
    stands(&plan, &now, &new, "w-8");
    let targets = |step: &str| new.step(id(step)).unwrap().targets.clone();
    assert_eq!(targets("2.09"), named(&["b-2", "b-3"]));
    assert_eq!(targets("2.10"), named(&["w-1", "w-2", "w-3", "w-8"]));
    assert_eq!(targets("3.10"), named(&["w-1", "w-2", "w-3", "w-8", "w-9"]));
    // What is left of the hop starts with a look and a decision; all else is as it was called.
    let fresh: Vec<_> = new.hops[1].steps.iter().filter(|it| it.id > id("2.14")).collect();
    let kinds: Vec<_> = fresh.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Preflight, StepKind::Gate]);
    assert_eq!(new.hops[2].steps.len(), plan.hops[2].steps.len());
}

#[test]
fn a_pool_that_came_has_numbers_of_its_own_and_one_that_went_leaves_a_gap() {
    let (plan, now, new) = after(|now| {
        let node = Node { name: name("g-1"), ..now.pools[1].nodes[0].clone() };
        now.pools.retain(|pool| pool.name.as_str() != "general");
        let name = "gpu".parse().unwrap();
        now.pools.push(NodePool { name, counted: false, nodes: vec![node] });
    });
    stands(&plan, &now, &new, "g-1");
    let hop = acts(&new, 1);
    assert!(!hop.contains_key("2.10"));
    assert_eq!(hop["2.17"], ("Upgrade the nodes of pool `gpu` to v1.29.15".to_owned(), 1));
    assert_eq!(hop["2.11"], acts(&plan, 1)["2.11"]);
}

#[test]
fn etcd_that_somebody_moved_is_made_level_first() {
    let (plan, now, new) =
        after(|now| now.etcd.members[0].version = Some("v3.5.34".parse().unwrap()));
    stands(&plan, &now, &new, "etcd of `cp-1` runs v3.5.34");
    let left: Vec<&Step> = new.ahead().map(|(_, step)| step).collect();
    let kinds: Vec<_> = left.iter().take(6).map(|step| step.kind).collect();
    let etcd = [StepKind::Backup, StepKind::Upgrade, StepKind::Soak];
    assert_eq!(kinds[..2], [StepKind::Preflight, StepKind::Gate]);
    assert_eq!((&kinds[2..5], kinds[5]), (&etcd[..], StepKind::Upgrade));
    assert_eq!(left[3].targets, named(&["cp-2", "cp-3"]));
    // The next hop, which does what it did, expects the etcd that runs then.
    let preflight = new.step(id("3.01")).unwrap();
    let etcd = preflight.checkpoints.iter().find(|check| check.id == "start-etcd").unwrap();
    assert_eq!(etcd.expect, "[[\"3.5.34\",3]]");
    assert_eq!(left[5].id, id("2.09"));
}

/// A node that was set up again from an old image is behind all that is done around it.
#[test]
fn a_node_that_fell_behind_is_brought_up_and_the_rest_stays_done() {
    let (plan, mut now) = half_way();
    worker(&mut now, "w-1").kubelet = "v1.27.16".parse().unwrap();
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Continued, "{:?}", again.reasons);
    let new = again.plan.unwrap();
    let targets = |step: &str| new.step(id(step)).unwrap().targets.clone();
    assert_eq!(targets("1.15"), named(&["w-2", "w-3"]), "on w-1 it is not done");
    assert_eq!(targets("2.10"), named(&["w-2", "w-3"]));
    let next = new.ahead().find(|(_, step)| !step.transitions.is_empty()).unwrap().1;
    assert_eq!((next.targets.clone(), next.pool.is_some()), (named(&["w-1"]), true));
    assert!(next.id > id("2.14"));
}

/// A step that was done too early is done.
#[test]
fn what_was_done_before_its_turn_is_over() {
    let (plan, now, new) = after(|now| {
        for node in ["w-1", "w-2", "w-3"] {
            worker(now, node).kubelet = "v1.29.15".parse().unwrap();
        }
    });
    stands(&plan, &now, &new, "step 2.10 has been done");
    let over = new.hops[1].steps.iter().position(|step| step.id == id("2.10")).unwrap();
    assert_eq!(new.hops[1].steps[over], *plan.step(id("2.10")).unwrap());
    assert!(new.hops[0].steps.len() + over < new.over());
}

/// Between two hops a control-plane node that fell behind takes the plan back into the hop that was over.
#[test]
fn a_hop_that_was_over_is_finished_again() {
    let (plan, mut now) = stopped("prod-eu-1", "2.01", 0);
    let node = &mut now.control_plane[2];
    for part in [&mut node.apiserver, &mut node.controller_manager, &mut node.scheduler] {
        *part = Some("v1.28.10".parse().unwrap());
    }
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Continued, "{:?}", again.reasons);
    let new = again.plan.unwrap();
    let over: Vec<&Step> = new.steps().take(new.over()).map(|(_, step)| step).collect();
    assert!(over.iter().all(|step| plan.hops[0].steps.contains(step)), "{:?}", acts(&new, 0));
    assert!(over.iter().any(|step| step.id == id("1.17")), "what was done after it stays done");
    let next = new.ahead().find(|(_, step)| !step.transitions.is_empty()).unwrap().1;
    assert_eq!((next.id, next.targets.clone()), (id("1.11"), named(&["cp-3"])));
    assert_eq!(acts(&new, 1), acts(&plan, 1));
}

/// What happened twice is told twice.
#[test]
fn a_plan_may_be_taken_up_more_than_once() {
    let (_, mut now, new) = after(|now| {
        let pool = &mut now.pools[0];
        pool.nodes.push(Node { name: name("b-9"), ..pool.nodes[1].clone() });
    });
    let taken_up = resumed(&new, &now, Wishes::default()).unwrap();
    assert_eq!(taken_up.way, Way::Kept);
    now.etcd.members[2].version = Some("v3.5.34".parse().unwrap());
    now.observed_at = None;
    let again = resumed(&new, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Continued, "{:?}", again.reasons);
    let newest = again.plan.unwrap();
    assert_eq!(newest.resumed.len(), 2);
    assert_eq!(newest.resumed[0], new.resumed[0]);
    assert!(newest.over() >= new.over());
    let ids: BTreeSet<StepId> = newest.steps().map(|(_, step)| step.id).collect();
    assert_eq!(ids.len(), newest.steps().count());
    assert_eq!(status(&newest, &now).conflicts, []);
}

/// What is asked for otherwise changes the rest, and leaves what is done.
#[test]
fn another_rest_leaves_what_is_done() {
    let (plan, now) = half_way();
    let avoid = BTreeSet::from([plan.to.clone()]);
    for (wishes, reason) in [
        (Wishes { to: Some("1.31".parse().unwrap()), ..Wishes::default() }, "the target"),
        (Wishes { avoid, ..Wishes::default() }, "not to stop"),
        (Wishes { os: Some(kubehop::cluster::OsFamily::Rhel), ..Wishes::default() }, "commands"),
    ] {
        let again = resumed(&plan, &now, wishes).unwrap();
        assert_eq!(again.way, Way::Continued, "{reason}: {:?}", again.reasons);
        assert!(again.reasons[0].contains(reason), "{:?}", again.reasons);
        let new = again.plan.unwrap();
        stands(&plan, &now, &new, reason);
        let ids = |plan: &Plan| plan.hops[1].steps.iter().map(|it| it.id).collect::<BTreeSet<_>>();
        assert!(ids(&new).is_superset(&ids(&plan)), "{reason}");
    }
}

#[test]
fn what_is_asked_for_as_it_was_changes_nothing() {
    let (plan, now) = half_way();
    let wishes = Wishes {
        to: Some("1.30".parse().unwrap()),
        strategy: Some(plan.strategy),
        os: Some(plan.provenance.options.os),
        ..Wishes::default()
    };
    let again = resumed(&plan, &now, wishes).unwrap();
    assert_eq!((again.way, again.plan.as_deref()), (Way::Kept, Some(&plan)));
}
