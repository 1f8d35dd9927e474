//! Placing work on a line of windows. Integers and a cursor that only moves forward: this runs a
//! thousand times for one estimate.
//!
//! What begins must be able to end: a job, a group or a round of a rollout begins in a window only if
//! its *high* minutes fit into what is left of it before the reserve, however long it really takes.
//! Every placement is therefore monotone: what may begin later never ends earlier. That more freezes,
//! longer minutes and later starts never shorten an estimate follows from it.

use super::calendar::lines::Line;
use super::calendar::lines::Piece;
use super::minutes::Minute;
use super::minutes::signed;

/// The line ends before the work does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BeyondHorizon;

/// Something that was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) start: Minute,
    pub(super) end: Minute,
    /// The window, by its place among those of the environment; `None` outside of windows.
    pub(super) window: Option<u32>,
    /// Nodes that were upgraded in it, and in how many rounds.
    pub(super) nodes: u64,
    pub(super) rounds: u64,
}

/// How many nodes a window has taken already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) window: u32,
    pub(super) nodes: u64,
}

impl Taken {
    /// What a window may still take.
    fn left(self, window: u32, most: u64) -> u64 {
        if self.window == window { most.saturating_sub(self.nodes) } else { most }
    }

    fn add(&mut self, window: u32, nodes: u64) {
        if self.window != window {
            *self = Self { window, nodes: 0 };
        }
        self.nodes += nodes;
    }
}

/// The first piece at or after the cursor in which something may begin at `from` or later with
/// `high` minutes to go, and when.
fn first_fit(
    line: &Line,
    cursor: &mut usize,
    from: Minute,
    high: i64,
) -> Result<(Minute, Piece), BeyondHorizon> {
    while let Some(piece) = line.pieces.get(*cursor) {
        let start = from.max(piece.start);
        if start + high <= piece.done_by {
            return Ok((start, *piece));
        }
        // Passed for good only if nothing at all can begin there any more.
        if from >= piece.done_by {
            *cursor += 1;
            continue;
        }
        let mut ahead = *cursor + 1;
        while let Some(piece) = line.pieces.get(ahead) {
            let start = from.max(piece.start);
            if start + high <= piece.done_by {
                *cursor = ahead;
                return Ok((start, *piece));
            }
            ahead += 1;
        }
        return Err(BeyondHorizon);
    }
    Err(BeyondHorizon)
}

/// Places something that cannot be cut.
pub(super) fn whole(
    line: &Line,
    cursor: &mut usize,
    from: Minute,
    high: i64,
) -> Result<(Minute, u32), BeyondHorizon> {
    first_fit(line, cursor, from, high).map(|(start, piece)| (start, piece.window))
}

/// A step that goes from node to node, with the minutes that it takes this time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rounds {
    pub(super) nodes: u64,
    pub(super) canary: u64,
    pub(super) parallel: u64,
    pub(super) round: i64,
    pub(super) round_high: i64,
    pub(super) look: i64,
    pub(super) look_high: i64,
    /// The most nodes that a window may take.
    pub(super) most: u64,
}

/// Where a rollout stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) time: Minute,
    pub(super) cursor: usize,
    pub(super) taken: Taken,
}

/// Places a rollout: the canary node by node, the look, the rest in rounds, as many in a window as
/// fit and as it may take. A round at the limit of a window takes what the limit leaves.
pub(super) fn rollout(
    line: &Line,
    at: &mut At,
    rounds: &Rounds,
    place: &mut impl FnMut(Slot),
) -> Result<(), BeyondHorizon> {
    some_rounds(line, at, rounds, rounds.canary, 1, place)?;
    if rounds.look_high > 0 {
        let (start, piece) = first_fit(line, &mut at.cursor, at.time, rounds.look_high)?;
        at.time = start + rounds.look;
        place(Slot { start, end: at.time, window: Some(piece.window), nodes: 0, rounds: 0 });
    }
    some_rounds(line, at, rounds, rounds.nodes - rounds.canary, rounds.parallel, place)
}

fn some_rounds(
    line: &Line,
    at: &mut At,
    rounds: &Rounds,
    nodes: u64,
    parallel: u64,
    place: &mut impl FnMut(Slot),
) -> Result<(), BeyondHorizon> {
    let mut left = nodes;
    while left > 0 {
        let (start, piece) = first_fit(line, &mut at.cursor, at.time, rounds.round_high)?;
        let may = at.taken.left(piece.window, rounds.most).min(left);
        if may == 0 {
            // The window is full, also what a freeze has left of it further on.
            at.time = at.time.max(piece.done_by);
            continue;
        }
        let spare = piece.done_by - start - rounds.round_high;
        let mut now = may;
        let mut count = if parallel == 1 { now } else { now.div_ceil(parallel) };
        // Mostly all of them fit; a division is what costs most here.
        if (signed(count) - 1).saturating_mul(rounds.round) > spare {
            let fit = spare.checked_div(rounds.round).map_or(1, |more| more.unsigned_abs() + 1);
            now = may.min(fit.saturating_mul(parallel));
            count = now.div_ceil(parallel);
        }
        let end = start + signed(count) * rounds.round;
        at.time = end;
        at.taken.add(piece.window, now);
        left -= now;
        place(Slot { start, end, window: Some(piece.window), nodes: now, rounds: count });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::At;
    use super::BeyondHorizon;
    use super::Line;
    use super::Piece;
    use super::Rounds;
    use super::Slot;
    use super::Taken;
    use super::rollout;
    use super::whole;

    fn line(pieces: &[(i64, i64, u32)]) -> Line {
        let piece = |(start, done_by, window): &(i64, i64, u32)| Piece {
            start: *start,
            done_by: *done_by,
            window: *window,
        };
        Line { pieces: pieces.iter().map(piece).collect() }
    }

    fn roll(line: &Line, rounds: &Rounds) -> Vec<(i64, i64, u64)> {
        let mut slots = Vec::new();
        let none = Taken { window: u32::MAX, nodes: 0 };
        let mut at = At { time: 0, cursor: 0, taken: none };
        rollout(line, &mut at, rounds, &mut |slot: Slot| {
            slots.push((slot.start, slot.end, slot.nodes));
        })
        .unwrap();
        slots
    }

    const ROUNDS: Rounds = Rounds {
        nodes: 20,
        canary: 0,
        parallel: 7,
        round: 10,
        round_high: 30,
        look: 0,
        look_high: 0,
        most: u64::MAX,
    };

    #[test]
    fn what_cannot_end_does_not_begin() {
        let line = line(&[(0, 100, 0), (200, 300, 1)]);
        assert_eq!(whole(&line, &mut 0, 10, 90), Ok((10, 0)));
        assert_eq!(whole(&line, &mut 0, 11, 90), Ok((200, 1)));
        assert_eq!(whole(&line, &mut 0, 0, 101), Err(BeyondHorizon));
        let mut cursor = 0;
        assert_eq!(whole(&line, &mut cursor, 11, 90), Ok((200, 1)));
        assert_eq!(whole(&line, &mut cursor, 205, 20), Ok((205, 1)), "the cursor moves forward");
    }

    #[test]
    fn a_window_takes_as_many_rounds_as_fit_and_as_many_nodes_as_it_may() {
        // 45 minutes: a round of 10 that may need 30 fits at 0 and at 10; at 20 it would not.
        let windows = line(&[(0, 45, 0), (100, 200, 1)]);
        assert_eq!(roll(&windows, &ROUNDS), [(0, 20, 14), (100, 110, 6)]);
        // At most 10 a window: 7, and 3 more in the next round.
        let windows = line(&[(0, 100, 0), (200, 300, 1)]);
        let capped = Rounds { most: 10, ..ROUNDS };
        assert_eq!(roll(&windows, &capped), [(0, 20, 10), (200, 220, 10)]);
        // The limit holds for the window as the calendar has it, also when a freeze cuts it in two.
        let windows = line(&[(0, 40, 0), (60, 160, 0), (200, 300, 1)]);
        assert_eq!(roll(&windows, &capped), [(0, 20, 10), (200, 220, 10)]);
    }

    #[test]
    fn the_canary_goes_one_by_one_and_is_looked_at() {
        let windows = line(&[(0, 1000, 0)]);
        let rounds = Rounds { canary: 2, look: 5, look_high: 9, ..ROUNDS };
        assert_eq!(roll(&windows, &rounds), [(0, 20, 2), (20, 25, 0), (25, 55, 18)]);
    }
}
