//! What differs between two plans: equal where they do the same, and one edit gives exactly its change.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::diagnostic::SourceFile;
use kubehop::diff::Change;
use kubehop::diff::ChangeKind;
use kubehop::diff::diff;
use kubehop::inventory::Inventory;
use kubehop::plan;
use kubehop::plan::Assumption;
use kubehop::plan::HazardSeverity;
use kubehop::plan::Plan;
use kubehop::plan::StepId;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress::recount;
use kubehop::progress::renumber;
use kubehop::render;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

fn file(name: &str) -> SourceFile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans").join(name);
    SourceFile::new(name, fs::read_to_string(path).unwrap())
}

fn sample() -> Plan {
    plan::read(&file("prod-eu-1.plan.yaml")).unwrap()
}

fn inventory() -> Inventory {
    Inventory::read(&file("prod-eu-1.inventory.yaml")).unwrap()
}

/// The sample planned again, asked for otherwise.
fn planned(inventory: &Inventory, ask: impl FnOnce(&mut Request<'_>)) -> Plan {
    let mut request = Request {
        inventory,
        catalog: &CATALOG,
        to: "1.30".parse().unwrap(),
        strategy: Strategy::EveryHop,
        pins: std::collections::BTreeMap::new(),
        avoid: BTreeSet::new(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    ask(&mut request);
    match kubehop::planner::plan(&request).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { .. } => panic!("nothing to do"),
    }
}

fn kinds(changes: &[Change]) -> Vec<ChangeKind> {
    changes.iter().map(|change| change.kind).collect()
}

fn of(changes: &[Change], kind: ChangeKind) -> Vec<&Change> {
    changes.iter().filter(|change| change.kind == kind).collect()
}

fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

#[test]
fn a_plan_does_what_it_does() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("plans")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".plan.yaml") {
            let plan = plan::read(&file(&name)).unwrap();
            let difference = diff(&plan, &plan);
            assert!(difference.equal && difference.changes.is_empty(), "{name}");
            assert!(difference.basis.is_empty(), "{name}");
        }
    }
}

/// What a plan says of itself, and how it words things, makes no difference.
#[test]
fn numbers_and_words_make_no_difference() {
    let old = sample();
    let mut new = old.clone();
    for (at, hop) in new.hops.iter_mut().enumerate() {
        hop.number += 10;
        for (place, step) in hop.steps.iter_mut().enumerate() {
            let number = |at: usize| u32::try_from(at).unwrap();
            step.id = StepId::Hop { hop: number(at) + 11, place: number(place) + 5 };
            step.title = format!("Other words for {}", step.title);
        }
    }
    new.provenance.inventory.observed_at = None;
    new.provenance.inventory.digest = "sha256:other".to_owned();
    let difference = diff(&old, &new);
    assert!(difference.equal, "{:#?}", difference.changes);
    assert_eq!(difference.basis, ["another inventory"]);
}

type Edit = fn(&mut Plan);
/// What is edited, how, and the changes that it gives: kind and step.
type Case = (&'static str, Edit, &'static [(ChangeKind, Option<&'static str>)]);

/// One edit of a plan, and the changes that it must give: kind, step, and a word of the reason.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn one_edit_gives_its_change() {
    let cases: &[Case] = &[
        (
            "a step is dropped",
            |plan| _ = plan.hops[1].steps.remove(6),
            &[(ChangeKind::StepRemoved, Some("2.07"))],
        ),
        (
            "a step is added",
            |plan| {
                let soak = plan.hops[1].steps.last().unwrap().clone();
                plan.hops[1].steps.push(soak);
            },
            &[(ChangeKind::StepAdded, Some("2.15"))],
        ),
        (
            "a step is moved",
            |plan| {
                let client = plan.hops[1].steps.remove(10);
                plan.hops[1].steps.insert(8, client);
            },
            &[(ChangeKind::StepMoved, Some("2.09"))],
        ),
        (
            "a target is dropped",
            |plan| _ = plan.hops[2].steps[8].targets.pop(),
            &[(ChangeKind::Targets, Some("3.09"))],
        ),
        ("targets are done in another order", |plan| plan.hops[1].steps[8].targets.reverse(), &[]),
        (
            "a step takes longer",
            |plan| plan.hops[1].steps[8].duration.high += 1,
            &[(ChangeKind::Duration, Some("2.09"))],
        ),
        (
            "more at once",
            |plan| plan.hops[1].steps[8].batch.as_mut().unwrap().size = 2,
            &[(ChangeKind::Batch, Some("2.09"))],
        ),
        (
            "another command",
            |plan| plan.hops[1].steps[8].commands[0].run.push('#'),
            &[(ChangeKind::Procedure, Some("2.09"))],
        ),
        (
            "another way back",
            |plan| plan.hops[1].steps[8].rollback.until.push('!'),
            &[(ChangeKind::Procedure, Some("2.09"))],
        ),
        (
            "a hazard is dropped",
            |plan| _ = plan.hops[1].hazards.remove(0),
            &[(ChangeKind::HazardRemoved, None)],
        ),
        (
            "a hazard weighs less",
            |plan| plan.hops[1].hazards[0].severity = HazardSeverity::Info,
            &[(ChangeKind::HazardChanged, None)],
        ),
        (
            "a hazard is found otherwise",
            |plan| plan.hops[1].hazards[0].remedy.push('.'),
            &[(ChangeKind::HazardChanged, None)],
        ),
        (
            "an assumption more",
            |plan| {
                let one = |text: &str| text.to_owned();
                plan.assumptions.push(Assumption {
                    id: one("x"),
                    text: one("y"),
                    settle: one("z"),
                });
            },
            &[(ChangeKind::AssumptionAdded, None)],
        ),
        (
            "an assumption less",
            |plan| plan.assumptions.clear(),
            &[(ChangeKind::AssumptionRemoved, None)],
        ),
        ("a hop is dropped", |plan| _ = plan.hops.pop(), &[(ChangeKind::HopRemoved, None)]),
        (
            "another strategy by name",
            |plan| plan.strategy = Strategy::MinDrains,
            &[(ChangeKind::Strategy, None)],
        ),
    ];
    for (name, edit, expected) in cases {
        let old = sample();
        let mut new = old.clone();
        edit(&mut new);
        let new = recount(renumber(new));
        let difference = diff(&old, &new);
        let found: Vec<_> = difference
            .changes
            .iter()
            .filter(|it| it.kind != ChangeKind::HopVersions)
            .map(|change| (change.kind, change.step))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(kind, step)| (*kind, step.map(id))).collect();
        assert_eq!(found, expected, "{name}: {:#?}", difference.changes);
        assert_eq!(difference.equal, difference.changes.is_empty(), "{name}");
    }
}

#[test]
fn a_release_to_avoid_is_the_reason_of_every_step_that_it_concerns() {
    let inventory = inventory();
    let old = planned(&inventory, |_| {});
    let bad = old.to.clone();
    let new = planned(&inventory, |request| _ = request.avoid.insert(bad.clone()));
    let difference = diff(&old, &new);
    let expected = format!("{bad} is to be avoided now");
    for kind in [ChangeKind::Target, ChangeKind::HopVersions, ChangeKind::Versions] {
        let changes = of(&difference.changes, kind);
        assert!(!changes.is_empty());
        for change in changes {
            assert_eq!(change.reason.as_deref(), Some(expected.as_str()), "{change:#?}");
        }
    }
    // Every step that leads to the release, and no other.
    let moved = old.hops[2].steps.iter().filter(|step| !step.transitions.is_empty()).count();
    assert_eq!(of(&difference.changes, ChangeKind::Versions).len(), moved);
    let others = difference.changes.iter().filter(|it| it.kind.is_added() || it.kind.is_removed());
    assert_eq!(others.count(), 0, "{:#?}", difference.changes);
}

#[test]
fn a_pin_is_a_reason() {
    let inventory = inventory();
    let old = planned(&inventory, |_| {});
    let pin: kubehop::version::KubernetesVersion = "v1.29.9".parse().unwrap();
    let new = planned(&inventory, |request| _ = request.pins.insert(pin.minor(), pin.clone()));
    let changes = diff(&old, &new).changes;
    let hop = of(&changes, ChangeKind::HopVersions);
    assert_eq!(hop[0].reason.as_deref(), Some("v1.29.9 is pinned now"));
}

#[test]
fn another_strategy_moves_nodes_elsewhere() {
    let inventory = inventory();
    let old = planned(&inventory, |_| {});
    let new = planned(&inventory, |request| request.strategy = Strategy::MinDrains);
    let difference = diff(&old, &new);
    assert_eq!(difference.changes[0].kind, ChangeKind::Strategy);
    let removed = of(&difference.changes, ChangeKind::StepRemoved);
    assert_eq!(removed.len(), 6, "nodes of two hops: {removed:#?}");
    for change in removed {
        assert_eq!(change.reason.as_deref(), Some("the strategy is min-drains now"));
    }
    assert!(of(&difference.changes, ChangeKind::StepAdded).is_empty());
}

#[test]
fn a_node_more_is_the_reason_of_its_targets() {
    let before = inventory();
    let mut after = before.clone();
    let mut node = after.pools[1].nodes[0].clone();
    node.name = "w-9".parse().unwrap();
    after.pools[1].nodes.push(node);
    let (old, new) = (planned(&before, |_| {}), planned(&after, |_| {}));
    let difference = diff(&old, &new);
    assert_eq!(of(&difference.changes, ChangeKind::InstanceAdded).len(), 1);
    let targets = of(&difference.changes, ChangeKind::Targets);
    assert_eq!(targets.len(), 3, "one a hop");
    for change in targets {
        assert_eq!(change.reason.as_deref(), Some("`w-9`: new in the cluster"));
    }
    let others: BTreeSet<ChangeKind> = kinds(&difference.changes).into_iter().collect();
    let expected =
        [ChangeKind::InstanceAdded, ChangeKind::Targets, ChangeKind::Duration, ChangeKind::Batch];
    assert!(others.is_subset(&expected.into()), "{others:?}");
}

#[test]
fn other_commands_are_one_change() {
    let inventory = inventory();
    let old = planned(&inventory, |_| {});
    let new = planned(&inventory, |request| request.os = OsFamily::Rhel);
    let difference = diff(&old, &new);
    assert_eq!(kinds(&difference.changes), [ChangeKind::Option], "{:#?}", difference.changes);
}

#[test]
fn json_has_every_key_of_a_change() {
    let old = sample();
    let mut new = old.clone();
    new.hops[1].steps[8].duration.high += 1;
    let value = serde_json::to_value(diff(&old, &new)).unwrap();
    assert_eq!(value["equal"], false);
    let change = value["changes"][0].as_object().unwrap();
    for key in ["kind", "hop", "step", "before", "after", "reason"] {
        assert!(change.contains_key(key), "{key}");
    }
    assert_eq!(
        (&change["kind"], &change["hop"], &change["step"]),
        (&"duration".into(), &2.into(), &"2.09".into())
    );
}

#[test]
fn hostile_names_stay_text() {
    let old = sample();
    let mut new = old.clone();
    new.hops[1].steps[8].targets.push("a|b<script>\u{202E}`x`".parse().unwrap());
    let difference = diff(&old, &new);
    let (text, page) =
        (render::diff_text(&difference, 80), render::diff_markdown(&difference).unwrap());
    assert!(text.contains("a|b<script>`x`") && !text.contains('\u{202E}'), "{text}");
    assert!(!page.contains("<script>") && !page.contains('\u{202E}'), "{page}");
    assert!(page.contains("a\\|b&lt;script&gt;"), "{page}");
}
