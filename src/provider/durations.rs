//! How long things take, in minutes, before a plan is estimated with a calendar.
//!
//! The numbers, with reasons and sources, are `src/estimate/data/estimates.yaml`: the build script
//! makes a constant of each entry, so that plans and estimates start from one table.

use crate::plan::Duration;

include!(concat!(env!("OUT_DIR"), "/durations.rs"));

/// One after the other.
pub(super) fn sum(parts: &[Duration]) -> Duration {
    parts.iter().fold(Duration::default(), |total, part| total.plus(*part))
}

/// So many members of etcd, one after the other, with what is done once for all of them.
pub(super) fn etcd(members: u64) -> Duration {
    sum(&[ETCD_FRAME, times(ETCD_MEMBER, members)])
}

/// So many times, one after the other; at least once.
pub(super) fn times(part: Duration, count: u64) -> Duration {
    part.times(count.max(1))
}
