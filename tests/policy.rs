//! The numbers of the policy are those of the researched data, minor by minor.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubehop::catalog::Catalog;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::version::MinorVersion;

#[test]
fn policy_and_data_agree() {
    let catalog = Catalog::embedded();
    let data = catalog.skew().unwrap();
    let policy = VersionSkewPolicy::upstream();
    let pairs = [
        ("apiserver-ha", policy.apiserver),
        ("kube-controller-manager", policy.controllers),
        ("kube-scheduler", policy.controllers),
        ("cloud-controller-manager", policy.controllers),
        ("kubelet", policy.kubelet),
        ("kube-proxy-apiserver", policy.kube_proxy),
        ("kube-proxy-kubelet", policy.kube_proxy_kubelet),
        ("kubectl", policy.kubectl),
    ];
    for (id, rule) in pairs {
        let researched = data.rule(id).unwrap_or_else(|| panic!("{id} is not in the data"));
        for minor in (19..=37).map(|minor| MinorVersion::new(1, minor)) {
            let (older, newer) = researched.limits(minor);
            let (our_older, our_newer) = rule.limits(minor);
            assert_eq!(
                (u64::from(our_older), u64::from(our_newer)),
                (older, newer),
                "{id} for a subject at {minor}"
            );
        }
    }
}

#[test]
fn kubeadm_and_data_agree() {
    let catalog = Catalog::embedded();
    let data = catalog.skew().unwrap();
    let tool = ToolRules::kubeadm();
    for minor in (19..=37).map(|minor| MinorVersion::new(1, minor)) {
        let researched = data.kubeadm.kubelet(minor).unwrap();
        assert_eq!(
            u64::from(tool.kubelet_max_older(minor)),
            researched.max_older,
            "kubeadm {minor}"
        );
    }
    let components = catalog.components().unwrap();
    assert!(components.has_package_repository(tool.packages_from));
    assert!(!components.has_package_repository(tool.packages_from.previous().unwrap()));
    let (from, floor) = tool.stacked_etcd_from;
    let stacked = catalog.etcd().unwrap().stacked_minimum(from).unwrap();
    assert_eq!(stacked.etcd.minor(), floor);
}
