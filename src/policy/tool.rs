//! kubeadm's own rules: a second layer, tighter than the policy, by kubeadm version.

use crate::version::EtcdMinor;
use crate::version::MinorVersion;

/// How old a kubelet `kubeadm upgrade apply` accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KubeletWindow {
    /// From this kubeadm minor on.
    pub from: MinorVersion,
    /// How many minors older than the target a kubelet may be.
    pub max_older: u32,
}

/// What kubeadm permits and does, beyond the policy. A kubeadm of the target's minor is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRules {
    /// The kubelet windows, oldest kubeadm first
    /// (<https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/#version-skew-policy>).
    pub kubelet_windows: Vec<KubeletWindow>,
    /// From this minor on kube-proxy and `CoreDNS` move with the *last* control-plane node; before
    /// it with the first (<https://github.com/kubernetes/kubernetes/pull/117660>).
    pub addons_last_from: MinorVersion,
    /// From this minor on the add-ons can be moved by a phase of their own
    /// (<https://github.com/kubernetes/kubernetes/pull/126032>).
    pub addon_phase_from: MinorVersion,
    /// From this minor on a stacked etcd must be at least of this minor, since the manifest uses its
    /// flags (<https://github.com/kubernetes/kubernetes/pull/135701>).
    pub stacked_etcd_from: (MinorVersion, EtcdMinor),
    /// Before this minor kubeadm writes flags of etcd that etcd of this minor and later refuses
    /// (<https://github.com/kubernetes/kubernetes/pull/132838>).
    pub stacked_etcd_flags_before: (MinorVersion, EtcdMinor),
    /// The first minor with an official package repository
    /// (<https://kubernetes.io/blog/2023/08/15/pkgs-k8s-io-introduction/>).
    pub packages_from: MinorVersion,
}

impl ToolRules {
    /// kubeadm as released.
    pub fn kubeadm() -> Self {
        let minor = |number| MinorVersion::new(1, number);
        Self {
            kubelet_windows: vec![
                KubeletWindow { from: minor(0), max_older: 1 },
                KubeletWindow { from: minor(29), max_older: 3 },
            ],
            addons_last_from: minor(28),
            addon_phase_from: minor(32),
            stacked_etcd_from: (minor(36), EtcdMinor::new(3, 6)),
            stacked_etcd_flags_before: (minor(34), EtcdMinor::new(3, 7)),
            packages_from: minor(24),
        }
    }

    /// How many minors older than its target a kubelet may be for kubeadm of this minor.
    pub fn kubelet_max_older(&self, kubeadm: MinorVersion) -> u32 {
        self.kubelet_windows
            .iter()
            .rfind(|window| window.from <= kubeadm)
            .map_or(0, |window| window.max_older)
    }
}

#[cfg(test)]
mod tests {
    use super::ToolRules;
    use crate::version::MinorVersion;

    #[test]
    fn kubeadm_is_one_release_behind_the_policy() {
        let rules = ToolRules::kubeadm();
        for (kubeadm, expected) in [(24, 1), (28, 1), (29, 3), (37, 3)] {
            assert_eq!(rules.kubelet_max_older(MinorVersion::new(1, kubeadm)), expected);
        }
    }
}
