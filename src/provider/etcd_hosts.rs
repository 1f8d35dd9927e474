//! etcd on hosts of its own, or run by hand: member by member, the leader last. kubeadm is not
//! involved (<https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/>).

use crate::plan::Checkpoint;
use crate::plan::Rollback;
use crate::version::EtcdVersion;

use super::Procedure;
use super::Site;
use super::durations;
use super::etcd;
use super::kubeadm::etcd_flags_refused;
use super::script::EACH_TARGET;
use super::script::as_root;
use super::script::fill;
use super::script::on;
use super::script::operator;

const SWAP: &str = include_str!("scripts/etcd-host-member.sh");
const MOVE_LEADER: &str = r"# Only if this member still leads: hand over first (a clean stop would do it too, with a pause).
sudo /usr/local/sbin/etcdctl-local endpoint status --cluster -w table
# sudo /usr/local/sbin/etcdctl-local move-leader FOLLOWER-ID      (an ID of the table, asked of the leader)";

/// Moves every member, followers first.
pub(super) fn procedure(site: &Site<'_>, from: &EtcdVersion, to: &EtcdVersion) -> Procedure {
    let minor_changes = from.minor() != to.minor();
    let mut commands = vec![etcd::write_gate(site)];
    if minor_changes {
        let (pattern, why) = etcd_flags_refused(to.minor());
        commands.push(on(
            EACH_TARGET,
            format!(
                "# {why}\nif systemctl cat etcd 2>/dev/null | grep -nE -- '{pattern}' || sudo grep -rnE -- '{pattern}' /etc/etcd /etc/default/etcd /etc/kubernetes/manifests 2>/dev/null; then echo 'STOP: remove these first'; else echo clean; fi"
            ),
        ));
    }
    let swap = |version: &EtcdVersion| {
        as_root(&fill(SWAP, &[("VERSION", &version.to_string()), ("BARE", &version.bare())]))
    };
    commands.push(on(EACH_TARGET, MOVE_LEADER));
    commands.push(on(
        EACH_TARGET,
        format!(
            "# One member at a time, in the order that the gate printed: followers first, the leader last. Binary and\n# unit are expected at the unit's path; a member that runs as a static pod gets its image tag changed.\n{}",
            swap(to)
        ),
    ));
    commands.push(operator("# After every member, before the next one:\nbash etcd-gate.sh"));
    let (until, text) = if minor_changes {
        (
            format!(
                "the last member has started {to}: the cluster version then follows to {}",
                to.minor()
            ),
            if to.minor() >= etcd::STORAGE_VERSION_FROM {
                format!(
                    "After that: `etcdctl downgrade validate {0}`, `etcdctl downgrade enable {0}`, then the old binary member by member, the leader last (https://etcd.io/docs/v3.7/downgrades/); or the snapshot on all members, which loses everything written since.",
                    from.minor()
                )
            } else {
                "After that only the snapshot, restored on all members with the API servers stopped, which loses everything written since (https://etcd.io/docs/v3.5/op-guide/recovery/).".to_owned()
            },
        )
    } else {
        (
            "none: patches of one minor read each other's data".to_owned(),
            "One member at a time, with the gate after each.".to_owned(),
        )
    };
    Procedure {
        commands,
        checkpoints: checkpoints(site, from, to),
        abort: "Stop if the gate does not pass within five minutes of a member's restart, and put the old binary back on that member. Never touch a second member while one is down.".to_owned(),
        rollback: Rollback {
            possible: true,
            until,
            commands: vec![
                on(
                    EACH_TARGET,
                    format!("# On each member that has moved, one at a time:\n{}", swap(from)),
                ),
                operator("bash etcd-gate.sh"),
            ],
            text: Some(text),
        },
        duration: durations::sum(&[
            durations::ETCD_FRAME,
            durations::times(durations::ETCD_MEMBER, site.etcd_members.len() as u64),
        ]),
    }
}

fn checkpoints(site: &Site<'_>, from: &EtcdVersion, to: &EtcdVersion) -> Vec<Checkpoint> {
    let mut list = vec![
        etcd::healthy(site),
        etcd::at_version(site, to),
        etcd::in_step(site),
        etcd::no_alarm(site),
        super::checks::api_ready(),
    ];
    if from.minor() != to.minor() && to.minor() >= etcd::STORAGE_VERSION_FROM {
        list.push(etcd::storage_version(site, to));
    }
    list
}
