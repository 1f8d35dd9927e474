//! Kubelets, on control-plane nodes and workers: drained, moved, proven, given back. The same script
//! does it for every node; what goes before the drain differs by provider.

use crate::cluster::Provider;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Batch;
use crate::plan::Rollback;
use crate::plan::shell_word;
use crate::version::KubernetesVersion;

use super::Procedure;
use super::Site;
use super::checks;
use super::durations;
use super::etcd;
use super::kubeadm;
use super::manual;
use super::packages;
use super::script::as_script;
use super::script::fill;
use super::script::operator;

const SCRIPT: &str = include_str!("scripts/upgrade-node.sh");
const NODE_LIST: &str = include_str!("scripts/node-list.sh");

const SKIP: &str = r#"if [ "$(state)" = '@VERSION@ True false' ]; then say 'is done already'; exit 0; fi
"#;

/// The pool and its nodes.
#[derive(Clone, Copy)]
pub(super) struct Workers<'a> {
    pub(super) pool: &'a PoolName,
    pub(super) list: &'a str,
    pub(super) nodes: &'a [InstanceName],
    pub(super) counted: bool,
    pub(super) from: &'a KubernetesVersion,
    pub(super) to: &'a KubernetesVersion,
    pub(super) stops: &'a [KubernetesVersion],
    pub(super) batch: Batch,
    pub(super) with_kube_proxy: bool,
}

struct Script<'a> {
    file: &'a str,
    title: &'a str,
    /// Whether a node with this kubelet has nothing left to do.
    skip: bool,
    prepare: &'a str,
    kubelet: &'a str,
}

/// The script of one node, as a command that writes it.
fn write(version: &KubernetesVersion, script: &Script<'_>) -> String {
    let Script { file, title, skip, prepare, kubelet } = script;
    let text = version.upstream().to_string();
    let skip = if *skip { fill(SKIP, &[("VERSION", &text)]) } else { String::new() };
    let values = [
        ("TITLE", *title),
        ("FILE", *file),
        ("VERSION", &text),
        ("SKIP", &skip),
        ("PREPARE", *prepare),
        ("KUBELET", *kubelet),
    ];
    format!("cat > {file} <<'SCRIPT'\n{}SCRIPT", fill(SCRIPT, &values))
}

/// Lines for a root shell on the node: the kubelet, and kube-proxy where it is a unit of the node.
fn kubelet(site: &Site<'_>, version: &KubernetesVersion, kube_proxy: bool, down: bool) -> String {
    let mut lines = match (site.provider, down) {
        (Provider::Manual, _) => manual::swap("kubelet", version),
        (Provider::Kubeadm, false) => packages::install(site, version, &["kubelet"]),
        (Provider::Kubeadm, true) => packages::downgrade(site, version, &["kubelet"]),
    };
    if down && site.provider == Provider::Kubeadm {
        lines += &kubeadm::restore_kubelet_files(version);
    }
    lines += "systemctl daemon-reload\nsystemctl restart kubelet";
    if kube_proxy {
        lines += "\n";
        lines += &manual::swap("kube-proxy", version);
        lines += "systemctl restart kube-proxy";
    }
    lines
}

/// The script that takes one node's kubelet back.
fn write_way_back(site: &Site<'_>, from: &KubernetesVersion, kube_proxy: bool) -> (String, String) {
    let from = from.upstream();
    let file = format!("downgrade-node-{from}.sh");
    let title = format!("Takes the kubelet of one node back to {from}.");
    let text = write(
        &from,
        &Script {
            file: &file,
            title: &title,
            skip: !kube_proxy,
            prepare: "",
            kubelet: &kubelet(site, &from, kube_proxy, true),
        },
    );
    (file, text)
}

/// The kubelets of control-plane nodes, one after the other.
pub(super) fn control_plane_kubelets(
    site: &Site<'_>,
    nodes: &[InstanceName],
    from: &KubernetesVersion,
    to: &KubernetesVersion,
) -> Procedure {
    let to = to.upstream();
    let file = format!("upgrade-kubelet-{to}.sh");
    let title = format!("Takes the kubelet of one control-plane node to {to}.");
    let kubelet_lines = kubelet(site, &to, false, false);
    let mut commands = vec![operator(write(
        &to,
        &Script { file: &file, title: &title, skip: true, prepare: "", kubelet: &kubelet_lines },
    ))];
    if etcd::in_pods(site) {
        commands.extend(etcd::gate(site));
    }
    let gate = if etcd::in_pods(site) { " && bash etcd-gate.sh" } else { "" };
    for (index, node) in nodes.iter().enumerate() {
        let remark = match (index, etcd::in_pods(site)) {
            (0, true) => {
                "# One node at a time. The new kubelet starts the static pods of its node once more, etcd's as well.\n"
            }
            (0, false) => "# One node at a time.\n",
            _ => "",
        };
        let passed = if etcd::in_pods(site) { ", and `etcd gate: passed` after it" } else { "" };
        commands.push(
            operator(format!("{remark}bash {file} {}{gate}", shell_word(node.as_str()))).expecting(
                format!(
                    "the line `{node}: done` (or `is done already`){passed}. With anything else, no other node is touched"
                ),
            ),
        );
    }
    let names: Vec<&str> = nodes.iter().map(InstanceName::as_str).collect();
    let mut checkpoints =
        vec![checks::nodes_at(&names, &to), checks::api_ready(), checks::system_pods()];
    if etcd::in_pods(site) {
        checkpoints.push(etcd::healthy(site));
    }
    checkpoints.push(checks::leases());
    let (back_file, back) = write_way_back(site, from, false);
    Procedure {
        commands,
        checkpoints,
        abort: "Stop at the first node that does not come back Ready within five minutes; it stays cordoned. Do not begin with the next control-plane node before the API server and etcd of this one are healthy.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: an older kubelet inside the skew may replace a newer one on a drained node".to_owned(),
            commands: vec![
                operator(back),
                operator(format!("# For each node that has to go back:\nbash {back_file} NODE")),
            ],
            text: None,
        },
        duration: durations::times(durations::NODE, nodes.len() as u64),
    }
}

/// The nodes of a pool: the canary, a look, the rest. Pools differ in the first command only.
pub(super) fn workers(site: &Site<'_>, act: Workers<'_>) -> Procedure {
    let Workers { pool, list, nodes, counted, from, to, stops, batch, with_kube_proxy } = act;
    let to = to.upstream();
    let file = format!("upgrade-node-{to}.sh");
    let title = format!("Takes one worker node to {to}.");
    let prepare = match site.provider {
        Provider::Kubeadm => kubeadm::prepare_worker(site, &to, stops),
        Provider::Manual => String::new(),
    };
    let kubelet_lines = kubelet(site, &to, with_kube_proxy, false);
    let count = nodes.len() as u64;
    let (canary, parallel) = (batch.canary.min(count), batch.size.max(1));
    let again = if with_kube_proxy {
        "To go on after a repair, take the finished nodes out of the list first."
    } else {
        "To go on after a repair, repeat this: finished nodes are passed over."
    };
    let commands = vec![
        operator(variables(pool, list, count, canary, parallel, counted)),
        operator(as_script(NODE_LIST)).expecting("the number of nodes, and no other line"),
        operator(write(
            &to,
            &Script {
                file: &file,
                title: &title,
                skip: !with_kube_proxy,
                prepare: &prepare,
                kubelet: &kubelet_lines,
            },
        )),
        operator(format!(
            "# The canary, one node after the other; the first failure ends it.\nhead -n \"$CANARY\" \"$LIST\" | xargs -r -d '\\n' -n 1 sh -c 'bash {file} \"$1\" || exit 255' sh"
        ))
        .expecting("`done` (or `is done already`) for each canary node. With anything else, the rest stays as it is"),
        operator(
            "# What runs on the canary.\nhead -n \"$CANARY\" \"$LIST\" | xargs -r -d '\\n' -I NODE kubectl get pods -A -o wide --field-selector spec.nodeName=NODE",
        )
        .expecting("the canary has carried load for at least ten minutes: type this again then, and no pod on it restarts or waits"),
        operator(format!(
            "# The rest, $PARALLEL at a time, each with a log of its own. The first failure starts no further node;\n# those that are under way finish. {again}\ntail -n \"+$((CANARY + 1))\" \"$LIST\" | xargs -r -d '\\n' -P \"$PARALLEL\" -n 1 sh -c 'bash {file} \"$1\" > \"$1.log\" 2>&1 && echo \"$1 done\" || {{ echo \"$1 FAILED, see $1.log\" >&2; exit 255; }}' sh"
        ))
        .expecting("no line says `FAILED`"),
    ];
    let (back_file, back) = write_way_back(site, from, with_kube_proxy);
    let rounds = (count - canary).div_ceil(parallel) + canary;
    let stop_count = (stops.len() as u64).saturating_sub(1);
    let node = durations::sum(&[
        durations::NODE,
        if stop_count == 0 {
            crate::plan::Duration::default()
        } else {
            durations::times(durations::KUBEADM_STOP, stop_count)
        },
    ]);
    let look = if canary == 0 { crate::plan::Duration::default() } else { durations::CANARY_LOOK };
    Procedure {
        commands,
        checkpoints: vec![
            checks::pool_at(&to),
            checks::nodes_ready(),
            checks::system_pods(),
            checks::nothing_unschedulable(),
        ],
        abort: "Stop if the canary is not Ready within five minutes, if its pods restart, or if a drain runs into its limit of 15 minutes: find the PodDisruptionBudget that holds it and ask its owner; never bypass it. With two failures in a pool, stop the pool.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: node by node, an older kubelet inside the skew may replace a newer one on a drained node".to_owned(),
            commands: vec![
                operator(back),
                operator(format!("# For each node that has to go back:\nbash {back_file} NODE")),
            ],
            text: Some("A node that stays NotReady may also be replaced instead of repaired. Nodes that have not been touched need nothing: both versions are inside the skew.".to_owned()),
        },
        duration: durations::sum(&[durations::times(node, rounds), look]),
    }
}

/// The only command in which two pools differ: one line of assignments, for a document that shows
/// the procedure once and these lines in a table. Exported, for the scripts are shells of their own.
fn variables(
    pool: &PoolName,
    list: &str,
    count: u64,
    canary: u64,
    parallel: u64,
    counted: bool,
) -> String {
    let selector = if counted { shell_word(&format!("pool={pool}")) } else { String::new() };
    format!(
        "export POOL={} LIST={} COUNT={count} CANARY={canary} PARALLEL={parallel} SELECTOR={selector}",
        shell_word(pool.as_str()),
        shell_word(list)
    )
}
