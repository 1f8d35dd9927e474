//! How long things take, in minutes: seeds for the estimate, until a site has its own measurements.
//!
//! Sources: kubeadm waits up to 5 minutes for each of four static pods; captured runs took 2.5 to 3
//! minutes per control-plane node and 7 to 16 per worker by hand; kubeadm's CI budget is 15 minutes
//! for three control-plane nodes without drains. Everything else is judgement, marked so.

use crate::plan::Duration;

const fn minutes(low: u64, likely: u64, high: u64) -> Duration {
    Duration { low, likely, high }
}

/// Reading and judging the answers, on any size of cluster (judgement).
pub(super) const PREFLIGHT: Duration = minutes(20, 40, 90);
/// The decision itself, with everybody present (judgement).
pub(super) const GATE: Duration = minutes(5, 15, 30);
/// Snapshot, check, copy (judgement; a database of 2 GB takes a minute to save).
pub(super) const BACKUP: Duration = minutes(5, 10, 20);
/// Pin, order and the first and last health gate of an etcd step (judgement).
pub(super) const ETCD_FRAME: Duration = minutes(5, 10, 20);
/// One member: pull, checks before, restart (kubeadm waits at most 5 + 2.5 minutes), gate.
pub(super) const ETCD_MEMBER: Duration = minutes(4, 8, 18);
/// etcd is watched after a patch (elapsed time, not work).
pub(super) const ETCD_SOAK_PATCH: Duration = minutes(30, 60, 240);
/// etcd is watched after a minor: hours, since an older API server on a newer etcd minor is no
/// resting state (elapsed time, not work).
pub(super) const ETCD_SOAK_MINOR: Duration = minutes(60, 240, 1440);
/// One control-plane node: packages, plan, pull (2.5 to 3 minutes for the upgrade itself), checks;
/// at worst 4 static pods at 5 minutes and as much again for kubeadm's own way back.
pub(super) const CONTROL_PLANE_NODE: Duration = minutes(8, 15, 45);
/// One component on one node, by hand (judgement).
pub(super) const MANUAL_COMPONENT: Duration = minutes(3, 6, 15);
/// Proof of the roll-out of kube-proxy and `CoreDNS` (`rollout status` is given 10 minutes).
pub(super) const ADDONS: Duration = minutes(3, 8, 20);
/// One node: drain (time limit 15 minutes), packages, restart, checks.
pub(super) const NODE: Duration = minutes(7, 12, 30);
/// One more kubeadm on the way of a node that skips a minor (judgement).
pub(super) const KUBEADM_STOP: Duration = minutes(1, 2, 4);
/// A first look at a canary under load (judgement).
pub(super) const CANARY_LOOK: Duration = minutes(5, 10, 20);
/// One client (judgement; an image that must be rebuilt takes longer).
pub(super) const CLIENT: Duration = minutes(5, 10, 30);
/// Proof of a hop, with the smoke test (judgement).
pub(super) const VALIDATE: Duration = minutes(10, 25, 60);
/// The cluster is watched between hops: a working day's traffic (elapsed time, not work).
pub(super) const HOP_SOAK: Duration = minutes(1440, 1440, 4320);
/// The same after a hop that left the control plane alone (elapsed time, not work).
pub(super) const LEVELLING_SOAK: Duration = minutes(60, 240, 1440);
/// Records, pins, pruning (judgement).
pub(super) const CLEAN_UP: Duration = minutes(15, 30, 60);

/// One after the other.
pub(super) fn sum(parts: &[Duration]) -> Duration {
    parts.iter().fold(minutes(0, 0, 0), |total, part| {
        minutes(
            total.low.saturating_add(part.low),
            total.likely.saturating_add(part.likely),
            total.high.saturating_add(part.high),
        )
    })
}

/// So many times, one after the other; at least once.
pub(super) fn times(part: Duration, count: u64) -> Duration {
    let count = count.max(1);
    minutes(
        part.low.saturating_mul(count),
        part.likely.saturating_mul(count),
        part.high.saturating_mul(count),
    )
}
