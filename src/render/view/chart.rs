//! Bars over time, as whole numbers of a drawing: a template only draws them.

use serde::Serialize;

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
    /// The bars, one a row.
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
    /// What the row is about.
    pub label: String,
    /// Where it begins.
    pub x: u64,
    /// How long it is.
    pub width: u64,
    /// `none`, `control-plane`, `drain`, `client` or `soak`.
    pub look: &'static str,
    /// How long it takes, or from when to when.
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
            // What is left of the row has room for the text, on one side or the other.
            let text_ends = x + width > (LEFT + RIGHT) / 2;
            bars.push(Bar {
                y: TOP + number * ROW,
                label: label(block),
                x,
                width,
                look: if soak(block) { "soak" } else { block.disruption },
                text: if soak(block) {
                    format!("{} of soak, not to scale", block.time.likely)
                } else {
                    block.time.likely.clone()
                },
                text_x: if text_ends { x - 6 } else { x + width + 6 },
                text_ends,
                begins: clock(begins),
            });
        }
        Self::new(axis.ticks(), bars)
    }

    fn new(ticks: Vec<Tick>, bars: Vec<Bar>) -> Self {
        let height = TOP + bars.last().map_or(0, |bar| bar.y + ROW - TOP) + 4;
        Self { width: WIDTH, height, left: LEFT, top: TOP, row: ROW, ticks, bars }
    }
}

fn label(block: &Block<'_>) -> String {
    match block.count {
        1 => block.first.clone(),
        _ => format!("{} to {}", block.first, block.last),
    }
}
