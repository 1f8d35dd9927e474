//! What an inventory settles of the conditions that hazards and bad releases name.
//!
//! `planner` and `audit` ask; the catalog says what to do with the answer.

use crate::catalog::ClusterFacts;
use crate::catalog::Seen;
use crate::catalog::applies::ContainerRuntime;
use crate::catalog::applies::ControlPlaneShape;
use crate::catalog::applies::OperatingSystem;
use crate::cluster::OsFamily;
use crate::inventory::CgroupVersion;
use crate::inventory::Inventory;
use crate::inventory::NodeFacts;

/// The facts of a cluster. What a node does not tell stays unknown.
pub fn of(inventory: &Inventory) -> ClusterFacts {
    let ha = inventory.control_plane.len() > 1;
    ClusterFacts {
        provider: Some(inventory.provider),
        etcd_topology: Some(inventory.etcd.topology),
        control_plane: Some(if ha { ControlPlaneShape::Ha } else { ControlPlaneShape::Single }),
        container_runtimes: seen(inventory, runtime),
        operating_systems: seen(inventory, system),
        os_families: seen(inventory, family),
        cgroups: seen(inventory, |facts| {
            facts.cgroup.map(|cgroup| match cgroup {
                CgroupVersion::V1 => crate::catalog::applies::CgroupVersion::V1,
                CgroupVersion::V2 => crate::catalog::applies::CgroupVersion::V2,
            })
        }),
        etcd_enters: Seen::default(),
        etcd_members: u64::try_from(inventory.etcd.members.len()).ok(),
    }
}

fn seen<T: Ord>(inventory: &Inventory, of: impl Fn(&NodeFacts) -> Option<T>) -> Seen<T> {
    let complete = inventory.node_facts().all(|facts| of(facts).is_some());
    let values = inventory.node_facts().filter_map(of);
    if complete { Seen::all(values) } else { Seen::some(values) }
}

fn runtime(facts: &NodeFacts) -> Option<ContainerRuntime> {
    match facts.runtime_name()? {
        "docker" => Some(ContainerRuntime::Docker),
        "containerd" => Some(ContainerRuntime::Containerd),
        "cri-o" | "crio" => Some(ContainerRuntime::CriO),
        _ => None,
    }
}

fn system(facts: &NodeFacts) -> Option<OperatingSystem> {
    facts.is_windows().map(
        |windows| {
            if windows { OperatingSystem::Windows } else { OperatingSystem::Linux }
        },
    )
}

fn family(facts: &NodeFacts) -> Option<OsFamily> {
    const FAMILIES: [(&str, OsFamily); 10] = [
        ("ubuntu", OsFamily::Debian),
        ("debian", OsFamily::Debian),
        ("red hat", OsFamily::Rhel),
        ("rhel", OsFamily::Rhel),
        ("centos", OsFamily::Rhel),
        ("rocky", OsFamily::Rhel),
        ("alma", OsFamily::Rhel),
        ("oracle linux", OsFamily::Rhel),
        ("fedora", OsFamily::Rhel),
        ("amazon linux", OsFamily::Rhel),
    ];
    let os = facts.os.as_deref()?.to_ascii_lowercase();
    FAMILIES.iter().find(|(word, _)| os.contains(word)).map(|(_, family)| *family)
}
