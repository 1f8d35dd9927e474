//! Somebody else's plan: every violation is explained, and nothing is asked that a list cannot hold.

use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::diagnostic::Severity;
use kubehop::diagnostic::SourceFile;
use kubehop::finding::Finding;
use kubehop::lint::StepList;
use kubehop::lint::lint;
use kubehop::plan;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use serde_json::json;

const INVENTORY: &str = "\
inventory:
  apiVersion: kubehop.dev/v1alpha1
  kind: ClusterInventory
  metadata: {name: theirs}
  controlPlane:
    nodes:
    - {name: cp-1, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}
    - {name: cp-2, kubeApiserver: v1.35.9, kubeControllerManager: v1.35.9, kubeScheduler: v1.35.9, kubelet: v1.35.9}
  etcd:
    members: [{name: cp-1, version: v3.6.14}, {name: cp-2, version: v3.6.14}]
  kubeProxy: v1.35.9
  nodePools:
  - name: general
    nodes: [{name: w-1, kubelet: v1.35.9}, {name: w-2, kubelet: v1.35.9}]
  clients: [{name: ci, kubectl: v1.35.9}]
to: \"1.36\"
steps:
";

const GOOD: [&str; 7] = [
    "{component: kube-apiserver, from: v1.35.9, to: v1.36.5, targets: [cp-1]}",
    "{component: kube-apiserver, from: v1.35.9, to: v1.36.5, targets: [cp-2]}",
    "{component: kube-controller-manager, from: v1.35.9, to: v1.36.5, targets: [cp-1, cp-2]}",
    "{component: kube-scheduler, from: v1.35.9, to: v1.36.5, targets: [cp-1, cp-2]}",
    "{component: kubelet, from: v1.35.9, to: v1.36.5, targets: [cp-1, cp-2, w-1, w-2]}",
    "{component: kube-proxy, from: v1.35.9, to: v1.36.5}",
    "{component: kubectl, from: v1.35.9, to: v1.36.5, targets: [ci]}",
];

fn file(steps: &[&str]) -> String {
    steps.iter().fold(INVENTORY.to_owned(), |text, step| format!("{text}- {step}\n"))
}

fn linted(text: &str) -> Vec<Finding> {
    let listed = StepList::read(&SourceFile::new("steps.yaml", text))
        .unwrap_or_else(|error| panic!("{}", error.render(false)));
    let (skew, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    lint(&listed, &Catalog::embedded(), &skew, &tool).unwrap()
}

fn found(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_good_list_has_nothing_wrong() {
    assert_eq!(linted(&file(&GOOD)), []);
    let as_json: serde_json::Value = serde_yaml_to_json(&file(&GOOD));
    assert_eq!(linted(&as_json.to_string()), [], "JSON is read as well");
}

fn serde_yaml_to_json(text: &str) -> serde_json::Value {
    kubehop::yaml::read(&SourceFile::new("x.yaml", text)).unwrap()
}

/// The list with one step replaced, or moved.
fn edited(edit: impl FnOnce(&mut Vec<String>)) -> Vec<Finding> {
    let mut steps = GOOD.map(str::to_owned).to_vec();
    edit(&mut steps);
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    linted(&file(&steps))
}

#[test]
fn one_edit_gives_its_codes() {
    type Edit = fn(&mut Vec<String>);
    let cases: [(&str, Edit, &[&str]); 9] = [
        (
            "a kubelet first",
            |steps| {
                let step = steps.remove(4);
                steps.insert(0, step);
            },
            &["SKEW004"],
        ),
        ("a wrong start", |steps| steps[6] = steps[6].replace("v1.35.9", "v1.35.1"), &["PATH001"]),
        (
            "a target that is not there",
            |steps| steps[4] = steps[4].replace("w-2", "w-22"),
            &["PATH002", "PATH008"],
        ),
        ("a target twice", |steps| steps[4] = steps[4].replace("w-2]", "w-2, w-1]"), &["DOC012"]),
        ("a client left behind", |steps| _ = steps.pop(), &["PATH008"]),
        (
            "an API server left behind",
            |steps| _ = steps.remove(1),
            &["PATH007", "PATH008", "SKEW002", "SKEW004", "SKEW005"],
        ),
        (
            "etcd in the middle",
            |steps| {
                steps.insert(
                    1,
                    "{component: etcd, from: v3.6.14, to: v3.6.15, targets: [cp-1, cp-2]}"
                        .to_owned(),
                );
            },
            &["ETCD008"],
        ),
        (
            "etcd late",
            |steps| {
                steps.insert(
                    2,
                    "{component: etcd, from: v3.6.14, to: v3.6.15, targets: [cp-1, cp-2]}"
                        .to_owned(),
                );
            },
            &["ETCD009"],
        ),
        (
            "nothing changes",
            |steps| {
                steps.push(
                    "{component: kubectl, from: v1.36.5, to: v1.36.5, targets: [ci]}".to_owned(),
                );
            },
            &["LINT002"],
        ),
    ];
    for (what, edit, codes) in cases {
        let findings = edited(edit);
        assert_eq!(found(&findings), codes.iter().copied().collect(), "{what}: {findings:#?}");
        for finding in &findings {
            assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{finding:?}");
            assert!(!finding.subject.starts_with("step "), "{what}: {}", finding.subject);
        }
    }
}

#[test]
fn every_violation_is_reported_and_not_only_the_first() {
    let findings = edited(|steps| {
        steps[0] = steps[0].replace("v1.36.5", "v1.37.1");
        steps[4] = steps[4].replace("w-1, w-2", "x-1, x-2");
        steps[6] = steps[6].replace("v1.35.9", "v1.35.1");
    });
    let unknown: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.code == "PATH002")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(unknown.len(), 2, "each target: {unknown:?}");
    for code in ["PATH001", "PATH003", "PATH008", "SKEW001"] {
        assert!(found(&findings).contains(code), "{code}: {findings:#?}");
    }
}

/// A list has no commands, checkpoints, ways back, snapshots, gates, soaks or drains.
#[test]
fn nothing_is_asked_that_a_list_cannot_hold() {
    for name in ["prod-eu-1", "prod-us-1", "lab-1", "prod-ap-1", "prod-eu-2"] {
        let text = std::fs::read_to_string(format!("plans/{name}.plan.yaml")).unwrap();
        let plan = plan::read(&SourceFile::new("plan.yaml", text)).unwrap();
        let inventory = std::fs::read_to_string(format!("plans/{name}.inventory.yaml")).unwrap();
        let inventory: serde_json::Value =
            kubehop::yaml::read(&SourceFile::new("inventory.yaml", inventory)).unwrap();
        let mut steps = Vec::new();
        for (_, step) in plan.steps() {
            for transition in &step.transitions {
                let proxy = transition.component == kubehop::component::Component::KubeProxy
                    && name != "prod-ap-1";
                let targets = if proxy { json!([]) } else { json!(step.targets) };
                steps.push(json!({
                    "component": transition.component,
                    "from": transition.from,
                    "to": transition.to,
                    "targets": targets,
                }));
            }
        }
        let list =
            json!({ "inventory": inventory, "to": plan.to.minor().to_string(), "steps": steps });
        let findings = linted(&list.to_string());
        // A list cannot say that kubeadm moves kube-proxy when it likes to.
        let wrong = findings.iter().filter(|it| it.severity == Severity::Error);
        let wrong: Vec<_> =
            wrong.filter(|it| !["SKEW005", "ORDER001"].contains(&it.code)).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn what_the_inventory_does_not_know_is_said() {
    let text = file(&GOOD).replace("{name: cp-2, version: v3.6.14}", "{name: cp-2}");
    let findings = linted(&text);
    assert_eq!(found(&findings), BTreeSet::from(["LINT001"]));
    assert!(findings[0].message.contains("nothing was checked of it"), "{findings:?}");
    let text =
        file(&GOOD).replace("clients: [{name: ci, kubectl: v1.35.9}]", "clients: [{name: ci}]");
    let findings = linted(&text);
    assert_eq!(found(&findings), BTreeSet::from(["LINT001"]));
    assert!(findings[0].message.contains("`from` of steps[6], is taken"), "{findings:?}");
}

#[test]
fn errors_say_what_and_where() {
    let good = file(&GOOD);
    for (text, message, place, help) in [
        (
            good.replace("component: kubelet", "component: kublet"),
            "unknown variant `kublet`",
            "steps.yaml: steps[4].component:",
            "did you mean `kubelet`?",
        ),
        (
            good.replace("to: \"1.36\"", "to: 1.36"),
            "the number 1.36 to YAML",
            "steps.yaml: to:16:5",
            "kubehop schema",
        ),
        (
            good.replace("to: \"1.36\"", "to: soon"),
            "`soon` is not a Kubernetes version",
            "steps.yaml: to",
            "",
        ),
        (
            good.replace(
                "from: v1.35.9, to: v1.36.5, targets: [ci]",
                "from: v3.5.9, to: v1.36.5, targets: [ci]",
            ),
            "`v3.5.9` is no version of kubectl",
            "steps[6].from",
            "etcd versions belong to etcd",
        ),
        (
            good.replace(", targets: [ci]", ""),
            "it has no targets",
            "steps[6].targets",
            "as the inventory does",
        ),
        (
            good.replace("targets: [ci]", "target: [ci]"),
            "unknown field `target`",
            "steps[6]",
            "did you mean `targets`?",
        ),
        (
            INVENTORY.replace("steps:\n", "steps: []\n"),
            "the list has no steps",
            "steps.yaml: steps",
            "at least one",
        ),
        (good.replace("name: w-2,", "name: w-1,"), "w-1", "inventory.nodePools", ""),
        (
            good.replace("kubeApiserver: v1.35.9", "kubeApiserve: v1.35.9"),
            "unknown field `kubeApiserve`",
            "inventory.controlPlane",
            "did you mean `kubeApiserver`?",
        ),
        ("kind: UpgradePlan\n".to_owned(), "requires kind `StepList`", "kind", "kubehop render"),
    ] {
        let read = StepList::read(&SourceFile::new("steps.yaml", text.as_str()));
        let error = read.map(|_| ()).expect_err(message).render(false);
        for part in [message, place, help] {
            assert!(error.contains(part), "{part} in\n{error}");
        }
    }
    let text = good.replace("name: cp-1, kubeApiserver: v1.35.9,", "name: cp-1,");
    let listed = StepList::read(&SourceFile::new("steps.yaml", text)).unwrap();
    let (skew, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let error = lint(&listed, &Catalog::embedded(), &skew, &tool).unwrap_err();
    assert!(error.render(false).contains("which kube-apiserver runs on `cp-1`"), "{error}");
}
