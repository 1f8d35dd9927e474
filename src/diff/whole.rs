//! Changes of the plan as a whole: its start, its target, what was asked for and taken to hold.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::plan::Plan;
use crate::plan::State;

use super::model::Change;
use super::model::ChangeKind;
use super::steps::names;
use super::why::Why;

/// The changes.
pub(super) fn changes(old: &Plan, new: &Plan, why: &Why<'_>) -> Vec<Change> {
    let mut changes = start(old, new, why);
    if old.to != new.to {
        let reason = why.release(&old.to, &new.to);
        let change = Change::of_the_plan(ChangeKind::Target, "target");
        changes.push(change.from(&old.to).to(&new.to).because(reason));
    }
    if old.strategy != new.strategy {
        let change = Change::of_the_plan(ChangeKind::Strategy, "strategy");
        changes.push(change.from(old.strategy).to(new.strategy));
    }
    let (then, now) = (old.provenance.options.os, new.provenance.options.os);
    if then != now {
        let change = Change::of_the_plan(ChangeKind::Option, "commands for");
        changes.push(change.from(then).to(now));
    }
    changes.extend(assumptions(old, new, why));
    changes
}

/// How many instances of a component run each version.
fn counts(state: &State) -> BTreeMap<Component, BTreeMap<&ComponentVersion, usize>> {
    let mut counts: BTreeMap<Component, BTreeMap<&ComponentVersion, usize>> = BTreeMap::new();
    for group in &state.instances {
        *counts.entry(group.component).or_default().entry(&group.version).or_default() +=
            group.names.len();
    }
    counts
}

fn shown(counts: Option<&BTreeMap<&ComponentVersion, usize>>) -> String {
    let parts = counts.into_iter().flatten().map(|(version, count)| match count {
        1 => version.to_string(),
        more => format!("{version} on {more}"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// Where the plan starts: instances that came and went, and versions that are others.
fn start(old: &Plan, new: &Plan, why: &Why<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let shape = |state: &State| (state.provider, state.etcd_topology, state.kube_proxy);
    if shape(&old.initial_state) != shape(&new.initial_state) {
        let text = |state: &State| {
            let proxy = serde_json::to_value(state.kube_proxy).ok();
            let proxy = proxy.as_ref().and_then(|it| it.as_str()).unwrap_or_default().to_owned();
            format!("{}, {} etcd, kube-proxy {proxy}", state.provider, state.etcd_topology)
        };
        let change = Change::of_the_plan(ChangeKind::Start, "cluster");
        let change = change.from(text(&old.initial_state)).to(text(&new.initial_state));
        changes.push(change.because(why.inventory()));
    }
    let kinds = [ChangeKind::InstanceAdded, ChangeKind::InstanceRemoved];
    for (kind, instances) in kinds.into_iter().zip(why.came_and_went()) {
        let mut groups: BTreeMap<(Component, &ComponentVersion), Vec<InstanceName>> =
            BTreeMap::new();
        for (component, name, version) in instances {
            let names = groups.entry((component, version)).or_default();
            names.extend(name.parse::<InstanceName>());
        }
        for ((component, version), instances) in groups {
            let text = format!("{} at {version}", names(&instances));
            let change = Change::of_the_plan(kind, component.name());
            let change = if kind.is_added() { change.to(text) } else { change.from(text) };
            changes.push(change.because(why.inventory()));
        }
    }
    let moved = moved(old, new);
    let (before, after) = (counts(&old.initial_state), counts(&new.initial_state));
    for component in Component::ALL.into_iter().filter(|it| moved.contains_key(it)) {
        let change = Change::of_the_plan(ChangeKind::Start, component.name());
        let (before, after) = (shown(before.get(&component)), shown(after.get(&component)));
        changes.push(change.from(before).to(after).because(why.inventory()));
    }
    changes
}

/// Components of which an instance that both plans know starts from another version.
fn moved(old: &Plan, new: &Plan) -> BTreeMap<Component, usize> {
    let versions = |state: &State| -> BTreeMap<(Component, InstanceName), ComponentVersion> {
        let groups = state.instances.iter();
        let each = groups.flat_map(|group| {
            let entry =
                |name: &InstanceName| ((group.component, name.clone()), group.version.clone());
            group.names.iter().map(entry)
        });
        each.collect()
    };
    let (before, after) = (versions(&old.initial_state), versions(&new.initial_state));
    let mut moved = BTreeMap::new();
    for (instance, version) in before {
        if after.get(&instance).is_some_and(|now| *now != version) {
            *moved.entry(instance.0).or_default() += 1;
        }
    }
    moved
}

fn assumptions(old: &Plan, new: &Plan, why: &Why<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |kind, id: &str, before: Option<&str>, after: Option<&str>| {
        changes.push(Change {
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            ..Change::of_the_plan(kind, id).because(why.anything())
        });
    };
    for one in &old.assumptions {
        match new.assumptions.iter().find(|it| it.id == one.id) {
            None => add(ChangeKind::AssumptionRemoved, &one.id, Some(&one.text), None),
            Some(other) if other.text != one.text => {
                add(ChangeKind::AssumptionChanged, &one.id, Some(&one.text), Some(&other.text));
            }
            Some(_) => {}
        }
    }
    for one in new.assumptions.iter().filter(|one| old.assumptions.iter().all(|it| it.id != one.id))
    {
        add(ChangeKind::AssumptionAdded, &one.id, None, Some(&one.text));
    }
    changes
}
