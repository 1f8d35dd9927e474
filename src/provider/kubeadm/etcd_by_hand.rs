//! Stacked etcd in the middle of a hop: the image of the manifest is changed by hand.
//!
//! While nodes run two releases, or kubeadm's record names another release than a node runs,
//! `kubeadm upgrade node` would render that other release on the node: it would move more than etcd.
//! What remains is what kubeadm's maintainers name for moving etcd alone
//! (<https://github.com/kubernetes/website/issues/31822> has the discussion): the image in
//! `etcd.yaml`, one node at a time. There is no copy of the data and no way back by itself, so the
//! step brings its own.

use crate::plan::shell_word;
use crate::provider::EtcdImage;
use crate::provider::Procedure;
use crate::provider::Site;
use crate::provider::durations;
use crate::provider::etcd;
use crate::provider::etcd::POD;
use crate::provider::etcd::POD_BACK;
use crate::provider::script::EACH_TARGET;
use crate::provider::script::as_root;
use crate::provider::script::fill;
use crate::provider::script::on;
use crate::version::EtcdVersion;

use super::etcd::checkpoints;
use super::etcd::flag_check;
use super::etcd::pin;
use super::etcd::rollback;

/// Moves every target, followers first.
pub(in crate::provider) fn procedure(
    site: &Site<'_>,
    (from, to): (&EtcdVersion, &EtcdVersion),
    moving: u64,
    image: EtcdImage<'_>,
) -> Procedure {
    let mut commands = Vec::from(etcd::gate(site));
    if from.minor() != to.minor() {
        commands.extend(flag_check(to.minor(), false));
    }
    commands.push(pin(image, to));
    let version = to.to_string();
    let pod = fill(POD, &[("TAG", &shell_word(image.tag)), ("VERSION", &version)]);
    commands.push(
        on(
            EACH_TARGET,
            format!(
                "# A hop is half done, so kubeadm cannot be asked to move etcd alone: its record and this node do not\n# name one release. The image is changed by hand, and the kubelet restarts the pod. One member at a time,\n# in the order that the gate printed: followers first, the leader last.\n{}",
                as_root(&pod)
            ),
        )
        .expecting(
            "it ends without an error, and the gate below passes. Only then the next member. Rehearse this in staging",
        ),
    );
    commands.push(etcd::pass_gate());
    let back = format!(
        "# On each member that has moved, one at a time: the manifest as it was goes back.\n{}",
        as_root(&fill(POD_BACK, &[("VERSION", &version)]))
    );
    Procedure {
        commands,
        checkpoints: checkpoints(site, from, to),
        abort: "Stop if the gate does not pass within five minutes of a member's restart, and put the old manifest back on that member. Never touch a second member while one is down.".to_owned(),
        rollback: rollback(from, to, back),
        duration: durations::etcd(moving),
    }
}
