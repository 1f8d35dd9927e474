//! Every place is found, and every place leads on.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diff::diff;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepId;
use kubehop::plan::StepKind;
use kubehop::planner::Outcome;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress::Comparison;
use kubehop::progress::Progress;
use kubehop::resume::Resumed;
use kubehop::resume::Way;
use kubehop::resume::Wishes;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::VersionRequest;
use proptest::prelude::ProptestConfig;
use proptest::prelude::prop_assert;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;
use proptest::test_runner::FileFailurePersistence;
use proptest::test_runner::TestCaseError;

use crate::random::MEDIUM;
use crate::random::sketches;
use crate::replay;
use crate::walk::CATALOG;
use crate::walk::Expected;
use crate::walk::Spot;
use crate::walk::asked;
use crate::walk::at;
use crate::walk::expected;
use crate::walk::resumed;
use crate::walk::samples;
use crate::walk::spots;

/// `status` finds the place: exactly the provable steps are done, the next one is right, and where the
/// observation fits several places the true one is among them.
fn found(progress: &Progress, expected: &Expected) -> Result<(), TestCaseError> {
    let Expected { done, next, partial, really, left: _ } = expected;
    prop_assert_eq!(&progress.conflicts, &[]);
    prop_assert_eq!(&progress.done, done);
    prop_assert_eq!(&progress.next, next);
    match (really, progress.ambiguous.as_slice()) {
        (None, _) => prop_assert!(progress.reached),
        (Some(really), []) => prop_assert_eq!(progress.next.as_ref(), Some(really)),
        (Some(really), places) => {
            prop_assert!(places.contains(really), "{:?} without {}", places, really);
            prop_assert_eq!(places.first(), next.as_ref());
        }
    }
    let is: Vec<_> = progress
        .partial
        .iter()
        .map(|it| (it.step, it.done.clone(), it.remaining.clone()))
        .collect();
    prop_assert_eq!(is, partial.clone().into_iter().collect::<Vec<_>>());
    for partial in &progress.partial {
        prop_assert!(partial.unknown.is_empty() && partial.within.is_empty());
    }
    Ok(())
}

/// The rest of the plan is sound from what runs now, reaches the target and costs no more than going on;
/// the resumed plan is the plan.
fn leads_on(
    plan: &Plan,
    now: &Inventory,
    comparison: &Comparison<'_>,
    expected: &Expected,
) -> Result<(), TestCaseError> {
    let rest = comparison.rest();
    let facts = CatalogFacts::new(&CATALOG, &rest).unwrap();
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let findings = verify(&rest, &facts, &policy, &tool, None);
    let errors: Vec<_> = findings.iter().filter(|it| it.severity == Severity::Error).collect();
    prop_assert!(errors.is_empty(), "{:#?}", errors);
    prop_assert_eq!(&rest.final_state, &plan.final_state);
    let costs = replay::figures(rest.steps().map(|(_, step)| step));
    prop_assert_eq!(costs, expected.left);
    let resumed = match resumed(plan, now, Wishes::default()) {
        Ok(resumed) => resumed,
        Err(why) => return Err(TestCaseError::fail(format!("{why:?}"))),
    };
    prop_assert_eq!(&resumed.reasons, &Vec::<String>::new());
    prop_assert_eq!(resumed.way, Way::Kept);
    prop_assert_eq!(resumed.plan.as_deref(), Some(plan));
    prop_assert!(diff(plan, resumed.plan.as_deref().unwrap()).equal);
    Ok(())
}

fn walk(plan: &Plan, inventory: &Inventory, spot: Spot) -> Result<(), TestCaseError> {
    let expected = expected(plan, spot);
    let now = at(plan, inventory, spot)?;
    let request = asked(plan, &now);
    let comparison = Comparison::of(&request);
    found(&comparison.progress(), &expected)?;
    leads_on(plan, &now, &comparison, &expected)
}

#[test]
fn every_place_of_every_sample_plan_is_found_and_leads_on() {
    for (name, plan, inventory) in samples() {
        for spot in spots(&plan) {
            if let Err(error) = walk(&plan, &inventory, spot) {
                panic!("{name}, {spot:?}: {error}");
            }
        }
    }
}

/// How many cases the whole run has, where that is asked for.
#[expect(clippy::disallowed_methods, reason = "the one knob of the test run")]
fn cases(short: u32) -> ProptestConfig {
    let asked = std::env::var("KUBEHOP_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(short),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/progress.regressions"
        )))),
        ..ProptestConfig::default()
    }
}

/// What may have happened to a cluster that nobody has planned.
fn drift(now: &mut Inventory, which: u8) {
    let which_pool = usize::from(which) % now.pools.len().max(1);
    match which % 8 {
        0 => {
            if let Some(pool) = now.pools.get_mut(which_pool) {
                pool.nodes.pop();
                pool.counted = false;
            }
        }
        1 => {
            if let Some(pool) = now.pools.get_mut(which_pool)
                && let Some(first) = pool.nodes.first().cloned()
            {
                pool.nodes.push(Node { name: "joined".parse().unwrap(), ..first });
                pool.counted = false;
            }
        }
        2 => {
            now.clients.pop();
        }
        3 => {
            // Somebody has moved a node that was not its turn.
            let newest = now.newest_apiserver().cloned();
            let nodes = now.pools.iter_mut().flat_map(|pool| &mut pool.nodes);
            if let (Some(node), Some(newest)) = (nodes.last(), newest) {
                node.kubelet = newest;
            }
        }
        4 => {
            // A node was set up again from an old image.
            let nodes = now.pools.iter_mut().flat_map(|pool| &mut pool.nodes);
            if let Some(node) = nodes.last() {
                let behind = node.kubelet.minor().previous();
                node.kubelet = KubernetesVersion::new(behind.unwrap_or(node.kubelet.minor()), 5);
            }
        }
        5 => {
            if let Some(member) = now.etcd.members.first_mut() {
                member.version = member.version.as_ref().map(next_patch);
            }
        }
        6 => {
            if let Some(node) = now.control_plane.last_mut() {
                node.apiserver = node
                    .apiserver
                    .as_ref()
                    .map(|at| KubernetesVersion::new(at.minor(), at.patch().saturating_sub(1)));
            }
        }
        _ => {}
    }
}

fn next_patch(version: &EtcdVersion) -> EtcdVersion {
    EtcdVersion::new(version.minor(), version.patch() + 1)
}

/// The preflight of every hop that is not begun expects the versions with which the hop begins.
fn expects_what_runs(plan: &Plan) -> Result<(), TestCaseError> {
    let mut over = plan.over();
    for hop in &plan.hops {
        let begun = over > 0;
        over = over.saturating_sub(hop.steps.len());
        let preflight = hop.steps.iter().find(|step| step.kind == StepKind::Preflight);
        let Some(preflight) = preflight.filter(|_| !begun) else { continue };
        for (check, component) in
            [("start-kubelets", Component::Kubelet), ("start-etcd", Component::Etcd)]
        {
            let Some(check) = preflight.checkpoints.iter().find(|it| it.id == check) else {
                continue;
            };
            let Ok(expected) = serde_json::from_str::<Vec<(String, u64)>>(&check.expect) else {
                continue;
            };
            let table = hop.versions.iter().find(|it| it.component == component);
            let runs = table.into_iter().flat_map(|it| &it.before);
            let runs: BTreeMap<String, u64> = runs
                .map(|it| (it.version.to_string().trim_start_matches('v').to_owned(), it.count))
                .collect();
            let expected: BTreeMap<String, u64> = expected
                .into_iter()
                .map(|(version, count)| (version.trim_start_matches('v').to_owned(), count))
                .collect();
            prop_assert_eq!(&expected, &runs, "{} {}", preflight.id, component);
        }
    }
    Ok(())
}

/// Whatever has happened and is asked for, the answer is a plan that the verifier accepts, a reason, or
/// that nothing is left; `continued` plans leave what is done.
fn is_sound(plan: &Plan, now: &Inventory, wishes: Wishes) -> Result<(), TestCaseError> {
    let Ok(resumed) = resumed(plan, now, wishes) else { return Ok(()) };
    let errors: Vec<_> =
        resumed.findings.iter().filter(|it| it.severity == Severity::Error).collect();
    prop_assert!(errors.is_empty(), "{:#?}", errors);
    let Some(new) = &resumed.plan else { return Ok(()) };
    let facts = CatalogFacts::new(&CATALOG, new).unwrap();
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let errors: Vec<_> = verify(new, &facts, &policy, &tool, None)
        .into_iter()
        .filter(|it| it.severity == Severity::Error)
        .collect();
    prop_assert!(errors.is_empty(), "{:#?}", errors);
    match resumed.way {
        Way::Kept => prop_assert!(diff(plan, new).equal),
        Way::Anew => {
            prop_assert!(!resumed.reasons.is_empty());
            prop_assert!(new.resumed.is_empty());
        }
        Way::Continued => {
            prop_assert_eq!(&new.initial_state, &plan.initial_state);
            let steps: BTreeMap<StepId, &Step> =
                new.steps().map(|(_, step)| (step.id, step)).collect();
            prop_assert_eq!(steps.len(), new.steps().count());
            let over: BTreeSet<StepId> =
                new.steps().take(new.over()).map(|(_, step)| step.id).collect();
            for (_, step) in plan.steps() {
                if resumed.progress.done.contains(&step.id) && over.contains(&step.id) {
                    prop_assert_eq!(steps[&step.id], step);
                }
            }
            // A step that stands in both has one id; where something was undone, it stands there twice.
            let acts = |plan: &Plan| -> BTreeMap<_, BTreeSet<StepId>> {
                let mut acts: BTreeMap<_, BTreeSet<StepId>> = BTreeMap::new();
                for (hop, step) in plan.steps().filter(|(_, it)| !it.transitions.is_empty()) {
                    let to: Vec<_> =
                        step.transitions.iter().map(|at| (at.component, at.to.clone())).collect();
                    let act = (hop, step.pool.clone(), step.targets.clone(), to);
                    acts.entry(act).or_default().insert(step.id);
                }
                acts
            };
            let old = acts(plan);
            for (act, ids) in acts(new) {
                let same = old.get(&act).is_none_or(|were| !were.is_disjoint(&ids));
                prop_assert!(same, "{:?}", act);
            }
            expects_what_runs(new)?;
            // From where it stands it is a plan in which nothing unexpected has happened.
            let again = crate::walk::resumed(new, now, Wishes::default());
            let again = again.map(|it| (it.way, it.reasons));
            prop_assert_eq!(again.ok(), Some((Way::Kept, Vec::new())));
            prop_assert_eq!(new.resumed.len(), plan.resumed.len() + 1);
            prop_assert!(new.over() >= plan.over());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(48))]

    /// Drift and other wishes lead to a sound plan too.
    #[test]
    fn any_drift_and_any_wish_lead_to_a_sound_plan(
        sketch in sketches(MEDIUM),
        place in proptest::prelude::any::<proptest::sample::Index>(),
        which in proptest::prelude::any::<u8>(),
        again in proptest::prelude::any::<u8>(),
        wish in 0..5_u8,
    ) {
        let inventory = sketch.inventory(&CATALOG);
        let request = sketch.request(&inventory, &CATALOG);
        if let Ok(Outcome::Planned { plan, .. }) = plan(&request) {
            let spots: Vec<Spot> = spots(&plan).into_iter().collect();
            let mut now = at(&plan, &inventory, spots[place.index(spots.len())])?;
            if wish < 3 {
                drift(&mut now, which);
            }
            let other = match plan.strategy {
                Strategy::EveryHop => Strategy::MinDrains,
                Strategy::MinDrains => Strategy::EveryHop,
            };
            let further = plan.to.minor().next();
            let wishes = match wish {
                1 | 3 => Wishes { strategy: Some(other), ..Wishes::default() },
                4 => Wishes { to: Some(VersionRequest::Minor(further)), ..Wishes::default() },
                _ => Wishes::default(),
            };
            is_sound(&plan, &now, wishes.clone())?;
            // And once more, from the plan that has come of it.
            if let Ok(Resumed { plan: Some(new), .. }) = resumed(&plan, &now, wishes) {
                drift(&mut now, again);
                is_sound(&new, &now, Wishes::default())?;
            }
        }
    }

    /// The same for any cluster, at any place.
    #[test]
    fn any_place_of_any_plan_is_found_and_leads_on(
        sketch in sketches(MEDIUM),
        places in proptest::collection::vec(proptest::prelude::any::<proptest::sample::Index>(), 6),
    ) {
        let inventory = sketch.inventory(&CATALOG);
        let request = sketch.request(&inventory, &CATALOG);
        if let Ok(Outcome::Planned { plan, .. }) = plan(&request) {
            let spots: Vec<Spot> = spots(&plan).into_iter().collect();
            for place in places {
                let spot = spots[place.index(spots.len())];
                if let Err(error) = walk(&plan, &inventory, spot) {
                    return Err(TestCaseError::fail(format!("{spot:?}: {error}")));
                }
            }
        }
    }
}
