//! The schedule as what stands in people's calendars: a block for each window, for each stretch of
//! working hours, and for each soak, in order.

use crate::estimate::EnvironmentEstimate;
use crate::estimate::Estimate;
use crate::estimate::HopEstimate;
use crate::estimate::Instant;
use crate::estimate::Needs;
use crate::estimate::Placed;
use crate::estimate::StepEstimate;
use crate::plan::StepId;

use super::rows::entries;

/// What a block takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A maintenance window, the whole of it.
    Window,
    /// Working hours.
    Hours,
    /// Nobody: the cluster is watched.
    Soak,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Hours => "hours",
            Self::Soak => "soak",
        }
    }
}

/// A stretch of time in which a hop takes something of an environment.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// The hop; `None` after the last one.
    pub(super) hop: Option<&'a HopEstimate>,
    /// The environment.
    pub(super) environment: &'a str,
    /// What it takes.
    pub(super) kind: Kind,
    /// Its number among those of its kind in this hop and environment, from 1.
    pub(super) number: usize,
    /// When it begins: a window when it opens.
    pub(super) start: &'a Instant,
    /// When it ends: a window when it closes.
    pub(super) end: &'a Instant,
    /// Minutes of a window that no earlier block counts.
    pub(super) window_minutes: u64,
    /// Minutes of work that are likely; more than its length where people work side by side.
    pub(super) work_minutes: u64,
    /// Minutes of soak that are likely.
    pub(super) soak_minutes: u64,
    /// Nodes that are upgraded.
    pub(super) nodes: u64,
    /// What is done, with the title of each step.
    pub(super) steps: Vec<(StepId, &'a str)>,
}

/// Every block of every hop and environment.
pub(super) fn blocks(estimate: &Estimate) -> Vec<Block<'_>> {
    entries(estimate).into_iter().flat_map(|(hop, entry)| of_entry(hop, entry)).collect()
}

fn of_entry<'a>(hop: Option<&'a HopEstimate>, entry: &'a EnvironmentEstimate) -> Vec<Block<'a>> {
    let new = |kind, start, end| Block {
        hop,
        environment: &entry.name,
        kind,
        number: 0,
        start,
        end,
        window_minutes: 0,
        work_minutes: 0,
        soak_minutes: 0,
        nodes: 0,
        steps: Vec::new(),
    };
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for window in &entry.windows_used {
        let title = |id: &StepId| entry.steps.iter().find(|step| step.step == *id);
        blocks.push(Block {
            window_minutes: if window.counted_before { 0 } else { window.minutes },
            work_minutes: window.work_minutes,
            nodes: window.nodes,
            steps: window
                .steps
                .iter()
                .filter_map(|id| title(id).map(|step| (*id, step.title.as_str())))
                .collect(),
            ..new(Kind::Window, &window.start, &window.end)
        });
    }
    for (step, placed) in outside(entry) {
        let minutes = u64::try_from(placed.end.minute() - placed.start.minute()).unwrap_or(0);
        let kind = if step.needs == Needs::Clock { Kind::Soak } else { Kind::Hours };
        let title = (step.step, step.title.as_str());
        match blocks.last_mut() {
            // What follows at once is one appointment.
            Some(last)
                if kind == Kind::Hours
                    && last.kind == Kind::Hours
                    && last.end.minute() == placed.start.minute() =>
            {
                last.end = &placed.end;
                last.work_minutes += minutes;
                last.steps.push(title);
            }
            _ => blocks.push(Block {
                work_minutes: if kind == Kind::Hours { minutes } else { 0 },
                soak_minutes: if kind == Kind::Soak { minutes } else { 0 },
                steps: vec![title],
                ..new(kind, &placed.start, &placed.end)
            }),
        }
    }
    blocks.sort_by_key(|block| (block.start.minute(), block.end.minute()));
    for kind in [Kind::Window, Kind::Hours, Kind::Soak] {
        let mine = blocks.iter_mut().filter(|block| block.kind == kind);
        for (place, block) in mine.enumerate() {
            block.number = place + 1;
        }
    }
    blocks
}

/// What happens outside of windows.
fn outside(entry: &EnvironmentEstimate) -> impl Iterator<Item = (&StepEstimate, &Placed)> {
    let placed = entry.steps.iter().flat_map(|step| step.placed.iter().map(move |at| (step, at)));
    placed.filter(|(_, placed)| placed.window.is_none())
}
