//! Whether the plan still fits the cluster, and which of its steps are affected where it does not.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::finding::some;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::verify;
use crate::verify::Difference;
use crate::verify::DifferenceKind;

use super::codes::Code;
use super::model::Drift;
use super::model::DriftKind;
use super::report::Draft;
use super::report::Report;

/// Steps that are named in a finding; the rest is counted.
const STEPS_NAMED: usize = 6;

/// Compares the plan's start with the cluster, and reports what differs.
pub(super) fn check(plan: &Plan, inventory: &Inventory, report: &mut Report) -> Vec<Drift> {
    let same = plan.provenance.inventory.digest == inventory.digest();
    let mut differences = verify::differences(plan, inventory);
    let pools = if same { Vec::new() } else { counted(plan, inventory, &mut differences) };
    let mut drift = grouped(plan, inventory, differences, same);
    drift.extend(pools);
    drift.sort_by_key(|one| (one.severity, one.kind, one.component));
    for one in &drift {
        report.add(finding(one, same));
    }
    drift
}

/// What makes two differences the same one.
type Key = (
    Severity,
    DriftKind,
    Option<Component>,
    Option<ComponentVersion>,
    Option<ComponentVersion>,
    Option<String>,
);

fn grouped(
    plan: &Plan,
    inventory: &Inventory,
    differences: Vec<Difference>,
    same: bool,
) -> Vec<Drift> {
    let mut groups: BTreeMap<Key, Vec<Difference>> = BTreeMap::new();
    for mut difference in differences {
        if same {
            difference.severity = Severity::Error;
        }
        let kind = match (difference.kind, difference.severity) {
            (DifferenceKind::Frame, _) => DriftKind::OtherCluster,
            (DifferenceKind::Gone, _) => DriftKind::Gone,
            (DifferenceKind::New, _) => DriftKind::New,
            (DifferenceKind::Moved, Severity::Info) => DriftKind::Underway,
            (DifferenceKind::Moved, _) => DriftKind::Moved,
        };
        let component = difference.instance.as_ref().map(|(component, _)| *component);
        // The whole cluster differs in one way after the other.
        let text = component.is_none().then(|| difference.text.clone());
        let (planned, found) = (difference.planned.clone(), difference.found.clone());
        let key = (difference.severity, kind, component, planned, found, text);
        groups.entry(key).or_default().push(difference);
    }
    let joins = Joins::new(inventory);
    groups
        .into_iter()
        .map(|((severity, kind, component, planned, found, _), of_one)| {
            let mut instances: Vec<InstanceName> =
                of_one.iter().filter_map(|one| one.instance.as_ref()?.1.parse().ok()).collect();
            instances.sort();
            let steps = component
                .map(|component| affected(plan, component, &instances, &joins))
                .unwrap_or_default();
            let instances: Vec<String> = instances.iter().map(ToString::to_string).collect();
            let text = match (of_one.as_slice(), component) {
                ([one], _) => one.text.clone(),
                (_, Some(component)) => {
                    sentence(kind, component, &instances, planned.as_ref(), found.as_ref())
                }
                (_, None) => String::new(),
            };
            Drift { kind, severity, component, instances, planned, found, steps, text }
        })
        .collect()
}

fn sentence(
    kind: DriftKind,
    component: Component,
    instances: &[String],
    planned: Option<&ComponentVersion>,
    found: Option<&ComponentVersion>,
) -> String {
    let quoted: Vec<String> = instances.iter().map(|name| format!("`{name}`")).collect();
    let of = format!("{component} of {}", some(&quoted));
    let text = |version: Option<&ComponentVersion>| {
        version.map_or_else(|| "another version".to_owned(), ToString::to_string)
    };
    match kind {
        DriftKind::Gone => format!("{of} are gone"),
        DriftKind::New => format!("{of} at {} are not in the plan", text(found)),
        DriftKind::Underway => {
            format!("{of} run {}, where the plan brings them", text(found))
        }
        DriftKind::Moved | DriftKind::OtherCluster => {
            format!("{of} run {}, not {}", text(found), text(planned))
        }
    }
}

/// The pool of each node that the cluster has.
struct Joins<'a>(BTreeMap<&'a str, &'a PoolName>);

impl<'a> Joins<'a> {
    fn new(inventory: &'a Inventory) -> Self {
        let nodes = inventory
            .pools
            .iter()
            .flat_map(|pool| pool.nodes.iter().map(move |node| (node.name.as_str(), &pool.name)));
        Self(nodes.collect())
    }
}

/// The steps that act on some instances, or on the pool that a new node belongs to.
fn affected(
    plan: &Plan,
    component: Component,
    instances: &[InstanceName],
    joins: &Joins<'_>,
) -> Vec<StepId> {
    let daemon_set = component == Component::KubeProxy
        && plan.initial_state.kube_proxy == KubeProxyMode::DaemonSet;
    let names: BTreeSet<&str> = instances.iter().map(InstanceName::as_str).collect();
    let pools: BTreeSet<&PoolName> =
        names.iter().filter_map(|name| joins.0.get(name)).copied().collect();
    let acts = plan.steps().filter(|(_, step)| {
        let moves = step.transitions.iter().any(|at| at.component == component);
        let concerned = daemon_set
            || step.targets.iter().any(|target| names.contains(target.as_str()))
            || step.pool.as_ref().is_some_and(|pool| pools.contains(pool));
        moves && concerned
    });
    acts.map(|(_, step)| step.id).collect()
}

/// Nodes of a pool that the plan only counts have made-up names. Where the cluster names them, their
/// number and their versions are compared instead; what is said of single names is taken out.
fn counted(plan: &Plan, inventory: &Inventory, differences: &mut Vec<Difference>) -> Vec<Drift> {
    let mut drift = Vec::new();
    for pool in &inventory.pools {
        let groups: Vec<_> = plan
            .initial_state
            .instances
            .iter()
            .filter(|group| {
                group.component == Component::Kubelet && group.pool.as_ref() == Some(&pool.name)
            })
            .collect();
        let planned: BTreeSet<&str> =
            groups.iter().flat_map(|group| &group.names).map(InstanceName::as_str).collect();
        let made_up = (1..=planned.len())
            .all(|number| planned.contains(InstanceName::counted(&pool.name, number).as_str()));
        let named: BTreeSet<&str> = pool.nodes.iter().map(|node| node.name.as_str()).collect();
        if planned.is_empty() || !made_up || !planned.is_disjoint(&named) {
            continue;
        }
        differences.retain(|one| {
            one.instance.as_ref().is_none_or(|(_, name)| {
                !planned.contains(name.as_str()) && !named.contains(name.as_str())
            })
        });
        let mut versions: BTreeMap<ComponentVersion, (u64, u64)> = BTreeMap::new();
        for group in &groups {
            versions.entry(group.version.clone()).or_default().0 += group.names.len() as u64;
        }
        for node in &pool.nodes {
            versions.entry(node.kubelet.clone().into()).or_default().1 += 1;
        }
        versions.retain(|_, (planned, found)| planned != found);
        if versions.is_empty() {
            continue;
        }
        let list: Vec<String> = versions
            .iter()
            .map(|(version, (planned, found))| format!("{found} at {version} instead of {planned}"))
            .collect();
        let steps = plan.steps().filter(|(_, step)| step.pool.as_ref() == Some(&pool.name));
        drift.push(Drift {
            kind: DriftKind::Moved,
            severity: Severity::Warning,
            component: Some(Component::Kubelet),
            instances: vec![pool.name.to_string()],
            planned: None,
            found: None,
            steps: steps.map(|(_, step)| step.id).collect(),
            text: format!("pool `{}` has {} nodes: {}", pool.name, named.len(), list.join(", ")),
        });
    }
    drift
}

fn finding(drift: &Drift, same: bool) -> Draft {
    let Drift { kind, severity, component, instances, steps, text, .. } = drift;
    let (code, help) = match kind {
        _ if same => (Code::Moved, "the plan contradicts the inventory that it was made from"),
        DriftKind::OtherCluster => (Code::OtherCluster, "make a plan for this cluster"),
        DriftKind::Gone => (Code::Gone, "plan again from the cluster as it is"),
        DriftKind::Moved => (Code::Moved, "plan again from the cluster as it is"),
        DriftKind::New => (Code::New, "plan again, so that it is upgraded with the others"),
        DriftKind::Underway => (Code::Underway, "go on where the plan stands, or plan again"),
    };
    let subject = match component {
        Some(component) => format!("{component} {}", some(instances)),
        None => "the cluster".to_owned(),
    };
    Draft::new(code, subject)
        .weighs(*severity)
        .says(format!("{text}{}", of_steps(steps)))
        .help(help)
}

/// `; steps 1.04 and 1.09 are affected`.
fn of_steps(steps: &[StepId]) -> String {
    let named: Vec<String> = steps.iter().take(STEPS_NAMED).map(ToString::to_string).collect();
    let more = steps.len().saturating_sub(STEPS_NAMED);
    match (named.as_slice(), more) {
        ([], _) => "; no step acts on it".to_owned(),
        ([one], 0) => format!("; step {one} is affected"),
        (some, 0) => format!("; steps {} are affected", some.join(", ")),
        (some, more) => format!("; steps {} and {more} more are affected", some.join(", ")),
    }
}

/// A plan that was taken up again is reviewed from there on: why it was, and what of it may be open.
pub(super) fn taken_up(plan: &Plan, report: &mut Report) {
    for resumption in &plan.resumed {
        let because = resumption.because.join("; ");
        let open: Vec<String> = resumption.unproven.iter().map(ToString::to_string).collect();
        let open = if open.is_empty() {
            "the steps before it are not reviewed again".to_owned()
        } else {
            format!("the sign-offs tell whether {} is done", crate::finding::some(&open))
        };
        report.add(
            Draft::new(Code::TakenUp, resumption.before.to_string())
                .says(format!("the plan was taken up again here: {because}"))
                .help(format!("{open}; `kubehop diff OLD NEW` says what has changed")),
        );
    }
}
