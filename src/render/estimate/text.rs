//! Dates, hours and step ids as people read them.

use jiff::civil::Date;

use crate::estimate::Instant;

/// `2027-01-11 09:00`.
pub(super) fn moment(at: &Instant) -> String {
    at.zoned().strftime("%Y-%m-%d %H:%M").to_string()
}

/// `Mon 2027-01-11 09:00`: windows are a matter of weekdays.
pub(super) fn weekday_moment(at: &Instant) -> String {
    at.zoned().strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// `Mon 2027-01-11`.
pub(super) fn weekday(date: Date) -> String {
    date.strftime("%a %Y-%m-%d").to_string()
}

/// `2 days`, `1 day`; a negative number counts as it is.
pub(super) fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}
