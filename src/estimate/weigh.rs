//! What the end depends on: each assumption changed alone, everything else as it is likely.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;

use super::calendar::Calendar;
use super::calendar::Day;
use super::keys::Entry;
use super::keys::Key;
use super::keys::Measure;
use super::keys::Table;
use super::minutes::Minute;
use super::model::Horizon;
use super::model::Model;
use super::outcome::Instant;
use super::outcome::Weight;
use super::support::days;
use super::work::Part;

/// What each assumption weighs, the heaviest first; what moves nothing is left out.
pub(super) fn weigh(
    model: &Model<'_>,
    table: &Table,
    horizon: &mut Horizon<'_>,
    start: Minute,
    finish: Minute,
) -> Result<Vec<Weight>, Diagnostic> {
    let zone = model.calendar.timezone.get();
    let date = |minute| Instant::new(minute, zone).date();
    let mut weights = Vec::new();
    let mut note = |assumption: String, change: String, end: Minute| {
        if end != finish {
            weights.push(Weight {
                assumption,
                change,
                days: days(date(finish), date(end)),
                minutes: end - finish,
            });
        }
    };
    let used: BTreeSet<Key> = model
        .works
        .iter()
        .flat_map(super::work::Work::jobs)
        .flat_map(|job| &job.parts)
        .filter_map(|part| part.key)
        .collect();
    for key in used {
        // A soak that the calendar decides has no high minutes of its own: it is taken as long as the
        // table's.
        let Entry { measure, minutes, .. } = table.entry(key);
        let soak = if *measure == Measure::Elapsed { minutes.high } else { 0 };
        let least = |part: &Part| {
            if part.key == Some(key) { part.each.high.max(soak) } else { 0 }
        };
        let end = horizon.run(|lines| model.end(lines, start, least))?;
        note(key.to_string(), "takes its high minutes every time".to_owned(), end);
    }
    let first = Instant::new(start, zone).date();
    for (environment, name) in model.names().into_iter().enumerate() {
        let Some((day, calendar)) = one_day_less(model.calendar, environment) else { continue };
        let mut horizon = Horizon::new(&calendar, first);
        let end = horizon.run(|lines| model.end(lines, start, |_| 0))?;
        note(format!("windows of {name}"), format!("no window opens on {}", day.name()), end);
    }
    weights.sort_by(|left, right| {
        right.minutes.cmp(&left.minutes).then_with(|| left.assumption.cmp(&right.assumption))
    });
    Ok(weights)
}

/// The calendar without the last day of the week on which an environment has a window, where it has
/// one on other days as well.
fn one_day_less(calendar: &Calendar, environment: usize) -> Option<(Day, Calendar)> {
    let mut calendar = calendar.clone();
    let windows = &mut calendar.environments[environment].windows;
    let days: BTreeSet<Day> = windows.iter().flat_map(|window| window.days.clone()).collect();
    let last = *days.last().filter(|_| days.len() > 1)?;
    for window in windows.iter_mut() {
        window.days.remove(&last);
    }
    windows.retain(|window| !window.days.is_empty());
    Some((last, calendar))
}
