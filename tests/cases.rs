//! Real cases that must come out right, each as a short list of what moves in which order.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::plan::Disruption;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::PlanError;
use kubehop::planner::Refusal;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;

/// A cluster in a few words.
struct Cluster {
    control_plane: Vec<&'static str>,
    etcd: Vec<&'static str>,
    topology: &'static str,
    provider: &'static str,
    proxy: &'static str,
    workers: Vec<&'static str>,
    clients: Vec<&'static str>,
}

impl Cluster {
    fn at(version: &'static str, etcd: &'static str) -> Self {
        Self {
            control_plane: vec![version],
            etcd: vec![etcd],
            topology: "stacked",
            provider: "kubeadm",
            proxy: version,
            workers: vec![version, version],
            clients: vec![version],
        }
    }

    fn ha(version: &'static str, etcd: &'static str) -> Self {
        Self { control_plane: vec![version; 3], etcd: vec![etcd; 3], ..Self::at(version, etcd) }
    }

    fn inventory(&self) -> Inventory {
        let list = |items: &[&str], line: &dyn Fn(usize, &str) -> String| {
            items.iter().enumerate().map(|(at, item)| line(at + 1, item)).collect::<String>()
        };
        let text = format!(
            "apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\nprovider: {}\ncontrolPlane:\n  nodes:\n{}etcd:\n  topology: {}\n  members:\n{}kubeProxy: {}\nnodePools:\n- name: general\n  nodes:\n{}clients:\n{}",
            self.provider,
            list(&self.control_plane, &|at, version| format!(
                "  - {{name: cp-{at}, kubeApiserver: {version}, kubeControllerManager: {version}, kubeScheduler: {version}, kubelet: {version}}}\n"
            )),
            self.topology,
            list(&self.etcd, &|at, version| format!("  - {{name: cp-{at}, version: {version}}}\n")),
            self.proxy,
            list(&self.workers, &|at, version| format!(
                "  - {{name: w-{at}, kubelet: {version}}}\n"
            )),
            list(&self.clients, &|at, version| format!(
                "- {{name: client-{at}, kubectl: {version}}}\n"
            )),
        );
        Inventory::read(&SourceFile::new("case", text)).unwrap()
    }
}

fn ask(inventory: &Inventory, to: &str, strategy: Strategy) -> Result<Outcome, PlanError> {
    ask_with(inventory, to, strategy, &Catalog::embedded(), &[], &[])
}

fn ask_with(
    inventory: &Inventory,
    to: &str,
    strategy: Strategy,
    catalog: &Catalog,
    pins: &[&str],
    avoid: &[&str],
) -> Result<Outcome, PlanError> {
    let version = |text: &&str| text.parse::<kubehop::version::KubernetesVersion>().unwrap();
    let request = Request {
        inventory,
        catalog,
        to: to.parse().unwrap(),
        strategy,
        pins: pins.iter().map(version).map(|pin| (pin.minor(), pin)).collect::<BTreeMap<_, _>>(),
        avoid: avoid.iter().map(version).collect::<BTreeSet<_>>(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    let outcome = plan(&request);
    if let Ok(Outcome::Planned { plan, .. }) = &outcome {
        let facts = CatalogFacts::new(catalog, plan).unwrap();
        let findings = verify(plan, &facts, &request.policy, &request.tool, Some(inventory));
        let errors: Vec<_> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    outcome
}

fn planned(cluster: &Cluster, to: &str, strategy: Strategy) -> Plan {
    match ask(&cluster.inventory(), to, strategy).unwrap() {
        Outcome::Planned { plan, .. } => *plan,
        Outcome::NothingToDo { .. } => panic!("there is something to do"),
    }
}

fn refused(cluster: &Cluster, to: &str) -> Refusal {
    Refusal::of(&ask(&cluster.inventory(), to, Strategy::EveryHop).unwrap_err()).unwrap()
}

/// The versions that a component moves to, in order, with the hop.
fn moves(plan: &Plan, component: Component) -> Vec<String> {
    plan.steps()
        .flat_map(|(hop, step)| step.transitions.iter().map(move |change| (hop, change)))
        .filter(|(_, change)| change.component == component)
        .map(|(hop, change)| format!("{}: {}", hop.unwrap_or_default(), change.to))
        .collect()
}

/// How often each worker is drained.
fn worker_drains(plan: &Plan) -> BTreeMap<String, usize> {
    let mut drains = BTreeMap::new();
    for (_, step) in plan.steps().filter(|(_, step)| step.pool.is_some()) {
        if step.disruption == Disruption::Drain {
            for target in &step.targets {
                *drains.entry(target.to_string()).or_default() += 1;
            }
        }
    }
    drains
}

#[test]
fn etcd_stops_at_the_floor_before_3_6() {
    let plan = planned(&Cluster::ha("v1.33.5", "v3.5.21"), "1.34", Strategy::EveryHop);
    assert_eq!(moves(&plan, Component::Etcd), ["1: v3.5.33", "1: v3.6.14"]);
}

#[test]
fn etcd_stops_at_the_floor_before_3_7() {
    let plan = planned(&Cluster::ha("v1.36.5", "v3.6.8"), "1.37", Strategy::EveryHop);
    assert_eq!(moves(&plan, Component::Etcd), ["1: v3.6.14", "1: v3.7.2"]);
}

#[test]
fn an_etcd_above_the_floor_enters_the_next_minor_at_once() {
    let plan = planned(&Cluster::at("v1.33.5", "v3.5.32"), "1.34", Strategy::EveryHop);
    assert_eq!(moves(&plan, Component::Etcd), ["1: v3.6.14"]);
}

#[test]
fn thirteen_hops_in_one_plan() {
    for strategy in [Strategy::EveryHop, Strategy::MinDrains] {
        let plan = planned(&Cluster::ha("v1.24.17", "v3.5.3"), "1.37", strategy);
        assert_eq!(plan.hops.len(), 13);
        let etcd = moves(&plan, Component::Etcd);
        assert_eq!(etcd, ["1: v3.5.33", "10: v3.6.14", "13: v3.7.2"], "{strategy}");
    }
}

#[test]
fn min_drains_drains_each_worker_once_over_three_hops_and_twice_over_four() {
    let plan = planned(&Cluster::at("v1.27.16", "v3.5.12"), "1.30", Strategy::MinDrains);
    assert_eq!(worker_drains(&plan), [("w-1".to_owned(), 1), ("w-2".to_owned(), 1)].into());
    let plan = planned(&Cluster::ha("v1.30.14", "v3.5.15"), "1.34", Strategy::MinDrains);
    assert_eq!(worker_drains(&plan), [("w-1".to_owned(), 2), ("w-2".to_owned(), 2)].into());
}

#[test]
fn clients_move_in_the_middle_of_the_chain() {
    let plan = planned(&Cluster::at("v1.27.16", "v3.5.12"), "1.30", Strategy::MinDrains);
    assert_eq!(moves(&plan, Component::Kubectl), ["1: v1.28.15", "2: v1.29.15", "3: v1.30.14"]);
    assert_eq!(moves(&plan, Component::Kubelet), ["3: v1.30.14", "3: v1.30.14"]);
}

#[test]
fn old_kubelets_move_before_kubeadm_refuses_them() {
    let mut cluster = Cluster::at("v1.26.15", "v3.5.10");
    cluster.workers = vec!["v1.24.17"];
    let plan = planned(&cluster, "1.28", Strategy::MinDrains);
    // kubeadm 1.27 and 1.28 want every kubelet at target-1, although the policy permits older ones.
    let workers: Vec<_> = plan
        .steps()
        .filter(|(_, step)| step.pool.is_some())
        .map(|(hop, step)| format!("{}: {}", hop.unwrap(), step.transitions[0].to))
        .collect();
    assert_eq!(workers, ["1: v1.26.15", "1: v1.27.16", "2: v1.28.15"]);
}

#[test]
fn kubelets_of_the_control_plane_wait_for_every_apiserver() {
    let plan = planned(&Cluster::ha("v1.29.15", "v3.5.16"), "1.30", Strategy::EveryHop);
    let place = |component| {
        plan.steps().position(|(_, step)| {
            step.pool.is_none()
                && step.transitions.iter().any(|change| change.component == component)
        })
    };
    let last_apiserver = plan.steps().collect::<Vec<_>>().iter().rposition(|(_, step)| {
        step.transitions.iter().any(|change| change.component == Component::KubeApiserver)
    });
    assert!(place(Component::Kubelet) > last_apiserver);
}

#[test]
fn kube_proxy_moves_when_kubeadm_moves_it() {
    let with = |from: &'static str, to: &str| {
        let plan = planned(&Cluster::ha(from, "v3.5.10"), to, Strategy::EveryHop);
        let steps: Vec<_> = plan
            .steps()
            .filter(|(_, step)| {
                step.transitions.iter().any(|change| change.component == Component::KubeApiserver)
            })
            .map(|(_, step)| {
                step.transitions.iter().any(|change| change.component == Component::KubeProxy)
            })
            .collect();
        steps
    };
    assert_eq!(with("v1.26.15", "1.27"), [true, false, false]);
    assert_eq!(with("v1.27.16", "1.28"), [false, false, true]);
}

#[test]
fn a_half_done_hop_is_completed_at_the_version_that_runs() {
    let mut cluster = Cluster::ha("v1.28.5", "v3.5.10");
    cluster.control_plane = vec!["v1.28.5", "v1.27.16", "v1.27.16"];
    cluster.proxy = "v1.27.16";
    cluster.workers = vec!["v1.27.16"];
    cluster.clients = vec!["v1.27.16"];
    let mut inventory = cluster.inventory();
    // kubelets wait for the last control-plane node.
    for node in &mut inventory.control_plane {
        node.kubelet = Some("v1.27.16".parse().unwrap());
    }
    let Ok(Outcome::Planned { plan, .. }) = ask(&inventory, "1.29", Strategy::EveryHop) else {
        panic!("no plan")
    };
    let hops: Vec<_> = plan.hops.iter().map(|hop| format!("{} to {}", hop.from, hop.to)).collect();
    assert_eq!(hops, ["v1.27.16 to v1.28.5", "v1.28.5 to v1.29.15"]);
    let apiservers = moves(&plan, Component::KubeApiserver);
    assert_eq!(apiservers[..2], ["1: v1.28.5", "1: v1.28.5"]);
}

#[test]
fn members_on_two_patches_are_brought_to_one_version() {
    let mut cluster = Cluster::ha("v1.33.5", "v3.5.33");
    cluster.etcd = vec!["v3.5.33", "v3.5.24", "v3.5.33"];
    let plan = planned(&cluster, "1.34", Strategy::EveryHop);
    assert_eq!(moves(&plan, Component::Etcd), ["1: v3.5.33", "1: v3.6.14"]);
    let first = plan.steps().find(|(_, step)| !step.transitions.is_empty()).unwrap().1;
    assert_eq!(first.targets.len(), 1, "only the member that lags");
}

#[test]
fn clients_that_are_too_old_or_too_new_are_levelled_first() {
    let mut cluster = Cluster::at("v1.29.15", "v3.5.16");
    cluster.clients = vec!["v1.27.3", "v1.31.0"];
    let plan = planned(&cluster, "1.30", Strategy::EveryHop);
    assert_eq!(
        moves(&plan, Component::Kubectl),
        ["1: v1.29.15", "1: v1.29.15", "1: v1.30.14", "1: v1.30.14"]
    );
}

#[test]
fn the_same_version_is_nothing_to_do() {
    for to in ["1.30", "v1.30.14"] {
        let outcome = ask(&Cluster::ha("v1.30.14", "v3.5.15").inventory(), to, Strategy::EveryHop);
        assert!(matches!(outcome, Ok(Outcome::NothingToDo { .. })), "{to}");
    }
}

#[test]
fn a_patch_of_the_same_minor_is_a_hop() {
    let plan = planned(&Cluster::ha("v1.30.3", "v3.5.15"), "1.30", Strategy::EveryHop);
    assert_eq!(plan.hops.len(), 1);
    assert_eq!(plan.to.to_string(), "v1.30.14");
}

#[test]
fn stragglers_alone_are_a_plan() {
    let mut cluster = Cluster::ha("v1.30.14", "v3.5.15");
    cluster.workers = vec!["v1.30.14", "v1.28.9"];
    let plan = planned(&cluster, "1.30", Strategy::EveryHop);
    assert_eq!(plan.hops.len(), 1);
    assert_eq!(worker_drains(&plan), [("w-2".to_owned(), 1)].into());
    assert!(moves(&plan, Component::KubeApiserver).is_empty());
}

#[test]
fn each_refusal_has_its_own_words() {
    let cluster = Cluster::ha("v1.30.14", "v3.5.15");
    assert!(refused(&cluster, "1.29").summary.contains("no downgrade"));
    assert!(refused(&cluster, "1.38").summary.contains("not released"));
    assert!(refused(&cluster, "1.99").summary.contains("not known"));
    assert!(
        refused(&Cluster::at("v1.29.15", "v3.5.16"), "v1.30.0")
            .summary
            .contains("no release of 1.30 is left")
    );

    let mut newer = Cluster::ha("v1.29.15", "v3.5.16");
    newer.workers = vec!["v1.31.0"];
    let refusal = refused(&newer, "1.30");
    assert!(
        refusal.conflicts.iter().any(|conflict| conflict.component == "kubelet"),
        "{refusal:#?}"
    );
    assert!(!refusal.ways_out.is_empty());

    let mut apart = Cluster::ha("v1.29.15", "v3.5.16");
    apart.control_plane = vec!["v1.29.15", "v1.29.15", "v1.27.16"];
    assert!(refused(&apart, "1.30").summary.contains("more than one minor apart"));
}

#[test]
fn a_refusal_names_what_conflicts_and_nothing_else() {
    let text = "apiVersion: kubehop.dev/v1alpha1\nkind: EtcdMatrix\nmetadata: {name: ours}\nreleases:\n  \"3.5\": {v3.5.40: \"2026-11-20\"}\nentries:\n- {from: \"3.5\", to: \"3.6\", floor: v3.5.40}\navoid:\n- {from: v3.5.40, to: v3.5.40, reason: bad}\n";
    let catalog =
        Catalog::embedded().with_etcd_matrix(&SourceFile::new("matrix.yaml", text)).unwrap();
    let inventory = Cluster::ha("v1.33.5", "v3.5.24").inventory();
    let error = ask_with(&inventory, "1.34", Strategy::EveryHop, &catalog, &[], &[]).unwrap_err();
    let refusal = Refusal::of(&error).unwrap();
    assert!(refusal.conflicts.iter().all(|conflict| conflict.component == "etcd"), "{refusal:#?}");
    assert!(refusal.conflicts.iter().any(|conflict| conflict.rule == "etcd-entry-floor"));
    assert!(refusal.ways_out.iter().any(|way| way.contains("--etcd-matrix")));
}

/// An invented etcd release was planned for in silence.
#[test]
fn an_unknown_patch_of_etcd_is_a_stated_assumption() {
    let assumed = |etcd: &'static str| {
        let plan = planned(&Cluster::at("v1.33.5", etcd), "1.34", Strategy::EveryHop);
        plan.assumptions.iter().any(|assumption| {
            assumption.id == "unknown-etcd-patch" && assumption.text.contains(etcd)
        })
    };
    assert!(assumed("v3.5.99") && assumed("v3.6.99"));
    assert!(!assumed("v3.5.24") && !assumed("v3.6.5"));
}

/// What is derived from kubeadm's defaults is a warning, what a user's matrix says is a rule.
#[test]
fn an_etcd_beyond_what_the_release_works_with() {
    let inventory = Cluster::at("v1.33.5", "v3.7.0").inventory();
    let embedded = Catalog::embedded();
    let outcome = ask_with(&inventory, "1.34", Strategy::EveryHop, &embedded, &[], &[]);
    let Ok(Outcome::Planned { report, .. }) = outcome else { panic!("{outcome:?}") };
    let warned = report.notes.iter().any(|note| {
        note.severity == Severity::Warning
            && note.text.contains("1.34 is known to work with etcd 3.6 at most")
            && note.text.contains("kubeadm 1.33 writes flags that etcd 3.7 refuses")
    });
    assert!(warned, "{:#?}", report.notes);

    let text = "apiVersion: kubehop.dev/v1alpha1\nkind: EtcdMatrix\nmetadata: {name: ours}\nkubernetes:\n  \"1.34\": {accepted: [\"3.6\"]}\n";
    let ours = Catalog::embedded().with_etcd_matrix(&SourceFile::new("ours.yaml", text)).unwrap();
    let error = ask_with(&inventory, "1.34", Strategy::EveryHop, &ours, &[], &[]).unwrap_err();
    let refusal = Refusal::of(&error).unwrap();
    let rules: Vec<_> = refusal.conflicts.iter().map(|conflict| &conflict.rule).collect();
    assert_eq!(rules, ["etcd-accepted"], "{refusal:#?}");

    // Where the user says that they work together there is nothing to say.
    let text = text.replace("[\"3.6\"]", "[\"3.6\", \"3.7\"]");
    let ours = Catalog::embedded().with_etcd_matrix(&SourceFile::new("ours.yaml", text)).unwrap();
    let outcome = ask_with(&inventory, "1.34", Strategy::EveryHop, &ours, &[], &[]);
    let Ok(Outcome::Planned { report, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(report.notes.iter().all(|note| !note.text.contains("at most")), "{:#?}", report.notes);
}

#[test]
fn pins_and_forbidden_versions_decide_the_stop() {
    let inventory = Cluster::at("v1.27.16", "v3.5.12").inventory();
    let catalog = Catalog::embedded();
    let Ok(Outcome::Planned { plan, .. }) =
        ask_with(&inventory, "1.29", Strategy::EveryHop, &catalog, &["v1.28.12"], &["v1.29.15"])
    else {
        panic!("no plan")
    };
    let stops: Vec<_> = plan.hops.iter().map(|hop| hop.to.to_string()).collect();
    assert_eq!(stops, ["v1.28.12", "v1.29.14"]);
}

/// `--pin 1.35=…` on the way to 1.31, and `--avoid` of a release that does not exist, were silent.
#[test]
fn pins_and_forbidden_versions_without_effect_are_told() {
    let inventory = Cluster::at("v1.30.14", "v3.5.15").inventory();
    let catalog = Catalog::embedded();
    let told = |pins: &[&str], avoid: &[&str]| {
        let outcome = ask_with(&inventory, "1.31", Strategy::EveryHop, &catalog, pins, avoid);
        let Ok(Outcome::Planned { report, .. }) = outcome else { panic!("{outcome:?}") };
        let notes = report.notes.into_iter().filter(|note| note.text.contains("no effect"));
        notes.map(|note| format!("{}; {}", note.text, note.help.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&["v1.35.1"], &[]),
        [
            "`--pin 1.35=v1.35.1` has no effect; the plan stops at a release of 1.31; drop or mend the option"
        ]
    );
    assert_eq!(
        told(&[], &["v1.31.99", "v1.33.2", "v1.31.13"]),
        [
            "`--avoid v1.31.99` has no effect; the catalog of 2026-11-22 knows no such release",
            "`--avoid v1.33.2` has no effect; the plan stops at a release of 1.31; drop or mend the option"
        ]
    );
    assert!(told(&["v1.31.12", "v1.30.14"], &["v1.31.14"]).is_empty());
}

#[test]
fn a_users_floor_changes_the_plan_and_is_named() {
    let cluster = Cluster::ha("v1.33.5", "v3.5.27");
    let matrix = |floor: &str| {
        let text = format!(
            "apiVersion: kubehop.dev/v1alpha1\nkind: EtcdMatrix\nmetadata: {{name: ours}}\nentries:\n- {{from: \"3.5\", to: \"3.6\", floor: {floor}}}\n"
        );
        Catalog::embedded().with_etcd_matrix(&SourceFile::new("matrix.yaml", text)).unwrap()
    };
    let etcd = |catalog: &Catalog| {
        let outcome = ask_with(&cluster.inventory(), "1.34", Strategy::EveryHop, catalog, &[], &[]);
        let Ok(Outcome::Planned { plan, .. }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(plan.provenance.catalog.overlays.len(), 1);
        moves(&plan, Component::Etcd)
    };
    assert_eq!(etcd(&matrix("v3.5.26")), ["1: v3.6.14"]);
    let low = matrix("v3.5.26");
    let outcome = ask_with(&cluster.inventory(), "1.34", Strategy::EveryHop, &low, &[], &[]);
    let Ok(Outcome::Planned { plan, report, .. }) = outcome else { panic!("{outcome:?}") };
    let title = "`matrix.yaml` lowers the entry floor of etcd 3.6 from v3.5.32 to v3.5.26";
    let noted =
        |note: &kubehop::planner::Note| note.severity == Severity::Warning && note.text == title;
    assert!(report.notes.iter().any(noted), "{:#?}", report.notes);
    let mut reasons = plan.steps().flat_map(|(_, step)| &step.because);
    let floor = reasons.find(|reason| reason.rule == "etcd-entry-floor").unwrap();
    assert_eq!(floor.source, "matrix.yaml", "who decided is the source: {floor:#?}");
    let hazards = &plan.hops[0].hazards;
    assert!(hazards.iter().any(|hazard| hazard.title == title), "{hazards:#?}");
    let outcome =
        ask_with(&cluster.inventory(), "1.34", Strategy::EveryHop, &matrix("v3.5.21"), &[], &[]);
    let Ok(Outcome::Planned { plan: worse, .. }) = outcome else { panic!("{outcome:?}") };
    let first = &worse.hops[0].hazards[0];
    assert_eq!(first.id, "etcd-floor-lowered", "a failure is known below v3.5.26: {first:#?}");
    assert_eq!(first.severity, kubehop::plan::HazardSeverity::Blocker);
    // What the data ask of the start is met by v3.5.27, and by an older one it is not.
    assert!(plan.hops[0].covered.iter().any(|covered| covered.id == "etcd-36-134"));
    let older = Cluster::ha("v1.33.5", "v3.5.21").inventory();
    let low = matrix("v3.5.21");
    let outcome = ask_with(&older, "1.34", Strategy::EveryHop, &low, &[], &[]);
    let Ok(Outcome::Planned { plan, .. }) = outcome else { panic!("{outcome:?}") };
    let mut hazards = plan.hops[0].hazards.iter();
    let of_the_data = hazards.find(|hazard| hazard.id == "etcd-36-134").unwrap();
    let meaning = &of_the_data.detect.as_ref().unwrap().meaning;
    assert!(
        meaning.ends_with("This plan goes by `matrix.yaml`, which asks for v3.5.21 only."),
        "{meaning}"
    );
    // Nothing is said where the floor is met anyway, or raised.
    let raised = matrix("v3.5.33");
    let outcome = ask_with(&cluster.inventory(), "1.34", Strategy::EveryHop, &raised, &[], &[]);
    let Ok(Outcome::Planned { plan, report, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(report.notes.iter().all(|note| !note.text.contains("lowers")));
    assert!(plan.hops[0].hazards.iter().all(|hazard| hazard.id != "etcd-floor-lowered"));
    assert_eq!(etcd(&matrix("v3.5.33")), ["1: v3.5.33", "1: v3.6.14"]);
    // A floor above the newest patch with a known image is still met.
    assert_eq!(etcd(&matrix("v3.5.34")), ["1: v3.5.35", "1: v3.6.14"]);
}

#[test]
fn a_node_that_skips_minors_passes_the_kubeadm_releases_that_can_read_the_record() {
    let text = |from: &'static str, to: &str| {
        let plan = planned(&Cluster::at(from, "v3.5.16"), to, Strategy::MinDrains);
        let steps = plan.steps().filter(|(_, step)| step.pool.is_some());
        steps
            .flat_map(|(_, step)| step.because.iter().map(|reason| reason.text.clone()))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(text("v1.27.16", "1.30").contains("kubeadm passes 1.28, 1.29, 1.30 on each node"));
    let at_once = text("v1.28.15", "1.31");
    assert!(at_once.contains("kubeadm goes from 1.28 to 1.31 at once"));
    assert!(at_once.contains("join the node again, or plan with `every-hop`"));

    // A straggler that is levelled first skips minors with every strategy.
    let mut straggler = Cluster::at("v1.31.14", "v3.5.24");
    straggler.workers = vec!["v1.28.15"];
    let plan = planned(&straggler, "1.32", Strategy::EveryHop);
    let reasons = plan.steps().flat_map(|(_, step)| step.because.iter());
    let at_once: Vec<_> = reasons.filter(|reason| reason.text.contains("at once")).collect();
    assert!(!at_once.is_empty());
    assert!(at_once.iter().all(|reason| !reason.text.contains("every-hop")), "{at_once:#?}");
}

#[test]
fn a_manual_install_moves_component_by_component_over_all_instances() {
    let mut cluster = Cluster::ha("v1.29.15", "v3.5.16");
    cluster.provider = "manual";
    let plan = planned(&cluster, "1.30", Strategy::EveryHop);
    let leads: Vec<_> = plan
        .steps()
        .filter(|(_, step)| !step.transitions.is_empty())
        .map(|(_, step)| format!("{} × {}", step.component.unwrap(), step.targets.len()))
        .collect();
    assert_eq!(
        leads,
        [
            "etcd × 3",
            "kube-apiserver × 3",
            "kube-controller-manager × 3",
            "kube-scheduler × 3",
            "kubelet × 3",
            "kubelet × 2",
            "kubectl × 1"
        ]
    );
}

/// The commands are upstream's: for a vendor's build they must not look as if they were meant for it.
#[test]
fn a_vendors_build_is_told_apart() {
    for (version, told) in
        [("v1.29.4-eks-036c24b", true), ("v1.29.4+k3s1", true), ("v1.29.4", false)]
    {
        let plan = planned(&Cluster::at(version, "v3.5.16"), "1.30", Strategy::EveryHop);
        let assumed = plan.assumptions.iter().any(|at| at.id == "vendor-build");
        assert_eq!(assumed, told, "{version}");
    }
}
