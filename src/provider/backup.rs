//! The snapshot before each change of etcd or of the control plane.

use crate::component::Component;
use crate::plan::Rollback;
use crate::plan::shell_word;
use crate::version::EtcdVersion;

use super::Procedure;
use super::Site;
use super::checks;
use super::durations;
use super::etcd;
use super::script::as_script;
use super::script::fill;
use super::script::on;
use super::script::operator;
use super::script::words;

const COPY: &str = include_str!("scripts/backup-copy.sh");

/// Saves etcd and the control-plane files, checks the snapshot, and copies all of it off the node.
pub(super) fn procedure(site: &Site<'_>, etcd: &EtcdVersion, before: Component) -> Procedure {
    let host = etcd::snapshot_host(site);
    let mut commands = Vec::new();
    commands.push(operator(format!(
        "# etcd's own tools of {etcd} on every member's host: a restore needs them when etcd does not run.\n{}",
        as_script(&format!(
            "for node in {}; do\n  ssh \"$node\" sudo bash -euo pipefail -s <<'HOST'\n{}HOST\ndone",
            words(site.etcd_members),
            etcd::tools(etcd),
        ))
    )));
    commands.push(
        on(host, etcd::snapshot(site, etcd, before))
            .expecting("the last line describes the snapshot, with a `totalKey` above 0"),
    );
    let copy = fill(COPY, &[("HOST", &shell_word(host)), ("NODES", &words(site.control_plane))]);
    commands.push(operator(format!(
        "# Off the node, with the files of /etc/kubernetes and kube-system as it is. The snapshot holds every\n# Secret of the cluster: keep this directory encrypted and off shared disks.\n{}",
        as_script(&copy)
    )));
    if etcd::in_pods(site) {
        commands.push(etcd::write_restore(site, etcd));
    }
    let tool = etcd::snapshot_tool(etcd);
    let checkpoints = vec![
        checks::on_host(
            "snapshot-readable",
            format!("the snapshot on {host} can be read and holds keys"),
            format!(
                "sudo {tool} snapshot status /var/backups/etcd/latest.db -w json | grep -Ec '\"totalKey\": ?[1-9]'"
            ),
            "1",
        ),
        checks::on_host(
            "snapshot-fresh",
            format!("the snapshot on {host} is less than an hour old"),
            "sudo find -L /var/backups/etcd/latest.db -mmin -60 | wc -l",
            "1",
        ),
        checks::by_hand(
            "copy-intact",
            "the copies on the operator's machine have the sums of the originals",
            "(cd upgrade-backup && sha256sum --quiet -c ./*.sha256 && echo intact)",
            "intact",
        ),
    ];
    let fallback = if etcd::in_pods(site) {
        format!(
            "Without a download of etcdctl, the same snapshot is taken inside the pod, which has no shell: `{} snapshot save /var/lib/etcd/snapshot.db`; then move it out of the data directory on that node and check it where the tools are.",
            etcd::ask(site, "").trim_end()
        )
    } else {
        "Nothing was changed.".to_owned()
    };
    Procedure {
        commands,
        checkpoints,
        abort: "Stop if the snapshot cannot be read, holds no keys or differs from its copy. Nothing may change before a good snapshot lies outside the cluster.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "none: this step only reads".to_owned(),
            commands: Vec::new(),
            text: Some(fallback),
        },
        duration: durations::BACKUP,
    }
}
