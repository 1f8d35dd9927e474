//! Dates, hours and step ids as people read them.

use jiff::civil::Date;

use crate::estimate::Instant;
use crate::plan::StepId;

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

/// `1.03, 1.05 to 1.08`: runs of steps that follow one another.
pub(super) fn steps(ids: &[StepId]) -> String {
    let follows = |before: &StepId, after: &StepId| match (before, after) {
        (StepId::Hop { hop, place }, StepId::Hop { hop: same, place: next }) => {
            hop == same && place + 1 == *next
        }
        (StepId::Final { place }, StepId::Final { place: next }) => place + 1 == *next,
        _ => false,
    };
    let runs = ids.chunk_by(follows).map(|run| match run {
        [first, .., last] => format!("{first} to {last}"),
        [one] => one.to_string(),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// `2 days`, `1 day`; a negative number counts as it is.
pub(super) fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn runs_of_steps_are_folded() {
        for (ids, text) in [
            (vec!["1.03"], "1.03"),
            (vec!["1.03", "1.05", "1.06", "1.07"], "1.03, 1.05 to 1.07"),
            (vec!["1.09", "2.01", "final.01", "final.02"], "1.09, 2.01, final.01 to final.02"),
            (vec![], ""),
        ] {
            let ids: Vec<_> = ids.iter().map(|id| id.parse().unwrap()).collect();
            assert_eq!(steps(&ids), text);
        }
    }
}
