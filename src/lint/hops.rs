//! Cuts a list of steps into hops, as its author would: a hop begins with what precedes the API servers of
//! its minor.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::plan::Disruption;
use crate::plan::Duration;
use crate::plan::Hop;
use crate::plan::Rollback;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::plan::Transition;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::document::ListedStep;

/// The steps in hops; outside of them where no API server changes.
pub(super) struct Cut {
    pub(super) hops: Vec<Hop>,
    pub(super) closing: Vec<Step>,
}

/// The oldest kube-apiserver of a state.
pub(super) fn oldest(state: &State) -> Option<&KubernetesVersion> {
    let groups = state.instances.iter().filter(|group| group.component == Component::KubeApiserver);
    groups.filter_map(|group| group.version.kubernetes()).min()
}

/// Cuts the list. A hop begins with the first API server of a new minor, or with the step of etcd in front
/// of it once the API servers of the hop before have moved: etcd of the next hop belongs to that one.
pub(super) fn cut(steps: &[ListedStep], start: &State) -> Cut {
    let raises = |step: &ListedStep| {
        let minor = step.to.kubernetes().map(KubernetesVersion::minor);
        minor.filter(|_| step.component == Component::KubeApiserver)
    };
    if !steps.iter().any(|step| raises(step).is_some()) {
        let place = |at: usize| StepId::Final { place: number(at) };
        let closing = steps.iter().enumerate().map(|(at, step)| as_step(step, place(at)));
        return Cut { hops: Vec::new(), closing: closing.collect() };
    }
    let mut groups: Vec<Vec<&ListedStep>> = vec![Vec::new()];
    let mut current: Option<MinorVersion> = None;
    for (at, step) in steps.iter().enumerate() {
        let later = || steps[at..].iter().filter_map(raises);
        let begins = match (raises(step), current) {
            (Some(minor), Some(current)) => minor > current,
            (None, Some(current)) if step.component == Component::Etcd => {
                later().any(|minor| minor > current)
            }
            _ => false,
        };
        if begins {
            groups.push(Vec::new());
            current = None;
        }
        current = current.max(raises(step));
        if let Some(group) = groups.last_mut() {
            group.push(step);
        }
    }
    Cut { hops: hops(&groups, start), closing: Vec::new() }
}

fn hops(groups: &[Vec<&ListedStep>], start: &State) -> Vec<Hop> {
    let mut servers: BTreeMap<&str, &KubernetesVersion> = BTreeMap::new();
    for group in start.instances.iter().filter(|it| it.component == Component::KubeApiserver) {
        for name in &group.names {
            servers.extend(group.version.kubernetes().map(|version| (name.as_str(), version)));
        }
    }
    let mut hops = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let hop = number(at);
        let from = servers.values().min().map(|version| (*version).clone());
        let mut to: Option<KubernetesVersion> = None;
        let mut steps = Vec::new();
        for (place, step) in group.iter().enumerate() {
            steps.push(as_step(step, StepId::Hop { hop, place: number(place) }));
            if step.component != Component::KubeApiserver {
                continue;
            }
            if let Some(version) = step.to.kubernetes() {
                to = to.max(Some(version.clone()));
                for name in &step.targets {
                    if let Some(known) = servers.get_mut(name.as_str()) {
                        *known = version;
                    }
                }
            }
        }
        if let Some(from) = from {
            let to = to.unwrap_or_else(|| from.clone());
            let (hazards, covered, ruled_out, versions) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            hops.push(Hop { number: hop, from, to, versions, hazards, covered, ruled_out, steps });
        }
    }
    hops
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn as_step(step: &ListedStep, id: StepId) -> Step {
    let ListedStep { component, from, to, targets } = step;
    let (component, from, to) = (*component, from.clone(), to.clone());
    Step {
        id,
        title: format!("{component} to {to}"),
        kind: if component == Component::Kubectl { StepKind::Client } else { StepKind::Upgrade },
        component: Some(component),
        transitions: vec![Transition { component, from, to }],
        targets: targets.clone(),
        pool: None,
        batch: None,
        because: Vec::new(),
        commands: Vec::new(),
        checkpoints: Vec::new(),
        abort: String::new(),
        rollback: Rollback {
            possible: true,
            until: String::new(),
            commands: Vec::new(),
            text: None,
        },
        disruption: Disruption::None,
        duration: Duration::default(),
    }
}
