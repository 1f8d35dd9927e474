//! Holidays and freezes out of a calendar program: the events of an `.ics` file (RFC 5545).
//!
//! Whole days and timed events are read, over one day or several, in UTC, in a zone that the file
//! names, or in none, which is then the calendar's. An event that repeats is refused rather than read
//! as one: export the single events instead.

use std::collections::BTreeSet;

use ical::PropertyParser;
use ical::property::Property;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;

use super::Bound;
use super::Freeze;
use super::Zone;

/// The most days of one holiday: a longer event is no holiday but a mistake.
const LONGEST_HOLIDAY: usize = 62;

/// What begins or ends an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Day(Date),
    /// In the zone of the calendar.
    Local(DateTime),
    Instant(Timestamp),
}

#[derive(Debug, Default)]
struct Event {
    line: usize,
    summary: Option<String>,
    start: Option<Moment>,
    end: Option<Moment>,
    duration: Option<jiff::Span>,
    cancelled: bool,
}

/// The days of every whole-day event.
///
/// # Errors
///
/// A diagnostic with the line of what is not a calendar, repeats, or is no whole day.
pub fn holidays(file: &SourceFile) -> Result<BTreeSet<Date>, Diagnostic> {
    let mut days = BTreeSet::new();
    for event in events(file)? {
        let (Some(Moment::Day(first)), Some(Moment::Day(after))) = (event.start, end(&event))
        else {
            return Err(fault(
                file,
                event.line,
                format!("`{}` is no event of whole days, so it is no holiday", name(&event)),
            )
            .help("give it as a freeze instead, with `--freezes`"));
        };
        if after <= first {
            return Err(ends_early(file, &event));
        }
        let mine: Vec<Date> = first
            .series(jiff::ToSpan::days(1_i32))
            .take_while(|day| *day < after)
            .take(LONGEST_HOLIDAY + 1)
            .collect();
        if mine.len() > LONGEST_HOLIDAY {
            return Err(fault(
                file,
                event.line,
                format!("`{}` is a holiday of more than {LONGEST_HOLIDAY} days", name(&event)),
            )
            .help("give it as a freeze instead, with `--freezes`"));
        }
        days.extend(mine);
    }
    Ok(days)
}

/// Every event as a freeze, in the zone of the calendar.
///
/// # Errors
///
/// A diagnostic with the line of what is not a calendar, or repeats.
pub fn freezes(file: &SourceFile, zone: &Zone) -> Result<Vec<Freeze>, Diagnostic> {
    let mut freezes = Vec::new();
    for event in events(file)? {
        let Some(start) = event.start else {
            return Err(fault(file, event.line, format!("`{}` has no start", name(&event)))
                .help("every event needs `DTSTART`"));
        };
        let bound = |moment: Moment| match moment {
            Moment::Day(date) => Bound::Day(date),
            Moment::Local(time) => Bound::Time(time),
            Moment::Instant(at) => Bound::Time(at.to_zoned(zone.get().clone()).datetime()),
        };
        let (from, to) = match (bound(start), end(&event).map(bound)) {
            // The end of whole days is the first day that is free again.
            (from, Some(Bound::Day(after))) => {
                (from, Bound::Day(after.yesterday().unwrap_or(after)))
            }
            (from, Some(to)) => (from, to),
            (from, None) => (from, from),
        };
        if from.first() >= to.after() {
            return Err(ends_early(file, &event));
        }
        freezes.push(Freeze { name: name(&event), from, to, environments: Vec::new() });
    }
    Ok(freezes)
}

fn name(event: &Event) -> String {
    event.summary.clone().unwrap_or_else(|| "freeze".to_owned())
}

/// The end as the file has it, or as RFC 5545 (3.6.1) fills it in: a whole day lasts a day.
fn end(event: &Event) -> Option<Moment> {
    if event.end.is_some() {
        return event.end;
    }
    let start = event.start?;
    match (start, event.duration) {
        (Moment::Day(day), Some(span)) => day.checked_add(span).ok().map(Moment::Day),
        (Moment::Local(time), Some(span)) => time.checked_add(span).ok().map(Moment::Local),
        (Moment::Instant(at), Some(span)) => {
            let zoned = at.to_zoned(TimeZone::UTC).checked_add(span).ok()?;
            Some(Moment::Instant(zoned.timestamp()))
        }
        (Moment::Day(day), None) => day.tomorrow().ok().map(Moment::Day),
        _ => None,
    }
}

fn fault(file: &SourceFile, line: usize, message: String) -> Diagnostic {
    let position = (line > 0).then_some((line, 1));
    Diagnostic::error(message).at(Place { file: file.clone(), path: None, position })
}

fn ends_early(file: &SourceFile, event: &Event) -> Diagnostic {
    fault(file, event.line, format!("`{}` does not end after it begins", name(event)))
        .help("look at its `DTSTART` and `DTEND`, or `DURATION`")
}

/// The events of a file that are not cancelled.
fn events(file: &SourceFile) -> Result<Vec<Event>, Diagnostic> {
    let mut begins = event_lines(file.text()).into_iter();
    let mut open: Vec<String> = Vec::new();
    let (mut events, mut event) = (Vec::new(), None::<Event>);
    let mut seen_calendar = false;
    for property in PropertyParser::from_reader(file.text().as_bytes()) {
        let property = property.map_err(|error| {
            fault(file, 0, format!("not an iCalendar file: {error}"))
                .help("requires an `.ics` file as calendar programs export it")
        })?;
        let value = property.value.as_deref().unwrap_or_default();
        match property.name.as_str() {
            "BEGIN" => {
                let part = value.to_uppercase();
                seen_calendar |= part == "VCALENDAR";
                if part == "VEVENT" {
                    let line = begins.next().unwrap_or(0);
                    event = Some(Event { line, ..Event::default() });
                }
                open.push(part);
            }
            "END" if open.pop().is_some_and(|part| part == "VEVENT") => {
                events.extend(event.take().filter(|event| !event.cancelled));
            }
            "END" => {}
            // Not of an alarm inside the event.
            _ if open.last().is_some_and(|part| part == "VEVENT") => {
                if let Some(event) = &mut event {
                    set(event, &property, value, file)?;
                }
            }
            _ => {}
        }
    }
    if !seen_calendar || !open.is_empty() {
        return Err(fault(file, 0, "not a whole iCalendar file".to_owned()).help(
            "requires `BEGIN:VCALENDAR` to `END:VCALENDAR`, as calendar programs export it",
        ));
    }
    Ok(events)
}

/// The lines on which events begin, for messages.
fn event_lines(text: &str) -> Vec<usize> {
    let begins = text.lines().enumerate();
    begins
        .filter(|(_, line)| line.trim_end().eq_ignore_ascii_case("BEGIN:VEVENT"))
        .map(|(index, _)| index + 1)
        .collect()
}

fn set(
    event: &mut Event,
    property: &Property,
    value: &str,
    file: &SourceFile,
) -> Result<(), Diagnostic> {
    let wrong = |event: &Event, what: &str| {
        fault(file, event.line, format!("`{}` of `{}`: {what}", property.name, name(event)))
            .help("requires a form like `20261224`, `20261224T180000Z`, or a time with `TZID`")
    };
    match property.name.as_str() {
        "SUMMARY" => event.summary = Some(plain(value)),
        "STATUS" => event.cancelled = value.eq_ignore_ascii_case("CANCELLED"),
        "DTSTART" => {
            event.start = Some(moment(property, value).map_err(|what| wrong(event, &what))?);
        }
        "DTEND" => {
            event.end = Some(moment(property, value).map_err(|what| wrong(event, &what))?);
        }
        "DURATION" => {
            let span = value.parse().map_err(|_| wrong(event, "it is not a duration"))?;
            event.duration = Some(span);
        }
        "RRULE" | "RDATE" | "EXDATE" | "EXRULE" => {
            return Err(fault(
                file,
                event.line,
                format!(
                    "`{}` repeats (`{}`); events that repeat are not read",
                    name(event),
                    property.name
                ),
            )
            .help("export it as single events, or write the days into the calendar file"));
        }
        _ => {}
    }
    Ok(())
}

/// Text without its escapes (RFC 5545, 3.3.11), on one line.
fn plain(value: &str) -> String {
    let text = value.replace("\\n", " ").replace("\\N", " ");
    let text = text.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\");
    text.chars().filter(|char| !char.is_control()).take(200).collect::<String>().trim().to_owned()
}

fn moment(property: &Property, value: &str) -> Result<Moment, String> {
    let parameter = |wanted: &str| {
        let all = property.params.iter().flatten();
        all.filter(|(key, _)| key == wanted).flat_map(|(_, values)| values).next().cloned()
    };
    let error = || format!("`{}` is not a time", value.chars().take(40).collect::<String>());
    if parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE")) || value.len() == 8
    {
        return Date::strptime("%Y%m%d", value).map(Moment::Day).map_err(|_| error());
    }
    let bare = value.strip_suffix('Z').unwrap_or(value);
    let time = DateTime::strptime("%Y%m%dT%H%M%S", bare).map_err(|_| error())?;
    if value.ends_with('Z') {
        return TimeZone::UTC.to_timestamp(time).map(Moment::Instant).map_err(|_| error());
    }
    let Some(zone) = parameter("TZID") else { return Ok(Moment::Local(time)) };
    let zone: Zone = zone.trim_matches('"').parse()?;
    zone.get().to_timestamp(time).map(Moment::Instant).map_err(|_| error())
}
