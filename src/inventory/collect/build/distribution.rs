//! What the cluster was installed with, as far as it changes how an inventory is made.

use super::Gaps;
use super::gap::Gap;
use super::running::nodes_of;
use crate::cluster::Provider;
use crate::inventory::collect::seen::Part;
use crate::inventory::collect::seen::Seen;
use crate::version::KubernetesVersion;

/// What the cluster was installed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distribution {
    /// kubeadm.
    Kubeadm,
    /// k3s or k0s: on a server one binary is every part of Kubernetes, so its kubelet tells the
    /// version of all of them.
    OneBinary,
    /// Static pods or units of somebody's own, with a control plane that is visible.
    Other,
    /// A control plane that is not visible: somebody else runs it.
    Managed,
}

impl Distribution {
    pub(super) fn of(seen: &Seen, gaps: &mut Gaps) -> Self {
        let kubelets = || seen.nodes.values().filter_map(|node| node.value.kubelet.as_ref());
        let joined_by_kubeadm = seen.nodes.values().any(|node| node.value.kubeadm);
        if seen.settings.cluster.is_some() || joined_by_kubeadm {
            return Self::Kubeadm;
        }
        if kubelets().any(|kubelet| build(kubelet, &["k3s", "k0s"])) {
            return Self::OneBinary;
        }
        let vendor = kubelets().any(|kubelet| *kubelet != kubelet.upstream());
        let visible = seen.nodes.values().any(|node| node.value.control_plane)
            || nodes_of(seen, Part::Apiserver).next().is_some();
        if !visible {
            return Self::Managed;
        }
        if vendor {
            return Self::Other;
        }
        gaps.add(Gap::Provider);
        Self::Kubeadm
    }

    pub(super) const fn provider(self) -> Provider {
        match self {
            Self::Kubeadm => Provider::Kubeadm,
            Self::OneBinary | Self::Other | Self::Managed => Provider::Manual,
        }
    }
}

/// Whether a version is a build of one of these vendors: `v1.30.3+k3s1`.
fn build(version: &KubernetesVersion, vendors: &[&str]) -> bool {
    let bare = version.bare();
    bare.split_once('+')
        .is_some_and(|(_, build)| vendors.iter().any(|vendor| build.starts_with(vendor)))
}
