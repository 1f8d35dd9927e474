//! etcd and its members: what it says of itself, else what its static pods and kubeadm's
//! configuration say.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Gaps;
use super::distribution::Distribution;
use super::gap::Gap;
use super::running;
use crate::cluster::EtcdTopology;
use crate::inventory::ControlPlaneNode;
use crate::inventory::Etcd;
use crate::inventory::EtcdMember;
use crate::inventory::collect::image;
use crate::inventory::collect::seen::Part;
use crate::inventory::collect::seen::Seen;
use crate::inventory::collect::seen::SeenMember;
use crate::inventory::collect::seen::host;
use crate::name::InstanceName;

pub(super) fn etcd(
    seen: &Seen,
    control_plane: &[ControlPlaneNode],
    distribution: Distribution,
    gaps: &mut Gaps,
) -> Etcd {
    let external =
        seen.settings.cluster.as_ref().and_then(|cluster| cluster.value.external_etcd.as_ref());
    let mut members: BTreeMap<InstanceName, EtcdMember> = BTreeMap::new();
    let mut add = |name: InstanceName, told: Option<&SeenMember>| {
        let version = told
            .and_then(|told| told.version.clone())
            .or_else(|| running::version(seen, Part::Etcd, &name, image::etcd_of_image).ok());
        let problems = told.map(|told| told.problems.clone()).unwrap_or_default();
        members.insert(name.clone(), EtcdMember { name, version, problems });
    };
    let mut told = seen.etcd.members.values().map(|member| &member.value).peekable();
    let told_of_any = told.peek().is_some();
    let expected: BTreeSet<InstanceName> = match external {
        Some(endpoints) => endpoints.iter().filter_map(|url| host(url)?.parse().ok()).collect(),
        None => stacked(seen),
    };
    let mut met = BTreeSet::new();
    for (number, member) in told.enumerate() {
        let (name, meant) = name(seen, &expected, member, number);
        met.extend(meant);
        if let Some(name) = name {
            add(name, Some(member));
        }
    }
    // etcd lists all of its members; answers for endpoints are only those of whoever was asked.
    if !seen.etcd.listed && met.len() < expected.len() {
        let rest = expected.iter().filter(|name| !met.contains(*name));
        rest.for_each(|name| add(name.clone(), None));
    }
    let topology = if external.is_some() {
        EtcdTopology::External
    } else {
        // Members that are on none of the nodes of the control plane are on hosts of their own.
        let on_node = |member: &EtcdMember| {
            seen.nodes.contains_key(&member.name)
                || running::nodes_of(seen, Part::Etcd).any(|node| *node == member.name)
        };
        let apart = told_of_any && !seen.nodes.is_empty() && !members.values().any(on_node);
        if apart { EtcdTopology::External } else { EtcdTopology::Stacked }
    };
    if topology == EtcdTopology::Stacked && distribution == Distribution::Kubeadm {
        beside(seen, control_plane, &mut members, gaps);
    }
    let mut members: Vec<EtcdMember> = members.into_values().collect();
    if members.is_empty() {
        members = control_plane
            .iter()
            .map(|node| EtcdMember { name: node.name.clone(), version: None, problems: Vec::new() })
            .collect();
        if distribution == Distribution::OneBinary {
            gaps.add(Gap::Datastore);
        }
    }
    // Whoever runs a managed control plane keeps its etcd to themselves, which is said already.
    let unknown = members
        .iter()
        .filter(|member| member.version.is_none() && distribution != Distribution::Managed);
    gaps.at(unknown.map(|member| member.name.clone()).collect(), |members| match topology {
        EtcdTopology::Stacked => Gap::StackedEtcd { members },
        EtcdTopology::External => Gap::ExternalEtcd { members },
    });
    // Without what may stand in front of the host: it may be a password.
    let endpoints = external.into_iter().flatten().map(|url| without_user(url)).collect();
    Etcd { topology, endpoints, members }
}

/// kubeadm runs one member on every node of the control plane and none elsewhere. A member that is on
/// none of them has been left behind by a node that is gone.
fn beside(
    seen: &Seen,
    control_plane: &[ControlPlaneNode],
    members: &mut BTreeMap<InstanceName, EtcdMember>,
    gaps: &mut Gaps,
) {
    for node in control_plane {
        let version = || running::version(seen, Part::Etcd, &node.name, image::etcd_of_image).ok();
        members.entry(node.name.clone()).or_insert_with(|| EtcdMember {
            name: node.name.clone(),
            version: version(),
            problems: Vec::new(),
        });
    }
    let here: BTreeSet<&InstanceName> = control_plane.iter().map(|node| &node.name).collect();
    let stray: Vec<InstanceName> =
        members.keys().filter(|name| !here.contains(name)).cloned().collect();
    members.retain(|name, _| here.contains(name));
    gaps.at(stray, |members| Gap::StrayMembers { members });
}

/// The nodes that have a static pod of etcd, or the role of a member of an embedded one.
fn stacked(seen: &Seen) -> BTreeSet<InstanceName> {
    let by_role = seen.nodes.iter().filter(|(_, node)| node.value.etcd).map(|(name, _)| name);
    let by_pod = seen.pods.get(&Part::Etcd).into_iter().flat_map(BTreeMap::keys);
    by_role.chain(by_pod.filter(|node| running::is_there(seen, node))).cloned().collect()
}

/// What a member is called here, and which of the expected members it is.
fn name(
    seen: &Seen,
    expected: &BTreeSet<InstanceName>,
    member: &SeenMember,
    number: usize,
) -> (Option<InstanceName>, Option<InstanceName>) {
    let own: Option<InstanceName> = member.name.parse().ok();
    let hosts: Vec<InstanceName> =
        member.hosts.iter().filter_map(|host| host.parse().ok()).collect();
    let node = seen.nodes.iter().find(|(_, node)| {
        let addresses = &node.value.addresses;
        hosts.iter().any(|host| addresses.iter().any(|address| address == host.as_str()))
    });
    let node = node.map(|(name, _)| name.clone());
    let candidates = || own.iter().chain(&hosts).chain(&node);
    let meant = candidates().find(|name| expected.contains(*name)).cloned();
    // A stacked member is called as its node; an external one as etcd calls it.
    let called = node.clone().or_else(|| own.clone()).or_else(|| meant.clone());
    let called = called.or_else(|| hosts.first().cloned());
    (called.or_else(|| format!("etcd-{}", number + 1).parse().ok()), meant)
}

fn without_user(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://{rest}"),
        (None, Some((_, rest))) => rest.to_owned(),
        _ => url.to_owned(),
    }
}
