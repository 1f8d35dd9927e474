//! When the hops happen, where a start is given: bars over days, and the same as rows.

use serde::Serialize;

use crate::estimate::Answer;
use crate::estimate::outcome::EnvironmentEstimate;
use crate::estimate::outcome::Estimate;
use crate::estimate::outcome::Instant;
use crate::finding::Finding;

use super::chart::Chart;
use super::step::clock;

/// When the hops happen.
#[derive(Debug, Default, Serialize)]
pub struct Calendar<'a> {
    /// Whether a start was given; everything else is empty without one.
    pub asked: bool,
    /// Whether every step fits into a window.
    pub fits: bool,
    /// The zone of every time in it.
    pub timezone: &'a str,
    /// The likely end of everything.
    pub end: String,
    /// The safe end (P90).
    pub safe: String,
    /// Bars over days: one row for each hop in each environment.
    pub chart: Chart,
    /// The same as text.
    pub rows: Vec<CalendarRow<'a>>,
    /// Freezes and holidays on the way.
    pub freezes: Vec<FreezeRow<'a>>,
    /// What should be looked at, or what does not fit.
    pub findings: &'a [Finding],
}

/// A hop in one environment.
#[derive(Debug, Serialize)]
pub struct CalendarRow<'a> {
    /// `hop 1`, or `closing`.
    pub what: String,
    /// Where.
    pub environment: &'a str,
    /// When its first step begins.
    pub start: String,
    /// When its last step has ended, the soak included.
    pub end: String,
    /// When it is finished, safely (P90).
    pub safe: String,
    /// Likely work, `h:mm`.
    pub work: String,
    /// How many windows it uses that no earlier row has used.
    pub windows: u64,
}

/// A freeze or a holiday.
#[derive(Debug, Serialize)]
pub struct FreezeRow<'a> {
    /// What it is for.
    pub name: &'a str,
    /// Its first moment.
    pub start: String,
    /// The first moment after it.
    pub end: String,
    /// The environments that it holds for; all where none is named.
    pub environments: &'a [String],
}

impl<'a> Calendar<'a> {
    pub(super) fn new(answer: Option<&'a Answer>) -> Self {
        match answer {
            None => Self::default(),
            Some(Answer::DoesNotFit(_, findings)) => {
                Self { asked: true, findings, ..Self::default() }
            }
            Some(Answer::Estimate(estimate)) => Self::of(estimate),
        }
    }

    fn of(estimate: &'a Estimate) -> Self {
        let parts: Vec<_> = parts(estimate).collect();
        let freezes = estimate.freezes.iter().map(|freeze| FreezeRow {
            name: &freeze.name,
            start: moment(&freeze.start),
            end: moment(&freeze.end),
            environments: &freeze.environments,
        });
        Self {
            asked: true,
            fits: true,
            timezone: &estimate.timezone,
            end: moment(&estimate.end),
            safe: moment(&estimate.finish.p90),
            chart: Chart::of_days(estimate, &parts),
            rows: parts.into_iter().map(|(what, part)| CalendarRow::new(what, part)).collect(),
            freezes: freezes.collect(),
            findings: &estimate.findings,
        }
    }
}

impl<'a> CalendarRow<'a> {
    fn new(what: String, part: &'a EnvironmentEstimate) -> Self {
        Self {
            what,
            environment: &part.name,
            start: moment(&part.start),
            end: moment(&part.end),
            safe: moment(&part.finish.p90),
            work: clock(part.work_minutes.likely),
            windows: part.windows,
        }
    }
}

/// Every hop in every environment, and the closing, in order.
fn parts(estimate: &Estimate) -> impl Iterator<Item = (String, &EnvironmentEstimate)> {
    let hops = estimate.hops.iter().flat_map(|hop| {
        let number = hop.number;
        hop.environments.iter().map(move |part| (format!("hop {number}"), part))
    });
    hops.chain(estimate.closing.iter().map(|part| ("closing".to_owned(), part)))
}

/// A moment as people write it, with the day of the week.
fn moment(instant: &Instant) -> String {
    instant.zoned().strftime("%a %Y-%m-%d %H:%M").to_string()
}
