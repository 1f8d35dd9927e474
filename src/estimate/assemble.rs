//! The schedule as hops, windows and steps. Every sum is taken here, of what is printed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::plan::Duration;
use crate::plan::Plan;

use super::calendar::lines::EnvironmentLines;
use super::calendar::lines::Lines;
use super::minutes::Minute;
use super::minutes::sum;
use super::minutes::unsigned;
use super::model::Model;
use super::model::Schedule;
use super::outcome::EnvironmentEstimate;
use super::outcome::FreezeMet;
use super::outcome::HopEstimate;
use super::outcome::Instant;
use super::outcome::Percentiles;
use super::outcome::Placed;
use super::outcome::StepEstimate;
use super::outcome::Total;
use super::outcome::WindowUse;
use super::place::Slot;
use super::simulate::Ends;
use super::simulate::percentile;
use super::work::HopWork;
use super::work::Job;
use super::work::Part;

/// The hops, and the steps after the last one.
pub(super) fn hops(
    plan: &Plan,
    model: &Model<'_>,
    lines: &Lines,
    schedule: &Schedule,
    ends: &Ends,
) -> (Vec<HopEstimate>, Vec<EnvironmentEstimate>) {
    let count = model.hops();
    let mut by_hop: Vec<Vec<EnvironmentEstimate>> = (0..count).map(|_| Vec::new()).collect();
    for (environment, work) in model.works.iter().enumerate() {
        let mut counted = BTreeSet::new();
        let mut first = 0;
        for (hop, hop_work) in work.hops.iter().enumerate() {
            let slots = &schedule.slots[environment][first..first + hop_work.jobs.len()];
            first += hop_work.jobs.len();
            let entry = Entry {
                model,
                environment,
                lines: &lines.environments[environment],
                end: schedule.ends[environment][hop],
                ends: ends.of(environment, hop),
            };
            by_hop[hop].push(entry.estimate(hop_work, slots, &mut counted));
        }
    }
    let closing = by_hop.pop().unwrap_or_default();
    let hops = plan.hops.iter().zip(by_hop).map(|(hop, environments)| HopEstimate {
        number: hop.number,
        from: hop.from.clone(),
        to: hop.to.clone(),
        environments,
    });
    (hops.collect(), closing)
}

/// A hop in an environment.
struct Entry<'a> {
    model: &'a Model<'a>,
    environment: usize,
    lines: &'a EnvironmentLines,
    end: Minute,
    ends: &'a [Minute],
}

impl Entry<'_> {
    fn at(&self, minute: Minute) -> Instant {
        Instant::new(minute, self.model.calendar.timezone.get())
    }

    fn estimate(
        &self,
        work: &HopWork,
        slots: &[Vec<Slot>],
        counted: &mut BTreeSet<u32>,
    ) -> EnvironmentEstimate {
        let used: BTreeSet<u32> = slots.iter().flatten().filter_map(|slot| slot.window).collect();
        let places: BTreeMap<u32, usize> =
            used.iter().enumerate().map(|(place, window)| (*window, place)).collect();
        let jobs = work.jobs.iter().zip(slots);
        let steps: Vec<StepEstimate> =
            jobs.clone().map(|(job, slots)| self.step(job, slots, &places)).collect();
        let windows_used: Vec<WindowUse> = used
            .iter()
            .map(|window| self.window(*window, jobs.clone(), counted.contains(window)))
            .collect();
        counted.extend(&used);
        let is_work = |place: usize| work.jobs[place].is_work();
        let minutes = |wanted: bool| {
            let these =
                steps.iter().enumerate().filter(move |(place, _)| is_work(*place) == wanted);
            sum(these.map(|(_, step)| step.minutes))
        };
        let own = windows_used.iter().filter(|window| !window.counted_before);
        let begin = slots.iter().flatten().map(|slot| slot.start).min();
        EnvironmentEstimate {
            name: self.model.calendar.environments[self.environment].name.clone(),
            start: self.at(begin.unwrap_or(self.end)),
            end: self.at(self.end),
            windows: own.clone().count() as u64,
            work_minutes: minutes(true),
            hands_on_minutes: sum(steps.iter().map(|step| step.hands_on_minutes)),
            window_minutes: own.map(|window| window.minutes).sum(),
            soak_minutes: minutes(false).likely,
            finish: Percentiles {
                p50: self.at(percentile(self.ends, 50)),
                p90: self.at(percentile(self.ends, 90)),
            },
            windows_used,
            steps,
        }
    }

    fn step(&self, job: &Job, slots: &[Slot], places: &BTreeMap<u32, usize>) -> StepEstimate {
        let mut parts = job.parts.clone();
        parts.extend(cut_rounds(job, slots));
        let slots = slots.iter().map(|slot| Placed {
            start: self.at(slot.start),
            end: self.at(slot.end),
            window: slot.window.and_then(|window| places.get(&window).copied()),
            nodes: slot.nodes,
            rounds: slot.rounds,
        });
        StepEstimate {
            step: job.step,
            title: job.title.clone(),
            kind: job.kind,
            pool: job.pool.clone(),
            needs: job.needs,
            group: job.group,
            minutes: sum(parts.iter().map(Part::minutes)),
            hands_on_minutes: sum(parts.iter().map(Part::hands_on)),
            placed: slots.collect(),
            parts,
        }
    }

    fn window<'a>(
        &self,
        window: u32,
        jobs: impl Iterator<Item = (&'a Job, &'a Vec<Slot>)>,
        counted_before: bool,
    ) -> WindowUse {
        let span = self.lines.originals[window as usize];
        let (mut minutes, mut nodes, mut steps) = (0, 0, Vec::new());
        for (job, slots) in jobs {
            let here = slots.iter().filter(|slot| slot.window == Some(window));
            if here.clone().next().is_some() {
                steps.push(job.step);
            }
            for slot in here {
                minutes += unsigned(slot.end - slot.start);
                nodes += slot.nodes;
            }
        }
        WindowUse {
            start: self.at(span.start),
            end: self.at(span.end),
            minutes: unsigned(span.minutes()),
            work_minutes: minutes,
            nodes,
            steps,
            counted_before,
        }
    }
}

/// Rounds that a rollout takes beside those that it needs: the limit of nodes a window cuts a round
/// in two, and both halves take as long as a whole one.
fn cut_rounds(job: &Job, slots: &[Slot]) -> Option<Part> {
    let placed: u64 = slots.iter().map(|slot| slot.rounds).sum();
    let more = placed.checked_sub(job.rollout?.rounds()).filter(|more| *more > 0)?;
    let first = job.parts.iter().find(|part| part.per_round)?;
    Some(Part {
        key: first.key,
        count: more,
        each: job.round(),
        hands_on_percent: first.hands_on_percent,
        reason: "rounds that `maxNodesPerWindow` cuts in two".to_owned(),
        source: "calendar".to_owned(),
        per_round: true,
    })
}

/// The sums over all hops and the closing.
pub(super) fn total(
    hops: &[HopEstimate],
    closing: &[EnvironmentEstimate],
    calendar_days: Percentiles<i64>,
) -> Total {
    let all = || hops.iter().flat_map(|hop| &hop.environments).chain(closing);
    let minutes = |of: fn(&EnvironmentEstimate) -> Duration| sum(all().map(of));
    Total {
        work_minutes: minutes(|entry| entry.work_minutes),
        hands_on_minutes: minutes(|entry| entry.hands_on_minutes),
        windows: all().map(|entry| entry.windows).sum(),
        window_minutes: all().map(|entry| entry.window_minutes).sum(),
        calendar_days,
    }
}

/// Freezes and holidays between two moments.
pub(super) fn freezes(
    model: &Model<'_>,
    lines: &Lines,
    from: Minute,
    to: Minute,
) -> Vec<FreezeMet> {
    let zone = model.calendar.timezone.get();
    let met = lines.closed.iter().filter(|closed| closed.span.start < to && closed.span.end > from);
    met.map(|closed| FreezeMet {
        name: closed.name.clone(),
        start: Instant::new(closed.span.start, zone),
        end: Instant::new(closed.span.end, zone),
        environments: closed.environments.clone(),
    })
    .collect()
}
