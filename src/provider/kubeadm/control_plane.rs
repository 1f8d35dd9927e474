//! The static pods of one control-plane node
//! (<https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-upgrade/>).

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::Command;
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
use crate::provider::script::as_script;
use crate::provider::script::fill;
use crate::provider::script::on;
use crate::provider::script::operator;
use crate::provider::script::save_once;
use crate::version::KubernetesVersion;

use super::PLAN_ETCD_FROM;
use super::SAVE_KUBELET_FILES;
use super::pull_images;

/// What kubeadm moves together, in its order.
const PARTS: [Component; 3] =
    [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler];
const MANIFESTS_BACK: &str = include_str!("../scripts/manifests-back.sh");

/// The node, its versions, and its place in the hop.
#[derive(Clone, Copy)]
pub(in crate::provider) struct ControlPlaneNode<'a> {
    pub(in crate::provider) node: &'a InstanceName,
    pub(in crate::provider) from: &'a KubernetesVersion,
    pub(in crate::provider) to: &'a KubernetesVersion,
    pub(in crate::provider) moves: &'a [Transition],
    pub(in crate::provider) turn: Turn,
    pub(in crate::provider) last: bool,
    pub(in crate::provider) moves_addons: bool,
}

/// Moves kube-apiserver, kube-controller-manager and kube-scheduler of one node, in this order.
pub(in crate::provider) fn control_plane_node(
    site: &Site<'_>,
    act: ControlPlaneNode<'_>,
) -> Procedure {
    let ControlPlaneNode { node, from, to, moves, turn, last: _, moves_addons } = act;
    let (from, to) = (from.upstream(), to.upstream());
    let host = node.as_str();
    // From 1.31 on kubeadm would restart etcd for its certificates while it moves the API server.
    let freeze = if in_pods(site) { " --etcd-upgrade=false" } else { "" };
    let mut commands =
        vec![on(
        host,
        format!(
            "# kubeadm and kubectl {to}; the kubelet stays as it is until its own step.\n{}",
            as_root(&format!(
                "{SAVE_KUBELET_FILES}{}kubeadm version -o short | grep -xF {to}",
                packages::install(site, &to, &["kubeadm", "kubectl"])
            ))
        ),
    )
    .expecting(format!("`{to}` is the last line"))];
    commands.push(on(
        host,
        format!(
            "# Pull ahead, so that nothing waits for a registry later.\n{}",
            as_root(&pull_images(&to))
        ),
    ));
    commands.extend(match turn {
        Turn::First => apply(host, &to, freeze),
        Turn::Follows => vec![follow(host, freeze)],
        Turn::Completes => vec![record_names(&to, freeze), follow(host, freeze)],
    });
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
            rollback(site, &ControlPlaneNode { from: &from, to: &to, ..act })
        } else {
            rollback_of_parts(host, moves)
        },
        duration: durations::CONTROL_PLANE_NODE,
    }
}

/// The first node: what kubeadm would do, looked at in three ways, and then done.
fn apply(host: &str, to: &KubernetesVersion, freeze: &str) -> Vec<Command> {
    let plan_freeze = if to.minor() >= PLAN_ETCD_FROM { freeze } else { "" };
    vec![
operator(save_kube_system(to)),

    on(host, format!("sudo kubeadm upgrade plan {to}{plan_freeze}"))
        .expecting("no row says `yes` under `MANUAL UPGRADE REQUIRED`"),
on(host, format!("sudo kubeadm upgrade diff {to}")).expecting(
    "only what the new release brings changes. Own edits that would be lost show up as removals: keep those as patches, and add `--patches DIR` to the commands below",
),

    on(
        host,
        format!(
            "sudo kubeadm upgrade apply {to} --dry-run{freeze} >/dev/null && echo 'dry run: passed'"
        ),
    )
    .expecting("`dry run: passed`"),

    on(
        host,
        format!(
            "# kubeadm waits up to 5 minutes for each component.\nsudo kubeadm upgrade apply {to} -y{freeze}"
        ),
    )
    .expecting(format!(
        "a line near the end says `SUCCESS!`. If the documentation of your network plugin asks for another version with {}, move it now, once",
        to.minor()
    )),
    ]
}

/// Another node: it follows the record that the first one wrote.
fn follow(host: &str, freeze: &str) -> Command {
    on(
        host,
        format!(
            "# kubeadm waits up to 5 minutes for each component. Add --patches DIR if you use patches.\nsudo kubeadm upgrade node{freeze}"
        ),
    )
    .expecting("one of the last lines says that the control plane instance of this node was upgraded")
}

fn save_kube_system(to: &KubernetesVersion) -> String {
    format!(
        "# The add-ons and kubeadm's record as they are now: kubeadm has no way back for these.\n{}",
        as_script(&save_once(
            &format!("kube-system-before-{to}.yaml"),
            "kubectl -n kube-system get configmaps,daemonsets,deployments -o yaml"
        ))
    )
}

/// kubeadm's own copies of the manifests of some parts go back.
fn manifests_back(parts: impl IntoIterator<Item = (Component, String)>) -> String {
    let lines: Vec<String> =
        parts.into_iter().map(|(part, version)| format!("{part}:{version}")).collect();
    as_root(&fill(MANIFESTS_BACK, &[("PARTS", &lines.join(" "))]))
}

/// `kubeadm upgrade node` does what the record says, so somebody else's half-done hop is looked at first.
fn record_names(to: &KubernetesVersion, freeze: &str) -> Command {
    operator(format!(
        "# A hop was left half done, and this node will follow kubeadm's record.\nkubectl -n kube-system get configmap kubeadm-config -o jsonpath='{{.data.ClusterConfiguration}}' | grep -xF 'kubernetesVersion: {to}'"
    ))
    .expecting(format!(
        "it prints `kubernetesVersion: {to}`. If it does not, run `sudo kubeadm upgrade apply {to} -y{freeze}` on a node that runs {to} already, and look again"
    ))
}

/// The way back where kube-apiserver stays as it is.
fn rollback_of_parts(host: &str, moves: &[Transition]) -> Rollback {
    let parts = moves.iter().filter(|at| at.component != Component::KubeProxy);
    let parts = parts.map(|at| (at.component, at.from.to_string()));
    Rollback {
        possible: true,
        until: "none: kube-apiserver does not change here, and the parts keep no data of their own"
            .to_owned(),
        commands: vec![on(
            host,
            format!(
                "# kubeadm's own copies of the manifests that it moved.\n{}",
                manifests_back(parts)
            ),
        )],
        text: Some(
            "kubeadm puts a manifest back by itself where the new one does not come up, and can be run again after a repair."
                .to_owned(),
        ),
    }
}

fn rollback(site: &Site<'_>, act: &ControlPlaneNode<'_>) -> Rollback {
    let ControlPlaneNode { node, from, to, moves: _, turn, last, moves_addons } = *act;
    let host = node.as_str();
    let same_minor = from.minor() == to.minor();
    let daemon_set = site.kube_proxy == KubeProxyMode::DaemonSet;
    let addons = if daemon_set { "kube-proxy and CoreDNS have" } else { "CoreDNS has" };
    let look = on(
        host,
        "# Has kubeadm put them back by itself?\nsudo grep -h 'image:' /etc/kubernetes/manifests/kube-*.yaml",
    );
    if last && !same_minor {
        let place = if site.control_plane.len() > 1 { "the last one" } else { "the only one" };
        return Rollback {
            possible: false,
            until: format!(
                "kube-apiserver {to} of {host}, {place}, is ready: no API server of {from} is left, {addons} moved, and kubeadm supports no way down by a minor"
            ),
            commands: vec![look.expecting(format!(
                "where all of them name {from}, kubeadm has; otherwise run it again"
            ))],
            text: Some(format!(
                "Before that point kubeadm goes back by itself: where a component does not come up, it puts the old manifests of this node back and ends with an error. Repair the cause and run it again; it can be repeated. After that point repair forward. The last resort is the snapshot of the backup step together with the manifests and packages of {from} on every control-plane node; it loses everything written since."
            )),
        };
    }
    let version = from.to_string();
    let manifests = manifests_back(PARTS.map(|part| (part, version.clone())));
    let mut commands = vec![
        look.expecting(format!("where all of them name {from}, the next block is not needed")),
        on(host, format!("# kubeadm's own copies of the old manifests.\n{manifests}")),
        on(host, as_root(&packages::downgrade(site, from, &["kubeadm", "kubectl"]))),
    ];
    let saved = format!("upgrade-backup/kube-system-before-{to}.yaml");
    if turn == Turn::First {
        commands.push(operator(format!(
            "# Only if `kubeadm upgrade apply` had got as far as its record of the cluster:\nkubectl -n kube-system patch configmap kubeadm-config --type merge -p \"$(kubectl create --dry-run=client -o json -f {saved} | jq -s '[.[]|(.items//[.])[]|select(.kind==\"ConfigMap\" and .metadata.name==\"kubeadm-config\")][0]|{{data: .data}}')\""
        )));
    }
    let moved = if moves_addons {
        if daemon_set {
            commands.push(operator(
                "# kube-proxy must not be newer than an API server.\nkubectl -n kube-system rollout undo daemonset/kube-proxy && kubectl -n kube-system rollout undo deployment/coredns",
            ));
        } else {
            commands.push(operator("kubectl -n kube-system rollout undo deployment/coredns"));
        }
        format!(
            " {addons} moved with this node and must go back as well, with the ConfigMaps as in {saved}."
        )
    } else {
        String::new()
    };
    let (until, meanwhile) = if same_minor {
        (
            "none: patches of one minor read each other's objects".to_owned(),
            "kubeadm can be run again after a repair.".to_owned(),
        )
    } else {
        (
            format!(
                "the last control-plane node has moved to {to}, or somebody has used a field or an API version that is new in {}: {from} cannot read it",
                to.minor()
            ),
            format!(
                "With some nodes on {to} and others on {from} the cluster is in a supported state: there is time to repair {host} and run kubeadm again, which can be repeated, instead of going back."
            ),
        )
    };
    Rollback { possible: true, until, commands, text: Some(format!("{meanwhile}{moved}")) }
}
