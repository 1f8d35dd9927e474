//! Arithmetic on minutes, with integers only. Every sum that is printed is a sum of parts that are
//! printed: the few roundings are all in this file.

use crate::plan::Duration;

/// A minute on the time line, counted from 1970-01-01T00:00Z.
pub type Minute = i64;

/// A length of time as a step on the time line.
pub(super) fn signed(minutes: u64) -> i64 {
    i64::try_from(minutes).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

/// A step on the time line as a length of time.
pub(super) fn unsigned(minutes: i64) -> u64 {
    u64::try_from(minutes).unwrap_or(0)
}

/// The sum of many.
pub(super) fn sum(parts: impl IntoIterator<Item = Duration>) -> Duration {
    parts.into_iter().fold(Duration::default(), Duration::plus)
}

/// `value * share / whole`, rounded up, so that what takes time never takes none.
pub(super) fn scaled(value: u64, share: u64, whole: u64) -> u64 {
    let product = u128::from(value) * u128::from(share);
    u64::try_from(product.div_ceil(u128::from(whole.max(1)))).unwrap_or(u64::MAX)
}

/// The same for three points.
pub(super) fn scaled_duration(value: Duration, share: u64, whole: u64) -> Duration {
    Duration {
        low: scaled(value.low, share, whole),
        likely: scaled(value.likely, share, whole),
        high: scaled(value.high, share, whole),
    }
}

/// The part of the minutes in which a person is busy; `share` in per cent, rounded to the nearest.
pub(super) fn hands_on(minutes: u64, share: u64) -> u64 {
    let product = u128::from(minutes) * u128::from(share.min(100));
    u64::try_from((product + 50) / 100).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::hands_on;
    use super::scaled;

    #[test]
    fn rounding_is_up_for_time_and_to_the_nearest_for_shares() {
        assert_eq!(scaled(10, 150, 100), 15);
        assert_eq!(scaled(1, 1, 100), 1);
        assert_eq!(scaled(0, 1, 100), 0);
        assert_eq!(hands_on(5, 50), 3);
        assert_eq!(hands_on(5, 10), 1);
        assert_eq!(hands_on(4, 10), 0);
    }
}
