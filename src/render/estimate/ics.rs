//! The schedule as a calendar file (RFC 5545): an event for each window, each stretch of working hours,
//! each soak, each freeze and each holiday.
//!
//! Times are written in UTC, so that every calendar program shows them on the clock of whoever reads,
//! also over the night in which that clock changes. The `UID` of an event comes from the plan, the hop,
//! the environment and the part of it, never from a date: planned again, an event moves and is not
//! there twice.

use std::fmt::Write as _;

use icalendar::Calendar;
use icalendar::Component as _;
use icalendar::Event;
use icalendar::Property;
use jiff::Timestamp;
use jiff::civil::Time;
use sha2::Digest as _;
use sha2::Sha256;

use crate::estimate::Estimate;
use crate::estimate::FreezeMet;
use crate::estimate::Instant;

use super::super::view::clock;
use super::blocks::Block;
use super::blocks::Kind;
use super::blocks::blocks;

/// Steps that a description lists; the rest is counted.
const MOST_STEPS: usize = 40;

/// What a calendar file needs to be told.
#[derive(Debug, Clone, Copy)]
pub struct IcsOptions {
    /// When the file is made (`DTSTAMP`): the caller's business, since nothing here reads a clock.
    pub stamp: Timestamp,
    /// How often the schedule was changed since it was first sent out (`SEQUENCE`).
    pub sequence: u32,
}

/// The schedule as a calendar file.
pub fn ics(estimate: &Estimate, options: &IcsOptions) -> String {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//kubehop//estimate//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    // The library escapes what it knows to be text.
    let mut name = Property::new("X-WR-CALNAME", plain(&estimate.plan));
    calendar.append_property(name.add_parameter("VALUE", "TEXT").done());
    for block in blocks(estimate) {
        calendar.push(event_of_block(estimate, &block, options));
    }
    for freeze in &estimate.freezes {
        calendar.push(event_of_freeze(estimate, freeze, options));
    }
    calendar.to_string()
}

fn event_of_block(estimate: &Estimate, block: &Block<'_>, options: &IcsOptions) -> Event {
    let hop = block.hop.map_or_else(|| "final".to_owned(), |hop| hop.number.to_string());
    // A stretch of hours is known by its first step: its number would change with one more night.
    let part = match (block.kind, block.steps.first()) {
        (Kind::Window, _) | (_, None) => format!("{} {}", block.kind.name(), block.number),
        (_, Some((step, _))) => format!("{} {step}", block.kind.name()),
    };
    let what = match block.hop {
        Some(hop) => format!("hop {} to {}", hop.number, hop.to),
        None => "closing".to_owned(),
    };
    let kind = match block.kind {
        Kind::Window => format!("window {}", block.number),
        Kind::Hours => titles(block),
        Kind::Soak => "soak".to_owned(),
    };
    let mut event = event(estimate, &["block", &hop, block.environment, &part], options);
    times(&mut event, block.start, block.end);
    event
        .add_property("SUMMARY", plain(&format!("{}, {what}: {kind}", block.environment)))
        .add_property("DESCRIPTION", description(estimate, block))
        .add_property("CATEGORIES", block.kind.name().to_uppercase())
        // A soak takes nobody's time.
        .add_property("TRANSP", if block.kind == Kind::Soak { "TRANSPARENT" } else { "OPAQUE" });
    event.done()
}

fn titles(block: &Block<'_>) -> String {
    match block.steps.as_slice() {
        [(_, one)] => (*one).to_owned(),
        [(_, first), rest @ ..] => format!("{first}, and {} more", rest.len()),
        [] => "work".to_owned(),
    }
}

fn description(estimate: &Estimate, block: &Block<'_>) -> String {
    let mut lines = vec![format!("Plan {}", plain(&estimate.plan))];
    match block.kind {
        Kind::Window => lines.push(format!(
            "Work {} (h:mm) of {}, {} nodes",
            clock(block.work_minutes),
            clock(u64::try_from(block.end.minute() - block.start.minute()).unwrap_or(0)),
            block.nodes
        )),
        Kind::Hours => lines.push(format!("Work {} (h:mm)", clock(block.work_minutes))),
        Kind::Soak => lines.push(format!("Soak {} (h:mm)", clock(block.soak_minutes))),
    }
    let shown = block.steps.iter().take(MOST_STEPS);
    lines.extend(shown.map(|(id, title)| format!("{id} {}", plain(title))));
    let more = block.steps.len().saturating_sub(MOST_STEPS);
    if more > 0 {
        lines.push(format!("and {more} more steps"));
    }
    lines.join("\n")
}

fn event_of_freeze(estimate: &Estimate, freeze: &FreezeMet, options: &IcsOptions) -> Event {
    // A freeze is not planned, so its day is what it is known by.
    let start = freeze.start.to_string();
    let places = freeze.environments.join("\n");
    let mut event = event(estimate, &["freeze", &freeze.name, &places, &start], options);
    if whole_days(freeze) {
        for (key, at) in [("DTSTART", &freeze.start), ("DTEND", &freeze.end)] {
            let mut day = Property::new(key, at.date().strftime("%Y%m%d").to_string());
            event.append_property(day.add_parameter("VALUE", "DATE").done());
        }
    } else {
        times(&mut event, &freeze.start, &freeze.end);
    }
    let places = match freeze.environments.as_slice() {
        [] => String::new(),
        some => format!(" ({})", some.join(", ")),
    };
    event
        .add_property("SUMMARY", plain(&format!("No change: {}{places}", freeze.name)))
        .add_property("CATEGORIES", "FREEZE")
        .add_property("TRANSP", "TRANSPARENT");
    event.done()
}

fn whole_days(freeze: &FreezeMet) -> bool {
    [&freeze.start, &freeze.end].iter().all(|at| at.zoned().time() == Time::midnight())
}

fn event(estimate: &Estimate, parts: &[&str], options: &IcsOptions) -> Event {
    let mut event = Event::new();
    event
        .add_property("UID", uid(&estimate.plan, parts))
        .add_property("DTSTAMP", utc(options.stamp))
        .add_property("SEQUENCE", options.sequence.to_string());
    event.done()
}

fn times(event: &mut Event, start: &Instant, end: &Instant) {
    event
        .add_property("DTSTART", utc(start.zoned().timestamp()))
        .add_property("DTEND", utc(end.zoned().timestamp()));
}

/// `20270111T090000Z`.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A digest of the plan's name and what the event is; each part with its length before it, so that no
/// two different lists read alike.
fn uid(plan: &str, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in std::iter::once(&plan).chain(parts) {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let mut uid = String::with_capacity(44);
    for byte in digest.finalize().iter().take(16) {
        _ = write!(uid, "{byte:02x}");
    }
    uid.push_str("@kubehop.dev");
    uid
}

/// Text on one line, without what no calendar can hold and without marks of code.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|char| *char != '`');
    shown.map(|char| if char.is_control() { ' ' } else { char }).collect()
}
