//! Plans that were taken up again: what is over is not judged, and what was found is where the rest starts.

use std::collections::BTreeSet;

use kubehop::component::Component;
use kubehop::plan::InstanceGroup;
use kubehop::plan::Plan;
use kubehop::plan::Resumption;
use kubehop::plan::StepId;
use kubehop::plan::StepKind;

use crate::check;
use crate::edits::two_hops;
use crate::found;
use crate::plans::seal;
use crate::plans::v;

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// A good plan, as it stands before a step of its second hop.
fn taken_up(before: &str) -> Plan {
    let mut plan = two_hops().build();
    let place = plan.hops[1].steps.iter().position(|step| step.id == id(before)).unwrap();
    let mut head = plan.clone();
    head.hops[1].steps.truncate(place);
    seal(&mut head);
    plan.resumed.push(Resumption {
        before: id(before),
        plan: "sha256:11".to_owned(),
        observed_at: None,
        inventory: "sha256:00".to_owned(),
        because: vec!["a node came".to_owned()],
        unproven: Vec::new(),
        state: head.final_state,
    });
    plan
}

fn codes(plan: &Plan) -> BTreeSet<&'static str> {
    found(&check(plan))
}

#[test]
fn a_plan_that_goes_on_where_it_stood_is_sound() {
    let plan = taken_up("2.01");
    assert_eq!(check(&plan), []);
    let steps = plan.hops[0].steps.len();
    assert_eq!(plan.over(), steps);
    let to_do = plan.to_do();
    assert_eq!((to_do.hops.len(), to_do.hops[0].number), (1, 2));
    assert_eq!(to_do.initial_state, *plan.found());
    assert_eq!(to_do.summary.steps, (plan.steps().count() - steps) as u64);
    assert_eq!(check(&plan.clone()), []);
}

#[test]
fn what_is_over_is_not_judged() {
    let break_it = |plan: &mut Plan| plan.hops[0].steps.retain(|it| it.kind != StepKind::Backup);
    let mut plan = two_hops().draft();
    break_it(&mut plan);
    seal(&mut plan);
    assert_eq!(codes(&plan), BTreeSet::from(["ETCD010"]), "where it is not over");
    let mut plan = taken_up("2.01");
    break_it(&mut plan);
    plan.summary.steps = plan.steps().count() as u64;
    assert_eq!(check(&plan), []);
    // What is left is.
    let mut plan = taken_up("2.01");
    plan.hops[1].steps.retain(|it| it.kind != StepKind::Backup);
    plan.summary.steps = plan.steps().count() as u64;
    assert_eq!(codes(&plan), BTreeSet::from(["ETCD010"]));
}

#[test]
fn what_is_left_of_a_hop_starts_with_a_look_and_a_decision() {
    let plan = taken_up("2.01");
    let change = plan.hops[1].steps.iter().find(|step| !step.transitions.is_empty()).unwrap();
    let findings = codes(&taken_up(&change.id.to_string()));
    assert!(findings.contains("ORDER004") && findings.contains("ORDER005"), "{findings:?}");
}

#[test]
fn what_was_found_is_where_the_rest_starts() {
    // A node that came, and that no step takes along.
    let mut plan = taken_up("2.01");
    let joined = InstanceGroup {
        component: Component::Kubelet,
        version: v(Component::Kubelet, "v1.30.14"),
        pool: Some("general".parse().unwrap()),
        names: vec!["w-9".parse().unwrap()],
    };
    plan.resumed[0].state.instances.push(joined.clone());
    let findings = check(&plan);
    assert!(found(&findings).contains("PATH008"), "{findings:#?}");
    assert!(findings.iter().any(|it| it.message.contains("w-9")), "{findings:#?}");
    // One that is newer than the API servers is a warning where it was found, as at the start.
    let mut plan = taken_up("2.01");
    let newer = InstanceGroup { version: v(Component::Kubelet, "v1.31.13"), ..joined };
    plan.resumed[0].state.instances.push(newer);
    let findings = check(&plan);
    let skew = findings.iter().find(|it| it.code.starts_with("SKEW")).unwrap();
    assert_eq!((skew.subject.as_str(), skew.severity.name()), ("step 2.01", "warning"));
}

#[test]
fn ids_stay_where_steps_came_and_went() {
    let mut plan = taken_up("2.01");
    let last = plan.hops[1].steps.len();
    plan.hops[1].steps[last - 1].id = id("2.40");
    assert_eq!(check(&plan), [], "a new step, and a gap");
    plan.hops[1].steps[last - 1].id = id("2.01");
    assert_eq!(codes(&plan), BTreeSet::from(["DOC006"]), "two of one id");
    plan.hops[1].steps[last - 1].id = id("1.40");
    assert_eq!(codes(&plan), BTreeSet::from(["DOC006"]), "of another hop");
}

#[test]
fn where_it_was_taken_up_must_be_told() {
    let mut plan = taken_up("2.01");
    plan.resumed[0].because = vec![" ".to_owned()];
    assert_eq!(codes(&plan), BTreeSet::from(["DOC014"]));
    let mut plan = taken_up("2.01");
    let first = Resumption { before: id("2.02"), ..plan.resumed[0].clone() };
    plan.resumed.insert(0, first);
    assert_eq!(codes(&plan), BTreeSet::from(["DOC014"]), "one after the other");
    let mut plan = taken_up("2.01");
    plan.resumed[0].state.provider = kubehop::cluster::Provider::Manual;
    assert!(codes(&plan).contains("DOC014"));
}
