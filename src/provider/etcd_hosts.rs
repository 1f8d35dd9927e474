//! etcd on hosts of its own, or run by hand: member by member, the leader last. kubeadm is not
//! involved (<https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/>).

use crate::plan::Checkpoint;
use crate::plan::Rollback;
use crate::plan::shell_word;
use crate::version::EtcdVersion;

use super::EtcdImage;
use super::Procedure;
use super::Site;
use super::durations;
use super::etcd;
use super::etcd::POD;
use super::etcd::POD_BACK;
use super::kubeadm::etcd_flags_refused;
use super::script::EACH_TARGET;
use super::script::as_root;
use super::script::fill;
use super::script::on;

const SWAP: &str = include_str!("scripts/etcd-host-member.sh");
const BINARY: &str = include_str!("scripts/etcd-host-binary.sh");
const FLAGS: &str = include_str!("scripts/etcd-flags-external.sh");

/// Moves every member, followers first.
pub(super) fn procedure(
    site: &Site<'_>,
    (from, to): (&EtcdVersion, &EtcdVersion),
    moving: u64,
    image: EtcdImage<'_>,
) -> Procedure {
    let minor_changes = from.minor() != to.minor();
    let mut commands = Vec::from(etcd::gate(site));
    if minor_changes {
        let (pattern, why) = etcd_flags_refused(to.minor());
        commands.push(
            on(EACH_TARGET, as_root(&fill(FLAGS, &[("WHY", why), ("PATTERN", pattern)])))
                .expecting("`clean`"),
        );
    }
    let (old, new) = (from.to_string(), to.to_string());
    let binary = |version: &str| fill(BINARY, &[("VERSION", version)]);
    let swap = |version: &str, pod: &str| {
        as_root(&fill(SWAP, &[("BINARY", &binary(version)), ("POD", pod)]))
    };
    let pod = fill(POD, &[("TAG", &shell_word(image.tag)), ("VERSION", &new)]);
    let pod_back = fill(POD_BACK, &[("VERSION", &new)]);
    commands.push(
        on(EACH_TARGET, "sudo /usr/local/sbin/etcdctl-local endpoint status --cluster -w table")
            .expecting(
                "one member at a time, in the order that the gate printed: followers first, the leader last. Where the member of this host still leads, hand over with `sudo /usr/local/sbin/etcdctl-local move-leader FOLLOWER-ID`, an ID of the table; a clean stop would do it too, with a pause",
            ),
    );
    commands.push(
        on(
            EACH_TARGET,
            format!(
                "# Binary and unit are expected at the unit's path; a member that runs as a static pod gets its image tag\n# changed, once that image is on the host.\n{}",
                swap(&new, &pod)
            ),
        )
        .expecting("it ends without an error, and the gate below passes. Only then the next member"),
    );
    commands.push(etcd::pass_gate());
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
            possible: !minor_changes || to.minor() >= etcd::STORAGE_VERSION_FROM,
            until,
            commands: vec![
                on(
                    EACH_TARGET,
                    format!(
                        "# On each member that has moved, one at a time:\n{}",
                        swap(&old, &pod_back)
                    ),
                )
                .expecting("the gate below passes. Only then the next member"),
                etcd::pass_gate(),
            ],
            text: Some(text),
        },
        duration: durations::etcd(moving),
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
