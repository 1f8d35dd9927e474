//! What kubeadm does on a worker before its kubelet moves
//! (<https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/upgrading-linux-nodes/>).

use std::fmt::Write as _;

use crate::provider::Site;
use crate::provider::packages;
use crate::version::KubernetesVersion;

use super::SAVE_KUBELET_FILES;
use super::reads;

/// Lines of the node script: `kubeadm upgrade node` with each kubeadm on the way, the last one with
/// kubectl. The kubelet is not restarted in between. A kubeadm that cannot read what the cluster's
/// kubeadm has stored is left out, and the script says so.
pub(in crate::provider) fn prepare_worker(
    site: &Site<'_>,
    to: &KubernetesVersion,
    stops: &[KubernetesVersion],
) -> String {
    let mut lines = format!("host <<'HOST'\n{SAVE_KUBELET_FILES}HOST\n");
    let mut unreadable = Vec::new();
    for stop in stops.iter().filter(|stop| *stop < to) {
        if !reads(stop.minor(), to.minor()) {
            unreadable.push(stop.minor().to_string());
            continue;
        }
        lines += &block(&stop.upstream(), &packages::install(site, stop, &["kubeadm"]));
    }
    if !unreadable.is_empty() {
        _ = write!(
            lines,
            "# kubeadm {} is passed over: it cannot read the format in which this cluster's kubeadm stores its\n# configuration.\n",
            unreadable.join(" and ")
        );
    }
    lines + &block(&to.upstream(), &packages::install(site, to, &["kubeadm", "kubectl"]))
}

fn block(version: &KubernetesVersion, install: &str) -> String {
    format!(
        "say 'kubeadm {version}'\nhost <<'HOST'\n{install}[ \"$(kubeadm version -o short)\" = {version} ]\nkubeadm upgrade node\nHOST\n"
    )
}
