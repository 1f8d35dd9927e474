//! What is said where the cluster is not simply at a place of the plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::component::Component;
use kubehop::inventory::Client;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::inventory::NodeFacts;
use kubehop::inventory::NodePool;
use kubehop::name::InstanceName;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepId;
use kubehop::plan::StepKind;
use kubehop::progress::ConflictKind;
use kubehop::progress::HopState;
use kubehop::progress::Progress;
use kubehop::progress::progress;
use kubehop::resume::ResumeError;
use kubehop::resume::Way;
use kubehop::resume::Wishes;

use crate::walk::Spot;
use crate::walk::asked;
use crate::walk::at;
use crate::walk::resumed;
use crate::walk::sample;

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

fn name(text: &str) -> InstanceName {
    text.parse().unwrap()
}

/// The place before a step, with so many of its targets done.
fn before(plan: &Plan, step: &str, targets: usize) -> Spot {
    let steps = plan.steps().position(|(_, it)| it.id == id(step)).unwrap();
    Spot { steps, targets }
}

/// A sample plan, and its cluster before a step with so many of its targets done.
fn stopped(wanted: &str, step: &str, targets: usize) -> (Plan, Inventory) {
    let (plan, inventory) = sample(wanted);
    let now = at(&plan, &inventory, before(&plan, step, targets)).unwrap();
    (plan, now)
}

fn status(plan: &Plan, now: &Inventory) -> Progress {
    progress(&asked(plan, now))
}

fn kinds(progress: &Progress) -> Vec<(ConflictKind, Option<Component>)> {
    progress.conflicts.iter().map(|it| (it.kind, it.component)).collect()
}

fn named(names: &[&str]) -> Vec<InstanceName> {
    names.iter().map(|text| name(text)).collect()
}

fn worker<'a>(inventory: &'a mut Inventory, wanted: &str) -> &'a mut Node {
    let nodes = inventory.pools.iter_mut().flat_map(|pool| &mut pool.nodes);
    nodes.into_iter().find(|node| node.name == name(wanted)).unwrap()
}

/// prod-eu-1 in the middle of step 2.09: b-1 has moved, b-2 and b-3 have not.
fn half_way() -> (Plan, Inventory) {
    stopped("prod-eu-1", "2.09", 1)
}

#[test]
fn hops_and_what_is_left_are_counted_by_target() {
    let (plan, now) = half_way();
    let progress = status(&plan, &now);
    let states: Vec<_> = progress.hops.iter().map(|hop| hop.state).collect();
    assert_eq!(states, [HopState::Done, HopState::UnderWay, HopState::NotBegun]);
    // By hand: 2.09 has three targets and 46 minutes, of which two thirds are left; then whole steps.
    let steps: Vec<&Step> = plan.steps().map(|(_, step)| step).collect();
    let at = steps.iter().position(|step| step.id == id("2.09")).unwrap();
    let work = |step: &&&Step| step.kind != kubehop::plan::StepKind::Soak;
    let whole: u64 = steps[at + 1..].iter().filter(work).map(|it| it.duration.likely).sum();
    assert_eq!(steps[at].duration.likely, 46);
    assert_eq!(progress.remaining.work.likely, whole + 31);
    assert_eq!(progress.remaining.steps, (steps.len() - at) as u64);
}

#[test]
fn what_leaves_no_trace_is_open_until_something_after_it_is_done_or_it_is_signed() {
    let (plan, now) = stopped("prod-eu-1", "1.07", 0);
    let mut request = asked(&plan, &now);
    let found = progress(&request);
    // etcd (1.06) is done; soak and backup may be, and 1.09 certainly is not.
    assert_eq!(found.next, Some(id("1.07")));
    assert_eq!(found.ambiguous, [id("1.07"), id("1.08"), id("1.09")]);
    assert!(found.passed.contains(&id("1.05")) && !found.passed.contains(&id("1.07")));
    request.signed = BTreeSet::from([id("1.07")]);
    let found = progress(&request);
    assert_eq!(found.next, Some(id("1.08")));
    assert!(found.passed.contains(&id("1.07")));
    // What is signed, but by its versions not done, is not done.
    request.signed = BTreeSet::from([id("1.09")]);
    assert_eq!(progress(&request).next, Some(id("1.07")));
}

#[test]
fn instances_that_came_or_went_contradict_the_plan() {
    let (plan, mut now) = half_way();
    let joined = Node { name: name("w-9"), ..now.pools[1].nodes[0].clone() };
    now.pools[1].nodes.push(joined);
    now.pools[0].nodes.retain(|node| node.name != name("b-3"));
    let found = status(&plan, &now);
    assert_eq!(
        kinds(&found),
        [
            (ConflictKind::Added, Some(Component::Kubelet)),
            (ConflictKind::Removed, Some(Component::Kubelet)),
        ]
    );
    assert_eq!(found.conflicts[0].instances, named(&["w-9"]));
    assert_eq!(found.conflicts[1].instances, named(&["b-3"]));
    assert!(found.conflicts[1].steps.contains(&id("2.09")));
    // The place is still told, by the nodes that are there.
    assert_eq!(found.partial[0].remaining, named(&["b-2"]));
}

#[test]
fn a_control_plane_node_that_came_is_one_conflict() {
    let (plan, mut now) = half_way();
    let mut joined = now.control_plane[0].clone();
    joined.name = name("cp-4");
    now.control_plane.push(joined);
    let mut member = now.etcd.members[0].clone();
    member.name = name("cp-4");
    now.etcd.members.push(member);
    assert_eq!(
        kinds(&status(&plan, &now)),
        [(ConflictKind::Added, Some(Component::KubeApiserver))]
    );
}

#[test]
fn a_version_that_no_place_explains_contradicts_the_plan() {
    for (version, steps) in [
        // Between two stops, beyond the last, behind the start.
        ("v1.29.9", vec!["2.10", "3.10"]),
        ("v1.31.1", vec![]),
        ("v1.26.1", vec!["1.15", "2.10", "3.10"]),
    ] {
        let (plan, mut now) = half_way();
        worker(&mut now, "w-2").kubelet = version.parse().unwrap();
        let found = status(&plan, &now);
        let conflict = &found.conflicts[0];
        assert_eq!(conflict.kind, ConflictKind::Version, "{version}");
        assert_eq!(conflict.instances, named(&["w-2"]), "{version}");
        let ids: Vec<String> = conflict.steps.iter().map(ToString::to_string).collect();
        assert_eq!(ids, steps, "{version}");
    }
}

#[test]
fn etcd_that_changed_on_its_own_contradicts_the_plan() {
    let (plan, mut now) = half_way();
    now.etcd.members[0].version = Some("v3.5.34".parse().unwrap());
    assert_eq!(kinds(&status(&plan, &now)), [(ConflictKind::Version, Some(Component::Etcd))]);
}

#[test]
fn a_step_that_was_done_too_early_contradicts_the_plan() {
    let (plan, mut now) = half_way();
    worker(&mut now, "w-1").kubelet = "v1.29.15".parse().unwrap();
    let found = status(&plan, &now);
    assert_eq!(kinds(&found), [(ConflictKind::Ahead, Some(Component::Kubelet))]);
    assert_eq!(found.conflicts[0].steps, [id("2.09"), id("2.10")]);
    assert_eq!(found.conflicts[0].instances, named(&["w-1"]));
    assert_eq!(found.next, Some(id("2.09")), "what was left out comes first");
    let steps: Vec<StepId> = found.partial.iter().map(|it| it.step).collect();
    assert_eq!(steps, [id("2.09"), id("2.10")]);
}

#[test]
fn a_node_that_kubeadm_left_half_done_is_told_by_its_parts() {
    let (plan, mut now) = stopped("prod-eu-1", "2.05", 0);
    now.control_plane[1].apiserver = Some("v1.29.15".parse().unwrap());
    let found = status(&plan, &now);
    assert_eq!(found.conflicts, []);
    assert_eq!(found.next, Some(id("2.05")));
    let within = &found.partial[0].within[0];
    assert_eq!(within.target, name("cp-2"));
    assert_eq!(within.done, [Component::KubeApiserver]);
    assert_eq!(within.remaining, [Component::KubeControllerManager, Component::KubeScheduler]);
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Kept, "{:?}", again.reasons);
}

#[test]
fn another_cluster_is_told_by_its_name_its_nodes_and_its_shape() {
    let (plan, _) = sample("prod-eu-1");
    let (_, other) = sample("prod-eu-2"); // with nodes of the same names
    let (_, elsewhere) = sample("prod-ap-1");
    let (_, now) = half_way();
    let mut unnamed = now.clone();
    unnamed.name = "kubernetes".to_owned();
    assert_eq!(status(&plan, &unnamed).conflicts, [], "what kubeadm calls every cluster");
    for (inventory, kind) in
        [(&other, ConflictKind::OtherCluster), (&elsewhere, ConflictKind::OtherCluster)]
    {
        let found = status(&plan, inventory);
        assert_eq!(found.conflicts[0].kind, kind);
        assert_eq!((found.next, found.done.len(), found.reached), (None, 0, false));
        assert!(matches!(
            resumed(&plan, inventory, Wishes::default()),
            Err(ResumeError::OtherCluster(_))
        ));
    }
    let mut external = now;
    external.etcd.topology = kubehop::cluster::EtcdTopology::External;
    let found = status(&plan, &external);
    assert_eq!(found.conflicts[0].kind, ConflictKind::OtherShape);
    assert_eq!(found.next, None);
}

/// Kubernetes cannot tell the members of an external etcd, nor the clients.
#[test]
fn what_was_not_seen_is_not_taken_for_gone_or_done() {
    let (plan, mut now) = stopped("prod-us-1", "1.05", 0);
    for member in &mut now.etcd.members {
        member.version = None;
    }
    now.clients.clear();
    let found = status(&plan, &now);
    assert_eq!(found.conflicts, []);
    assert!(!found.done.contains(&id("1.04")));
    assert_eq!(found.next, Some(id("1.01")));
    assert!(found.ambiguous.contains(&id("1.04")) && found.ambiguous.contains(&id("1.10")));
    assert_eq!(found.notes.len(), 2, "{:?}", found.notes);
    // Once the control plane has begun to move, etcd must be over.
    let (plan, mut now) = stopped("prod-us-1", "1.11", 0);
    for member in &mut now.etcd.members {
        member.version = None;
    }
    let found = status(&plan, &now);
    assert_eq!(found.next, Some(id("1.11")));
    assert_eq!(found.ambiguous, []);
    assert!(found.passed.contains(&id("1.04")) && found.passed.contains(&id("1.07")));
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!(again.way, Way::Kept, "{:?}", again.reasons);
}

#[test]
fn one_member_that_is_not_known_leaves_the_step_open() {
    let (plan, mut now) = stopped("prod-us-1", "1.05", 0);
    now.etcd.members[2].version = None;
    let found = status(&plan, &now);
    assert_eq!(found.partial[0].step, id("1.04"));
    assert_eq!(found.partial[0].done, named(&["etcd-1", "etcd-2"]));
    assert_eq!(found.partial[0].unknown, named(&["etcd-3"]));
    assert_eq!(found.next, Some(id("1.04")));
    assert!(found.ambiguous.contains(&id("1.05")));
}

/// The plan counts the nodes of a pool; whoever looks at the cluster sees their names.
#[test]
fn nodes_that_are_only_counted_are_told_by_their_pool() {
    let (plan, mut now) = stopped("prod-ap-1", "1.10", 0);
    let nodes = now.pools.iter_mut().find(|pool| pool.name.as_str() == "gpu").unwrap();
    let (moved, proxy) = ("v1.30.14".parse().unwrap(), Some("v1.30.14".parse().unwrap()));
    *nodes = NodePool { counted: false, ..nodes.clone() };
    for (at, node) in nodes.nodes.iter_mut().enumerate() {
        node.name = name(&format!("ip-10-0-0-{at}"));
        if at == 3 || at == 5 {
            (node.kubelet, node.kube_proxy) = (std::clone::Clone::clone(&moved), proxy.clone());
        }
    }
    let found = status(&plan, &now);
    assert_eq!(found.conflicts, []);
    assert_eq!(found.next, Some(id("1.10")));
    assert_eq!(found.partial[0].done, named(&["ip-10-0-0-3", "ip-10-0-0-5"]));
    assert_eq!(found.partial[0].remaining.len(), 4);
    // A node more than was counted is new.
    let pool = now.pools.iter_mut().find(|pool| pool.name.as_str() == "gpu").unwrap();
    pool.nodes.push(Node { name: name("ip-10-0-0-9"), ..pool.nodes[0].clone() });
    let found = status(&plan, &now);
    assert_eq!(kinds(&found), [(ConflictKind::Added, Some(Component::Kubelet))]);
}

/// An inventory by hand has one kube-proxy for all nodes of a manual install.
#[test]
fn one_version_of_kube_proxy_for_all_nodes_follows_the_kubelets() {
    let (plan, mut now) = stopped("prod-ap-1", "1.10", 3);
    for node in now.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
        node.kube_proxy = None;
    }
    for version in ["v1.29.9", "v1.30.14"] {
        now.kube_proxy = Some(version.parse().unwrap());
        let found = status(&plan, &now);
        assert_eq!(found.conflicts, [], "{version}");
        assert_eq!(found.next, Some(id("1.10")), "{version}");
        assert_eq!(found.partial[0].done, named(&["gpu-1", "gpu-2", "gpu-3"]), "{version}");
        assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    }
}

#[test]
fn a_kube_proxy_that_was_forgotten_everywhere_is_told() {
    let (plan, mut now) = stopped("prod-ap-1", "1.13", 0);
    now.kube_proxy = Some("v1.29.9".parse().unwrap());
    let found = status(&plan, &now);
    assert_eq!(found.next, Some(id("1.10")));
    let within = &found.partial[0].within;
    assert_eq!(within.len(), 6);
    assert_eq!(within[0].remaining, [Component::KubeProxy]);
}

#[test]
fn nodes_that_are_not_well_are_named() {
    let (plan, mut now) = half_way();
    worker(&mut now, "b-2").facts.cordoned = Some(true);
    worker(&mut now, "b-1").facts.ready = Some(false);
    let found = status(&plan, &now);
    assert_eq!(found.conflicts, []);
    assert!(found.notes.iter().any(|it| it.starts_with("not ready: `b-1`")), "{:?}", found.notes);
    assert!(found.notes.iter().any(|it| it.starts_with("cordoned: `b-2`")), "{:?}", found.notes);
}

#[test]
fn at_the_end_only_what_versions_cannot_prove_is_open() {
    let (plan, inventory) = sample("lab-1");
    let end = Spot { steps: plan.steps().count(), targets: 0 };
    let now = at(&plan, &inventory, end).unwrap();
    let found = status(&plan, &now);
    assert!(found.reached);
    assert_eq!(found.next, Some(id("3.08")));
    assert_eq!(found.ambiguous, ["3.08", "3.09", "final.01", "final.02"].map(id));
    let again = resumed(&plan, &now, Wishes::default()).unwrap();
    assert_eq!((again.way, again.plan.as_deref()), (Way::Kept, Some(&plan)));
}

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

/// Names of clients and nodes come from outside.
#[test]
fn hostile_names_stay_text() {
    let (plan, mut now) = half_way();
    now.clients.push(Client { name: name("a|b<script>\u{202E}`x`"), kubectl: None });
    now.clients.push(Client {
        name: name("c|d<script>\u{202E}`x`"),
        kubectl: Some("v1.29.15".parse().unwrap()),
    });
    let found = status(&plan, &now);
    let text = kubehop::render::status_text(&plan, &found, None, 80);
    let page = kubehop::render::status_markdown(&plan, &found, None).unwrap();
    assert!(!text.contains('\u{202E}') && !page.contains('\u{202E}'));
    assert!(text.contains("c|d<script>"), "{text}");
    assert!(!page.contains("<script>"), "{page}");
}

#[test]
fn facts_of_machines_do_not_matter() {
    let (plan, mut now) = half_way();
    for node in now.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
        node.facts = NodeFacts { kernel: Some("6.8.0".to_owned()), ..NodeFacts::default() };
    }
    assert_eq!(status(&plan, &now).conflicts, []);
}
