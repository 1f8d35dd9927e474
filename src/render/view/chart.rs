//! Bars over time, as whole numbers of a drawing: a template only draws them.

use serde::Serialize;

use crate::estimate::outcome::EnvironmentEstimate;
use crate::estimate::outcome::Estimate;
use crate::estimate::outcome::Instant;
use crate::plan::StepKind;

use super::step::Block;
use super::step::clock;

/// The width of a drawing, in its own units; a row and a letter are measured in the same.
const WIDTH: u64 = 960;
/// Where bars begin, right of the labels.
const LEFT: u64 = 132;
/// Where they end at the latest.
const RIGHT: u64 = 944;
/// Above the first row, for the numbers of the axis.
const TOP: u64 = 30;
/// The height of a row.
const ROW: u64 = 24;
/// Thin enough to be honest, wide enough to be seen.
const THINNEST: u64 = 3;
/// A soak is not drawn to scale: a day of it would leave nothing of the work beside it.
const SOAK: u64 = 56;
/// In minutes.
const DAY: u64 = 24 * 60;
/// More marks than this on the axis run into one another.
const MOST_TICKS: u64 = 9;

/// Bars over time.
#[derive(Debug, Default, Serialize)]
pub struct Chart {
    /// The width.
    pub width: u64,
    /// The height.
    pub height: u64,
    /// Where bars begin.
    pub left: u64,
    /// Above the first row.
    pub top: u64,
    /// The height of a row.
    pub row: u64,
    /// The marks of the axis.
    pub ticks: Vec<Tick>,
    /// The bars; those of one row have the same top, and only one of them has a label.
    pub bars: Vec<Bar>,
}

/// A mark of the axis.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Where.
    pub x: u64,
    /// What stands there.
    pub label: String,
}

/// A bar and what stands in its row.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The top of its row.
    pub y: u64,
    /// What the row is about; empty where another bar of it says so.
    pub label: String,
    /// Where it begins.
    pub x: u64,
    /// How long it is.
    pub width: u64,
    /// `none`, `control-plane`, `drain`, `client` or `soak`; `span`, `window` or `freeze` over days.
    pub look: &'static str,
    /// How long it takes, or until when; may be empty.
    pub text: String,
    /// Where that stands.
    pub text_x: u64,
    /// Whether it ends there rather than begins.
    pub text_ends: bool,
    /// When it begins, as the axis counts.
    pub begins: String,
}

/// A span of minutes, each mapped to a place.
#[derive(Debug, Clone, Copy)]
struct Axis {
    length: u64,
}

impl Axis {
    fn x(self, minute: u64) -> u64 {
        LEFT + minute.saturating_mul(RIGHT - SOAK - LEFT) / self.length.max(1)
    }

    /// A mark at midnight, every so many days.
    fn days(self, start: &Instant) -> Vec<Tick> {
        const STEPS: [u64; 8] = [1, 2, 7, 14, 28, 56, 112, 364];
        let fits = |step: &&u64| self.length / (**step * DAY) <= MOST_TICKS;
        let step = STEPS.iter().find(fits).copied().unwrap_or(self.length / DAY / MOST_TICKS);
        let marks = (0..=MOST_TICKS).map(|number| number * step);
        let marks = marks.take_while(|days| days * DAY <= self.length);
        let tick = |days: u64| {
            let date = jiff::Span::new().try_days(i64::try_from(days).ok()?).ok()?;
            let date = start.date().checked_add(date).ok()?;
            Some(Tick { x: self.x(days * DAY), label: date.strftime("%b %-d").to_string() })
        };
        marks.filter_map(tick).collect()
    }

    fn ticks(self) -> Vec<Tick> {
        const STEPS: [u64; 11] = [5, 15, 30, 60, 120, 240, 480, 960, 1440, 2880, 10080];
        let fits = |step: &&u64| self.length / **step <= MOST_TICKS;
        let step = STEPS.iter().find(fits).copied().unwrap_or(self.length / MOST_TICKS);
        let marks = (0..=MOST_TICKS)
            .map(|number| number * step)
            .take_while(|minute| *minute <= self.length);
        marks.map(|minute| Tick { x: self.x(minute), label: clock(minute) }).collect()
    }
}

impl Bar {
    fn plain(y: u64, look: &'static str, from: u64, to: u64) -> Self {
        Self {
            y,
            label: String::new(),
            x: from,
            width: to.saturating_sub(from).max(THINNEST),
            look,
            text: String::new(),
            text_x: 0,
            text_ends: false,
            begins: String::new(),
        }
    }

    /// A text beside the bar, where the row has room for it.
    fn with_text(self, label: String, text: String) -> Self {
        let end = self.x + self.width;
        let text_ends = end > u64::midpoint(LEFT, RIGHT) && self.x > LEFT + 80;
        let text_x = if text_ends { self.x - 6 } else { end + 6 };
        Self { label: shortened(label), text, text_x, text_ends, ..self }
    }
}

/// What fits beside a row; the table beside each drawing has it in full.
fn shortened(label: String) -> String {
    const MOST: usize = 18;
    if label.chars().count() <= MOST {
        return label;
    }
    let start: String = label.chars().take(MOST - 1).collect();
    format!("{start}…")
}

/// Minutes since the epoch at the beginning of a moment's day.
fn midnight(instant: &Instant) -> i64 {
    let time = instant.zoned().time();
    instant.minute() - i64::from(time.hour()) * 60 - i64::from(time.minute())
}

impl Chart {
    /// The steps of a hop one after the other, in likely minutes of work; soaks take no room on the
    /// axis.
    pub(super) fn of_work(blocks: &[Block<'_>]) -> Self {
        let soak = |block: &Block<'_>| block.kind == StepKind::Soak.name();
        let work = blocks.iter().filter(|block| !soak(block));
        let axis =
            Axis { length: work.map(|block| block.time.minutes).fold(0, u64::saturating_add) };
        let mut at: u64 = 0;
        let mut bars = Vec::new();
        for (block, number) in blocks.iter().zip(0..) {
            let begins = at;
            if !soak(block) {
                at = at.saturating_add(block.time.minutes);
            }
            let x = axis.x(begins);
            let width = if soak(block) { SOAK } else { (axis.x(at) - x).max(THINNEST) };
            let look = if soak(block) { "soak" } else { block.disruption };
            let text = if soak(block) {
                format!("{} of soak, not to scale", block.time.likely)
            } else {
                block.time.likely.clone()
            };
            let bar = Bar::plain(TOP + number * ROW, look, x, x + width);
            bars.push(Bar { begins: clock(begins), ..bar.with_text(block.ids.clone(), text) });
        }
        Self::new(axis.ticks(), bars)
    }

    /// The hops in their environments over days, with the windows that they use and the freezes in
    /// between.
    pub(super) fn of_days(estimate: &Estimate, parts: &[(String, &EnvironmentEstimate)]) -> Self {
        let first = midnight(&estimate.start);
        let since = |at: &Instant| u64::try_from(at.minute() - first).unwrap_or(0);
        let last = parts.iter().map(|(_, part)| since(&part.end)).max().unwrap_or(0);
        let axis = Axis { length: last.div_ceil(DAY) * DAY };
        let mut bars = Vec::new();
        for ((what, part), number) in parts.iter().zip(0..) {
            let bar = |look, from: &Instant, to: &Instant| {
                let (from, to) = (axis.x(since(from)), axis.x(since(to).min(axis.length)));
                Bar::plain(TOP + number * ROW, look, from, to)
            };
            let concerned = estimate.freezes.iter().filter(|freeze| {
                freeze.environments.is_empty() || freeze.environments.contains(&part.name)
            });
            bars.extend(concerned.map(|freeze| bar("freeze", &freeze.start, &freeze.end)));
            let span = bar("span", &part.start, &part.end);
            let text = part.end.zoned().strftime("until %b %-d").to_string();
            bars.push(span.with_text(format!("{what}, {}", part.name), text));
            let windows = part.windows_used.iter();
            bars.extend(windows.map(|window| bar("window", &window.start, &window.end)));
        }
        Self::new(axis.days(&estimate.start), bars)
    }

    fn new(ticks: Vec<Tick>, bars: Vec<Bar>) -> Self {
        let height = TOP + bars.last().map_or(0, |bar| bar.y + ROW - TOP) + 4;
        Self { width: WIDTH, height, left: LEFT, top: TOP, row: ROW, ticks, bars }
    }
}
