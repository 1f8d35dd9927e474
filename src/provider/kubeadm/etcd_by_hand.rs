//! Stacked etcd in the middle of a hop: the image of the manifest is changed by hand.
//!
//! While nodes run two releases, or kubeadm's record names another release than a node runs,
//! `kubeadm upgrade node` would render that other release on the node: it would move more than etcd.
//! What remains is what kubeadm's maintainers name for moving etcd alone
//! (<https://github.com/kubernetes/website/issues/31822> has the discussion): the image in
//! `etcd.yaml`, one node at a time. There is no copy of the data and no way back by itself, so the
//! step brings its own.

use crate::plan::Command;
use crate::provider::EtcdImage;
use crate::provider::Procedure;
use crate::provider::Site;
use crate::provider::durations;
use crate::provider::etcd;
use crate::provider::script::EACH_TARGET;
use crate::provider::script::as_root;
use crate::provider::script::fill;
use crate::provider::script::on;
use crate::provider::script::operator;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::etcd::checkpoints;
use super::etcd::flags_refused;
use super::etcd::pin;
use super::etcd::pull;
use super::etcd::rollback;

const BY_HAND: &str = include_str!("../scripts/etcd-by-hand.sh");

/// Moves every target, followers first.
pub(in crate::provider) fn procedure(
    site: &Site<'_>,
    from: &EtcdVersion,
    to: &EtcdVersion,
    image: EtcdImage<'_>,
    running: &KubernetesVersion,
) -> Procedure {
    Procedure {
        commands: vec![
            etcd::write_gate(site),
            pull(image, to, &running.upstream()),
            pin(image, to),
            member(from, to, image),
            operator("# After every member, before the next one:\nbash etcd-gate.sh"),
        ],
        checkpoints: checkpoints(site, from, to),
        abort: "Stop if anything but the image differs between the two manifests, or if the gate does not pass within five minutes of a member's restart; never touch a second member while one is down.".to_owned(),
        rollback: rollback(from, to, saved_manifest(image)),
        duration: durations::sum(&[
            durations::ETCD_FRAME,
            durations::times(durations::ETCD_MEMBER, site.etcd_members.len() as u64),
        ]),
    }
}

/// The image of one member.
fn member(from: &EtcdVersion, to: &EtcdVersion, image: EtcdImage<'_>) -> Command {
    let (pattern, _) = flags_refused(to.minor());
    // Within a minor the flags stay good.
    let flags = if from.minor() == to.minor() {
        String::new()
    } else {
        format!(
            "if grep -nE -- '{pattern}' \"$manifest\"; then echo 'STOP: etcd {} does not start with these flags; take them out of the manifest first' >&2; exit 1; fi\n",
            to.minor()
        )
    };
    let script = fill(&BY_HAND.replace("@FLAGS@\n", &flags), &[("TAG", image.tag)]);
    on(
        EACH_TARGET,
        format!(
            "# A hop is half done, so kubeadm cannot be asked to move etcd alone: its record and this node do not\n# name one release. The image is changed by hand, and the kubelet restarts the pod. One member at a time,\n# in the order that the gate printed: followers first, the leader last. Rehearse it in staging.\n{}",
            as_root(&script)
        ),
    )
}

/// The manifest as it was before the first run of this step.
fn saved_manifest(image: EtcdImage<'_>) -> String {
    format!(
        "# On each member that has moved, one at a time: the manifest as it was goes back.\n{}",
        as_root(&fill(
            "cp -p /etc/kubernetes/etcd.yaml.before-@TAG@ /etc/kubernetes/etcd.yaml.back\nmv /etc/kubernetes/etcd.yaml.back /etc/kubernetes/manifests/etcd.yaml",
            &[("TAG", image.tag)]
        ))
    )
}
