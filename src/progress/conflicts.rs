//! What the plan does not explain, and what is not known.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::cluster::EtcdTopology;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::plan::Plan;
use crate::plan::StepId;

use super::comparison::StepState;
use super::model::Conflict;
use super::model::ConflictKind;
use super::model::Request;
use super::observed::Observed;
use super::observed::some;
use super::runs::Instance;
use super::runs::Runs;
use super::ways::Spot;
use super::ways::Way;

/// Names that say nothing: what kubeadm calls a cluster by itself, and what stands for no name.
const NO_NAMES: [&str; 3] = ["", "kubernetes", "unnamed"];

const RESUME: &str = "find out who did it, then plan the rest anew: kubehop plan --resume PLAN";

/// Whether the plan is for another cluster, so that it stands nowhere.
pub(super) fn is_elsewhere(conflicts: &[Conflict]) -> bool {
    conflicts
        .iter()
        .any(|it| matches!(it.kind, ConflictKind::OtherCluster | ConflictKind::OtherShape))
}

fn whole(kind: ConflictKind, message: String, help: &str) -> Conflict {
    Conflict {
        kind,
        component: None,
        instances: Vec::new(),
        observed: None,
        planned: Vec::new(),
        steps: Vec::new(),
        message,
        help: help.to_owned(),
    }
}

/// The cluster that a plan is for, as far as its name tells.
fn cluster(plan: &Plan) -> Option<&str> {
    let end = format!("-{}-to-{}", plan.from, plan.to);
    let name = plan.metadata.name.strip_suffix(&end)?;
    (!NO_NAMES.contains(&name)).then_some(name)
}

/// What makes this another cluster than that of the plan.
pub(super) fn of_the_whole(
    request: &Request<'_>,
    start: &Runs,
    observed: &Observed,
) -> Vec<Conflict> {
    let Request { plan, inventory, .. } = request;
    let mut conflicts = Vec::new();
    let is = inventory.name.as_str();
    let other = cluster(plan).filter(|name| *name != is && !NO_NAMES.contains(&is));
    let known = |(component, name): &Instance| {
        *component == Component::KubeApiserver
            && observed.versions.contains_key(&(Component::KubeApiserver, name.clone()))
    };
    if plan.provenance.inventory.synthetic && !start.iter().any(|(instance, _)| known(instance)) {
        conflicts.push(whole(
            ConflictKind::OtherCluster,
            "the plan was made from two versions: its nodes have made-up names, so no cluster can be \
             compared with it"
                .to_owned(),
            "plan from an inventory of the cluster: kubehop plan --inventory FILE",
        ));
    } else if !start.iter().any(|(instance, _)| known(instance)) {
        conflicts.push(whole(
            ConflictKind::OtherCluster,
            "no control-plane node of the plan is in this cluster".to_owned(),
            "name the plan of this cluster, or the cluster of this plan",
        ));
    } else if let Some(name) = other {
        conflicts.push(whole(
            ConflictKind::OtherCluster,
            format!("the plan is for `{name}`, and this cluster is `{is}`"),
            "name the cluster of the plan; where it is the same one, correct the name in the inventory \
             or give it with `--name`",
        ));
    }
    let planned = &plan.initial_state;
    if planned.provider != inventory.provider {
        conflicts.push(whole(
            ConflictKind::OtherShape,
            format!(
                "the plan is for provider {}, and this cluster has {}",
                planned.provider, inventory.provider
            ),
            "plan anew from this inventory",
        ));
    }
    if planned.etcd_topology != inventory.etcd.topology {
        conflicts.push(whole(
            ConflictKind::OtherShape,
            format!(
                "the plan is for {} etcd, and that of this cluster is {}",
                planned.etcd_topology, inventory.etcd.topology
            ),
            "plan anew from this inventory",
        ));
    }
    conflicts
}

/// Whether nothing at all was seen of a component that an observation may leave out: the members of
/// an external etcd, and clients, stand outside of the cluster.
pub(super) fn may_be_unseen(component: Component, observed: &Observed) -> bool {
    matches!(component, Component::Etcd | Component::Kubectl)
        && !observed.versions.keys().any(|(known, _)| *known == component)
}

/// Instances with the same story.
type Groups =
    BTreeMap<(ConflictKind, Component, Option<ComponentVersion>, Vec<ComponentVersion>), Group>;

#[derive(Default)]
struct Group {
    names: Vec<InstanceName>,
    steps: BTreeSet<usize>,
}

/// Instances that came, went, or run what no place of the plan explains.
pub(super) fn of_instances(
    request: &Request<'_>,
    start: &Runs,
    observed: &Observed,
    ways: &BTreeMap<Instance, Way<'_>>,
    spots: &BTreeMap<&Instance, Spot>,
) -> Vec<Conflict> {
    let mut groups = Groups::new();
    for (instance, way) in ways {
        let planned: Vec<ComponentVersion> =
            way.versions.iter().map(|version| (*version).clone()).collect();
        let (kind, seen, left) = match spots.get(instance) {
            None => (ConflictKind::Removed, None, 0),
            Some(spot) if !spot.explained => {
                let seen = observed.versions.get(instance).cloned().flatten();
                (ConflictKind::Version, seen, spot.least)
            }
            Some(_) => continue,
        };
        let group = groups.entry((kind, instance.0, seen, planned)).or_default();
        group.names.push(observed.real.get(&instance.1).unwrap_or(&instance.1).clone());
        group.steps.extend(way.steps.iter().skip(left));
    }
    for (instance, version) in &observed.versions {
        if let (Some(version), None) = (version, start.version(instance)) {
            let key = (ConflictKind::Added, instance.0, Some(version.clone()), Vec::new());
            groups.entry(key).or_default().names.push(instance.1.clone());
        }
    }
    let ids: Vec<StepId> = request.plan.steps().map(|(_, step)| step.id).collect();
    let whole_nodes = nodes_of_the_control_plane(&groups);
    groups
        .into_iter()
        .filter_map(|((kind, component, seen, planned), mut group)| {
            if component != Component::KubeApiserver {
                let nodes = whole_nodes.get(&kind);
                let told = |name: &InstanceName| nodes.is_some_and(|nodes| nodes.contains(name));
                let stacked = request.inventory.etcd.topology == EtcdTopology::Stacked;
                if component != Component::Etcd || stacked {
                    group.names.retain(|name| !told(name));
                }
            }
            (!group.names.is_empty()).then(|| {
                let steps = group.steps.into_iter().filter_map(|at| ids.get(at).copied());
                let (message, help) = words(kind, component, &group.names, seen.as_ref(), &planned);
                Conflict {
                    kind,
                    component: Some(component),
                    instances: group.names,
                    observed: seen,
                    planned,
                    steps: steps.collect(),
                    message,
                    help,
                }
            })
        })
        .collect()
}

/// Nodes of the control plane that came or went as a whole: their other parts need no word.
fn nodes_of_the_control_plane(groups: &Groups) -> BTreeMap<ConflictKind, BTreeSet<InstanceName>> {
    let mut nodes: BTreeMap<ConflictKind, BTreeSet<InstanceName>> = BTreeMap::new();
    for ((kind, component, ..), group) in groups {
        if *component == Component::KubeApiserver && *kind != ConflictKind::Version {
            nodes.entry(*kind).or_default().extend(group.names.iter().cloned());
        }
    }
    nodes
}

fn words(
    kind: ConflictKind,
    component: Component,
    names: &[InstanceName],
    seen: Option<&ComponentVersion>,
    planned: &[ComponentVersion],
) -> (String, String) {
    let what = match component {
        Component::KubeApiserver if kind != ConflictKind::Version => "control-plane node",
        Component::Kubelet if kind != ConflictKind::Version => "node",
        Component::Etcd if kind != ConflictKind::Version => "etcd member",
        Component::Kubectl if kind != ConflictKind::Version => "client",
        other => other.name(),
    };
    let runs = seen.map(ToString::to_string).unwrap_or_default();
    let shown = some(names);
    let (is, run) = if names.len() == 1 { ("is", "runs") } else { ("are", "run") };
    match kind {
        ConflictKind::Added => (
            format!("{what} {shown} at {runs} {is} not in the plan"),
            "no step takes it along; plan the rest anew: kubehop plan --resume PLAN".to_owned(),
        ),
        ConflictKind::Removed => (
            format!("{what} {shown} of the plan {is} not there"),
            "where it is gone for good, plan the rest anew: kubehop plan --resume PLAN".to_owned(),
        ),
        _ => {
            let way: Vec<String> = planned.iter().map(ToString::to_string).collect();
            let way = match way.as_slice() {
                [] | [_] => "the plan does not move it".to_owned(),
                [first, stops @ ..] => {
                    format!("the plan takes it from {first} to {}", stops.join(", then "))
                }
            };
            (format!("{what} of {shown} {run} {runs}, and {way}"), RESUME.to_owned())
        }
    }
}

/// Steps that have begun although one before them is not finished.
pub(super) fn ahead(states: &[StepState<'_>], observed: &Observed) -> Vec<Conflict> {
    let Some(open) = states.iter().position(StepState::is_open) else { return Vec::new() };
    let first = &states[open];
    let left = first.partial(observed).remaining;
    let ahead = states[open + 1..].iter().filter(|state| state.has_begun());
    ahead
        .map(|state| {
            let partial = state.partial(observed);
            let half = partial.within.iter().map(|within| within.target.clone());
            let instances: Vec<InstanceName> = partial.done.iter().cloned().chain(half).collect();
            Conflict {
                kind: ConflictKind::Ahead,
                component: state.step.component,
                observed: None,
                planned: Vec::new(),
                steps: vec![first.step.id, state.step.id],
                message: format!(
                    "step {} has been done on {}, although step {} is not finished: {} left",
                    state.step.id,
                    some(&instances),
                    first.step.id,
                    if left.len() == 1 {
                        format!("{} is", some(&left))
                    } else {
                        format!("{} are", some(&left))
                    },
                ),
                help: RESUME.to_owned(),
                instances,
            }
        })
        .collect()
}

/// Versions of the plan's instances that are not known, by component.
pub(super) fn unknown(start: &Runs, observed: &Observed) -> Vec<String> {
    let mut names: BTreeMap<Component, Vec<InstanceName>> = BTreeMap::new();
    for (instance, _) in start.iter() {
        let unseen = may_be_unseen(instance.0, observed) && instance.0 == Component::Etcd;
        let unknown = matches!(observed.versions.get(instance), Some(None));
        if (unseen || unknown) && !observed.coarse.contains(instance) {
            let name = observed.real.get(&instance.1).unwrap_or(&instance.1);
            names.entry(instance.0).or_default().push(name.clone());
        }
    }
    names
        .into_iter()
        .map(|(component, names)| {
            format!("the version of {component} is not known on {}", some(&names))
        })
        .collect()
}

/// Nodes that are not as a node should be before a step is begun.
pub(super) fn unfit_nodes(inventory: &Inventory) -> Vec<String> {
    let control_plane = inventory.control_plane.iter().map(|node| (&node.name, &node.facts));
    let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes);
    let nodes: Vec<_> =
        control_plane.chain(workers.map(|node| (&node.name, &node.facts))).collect();
    let named = |of: &dyn Fn(&crate::inventory::NodeFacts) -> bool| -> Vec<InstanceName> {
        nodes.iter().filter(|(_, facts)| of(facts)).map(|(name, _)| (*name).clone()).collect()
    };
    let (unready, cordoned) =
        (named(&|facts| facts.ready == Some(false)), named(&|facts| facts.cordoned == Some(true)));
    let mut notes = Vec::new();
    if !unready.is_empty() {
        notes.push(format!("not ready: {}; bring it back before the next step", some(&unready)));
    }
    if !cordoned.is_empty() {
        notes.push(format!("cordoned: {}; a step may have been broken off there", some(&cordoned)));
    }
    notes
}
