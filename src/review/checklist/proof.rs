//! What is looked at, saved, decided and proven around the changes.

use crate::cluster::Provider;
use crate::plan::ProbeKind;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::version::EtcdVersion;

use super::Outcome;
use super::Scene;
use super::first_apiserver;
use super::first_change;
use super::hops;
use super::looks_at;
use super::names;

/// The hops that change something, with the steps before their first change; each hop is named by its
/// first change.
fn before_change<'a>(scene: &'a Scene<'_>) -> Vec<(StepId, &'a [Step])> {
    let of_hop =
        |(_, steps): (u32, &'a [Step])| first_change(steps).map(|at| (steps[at].id, &steps[..at]));
    hops(scene.plan).filter_map(of_hop).collect()
}

/// Judges the hops by what stands before their first change.
fn each_hop(scene: &Scene<'_>, holds: impl Fn(&[Step]) -> bool, texts: [&str; 3]) -> Outcome {
    let all = before_change(scene);
    let looked_at: Vec<StepId> = all.iter().map(|(id, _)| *id).collect();
    let wrong = all.iter().filter(|(_, before)| !holds(before)).map(|(id, _)| *id).collect();
    Outcome::judge(&looked_at, wrong, texts)
}

const NOTHING: &str = "nothing changes";

/// Each hop begins by checking that the cluster is what the plan says.
pub(super) fn preflight_first(scene: &Scene<'_>) -> Outcome {
    each_hop(
        scene,
        |before| {
            before
                .iter()
                .any(|step| step.kind == StepKind::Preflight && !step.checkpoints.is_empty())
        },
        [
            "a preflight with checks stands in front",
            "something changes before a preflight",
            NOTHING,
        ],
    )
}

/// Callers of removed APIs are looked for before the API servers change.
pub(super) fn removed_apis(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (_, steps) in hops(scene.plan) {
        let Some(at) = first_apiserver(steps) else { continue };
        looked_at.push(steps[at].id);
        let words = ["apiserver_requested_deprecated_apis", "kubent", "pluto"];
        if !steps[..at].iter().any(|step| looks_at(step, &words)) {
            wrong.push(steps[at].id);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "the API servers are asked who calls removed APIs",
            "nobody looks for callers of removed APIs before the API servers change",
            "no API server changes",
        ],
    )
}

/// Certificates are looked at before a hop.
pub(super) fn certificates(scene: &Scene<'_>) -> Outcome {
    if scene.plan.initial_state.provider != Provider::Kubeadm {
        return Outcome::none("the certificates are not those of kubeadm");
    }
    let words = ["check-expiration", "checkend", "certificate"];
    let reads = |step: &Step| step.checkpoints.iter().any(|it| names(it, &words));
    each_hop(
        scene,
        |before| before.iter().any(reads),
        [
            "the end of the certificates is read",
            "nobody reads the end of the certificates",
            NOTHING,
        ],
    )
}

/// Admission webhooks that fail closed are looked at before a hop.
pub(super) fn webhooks(scene: &Scene<'_>) -> Outcome {
    let words = ["webhookconfigurations", "webhook"];
    each_hop(
        scene,
        |before| before.iter().any(|step| looks_at(step, &words)),
        ["the webhooks are listed", "nobody looks at the webhooks", NOTHING],
    )
}

/// A hop is rehearsed elsewhere first: the gate asks for it.
pub(super) fn rehearsed(scene: &Scene<'_>) -> Outcome {
    let words = ["staging", "test cluster"];
    let all = before_change(scene);
    let gates = |before: &[Step]| {
        let mut gates = before.iter().filter(|step| step.kind == StepKind::Gate);
        gates.any(|step| step.checkpoints.iter().any(|it| names(it, &words)))
    };
    let open: Vec<StepId> =
        all.iter().filter(|(_, before)| !gates(before)).map(|(id, _)| *id).collect();
    if all.is_empty() {
        Outcome::none(NOTHING)
    } else if open.is_empty() {
        Outcome::pass("the gate asks whether staging has finished the hop")
    } else {
        Outcome::unknown("no gate asks whether the hop was rehearsed elsewhere").at(open)
    }
}

/// A person decides before a hop changes anything.
pub(super) fn gate_before_change(scene: &Scene<'_>) -> Outcome {
    each_hop(
        scene,
        |before| before.iter().any(|step| step.kind == StepKind::Gate),
        ["a gate stands in front of the first change", "something changes before a gate", NOTHING],
    )
}

/// A person decides before a point of no return.
pub(super) fn gate_before_no_return(scene: &Scene<'_>) -> Outcome {
    let closing = scene.plan.steps().filter(|(_, step)| !step.rollback.possible);
    let closing: Vec<_> = closing.collect();
    let looked_at: Vec<StepId> = closing.iter().map(|(_, step)| step.id).collect();
    let gated = |hop, id| super::super::impact::gate_before(scene.plan, hop, id).is_some();
    let wrong = closing.iter().filter(|(hop, step)| !gated(*hop, step.id));
    Outcome::judge(
        &looked_at,
        wrong.map(|(_, step)| step.id).collect(),
        [
            "a gate of the hop stands in front of each",
            "no gate of the hop stands in front of it",
            "the plan says that every step can be taken back",
        ],
    )
}

/// A snapshot is taken before each change of etcd, after the change before.
pub(super) fn snapshot_before_etcd(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (_, steps) in hops(scene.plan) {
        let mut fresh = false;
        let mut rolling: Option<&EtcdVersion> = None;
        for step in steps {
            fresh |= step.kind == StepKind::Backup;
            let to = step.transitions.iter().find_map(|transition| transition.to.etcd());
            let Some(to) = to else { continue };
            looked_at.push(step.id);
            // Members that come from two minors go to one version in two steps.
            if rolling != Some(to) && !fresh {
                wrong.push(step.id);
            }
            (rolling, fresh) = (Some(to), false);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "a backup step stands in front",
            "etcd changes without a snapshot",
            "etcd does not change",
        ],
    )
}

/// A snapshot is taken in each hop before its first API server.
pub(super) fn snapshot_before_control_plane(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    for (_, steps) in hops(scene.plan) {
        let Some(at) = first_apiserver(steps) else { continue };
        looked_at.push(steps[at].id);
        if !steps[..at].iter().any(|step| step.kind == StepKind::Backup) {
            wrong.push(steps[at].id);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "a backup step stands in front",
            "the API servers change without a snapshot in the hop",
            "no API server changes",
        ],
    )
}

/// A snapshot is read back before it is relied on.
pub(super) fn snapshot_checked(scene: &Scene<'_>) -> Outcome {
    let backups = scene.plan.steps().map(|(_, step)| step);
    let backups: Vec<&Step> = backups.filter(|step| step.kind == StepKind::Backup).collect();
    let read = |step: &&&Step| {
        let machine = step.checkpoints.iter().filter(|it| it.probe.kind != ProbeKind::Manual);
        machine.into_iter().any(|it| it.run.contains("snapshot status"))
    };
    let looked_at: Vec<StepId> = backups.iter().map(|step| step.id).collect();
    let wrong = backups.iter().filter(|step| !read(step)).map(|step| step.id).collect();
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "a checkpoint reads each snapshot",
            "no checkpoint reads the snapshot",
            "the plan takes no snapshot",
        ],
    )
}

/// A new minor of etcd is watched before the next change.
pub(super) fn soak_after_etcd(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    let mut owed: Option<(StepId, &EtcdVersion)> = None;
    for (_, step) in scene.plan.steps() {
        if step.kind == StepKind::Soak {
            owed = None;
        }
        let to = step.transitions.iter().find_map(|at| at.to.etcd());
        let continues = owed.is_some_and(|(_, rolling)| to == Some(rolling));
        if !step.transitions.is_empty() && !continues {
            wrong.extend(owed.take().map(|(id, _)| id));
        }
        for transition in &step.transitions {
            if let (Some(from), Some(to)) = (transition.from.etcd(), transition.to.etcd())
                && from.minor() != to.minor()
            {
                looked_at.push(step.id);
                owed = Some((step.id, to));
            }
        }
    }
    wrong.extend(owed.map(|(id, _)| id));
    Outcome::judge(
        &looked_at,
        wrong,
        ["a soak follows", "the next change follows without a soak", "etcd enters no new minor"],
    )
}

/// A hop is proven complete, and watched, before the next one.
pub(super) fn proven(scene: &Scene<'_>) -> Outcome {
    let (mut looked_at, mut wrong) = (Vec::new(), Vec::new());
    let last = scene.plan.hops.last().map(|hop| hop.number);
    for (number, steps) in hops(scene.plan) {
        let Some(at) = steps.iter().rposition(|step| !step.transitions.is_empty()) else {
            continue;
        };
        looked_at.push(steps[at].id);
        // The steps after the last hop prove it, where it does not itself.
        let closing = if last == Some(number) { scene.plan.closing.as_slice() } else { &[] };
        let after = || steps[at..].iter().chain(closing);
        let validated =
            after().any(|step| step.kind == StepKind::Validate && !step.checkpoints.is_empty());
        if !validated || !after().any(|step| step.kind == StepKind::Soak) {
            wrong.push(steps[at].id);
        }
    }
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "a validation and a soak end each hop",
            "the hop ends after its last change without a validation or without a soak",
            NOTHING,
        ],
    )
}

/// Each change says when to stop and how to get back.
pub(super) fn way_back(scene: &Scene<'_>) -> Outcome {
    let changing = scene.plan.steps().map(|(_, step)| step);
    let changing: Vec<&Step> = changing.filter(|step| !step.transitions.is_empty()).collect();
    let told = |step: &&&Step| {
        let text = step.rollback.text.as_deref().is_some_and(|text| !text.trim().is_empty());
        !step.abort.trim().is_empty() && (text || !step.rollback.commands.is_empty())
    };
    let looked_at: Vec<StepId> = changing.iter().map(|step| step.id).collect();
    let wrong = changing.iter().filter(|step| !told(step)).map(|step| step.id).collect();
    Outcome::judge(
        &looked_at,
        wrong,
        [
            "each has an abort rule and a way back",
            "an abort rule or a way back is missing",
            NOTHING,
        ],
    )
}
