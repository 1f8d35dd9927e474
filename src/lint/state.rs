//! The cluster before the first step, as a plan states it.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::finding::Finding;
use crate::finding::some;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Groups;
use crate::plan::KubeProxyMode;
use crate::plan::State;
use crate::version::KubernetesVersion;

use super::codes::Code;
use super::document::ListedStep;

/// The one instance of kube-proxy where it is a `DaemonSet`.
const DAEMON_SET: &str = "kube-proxy";

/// An instance of the inventory; its version is `None` where it is not known.
struct Instance<'a> {
    component: Component,
    pool: Option<&'a PoolName>,
    name: InstanceName,
    version: Option<ComponentVersion>,
}

/// A component with a version that is not known, and the first step that names one.
type Gap = (Component, Option<(usize, ComponentVersion)>);

/// Every instance with its version. Where the inventory does not know it, the first step that moves the
/// instance does, and that is said; where none does, nothing is checked of it.
pub(super) fn start(
    inventory: &Inventory,
    steps: &[ListedStep],
) -> Result<(State, Vec<Finding>), Diagnostic> {
    let unknown: Vec<String> = inventory
        .control_plane
        .iter()
        .filter(|node| node.apiserver.is_none())
        .map(|node| format!("`{}`", node.name))
        .collect();
    if !unknown.is_empty() {
        return Err(Diagnostic::error(format!(
            "the inventory does not say which kube-apiserver runs on {}",
            some(&unknown)
        ))
        .help(
            "give `kubeApiserver` of every control-plane node: everything is measured against it",
        ));
    }
    let mode = KubeProxyMode::of(inventory.provider, inventory.kube_proxy.is_some());
    let mut groups = Groups::default();
    let mut gaps: BTreeMap<Gap, Vec<String>> = BTreeMap::new();
    for Instance { component, pool, name, version } in instances(inventory, mode) {
        let version = version.or_else(|| {
            let first = steps
                .iter()
                .enumerate()
                .find(|(_, step)| step.component == component && step.targets.contains(&name))
                .map(|(at, step)| (at, step.from.clone()));
            gaps.entry((component, first.clone())).or_default().push(format!("`{name}`"));
            first.map(|(_, version)| version)
        });
        if let Some(version) = version {
            groups.add(component, pool, version, name);
        }
    }
    let state = State {
        provider: inventory.provider,
        etcd_topology: inventory.etcd.topology,
        kube_proxy: mode,
        instances: groups.list(),
    };
    Ok((state, gaps.into_iter().map(gap).collect()))
}

fn gap(((component, first), names): (Gap, Vec<String>)) -> Finding {
    let names = some(&names);
    let message = match first {
        Some((at, version)) => {
            format!(
                "the version of {component} on {names} is not given; {version}, the `from` of steps[{at}], is taken to run"
            )
        }
        None => {
            format!("the version of {component} on {names} is not given; nothing was checked of it")
        }
    };
    super::finding(
        Code::VersionNotKnown,
        "the inventory".to_owned(),
        message,
        "find it out, and write it into the inventory".to_owned(),
    )
}

fn instances(inventory: &Inventory, mode: KubeProxyMode) -> Vec<Instance<'_>> {
    let mut all = Vec::new();
    let kubernetes = |version: Option<&KubernetesVersion>| version.cloned().map(Into::into);
    let mut add = |component, pool, name: &InstanceName, version| {
        all.push(Instance { component, pool, name: name.clone(), version });
    };
    for member in &inventory.etcd.members {
        add(Component::Etcd, None, &member.name, member.version.clone().map(Into::into));
    }
    for node in &inventory.control_plane {
        for (component, version) in [
            (Component::KubeApiserver, &node.apiserver),
            (Component::KubeControllerManager, &node.controller_manager),
            (Component::KubeScheduler, &node.scheduler),
            (Component::Kubelet, &node.kubelet),
        ] {
            // Without kubeadm a control-plane node may run no kubelet at all.
            let absent = component == Component::Kubelet && inventory.provider == Provider::Manual;
            if version.is_some() || !absent {
                add(component, None, &node.name, kubernetes(version.as_ref()));
            }
        }
    }
    for pool in &inventory.pools {
        for node in &pool.nodes {
            let version = kubernetes(Some(&node.kubelet));
            add(Component::Kubelet, Some(&pool.name), &node.name, version);
        }
    }
    let proxy = inventory.kube_proxy.as_ref();
    match mode {
        KubeProxyMode::DaemonSet => {
            if let Ok(name) = DAEMON_SET.parse() {
                add(Component::KubeProxy, None, &name, kubernetes(proxy));
            }
        }
        KubeProxyMode::PerNode => {
            for node in inventory.control_plane.iter().filter(|node| node.kubelet.is_some()) {
                let version = kubernetes(node.kube_proxy.as_ref().or(proxy));
                add(Component::KubeProxy, None, &node.name, version);
            }
            for pool in &inventory.pools {
                for node in &pool.nodes {
                    let version = kubernetes(node.kube_proxy.as_ref().or(proxy));
                    add(Component::KubeProxy, Some(&pool.name), &node.name, version);
                }
            }
        }
        KubeProxyMode::None => {}
    }
    for client in &inventory.clients {
        add(Component::Kubectl, None, &client.name, kubernetes(client.kubectl.as_ref()));
    }
    all
}
