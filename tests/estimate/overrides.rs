//! The table, the plan's own minutes and a site's profile.

use std::collections::BTreeSet;
use std::fs;

use kubehop::diagnostic::SourceFile;
use kubehop::estimate::Calendar;
use kubehop::estimate::Durations;
use kubehop::estimate::Estimate;
use kubehop::estimate::EstimateProfile;
use kubehop::estimate::Table;
use kubehop::estimate::Work;
use kubehop::plan;
use kubehop::plan::Duration;
use kubehop::plan::Plan;

use crate::build::Question;
use crate::build::planned;
use crate::build::profile_of;

fn examples() -> Vec<(String, Plan)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/plans");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".plan.yaml") {
            let file = SourceFile::new(name.clone(), fs::read_to_string(&path).unwrap());
            found.push((name, plan::read(&file).unwrap()));
        }
    }
    assert!(found.len() >= 5);
    found
}

/// One truth: what the estimate makes of a step is what the plan says of it.
#[test]
fn the_parts_of_every_step_of_every_example_sum_up_to_its_duration() {
    let calendar = Calendar::embedded().unwrap();
    let profile = EstimateProfile::default();
    let durations = Durations::new(Table::embedded().unwrap(), &profile, 0);
    for (name, plan) in examples() {
        let mut environment = calendar.environments[0].clone();
        environment.soak = kubehop::estimate::calendar::Soak::Inherit;
        let work = Work::new(&plan, &environment, &durations);
        for ((_, step), job) in plan.steps().zip(work.jobs()) {
            assert_eq!(step.id, job.step);
            assert_eq!(job.minutes(), step.duration, "{name} {}", step.id);
            assert!(job.parts.iter().all(|part| part.source != "plan"), "{name} {}", step.id);
        }
        assert_eq!(plan.steps().count(), work.jobs().count());
    }
}

fn minutes(estimate: &Estimate, step: &str) -> Duration {
    let steps = &estimate.hops[0].environments[0].steps;
    steps.iter().find(|it| it.step.to_string() == step).unwrap().minutes
}

const fn three(low: u64, likely: u64, high: u64) -> Duration {
    Duration { low, likely, high }
}

/// `workers` has 3 nodes: 3 rounds of a node and a look of 5, 10, 20.
#[test]
fn the_more_special_override_wins() {
    let plan = planned(1, &[("workers", 3)], "1.28");
    let of = |body: &str| {
        let mut question = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
        question.profile = profile_of(body);
        minutes(&question.estimate(), "1.07")
    };
    let node = "keys: {node: {minutes: {low: 1, likely: 2, high: 3}}}";
    let kind = "kinds: {upgrade: {minutes: {low: 30, likely: 60, high: 90}}}";
    let pool = "pools: {workers: {node: {minutes: {low: 4, likely: 5, high: 6}}}}";
    let step = "steps: {'1.07': {minutes: {low: 7, likely: 9, high: 11}}}";
    assert_eq!(of(""), three(26, 46, 110));
    assert_eq!(of(node), three(3 + 5, 6 + 10, 9 + 20));
    assert_eq!(of(&format!("{node}\n{kind}")), three(30, 60, 90));
    assert_eq!(of(&format!("{node}\n{kind}\n{pool}")), three(12 + 5, 15 + 10, 18 + 20));
    // A whole step is spread over its rounds, each a whole minute: 7 / 3, 9 / 3, 11 / 3.
    assert_eq!(of(&format!("{node}\n{kind}\n{pool}\n{step}")), three(9, 9, 12));
    // All work half as much again; the soak is left alone.
    assert_eq!(of("workPercent: 150"), three(3 * 11 + 8, 3 * 18 + 15, 3 * 45 + 30));
    // One canary, the other two at once.
    assert_eq!(of("pools: {workers: {parallel: 2}}"), three(2 * 7 + 5, 2 * 12 + 10, 2 * 30 + 20));
    assert_eq!(of("pools: {workers: {canary: 0, parallel: 3}}"), three(7, 12, 30));
}

/// A plan that was edited by hand, or made with another table, keeps its minutes.
#[test]
fn the_minutes_of_a_plan_hold_where_they_are_not_the_tables() {
    let mut plan = planned(1, &[("workers", 3)], "1.28");
    let steps = &mut plan.hops[0].steps;
    steps[0].duration = three(100, 110, 120);
    steps[6].duration = three(30, 60, 90);
    let mut question = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    let estimate = question.estimate();
    assert_eq!(minutes(&estimate, "1.01"), three(100, 110, 120));
    assert_eq!(minutes(&estimate, "1.07"), three(30, 60, 90));
    let finding = estimate.findings.iter().find(|finding| finding.code == "EST006").unwrap();
    assert_eq!(finding.subject, "steps 1.01, 1.07");
    question.profile = profile_of("keys: {preflight: {minutes: {low: 1, likely: 2, high: 3}}}");
    assert_eq!(minutes(&question.estimate(), "1.01"), three(1, 2, 3), "the profile is newer");
}

/// An environment of its own size: a share, rounded up, or a number; none where a pool is missing.
#[test]
fn an_environment_may_be_smaller_than_the_cluster() {
    let plan = planned(1, &[("big", 40), ("gpu", 4)], "1.28");
    let mut question = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    let nodes = |question: &Question<'_>| -> Vec<u64> {
        let estimate = question.estimate();
        let steps = &estimate.hops[0].environments[0].steps;
        let pools = steps.iter().filter(|step| step.pool.is_some());
        pools.map(|step| step.placed.iter().map(|placed| placed.nodes).sum()).collect()
    };
    assert_eq!(nodes(&question), [40, 4]);
    let here = |percent: Option<u64>, gpu: Option<u64>| kubehop::estimate::calendar::Nodes {
        percent: percent.map(|percent| percent.try_into().unwrap()),
        pools: gpu
            .map(|gpu| ("gpu".parse().unwrap(), gpu.try_into().unwrap()))
            .into_iter()
            .collect(),
        ..kubehop::estimate::calendar::Nodes::default()
    };
    question.calendar.environments[0].nodes = Some(here(Some(10), None));
    assert_eq!(nodes(&question), [4, 1]);
    question.calendar.environments[0].nodes = Some(here(None, Some(2)));
    assert_eq!(nodes(&question), [40, 2]);
    question.calendar.environments[0].nodes = Some(here(None, Some(0)));
    assert_eq!(nodes(&question), [40], "no such pool here");
    let findings: BTreeSet<&str> =
        question.estimate().findings.iter().map(|finding| finding.code).collect();
    assert!(!findings.contains("EST005"));
}

/// What names nothing is told.
#[test]
fn names_that_the_plan_does_not_have_are_told() {
    let plan = planned(1, &[("workers", 3)], "1.28");
    let mut question = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    question.profile = profile_of(
        "pools: {worker: {parallel: 2}}\nsteps: {'9.01': {minutes: {low: 1, likely: 1, high: 1}}}",
    );
    let estimate = question.estimate();
    let told: Vec<&str> = estimate
        .findings
        .iter()
        .filter(|finding| finding.code == "EST005")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "the plan has no pool `worker`, so this changes nothing",
            "the plan has no step `9.01`, so this changes nothing"
        ]
    );
}

/// The minutes of the first hop by what is done.
fn likely(plan: &Plan, nodes: &str) -> std::collections::BTreeMap<String, u64> {
    let environment = format!("windows: [{{days: [mon, tue], from: '20:00', to: '04:00'}}]{nodes}");
    let calendar = crate::build::production("UTC", "", &environment);
    let estimate = Question::new(plan, calendar, "2027-01-04").estimate();
    let mut minutes = std::collections::BTreeMap::new();
    for part in estimate.hops[0].environments[0].steps.iter().flat_map(|step| &step.parts) {
        let key = part.key.map_or_else(String::new, |key| key.to_string());
        *minutes.entry(key).or_insert(0) += part.minutes().likely;
    }
    minutes
}

/// A control-plane node takes 15, its kubelet 12.
#[test]
fn an_environment_has_a_control_plane_of_its_own_size() {
    let plan = planned(3, &[("workers", 4)], "1.28");
    for (nodes, servers, kubelets) in [
        ("", 45, 3 * 12),
        ("\nnodes: {controlPlane: 1}", 15, 12),
        ("\nnodes: {controlPlane: 2}", 30, 2 * 12),
        ("\nnodes: {controlPlane: 5}", 75, 5 * 12),
        ("\nnodes: {percent: 50}", 45, 3 * 12),
    ] {
        let minutes = likely(&plan, nodes);
        let workers = if nodes.contains("percent") { 2 } else { 4 };
        assert_eq!(minutes["control-plane-node"], servers, "{nodes}");
        assert_eq!(minutes["node"], kubelets + workers * 12, "{nodes}");
    }
}

/// Members of a stacked etcd follow the control plane, those of an external one are told apart.
#[test]
fn an_environment_has_as_many_members_of_etcd_as_it_says() {
    let plan = |name: &str| {
        let found = examples().into_iter().find(|(file, _)| file.starts_with(name));
        found.unwrap().1
    };
    let (stacked, external) = (plan("prod-eu-1"), plan("prod-ap-1"));
    for (plan, nodes, members) in [
        (&stacked, "", 3),
        (&stacked, "\nnodes: {controlPlane: 1}", 1),
        (&external, "", 3),
        (&external, "\nnodes: {controlPlane: 1}", 3),
        (&external, "\nnodes: {etcdMembers: 5}", 5),
    ] {
        assert_eq!(likely(plan, nodes)["etcd-member"], members * 8, "{nodes}");
    }
    // By hand each of three components takes 6 minutes a node.
    assert_eq!(likely(&external, "\nnodes: {controlPlane: 2}")["manual-component"], 3 * 2 * 6);
}
