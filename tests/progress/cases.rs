//! What is said where the cluster is not simply at a place of the plan.

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

pub(crate) fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

pub(crate) fn name(text: &str) -> InstanceName {
    text.parse().unwrap()
}

/// The place before a step, with so many of its targets done.
fn before(plan: &Plan, step: &str, targets: usize) -> Spot {
    let steps = plan.steps().position(|(_, it)| it.id == id(step)).unwrap();
    Spot { steps, targets }
}

/// A sample plan, and its cluster before a step with so many of its targets done.
pub(crate) fn stopped(wanted: &str, step: &str, targets: usize) -> (Plan, Inventory) {
    let (plan, inventory) = sample(wanted);
    let now = at(&plan, &inventory, before(&plan, step, targets)).unwrap();
    (plan, now)
}

pub(crate) fn status(plan: &Plan, now: &Inventory) -> Progress {
    progress(&asked(plan, now))
}

fn kinds(progress: &Progress) -> Vec<(ConflictKind, Option<Component>)> {
    progress.conflicts.iter().map(|it| (it.kind, it.component)).collect()
}

pub(crate) fn named(names: &[&str]) -> Vec<InstanceName> {
    names.iter().map(|text| name(text)).collect()
}

pub(crate) fn worker<'a>(inventory: &'a mut Inventory, wanted: &str) -> &'a mut Node {
    let nodes = inventory.pools.iter_mut().flat_map(|pool| &mut pool.nodes);
    nodes.into_iter().find(|node| node.name == name(wanted)).unwrap()
}

/// prod-eu-1 in the middle of step 2.09: b-1 has moved, b-2 and b-3 have not.
pub(crate) fn half_way() -> (Plan, Inventory) {
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
