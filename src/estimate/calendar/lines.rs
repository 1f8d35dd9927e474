//! A calendar as minutes on one line: every window, working day, holiday and freeze from a start to a
//! horizon, in UTC. This is the only place that knows time zones; behind it there are integers.
//!
//! A window is what the clocks of its zone say: in the night in which they go forward a window from
//! 22:00 to 06:00 has seven hours, in the one in which they go back it has nine. A time that the
//! clocks skip is taken as that much later.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::estimate::minutes::Minute;

use super::Calendar;
use super::Day;
use super::Environment;

/// From a minute up to, and without, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::estimate) struct Span {
    /// The first minute.
    pub(in crate::estimate) start: Minute,
    /// The first minute after it.
    pub(in crate::estimate) end: Minute,
}

impl Span {
    /// Its minutes.
    pub(in crate::estimate) const fn minutes(self) -> i64 {
        self.end - self.start
    }
}

/// What a freeze or a holiday leaves of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::estimate) struct Piece {
    pub(in crate::estimate) start: Minute,
    /// Work has to be done by then: the end without the reserve.
    pub(in crate::estimate) done_by: Minute,
    /// The window that it is a piece of.
    pub(in crate::estimate) window: u32,
}

/// One kind of time of one environment: pieces in order, none overlapping another.
#[derive(Debug, Clone, Default)]
pub(in crate::estimate) struct Line {
    pub(in crate::estimate) pieces: Vec<Piece>,
}

/// Everything that the schedule needs to know of an environment.
#[derive(Debug, Clone, Default)]
pub(in crate::estimate) struct EnvironmentLines {
    pub(in crate::estimate) windows: Line,
    pub(in crate::estimate) working: Line,
    pub(in crate::estimate) attended: Line,
    /// The windows as the calendar has them, before freezes cut them.
    pub(in crate::estimate) originals: Vec<Span>,
}

/// A freeze or a holiday on the line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::estimate) struct Closed {
    pub(in crate::estimate) span: Span,
    pub(in crate::estimate) name: String,
    /// The environments; all where none is named.
    pub(in crate::estimate) environments: Vec<String>,
}

/// A calendar from a start to a horizon.
#[derive(Debug, Clone)]
pub(in crate::estimate) struct Lines {
    pub(in crate::estimate) environments: Vec<EnvironmentLines>,
    pub(in crate::estimate) closed: Vec<Closed>,
}

/// A time on the clocks of a zone as a minute on the line.
pub(in crate::estimate) fn minute(zone: &TimeZone, time: DateTime) -> Minute {
    // `compatible`: a time that is skipped is that much later, one that comes twice is the first.
    let timestamp = zone.to_ambiguous_timestamp(time).compatible();
    timestamp.map_or(Minute::MAX / 4, |timestamp| timestamp.as_second().div_euclid(60))
}

/// A minute on the line as a moment.
pub(in crate::estimate) fn timestamp(minute: Minute) -> Timestamp {
    Timestamp::from_second(minute.saturating_mul(60)).unwrap_or(Timestamp::MAX)
}

impl Lines {
    /// Every window that is open on `from` or later, for `days` days.
    pub(in crate::estimate) fn new(calendar: &Calendar, from: Date, days: u32) -> Self {
        let zone = calendar.timezone.get();
        let closed = closed(calendar);
        let first = from.yesterday().unwrap_or(from);
        let dates: Vec<Date> =
            first.series(jiff::ToSpan::days(1_i32)).take(days as usize + 1).collect();
        let working = working(calendar, &dates);
        let lines = calendar.environments.iter().map(|environment| {
            let mine: Vec<Span> = closed
                .iter()
                .filter(|closed| {
                    closed.environments.is_empty()
                        || closed.environments.contains(&environment.name)
                })
                .map(|closed| closed.span)
                .collect();
            let mine = union(mine);
            let originals = originals(environment, zone, &dates);
            let windows = cut(&originals, &mine);
            let working = cut(&working, &mine);
            let both = windows.iter().chain(&working).map(|(span, _)| *span).collect();
            let attended = union(both).into_iter().map(|span| (span, 0)).collect::<Vec<_>>();
            EnvironmentLines {
                windows: line(&windows, i64::from(environment.reserve_minutes)),
                working: line(&working, 0),
                attended: line(&attended, 0),
                originals,
            }
        });
        Self { environments: lines.collect(), closed }
    }
}

fn line(spans: &[(Span, u32)], reserve: i64) -> Line {
    let pieces = spans.iter().map(|(span, window)| Piece {
        start: span.start,
        done_by: span.end - reserve,
        window: *window,
    });
    Line { pieces: pieces.filter(|piece| piece.start < piece.done_by).collect() }
}

/// Freezes and holidays in the order of time.
fn closed(calendar: &Calendar) -> Vec<Closed> {
    let zone = calendar.timezone.get();
    let freezes = calendar.freezes.iter().map(|freeze| Closed {
        span: Span {
            start: minute(zone, freeze.from.first()),
            end: minute(zone, freeze.to.after()),
        },
        name: freeze.name.clone(),
        environments: freeze.environments.clone(),
    });
    let holidays = calendar.holidays.iter().map(|day| {
        let day = super::Bound::Day(*day);
        Closed {
            span: Span { start: minute(zone, day.first()), end: minute(zone, day.after()) },
            name: "holiday".to_owned(),
            environments: Vec::new(),
        }
    });
    let mut all: Vec<Closed> = freezes.chain(holidays).collect();
    all.sort();
    all.dedup();
    all
}

fn working(calendar: &Calendar, dates: &[Date]) -> Vec<Span> {
    let zone = calendar.timezone.get();
    let days = dates.iter().filter(|date| calendar.working_days.contains(&Day::of(**date)));
    let spans = days.filter_map(|date| {
        let hours = calendar.working_hours;
        let (from, to) = (hours.from.on(*date)?, hours.to.on(*date)?);
        Some(Span { start: minute(zone, from), end: minute(zone, to) })
    });
    spans.filter(|span| span.start < span.end).collect()
}

fn originals(environment: &Environment, zone: &TimeZone, dates: &[Date]) -> Vec<Span> {
    let mut spans = Vec::new();
    for date in dates {
        for window in &environment.windows {
            if !window.days.contains(&Day::of(*date)) {
                continue;
            }
            let closes_on =
                if window.to > window.from { Some(*date) } else { date.tomorrow().ok() };
            let (Some(from), Some(to)) =
                (window.from.on(*date), closes_on.and_then(|date| window.to.on(date)))
            else {
                continue;
            };
            spans.push(Span { start: minute(zone, from), end: minute(zone, to) });
        }
    }
    spans.sort_unstable();
    // A time that the clocks skip can push the end of one window past the begin of the next.
    for index in 1..spans.len() {
        spans[index - 1].end = spans[index - 1].end.min(spans[index].start);
    }
    spans.retain(|span| span.start < span.end);
    spans
}

/// The same minutes in spans that neither overlap nor touch.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// What `closed` (merged, in order) leaves of the spans, with the index of the span that each is a
/// piece of.
fn cut(spans: &[Span], closed: &[Span]) -> Vec<(Span, u32)> {
    let mut pieces = Vec::with_capacity(spans.len());
    for (index, span) in spans.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let mut start = span.start;
        let first = closed.partition_point(|closed| closed.end <= span.start);
        for closed in closed[first..].iter().take_while(|closed| closed.start < span.end) {
            if start < closed.start {
                pieces.push((Span { start, end: closed.start }, index));
            }
            start = start.max(closed.end);
        }
        if start < span.end {
            pieces.push((Span { start, end: span.end }, index));
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::Span;
    use super::cut;
    use super::union;

    fn spans(pairs: &[(i64, i64)]) -> Vec<Span> {
        pairs.iter().map(|(start, end)| Span { start: *start, end: *end }).collect()
    }

    #[test]
    fn a_freeze_in_the_middle_leaves_two_pieces_of_one_window() {
        let closed = union(spans(&[(30, 40), (35, 50), (90, 120), (200, 300)]));
        let pieces = cut(&spans(&[(0, 100), (100, 110), (250, 260)]), &closed);
        let shown: Vec<(i64, i64, u32)> =
            pieces.iter().map(|(span, window)| (span.start, span.end, *window)).collect();
        assert_eq!(shown, [(0, 30, 0), (50, 90, 0)]);
    }
}
