//! Unknowns become stated assumptions, never silent defaults.

use std::collections::BTreeSet;

use crate::cluster::Provider;
use crate::inventory::Inventory;
use crate::inventory::Unknown;
use crate::plan::Assumption;
use crate::version::KubernetesVersion;
use crate::version::VersionRequest;

use super::PlanError;
use super::Request;

/// The inventory with every version known, and what had to be assumed for that.
pub(super) fn settle(request: &Request<'_>) -> Result<(Inventory, Vec<Assumption>), PlanError> {
    let mut inventory = request.inventory.clone();
    let mut assumptions = Vec::new();
    let mut assume = |id: &str, text: String, settle: &str| {
        assumptions.push(Assumption { id: id.to_owned(), text, settle: settle.to_owned() });
    };

    let unknown = inventory.control_plane.iter().filter(|node| node.apiserver.is_none());
    let unknown: Vec<_> = unknown.map(|node| node.name.clone()).collect();
    if !unknown.is_empty() {
        return Err(PlanError::ApiserverUnknown { nodes: unknown });
    }
    if inventory.synthetic {
        assume(
            "synthetic-inventory",
            format!(
                "no inventory was given: the plan is for {}, {} in the pool `workers` and one client \
                 `kubectl`, every component at the given version; their names are made up",
                counted(inventory.control_plane.len(), "control-plane node"),
                counted(inventory.workers(), "node"),
            ),
            "kubectl get nodes -o wide; kubectl -n kube-system get pods -o wide",
        );
    }
    if let (Some(minor), Some(version)) = (request.from_minor, inventory.oldest_apiserver()) {
        assume(
            "from-patch",
            format!(
                "the start was given as {minor}: its newest known patch {version} is taken to run"
            ),
            "kubectl version -o json | jq -r .serverVersion.gitVersion",
        );
    }
    settle_etcd(request, &mut inventory, &mut assume)?;
    let unknown = unknown_etcd_patches(request, &inventory)?;
    if !unknown.is_empty() {
        assume(
            "unknown-etcd-patch",
            format!(
                "the catalog of {} does not know etcd {}; taken to exist, without a known fault",
                request.catalog.as_of(),
                unknown.join(", ")
            ),
            "etcdctl endpoint status --cluster -w table",
        );
    }
    settle_control_plane(&mut inventory, &mut assume);
    settle_clients(&mut inventory, &mut assume);
    if inventory.pools.iter().any(|pool| pool.counted) && !inventory.synthetic {
        let pools: Vec<String> = inventory
            .pools
            .iter()
            .filter(|pool| pool.counted)
            .map(|pool| pool.name.to_string())
            .collect();
        assume(
            "counted-pools",
            format!(
                "nodes of {} are only counted: their names in this plan are made up",
                pools.join(", ")
            ),
            "kubectl get nodes -o name",
        );
    }
    assume_rolled_out(&inventory, &mut assume);
    assume_upstream_procedure(&inventory, &mut assume);
    if inventory.provider == Provider::Kubeadm {
        assume_local_apiservers(&inventory, &mut assume);
    }
    let unknown = unknown_patches(request, &inventory)?;
    if !unknown.is_empty() {
        assume(
            "unknown-patch",
            format!(
                "the catalog of {} does not know {}; taken to exist",
                request.catalog.as_of(),
                unknown.join(", ")
            ),
            "curl -fsSL https://dl.k8s.io/release/stable.txt",
        );
    }
    for Unknown { id, text, settle } in &request.inventory.unknowns {
        if assumptions.iter().all(|assumption| assumption.id != *id) {
            let (id, text, settle) = (id.clone(), text.clone(), settle.clone());
            assumptions.push(Assumption { id, text, settle });
        }
    }
    Ok((inventory, assumptions))
}

/// Where kube-proxy is a `DaemonSet` the plan moves it as one; pods that run another version than the rest
/// wait for the rollout that is under way.
fn assume_rolled_out(inventory: &Inventory, assume: &mut impl FnMut(&str, String, &str)) {
    let apart = inventory.own_kube_proxies().count();
    let rolls = inventory.provider == Provider::Kubeadm && apart > 0;
    let Some(rest) = inventory.kube_proxy.as_ref().filter(|_| rolls) else { return };
    assume(
        "kube-proxy-rollout",
        format!(
            "kube-proxy runs another version than {rest} on {}: its rollout is taken to be \
             finished before the first hop",
            counted(apart, "node")
        ),
        "kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=5m",
    );
}

/// The commands of a plan are those of upstream; a vendor's build comes with a procedure of its own.
fn assume_upstream_procedure(inventory: &Inventory, assume: &mut impl FnMut(&str, String, &str)) {
    let control_plane = inventory.control_plane.iter();
    let parts = control_plane.flat_map(|node| [&node.apiserver, &node.kubelet]).flatten();
    let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes).map(|node| &node.kubelet);
    let mut builds: Vec<String> = parts
        .chain(workers)
        .filter(|version| **version != version.upstream() && !version.is_prerelease())
        .map(ToString::to_string)
        .collect();
    builds.sort();
    builds.dedup();
    let Some(first) = builds.first() else { return };
    assume(
        "vendor-build",
        format!(
            "{first} is a vendor's build: order and versions of this plan hold for it, its commands \
             are those of upstream and do not; the vendor's own procedure does the upgrade"
        ),
        "kubectl get nodes -o wide",
    );
}

/// The releases that were asked for as target or pin and that the catalog does not know, although it
/// knows their minor.
fn unknown_patches(request: &Request<'_>, inventory: &Inventory) -> Result<Vec<String>, PlanError> {
    let releases = request.catalog.releases()?;
    let start = inventory.newest_apiserver().map(KubernetesVersion::minor);
    let target = match &request.to {
        VersionRequest::Release(version) => Some(version),
        VersionRequest::Minor(_) => None,
    };
    let passed = |version: &&KubernetesVersion| {
        Some(version.minor()) >= start && version.minor() <= request.to.minor()
    };
    let asked = target.into_iter().chain(request.pins.values().filter(passed));
    let mut unknown: Vec<String> = asked
        .filter(|version| {
            releases.minor(version.minor()).is_some_and(|release| !release.knows(version))
        })
        .map(ToString::to_string)
        .collect();
    unknown.sort();
    unknown.dedup();
    Ok(unknown)
}

/// The releases that members of etcd run and that the data do not know, although they know their minor.
/// Of a minor that they do not know nothing can be planned.
fn unknown_etcd_patches(
    request: &Request<'_>,
    inventory: &Inventory,
) -> Result<Vec<String>, PlanError> {
    let matrix = request.catalog.etcd()?;
    let members = inventory.etcd.members.iter();
    let running: BTreeSet<_> = members.filter_map(|member| member.version.as_ref()).collect();
    let minors = matrix.releases();
    if let Some(version) = running.iter().find(|it| !minors.contains_key(&it.minor())) {
        let known = minors.keys().next().copied().zip(minors.keys().next_back().copied());
        return Err(PlanError::EtcdUnknown { version: (*version).clone(), known });
    }
    let unknown = running.into_iter().filter(|version| !matrix.knows(version));
    Ok(unknown.map(ToString::to_string).collect())
}

/// A number and its noun.
fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("one {noun}") } else { format!("{number} {noun}s") }
}

fn settle_etcd(
    request: &Request<'_>,
    inventory: &mut Inventory,
    assume: &mut impl FnMut(&str, String, &str),
) -> Result<(), PlanError> {
    let unknown = inventory.etcd.members.iter().any(|member| member.version.is_none());
    let Some(apiserver) = inventory.oldest_apiserver().cloned().filter(|_| unknown) else {
        return Ok(());
    };
    let known = inventory.etcd.members.iter().filter_map(|member| member.version.clone()).min();
    let default = request.catalog.etcd()?.kubeadm_default(&apiserver.upstream());
    let (version, why) = match (known, default) {
        (Some(version), _) => (Some(version), "the version of the other members".to_owned()),
        (None, Some(default)) => {
            (Some(default.version), format!("the version that kubeadm deploys with {apiserver}"))
        }
        (None, None) => (None, String::new()),
    };
    let Some(version) = version else { return Ok(()) };
    assume(
        "etcd-version",
        format!(
            "the etcd version was not given: {version} is taken to run, {why}; another version \
              changes the etcd steps"
        ),
        "kubectl -n kube-system get pods -l component=etcd -o \
          jsonpath='{.items[*].spec.containers[0].image}'; etcdctl endpoint status --cluster -w \
          table",
    );
    for member in &mut inventory.etcd.members {
        member.version.get_or_insert_with(|| version.clone());
    }
    Ok(())
}

fn settle_control_plane(inventory: &mut Inventory, assume: &mut impl FnMut(&str, String, &str)) {
    let Some(oldest) = inventory.oldest_apiserver().cloned() else { return };
    let (mut parts, mut kubelets) = (Vec::new(), false);
    for node in &mut inventory.control_plane {
        let slots = [
            ("kube-controller-manager", &mut node.controller_manager),
            ("kube-scheduler", &mut node.scheduler),
        ];
        for (part, slot) in slots {
            if slot.is_none() {
                slot.clone_from(&node.apiserver);
                parts.push(part);
            }
        }
        // A kubelet waits for every kube-apiserver, so the oldest one tells more than its own node's.
        if inventory.provider == Provider::Kubeadm && node.kubelet.is_none() {
            node.kubelet = Some(oldest.clone());
            kubelets = true;
        }
    }
    parts.sort_unstable();
    parts.dedup();
    if !parts.is_empty() {
        assume(
            "control-plane-versions",
            format!(
                "the {} of control-plane nodes was not given: taken to run the version of the \
                 kube-apiserver of the node",
                parts.join(" and the ")
            ),
            "kubectl -n kube-system get pods -l tier=control-plane -o json | jq -r \
             '.items[]|\"\\(.spec.nodeName) \\(.spec.containers[0].image)\"'",
        );
    }
    if kubelets {
        assume(
            "control-plane-kubelets",
            format!(
                "the kubelet of control-plane nodes was not given: {oldest} is taken to run there"
            ),
            "kubectl get nodes -l node-role.kubernetes.io/control-plane",
        );
    }
}

fn settle_clients(inventory: &mut Inventory, assume: &mut impl FnMut(&str, String, &str)) {
    let Some(apiserver) = inventory.oldest_apiserver().cloned() else { return };
    let mut unknown = Vec::new();
    for client in &mut inventory.clients {
        if client.kubectl.is_none() {
            client.kubectl = Some(apiserver.clone());
            unknown.push(client.name.to_string());
        }
    }
    if !unknown.is_empty() {
        assume(
            "client-versions",
            format!(
                "the kubectl of {} not given: {apiserver} is taken to run there",
                unknown.join(", ")
            ),
            "kubectl version --client -o json | jq -r .clientVersion.gitVersion",
        );
    }
    if inventory.clients.is_empty() {
        assume(
            "clients",
            "no client was given: people and pipelines that call kubectl are not planned for"
                .to_owned(),
            "kubectl version -o json | jq -r '.clientVersion.gitVersion, \
              .serverVersion.gitVersion'",
        );
    }
}

/// The controllers of a node are measured against the kube-apiserver of that node, which holds for
/// clusters made by kubeadm 1.20 and later (<https://github.com/kubernetes/kubernetes/pull/94398>).
fn assume_local_apiservers(inventory: &Inventory, assume: &mut impl FnMut(&str, String, &str)) {
    if inventory.control_plane.len() > 1 {
        assume(
            "local-apiserver",
            "kube-controller-manager and kube-scheduler talk to the kube-apiserver of their own node, as kubeadm sets them up since 1.20; \
             in older clusters they may use the load balancer and then must not move before every kube-apiserver has"
                .to_owned(),
            "sudo grep -H server: /etc/kubernetes/controller-manager.conf \
              /etc/kubernetes/scheduler.conf",
        );
    }
}
