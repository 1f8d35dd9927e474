//! What kubeadm does on a worker before its kubelet moves
//! (<https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/upgrading-linux-nodes/>).

use crate::provider::Site;
use crate::provider::packages;
use crate::version::KubernetesVersion;

use super::SAVE_KUBELET_FILES;

/// Lines of the node script: `kubeadm upgrade node` with each kubeadm on the way, the last one with
/// kubectl. The kubelet is not restarted in between. Which kubeadm releases are on the way is decided
/// by the plan.
pub(in crate::provider) fn prepare_worker(
    site: &Site<'_>,
    to: &KubernetesVersion,
    stops: &[KubernetesVersion],
) -> String {
    let mut lines = format!("host <<'HOST'\n{SAVE_KUBELET_FILES}HOST\n");
    for stop in stops.iter().filter(|stop| *stop < to) {
        lines += &block(&stop.upstream(), &packages::install(site, stop, &["kubeadm"]));
    }
    lines + &block(&to.upstream(), &packages::install(site, to, &["kubeadm", "kubectl"]))
}

fn block(version: &KubernetesVersion, install: &str) -> String {
    format!(
        "say 'kubeadm {version}'\nhost <<'HOST'\n{install}[ \"$(kubeadm version -o short)\" = {version} ]\nkubeadm upgrade node\nHOST\n"
    )
}
