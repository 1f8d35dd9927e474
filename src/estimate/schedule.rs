//! The schedule: a function of jobs, calendar, start and minutes. The same is run once for the plan
//! that is printed, and a thousand times for what may happen.
//!
//! A hop goes through the environments in order; it begins in one when the one before has finished
//! it, soak included. The next hop begins in the first environment when the last one has finished,
//! or, with `stagingAhead`, when the first one has. Inside an environment one thing is done after the
//! other, in the order of the plan. The one exception are pools that follow one another: with two or
//! more `people` they are dealt out, the larger one to whoever has the fewest nodes, and rolled out
//! side by side; the limit of nodes a window is dealt out likewise. Who does which pool depends on
//! their sizes and on nothing else, so that a freeze or a slow node never makes for a better deal.

use std::ops::Range;

use super::calendar::Environment;
use super::calendar::lines::EnvironmentLines;
use super::calendar::lines::Line;
use super::calendar::lines::Lines;
use super::minutes::Minute;
use super::minutes::signed;
use super::place;
use super::place::At;
use super::place::BeyondHorizon;
use super::place::Rounds;
use super::place::Slot;
use super::place::Taken;
use super::work::Job;
use super::work::Needs;
use super::work::Work;

/// How long each job takes this time. Jobs are counted inside their environment.
pub(super) trait Pace {
    /// Something that is not cut, or time that passes.
    fn whole(&self, environment: usize, job: usize) -> i64;
    /// One round of a rollout.
    fn round(&self, environment: usize, job: usize) -> i64;
    /// The look at the canary of a rollout.
    fn look(&self, environment: usize, job: usize) -> i64;
}

/// Who wants to know what was placed.
pub(super) trait Record {
    /// A job, or a part of one, was placed.
    fn slot(&mut self, environment: usize, job: usize, slot: Slot);
    /// An environment has finished a hop.
    fn hop(&mut self, environment: usize, hop: usize, end: Minute);
}

/// What is placed as one.
#[derive(Debug, Clone)]
enum Block {
    /// A job that is not cut, or a group of them.
    Together { jobs: Range<usize>, needs: Needs, high: i64 },
    /// Rollouts, dealt out to those who do them.
    Rollouts { lanes: Vec<Vec<usize>> },
    /// Time that passes.
    Wait { job: usize },
}

/// The jobs of an environment, ready to be placed.
#[derive(Debug, Clone)]
struct EnvironmentProgram {
    hops: Vec<Vec<Block>>,
    rollouts: Vec<Option<Rounds>>,
}

/// All jobs, ready to be placed.
#[derive(Debug, Clone)]
pub(super) struct Program {
    environments: Vec<EnvironmentProgram>,
    staging_ahead: bool,
}

/// Something that no window is long enough for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooLong {
    pub(super) environment: usize,
    /// The jobs that must stand together; one for a round of a rollout.
    pub(super) jobs: Range<usize>,
    /// The minutes that they need at worst.
    pub(super) high: u64,
}

impl Program {
    pub(super) fn new(works: &[Work], environments: &[Environment], staging_ahead: bool) -> Self {
        let each = works.iter().zip(environments);
        let environments = each.map(|(work, environment)| program(work, environment)).collect();
        Self { environments, staging_ahead }
    }

    /// What is longer than the longest window (or working day) of its environment, given by need.
    pub(super) fn too_long(&self, longest: impl Fn(usize, Needs) -> u64) -> Vec<TooLong> {
        let mut found = Vec::new();
        for (environment, program) in self.environments.iter().enumerate() {
            let window = signed(longest(environment, Needs::Window));
            let mut note = |jobs: Range<usize>, high: i64| {
                found.push(TooLong { environment, jobs, high: high.unsigned_abs() });
            };
            for block in program.hops.iter().flatten() {
                match block {
                    Block::Together { jobs, needs, high } => {
                        if *high > signed(longest(environment, *needs)) {
                            note(jobs.clone(), *high);
                        }
                    }
                    Block::Rollouts { lanes } => {
                        for job in lanes.iter().flatten() {
                            let rounds = program.rollouts[*job];
                            let high =
                                rounds.map_or(0, |rounds| rounds.round_high.max(rounds.look_high));
                            if high > window {
                                note(*job..*job + 1, high);
                            }
                        }
                    }
                    Block::Wait { .. } => {}
                }
            }
        }
        found.sort_by_key(|long| (long.environment, long.jobs.start));
        found
    }

    /// Places everything.
    pub(super) fn run(
        &self,
        lines: &Lines,
        start: Minute,
        pace: &impl Pace,
        record: &mut impl Record,
    ) -> Result<(), BeyondHorizon> {
        let mut states: Vec<State> =
            lines.environments.iter().map(|lines| State::new(lines, start)).collect();
        let hops = self.environments.first().map_or(0, |first| first.hops.len());
        for hop in 0..hops {
            let closing = hop + 1 == hops;
            let last = states.last().map_or(start, |state| state.time);
            let mut before = if self.staging_ahead { start } else { last };
            for (environment, program) in self.environments.iter().enumerate() {
                let state = &mut states[environment];
                if !closing {
                    state.time = state.time.max(before);
                }
                let mut runner = Runner {
                    environment,
                    program,
                    lines: &lines.environments[environment],
                    pace,
                    record,
                };
                for block in &program.hops[hop] {
                    runner.block(block, state)?;
                }
                before = state.time;
                record.hop(environment, hop, state.time);
            }
        }
        Ok(())
    }
}

/// Where an environment stands.
struct State {
    time: Minute,
    windows: usize,
    working: usize,
    attended: usize,
    taken: Taken,
}

impl State {
    fn new(lines: &EnvironmentLines, start: Minute) -> Self {
        let passed = |line: &Line| line.pieces.partition_point(|piece| piece.done_by <= start);
        Self {
            time: start,
            windows: passed(&lines.windows),
            working: passed(&lines.working),
            attended: passed(&lines.attended),
            taken: Taken { window: u32::MAX, nodes: 0 },
        }
    }
}

struct Runner<'a, P, R> {
    environment: usize,
    program: &'a EnvironmentProgram,
    lines: &'a EnvironmentLines,
    pace: &'a P,
    record: &'a mut R,
}

impl<P: Pace, R: Record> Runner<'_, P, R> {
    fn block(&mut self, block: &Block, state: &mut State) -> Result<(), BeyondHorizon> {
        match block {
            Block::Together { jobs, needs, high } => {
                self.together(jobs.clone(), *needs, *high, state)
            }
            Block::Rollouts { lanes } => self.rollouts(lanes, state),
            Block::Wait { job } => {
                let end = state.time + self.pace.whole(self.environment, *job);
                self.slot(*job, state.time, end, None);
                state.time = end;
                Ok(())
            }
        }
    }

    fn slot(&mut self, job: usize, start: Minute, end: Minute, window: Option<u32>) {
        self.record.slot(self.environment, job, Slot { start, end, window, nodes: 0, rounds: 0 });
    }

    fn together(
        &mut self,
        jobs: Range<usize>,
        needs: Needs,
        high: i64,
        state: &mut State,
    ) -> Result<(), BeyondHorizon> {
        let (line, cursor) = match needs {
            Needs::WorkingHours => (&self.lines.working, &mut state.working),
            Needs::Attended => (&self.lines.attended, &mut state.attended),
            Needs::Window | Needs::Clock => (&self.lines.windows, &mut state.windows),
        };
        let (mut time, window) = place::whole(line, cursor, state.time, high)?;
        let window = (needs == Needs::Window).then_some(window);
        for job in jobs {
            let end = time + self.pace.whole(self.environment, job);
            self.slot(job, time, end, window);
            time = end;
        }
        state.time = time;
        Ok(())
    }

    fn rollouts(&mut self, lanes: &[Vec<usize>], state: &mut State) -> Result<(), BeyondHorizon> {
        let count = lanes.len() as u64;
        let share = |whole: u64, lane: u64| whole / count + u64::from(lane < whole % count);
        let mut joined = At { time: state.time, cursor: state.windows, taken: state.taken };
        let mut taken: Vec<Taken> = Vec::with_capacity(lanes.len());
        for (lane, jobs) in (0..).zip(lanes) {
            let nodes = share(state.taken.nodes, lane);
            let mut at = At {
                time: state.time,
                cursor: state.windows,
                taken: Taken { nodes, ..state.taken },
            };
            for job in jobs {
                let Some(mut rounds) = self.program.rollouts[*job] else { continue };
                rounds.round = self.pace.round(self.environment, *job);
                rounds.look = self.pace.look(self.environment, *job);
                if rounds.most != u64::MAX {
                    rounds.most = share(rounds.most, lane);
                }
                let (environment, record) = (self.environment, &mut *self.record);
                place::rollout(&self.lines.windows, &mut at, &rounds, &mut |slot| {
                    record.slot(environment, *job, slot);
                })?;
            }
            joined.time = joined.time.max(at.time);
            joined.cursor = joined.cursor.max(at.cursor);
            taken.push(at.taken);
        }
        // What the last window has taken, over all who worked in it.
        let latest = taken.iter().map(|taken| taken.window.wrapping_add(1)).max().unwrap_or(0);
        let latest = latest.wrapping_sub(1);
        let nodes = taken.iter().filter(|taken| taken.window == latest).map(|taken| taken.nodes);
        state.taken = Taken { window: latest, nodes: nodes.sum() };
        (state.time, state.windows) = (joined.time, joined.cursor);
        Ok(())
    }
}

fn program(work: &Work, environment: &Environment) -> EnvironmentProgram {
    let most = environment.max_nodes_per_window.map_or(u64::MAX, super::profile::Count::get);
    let rollouts: Vec<Option<Rounds>> = work.jobs().map(|job| rounds(job, most)).collect();
    // No more people than a window may take nodes: each needs a share of at least one.
    let people = environment.people.map_or(1, super::calendar::People::get).min(most);
    let mut first = 0;
    let hops = work.hops.iter().map(|hop| {
        let blocks = blocks(&hop.jobs, first, people);
        first += hop.jobs.len();
        blocks
    });
    EnvironmentProgram { hops: hops.collect(), rollouts }
}

fn rounds(job: &Job, most: u64) -> Option<Rounds> {
    let rollout = job.rollout?;
    let (round, look) = (job.round(), job.look());
    Some(Rounds {
        nodes: rollout.nodes,
        canary: rollout.canary,
        parallel: rollout.parallel,
        round: signed(round.likely),
        round_high: signed(round.high),
        look: signed(look.likely),
        look_high: signed(look.high),
        most,
    })
}

/// The jobs of a hop as blocks; `offset` is the number of the first job.
fn blocks(jobs: &[Job], offset: usize, people: u64) -> Vec<Block> {
    let mut blocks = Vec::with_capacity(jobs.len());
    let mut place = 0;
    while let Some(job) = jobs.get(place) {
        let rest = &jobs[place..];
        let length = if job.group.is_some() {
            rest.iter().take_while(|other| other.group == job.group).count()
        } else if is_pool(job) && people > 1 {
            rest.iter().take_while(|other| is_pool(other)).count()
        } else {
            1
        };
        let numbers = offset + place..offset + place + length;
        blocks.push(match (job.needs, job.rollout) {
            (_, Some(_)) => Block::Rollouts { lanes: deal(&rest[..length], numbers.start, people) },
            (Needs::Clock, None) => Block::Wait { job: numbers.start },
            (needs, None) => {
                let high = rest[..length].iter().map(|job| signed(job.minutes().high)).sum();
                Block::Together { jobs: numbers, needs, high }
            }
        });
        place += length;
    }
    blocks
}

fn is_pool(job: &Job) -> bool {
    job.rollout.is_some() && job.pool.is_some()
}

/// Deals rollouts out: in the order of the plan, each to whoever has the fewest nodes so far. A pool
/// that a hop moves twice stays with whoever has it, in order.
fn deal(jobs: &[Job], first: usize, people: u64) -> Vec<Vec<usize>> {
    let people = usize::try_from(people).unwrap_or(usize::MAX).min(jobs.len()).max(1);
    let mut lanes = vec![(0_u64, Vec::new()); people];
    let mut owners = std::collections::BTreeMap::new();
    for (number, job) in (first..).zip(jobs) {
        let fewest = (0..people).min_by_key(|lane| lanes[*lane].0).unwrap_or(0);
        let lane = *owners.entry(&job.pool).or_insert(fewest);
        lanes[lane].0 += job.rollout.map_or(0, |rollout| rollout.nodes);
        lanes[lane].1.push(number);
    }
    lanes.into_iter().map(|(_, jobs)| jobs).filter(|jobs| !jobs.is_empty()).collect()
}
