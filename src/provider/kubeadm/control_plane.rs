//! The static pods of one control-plane node
//! (<https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/>).

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::KubeProxyMode;
use crate::plan::Rollback;
use crate::plan::Transition;
use crate::provider::Procedure;
use crate::provider::Site;
use crate::provider::Turn;
use crate::provider::checks;
use crate::provider::durations;
use crate::provider::etcd::in_pods;
use crate::provider::packages;
use crate::provider::script::as_root;
use crate::provider::script::on;
use crate::provider::script::operator;
use crate::version::KubernetesVersion;

use super::PLAN_ETCD_FROM;
use super::SAVE_KUBELET_FILES;
use super::pull_images;

/// The node, its versions, and its place in the hop.
#[derive(Clone, Copy)]
pub(in crate::provider) struct ControlPlaneNode<'a> {
    pub(in crate::provider) node: &'a InstanceName,
    pub(in crate::provider) from: &'a KubernetesVersion,
    pub(in crate::provider) to: &'a KubernetesVersion,
    pub(in crate::provider) moves: &'a [Transition],
    pub(in crate::provider) turn: Turn,
    pub(in crate::provider) moves_addons: bool,
}

/// Moves kube-apiserver, kube-controller-manager and kube-scheduler of one node, in this order.
pub(in crate::provider) fn control_plane_node(
    site: &Site<'_>,
    act: ControlPlaneNode<'_>,
) -> Procedure {
    let ControlPlaneNode { node, from, to, moves, turn, moves_addons } = act;
    let (from, to) = (from.upstream(), to.upstream());
    let host = node.as_str();
    // From 1.31 on kubeadm would restart etcd for its certificates while it moves the API server.
    let freeze = if in_pods(site) { " --etcd-upgrade=false" } else { "" };
    let mut commands = vec![on(
        host,
        format!(
            "# kubeadm and kubectl {to}; the kubelet stays as it is until its own step.\n{}",
            as_root(&format!(
                "{SAVE_KUBELET_FILES}{}kubeadm version -o short      # must print {to}",
                packages::install(site, &to, &["kubeadm", "kubectl"])
            ))
        ),
    )];
    commands.push(on(
        host,
        format!(
            "# Pull ahead, so that nothing waits for a registry later.\n{}",
            as_root(&pull_images(&to))
        ),
    ));
    if turn == Turn::First {
        let plan_freeze = if to.minor() >= PLAN_ETCD_FROM { freeze } else { "" };
        commands.push(operator(save_kube_system(&to)));
        commands.push(on(
            host,
            format!(
                "# Read it: no row may say MANUAL UPGRADE REQUIRED yes. Then the changes to the manifests: own edits that\n# would be lost show up as removals; keep those as patches and add --patches DIR to both commands.\nsudo kubeadm upgrade plan {to}{plan_freeze}\nsudo kubeadm upgrade diff {to}\nsudo kubeadm upgrade apply {to} --dry-run{freeze} >/dev/null && echo 'dry run: passed'"
            ),
        ));
        commands.push(on(
            host,
            format!(
                "# kubeadm waits up to 5 minutes for each component. The last line must contain: SUCCESS!\n# If the documentation of your network plugin asks for another version with {}, move it after this, once.\nsudo kubeadm upgrade apply {to} -y{freeze}",
                to.minor()
            ),
        ));
    } else {
        if turn == Turn::Completes {
            commands.push(operator(record_names(&to, freeze)));
        }
        commands.push(on(
            host,
            format!(
                "# kubeadm waits up to 5 minutes for each component. It must print: The control plane instance for this\n# node was successfully upgraded!\nsudo kubeadm upgrade node{freeze}"
            ),
        ));
    }
    if moves_addons {
        let what = if site.kube_proxy == KubeProxyMode::DaemonSet {
            "kube-proxy (on all nodes) and CoreDNS"
        } else {
            "CoreDNS"
        };
        commands.push(operator(format!(
            "# With this node kubeadm {} has also moved {what}; that is proven in a step of its own. Watch it begin:\nkubectl -n kube-system get daemonsets,deployments -o wide",
            to.minor()
        )));
    }
    let mut checkpoints = vec![
        checks::static_pods_of(host, &to),
        checks::api_ready(),
        checks::no_young_containers(host),
        checks::leases(),
        checks::system_pods(),
    ];
    if turn == Turn::First {
        checkpoints.push(checks::cluster_configuration(&to));
    }
    Procedure {
        commands,
        checkpoints,
        abort: format!(
            "Stop if kubeadm ends with an error: it has put the old manifests back by itself, so read its last lines and `journalctl -u kubelet` on {host} first. Stop if kube-apiserver on {host} is not ready five minutes after its restart, or restarts again."
        ),
        rollback: if moves.iter().any(|at| at.component == Component::KubeApiserver) {
            rollback(site, host, &from, &to, turn)
        } else {
            rollback_of_parts(host, moves)
        },
        duration: durations::CONTROL_PLANE_NODE,
    }
}

fn save_kube_system(to: &KubernetesVersion) -> String {
    format!(
        "# The add-ons and kubeadm's record as they are now: kubeadm has no way back for these.\ninstall -d -m 700 upgrade-backup\nkubectl -n kube-system get configmaps,daemonsets,deployments -o yaml > upgrade-backup/kube-system-before-{to}.yaml"
    )
}

/// `kubeadm upgrade node` does what the record says, so somebody else's half-done hop is looked at first.
fn record_names(to: &KubernetesVersion, freeze: &str) -> String {
    format!(
        "# A hop was left half done, and this node will follow kubeadm's record. It must name {to}. If it does not,\n# run `sudo kubeadm upgrade apply {to} -y{freeze}` on a node that runs {to} already, and look again.\nkubectl -n kube-system get configmap kubeadm-config -o jsonpath='{{.data.ClusterConfiguration}}' | grep -xF 'kubernetesVersion: {to}'"
    )
}

/// The way back where kube-apiserver stays as it is.
fn rollback_of_parts(host: &str, moves: &[Transition]) -> Rollback {
    let before: Vec<String> =
        moves.iter().map(|at| format!("{} {}", at.component, at.from)).collect();
    let files: Vec<String> = moves
        .iter()
        .filter(|at| at.component != Component::KubeProxy)
        .map(|at| format!("{}.yaml", at.component))
        .collect();
    let manifests = as_root(&format!(
        "old=$(ls -dt /etc/kubernetes/tmp/kubeadm-backup-manifests-* | head -n 1)\nfor file in {}; do\n  grep -h 'image:' \"$old/$file\"\n  cp \"$old/$file\" \"/etc/kubernetes/$file\"\n  mv \"/etc/kubernetes/$file\" \"/etc/kubernetes/manifests/$file\"\ndone",
        files.join(" ")
    ));
    Rollback {
        possible: true,
        until: "none: kube-apiserver does not change here, and the parts keep no data of their own"
            .to_owned(),
        commands: vec![on(
            host,
            format!(
                "# kubeadm's own copies of the manifests that it moved; they name {}.\n{manifests}",
                before.join(" and ")
            ),
        )],
        text: Some(
            "kubeadm puts a manifest back by itself where the new one does not come up, and can be run again after a repair."
                .to_owned(),
        ),
    }
}

fn rollback(
    site: &Site<'_>,
    host: &str,
    from: &KubernetesVersion,
    to: &KubernetesVersion,
    turn: Turn,
) -> Rollback {
    let manifests = as_root(&format!(
        "old=$(ls -dt /etc/kubernetes/tmp/kubeadm-backup-manifests-* | head -n 1)\ngrep -h 'image:' \"$old\"/kube-*.yaml      # must name {from}\ncp \"$old\"/kube-*.yaml /etc/kubernetes/\nmv /etc/kubernetes/kube-*.yaml /etc/kubernetes/manifests/"
    ));
    let mut commands = vec![
        on(
            host,
            "# First look: has kubeadm already put them back?\nsudo grep -h 'image:' /etc/kubernetes/manifests/kube-*.yaml",
        ),
        on(host, format!("# If not: kubeadm's own copies of the old manifests.\n{manifests}")),
        on(host, as_root(&packages::downgrade(site, from, &["kubeadm", "kubectl"]))),
    ];
    if turn == Turn::First {
        commands.push(operator(format!(
            "# Only if `kubeadm upgrade apply` had got as far as its record of the cluster:\nkubectl -n kube-system patch configmap kubeadm-config --type merge -p \"$(kubectl create --dry-run=client -o json -f upgrade-backup/kube-system-before-{to}.yaml | jq -s '[.[]|(.items//[.])[]|select(.kind==\"ConfigMap\" and .metadata.name==\"kubeadm-config\")][0]|{{data: .data}}')\""
        )));
    }
    let others = if site.control_plane.len() > 1 {
        format!(
            "With some nodes on {to} and others on {from} the cluster is in a supported state: there is time to repair {host} and run kubeadm again, which can be repeated."
        )
    } else {
        "kubeadm can be run again after a repair: `kubeadm upgrade apply` is repeatable, with --force at an unchanged version.".to_owned()
    };
    // Between patches, and while other nodes still run the old minor, this node can go back.
    let same_minor = from.minor() == to.minor();
    let last = site.control_plane.last().is_none_or(|node| node.as_str() == host);
    Rollback {
        possible: same_minor || !last,
        until: if same_minor {
            "none: patches of one minor read each other's objects".to_owned()
        } else {
            format!(
                "kube-apiserver {to} has served writes: objects may then be stored in forms that {from} cannot read, and kubeadm supports no way down by a minor"
            )
        },
        commands,
        text: Some(format!(
            "{others} After the point of no return, repair forward; the last resort is the snapshot of the backup step together with the manifests and packages of {from} on every control-plane node. It loses everything written since."
        )),
    }
}
