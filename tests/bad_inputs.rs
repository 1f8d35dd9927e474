//! What is wrong with an input is said in full: what, where, what to do. Nothing is printed as an
//! answer, nothing panics, nothing hangs.
//!
//! The table runs the program itself; the property test below changes real documents at random and
//! stays in the library.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "the figures are for people")]
#![allow(clippy::too_many_lines, reason = "tables are long")]

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::LazyLock;

use proptest::prelude::*;

use kubehop::catalog::Catalog;
use kubehop::diagnostic::Diagnostic;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::plan::Plan;
use kubehop::planner::Outcome;
use kubehop::planner::Request;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::render::Options;
use kubehop::render::Overrides;
use kubehop::render::Renderer;
use kubehop::verify::CatalogFacts;
use kubehop::verify::verify;

const INVENTORY: &str = "\
apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
metadata: {name: prod}
controlPlane:
  nodes:
  - {name: cp-1, kubeApiserver: v1.29.4, kubeControllerManager: v1.29.4, kubeScheduler: v1.29.4, kubelet: v1.29.4}
etcd:
  members: [{name: cp-1, version: 3.5.10}]
kubeProxy: v1.29.4
nodePools:
- {name: general, count: 3, kubelet: v1.29.4}
- {name: batch, nodes: [{name: b-1, kubelet: v1.28.4}, {name: b-2, kubelet: v1.29.4}]}
clients: [{name: ci, kubectl: v1.29.4}]
";

const NO_NODES: &[u8] = b"\
apiVersion: kubehop.dev/v1alpha1
kind: ClusterInventory
controlPlane: {nodes: []}
";

const MATRIX: &str = "\
apiVersion: kubehop.dev/v1alpha1
kind: EtcdMatrix
metadata: {name: ours}
kubernetes:
  \"1.34\": {default: v3.6.12, minimum: v3.5.30, accepted: [\"3.5\", \"3.6\"]}
entries:
- {from: \"3.5\", to: \"3.6\", floor: v3.5.30}
releases:
  \"3.6\": {images: [3.6.15-0, v3.6.16, 3.6.17-0], v3.6.17: 2026-11-30}
avoid:
- {from: v3.6.17, to: v3.6.17, reason: it broke our staging}
recommended: {\"3.5\": v3.5.33}
";

const CATALOG: &str = "\
apiVersion: kubehop.dev/v1alpha1
kind: Catalog
metadata: {name: ours}
";

/// A plan for [`INVENTORY`].
static PLAN: LazyLock<String> = LazyLock::new(|| {
    let inventory = Inventory::read(&SourceFile::new("inventory.yaml", INVENTORY)).unwrap();
    kubehop::yaml::write(&planned(&inventory, "1.30").unwrap()).unwrap()
});

/// A plan, where there is one.
fn planned(inventory: &Inventory, to: &str) -> Option<Plan> {
    let catalog = Catalog::embedded();
    let request = Request {
        inventory,
        catalog: &catalog,
        to: to.parse().unwrap(),
        strategy: kubehop::cluster::Strategy::MinDrains,
        pins: std::collections::BTreeMap::new(),
        avoid: std::collections::BTreeSet::new(),
        os: kubehop::cluster::OsFamily::Debian,
        strict: false,
        etcd: None,
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match kubehop::planner::plan(&request) {
        Ok(Outcome::Planned { plan, .. }) => Some(*plan),
        Ok(Outcome::NothingToDo { .. }) | Err(_) => None,
    }
}

/// A document with one thing in it changed.
fn edited(text: &str, from: &str, to: &str) -> Vec<u8> {
    assert!(text.contains(from), "nothing to change: {from}");
    text.replacen(from, to, 1).into_bytes()
}

/// One bad input: the arguments (`@` is the file), the file, and what must be said.
struct Bad {
    arguments: &'static str,
    file: Option<(&'static str, Vec<u8>)>,
    exit: i32,
    says: &'static [&'static str],
}

fn usage(arguments: &'static str, says: &'static [&'static str]) -> Bad {
    Bad { arguments, file: None, exit: 2, says }
}

fn refused(arguments: &'static str, says: &'static [&'static str]) -> Bad {
    Bad { arguments, file: None, exit: 1, says }
}

fn file(
    arguments: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
    says: &'static [&'static str],
) -> Bad {
    Bad { arguments, file: Some((name, bytes)), exit: 2, says }
}

fn inventory(from: &str, to: &str, says: &'static [&'static str]) -> Bad {
    file("plan --inventory @ --to 1.30", "inventory.yaml", edited(INVENTORY, from, to), says)
}

fn plan(from: &str, to: &str, says: &'static [&'static str]) -> Bad {
    file("verify @", "plan.yaml", edited(&PLAN, from, to), says)
}

fn matrix(from: &str, to: &str, says: &'static [&'static str]) -> Bad {
    let bytes = edited(MATRIX, from, to);
    file("plan --from 1.33 --to 1.34 --etcd-matrix @", "matrix.yaml", bytes, says)
}

fn catalog(body: &str, says: &'static [&'static str]) -> Bad {
    let bytes = format!("{CATALOG}{body}").into_bytes();
    file("plan --from 1.33 --to 1.34 --catalog @", "ours.yaml", bytes, says)
}

fn template(text: &str, says: &'static [&'static str]) -> Bad {
    file("plan --from 1.33 --to 1.34 -o md --template @", "mine.j2", text.into(), says)
}

const FORM: &str = "help: the form of every document is printed by `kubehop schema";
const RELEASE: &str = "expected a form like `v1.30.4`";

fn inventories() -> Vec<Bad> {
    let raw = |bytes: &[u8], says| {
        file("plan --inventory @ --to 1.30", "inventory.yaml", bytes.to_vec(), says)
    };
    vec![
        inventory(
            "{name: prod}",
            "{name: prod",
            &["did not find expected", "inventory.yaml:", FORM],
        ),
        inventory(
            "  members",
            "\tmembers",
            &["cannot start any token", "inventory.yaml:8:1", FORM],
        ),
        raw(b"", &["the document is empty", "inventory.yaml", FORM]),
        raw(b"# only a remark\n", &["the document is empty", "inventory.yaml", FORM]),
        raw(b"---\n# nothing\n...\n", &["the document is empty", "inventory.yaml", FORM]),
        raw(b"just text\n", &["requires a mapping of keys to values", "inventory.yaml:1:1", FORM]),
        raw(b"[1, 2]\n", &["requires a mapping of keys to values", "inventory.yaml:1:1", FORM]),
        raw(
            b"a: b\nc: \xff\xfe\n",
            &["is not UTF-8 text from line 2 on", "inventory.yaml", "help: save it as UTF-8"],
        ),
        raw(b"\0\x01", &["control characters are not allowed", "inventory.yaml:1:1", FORM]),
        raw(
            format!("a: {}", "[".repeat(200_000)).as_bytes(),
            &["more than 10000 brackets are open", "inventory.yaml:1:1", "help: close"],
        ),
        raw(
            format!("{INVENTORY}---\n{INVENTORY}").as_bytes(),
            &[
                "the file holds more than one document; the next one begins here",
                "inventory.yaml:14:1",
                "help: put each document into a file of its own",
            ],
        ),
        raw(
            b"x1: &x1 [y, y, y]\nx2: &x2 [*x1, *x1, *x1]\nx3: [*x2, *x2]\n",
            &["unknown field `x1`", "inventory.yaml:1:1", FORM],
        ),
        raw(
            NO_NODES,
            &[
                "the inventory has no control-plane node",
                "controlPlane.nodes",
                "help: name at least one node",
            ],
        ),
        raw(
            b"apiVersion: kubehop.dev/v1alpha1\nkind: ClusterInventory\n",
            &["missing field `controlPlane`", "inventory.yaml", FORM],
        ),
    ]
}

fn values() -> Vec<Bad> {
    vec![
        inventory(
            "count: 3",
            "count: three",
            &["requires a whole number, 0 or more", "nodePools[0].count:11:26", FORM],
        ),
        inventory(
            "count: 3",
            "count: -3",
            &["integer `-3`; requires a whole number", "nodePools[0].count:11:26", FORM],
        ),
        inventory(
            "count: 3",
            "count: 99999999999999999999999",
            &["requires a whole number", "nodePools[0].count:11:26", FORM],
        ),
        inventory(
            "count: 3",
            "count: 99999999",
            &[
                "the pool counts 99999999 nodes, more than 20000",
                "nodePools[0].count",
                "help: check the count",
            ],
        ),
        inventory(
            "count: 3",
            "nodes: [], count: 3",
            &[
                "has both `nodes` and `count`",
                "nodePools[0].count",
                "help: name the nodes, or count them",
            ],
        ),
        inventory(
            "count: 3, kubelet: v1.29.4",
            "count: 3",
            &["lacks its `kubelet` version", "nodePools[0].kubelet", "help: add `kubelet: v1.X.Y`"],
        ),
        inventory(
            "count: 3, ",
            "",
            &["has neither `nodes` nor `count`", "nodePools[0].nodes", "help: name the nodes"],
        ),
        inventory(
            "kubeProxy:",
            "kubeproxy:",
            &["unknown field `kubeproxy`", "inventory.yaml:9:1", "help: did you mean `kubeProxy`?"],
        ),
        inventory(
            "kubelet: v1.28.4",
            "kubelte: v1.28.4",
            &[
                "unknown field `kubelte`",
                "nodePools[1].nodes[0]:12:",
                "help: did you mean `kubelet`?",
            ],
        ),
        inventory(
            "kubeProxy:",
            "kubeProxy: v1.29.4\nkubeProxy:",
            &["duplicate field `kubeProxy`", "inventory.yaml:10:1", "help: keep one of the two"],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: 1.30",
            &[
                "a bare version is the number 1.3",
                "kubeProxy:9:12",
                "requires a text such as v1.30.4",
                FORM,
            ],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: 1",
            &["`1` is a number; requires v1.30.4", "kubeProxy:9:12", FORM],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: ''",
            &["`` is not a Kubernetes version", "kubeProxy:9:12", RELEASE],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: latest",
            &["`latest` is not a Kubernetes version", "kubeProxy:9:12", RELEASE],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: v1.30.x",
            &["`v1.30.x` is not a Kubernetes version", "kubeProxy:9:12", RELEASE],
        ),
        inventory(
            "kubeProxy: v1.29.4",
            "kubeProxy: v1.99999999999999999999.0",
            &["is not a Kubernetes version", "kubeProxy:9:12", RELEASE],
        ),
        inventory(
            "version: 3.5.10",
            "version: v1.29.4",
            &[
                "`v1.29.4` is not an etcd version",
                "etcd.members[0].version:8:35",
                "expected a form like `v3.5.21`",
            ],
        ),
        inventory(
            "version: 3.5.10",
            "version: 3.5",
            &[
                "a bare version is the number 3.5",
                "etcd.members[0].version:8:35",
                "requires a text such as v3.5.21",
            ],
        ),
        inventory(
            "kubelet: v1.29.4}\n",
            "kubelet: v1.29.4}\n  - {name: cp-1, kubeApiserver: v1.29.4}\n",
            &[
                "the node `cp-1` is named twice",
                "controlPlane.nodes[1].name",
                "help: give every node a name of its own",
            ],
        ),
        inventory(
            "name: batch",
            "name: general",
            &[
                "the pool `general` is named twice",
                "nodePools[1].name",
                "help: give every pool a name of its own",
            ],
        ),
        inventory(
            "name: ci",
            "name: -ci",
            &["`-ci` is not a name: it starts with `-`", "clients[0]", FORM],
        ),
        inventory(
            "name: b-2",
            "name: 'b 2'",
            &["contains white space", "nodePools[1].nodes[1]", FORM],
        ),
        inventory(
            "name: b-2",
            "name: 'B_2;reboot'",
            &[
                "`B_2;reboot` is no name of a node; Kubernetes requires lower-case letters",
                "nodePools[1].nodes[1].name",
                "help: name nodes as `kubectl get nodes` does",
            ],
        ),
        inventory(
            "name: batch",
            "name: ../../etc",
            &["`../../etc` is not a name: it contains `/`", "nodePools[1]", FORM],
        ),
        // Counted pools with one name have nodes of one name too; the pool is what is wrong.
        inventory(
            "name: batch, nodes: [{name: b-1, kubelet: v1.28.4}, {name: b-2, kubelet: v1.29.4}]",
            "name: general, count: 2, kubelet: v1.28.4",
            &["the pool `general` is named twice", "nodePools[1].name", "stands at nodePools[0]"],
        ),
        inventory(
            "members: [{name: cp-1,",
            "members: [{name: etcd-x,",
            &[
                "the member `etcd-x` of the stacked etcd is no control-plane node",
                "etcd.members[0].name",
                "help: name one member for each control-plane node",
                "`topology: external`",
            ],
        ),
        inventory(
            "kubelet: v1.29.4}\n",
            "kubelet: v1.29.4}\n  - {name: cp-2, kubeApiserver: v1.29.4}\n",
            &[
                "the control-plane node `cp-2` has no member of the stacked etcd",
                "controlPlane.nodes[1].name",
                "help: name one member for each control-plane node",
            ],
        ),
        inventory(
            "kind: ClusterInventory",
            "kind: Cluster",
            &[
                "the document is of kind `Cluster`; requires kind `ClusterInventory`",
                "kind:2:7",
                "help: did you mean `ClusterInventory`?",
            ],
        ),
        inventory(
            "v1alpha1",
            "v1beta1",
            &[
                "unknown variant `kubehop.dev/v1beta1`",
                "apiVersion:1:13",
                "help: did you mean `kubehop.dev/v1alpha1`?",
            ],
        ),
        inventory(
            "kubeProxy:",
            "provider: kops\nkubeProxy:",
            &["unknown variant `kops`, expected `kubeadm` or `manual`", "provider:9:11", FORM],
        ),
        inventory("kubeProxy:", "observedAt: yesterday\nkubeProxy:", &["observedAt:9:13", FORM]),
        file(
            "plan --inventory @ --to 1.31",
            "plan.yaml",
            PLAN.clone().into(),
            &[
                "kind `UpgradePlan`; requires kind `ClusterInventory`",
                "plan.yaml: kind:2:7",
                "help: a plan goes to `kubehop render`",
            ],
        ),
        usage(
            "plan --inventory nowhere.yaml --to 1.30",
            &["cannot read `nowhere.yaml`", "help: name a readable file"],
        ),
        usage("plan --inventory . --to 1.30", &["cannot read `.`", "help: name a readable file"]),
    ]
}

fn flags() -> Vec<Bad> {
    const HELP: &str = "try '--help'";
    vec![
        usage(
            "plan --from 1.29 --to 1.30 --frobnicate",
            &["unexpected argument '--frobnicate'", "Usage: kubehop plan", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --stratgy min-drains",
            &["unexpected argument '--stratgy'", "'--strategy'", HELP],
        ),
        usage(
            "plan --from 1.29 --inventory x.yaml --to 1.30",
            &["'--from <VERSION>' cannot be used with '--inventory <FILE>'", HELP],
        ),
        usage(
            "plan --inventory x.yaml --etcd 3.5.10 --to 1.30",
            &["cannot be used with", "--etcd <VERSION>", HELP],
        ),
        usage(
            "plan --from 1.29",
            &["required arguments were not provided", "--to <VERSION>", HELP],
        ),
        usage(
            "plan --to 1.30",
            &["<--from <VERSION>|--inventory <FILE>|--from-dump <PATH>...|--context <CTX>", HELP],
        ),
        usage(
            "plan --from latest --to 1.30",
            &[
                "`latest` is not a Kubernetes version",
                "--from <VERSION>",
                "expected a form like `1.30` or `v1.30.4`",
            ],
        ),
        usage("plan --from= --to 1.30", &["--from <VERSION>", HELP]),
        usage(
            "plan --from 1.30.x --to 1.31",
            &["`1.30.x` is not a Kubernetes version", "--from <VERSION>", HELP],
        ),
        usage(
            "plan --from 1.99999999999999999999 --to 1.31",
            &["is not a Kubernetes version", "--from <VERSION>", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --pin 1.30",
            &[
                "requires a minor and a release, such as `1.29=v1.29.9`",
                "--pin <MINOR=VERSION>",
                HELP,
            ],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --pin 1.30=1.29.4",
            &["`v1.29.4` is not a release of 1.30", "--pin <MINOR=VERSION>", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --pin 1.30=v1.30.4 --avoid v1.30.4",
            &[
                "`v1.30.4` is both pinned and to be avoided",
                "help: drop one of `--pin` and `--avoid`",
            ],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --pin 1.30=v1.30.4 --pin 1.30=v1.30.5",
            &[
                "`--pin` names both `v1.30.4` and `v1.30.5` for 1.30",
                "help: pin one release a minor",
            ],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --avoid latest",
            &["`latest` is not a Kubernetes version", "--avoid <VERSION>", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --control-plane-nodes 0",
            &["0 is not in 1..=9", "--control-plane-nodes", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --workers 99999999",
            &["99999999 is not in 0..=20000", "--workers", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --etcd 3.5",
            &["`3.5` is not an etcd version", "--etcd <VERSION>", "expected a form like `v3.5.21`"],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --etcd v1.29.4",
            &["`v1.29.4` is not an etcd version", "--etcd <VERSION>", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --os windows",
            &["invalid value 'windows' for '--os <FAMILY>'", "possible values: debian, rhel", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 -o pdf",
            &["invalid value 'pdf'", "possible values: summary, yaml, json, md, html", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --template x.j2",
            &[
                "`--template` and `--templates` need `-o md` or `-o html`",
                "help: templates make the runbook",
            ],
        ),
        usage(
            "plan --from 1.45 --to 1.46",
            &["the catalog does not know Kubernetes 1.45", "help: it knows 1.19 to 1.37"],
        ),
        usage("frobnicate", &["unrecognized subcommand 'frobnicate'", "Usage: kubehop", HELP]),
        usage(
            "explain frobnicate",
            &[
                "`frobnicate` is neither a rule nor a finding's code",
                "help: `kubehop explain` lists all of them",
            ],
        ),
        usage(
            "explain kubelet-apiservr",
            &["is neither a rule nor", "help: did you mean `kubelet-apiserver`?"],
        ),
        file(
            "explain @ 1.99",
            "plan.yaml",
            PLAN.clone().into(),
            &["the plan has no step `1.99`", "help: it has 1.01 to"],
        ),
        file(
            "explain @ first",
            "plan.yaml",
            PLAN.clone().into(),
            &["`first` is not a step id; expected a form like `1.03`", "help: the steps of a plan"],
        ),
        usage(
            "explain nowhere.yaml 1.01",
            &["cannot read `nowhere.yaml`", "help: name a readable file"],
        ),
        usage(
            "catalog show releses",
            &["`releses` is not a section of the catalog; requires one of `releases`", HELP],
        ),
        usage(
            "catalog show releases --minor x",
            &["`x` is not a Kubernetes minor version", "expected a form like `1.30`", HELP],
        ),
        usage(
            "schema frobnicate",
            &[
                "invalid value 'frobnicate'",
                "possible values: plan, inventory, matrix, catalog",
                HELP,
            ],
        ),
        usage(
            "completions frobnicate",
            &["invalid value 'frobnicate'", "possible values: bash", HELP],
        ),
        usage(
            "plan --from 1.29 --to 1.30 --color pink",
            &["invalid value 'pink'", "possible values: auto, always, never", HELP],
        ),
    ]
}

fn refusals() -> Vec<Bad> {
    vec![
        refused(
            "plan --from 1.30 --to 1.29",
            &[
                "Kubernetes has no downgrade of the control plane",
                "kube-apiserver: runs v1.30.14",
                "rule one-minor-at-a-time",
                "ways out:",
                "choose a target above it",
            ],
        ),
        refused(
            "plan --from 1.30 --to v1.30.2",
            &[
                "v1.30.2 is older than v1.30.14, which is taken to run since `--from 1.30` names no patch",
                "Kubernetes has no downgrade of the control plane",
                "say what runs, `--from v1.30.N`",
            ],
        ),
        refused(
            "plan --from v1.30.8 --to v1.30.2",
            &["v1.30.2 is older than what runs (v1.30.8)", "ways out:"],
        ),
        refused(
            "plan --from 1.30 --to v1.31.0-rc.1",
            &[
                "v1.31.0-rc.1 is a pre-release, and a plan goes to releases only",
                "its packages are not in the repository of 1.31",
                "ask for 1.31: its newest known patch",
            ],
        ),
        refused(
            "plan --from 1.30 --to 1.32 --pin 1.31=v1.31.0-rc.1",
            &["v1.31.0-rc.1 is a pre-release", "ways out:"],
        ),
        refused(
            "plan --from 1.30 --to v1.31.3 --pin 1.31=v1.31.5",
            &[
                "`--to v1.31.3` and `--pin 1.31=v1.31.5` contradict each other",
                "kube-apiserver: v1.31.3 is the target",
                "rule --to (the command line)",
                "kube-apiserver: v1.31.5 is the one release of 1.31 to stop at",
                "rule --pin (the command line)",
                "drop `--pin 1.31=v1.31.5`, or ask for `--to 1.31`",
            ],
        ),
        refused(
            "plan --from 1.33 --to 1.34 --avoid v1.34.0 --avoid v1.34.1 --avoid v1.34.2 --avoid v1.34.3 \
             --avoid v1.34.4 --avoid v1.34.5 --avoid v1.34.6 --avoid v1.34.7 --avoid v1.34.8 --avoid v1.34.9 \
             --avoid v1.34.10 --avoid v1.34.11 --avoid v1.34.12 --avoid v1.34.13",
            &[
                "no release of 1.34 is left to stop at",
                "14 releases from v1.34.0 to v1.34.13 are forbidden",
                "drop one of them, such as `--avoid v1.34.13`",
            ],
        ),
        refused(
            "plan --from 1.30 --to 1.45",
            &[
                "1.45 is not known: the catalog reaches from 1.19 to 1.37",
                "ways out:",
                "--catalog FILE",
            ],
        ),
        refused(
            "plan --from 1.30 --to 2.0",
            &["2.0 is not known", "ways out:", "choose a target from 1.19 to 1.37"],
        ),
        refused(
            "plan --from 1.36 --to 1.38",
            &[
                "1.38 is not released: only v1.38.0-alpha.1",
                "ways out:",
                "choose 1.37 or an older minor",
            ],
        ),
        refused(
            "plan --from 1.29 --to v1.30.4 --avoid v1.30.4",
            &[
                "no release of 1.30 is left to stop at",
                "v1.30.4 is forbidden",
                "drop `--avoid v1.30.4`",
            ],
        ),
        refused(
            "plan --from 1.33 --to 1.34 --etcd 4.0.0",
            &[
                "etcd 4.0 is not known: the catalog knows etcd from 3.3 to 3.7",
                "etcd: a member runs v4.0.0",
                "etcdctl endpoint status",
                "--etcd-matrix FILE",
            ],
        ),
        refused(
            "plan --from 1.30 --to 1.33 --etcd 3.7.0",
            &[
                "the rules allow no path to v1.33",
                "etcd: a member runs v3.7.0; Kubernetes 1.31 works with etcd 3.6 at most",
                "rule etcd-accepted",
                "check what etcd runs",
            ],
        ),
        refused(
            "plan --from 1.29 --to 1.31 --strict",
            &[
                "`--strict`: 3 things are not known",
                "etcd-version",
                "settle `from-patch`: kubectl version",
            ],
        ),
        Bad {
            exit: 1,
            ..inventory(
                "kubelet: v1.28.4",
                "kubelet: v1.33.4",
                &["the rules allow no path", "how far one gets", "rule "],
            )
        },
    ]
}

fn plans() -> Vec<Bad> {
    let read = |name, bytes: Vec<u8>, says| file("verify @", name, bytes, says);
    let half = PLAN.len() / 2;
    vec![
        read(
            "inventory.yaml",
            INVENTORY.into(),
            &[
                "kind `ClusterInventory`; requires kind `UpgradePlan`",
                "inventory.yaml: kind:2:7",
                "help: an inventory goes to `kubehop plan --inventory FILE`",
            ],
        ),
        file(
            "render @",
            "notes.md",
            b"# Notes\n\nnothing: here\n".to_vec(),
            &["unknown field `nothing`", "notes.md:3:1", FORM],
        ),
        read("plan.yaml", PLAN.as_bytes()[..half].to_vec(), &["plan.yaml", FORM]),
        read(
            "plan.json",
            b"{\"apiVersion\": \"kubehop.dev/v1alpha1\", \"kind\": \"Upgr".to_vec(),
            &["plan.json", FORM],
        ),
        plan(
            "apiVersion: kubehop.dev/v1alpha1",
            "apiVersion: kubehop.dev/v9",
            &["unknown variant `kubehop.dev/v9`", "apiVersion:1:13", "help: did you mean"],
        ),
        plan(
            "kind: UpgradePlan",
            "kind: Catalog",
            &[
                "kind `Catalog`; requires kind `UpgradePlan`",
                "kind:2:7",
                "help: catalog data go to `--catalog FILE`",
            ],
        ),
        plan(
            "id: '1.01'",
            "id: one",
            &[
                "`one` is not a step id; expected a form like `1.03` or `final.01`",
                "hops[0].steps[0]",
                FORM,
            ],
        ),
        plan(
            "component: etcd\n      from: v3.",
            "component: etcd\n      from: v1.",
            &[
                "`etcd` does not go from `v1.",
                "plan.yaml: step 1.",
                "help: etcd versions belong to etcd",
            ],
        ),
        plan(
            "strategy: min-drains",
            "strategy: hopeful",
            &["unknown variant `hopeful`", "strategy:", FORM],
        ),
        plan(
            "number: 1\n",
            "number: many\n",
            &["requires a whole number, 0 or more", "hops[0].number", FORM],
        ),
        plan(
            "    because:\n",
            "    becuase:\n",
            &["unknown field `becuase`", "hops[0].steps[0]", "help: did you mean `because`?"],
        ),
        file(
            "verify @ --inventory @",
            "plan.yaml",
            PLAN.clone().into(),
            &["requires kind `ClusterInventory`", "plan.yaml: kind:2:7", "help: a plan goes to"],
        ),
        usage("render nowhere.yaml", &["cannot read `nowhere.yaml`", "help: name a readable file"]),
    ]
}

fn data() -> Vec<Bad> {
    vec![
        matrix(
            "floor: v3.5.30",
            "floor: v3.4.30",
            &[
                "the floor `v3.4.30` is not a patch of etcd 3.5",
                "matrix.yaml: entries[0].floor:7:35",
                "help: a floor is a patch of the minor that is left",
            ],
        ),
        matrix(
            "to: \"3.6\", floor",
            "to: \"3.7\", floor",
            &[
                "etcd 3.7 does not follow etcd 3.5",
                "entries[0].to",
                "help: etcd moves one minor at a time",
            ],
        ),
        matrix(
            "\"1.34\":",
            "\"1.x\":",
            &["`1.x` is not a Kubernetes minor version", "kubernetes", FORM],
        ),
        matrix(
            "\"1.34\":",
            "1.34:",
            &["a bare version is the number 1.34", "kubernetes:5:3", "requires a text"],
        ),
        matrix(
            "default:",
            "defualt:",
            &["unknown field `defualt`", "kubernetes.1.34:5:12", "help: did you mean `default`?"],
        ),
        matrix(
            "\"3.5\": v3.5.33",
            "\"3.5\": v3.6.33",
            &[
                "`v3.6.33` is not a patch of etcd 3.5",
                "recommended.\"3.5\"",
                "help: recommend a patch of the minor that is the key",
            ],
        ),
        matrix(
            "from: v3.6.17, to: v3.6.17",
            "from: v3.6.17, to: v3.6.1",
            &[
                "is not a range of patches of one etcd minor",
                "avoid[0]",
                "help: give the first and the last bad patch",
            ],
        ),
        matrix(
            "kind: EtcdMatrix",
            "kind: Catalog",
            &[
                "kind `Catalog`; requires kind `EtcdMatrix`",
                "matrix.yaml: kind:2:7",
                "help: catalog data go to `--catalog FILE`",
            ],
        ),
        matrix(
            "v1alpha1",
            "v1",
            &["unknown variant `kubehop.dev/v1`", "apiVersion:1:13", "help: did you mean"],
        ),
        catalog("frob: 1\n", &["unknown field `frob`", "ours.yaml:4:1", FORM]),
        catalog(
            "hazard: []\n",
            &["unknown field `hazard`", "ours.yaml:4:1", "help: did you mean `hazards`?"],
        ),
        catalog(
            "releases: 5\n",
            &["requires a mapping of keys to values", "ours.yaml: releases:4:11", FORM],
        ),
        catalog(
            "releases:\n  \"1.34\": {latest: v1.33.4}\n",
            &["unknown field `latest`", "releases.1.34:5:12", FORM],
        ),
        catalog("hazards:\n- {id: x}\n", &["missing field `hop`", "hazards[0]:5:3", FORM]),
        file(
            "catalog check @",
            "inventory.yaml",
            INVENTORY.into(),
            &["requires kind `Catalog`", "inventory.yaml: kind:2:7", "help: an inventory goes to"],
        ),
        file(
            "catalog check @",
            "matrix.yaml",
            edited(MATRIX, "floor: v3.5.30", "floor: x"),
            &["`x` is not an etcd version", "entries[0].floor:7:35", FORM],
        ),
    ]
}

fn templates() -> Vec<Bad> {
    vec![
        template(
            "a\n{% if %}",
            &["syntax error", "mine.j2:2:7", "help: the language is described at"],
        ),
        template(
            "a\n{{ frobnicate }}",
            &[
                "the template uses `frobnicate`, which does not exist",
                "mine.j2:2:4",
                "help: compare with `builtin/runbook.md.j2`",
            ],
        ),
        template(
            "{{ plan|frob }}",
            &["filter frob is unknown", "mine.j2:1:9", "help: filters of its own are"],
        ),
        template(
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            &["the template takes too much work", "mine.j2:1:", "help: look for a loop"],
        ),
        template(
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            &["recursion limit", "mine.j2:1:", "help: compare with"],
        ),
        template(
            "{{ 1 / 0 }}",
            &["unable to calculate 1 / 0", "mine.j2:1:4", "help: compare with"],
        ),
        template(
            "{% include \"nothere.j2\" %}",
            &[
                "template `nothere.j2` does not exist",
                "mine.j2:1:4",
                "help: names are relative to `--templates`",
            ],
        ),
        template(
            "{% include \"../../etc/passwd\" %}",
            &[
                "template `../../etc/passwd` does not exist",
                "mine.j2:1:4",
                "help: names are relative",
            ],
        ),
        file(
            "plan --from 1.33 --to 1.34 -o md --template @",
            "mine.j2",
            b"\xff".to_vec(),
            &["cannot read the template", "mine.j2", "help: save it as UTF-8"],
        ),
        usage(
            "plan --from 1.33 --to 1.34 -o md --template nowhere.j2",
            &["cannot read the template `nowhere.j2`", "help: `--template` names a readable file"],
        ),
        usage(
            "plan --from 1.33 --to 1.34 -o md --templates nowhere",
            &["cannot read the template `nowhere`", "`--templates` a directory"],
        ),
    ]
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-inputs")
}

/// What is wrong with the answer to a bad input.
fn faults(number: usize, bad: &Bad) -> Vec<String> {
    let here = directory().join(format!("{number:03}"));
    std::fs::create_dir_all(&here).unwrap();
    let name = bad.file.as_ref().map_or("-", |(name, _)| name);
    if let Some((name, bytes)) = &bad.file {
        std::fs::write(here.join(name), bytes).unwrap();
    }
    let arguments = bad.arguments.split(' ').map(|word| if word == "@" { name } else { word });
    let output = Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .args(arguments)
        .current_dir(&here)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let mut faults = Vec::new();
    if output.status.code() != Some(bad.exit) {
        faults.push(format!("exit {:?} instead of {}", output.status.code(), bad.exit));
    }
    if !output.stdout.is_empty() {
        faults.push("something was printed as an answer".to_owned());
    }
    for part in bad.says {
        if !said.contains(part) {
            faults.push(format!("it does not say: {part}"));
        }
    }
    for never in ["panicked", "RUST_BACKTRACE", "struct ", "\u{1b}["] {
        if said.contains(never) {
            faults.push(format!("it says: {never}"));
        }
    }
    if !said.contains("error: ") {
        faults.push("it is no error".to_owned());
    }
    if faults.is_empty() {
        return faults;
    }
    vec![format!("{} {name}\n  {}\n{said}", bad.arguments, faults.join("\n  "))]
}

#[test]
fn bad_input_is_told_what_where_and_what_to_do() {
    let groups = [inventories(), values(), flags(), refusals(), plans(), data(), templates()];
    let all: Vec<Bad> = groups.into_iter().flatten().collect();
    println!("{} bad inputs", all.len());
    assert!(all.len() >= 100);
    let faults: Vec<String> =
        all.iter().enumerate().flat_map(|(number, bad)| faults(number, bad)).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), all.len(), faults.join("\n"));
}

/// As data, a refusal is an answer: it goes to standard output, and the exit code stays 1.
#[test]
fn a_refusal_as_json_is_an_answer() {
    let output = Command::new(env!("CARGO_BIN_EXE_kubehop"))
        .args(["plan", "--from", "1.30", "--to", "1.29", "-o", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["noPath"]["summary"].as_str().unwrap().contains("no downgrade"));
    assert_eq!(answer["noPath"]["conflicts"][0]["rule"], "one-minor-at-a-time");
}

/// A change to a document: at a place between 0 and 1, of a kind, with some bytes.
#[derive(Debug, Clone)]
enum Change {
    Byte(f64, u8),
    Delete(f64, usize),
    Repeat(f64, usize),
    Insert(f64, String),
    SwapLines(f64, f64),
    DropLine(f64),
    RepeatLine(f64),
    Cut(f64),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    let words = prop::sample::select(vec![
        "- ",
        ": ",
        "[",
        "{",
        "'",
        "\"",
        "|",
        "&a ",
        "*a",
        "!!",
        "# ",
        "\t",
        "\n",
        "---\n",
        "1.30",
        "v1.99.0",
        "v3.9.9",
        "-1",
        "null",
        "~",
        "18446744073709551616",
        "\u{feff}",
        "\u{0}",
        "é",
        "{{",
        "`",
        "$(x)",
        "v0.0.0",
    ]);
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (place(), 1..20_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (place(), words).prop_map(|(at, word)| Change::Insert(at, word.to_owned())),
        (place(), place()).prop_map(|(one, two)| Change::SwapLines(one, two)),
        place().prop_map(Change::DropLine),
        place().prop_map(Change::RepeatLine),
        place().prop_map(Change::Cut),
    ]
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a place between 0 and 1 becomes an index"
)]
fn index(place: f64, length: usize) -> usize {
    (place * length as f64) as usize
}

/// The bytes after a change, as the program would read them.
fn apply(text: &str, change: &Change) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    match change {
        Change::Byte(at, byte) => {
            let at = index(*at, bytes.len());
            bytes[at] = *byte;
        }
        Change::Delete(at, length) => {
            let at = index(*at, bytes.len());
            bytes.drain(at..(at + length).min(text.len()));
        }
        Change::Repeat(at, length) => {
            let at = index(*at, bytes.len());
            let piece = bytes[at..(at + length).min(text.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        Change::Insert(at, word) => {
            let at = index(*at, bytes.len());
            bytes.splice(at..at, word.bytes());
        }
        Change::SwapLines(one, two) => {
            let (one, two) = (index(*one, lines.len()), index(*two, lines.len()));
            lines.swap(one, two);
            bytes = lines.concat().into_bytes();
        }
        Change::DropLine(at) => {
            lines.remove(index(*at, lines.len()));
            bytes = lines.concat().into_bytes();
        }
        Change::RepeatLine(at) => {
            let at = index(*at, lines.len());
            lines.insert(at, lines[at]);
            bytes = lines.concat().into_bytes();
        }
        Change::Cut(at) => bytes.truncate(index(*at, bytes.len())),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn changed(text: &str, changes: &[Change]) -> SourceFile {
    let text = changes.iter().fold(text.to_owned(), |text, change| apply(&text, change));
    SourceFile::new("changed.yaml", text)
}

/// A refusal must be one that can be shown.
fn shown(error: &Diagnostic) {
    assert!(!error.render(false).is_empty());
}

/// `PROPTEST_CASES=3000` asks for more.
fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(few(256))]

    #[test]
    fn a_changed_inventory_never_panics(changes in prop::collection::vec(change(), 1..4)) {
        match Inventory::read(&changed(INVENTORY, &changes)) {
            Ok(inventory) => _ = planned(&inventory, "1.31"),
            Err(error) => shown(&error),
        }
    }

    #[test]
    fn a_changed_matrix_never_panics(changes in prop::collection::vec(change(), 1..4)) {
        let file = changed(MATRIX, &changes);
        match Catalog::embedded().with_etcd_matrix(&file) {
            Ok(catalog) => assert!(catalog.etcd().is_ok() && catalog.export().is_ok()),
            Err(error) => shown(&error),
        }
        if let Err(error) = Catalog::embedded().with_overlay(&file) {
            shown(&error);
        }
    }
}

proptest! {
    #![proptest_config(few(48))]

    #[test]
    fn a_changed_plan_never_panics(changes in prop::collection::vec(change(), 1..3)) {
        match kubehop::plan::read(&changed(&PLAN, &changes)) {
            Ok(plan) => {
                let catalog = Catalog::embedded();
                let facts = CatalogFacts::new(&catalog, &plan).unwrap();
                let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
                let inventory = Inventory::read(&SourceFile::new("i", INVENTORY)).unwrap();
                let findings = verify(&plan, &facts, &policy, &tool, Some(&inventory));
                let options = Options { findings: Some(&findings), ..Options::default() };
                let renderer = Renderer::new(Overrides::none()).unwrap();
                assert!(!renderer.runbook(&plan, &options).unwrap().is_empty());
                assert!(!kubehop::render::summary(&plan, &options).is_empty());
            }
            Err(error) => shown(&error),
        }
    }
}
