//! kubeadm: what its commands are called and accept, by release; one file per kind of step.

mod addons;
mod control_plane;
mod etcd;
mod etcd_by_hand;
mod nodes;

use std::fmt::Write as _;

use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

pub(super) use addons::addons;
pub(super) use control_plane::ControlPlaneNode;
pub(super) use control_plane::control_plane_node;
pub(super) use etcd::flags_refused as etcd_flags_refused;
pub(super) use etcd::procedure as etcd;
pub(super) use etcd_by_hand::procedure as etcd_by_hand;
pub(super) use nodes::prepare_worker;

/// The first kubeadm whose `upgrade plan` takes `--etcd-upgrade`
/// (<https://github.com/kubernetes/kubernetes/pull/130023>).
const PLAN_ETCD_FROM: MinorVersion = MinorVersion::new(1, 33);
/// The first kubeadm with `certs` outside `alpha`.
const CERTS_FROM: MinorVersion = MinorVersion::new(1, 20);
/// The first kubeadm whose default registry is registry.k8s.io
/// (<https://github.com/kubernetes/kubernetes/pull/109938>).
const OLD_REGISTRY_BEFORE: MinorVersion = MinorVersion::new(1, 25);

/// Lines for a root shell on a node that kubeadm is about to change: the kubelet's files as they are,
/// under the kubelet's own version. kubeadm keeps copies too (from 1.27 on), but a node that skips
/// minors has several, and only the first is the one to go back to.
pub(super) const SAVE_KUBELET_FILES: &str = r#"for file in config.yaml kubeadm-flags.env; do
  saved=/var/lib/kubelet/$file.$(kubelet --version | awk '{print $2}')
  if [ ! -e "$saved" ]; then cp -p "/var/lib/kubelet/$file" "$saved"; fi
done
"#;

/// Lines for a root shell: those files again.
pub(super) fn restore_kubelet_files(version: &KubernetesVersion) -> String {
    format!(
        "for file in config.yaml kubeadm-flags.env; do\n  if [ -e \"/var/lib/kubelet/$file.{version}\" ]; then cp -p \"/var/lib/kubelet/$file.{version}\" \"/var/lib/kubelet/$file\"; fi\ndone\n"
    )
}

/// The command that lists the certificates and their ends.
pub(super) fn certs_command(kubeadm: MinorVersion) -> &'static str {
    if kubeadm >= CERTS_FROM {
        "kubeadm certs check-expiration"
    } else {
        "kubeadm alpha certs check-expiration"
    }
}

/// Lines for a root shell: pull what `version` needs, from the registry that the cluster uses.
pub(super) fn pull_images(version: &KubernetesVersion) -> String {
    let mut text = String::from(
        "registry=$(sed -n 's#^ *image: *\\(.*\\)/kube-apiserver:.*#\\1#p' /etc/kubernetes/manifests/kube-apiserver.yaml)\n",
    );
    // Only a control plane of a release before it can still name the frozen registry.
    if version.minor() <= OLD_REGISTRY_BEFORE {
        text += "if [ \"$registry\" = k8s.gcr.io ]; then registry=registry.k8s.io; fi\n";
    }
    _ = write!(
        text,
        "kubeadm config images pull --kubernetes-version {} --image-repository \"$registry\"",
        version.upstream()
    );
    text
}
