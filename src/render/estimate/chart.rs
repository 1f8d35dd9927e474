//! The schedule as a Gantt chart: a section for each hop, a bar for each environment and window.

use serde::Serialize;

use crate::estimate::Estimate;
use crate::estimate::Instant;

use super::rows::entries;
use super::text::moment;

/// From so many windows on an environment's windows are one bar: a chart of hundreds shows nothing, and
/// Mermaid draws no text of more than 50,000 characters.
const MANY_WINDOWS: usize = 150;
/// Freezes that are drawn; the rest is counted.
const MOST_FREEZES: usize = 30;

/// A chart.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    title: String,
    sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
struct Section {
    title: String,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    text: String,
    /// `active`, `crit`, `milestone`, or empty.
    tag: &'static str,
    start: String,
    /// A moment, or `0m` for a milestone.
    end: String,
}

impl Bar {
    fn new(text: String, tag: &'static str, start: &Instant, end: &Instant) -> Self {
        Self { text, tag, start: moment(start), end: moment(end) }
    }

    fn milestone(text: String, at: String) -> Self {
        Self { text, tag: "milestone", start: at, end: "0m".to_owned() }
    }
}

impl Chart {
    pub(super) fn new(estimate: &Estimate) -> Self {
        let entries = entries(estimate);
        let windows: usize = entries.iter().map(|(_, entry)| entry.windows_used.len()).sum();
        let mut sections: Vec<Section> = Vec::new();
        for (hop, entry) in entries {
            let title = match hop {
                Some(hop) => format!("Hop {}, {} to {}", hop.number, hop.from, hop.to),
                None => "After the last hop".to_owned(),
            };
            if sections.last().is_none_or(|section| section.title != title) {
                sections.push(Section { title, bars: Vec::new() });
            }
            let Some(section) = sections.last_mut() else { continue };
            // A bar whose name began with a word of Mermaid's, such as `click`, would be that word.
            let name = match hop {
                Some(hop) => format!("{} {}", hop.number, entry.name),
                None => format!("closing {}", entry.name),
            };
            section.bars.push(Bar::new(name.clone(), "", &entry.start, &entry.end));
            let uses = &entry.windows_used;
            match (uses.first(), uses.last()) {
                (Some(first), Some(last)) if windows > MANY_WINDOWS => {
                    let text = format!("{name}, {} windows", uses.len());
                    section.bars.push(Bar::new(text, "active", &first.start, &last.end));
                }
                _ => {
                    for (place, window) in uses.iter().enumerate() {
                        let text = format!("{name}, window {}", place + 1);
                        section.bars.push(Bar::new(text, "active", &window.start, &window.end));
                    }
                }
            }
        }
        sections.extend(freezes(estimate));
        sections.push(milestones(estimate));
        let title = format!("{} to {}, {}", estimate.from, estimate.to, estimate.timezone);
        Self { title, sections }
    }

    /// How many lines it takes.
    pub(super) fn bars(&self) -> u64 {
        self.sections.iter().map(|section| section.bars.len() as u64 + 1).sum()
    }
}

fn freezes(estimate: &Estimate) -> Option<Section> {
    let shown = estimate.freezes.iter().take(MOST_FREEZES);
    let bars: Vec<Bar> = shown
        .map(|freeze| {
            let text = match freeze.environments.as_slice() {
                [] => format!("no change, {}", freeze.name),
                some => format!("no change, {} ({})", freeze.name, some.join(", ")),
            };
            let short: String = text.chars().take(80).collect();
            Bar::new(short, "crit", &freeze.start, &freeze.end)
        })
        .collect();
    let more = estimate.freezes.len().saturating_sub(MOST_FREEZES);
    let title = match more {
        0 => "Freezes and holidays".to_owned(),
        more => format!("Freezes and holidays, {more} more not drawn"),
    };
    (!bars.is_empty()).then_some(Section { title, bars })
}

fn milestones(estimate: &Estimate) -> Section {
    let mut bars = vec![
        Bar::milestone("expected, P50".to_owned(), moment(&estimate.finish.p50)),
        Bar::milestone("safe, P90".to_owned(), moment(&estimate.finish.p90)),
    ];
    if let Some(deadline) = estimate.deadline.as_ref().filter(|deadline| !deadline.past_at_start) {
        bars.push(Bar::milestone("deadline".to_owned(), format!("{} 23:59", deadline.date)));
    }
    Section { title: "Finish".to_owned(), bars }
}
