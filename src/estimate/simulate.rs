//! What may happen: the schedule again and again, with minutes drawn between low and high.
//!
//! Each step in each environment is drawn once a run, from the PERT distribution over its three
//! points (<https://en.wikipedia.org/wiki/PERT_distribution>); all rounds of a rollout go at the pace
//! that was drawn, since what makes one drain slow makes the next one slow. The draws are those of a
//! `ChaCha` stream of its own for each step and environment, named by what the step is: another job, or
//! another calendar, leaves them as they are, so that two estimates differ only by what was changed.
//!
//! A beta variate costs a hundred times what placing a job costs, so each distribution is laid down
//! once as a table of quantiles in whole minutes, and a draw picks a row.

use std::collections::BTreeMap;
use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng as _;
use rand_chacha::rand_core::SeedableRng as _;

use crate::plan::Duration;

use super::calendar::lines::Lines;
use super::deadline::Watched;
use super::minutes::Minute;
use super::place::BeyondHorizon;
use super::place::Slot;
use super::schedule::Pace;
use super::schedule::Program;
use super::schedule::Record;
use super::work::Job;
use super::work::Work;

/// Rows of a table of quantiles.
const ROWS: usize = ROWS_U16 as usize;
const ROWS_U16: u16 = 1024;

/// Steps of the integral over one distribution.
const GRID: u32 = 4096;

/// How many threads share the runs. Fixed, so that nothing asks the machine; more than a few gain nothing.
const SIDE_BY_SIDE: usize = 4;

/// The minutes of one three-point estimate, at quantiles evenly apart.
type Quantiles = Vec<i32>;

/// The quantiles of a PERT distribution, rounded to whole minutes.
fn quantiles(duration: Duration) -> Quantiles {
    let Duration { low, likely, high } = duration;
    if low >= high {
        return vec![bounded(high); ROWS];
    }
    let width = as_float(high - low);
    // PERT is a beta distribution with these two exponents (shape minus one).
    let left = 4.0 * as_float(likely.clamp(low, high) - low) / width;
    let right = 4.0 * as_float(high - likely.clamp(low, high)) / width;
    let density = |cell: u32| {
        let at = (f64::from(cell) + 0.5) / f64::from(GRID);
        at.powf(left) * (1.0 - at).powf(right)
    };
    let total: f64 = (0..GRID).map(density).sum();
    let mut rows = Vec::with_capacity(ROWS);
    let (mut sum, mut cell) = (0.0, 0);
    for row in 0..ROWS {
        let wanted = total * (as_float(row as u64) + 0.5) / as_float(ROWS as u64);
        while cell < GRID {
            let more = density(cell);
            if sum + more >= wanted {
                break;
            }
            sum += more;
            cell += 1;
        }
        let inside = if cell < GRID { (wanted - sum) / density(cell) } else { 0.0 };
        let share = (f64::from(cell) + inside) / f64::from(GRID);
        rows.push(bounded(low).saturating_add(whole_minutes(width * share)));
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "minutes are far below 2^52")]
fn as_float(minutes: u64) -> f64 {
    minutes as f64
}

/// A rollout may take long, but not four thousand years.
fn bounded(minutes: u64) -> i32 {
    i32::try_from(minutes).unwrap_or(i32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "`as` stays in bounds, and so do the minutes")]
fn whole_minutes(minutes: f64) -> i32 {
    (minutes + 0.5).floor() as i32
}

/// The tables that a job is drawn from.
#[derive(Debug, Clone, Copy)]
struct Tables {
    /// The whole job, or one round of a rollout.
    lead: usize,
    look: usize,
}

/// One environment: which row each job has in each run.
#[derive(Debug, Clone)]
struct Drawn {
    tables: Vec<Tables>,
    /// By run, then by job.
    rows: Vec<u16>,
}

/// Everything that was drawn.
#[derive(Debug, Clone)]
pub(super) struct Draws {
    runs: usize,
    quantiles: Vec<Quantiles>,
    environments: Vec<Drawn>,
}

impl Draws {
    /// Draws each job of each environment so many times.
    pub(super) fn new(works: &[Work], names: &[&str], seed: u64, runs: u32) -> Self {
        let runs = runs.max(1) as usize;
        let mut known: BTreeMap<(u64, u64, u64), usize> = BTreeMap::new();
        let mut tables: Vec<Quantiles> = Vec::new();
        let mut table = |duration: Duration| {
            let key = (duration.low, duration.likely, duration.high);
            *known.entry(key).or_insert_with(|| {
                tables.push(quantiles(duration));
                tables.len() - 1
            })
        };
        let environments = works.iter().zip(names).map(|(work, name)| {
            let count = work.jobs().count();
            let mut drawn =
                Drawn { tables: Vec::with_capacity(count), rows: vec![0; count * runs] };
            let mut bytes = vec![0; runs * 2];
            for (number, (label, job)) in labelled(work).enumerate() {
                let lead = if job.rollout.is_some() { job.round() } else { job.minutes() };
                let look = if job.rollout.is_some() { job.look() } else { Duration::default() };
                drawn.tables.push(Tables { lead: table(lead), look: table(look) });
                let mut stream = ChaCha8Rng::seed_from_u64(seed);
                stream.set_stream(hash(&[name, &label]));
                stream.fill_bytes(&mut bytes);
                for (run, pair) in bytes.chunks_exact(2).enumerate() {
                    let row = u16::from_le_bytes([pair[0], pair[1]]);
                    drawn.rows[run * count + number] = row % ROWS_U16;
                }
            }
            drawn
        });
        let environments = environments.collect();
        Self { runs, quantiles: tables, environments }
    }

    /// When each environment finishes each hop, over all runs, sorted; and when the job that was
    /// asked for ends.
    pub(super) fn ends(
        &self,
        program: &Program,
        lines: &Lines,
        start: Minute,
        hops: usize,
        watched: Option<&Watched>,
    ) -> Result<Ends, BeyondHorizon> {
        // No run looks at another one, and what comes of them is sorted: side by side they give the same.
        let share = self.runs.div_ceil(SIDE_BY_SIDE);
        let shares = (0..self.runs).step_by(share).map(|from| from..self.runs.min(from + share));
        let some = |runs| self.ends_of(runs, program, lines, (start, hops), watched);
        let ends = std::thread::scope(|scope| {
            let workers: Vec<_> = shares.map(|runs| scope.spawn(move || some(runs))).collect();
            let done = workers.into_iter().map(|worker| match worker.join() {
                Ok(ends) => ends,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            done.collect::<Result<Vec<Ends>, BeyondHorizon>>()
        })?;
        Ok(Ends::together(ends))
    }

    /// The same over some of the runs, as they come.
    fn ends_of(
        &self,
        runs: Range<usize>,
        program: &Program,
        lines: &Lines,
        (start, hops): (Minute, usize),
        watched: Option<&Watched>,
    ) -> Result<Ends, BeyondHorizon> {
        let environments = self.environments.len();
        let mut ends = Ends {
            hops: vec![Vec::with_capacity(runs.len()); hops * environments],
            finish: Vec::with_capacity(runs.len()),
            watched: Vec::new(),
            environments,
        };
        for run in runs {
            let pace = Run { draws: self, run };
            let mut record = EndsOfRun { ends: &mut ends, finish: start, watched, seen: None };
            program.run(lines, start, &pace, &mut record)?;
            let (finish, seen) = (record.finish, record.seen);
            ends.finish.push(finish);
            ends.watched.extend(seen);
        }
        Ok(ends)
    }
}

/// The jobs with a name that says what each is, so that its draws stay what they are when other
/// steps come or go: hop, kind, pool, and the how manieth of these.
fn labelled(work: &Work) -> impl Iterator<Item = (String, &Job)> {
    work.hops.iter().flat_map(|hop| {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let number = hop.number.map_or_else(|| "final".to_owned(), |number| number.to_string());
        hop.jobs.iter().map(move |job| {
            let key = job.parts.first().and_then(|part| part.key).map_or("", |key| key.name());
            let pool = job.pool.as_ref().map_or("", |pool| pool.as_str());
            let label = format!("{number}|{}|{key}|{pool}", job.kind);
            let times = seen.entry(label.clone()).or_insert(0);
            *times += 1;
            (format!("{label}|{times}"), job)
        })
    })
}

/// FNV-1a over the words, each with its end (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn hash(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// One run.
struct Run<'a> {
    draws: &'a Draws,
    run: usize,
}

impl Run<'_> {
    fn minutes(&self, environment: usize, job: usize, table: impl Fn(Tables) -> usize) -> i64 {
        let drawn = &self.draws.environments[environment];
        let row = drawn.rows[self.run * drawn.tables.len() + job];
        self.draws.quantiles[table(drawn.tables[job])][usize::from(row)].into()
    }
}

impl Pace for Run<'_> {
    fn whole(&self, environment: usize, job: usize) -> i64 {
        self.minutes(environment, job, |tables| tables.lead)
    }

    fn round(&self, environment: usize, job: usize) -> i64 {
        self.minutes(environment, job, |tables| tables.lead)
    }

    fn look(&self, environment: usize, job: usize) -> i64 {
        self.minutes(environment, job, |tables| tables.look)
    }
}

/// When things end, over all runs, sorted.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    hops: Vec<Vec<Minute>>,
    /// The end of everything.
    pub(super) finish: Vec<Minute>,
    /// The end of the last of the jobs that were asked for.
    watched: Vec<Minute>,
    environments: usize,
}

impl Ends {
    /// The ends of several shares of the runs, sorted.
    fn together(shares: Vec<Self>) -> Self {
        let mut shares = shares.into_iter();
        let mut all = shares.next().unwrap_or_default();
        for share in shares {
            for (list, more) in all.hops.iter_mut().zip(share.hops) {
                list.extend(more);
            }
            all.finish.extend(share.finish);
            all.watched.extend(share.watched);
        }
        for list in &mut all.hops {
            list.sort_unstable();
        }
        all.finish.sort_unstable();
        all.watched.sort_unstable();
        all
    }

    /// The ends of a hop in an environment.
    pub(super) fn of(&self, environment: usize, hop: usize) -> &[Minute] {
        &self.hops[hop * self.environments + environment]
    }

    /// The ends of what was asked for: of the watched jobs, or of everything.
    pub(super) fn milestone(&self) -> &[Minute] {
        if self.watched.is_empty() { &self.finish } else { &self.watched }
    }
}

/// The value that so many per cent of the runs do not exceed (nearest rank).
pub(super) fn percentile(sorted: &[Minute], percent: usize) -> Minute {
    let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len().max(1));
    sorted.get(rank - 1).copied().unwrap_or(0)
}

struct EndsOfRun<'a> {
    ends: &'a mut Ends,
    finish: Minute,
    watched: Option<&'a Watched>,
    seen: Option<Minute>,
}

impl Record for EndsOfRun<'_> {
    fn slot(&mut self, environment: usize, job: usize, slot: Slot) {
        let watched = |watched: &&Watched| watched.environment == environment && watched.jobs[job];
        if self.watched.as_ref().is_some_and(watched) {
            self.seen = self.seen.max(Some(slot.end));
        }
    }

    fn hop(&mut self, environment: usize, hop: usize, end: Minute) {
        self.finish = self.finish.max(end);
        let environments = self.ends.environments;
        self.ends.hops[hop * environments + environment].push(end);
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;
    use super::ROWS;
    use super::ROWS_U16;
    use super::as_float;
    use super::bounded;
    use super::hash;
    use super::percentile;
    use super::quantiles;

    #[test]
    fn quantiles_are_ordered_inside_the_three_points_and_have_the_mean_of_pert() {
        for (low, likely, high) in [(1440, 1440, 4320), (7, 12, 30), (0, 100, 100), (0, 500, 1000)]
        {
            let rows = quantiles(Duration { low, likely, high });
            assert!(rows.is_sorted(), "{low} {likely} {high}");
            assert!(rows[0] >= bounded(low) && rows[ROWS - 1] <= bounded(high));
            // The mean of PERT is (low + 4 likely + high) / 6.
            let mean = f64::from(rows.iter().sum::<i32>()) / f64::from(ROWS_U16);
            let expected = as_float(low + 4 * likely + high) / 6.0;
            assert!((mean - expected).abs() <= expected * 0.01 + 0.1, "{mean} is not {expected}");
        }
        assert_eq!(quantiles(Duration { low: 5, likely: 5, high: 5 }), vec![5; ROWS]);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let sorted: Vec<i64> = (1..=10).collect();
        assert_eq!([percentile(&sorted, 50), percentile(&sorted, 90)], [5, 9]);
        assert_eq!(percentile(&[7], 90), 7);
    }

    #[test]
    fn words_do_not_run_into_one_another() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
