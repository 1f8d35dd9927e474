//! What each step must hold so that it can be followed at night: reason, proof, way back.

use std::collections::BTreeSet;

use crate::cluster::Provider;
use crate::component::Component;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::policy::find_rule;

use super::codes::Code;
use super::report::Place;
use super::report::Report;

/// Checks every step on its own, the numbering, and the two states.
pub(super) fn check(plan: &Plan, report: &mut Report) {
    for (_, step) in plan.steps() {
        checkpoints(step, report);
        reasons(step, report);
        abort(step, report);
        rollback(step, report);
        probes(step, report);
        kind(step, report);
        commands(step, report);
        duration(step, report);
        targets(step, report);
    }
    numbering(plan, report);
    state(&plan.initial_state, Place::Initial, report);
    for resumption in &plan.resumed {
        state(&resumption.state, Place::Step(resumption.before), report);
    }
    state(&plan.final_state, Place::Final, report);
    resumptions(plan, report);
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn lines(message: impl Into<String>, help: &str) -> [String; 2] {
    [message.into(), help.to_owned()]
}

/// A step says what must hold afterwards.
fn checkpoints(step: &Step, report: &mut Report) {
    let unproven = step.checkpoints.iter().any(|at| is_blank(&at.run) || is_blank(&at.expect));
    if step.checkpoints.is_empty() || unproven {
        report.add(Code::NoCheckpoint, Place::Step(step.id), || {
            let message = if unproven {
                "a checkpoint has no command or no expected answer"
            } else {
                "the step has no checkpoint"
            };
            lines(message, "say what to look at, and which answer lets the upgrade go on")
        });
    }
}

/// A step says why it stands here, by rules that exist.
fn reasons(step: &Step, report: &mut Report) {
    let place = Place::Step(step.id);
    if step.because.iter().all(|reason| is_blank(&reason.text)) {
        report.add(Code::NoReason, place, || {
            lines("`because` says nothing", "name the rule that puts the step here")
        });
    }
    if let Some(reason) = step.because.iter().find(|reason| find_rule(&reason.rule).is_none()) {
        report.add(Code::UnknownRule, place, || {
            let rule: String = reason.rule.chars().take(60).collect();
            lines(format!("`{rule}` is not a rule"), "`kubehop explain` lists the rules")
        });
    }
}

/// A step says when to stop.
fn abort(step: &Step, report: &mut Report) {
    if is_blank(&step.abort) {
        report.add(Code::NoAbort, Place::Step(step.id), || {
            lines("`abort` is empty", "say at which sign to stop instead of going on")
        });
    }
}

/// A step says how to get back, or why one cannot.
fn rollback(step: &Step, report: &mut Report) {
    let told = step.rollback.text.as_deref().is_some_and(|text| !is_blank(text));
    if !told && step.rollback.commands.is_empty() {
        report.add(Code::NoRollback, Place::Step(step.id), || {
            lines(
                "the rollback has neither commands nor a text",
                "say how to get back, or why one cannot",
            )
        });
    }
}

/// The command of a checkpoint is that of its probe.
fn probes(step: &Step, report: &mut Report) {
    let differs =
        step.checkpoints.iter().find(|at| !is_blank(&at.run) && at.run != at.probe.shell());
    if let Some(checkpoint) = differs {
        report.add(Code::ProbeDiffers, Place::Step(step.id), || {
            lines(
                format!(
                    "checkpoint `{}` runs something else than its probe, `{}`",
                    checkpoint.id,
                    checkpoint.probe.shell()
                ),
                "change the probe; its command follows from it",
            )
        });
    }
}

/// Versions change in steps of a kind that says so, and those have something to change.
fn kind(step: &Step, report: &mut Report) {
    let place = Place::Step(step.id);
    let changes = matches!(step.kind, StepKind::Upgrade | StepKind::Addon | StepKind::Client);
    let must = matches!(step.kind, StepKind::Upgrade | StepKind::Client);
    let moved = |component| step.transitions.iter().any(|at| at.component == component);
    let message = if !changes && !step.transitions.is_empty() {
        Some(format!("a step of kind `{}` changes versions", step.kind))
    } else if must && step.transitions.is_empty() {
        Some(format!("a step of kind `{}` changes no version", step.kind))
    } else if must && step.targets.is_empty() {
        Some(format!("a step of kind `{}` has no targets", step.kind))
    } else if step.transitions.iter().any(|at| {
        let etcd = at.component == Component::Etcd;
        at.from.etcd().is_some() != etcd || at.to.etcd().is_some() != etcd
    }) {
        Some("a transition has a version of the wrong sort".to_owned())
    } else {
        step.component
            .filter(|lead| !step.transitions.is_empty() && !moved(*lead))
            .map(|lead| format!("the step is about {lead}, but changes other components"))
    };
    if let Some(message) = message {
        report.add(Code::KindDiffers, place, || {
            lines(message, "kind, component, transitions and targets of a step must fit together")
        });
    }
}

/// A command has a host and a text.
fn commands(step: &Step, report: &mut Report) {
    let all = step.commands.iter().chain(&step.rollback.commands);
    if all.into_iter().any(|command| is_blank(&command.run) || is_blank(&command.on)) {
        report.add(Code::EmptyCommand, Place::Step(step.id), || {
            lines("a command has no text or no host", "say what is typed, and where")
        });
    }
}

/// The estimate of a step rises from low to high.
fn duration(step: &Step, report: &mut Report) {
    let minutes = step.duration;
    if minutes.low > minutes.likely || minutes.likely > minutes.high {
        report.add(Code::DurationOrder, Place::Step(step.id), || {
            lines(
                format!(
                    "{}, {} and {} minutes do not rise",
                    minutes.low, minutes.likely, minutes.high
                ),
                "`low` is at most `likely`, and that at most `high`",
            )
        });
    }
}

/// A step names each target once.
fn targets(step: &Step, report: &mut Report) {
    let mut names: Vec<&str> = step.targets.iter().map(crate::name::InstanceName::as_str).collect();
    names.sort_unstable();
    if let Some([name, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        report.add(Code::DuplicateTarget, Place::Step(step.id), || {
            lines(format!("`{name}` is named twice"), "name each target once")
        });
    }
}

/// Hops and steps are numbered by their place, so an id says where a step stands. Where a plan was taken
/// up again the ids of its steps stay, so there are gaps, and new steps have numbers of their own.
fn numbering(plan: &Plan, report: &mut Report) {
    let help = if plan.resumed.is_empty() {
        "number hops and their steps from 1, in order"
    } else {
        "number hops from 1, in order, and give each step of a hop a number of its own"
    };
    for (at, hop) in plan.hops.iter().enumerate() {
        let (expected, by_place) = (number(at), |place| StepId::Hop { hop: hop.number, place });
        let of_this_hop = |id| matches!(id, StepId::Hop { hop: of, .. } if of == hop.number);
        if hop.number != expected {
            report.add(Code::StepIds, Place::Key("hops"), || {
                lines(format!("hop {expected} has the number {}", hop.number), help)
            });
        } else if let Some(fault) = misnumbered(plan, &hop.steps, by_place, of_this_hop) {
            report.add(Code::StepIds, Place::Hop(hop.number), || lines(fault, help));
        }
    }
    let by_place = |place| StepId::Final { place };
    let of_the_end = |id| matches!(id, StepId::Final { .. });
    if let Some(fault) = misnumbered(plan, &plan.closing, by_place, of_the_end) {
        report.add(Code::StepIds, Place::Key("final"), || lines(fault, help));
    }
}

/// The first step with an id that it may not have.
fn misnumbered(
    plan: &Plan,
    steps: &[Step],
    by_place: impl Fn(u32) -> StepId,
    of_this_part: impl Fn(StepId) -> bool,
) -> Option<String> {
    let mut seen = BTreeSet::new();
    steps.iter().enumerate().find_map(|(at, step)| {
        let expected = by_place(number(at));
        if plan.resumed.is_empty() {
            return (step.id != expected)
                .then(|| format!("step {expected} has the id `{}`", step.id));
        }
        let free = seen.insert(step.id) && of_this_part(step.id);
        (!free).then(|| {
            format!("the step at the place of {expected} cannot have the id `{}`", step.id)
        })
    })
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// A plan was taken up again before steps of its own, one after the other, says why, and the cluster was
/// of the same sort as before.
fn resumptions(plan: &Plan, report: &mut Report) {
    let mut steps = plan.steps().map(|(_, step)| step.id);
    let frame = |state: &State| (state.provider, state.etcd_topology, state.kube_proxy);
    for resumption in &plan.resumed {
        let message = if !steps.any(|id| id == resumption.before) {
            "no step with this id follows, so that it is not known which steps are over"
        } else if frame(&resumption.state) != frame(&plan.initial_state) {
            "provider, etcd topology or kube-proxy mode are not those of the initial state"
        } else if !resumption.unproven.iter().all(|id| before(plan, *id, resumption.before)) {
            "a step of `unproven` does not stand before it"
        } else if resumption.because.iter().all(|reason| is_blank(reason)) {
            "`because` says nothing"
        } else {
            continue;
        };
        report.add(Code::Resumption, Place::Step(resumption.before), || {
            lines(
                message,
                "take the plan up again from what runs now: `kubehop plan --resume PLAN`",
            )
        });
    }
}

/// Whether a step stands before another one.
fn before(plan: &Plan, step: StepId, other: StepId) -> bool {
    let mut steps = plan.steps().map(|(_, step)| step.id);
    steps.by_ref().any(|id| id == step) && step != other && steps.any(|id| id == other)
}

/// A state has API servers, names each instance once, and fits what it says of kube-proxy.
fn state(state: &State, place: Place, report: &mut Report) {
    let mut names: Vec<(Component, &str)> = state
        .instances
        .iter()
        .flat_map(|group| group.names.iter().map(|name| (group.component, name.as_str())))
        .collect();
    names.sort_unstable();
    let components: BTreeSet<Component> = names.iter().map(|(component, _)| *component).collect();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    let sort = state
        .instances
        .iter()
        .find(|group| group.version.etcd().is_some() != (group.component == Component::Etcd));
    let proxies = names.iter().filter(|(component, _)| *component == Component::KubeProxy);
    let proxies_fit = match state.kube_proxy {
        KubeProxyMode::None => proxies.count() == 0,
        KubeProxyMode::DaemonSet => proxies.map(|(_, name)| *name).eq(["kube-proxy"]),
        KubeProxyMode::PerNode => {
            state.provider == Provider::Manual
                && proxies
                    .map(|(_, name)| *name)
                    .all(|name| names.binary_search(&(Component::Kubelet, name)).is_ok())
        }
    };
    let message = if let Some(pair) = twice {
        Some(format!("{} of `{}` is named twice", pair[0].0, pair[0].1))
    } else if !components.contains(&Component::KubeApiserver) {
        Some("no kube-apiserver is named".to_owned())
    } else if let Some(group) = sort {
        Some(format!("{} has a version of the wrong sort, {}", group.component, group.version))
    } else if !proxies_fit {
        Some("the instances of kube-proxy do not fit the mode in which it runs".to_owned())
    } else {
        None
    };
    if let Some(message) = message {
        report.add(Code::StateDiffers, place, || {
            lines(message, "name every instance once, and kube-proxy as its mode asks")
        });
    }
}
