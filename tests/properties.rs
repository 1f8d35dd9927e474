//! What must hold for every cluster: proptest draws clusters, legal and not, and asks for plans.
//!
//! The default run is short. The whole one is
//! `KUBEHOP_CASES=10000 cargo test --release --test properties`.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod oracle;
mod random;
mod replay;

use std::sync::LazyLock;

use kubehop::catalog::Catalog;
use kubehop::catalog::ClusterFacts;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::PlanError;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::SkewRule;
use kubehop::search::Cost;
use kubehop::search::Problem;
use kubehop::search::Question;
use kubehop::search::SearchError;
use kubehop::search::problem;
use kubehop::search::search;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;
use kubehop::yaml;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert;
use proptest::prelude::prop_assert_eq;
use proptest::proptest;
use proptest::test_runner::FileFailurePersistence;
use proptest::test_runner::TestCaseError;

use oracle::Price;
use random::Bounds;
use random::LARGE;
use random::MEDIUM;
use random::SMALL;
use random::Sketch;
use random::settled;
use random::sketches;
use replay::Cluster;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// How many cases the whole run has, where that is asked for.
#[expect(clippy::disallowed_methods, reason = "the one knob of the test run")]
fn whole_run() -> Option<u32> {
    std::env::var("KUBEHOP_CASES").ok().and_then(|cases| cases.parse().ok())
}

/// The clusters of a run: smaller ones where it is to be short.
fn clusters() -> Bounds {
    if whole_run().is_some() { LARGE } else { MEDIUM }
}

fn config(short: u32) -> ProptestConfig {
    ProptestConfig {
        cases: whole_run().unwrap_or(short),
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/properties.regressions"
        )))),
        ..ProptestConfig::default()
    }
}

fn price(cost: Cost) -> Price {
    let Cost { hazards, drains, etcd_restarts, disruptive: _, skew_at_rest: _, order: _ } = cost;
    Price { hazards, drains, etcd_restarts }
}

/// The question of a request, for a cluster of which everything is known.
fn question(request: &Request<'_>) -> Option<Problem> {
    problem(&Question {
        inventory: request.inventory,
        catalog: request.catalog,
        to: &request.to,
        strategy: request.strategy,
        pins: &request.pins,
        avoid: &request.avoid,
        policy: &request.policy,
        tool: &request.tool,
        facts: &ClusterFacts::default(),
    })
    .ok()
}

/// A plan and its cost; `None` where there is none for a reason that the rules give.
fn planned(request: &Request<'_>) -> Result<Option<(Option<Plan>, Cost)>, TestCaseError> {
    match plan(request) {
        Ok(Outcome::Planned { plan, cost, .. }) => Ok(Some((Some(*plan), cost))),
        Ok(Outcome::NothingToDo { .. }) => Ok(Some((None, Cost::default()))),
        Err(PlanError::NoPath { .. } | PlanError::NoStop(_)) => Ok(None),
        Err(why) => Err(TestCaseError::fail(format!("neither a plan nor a reason: {why:?}"))),
    }
}

/// The verifier, which shares nothing with the planner, finds no fault. What the start itself breaks
/// is a warning there, and so is the one thing that an old kubeadm cannot help.
fn clean(plan: &Plan, request: &Request<'_>) -> Result<(), TestCaseError> {
    let facts = CatalogFacts::new(request.catalog, plan).unwrap();
    let findings = verify(plan, &facts, &request.policy, &request.tool, Some(request.inventory));
    let errors: Vec<_> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    prop_assert!(errors.is_empty(), "{:#?}", errors);
    Ok(())
}

/// Search and oracle agree on whether there is a path, and on what it costs.
fn agree(inventory: &Inventory, problem: &Problem) -> Result<(), TestCaseError> {
    let found = match search(problem) {
        Ok(path) => Some(price(path.cost)),
        Err(SearchError::NoPath(_)) => None,
        Err(SearchError::TooLarge { states }) => {
            return Err(TestCaseError::fail(format!("stopped after {states} states")));
        }
    };
    prop_assert_eq!(found, oracle::solve(inventory, problem), "search left, oracle right");
    Ok(())
}

/// Makes one number of the policy or of kubeadm's windows tighter.
fn tighten(request: &mut Request<'_>, which: u8) {
    let policy = &mut request.policy;
    let less = |number: &mut u32| *number = number.saturating_sub(1);
    let older = |rule: &mut SkewRule| {
        less(&mut rule.max_older);
        if let Some(old) = &mut rule.old_subject {
            less(&mut old.max_older);
        }
    };
    let newer = |rule: &mut SkewRule| {
        less(&mut rule.max_newer);
        if let Some(old) = &mut rule.old_subject {
            less(&mut old.max_newer);
        }
    };
    match which % 9 {
        0 => older(&mut policy.kubelet),
        1 => older(&mut policy.kube_proxy),
        2 => older(&mut policy.controllers),
        3 => older(&mut policy.kube_proxy_kubelet),
        4 => newer(&mut policy.kube_proxy_kubelet),
        5 => older(&mut policy.kubectl),
        6 => newer(&mut policy.kubectl),
        7 => request.tool.kubelet_windows.iter_mut().for_each(|window| less(&mut window.max_older)),
        _ => {
            older(&mut policy.apiserver);
            newer(&mut policy.apiserver);
        }
    }
}

/// A list, turned by some places.
fn turned<T>(list: &mut [T], turn: usize) {
    if !list.is_empty() {
        list.rotate_left(turn % list.len());
    }
    list.reverse();
}

/// The inventory as a file with every list in another order, read again.
fn shuffled(inventory: &Inventory, turn: usize) -> Inventory {
    let mut document = inventory.document();
    turned(&mut document.control_plane.nodes, turn);
    turned(&mut document.etcd.members, turn);
    turned(&mut document.node_pools, turn);
    for pool in &mut document.node_pools {
        pool.nodes.iter_mut().for_each(|nodes| turned(nodes, turn));
    }
    turned(&mut document.clients, turn);
    read(&yaml::write(&document).unwrap())
}

fn read(text: &str) -> Inventory {
    Inventory::read(&SourceFile::new("inventory.yaml", text)).unwrap()
}

fn drawn(sketch: &Sketch) -> Inventory {
    sketch.inventory(&CATALOG)
}

proptest! {
    #![proptest_config(config(64))]

    /// Any cluster gets a plan or a reason, never a panic; the plan is clean under the verifier, and
    /// its own figures are right.
    #[test]
    fn every_plan_is_clean(sketch in sketches(clusters())) {
        let inventory = drawn(&sketch);
        let request = sketch.request(&inventory, &CATALOG);
        if let Some((Some(plan), cost)) = planned(&request)? {
            clean(&plan, &request)?;
            let figures = replay::figures(plan.steps().map(|(_, step)| step));
            prop_assert_eq!(figures, (cost.drains, cost.etcd_restarts));
            prop_assert_eq!(figures, (plan.summary.drains, plan.summary.etcd_restarts));
        }
    }

    /// Search and oracle agree, by the policy as released.
    #[test]
    fn search_and_oracle_agree(sketch in sketches(SMALL)) {
        let inventory = settled(drawn(&sketch), &CATALOG);
        if let Some(problem) = question(&sketch.request(&inventory, &CATALOG)) {
            agree(&inventory, &problem)?;
        }
    }

    /// Search and oracle agree by other policies too.
    #[test]
    fn search_and_oracle_agree_by_any_policy(
        sketch in sketches(SMALL),
        tighter in proptest::collection::vec(any::<u8>(), 0..3),
        windows in proptest::option::of((0..=3_u32, 0..=3_u32)),
        addons_last_from in proptest::option::of(22..=37_u64),
        stacked_from in proptest::option::of((22..=37_u64, 4..=7_u64)),
    ) {
        let inventory = settled(drawn(&sketch), &CATALOG);
        let mut request = sketch.request(&inventory, &CATALOG);
        for which in tighter {
            tighten(&mut request, which);
        }
        if let Some((before, after)) = windows {
            request.tool.kubelet_windows[0].max_older = before;
            request.tool.kubelet_windows[1].max_older = after;
        }
        if let Some(minor) = addons_last_from {
            request.tool.addons_last_from = kubehop::version::MinorVersion::new(1, minor);
        }
        if let Some((minor, etcd)) = stacked_from {
            request.tool.stacked_etcd_from = (
                kubehop::version::MinorVersion::new(1, minor),
                kubehop::version::EtcdMinor::new(3, etcd),
            );
        }
        if let Some(problem) = question(&request) {
            agree(&inventory, &problem)?;
        }
    }

    /// The order of the lists in the inventory file is not seen in the plan.
    #[test]
    fn permuted_input_gives_the_same_bytes(sketch in sketches(clusters()), turn in any::<usize>()) {
        let text = yaml::write(&drawn(&sketch).document()).unwrap();
        let (one, two) = (read(&text), shuffled(&drawn(&sketch), turn));
        let bytes = |inventory: &Inventory| -> Result<_, TestCaseError> {
            let found = planned(&sketch.request(inventory, &CATALOG))?;
            Ok(found.map(|(plan, _)| serde_json::to_string(&plan).unwrap()))
        };
        prop_assert_eq!(bytes(&one)?, bytes(&two)?);
    }

    /// Who stops anywhere and plans again reaches the target at no higher cost than by going on; who
    /// stops at the end has nothing to do.
    #[test]
    fn planning_again_costs_no_more(sketch in sketches(clusters()), cut in any::<proptest::sample::Index>()) {
        let inventory = drawn(&sketch);
        let request = sketch.request(&inventory, &CATALOG);
        if let Some((Some(plan), _)) = planned(&request)? {
            let acts = replay::acts(&plan);
            for cut in [cut.index(acts.len() + 1), acts.len()] {
                let mut cluster = Cluster::of(&inventory, &plan.initial_state);
                for act in &acts[..cut] {
                    cluster.apply(act)?;
                }
                // An inventory has one version of kube-proxy, so it cannot say that some nodes of a
                // manual install have another.
                let Some(now) = cluster.inventory() else { continue };
                let left = replay::cost(&acts[cut..]);
                let again = planned(&Request { inventory: &now, ..request.clone() })?;
                let Some((rest, cost)) = again else {
                    return Err(TestCaseError::fail(format!("no way on after {cut} acts")));
                };
                prop_assert!((cost.drains, cost.etcd_restarts) <= left, "{:?} after {} acts, {:?} left", cost, cut, left);
                if cut == acts.len() {
                    prop_assert!(rest.is_none(), "something is left to do at the end");
                    let end = Cluster::of(&inventory, &plan.final_state);
                    prop_assert_eq!(Some(now), end.inventory());
                }
            }
        }
    }

    /// A stricter policy neither opens a way nor makes one cheaper.
    #[test]
    fn a_stricter_policy_never_helps(sketch in sketches(clusters()), which in any::<u8>()) {
        let inventory = drawn(&sketch);
        let mut request = sketch.request(&inventory, &CATALOG);
        let free = planned(&request)?.map(|(_, cost)| cost);
        tighten(&mut request, which);
        let strict = planned(&request)?.map(|(_, cost)| cost);
        match (free, strict) {
            (None, Some(_)) => prop_assert!(false, "the stricter policy opens a way"),
            (Some(free), Some(strict)) => prop_assert!(strict >= free, "{:?} < {:?}", strict, free),
            (_, None) => {}
        }
    }
}
