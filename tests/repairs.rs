//! A scenario for each fault that the property tests have found, with its story.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::catalog::ClusterFacts;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::name::InstanceName;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::planner::Outcome;
use kubehop::planner::PlanError;
use kubehop::planner::Refusal;
use kubehop::planner::Request;
use kubehop::planner::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::search::NoStop;
use kubehop::search::Question;
use kubehop::search::problem;
use kubehop::search::search;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;
use kubehop::version::EtcdMinor;
use kubehop::version::MinorVersion;

fn inventory(provider: &str, parts: &str) -> Inventory {
    let head = "apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\n";
    let text = format!("{head}provider: {provider}\n{parts}");
    Inventory::read(&SourceFile::new("inventory.yaml", text)).unwrap()
}

fn request<'a>(inventory: &'a Inventory, catalog: &'a Catalog, to: &str) -> Request<'a> {
    Request {
        inventory,
        catalog,
        to: to.parse().unwrap(),
        strategy: Strategy::MinDrains,
        pins: BTreeMap::new(),
        avoid: BTreeSet::new(),
        os: OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    }
}

/// The plan, which is clean.
fn planned(request: &Request<'_>) -> Plan {
    let outcome = plan(request);
    let Ok(Outcome::Planned { plan, .. }) = outcome else { panic!("no plan: {outcome:?}") };
    let facts = CatalogFacts::new(request.catalog, &plan).unwrap();
    let findings = verify(&plan, &facts, &request.policy, &request.tool, None);
    let errors: Vec<_> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    *plan
}

fn moves(plan: &Plan, component: Component) -> Vec<&Step> {
    let moves = |step: &&Step| step.transitions.iter().any(|moved| moved.component == component);
    plan.steps().map(|(_, step)| step).filter(moves).collect()
}

/// Every subset of the cohorts used to be a state of its own, and kubelets of many minors ran into
/// the cap of the search.
#[test]
fn kubelets_of_many_minors_stay_within_the_cap() {
    let node =
        |prefix: &str, minor: u64| format!("{{name: {prefix}-{minor}, kubelet: v1.{minor}.0}}");
    let workers: Vec<_> = (26..=29).map(|minor| node("w", minor)).collect();
    let masters: Vec<_> = (26..=29)
        .map(|minor| format!("{{name: cp-{minor}, kubeApiserver: v1.29.1, kubelet: v1.{minor}.0}}"))
        .collect();
    let inventory = inventory(
        "manual",
        &format!(
            "controlPlane: {{nodes: [{}]}}\nkubeProxy: v1.27.0\nnodePools: [{{name: p, nodes: [{}]}}]\n",
            masters.join(", "),
            workers.join(", "),
        ),
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.37"));
    assert_eq!(plan.summary.hops, 8);
}

/// Neither the kubelets nor kube-proxy could move, since the other would have been too far from it:
/// there was no way back for nodes that were left behind as a whole.
#[test]
fn nodes_that_were_left_behind_as_a_whole_are_repaired() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.28.2, kubelet: v1.24.3}]}\nkubeProxy: v1.24.3\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.29"));
    assert_eq!(moves(&plan, Component::Kubelet).len(), 2, "to 1.28 and to 1.29");
}

/// kubeadm moves the node before kube-proxy follows; the search looked at the end of that only.
#[test]
fn a_kube_proxy_at_the_edge_moves_before_the_hop() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.24.1}]}\nkubeProxy: v1.22.9\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.25"));
    let steps = moves(&plan, Component::KubeProxy);
    let apiserver = moves(&plan, Component::KubeApiserver)[0].id;
    assert!(steps.len() == 2 && steps[0].id < apiserver, "{:?}", steps.len());
}

/// A step on nodes whose kubelet has moved already said that it was about the kubelet.
#[test]
fn a_node_step_that_moves_kube_proxy_alone_says_so() {
    let inventory = inventory(
        "manual",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.27.16}]}\nkubeProxy: v1.26.1\n\
         nodePools: [{name: p, nodes: [{name: w, kubelet: v1.27.16}]}]\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "v1.27.16"));
    let steps = moves(&plan, Component::KubeProxy);
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].component, Some(Component::KubeProxy));
}

/// The pin was passed over in silence.
#[test]
fn a_pin_against_the_target_is_refused() {
    let inventory =
        inventory("kubeadm", "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.24.1}]}\n");
    let catalog = Catalog::embedded();
    let pins = BTreeMap::from([(MinorVersion::new(1, 25), "v1.25.15".parse().unwrap())]);
    let request = Request { pins, ..request(&inventory, &catalog, "v1.25.16") };
    let Err(PlanError::NoStop(why)) = plan(&request) else { panic!("the pin was ignored") };
    assert!(matches!(*why, NoStop::NothingLeft { .. }), "{why:?}");
}

/// The minor that kubeadm itself asks of a stacked etcd was above the highest one that the search
/// tried, wherever the matrix asked for less.
#[test]
fn etcd_goes_as_far_as_kubeadm_asks() {
    let catalog = Catalog::embedded();
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.30.1, kubelet: v1.30.1}]}\n\
         etcd: {members: [{name: cp, version: v3.5.15}]}\n",
    );
    let mut request = request(&inventory, &catalog, "1.31");
    request.tool.stacked_etcd_from = (MinorVersion::new(1, 31), EtcdMinor::new(3, 6));
    let problem = problem(&Question {
        inventory: &inventory,
        catalog: &catalog,
        to: &request.to,
        strategy: request.strategy,
        pins: &request.pins,
        avoid: &request.avoid,
        policy: &request.policy,
        tool: &request.tool,
        facts: &ClusterFacts::default(),
    })
    .unwrap();
    assert_eq!(search(&problem).unwrap().cost.etcd_restarts, 2, "the floor of 3.6, then 3.6");
}

/// The verifier took the completion of a half-done hop for a stop that passes over the pin.
#[test]
fn a_half_done_hop_is_completed_before_the_pin_is_reached() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.30.5}, {name: b, kubeApiserver: v1.29.5}]}\n",
    );
    let catalog = Catalog::embedded();
    let pins = BTreeMap::from([(MinorVersion::new(1, 30), "v1.30.14".parse().unwrap())]);
    let plan = planned(&Request { pins, ..request(&inventory, &catalog, "1.30") });
    assert_eq!(plan.summary.hops, 2);
}

/// The verifier refused to level members of two minors while the control plane was half done too,
/// though both were found so and etcd comes first.
#[test]
fn etcd_and_the_control_plane_may_both_be_found_half_done() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.34.1}, {name: b, kubeApiserver: v1.33.5}]}\n\
         etcd: {members: [{name: a, version: v3.6.5}, {name: b, version: v3.5.32}]}\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "v1.34.1"));
    let (etcd, apiserver) =
        (moves(&plan, Component::Etcd)[0].id, moves(&plan, Component::KubeApiserver)[0].id);
    assert!(etcd < apiserver);
}

/// The verifier wanted clients of the target's own minor, though a newer one is within the policy.
#[test]
fn a_newer_client_need_not_go_back() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.29.3, kubelet: v1.29.3}]}\n\
         clients: [{name: laptop, kubectl: v1.31.0}]\nkubeProxy: v1.29.3\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.30"));
    let clients = moves(&plan, Component::Kubectl);
    assert_eq!(clients.len(), 2, "down into the range of 1.29, then up with 1.30");
    let newer = inventory_with_newer_client();
    let plan = planned(&request(&newer, &Catalog::embedded(), "1.30"));
    assert!(moves(&plan, Component::Kubectl).is_empty());
}

fn inventory_with_newer_client() -> Inventory {
    inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.30.1, kubelet: v1.30.1}]}\n\
         clients: [{name: laptop, kubectl: v1.31.0}]\nkubeProxy: v1.30.1\n",
    )
}

/// `kubeadm upgrade apply` moves etcd of the first node together with its API server. Left there, the
/// other members are a minor behind and below the floor: they had no way to the others, and the answer
/// sent people after a newer matrix.
#[test]
fn members_that_kubeadm_left_below_the_floor_catch_up_first() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.34.1}, {name: b, kubeApiserver: v1.33.5}, {name: c, kubeApiserver: v1.33.5}]}\n\
         etcd: {members: [{name: a, version: v3.6.4}, {name: b, version: v3.5.21}, {name: c, version: v3.5.21}]}\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.34"));
    let told: Vec<String> = moves(&plan, Component::Etcd)
        .into_iter()
        .map(|step| {
            let targets: Vec<&str> = step.targets.iter().map(InstanceName::as_str).collect();
            let moved = &step.transitions[0];
            format!("{} to {}: {}", moved.from, moved.to, targets.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        ["v3.5.21 to v3.5.33: b c", "v3.5.33 to v3.6.14: b c", "v3.6.4 to v3.6.14: a"],
        "each step from one minor, and none but those that are behind"
    );
}

/// The record of a half-done hop names the new release already, so `kubeadm upgrade node` of the old
/// kubeadm would render that one: etcd is moved by hand there, and nothing else with it.
#[test]
fn kubeadm_is_not_asked_to_move_etcd_in_a_half_done_hop() {
    let nodes = |second: &str| {
        format!(
            "controlPlane: {{nodes: [{{name: a, kubeApiserver: v1.34.1}}, {{name: b, kubeApiserver: {second}}}]}}\n\
             etcd: {{members: [{{name: a, version: v3.6.4}}, {{name: b, version: v3.6.3}}]}}\n"
        )
    };
    for (second, record, by_kubeadm) in [
        ("v1.34.1", "", true),
        ("v1.33.5", "", false),
        ("v1.34.1", "kubeadm: {kubernetesVersion: v1.35.1}\n", false),
        ("v1.34.1", "kubeadm: {kubernetesVersion: v1.34.1}\n", true),
    ] {
        let inventory = inventory("kubeadm", &(nodes(second) + record));
        let plan = planned(&request(&inventory, &Catalog::embedded(), "1.35"));
        let step = moves(&plan, Component::Etcd)[0];
        let text: String = step.commands.iter().map(|command| command.run.as_str()).collect();
        assert_eq!(
            text.contains("kubeadm upgrade node phase control-plane"),
            by_kubeadm,
            "{second} {record}"
        );
        assert!(by_kubeadm || text.contains("manifests/etcd.yaml"), "{text}");
    }
}

/// Nodes were drained for the old patch at which a hop had been left, and again for the newer one.
#[test]
fn nodes_wait_for_the_patch_that_follows_a_half_done_hop() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.31.4, kubelet: v1.30.14}, {name: b, kubeApiserver: v1.30.14, kubelet: v1.30.14}]}\n\
         nodePools: [{name: w, count: 4, kubelet: v1.30.14}]\nkubeProxy: v1.30.14\n",
    );
    let catalog = Catalog::embedded();
    let request = Request { strategy: Strategy::EveryHop, ..request(&inventory, &catalog, "1.31") };
    let plan = planned(&request);
    assert_eq!(plan.summary.drains, 6, "every node once");
}

/// A controller that was left behind on its own has no kube-apiserver to take back.
#[test]
fn completing_a_node_takes_back_only_what_it_moved() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.30.14, kubeControllerManager: v1.29.4, kubeScheduler: v1.30.14}]}\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "v1.30.14"));
    let step = moves(&plan, Component::KubeControllerManager)[0];
    assert!(step.because[0].text.contains("kube-controller-manager v1.29.4"), "{:?}", step.because);
    let back: String = step.rollback.commands.iter().map(|command| command.run.as_str()).collect();
    assert!(back.contains("kube-controller-manager:v1.29.4"), "{back}");
    assert!(!back.contains("kube-apiserver") && !back.contains("apt-get"), "{back}");
    let runs: String = step.commands.iter().map(|command| command.run.as_str()).collect();
    assert!(runs.contains("grep -xF 'kubernetesVersion: v1.30.14'"), "{runs}");
}

/// A refusal listed every rule that stood against a step, and ways out that could not help.
#[test]
fn a_refusal_gives_as_few_reasons_as_refuse_everything() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: a, kubeApiserver: v1.33.5}, {name: b, kubeApiserver: v1.33.5}]}\n\
         etcd: {members: [{name: a, version: v3.6.4}, {name: b, version: v3.4.21}]}\n",
    );
    let catalog = Catalog::embedded();
    let error = plan(&request(&inventory, &catalog, "1.34")).unwrap_err();
    let refusal = Refusal::of(&error).unwrap();
    let rules: Vec<&str> = refusal.conflicts.iter().map(|at| at.rule.as_str()).collect();
    assert_eq!(rules, ["etcd-one-minor", "etcd-one-version"], "{refusal:#?}");
    assert_eq!(refusal.ways_out.len(), 1, "{refusal:#?}");
}

/// All lists of a pool with nodes on several minors were one file, so a step could work through the
/// nodes of another.
#[test]
fn every_list_of_a_mixed_pool_has_a_file_of_its_own() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.31.4, kubelet: v1.31.4}]}\n\
         nodePools:\n- name: g\n  nodes: [{name: a, kubelet: v1.30.4}, {name: b, kubelet: v1.29.4}, {name: c, kubelet: v1.31.4}]\n\
         - name: g-2\n  nodes: [{name: d, kubelet: v1.31.4}]\n",
    );
    let catalog = Catalog::embedded();
    let every_hop =
        Request { strategy: Strategy::EveryHop, ..request(&inventory, &catalog, "1.33") };
    let plan = planned(&every_hop);
    let mut files = BTreeMap::new();
    let steps = moves(&plan, Component::Kubelet);
    for step in steps.iter().filter(|step| step.pool.is_some()) {
        let set = &step.commands[0].run;
        let file = set.split_whitespace().find_map(|word| word.strip_prefix("LIST=")).unwrap();
        let lists: &mut BTreeSet<_> = files.entry(file.to_owned()).or_default();
        lists.insert((step.pool.clone(), step.targets.clone()));
    }
    assert!(files.len() >= 4, "{files:?}");
    assert!(files.values().all(|lists| lists.len() == 1), "{files:#?}");
}

/// A blocker that the plan's own steps settle cannot be ticked before the hop, and one that concerns
/// only patches before the stop says to take a later patch of a plan that does.
#[test]
fn what_the_plan_settles_is_no_blocker() {
    let inventory = inventory(
        "kubeadm",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.33.9, kubelet: v1.33.9}]}\n\
         etcd: {members: [{name: cp, version: v3.5.21}]}\n",
    );
    let catalog = Catalog::embedded();
    let plan = planned(&request(&inventory, &catalog, "v1.34.13"));
    let hop = &plan.hops[0];
    let of = |id: &str| hop.hazards.iter().find(|hazard| hazard.id == id);
    let covered = hop.covered.iter().find(|covered| covered.id == "etcd-36-134").unwrap();
    let etcd: Vec<_> = moves(&plan, Component::Etcd).iter().map(|step| step.id).collect();
    assert_eq!(covered.steps, etcd, "both moves");
    assert!(covered.how.contains("v3.5.33") && of("etcd-36-134").is_none());
    assert!(of("etcd-v2store-134").is_some());
    let learner = &of("etcd-learner-134").unwrap().detect.as_ref().unwrap().command;
    assert!(learner.starts_with("etcdctl() { kubectl -n kube-system exec etcd-cp "), "{learner}");
    assert!(of("sts-rollout-134").is_none());
    assert!(hop.ruled_out.iter().any(|hazard| hazard.id == "sts-rollout-134"));
    assert!(hop.ruled_out.iter().any(|hazard| hazard.id == "kubeadm-etcd-hash-128"));
    let rollout = catalog.hazards().unwrap().get("sts-rollout-134").unwrap();
    let meets = |to: &str| rollout.meets(&plan.from, &to.parse().unwrap());
    assert!(meets("v1.34.1") && !meets("v1.34.2"));
}

/// Whether a hazard concerns the releases that a hop starts from was not asked.
#[test]
fn a_hazard_of_the_start_is_met_where_the_hop_starts_there() {
    let catalog = Catalog::embedded();
    let hazards = catalog.hazards().unwrap();
    let hash = hazards.get("kubeadm-etcd-hash-128").unwrap();
    let meets = |from: &str, to: &str| hash.meets(&from.parse().unwrap(), &to.parse().unwrap());
    assert!(meets("v1.28.1", "v1.29.14") && meets("v1.28.0", "v1.28.15"));
    assert!(!meets("v1.27.16", "v1.28.15") && !meets("v1.28.3", "v1.29.14"));
}

/// In a hop that was found half done the last node of the list may have moved already; the point of no
/// return was looked for there.
#[test]
fn the_last_node_to_move_is_the_point_of_no_return() {
    let node = |name: &str, minor| {
        format!("{{name: {name}, kubeApiserver: v1.{minor}.5, kubelet: v1.33.5}}")
    };
    let nodes = [node("a", 33), node("b", 33), node("c", 34)].join(", ");
    let parts = format!(
        "controlPlane: {{nodes: [{nodes}]}}\netcd: {{members: [{{name: a, version: v3.6.14}}, {{name: b, version: v3.6.14}}, {{name: c, version: v3.6.14}}]}}\n"
    );
    let inventory = inventory("kubeadm", &parts);
    let plan = planned(&request(&inventory, &Catalog::embedded(), "v1.34.5"));
    let steps = moves(&plan, Component::KubeApiserver);
    let possible: Vec<bool> = steps.iter().map(|step| step.rollback.possible).collect();
    assert_eq!(possible, [true, false]);
}

/// Of two workers the one with the older kubelet had to move first, even where the other one had to
/// move for its kube-proxy alone: a drain too many.
#[test]
fn a_node_moves_alone_for_its_kube_proxy() {
    let inventory = inventory(
        "manual",
        "controlPlane: {nodes: [{name: cp, kubeApiserver: v1.27.16, kubelet: v1.27.16}]}\n\
         kubeProxy: v1.25.16\n\
         nodePools: [{name: p, nodes: [{name: old, kubelet: v1.24.17}, {name: new, kubelet: v1.28.15}]}]\n",
    );
    let plan = planned(&request(&inventory, &Catalog::embedded(), "1.29"));
    assert_eq!(plan.summary.drains, 6, "each node once before 1.29, and once with it");
}

/// Where `kubeadm upgrade apply` broke off before it wrote its record, the pre-flight called the plan
/// stale for ever: in a half-done hop the record is looked at where it is followed, not before.
#[test]
fn the_record_of_a_half_done_hop_may_name_either_release() {
    let of = |second: &str| {
        let nodes = format!(
            "controlPlane: {{nodes: [{{name: a, kubeApiserver: v1.30.5}}, {{name: b, kubeApiserver: {second}}}]}}\n"
        );
        let plan =
            planned(&request(&inventory("kubeadm", &nodes), &Catalog::embedded(), "v1.31.14"));
        let first = plan.hops[0].steps[0].checkpoints.iter();
        let asked = first.filter(|check| check.id == "cluster-configuration").count();
        let commands = plan.hops[0].steps.iter().flat_map(|step| &step.commands);
        let looked = commands.filter(|command| command.run.contains("grep -xF 'kubernetesVersion"));
        (asked, looked.count())
    };
    assert_eq!(of("v1.30.5"), (1, 0), "level");
    assert_eq!(of("v1.29.5"), (0, 1), "half done");
}

/// On a manual install kube-proxy is a service of each node. One that is behind on a single node used to
/// be taken for a rollout that would finish by itself, so that it stayed behind.
#[test]
fn kube_proxy_of_a_single_node_is_brought_up() {
    let parts = "controlPlane:
  nodes: [{name: c-1, kubeApiserver: v1.30.14, kubeControllerManager: v1.30.14, kubeScheduler: v1.30.14}]
etcd: {topology: external, members: [{name: e-1, version: v3.5.33}]}
kubeProxy: v1.30.14
nodePools:
- name: general
  nodes: [{name: w-1, kubelet: v1.30.14}, {name: w-2, kubelet: v1.30.14, kubeProxy: v1.27.16}]
";
    let (now, catalog) = (inventory("manual", parts), Catalog::embedded());
    let plan = planned(&request(&now, &catalog, "1.31"));
    let behind: Vec<&Step> = moves(&plan, Component::KubeProxy)
        .into_iter()
        .filter(|step| step.targets.iter().any(|name| name.as_str() == "w-2"))
        .collect();
    let from: Vec<String> = behind
        .iter()
        .flat_map(|step| &step.transitions)
        .filter(|moved| moved.component == Component::KubeProxy)
        .map(|moved| moved.from.to_string())
        .collect();
    assert_eq!(from.first().map(String::as_str), Some("v1.27.16"), "{from:?}");
    // Three minors behind is as far as the policy goes: it moves before the control plane does.
    let place = |step: &Step| plan.steps().position(|(_, it)| it.id == step.id).unwrap();
    assert!(place(behind[0]) < place(moves(&plan, Component::KubeApiserver)[0]));
    assert!(plan.assumptions.iter().all(|it| it.id != "kube-proxy-rollout"));
    let facts = CatalogFacts::new(&catalog, &plan).unwrap();
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let findings = verify(&plan, &facts, &policy, &tool, Some(&now));
    assert!(findings.iter().all(|it| it.code != "BASIS004"), "{findings:#?}");
}
