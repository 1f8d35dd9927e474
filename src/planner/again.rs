//! The same question once more, from the plan alone: what another strategy would have made of it.
//!
//! A plan holds every instance with its version, but not what else the inventory said of the nodes. So
//! the answer is only given where the plan's own strategy, asked again in the same way, gives the plan's
//! own steps: then nothing that is missing has decided anything.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::cluster::Strategy;
use crate::component::Component;
use crate::inventory::Client;
use crate::inventory::ControlPlaneNode;
use crate::inventory::Etcd;
use crate::inventory::EtcdMember;
use crate::inventory::Inventory;
use crate::inventory::Node;
use crate::inventory::NodeFacts;
use crate::inventory::NodePool;
use crate::name::InstanceName;
use crate::plan::InstanceGroup;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::KubernetesVersion;

use super::Outcome;
use super::Request;
use super::plan as make;

/// The plan from the same start to the same target with another strategy; `None` where the plan does
/// not tell enough, or was made with other data, by another version, or edited since.
pub fn with_strategy(plan: &Plan, catalog: &Catalog, strategy: Strategy) -> Option<Plan> {
    let inventory = inventory(&plan.initial_state);
    let own = planned(plan, catalog, &inventory, plan.strategy)?;
    let same = plan.hops.len() == own.hops.len()
        && plan.steps().map(|(_, step)| does(step)).eq(own.steps().map(|(_, step)| does(step)));
    if same { planned(plan, catalog, &inventory, strategy) } else { None }
}

/// What of a step counts: what it does to whom.
fn does(step: &Step) -> impl PartialEq + '_ {
    (step.id, step.kind, step.component, &step.transitions, &step.targets, &step.batch)
}

fn planned(
    plan: &Plan,
    catalog: &Catalog,
    inventory: &Inventory,
    strategy: Strategy,
) -> Option<Plan> {
    let options = &plan.provenance.options;
    let request = Request {
        inventory,
        catalog,
        to: options.to.parse().ok()?,
        strategy,
        pins: options.pin.clone(),
        avoid: options.avoid.iter().cloned().collect(),
        os: options.os,
        strict: false,
        etcd: options.etcd.clone(),
        from_minor: None,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    match make(&request).ok()? {
        Outcome::Planned { plan, .. } => Some(*plan),
        Outcome::NothingToDo { .. } => None,
    }
}

/// The cluster as a state shows it.
fn inventory(state: &State) -> Inventory {
    let of = |component: Component| {
        state.instances.iter().filter(move |group| group.component == component)
    };
    let version = |component: Component, name: &InstanceName| -> Option<KubernetesVersion> {
        let mut own = of(component).filter(|group| group.pool.is_none());
        let group = own.find(|group| group.names.contains(name))?;
        group.version.kubernetes().cloned()
    };
    let names = |component: Component| of(component).flat_map(|group| &group.names);
    let control_plane = names(Component::KubeApiserver).map(|name| ControlPlaneNode {
        name: name.clone(),
        apiserver: version(Component::KubeApiserver, name),
        controller_manager: version(Component::KubeControllerManager, name),
        scheduler: version(Component::KubeScheduler, name),
        kubelet: version(Component::Kubelet, name),
        kube_proxy: version(Component::KubeProxy, name),
        facts: NodeFacts::default(),
    });
    let members = of(Component::Etcd).flat_map(|group| {
        group.names.iter().map(|name| EtcdMember {
            name: name.clone(),
            version: group.version.etcd().cloned(),
            problems: Vec::new(),
        })
    });
    let clients = of(Component::Kubectl).flat_map(|group| {
        group
            .names
            .iter()
            .map(|name| Client { name: name.clone(), kubectl: group.version.kubernetes().cloned() })
    });
    let proxies = || {
        let groups = of(Component::KubeProxy);
        groups.filter_map(|group| Some((&group.names, group.version.kubernetes()?)))
    };
    let own = proxies().flat_map(|(names, version)| names.iter().map(move |name| (name, version)));
    let own: BTreeMap<&InstanceName, &KubernetesVersion> = own.collect();
    Inventory {
        name: "unnamed".to_owned(),
        observed_at: None,
        provider: state.provider,
        endpoint: None,
        control_plane: control_plane.collect(),
        etcd: Etcd {
            topology: state.etcd_topology,
            endpoints: Vec::new(),
            members: members.collect(),
        },
        kube_proxy: proxies().map(|(_, version)| version).min().cloned(),
        core_dns: None,
        kubeadm: None,
        pools: pools(of(Component::Kubelet), &own),
        clients: clients.collect(),
        unknowns: Vec::new(),
        synthetic: false,
    }
    .canonical()
}

/// The worker pools, in the order of their groups.
fn pools<'s>(
    kubelets: impl Iterator<Item = &'s InstanceGroup>,
    proxies: &BTreeMap<&InstanceName, &KubernetesVersion>,
) -> Vec<NodePool> {
    let mut pools: Vec<NodePool> = Vec::new();
    for group in kubelets {
        let (Some(name), Some(kubelet)) = (&group.pool, group.version.kubernetes()) else {
            continue;
        };
        let nodes = group.names.iter().map(|node| Node {
            name: node.clone(),
            kubelet: kubelet.clone(),
            kube_proxy: proxies.get(node).copied().cloned(),
            facts: NodeFacts::default(),
        });
        match pools.iter_mut().find(|pool| pool.name == *name) {
            Some(pool) => pool.nodes.extend(nodes),
            None => {
                pools.push(NodePool { name: name.clone(), nodes: nodes.collect(), counted: false });
            }
        }
    }
    pools
}
