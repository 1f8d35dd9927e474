//! Whether what the plan was made from still holds.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::inventory::Inventory;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::plan::Provenance;

use super::codes::Code;
use super::facts::Facts;
use super::report::Place;
use super::report::Report;

/// How many instances are named; the rest is counted.
const NAMED: usize = 20;

/// Compares the plan's provenance with what is at hand now.
pub(super) fn check(
    plan: &Plan,
    facts: &dyn Facts,
    inventory: Option<&Inventory>,
    report: &mut Report,
) {
    catalog(plan, facts, report);
    tool(plan, report);
    if let Some(inventory) = inventory {
        let same = digest(plan, inventory, report);
        instances(plan, inventory, same, report);
    }
}

/// The plan was made with this catalog.
fn catalog(plan: &Plan, facts: &dyn Facts, report: &mut Report) {
    let made_with = &plan.provenance.catalog;
    if made_with.digest != facts.digest() {
        report.add(Code::CatalogMoved, Place::Key("provenance.catalog"), || {
            [
                format!(
                    "the plan was made with data as of {}, not with the data at hand as of {}",
                    made_with.as_of,
                    facts.as_of()
                ),
                "plan again, and compare the two plans".to_owned(),
            ]
        });
    }
}

/// The plan was made by this version of the program.
fn tool(plan: &Plan, report: &mut Report) {
    let made_by = &plan.provenance.tool;
    if made_by != Provenance::TOOL {
        report.add(Code::ToolMoved, Place::Key("provenance.tool"), || {
            let made_by: String = made_by.chars().take(60).collect();
            [
                format!("the plan was made by `{made_by}`, this is `{}`", Provenance::TOOL),
                "plan again, and compare the two plans".to_owned(),
            ]
        });
    }
}

/// The plan was made from this inventory.
fn digest(plan: &Plan, inventory: &Inventory, report: &mut Report) -> bool {
    let same = plan.provenance.inventory.digest == inventory.digest();
    if !same {
        report.add(Code::InventoryMoved, Place::Key("provenance.inventory"), || {
            let at = plan.provenance.inventory.observed_at;
            let when = at.map(|at| format!(" of {at}")).unwrap_or_default();
            [
                format!("the plan was made from another inventory{when}"),
                "plan again if anything that matters has moved".to_owned(),
            ]
        });
    }
    same
}

type Instances<'a> = BTreeMap<(Component, &'a str), Option<ComponentVersion>>;

/// Names what differs between the initial state and the inventory. Where the digest says that they
/// are the same, the plan contradicts what it was made from.
fn instances(plan: &Plan, inventory: &Inventory, same: bool, report: &mut Report) {
    let observed = observed(plan, inventory);
    let mut differences: Vec<String> = Vec::new();
    let mut stated: Instances<'_> = BTreeMap::new();
    for group in &plan.initial_state.instances {
        for name in &group.names {
            stated.insert((group.component, name.as_str()), Some(group.version.clone()));
        }
    }
    for ((component, name), version) in &stated {
        let Some(version) = version else { continue };
        match observed.get(&(*component, *name)) {
            None => differences.push(format!("{component} of `{name}` is gone")),
            Some(Some(now)) if now != version => {
                differences.push(format!("{component} of `{name}` runs {now}, not {version}"));
            }
            Some(_) => {}
        }
    }
    for ((component, name), version) in &observed {
        if let Some(version) = version
            && !stated.contains_key(&(*component, *name))
        {
            differences.push(format!("{component} of `{name}` at {version} is not in the plan"));
        }
    }
    let severity = if same { Severity::Error } else { Code::InstanceMoved.entry().severity };
    let more = differences.len().saturating_sub(NAMED);
    differences.truncate(NAMED);
    if more > 0 {
        differences.push(format!("{more} more instances differ"));
    }
    for (detail, difference) in differences.into_iter().enumerate() {
        let place = Place::Key("initialState");
        report.add_as(severity, Code::InstanceMoved, place, detail as u64, || {
            let help = if same {
                "the initial state must be that of the inventory whose digest the plan names"
            } else {
                "see whether the plan still fits, or plan again"
            };
            [difference, help.to_owned()]
        });
    }
}

/// What the inventory holds; `None` where a version is not known, which the plan may assume.
fn observed<'a>(plan: &Plan, inventory: &'a Inventory) -> Instances<'a> {
    let mut observed: Instances<'a> = BTreeMap::new();
    let version = |version: Option<&crate::version::KubernetesVersion>| {
        version.cloned().map(ComponentVersion::Kubernetes)
    };
    for node in &inventory.control_plane {
        let name = node.name.as_str();
        for (component, known) in [
            (Component::KubeApiserver, node.apiserver.as_ref()),
            (Component::KubeControllerManager, node.controller_manager.as_ref()),
            (Component::KubeScheduler, node.scheduler.as_ref()),
            (Component::Kubelet, node.kubelet.as_ref()),
        ] {
            observed.insert((component, name), version(known));
        }
    }
    for member in &inventory.etcd.members {
        let known = member.version.clone().map(ComponentVersion::Etcd);
        observed.insert((Component::Etcd, member.name.as_str()), known);
    }
    for node in inventory.pools.iter().flat_map(|pool| &pool.nodes) {
        observed.insert((Component::Kubelet, node.name.as_str()), version(Some(&node.kubelet)));
    }
    for client in &inventory.clients {
        let known = version(client.kubectl.as_ref());
        observed.insert((Component::Kubectl, client.name.as_str()), known);
    }
    let proxy = version(inventory.kube_proxy.as_ref());
    match plan.initial_state.kube_proxy {
        KubeProxyMode::DaemonSet => {
            observed.insert((Component::KubeProxy, "kube-proxy"), proxy);
        }
        KubeProxyMode::PerNode => {
            // A control-plane node without a kubelet has no pods to route for.
            let nodes: Vec<&str> = observed
                .iter()
                .filter(|((component, _), version)| {
                    *component == Component::Kubelet && version.is_some()
                })
                .map(|((_, name), _)| *name)
                .collect();
            observed.extend(
                nodes.into_iter().map(|name| ((Component::KubeProxy, name), proxy.clone())),
            );
        }
        KubeProxyMode::None if inventory.provider == Provider::Kubeadm => {
            if proxy.is_some() {
                observed.insert((Component::KubeProxy, "kube-proxy"), proxy);
            }
        }
        KubeProxyMode::None => {}
    }
    observed
}
