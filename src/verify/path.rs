//! The way from start to target: every transition starts where the replay stands, hops join, and
//! what the plan promises is what its steps lead to.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::finding::some;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::Transition;
use crate::plan::VersionCount;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::codes::Code;
use super::report::Place;
use super::report::Report;
use super::world::World;

/// Hops join: the first starts at `from`, each where the one before ended, the last ends at `to`.
pub(super) fn hops(plan: &Plan, world: &World<'_>, report: &mut Report) {
    let oldest = world.apiservers().min();
    if oldest.is_some_and(|oldest| *oldest != plan.from) {
        report.add(Code::HopsApart, Place::Key("from"), || {
            let oldest = oldest.map(ToString::to_string).unwrap_or_default();
            [
                format!("`from` is {}, but the oldest kube-apiserver runs {oldest}", plan.from),
                "the plan starts at the oldest kube-apiserver of its initial state".to_owned(),
            ]
        });
    }
    let mut at = &plan.from;
    let mut first = 0;
    for hop in &plan.hops {
        // Where the plan was taken up again before a hop, it starts at what was found.
        if first == plan.over() && !plan.resumed.is_empty() {
            at = oldest_server(plan.found()).unwrap_or(at);
        }
        first += hop.steps.len();
        if hop.from != *at {
            report.add(Code::HopsApart, Place::Hop(hop.number), || {
                [
                    format!("the hop starts at {}, but {at} is where the plan stands", hop.from),
                    "a hop starts where the one before it ended".to_owned(),
                ]
            });
        }
        if hop.to.minor() > hop.from.minor().next() || hop.to.minor() < hop.from.minor() {
            report.add(Code::WideHop, Place::Hop(hop.number), || {
                [
                    format!("the hop goes from {} to {}", hop.from, hop.to),
                    "a hop raises the control plane by one minor at most".to_owned(),
                ]
            });
        }
        at = &hop.to;
    }
    if *at != plan.to && !plan.hops.is_empty() {
        report.add(Code::HopsApart, Place::Key("to"), || {
            [
                format!("the last hop ends at {at}, but `to` is {}", plan.to),
                "the last hop ends at the target".to_owned(),
            ]
        });
    }
}

fn oldest_server(state: &State) -> Option<&KubernetesVersion> {
    let servers =
        state.instances.iter().filter(|group| group.component == Component::KubeApiserver);
    servers.filter_map(|group| group.version.kubernetes()).min()
}

/// A transition starts at the oldest version of its targets.
pub(super) fn from(
    step: &Step,
    transition: &Transition,
    oldest: Option<&ComponentVersion>,
    report: &mut Report,
) {
    let Some(oldest) = oldest.filter(|oldest| **oldest != transition.from) else { return };
    let detail = u64::from(transition.component as u8);
    let severity = Code::FromDiffers.entry().severity;
    report.add_as(severity, Code::FromDiffers, Place::Step(step.id), detail, || {
        let Transition { component, from, to } = transition;
        [
            format!("{component} moves from {from} to {to}, but its oldest target runs {oldest}"),
            "an earlier step is missing, out of place, or for other targets".to_owned(),
        ]
    });
}

/// The members of one etcd step come from one minor: what is typed for one must hold for all.
pub(super) fn one_etcd_minor(
    step: &Step,
    transition: &Transition,
    (runs, name): (&EtcdVersion, &str),
    report: &mut Report,
) {
    let Some(from) = transition.from.etcd().filter(|from| from.minor() != runs.minor()) else {
        return;
    };
    report.add(Code::FromDiffers, Place::Step(step.id), || {
        [
            format!("etcd moves from {from}, but member `{name}` runs {runs}, of another minor"),
            "give the members of each minor a step of their own".to_owned(),
        ]
    });
}

/// No component goes back, and no kube-apiserver skips a minor. kubectl may go back: it follows the
/// API servers that it must reach.
pub(super) fn one_move(
    step: &Step,
    component: Component,
    (from, to): (&KubernetesVersion, &KubernetesVersion),
    name: &str,
    report: &mut Report,
) {
    let place = Place::Step(step.id);
    if to < from && component != Component::Kubectl {
        report.add(Code::Downgrade, place, || {
            [
                format!("{component} of `{name}` goes from {from} back to {to}"),
                "downgrades are not supported; leave the instance where it is".to_owned(),
            ]
        });
    }
    if component == Component::KubeApiserver && to.minor() > from.minor().next() {
        report.add(Code::SkippedMinor, place, || {
            [
                format!("kube-apiserver of `{name}` goes from {from} to {to}"),
                format!("stop at a patch of {} first", from.minor().next()),
            ]
        });
    }
}

/// At the end of a hop every kube-apiserver has finished it.
pub(super) fn hop_complete(hop: &Hop, world: &World<'_>, report: &mut Report) {
    let behind = world.each(Component::KubeApiserver).find(|(_, _, version)| {
        version
            .kubernetes()
            .is_some_and(|version| version.minor() != hop.to.minor() || *version < hop.to)
    });
    if let Some((_, name, version)) = behind {
        report.add(Code::HopIncomplete, Place::Hop(hop.number), || {
            [
                format!("kube-apiserver of `{name}` runs {version} after the hop to {}", hop.to),
                "every kube-apiserver finishes a hop before the next one starts".to_owned(),
            ]
        });
    }
}

/// The version table of a hop lists what changes, and is right in everything that it lists.
pub(super) fn hop_versions(
    hop: &Hop,
    before: &BTreeMap<Component, Vec<VersionCount>>,
    after: &BTreeMap<Component, Vec<VersionCount>>,
    report: &mut Report,
) {
    if report.has_error(Code::FromDiffers) || report.has_error(Code::HopVersions) {
        return; // the first difference leads to all others
    }
    let mut wrong: Vec<String> = Vec::new();
    for component in Component::ALL {
        let (was, is) = (before.get(&component), after.get(&component));
        let mut listed = hop.versions.iter().filter(|entry| entry.component == component);
        let right = match (listed.next(), listed.next()) {
            (None, _) => was == is,
            (Some(entry), None) => {
                let same = |replayed: Option<&Vec<VersionCount>>, stated: &[VersionCount]| {
                    replayed.map_or(&[][..], Vec::as_slice) == stated
                };
                same(was, &entry.before) && same(is, &entry.after)
            }
            (Some(_), Some(_)) => false,
        };
        if !right {
            wrong.push(format!("{component} ({} to {})", list(was), list(is)));
        }
    }
    if !wrong.is_empty() {
        report.add(Code::HopVersions, Place::Hop(hop.number), || {
            [
                format!("`versions` differs from the replay in {}", some(&wrong)),
                "the table must list, oldest first, what runs before and after the hop".to_owned(),
            ]
        });
    }
}

fn list(counts: Option<&Vec<VersionCount>>) -> String {
    let shown: Vec<String> = counts
        .into_iter()
        .flatten()
        .map(|VersionCount { version, count }| format!("{version} x{count}"))
        .collect();
    if shown.is_empty() { "none".to_owned() } else { some(&shown) }
}

/// After the last step everything is at the target, clients at its minor or above.
pub(super) fn target(plan: &Plan, world: &World<'_>, report: &mut Report) {
    let mut missed: Vec<String> = Vec::new();
    for component in Component::ALL {
        let reached = |version: &KubernetesVersion| match component {
            Component::Etcd | Component::CloudControllerManager => true,
            // A client that is newer stays inside its window, which the skew checks hold.
            Component::Kubectl => version.minor() >= plan.to.minor(),
            _ => version.minor() == plan.to.minor() && *version >= plan.to,
        };
        for (_, name, version) in world.each(component) {
            if version.kubernetes().is_some_and(|version| !reached(version)) {
                missed.push(format!("{component} of `{name}` at {version}"));
            }
        }
    }
    if !missed.is_empty() {
        report.add(Code::TargetMissed, Place::Final, || {
            [
                format!("the target is {}, but the plan leaves {}", plan.to, some(&missed)),
                "add the steps that are missing".to_owned(),
            ]
        });
    }
}

/// The final state is what the steps lead to.
pub(super) fn final_state(plan: &Plan, world: &World<'_>, report: &mut Report) {
    if report.has_error(Code::FromDiffers) {
        return;
    }
    let (first, last) = (&plan.initial_state, &plan.final_state);
    let frame = |state: &State| (state.provider, state.etcd_topology, state.kube_proxy);
    let mut wrong: Vec<String> = Vec::new();
    if frame(first) != frame(last) {
        wrong.push("provider, etcd topology or kube-proxy mode".to_owned());
    }
    let mut stated = 0;
    for group in &last.instances {
        for name in &group.names {
            stated += 1;
            let id = world.find(group.component, name);
            if id.is_none_or(|id| *world.version(id) != group.version) {
                wrong.push(format!("{} of `{name}`", group.component));
            }
        }
    }
    let replayed: usize = Component::ALL.iter().map(|component| world.count(*component)).sum();
    if stated != replayed && wrong.is_empty() {
        wrong.push(format!("the number of instances ({stated} instead of {replayed})"));
    }
    if !wrong.is_empty() {
        report.add(Code::FinalState, Place::Final, || {
            [
                format!("`finalState` differs from the replay in {}", some(&wrong)),
                "the final state must be what the steps lead to".to_owned(),
            ]
        });
    }
}
