//! A cluster with nothing to find, to be edited.

use jiff::civil::Date;
use kubehop::audit::Audit;
use kubehop::audit::Options;
use kubehop::audit::audit;
use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::Provider;
use kubehop::diagnostic::Severity;
use kubehop::finding::Finding;
use kubehop::inventory::CgroupVersion;
use kubehop::inventory::Inventory;
use kubehop::inventory::KubeadmConfig;
use kubehop::inventory::NodeFacts;
use kubehop::inventory::Size;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

pub(crate) fn minor(number: u64) -> MinorVersion {
    MinorVersion::new(1, number)
}

/// The newest known patch of a minor.
pub(crate) fn newest(number: u64) -> KubernetesVersion {
    let catalog = Catalog::embedded();
    let releases = catalog.releases().unwrap();
    releases.minor(minor(number)).unwrap().newest().unwrap().clone()
}

/// Three control-plane nodes, six workers, one client, everything at the newest patch of a minor, with
/// the recommended patch of the etcd minor that kubeadm deploys.
pub(crate) fn cluster(number: u64) -> Inventory {
    sized(number, Size { control_plane: 3, workers: 6 })
}

pub(crate) fn sized(number: u64, size: Size) -> Inventory {
    let version = newest(number);
    let catalog = Catalog::embedded();
    let matrix = catalog.etcd().unwrap();
    let etcd = matrix.kubeadm_default(&version).unwrap().version;
    let etcd = matrix.recommended(etcd.minor()).unwrap();
    let (topology, provider) = (EtcdTopology::Stacked, Provider::Kubeadm);
    let mut inventory = Inventory::synthetic(&version, Some(&etcd), topology, provider, size);
    "clean".clone_into(&mut inventory.name);
    inventory.kubeadm =
        Some(KubeadmConfig { kubernetes_version: Some(version), ..KubeadmConfig::default() });
    let facts = NodeFacts {
        os: Some("Ubuntu 24.04.1 LTS".to_owned()),
        container_runtime: Some("containerd://2.0.1".to_owned()),
        cgroup: Some(CgroupVersion::V2),
        ready: Some(true),
        cordoned: Some(false),
        ..NodeFacts::default()
    };
    for node in &mut inventory.control_plane {
        node.facts = facts.clone();
    }
    for node in inventory.pools.iter_mut().flat_map(|pool| &mut pool.nodes) {
        node.facts = facts.clone();
    }
    inventory
}

pub(crate) fn options(today: &str, next: Option<&str>) -> Options {
    let today: Date = today.parse().unwrap();
    Options { today, next: next.map(|next| next.parse().unwrap()) }
}

pub(crate) fn audited(inventory: &Inventory, options: &Options) -> Audit {
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    audit(inventory, &Catalog::embedded(), &policy, &tool, options).unwrap()
}

/// The codes that were found, without what every cluster has: blockers of the hop to look for, and
/// faults of releases whose condition no inventory settles.
pub(crate) fn codes(audit: &Audit) -> Vec<&'static str> {
    let settled = |finding: &&Finding| {
        finding.code != "AUDIT053"
            && !(matches!(finding.code, "AUDIT033" | "AUDIT034")
                && finding.severity == Severity::Info)
    };
    let mut codes: Vec<&str> =
        audit.findings.iter().filter(settled).map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
