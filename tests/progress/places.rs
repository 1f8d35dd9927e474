//! Every place is found, and every place leads on.

use kubehop::diagnostic::Severity;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress::Comparison;
use kubehop::progress::Progress;
use kubehop::resume::Way;
use kubehop::resume::Wishes;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;
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

proptest! {
    #![proptest_config(cases(48))]

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
