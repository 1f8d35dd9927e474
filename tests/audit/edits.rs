//! One edit of a clean cluster for each code.

use kubehop::inventory::CgroupVersion;
use kubehop::inventory::EtcdMember;
use kubehop::inventory::Inventory;
use kubehop::inventory::KubeadmConfig;
use kubehop::inventory::Unknown;

use crate::cluster::cluster;
use crate::cluster::minor;
use crate::cluster::newest;

/// A day on which every minor of these clusters was maintained, or would have been.
const DAY: &str = "2025-08-01";

/// A code, the minor of the clean cluster, the day, and the edit that gives exactly this code.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) code: &'static str,
    pub(crate) minor: u64,
    pub(crate) day: &'static str,
    pub(crate) edit: fn(&mut Inventory),
    /// Whether the next hop may start all the same.
    pub(crate) allowed: bool,
}

const fn case(code: &'static str, allowed: bool, edit: fn(&mut Inventory)) -> Case {
    Case { code, minor: 35, day: DAY, edit, allowed }
}

const fn on(minor: u64, day: &'static str, case: Case) -> Case {
    Case { minor, day, ..case }
}

fn workers(inventory: &mut Inventory, number: u64) {
    for node in &mut inventory.pools[0].nodes {
        node.kubelet = newest(number);
    }
}

fn kubeadm(inventory: &mut Inventory) -> &mut KubeadmConfig {
    inventory.kubeadm.as_mut().unwrap()
}

fn etcd(inventory: &mut Inventory, version: &str) {
    for member in &mut inventory.etcd.members {
        member.version = Some(version.parse().unwrap());
    }
}

/// Every component of one control-plane node but its kubelet.
fn control_plane(inventory: &mut Inventory, at: usize, number: u64) {
    let node = &mut inventory.control_plane[at];
    node.apiserver = Some(newest(number));
    node.controller_manager = Some(newest(number));
    node.scheduler = Some(newest(number));
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = skew();
    cases.extend(others());
    cases
}

fn skew() -> Vec<Case> {
    vec![
        case("AUDIT001", false, |inventory| {
            control_plane(inventory, 2, 33);
            for node in &mut inventory.control_plane {
                node.kubelet = Some(newest(33));
            }
            workers(inventory, 33);
            inventory.kube_proxy = Some(newest(33));
            inventory.clients.clear();
        }),
        case("AUDIT002", false, |inventory| {
            control_plane(inventory, 0, 36);
            kubeadm(inventory).kubernetes_version = Some(newest(36));
        }),
        case("AUDIT003", false, |inventory| {
            inventory.control_plane[0].scheduler = Some(newest(36));
        }),
        case("AUDIT004", false, |inventory| {
            inventory.control_plane[0].controller_manager = Some(newest(34));
        }),
        case("AUDIT005", false, |inventory| {
            workers(inventory, 31);
            inventory.kube_proxy = Some(newest(33));
        }),
        case("AUDIT006", false, |inventory| inventory.pools[0].nodes[0].kubelet = newest(36)),
        case("AUDIT007", false, |inventory| inventory.kube_proxy = Some(newest(36))),
        case("AUDIT009", false, |inventory| inventory.clients[0].kubectl = Some(newest(33))),
        case("AUDIT010", false, |inventory| workers(inventory, 32)),
        on(27, "2023-09-01", case("AUDIT011", false, |inventory| workers(inventory, 26))),
        case("AUDIT012", false, |inventory| inventory.kube_proxy = Some(newest(32))),
        case("AUDIT013", false, |inventory| inventory.clients[0].kubectl = Some(newest(34))),
        case("AUDIT014", true, |inventory| inventory.pools[0].nodes[5].kubelet = newest(34)),
        case("AUDIT015", true, |inventory| {
            inventory.pools[0].nodes[5].kube_proxy = Some(newest(34));
        }),
    ]
}

fn others() -> Vec<Case> {
    vec![
        case("AUDIT020", false, |inventory| {
            inventory.etcd.members[0].version = Some("v3.6.11".parse().unwrap());
        }),
        case("AUDIT021", true, |inventory| {
            let name = "control-plane-4".parse().unwrap();
            let version = inventory.etcd.members[0].version.clone();
            inventory.etcd.members.push(EtcdMember { name, version, problems: Vec::new() });
        }),
        case("AUDIT022", true, |inventory| inventory.etcd.members.truncate(1)),
        case("AUDIT023", false, |inventory| {
            inventory.etcd.members[1].problems.push("alarm NOSPACE".to_owned());
        }),
        on(33, DAY, case("AUDIT024", false, |inventory| etcd(inventory, "v3.5.30"))),
        case("AUDIT025", false, |inventory| etcd(inventory, "v3.5.33")),
        on(35, "2027-03-15", case("AUDIT030", true, |_| ())),
        on(35, "2027-01-15", case("AUDIT031", true, |_| ())),
        case("AUDIT032", true, |inventory| {
            inventory.clients[0].kubectl = Some("v1.35.99".parse().unwrap());
        }),
        on(
            36,
            DAY,
            case("AUDIT033", true, |inventory| {
                let leaks = "v1.36.1".parse().unwrap();
                for node in &mut inventory.pools[0].nodes {
                    node.kubelet = Clone::clone(&leaks);
                }
                for node in &mut inventory.control_plane {
                    node.kubelet = Some(Clone::clone(&leaks));
                }
            }),
        ),
        case("AUDIT034", false, |inventory| etcd(inventory, "v3.6.2")),
        case("AUDIT040", true, |inventory| {
            kubeadm(inventory).image_tags.insert("etcd".to_owned(), "3.6.4-0".to_owned());
        }),
        case("AUDIT041", false, |inventory| {
            let gate = ("StructuredAuthorizationConfiguration".to_owned(), true);
            kubeadm(inventory).feature_gates.insert("kube-apiserver".to_owned(), [gate].into());
        }),
        on(
            26,
            "2023-01-15",
            case("AUDIT042", false, |inventory| {
                let flags = ["pod-eviction-timeout".to_owned()].into();
                kubeadm(inventory).flags.insert("kube-controller-manager".to_owned(), flags);
            }),
        ),
        on(
            30,
            "2024-06-01",
            case("AUDIT043", false, |inventory| {
                kubeadm(inventory).admission_plugins.insert("PersistentVolumeLabel".to_owned());
            }),
        ),
        on(
            24,
            "2022-09-01",
            case("AUDIT044", false, |inventory| {
                kubeadm(inventory).runtime_config.insert("batch/v1beta1".to_owned());
            }),
        ),
        case("AUDIT045", false, |inventory| {
            kubeadm(inventory).kubernetes_version = Some(newest(34));
        }),
        on(
            36,
            DAY,
            case("AUDIT046", false, |inventory| {
                kubeadm(inventory).api_version = Some("kubeadm.k8s.io/v1beta3".to_owned());
            }),
        ),
        case("AUDIT050", true, |inventory| {
            inventory.pools[0].nodes[2].facts.ready = Some(false);
        }),
        case("AUDIT051", true, |inventory| {
            inventory.pools[0].nodes[2].facts.cordoned = Some(true);
        }),
        on(
            34,
            DAY,
            case("AUDIT052", false, |inventory| {
                inventory.pools[0].nodes[2].facts.cgroup = Some(CgroupVersion::V1);
            }),
        ),
        case("AUDIT060", false, |inventory| inventory.clients[0].kubectl = None),
        case("AUDIT061", true, |inventory| {
            inventory.unknowns.push(Unknown {
                id: "external-etcd-version".to_owned(),
                text: "no answer".to_owned(),
                settle: "etcdctl version".to_owned(),
            });
        }),
        case("AUDIT062", true, |inventory| {
            let build = format!("{}-eks-1234abc", newest(35));
            inventory.clients[0].kubectl = Some(build.parse().unwrap());
        }),
    ]
}

/// The reference of a case, for those that measure.
pub(crate) fn edited(case: &Case) -> Inventory {
    let mut inventory = cluster(case.minor);
    assert_eq!(inventory.oldest_apiserver().unwrap().minor(), minor(case.minor));
    (case.edit)(&mut inventory);
    inventory
}
