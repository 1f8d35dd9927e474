//! What is not known, and what is not upstream's.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::cluster::EtcdTopology;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::version::KubernetesVersion;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) {
    versions(scene, report);
    for unknown in &scene.inventory.unknowns {
        report.add(
            Draft::new(Code::Unknown, unknown.id.clone())
                .says(unknown.text.clone())
                .help(format!("settle it: `{}`", unknown.settle)),
        );
    }
    vendors(scene, report);
}

/// Instances of which no version is known.
fn versions(scene: &Scene<'_>, report: &mut Report) {
    let mut unknown: BTreeMap<Component, Vec<usize>> = BTreeMap::new();
    for (at, row) in scene.rows.iter().enumerate().filter(|(_, row)| row.version.is_none()) {
        unknown.entry(row.component).or_default().push(at);
    }
    for (component, rows) in unknown {
        let names = scene.names(&rows);
        let settle = settle(component, scene.inventory.etcd.topology);
        report.add(
            Draft::new(Code::UnknownVersion, component.name())
                .says(format!(
                    "the version of {component} on {names} is not known, so it was not measured; the \
                     next hop may take it out of its range"
                ))
                .help(format!("find out the version of {component} on {names}: `{settle}`"))
                .first(Stage::Learn),
        );
    }
}

/// The command that shows the version of a component.
const fn settle(component: Component, etcd: EtcdTopology) -> &'static str {
    match (component, etcd) {
        (Component::Etcd, EtcdTopology::External) => "etcdctl endpoint status --cluster -w table",
        (Component::Etcd, EtcdTopology::Stacked) => {
            "kubectl -n kube-system get pods -l component=etcd -o wide -o yaml | grep image:"
        }
        (Component::KubeApiserver, _) => {
            "kubectl -n kube-system get pods -l component=kube-apiserver -o yaml | grep image:"
        }
        (Component::KubeControllerManager, _) => {
            "kubectl -n kube-system get pods -l component=kube-controller-manager -o yaml | grep image:"
        }
        (Component::KubeScheduler, _) => {
            "kubectl -n kube-system get pods -l component=kube-scheduler -o yaml | grep image:"
        }
        (Component::Kubectl, _) => "kubectl version --client",
        (Component::Kubelet | Component::KubeProxy | Component::CloudControllerManager, _) => {
            "kubectl get nodes -o wide"
        }
    }
}

/// A vendor's build: how its versions are marked, and where its procedure stands.
struct Vendor {
    mark: &'static str,
    name: &'static str,
    procedure: &'static str,
}

const VENDORS: [Vendor; 4] = [
    Vendor {
        mark: "eks",
        name: "Amazon EKS",
        procedure: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
    },
    Vendor {
        mark: "gke",
        name: "Google Kubernetes Engine",
        procedure: "https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-upgrades",
    },
    Vendor { mark: "k3s", name: "K3s", procedure: "https://docs.k3s.io/upgrades" },
    Vendor {
        mark: "rke2",
        name: "RKE2",
        procedure: "https://docs.rke2.io/upgrades/manual_upgrade",
    },
];

/// Builds that are not upstream's.
fn vendors(scene: &Scene<'_>, report: &mut Report) {
    let versions = scene.rows.iter().filter_map(|row| row.version.as_ref());
    let builds: BTreeSet<&KubernetesVersion> = versions
        .filter_map(ComponentVersion::kubernetes)
        .filter(|it| **it != it.upstream())
        .collect();
    let mut by_vendor: BTreeMap<&str, (Option<&Vendor>, Vec<String>)> = BTreeMap::new();
    for build in builds {
        let suffix = build.to_string();
        let vendor = VENDORS.iter().find(|vendor| suffix.contains(vendor.mark));
        let name = vendor.map_or("a vendor", |vendor| vendor.name);
        by_vendor.entry(name).or_insert((vendor, Vec::new())).1.push(suffix);
    }
    for (name, (vendor, builds)) in by_vendor {
        let shown = crate::finding::some(&builds);
        report.add(
            Draft::new(Code::VendorBuild, format!("builds of {name}"))
                .says(format!(
                    "{shown} {} of {name}: its own procedure governs upgrades; faults were looked up \
                     under the upstream release, and a vendor may have mended some",
                    if builds.len() == 1 { "is a build" } else { "are builds" }
                ))
                .help("upgrade as the vendor documents it; kubehop's commands are for kubeadm")
                .source(vendor.map_or("", |vendor| vendor.procedure)),
        );
    }
}
