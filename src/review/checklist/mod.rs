//! The field's common mistakes, each looked for in the plan document itself: whoever made the plan is not
//! believed. Where the verifier reports the same fault, the item fails and adds no finding of its own.

mod nodes;
mod order;
mod proof;

use std::collections::BTreeSet;

use crate::component::Component;
use crate::estimate::Estimate;
use crate::finding::Finding;
use crate::plan::Checkpoint;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;

use super::codes::Code;
use super::model::CheckItem;
use super::model::CheckResult;
use super::report::Draft;
use super::report::Report;
use super::timeline::Timeline;

const SKEW: &str = "https://kubernetes.io/releases/version-skew-policy/";
const KUBEADM: &str =
    "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/";
const ETCD: &str = "https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/";
const ETCD_UPGRADE: &str = "https://etcd.io/docs/v3.7/upgrades/upgrading-etcd/";
const DRAIN: &str = "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/";
const DEPRECATION: &str = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/";

/// What the items look at.
pub(super) struct Scene<'a> {
    pub(super) plan: &'a Plan,
    pub(super) timeline: &'a Timeline<'a>,
    pub(super) estimate: Option<&'a Estimate>,
}

/// What an item found.
pub(super) struct Outcome {
    result: CheckResult,
    evidence: String,
    steps: Vec<StepId>,
}

impl Outcome {
    fn new(result: CheckResult, evidence: impl Into<String>) -> Self {
        Self { result, evidence: evidence.into(), steps: Vec::new() }
    }

    fn pass(evidence: impl Into<String>) -> Self {
        Self::new(CheckResult::Pass, evidence)
    }

    fn fail(evidence: impl Into<String>) -> Self {
        Self::new(CheckResult::Fail, evidence)
    }

    fn unknown(evidence: impl Into<String>) -> Self {
        Self::new(CheckResult::Unknown, evidence)
    }

    fn none(evidence: impl Into<String>) -> Self {
        Self::new(CheckResult::NotApplicable, evidence)
    }

    fn at(mut self, steps: impl IntoIterator<Item = StepId>) -> Self {
        self.steps = steps.into_iter().collect();
        self
    }

    /// Fails at the steps, or passes where there are none; does not apply where there was nothing to look
    /// at.
    fn judge(looked_at: &[StepId], wrong: Vec<StepId>, [good, bad, none]: [&str; 3]) -> Self {
        if looked_at.is_empty() {
            Self::none(none)
        } else if wrong.is_empty() {
            Self::pass(good).at(looked_at.iter().copied())
        } else {
            Self::fail(bad).at(wrong)
        }
    }
}

/// An item of the list.
struct Item {
    id: &'static str,
    title: &'static str,
    source: &'static str,
    /// What to do where it fails.
    help: &'static str,
    /// Codes of the verifier that report the same fault.
    same_as: &'static [&'static str],
    check: fn(&Scene<'_>) -> Outcome,
}

/// The list, in the order of a hop.
const ITEMS: [Item; 24] = [
    Item {
        id: "no-minor-skipped",
        title: "the control plane goes one minor at a time",
        source: SKEW,
        help: "stop at a patch of every minor between",
        same_as: &["PATH003", "PATH006", "SKEW001"],
        check: order::no_minor_skipped,
    },
    Item {
        id: "preflight-first",
        title: "each hop begins by checking that the cluster is what the plan says",
        source: KUBEADM,
        help: "add a preflight that reads the versions, the nodes and the health before anything changes",
        same_as: &["ORDER004"],
        check: proof::preflight_first,
    },
    Item {
        id: "removed-apis",
        title: "callers of removed APIs are looked for before the API servers change",
        source: DEPRECATION,
        help: "read `apiserver_requested_deprecated_apis` of every API server in the preflight, and search the charts",
        same_as: &[],
        check: proof::removed_apis,
    },
    Item {
        id: "certificates",
        title: "certificates are looked at before a hop",
        source: "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
        help: "add a check of their end to the preflight: `kubeadm certs check-expiration`",
        same_as: &[],
        check: proof::certificates,
    },
    Item {
        id: "webhooks",
        title: "admission webhooks that fail closed are looked at before a hop",
        source: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
        help: "check in the preflight that each of them has a ready backend",
        same_as: &[],
        check: proof::webhooks,
    },
    Item {
        id: "rehearsed",
        title: "a hop is rehearsed elsewhere first",
        source: KUBEADM,
        help: "let the gate ask for the same hop and its soak in staging",
        same_as: &[],
        check: proof::rehearsed,
    },
    Item {
        id: "gate-before-change",
        title: "a person decides before a hop changes anything",
        source: KUBEADM,
        help: "add a gate in front of the first change of the hop",
        same_as: &["ORDER005"],
        check: proof::gate_before_change,
    },
    Item {
        id: "gate-before-no-return",
        title: "a person decides before a point of no return",
        source: KUBEADM,
        help: "add a gate in the hop, in front of the step",
        same_as: &["ORDER005"],
        check: proof::gate_before_no_return,
    },
    Item {
        id: "snapshot-before-etcd",
        title: "a snapshot is taken before each change of etcd",
        source: ETCD,
        help: "add a backup step in front",
        same_as: &["ETCD010"],
        check: proof::snapshot_before_etcd,
    },
    Item {
        id: "snapshot-before-control-plane",
        title: "a snapshot is taken in each hop before its first API server",
        source: KUBEADM,
        help: "add a backup step in front",
        same_as: &["ETCD010"],
        check: proof::snapshot_before_control_plane,
    },
    Item {
        id: "snapshot-checked",
        title: "a snapshot is read back before it is relied on",
        source: ETCD,
        help: "add a checkpoint that runs `etcdutl snapshot status`",
        same_as: &["DOC001"],
        check: proof::snapshot_checked,
    },
    Item {
        id: "etcd-before-apiservers",
        title: "etcd changes before the API servers of its hop",
        source: ETCD_UPGRADE,
        help: "move the step in front of the first API server, or into the next hop",
        same_as: &["ETCD008", "ETCD009"],
        check: order::etcd_before_apiservers,
    },
    Item {
        id: "etcd-apart",
        title: "etcd and an API server never change in one step",
        source: ETCD_UPGRADE,
        help: "give etcd a step of its own, so that it is clear what broke",
        same_as: &["ETCD007"],
        check: order::etcd_apart,
    },
    Item {
        id: "soak-after-etcd",
        title: "a new minor of etcd is watched before the next change",
        source: ETCD_UPGRADE,
        help: "add a soak after the last member",
        same_as: &["ETCD011"],
        check: proof::soak_after_etcd,
    },
    Item {
        id: "controllers-after-apiservers",
        title: "controllers never run ahead of the newest API server",
        source: SKEW,
        help: "move the API server first, its controllers right after it",
        same_as: &["SKEW002", "ORDER001", "ORDER002"],
        check: order::controllers_behind,
    },
    Item {
        id: "no-mixed-rest",
        title: "API servers of two minors are not left standing",
        source: SKEW,
        help: "finish the control plane of a hop in one go, inside one window",
        same_as: &["PATH007"],
        check: order::no_mixed_rest,
    },
    Item {
        id: "kubelet-not-ahead",
        title: "no kubelet is ever newer than an API server",
        source: SKEW,
        help: "move kubelets after the last API server of the hop",
        same_as: &["SKEW004"],
        check: order::kubelet_not_ahead,
    },
    Item {
        id: "drained",
        title: "a node is drained before its kubelet changes its minor",
        source: KUBEADM,
        help: "drain the node first; in-place minor upgrades are not supported",
        same_as: &["ORDER003"],
        check: nodes::drained,
    },
    Item {
        id: "disruption-budgets",
        title: "disruption budgets are looked at before nodes are drained",
        source: DRAIN,
        help: "list the budgets that allow no disruption in the preflight",
        same_as: &[],
        check: nodes::disruption_budgets,
    },
    Item {
        id: "canary",
        title: "a pool begins with a canary, and never moves all at once",
        source: DRAIN,
        help: "set `batch`: one node first, then as many as the pool can spare",
        same_as: &[],
        check: nodes::canary,
    },
    Item {
        id: "no-node-left-behind",
        title: "every kubelet reaches the target",
        source: SKEW,
        help: "add the nodes that the plan leaves behind to a step",
        same_as: &["PATH008", "PATH001", "PATH002"],
        check: nodes::no_node_left_behind,
    },
    Item {
        id: "clients",
        title: "kubectl stays within one minor of every API server",
        source: SKEW,
        help: "move the clients with the hop",
        same_as: &["SKEW007", "PATH008", "PATH002"],
        check: nodes::clients,
    },
    Item {
        id: "proven",
        title: "a hop is proven complete, and watched, before the next one",
        source: KUBEADM,
        help: "end the hop with a validation and a soak",
        same_as: &["PATH007"],
        check: proof::proven,
    },
    Item {
        id: "way-back",
        title: "each change says when to stop and how to get back",
        source: KUBEADM,
        help: "write the abort rule and the way back, or why there is none",
        same_as: &["DOC003", "DOC004"],
        check: proof::way_back,
    },
];

/// Evaluates every item; `found` is what the verifier said.
pub(super) fn check(scene: &Scene<'_>, found: &[Finding], report: &mut Report) -> Vec<CheckItem> {
    let said: BTreeSet<&str> = found.iter().map(|finding| finding.code).collect();
    ITEMS
        .iter()
        .map(|item| {
            let Outcome { result, evidence, steps } = (item.check)(scene);
            let told = item.same_as.iter().any(|code| said.contains(code));
            let draft = |code| {
                let place = place(&steps);
                Draft::new(code, item.id).says(format!("{evidence}{place}")).source(item.source)
            };
            match result {
                CheckResult::Fail if !told => report.add(draft(Code::Mistake).help(item.help)),
                CheckResult::Unknown => {
                    report.add(draft(Code::NotTold).help("ask whoever made the plan"));
                }
                _ => {}
            }
            let (id, title, source) = (item.id, item.title, item.source);
            CheckItem { id, title, result, evidence, steps, source }
        })
        .collect()
}

/// ` (1.04, 2.03 and 2 more)`.
fn place(steps: &[StepId]) -> String {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    if steps.is_empty() { String::new() } else { format!(" ({})", crate::finding::some(&steps)) }
}

/// Whether a step moves a component.
fn moves(step: &Step, component: Component) -> bool {
    step.transitions.iter().any(|transition| transition.component == component)
}

/// The steps of each hop, with its number.
fn hops(plan: &Plan) -> impl Iterator<Item = (u32, &[Step])> {
    plan.hops.iter().map(|hop| (hop.number, hop.steps.as_slice()))
}

/// The first step of some that moves an API server.
fn first_apiserver(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|step| moves(step, Component::KubeApiserver))
}

/// The first step of some that changes a version.
fn first_change(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|step| !step.transitions.is_empty())
}

/// Whether a step has a checkpoint, or a command, that names one of some words.
fn looks_at(step: &Step, words: &[&str]) -> bool {
    let named = |text: &str| words.iter().any(|word| text.contains(word));
    step.checkpoints.iter().any(|checkpoint| names(checkpoint, words))
        || step.commands.iter().any(|command| named(&command.run))
}

/// Whether a checkpoint names one of some words.
fn names(checkpoint: &Checkpoint, words: &[&str]) -> bool {
    let texts =
        [Some(&checkpoint.title), Some(&checkpoint.run), checkpoint.probe.resource.as_ref()];
    texts.into_iter().flatten().any(|text| words.iter().any(|word| text.contains(word)))
}
