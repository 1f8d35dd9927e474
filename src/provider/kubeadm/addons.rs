//! kube-proxy and `CoreDNS`, which kubeadm moves by itself: before 1.28 with the first control-plane
//! node, from 1.28 on with the last (<https://github.com/kubernetes/kubernetes/pull/117660>).

use crate::cluster::Provider;
use crate::plan::KubeProxyMode;
use crate::plan::Rollback;
use crate::policy::ToolRules;
use crate::provider::Procedure;
use crate::provider::Site;
use crate::provider::checks;
use crate::provider::durations;
use crate::provider::script::as_root;
use crate::provider::script::as_script;
use crate::provider::script::on;
use crate::provider::script::operator;
use crate::version::KubernetesVersion;

/// Proves that the add-ons have rolled out; with `by_itself`, moves kube-proxy first.
pub(in crate::provider) fn addons(
    site: &Site<'_>,
    to: &KubernetesVersion,
    coredns: Option<&str>,
    by_itself: bool,
) -> Procedure {
    let to = to.upstream();
    let daemon_set = site.kube_proxy == KubeProxyMode::DaemonSet;
    let with_phase =
        site.provider == Provider::Kubeadm && to.minor() >= ToolRules::kubeadm().addon_phase_from;
    let mut commands = Vec::new();
    if by_itself && daemon_set {
        commands.push(if let (true, Some(node)) = (with_phase, site.control_plane.first()) {
            on(
                node.as_str(),
                format!(
                    "# kubeadm must be {to} here: it deploys the kube-proxy of the version that it finds in its record.\n{}",
                    as_root(&format!(
                        "kubeadm version -o short | grep -xF {to}\nkubeadm upgrade node phase addon kube-proxy"
                    ))
                ),
            )
        } else {
            operator(format!(
                "# Only the image moves; registry and settings stay.\n{}",
                as_script(&format!(
                    "image=$(kubectl -n kube-system get daemonset kube-proxy -o jsonpath='{{.spec.template.spec.containers[0].image}}')\nkubectl -n kube-system set image daemonset/kube-proxy \"kube-proxy=${{image%:*}}:{to}\""
                ))
            ))
        });
    }
    if daemon_set {
        commands.push(operator(
            "kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=10m",
        ));
    }
    commands
        .push(operator("kubectl -n kube-system rollout status deployment/coredns --timeout=10m"));
    commands.push(operator(
        "# Any small image with nslookup will do.\nkubectl run \"dns-$RANDOM\" --rm -i --restart=Never --image=busybox:1.36 -- nslookup kubernetes.default.svc.cluster.local",
    ).expecting("the name resolves inside the cluster"));
    let mut checkpoints = Vec::new();
    if daemon_set {
        checkpoints.push(checks::kube_proxy(&to));
    }
    checkpoints.push(checks::coredns(coredns));
    checkpoints.push(checks::system_pods());
    Procedure {
        commands,
        checkpoints,
        abort: "Stop if a roll-out does not end within ten minutes or names do not resolve: do not drain a node while its network is in doubt.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: these are ordinary workloads, and kube-proxy may be older than the API server".to_owned(),
            commands: vec![operator(if daemon_set {
                "kubectl -n kube-system rollout undo daemonset/kube-proxy && kubectl -n kube-system rollout undo deployment/coredns"
            } else {
                "kubectl -n kube-system rollout undo deployment/coredns"
            })],
            text: Some("The undo covers the pods, not the ConfigMaps: the Corefile and the settings of kube-proxy from before are in the file that the backup and the first control-plane step saved in upgrade-backup/.".to_owned()),
        },
        duration: durations::ADDONS,
    }
}
