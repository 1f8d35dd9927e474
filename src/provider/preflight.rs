//! What is read before a hop, and the decision that follows.

use crate::cluster::Provider;
use crate::name::InstanceName;
use crate::plan::Checkpoint;
use crate::plan::Command;
use crate::plan::KubeProxyMode;
use crate::plan::Rollback;

use super::HopFrame;
use super::Procedure;
use super::Site;
use super::checks;
use super::durations;
use super::etcd;
use super::kubeadm;
use super::packages;
use super::script::as_script;
use super::script::on;
use super::script::operator;
use super::script::words;
use super::start;

/// Pods that do not run, by what owns them: names that survive a drain, so that two lists compare.
const UNHEALTHY: &str = r#"kubectl get pods -A -o json | jq -r '.items[]|select(.status.phase!="Succeeded")|select(.status.phase!="Running" or any(.status.containerStatuses[]?;.ready|not))|"\(.metadata.namespace)/\(.metadata.ownerReferences[0].name//.metadata.name)"' | sort -u"#;

/// The command that compares what does not run now with what did not run before the hop.
pub(super) fn new_failures(hop: &HopFrame<'_>) -> String {
    let before = format!("unhealthy-before-{}.txt", hop.to.upstream());
    checks::answered(&format!("{UNHEALTHY} | comm -13 {before} - | wc -l"))
}

/// Reads everything that can be read. Changes nothing.
pub(super) fn preflight(site: &Site<'_>, hop: &HopFrame<'_>) -> Procedure {
    let to = hop.to.upstream();
    let mut commands = vec![operator(format!(
        "# What runs, as the API sees it; and what does not run already, to compare with afterwards. Looked at\n# again, the list of the first look stays: remove the file only where nothing of the hop was done yet.\n{}",
        as_script(&format!(
            "kubectl get nodes -o wide\nkubectl -n kube-system get pods -o wide\nif [ ! -e unhealthy-before-{to}.txt ]; then\n  {UNHEALTHY} > unhealthy-before-{to}.txt.part\n  mv unhealthy-before-{to}.txt.part unhealthy-before-{to}.txt\nfi\ncat unhealthy-before-{to}.txt"
        ))
    ))];
    if hop.first && !etcd::in_pods(site) {
        commands.extend(etcd::local_wrapper(site));
    }
    if hop.control_plane_moves && site.provider == Provider::Kubeadm {
        commands.extend(kubeadm_reads(site, hop));
    }
    Procedure {
        commands,
        checkpoints: checkpoints(site, hop),
        abort: "Where a check of what the plan starts from fails, the plan is stale: write down what runs now and plan again; that cannot be accepted. Do not start the hop while another check fails, unless its owner accepts it in the change ticket by name.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: this step only reads".to_owned(),
            commands: Vec::new(),
            text: Some("Nothing was changed, so there is nothing to undo.".to_owned()),
        },
        duration: durations::PREFLIGHT,
    }
}

fn kubeadm_reads(site: &Site<'_>, hop: &HopFrame<'_>) -> Vec<Command> {
    let to = hop.to.upstream();
    let certs = kubeadm::certs_command(hop.from.minor());
    let nodes = words(site.control_plane);
    let mut list = vec![
        operator(
            "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'",
        )
        .expecting("kubeadm's record is as you know it: version, registry, feature gates, a pinned etcd image"),
        operator(format!(
            "for node in {nodes}; do\n  echo \"== $node\"\n  ssh \"$node\" 'sudo {certs}; sudo du -sh /var/lib/etcd 2>/dev/null; df -Ph /etc/kubernetes /var/lib/kubelet; sudo grep -H server: /etc/kubernetes/kubelet.conf /etc/kubernetes/controller-manager.conf /etc/kubernetes/scheduler.conf; kubeadm version -o short; stat -fc %T /sys/fs/cgroup' </dev/null\ndone"
        ))
        .expecting("for every control-plane node: certificates hold for 30 days at least (an upgrade renews them, but not the CAs), the free space is that of `/var/lib/etcd` at least (kubeadm copies all of it into `/etc/kubernetes`), and its parts call the API server that you expect"),
    ];
    if let Some(node) = site.control_plane.first() {
        list.push(on(
            node.as_str(),
            format!(
                "kubeadm config images list --kubernetes-version {to}"
            ),
        )
        .expecting(format!("all of these are in your registry. The list is built into kubeadm, so the one that counts is that of kubeadm {to}, in the first control-plane step")));
    }
    list
}

fn checkpoints(site: &Site<'_>, hop: &HopFrame<'_>) -> Vec<Checkpoint> {
    let mut list = start::checks(site, hop);
    list.extend([checks::nodes_ready(), checks::none_cordoned(), checks::api_ready()]);
    list.push(checks::api_services());
    if hop.control_plane_moves {
        list.push(checks::removed_apis(hop.to.minor()));
    }
    list.push(checks::webhooks());
    list.push(checks::disruption_budgets());
    list.push(checks::unmanaged_pods());
    list.push(checks::system_pods());
    list.push(etcd::healthy(site));
    list.push(etcd::no_alarm(site));
    if site.provider == Provider::Kubeadm {
        let (run, expect) = packages::available(site, hop.to);
        list.push(checks::by_hand(
            "release-available",
            format!("{} can be had from here, or from your mirror", hop.to.upstream()),
            run,
            expect,
        ));
        list.push(certificates(site));
    }
    list
}

/// P6, on every control-plane node; those inside kubeconfigs are in kubeadm's table, which is printed.
fn certificates(site: &Site<'_>) -> Checkpoint {
    let nodes = words(site.control_plane);
    checks::by_hand(
        "certificates",
        "no certificate of the control plane ends within 30 days",
        format!(
            "for node in {nodes}; do ssh \"$node\" 'for file in $(sudo find /etc/kubernetes/pki -name \"*.crt\"); do sudo openssl x509 -noout -checkend 2592000 -in \"$file\" >/dev/null || echo \"$file\"; done' </dev/null || echo \"$node\"; done | wc -l"
        ),
        "0",
    )
}

/// A person decides.
pub(super) fn gate(site: &Site<'_>, hop: &HopFrame<'_>) -> Procedure {
    let to = hop.to.upstream();
    let proxy = if site.kube_proxy == KubeProxyMode::DaemonSet {
        "\nkubectl -n kube-system get daemonset kube-proxy -o wide"
    } else {
        ""
    };
    let question = |id: &str, title: &str, where_: &str| {
        checks::by_hand(id, title, format!("# Look in the change ticket: {where_}"), "yes")
    };
    Procedure {
        commands: vec![operator(format!(
            "# The state on which the decision rests.\n{}",
            as_script(&format!("kubectl version -o json | jq -r '\"API server \" + .serverVersion.gitVersion'\nkubectl get nodes -o wide{proxy}"))
        ))],
        checkpoints: vec![
            question(
                "staging",
                &format!("staging has finished this hop to {to} and its soak, with this runbook"),
                "the staging record, with the minutes that each step took",
            ),
            question(
                "blockers",
                "every blocker of this hop is ticked, every check of the preflight is passed or accepted by name",
                "the list of blockers and the preflight record",
            ),
            question(
                "approval",
                "change manager and service owners have approved this hop",
                "the approvals",
            ),
            question(
                "backup-place",
                "there is room and a keeper for the snapshot outside the cluster, and a restore was rehearsed",
                "the restore rehearsal",
            ),
            question(
                "window",
                "the window holds the likely time of the hop and the way back; two people are on shift; no freeze is on",
                "the window and the names on shift",
            ),
        ],
        abort: "No go if one answer is not yes. Postponing costs nothing here: nothing of this hop has been changed yet.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: this step only decides".to_owned(),
            commands: Vec::new(),
            text: Some("Nothing was changed, so there is nothing to undo.".to_owned()),
        },
        duration: durations::GATE,
    }
}

/// The first control-plane node, or a word for it.
pub(super) fn first_node<'a>(site: &Site<'a>) -> &'a str {
    site.control_plane.first().map_or("control-plane-1", InstanceName::as_str)
}
