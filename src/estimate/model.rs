//! What an estimate is computed from, made ready once: the work of each environment, the program that
//! places it, and the time line, which grows until the work ends.

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

use super::calendar::Calendar;
use super::calendar::Environment;
use super::calendar::lines::Lines;
use super::calendar::lines::minute;
use super::durations::Durations;
use super::keys::Table;
use super::minutes::Minute;
use super::minutes::signed;
use super::outcome::DoesNotFit;
use super::place::BeyondHorizon;
use super::place::Slot;
use super::profile::EstimateProfile;
use super::schedule::Pace;
use super::schedule::Program;
use super::schedule::Record;
use super::work::Job;
use super::work::Needs;
use super::work::Part;
use super::work::Work;

/// How far the time line reaches at first, in days.
const FIRST_HORIZON: u32 = 800;
/// How far it may grow: work that does not end in thirty years does not end.
const LAST_HORIZON: u32 = 30 * 366;

/// Works, program and names of the environments.
#[derive(Debug, Clone)]
pub(super) struct Model<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) works: Vec<Work>,
    pub(super) program: Program,
}

impl<'a> Model<'a> {
    pub(super) fn new(
        plan: &Plan,
        calendar: &'a Calendar,
        profile: &EstimateProfile,
        table: &Table,
        more_parallel: u64,
    ) -> Self {
        let durations = Durations::new(table.clone(), profile, more_parallel);
        let works: Vec<Work> = calendar
            .environments
            .iter()
            .map(|environment| Work::new(plan, environment, &durations))
            .collect();
        let program = Program::new(&works, &calendar.environments, calendar.staging_ahead);
        Self { calendar, works, program }
    }

    pub(super) fn names(&self) -> Vec<&'a str> {
        self.calendar.environments.iter().map(|environment| environment.name.as_str()).collect()
    }

    pub(super) fn hops(&self) -> usize {
        self.works.first().map_or(0, |work| work.hops.len())
    }

    /// The first minute of a day.
    pub(super) fn midnight(&self, date: Date) -> Minute {
        minute(self.calendar.timezone.get(), date.to_datetime(jiff::civil::Time::midnight()))
    }

    /// What fits into no window.
    pub(super) fn does_not_fit(&self) -> Vec<DoesNotFit> {
        let environments = &self.calendar.environments;
        let hours = self.calendar.working_hours;
        let hours = hours.to.minutes() - hours.from.minutes();
        let longest = |environment: usize, needs: Needs| match needs {
            Needs::Window => longest_window(&environments[environment]),
            Needs::WorkingHours => hours,
            Needs::Attended => hours.max(longest_window(&environments[environment])),
            Needs::Clock => u64::MAX,
        };
        let long = self.program.too_long(longest).into_iter().map(|long| {
            let environment = &environments[long.environment];
            let jobs: Vec<_> = self.works[long.environment].jobs().collect();
            let jobs = &jobs[long.jobs];
            let needs = jobs.first().map_or(Needs::Window, |job| job.needs);
            let reserve = if needs == Needs::Window { environment.reserve_minutes } else { 0 };
            DoesNotFit {
                environment: environment.name.clone(),
                steps: jobs.iter().map(|job| job.step).collect(),
                needs_minutes: long.high,
                longest_minutes: longest(long.environment, needs),
                reserve_minutes: u64::from(reserve),
            }
        });
        long.collect()
    }

    /// The schedule with the minutes that are likely.
    pub(super) fn likely(&self, lines: &Lines, start: Minute) -> Result<Schedule, BeyondHorizon> {
        let mut schedule = Schedule {
            slots: self.works.iter().map(|work| vec![Vec::new(); work.jobs().count()]).collect(),
            ends: vec![vec![start; self.hops()]; self.works.len()],
            finish: start,
        };
        self.program.run(lines, start, &self.pace(|_| 0), &mut schedule)?;
        Ok(schedule)
    }

    /// The end with the minutes that are likely, but at least `least` minutes for each part of which
    /// it says so.
    pub(super) fn end(
        &self,
        lines: &Lines,
        start: Minute,
        least: impl Fn(&Part) -> u64,
    ) -> Result<Minute, BeyondHorizon> {
        let mut finish = Finish(start);
        self.program.run(lines, start, &self.pace(least), &mut finish)?;
        Ok(finish.0)
    }

    fn pace(&self, least: impl Fn(&Part) -> u64) -> LikelyPace {
        let minutes = |part: &Part, count: u64| {
            signed(part.each.likely.max(least(part)).saturating_mul(count))
        };
        let likely = |job: &Job| {
            let sum = |per_round: bool| {
                let parts = job.parts.iter().filter(move |part| part.per_round == per_round);
                parts.map(|part| minutes(part, if per_round { 1 } else { part.count })).sum()
            };
            match job.rollout {
                Some(_) => Likely { lead: sum(true), look: sum(false) },
                None => Likely { lead: sum(false), look: 0 },
            }
        };
        let minutes = self.works.iter().map(|work| work.jobs().map(likely).collect());
        LikelyPace { minutes: minutes.collect() }
    }
}

/// What the longest window leaves when its reserve is taken off, on a day on which no clock is
/// changed.
fn longest_window(environment: &Environment) -> u64 {
    let longest = environment.windows.iter().map(super::calendar::Window::length).max();
    longest.unwrap_or(0).saturating_sub(u64::from(environment.reserve_minutes))
}

/// A time line that grows until the work ends on it.
#[derive(Debug)]
pub(super) struct Horizon<'a> {
    calendar: &'a Calendar,
    from: Date,
    days: u32,
    lines: Lines,
}

impl<'a> Horizon<'a> {
    pub(super) fn new(calendar: &'a Calendar, from: Date) -> Self {
        Self {
            calendar,
            from,
            days: FIRST_HORIZON,
            lines: Lines::new(calendar, from, FIRST_HORIZON),
        }
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Does something with the time line; once more with a longer one where it ends too early.
    pub(super) fn run<T>(
        &mut self,
        mut run: impl FnMut(&Lines) -> Result<T, BeyondHorizon>,
    ) -> Result<T, Diagnostic> {
        loop {
            if let Ok(done) = run(&self.lines) {
                return Ok(done);
            }
            if self.days >= LAST_HORIZON {
                return Err(Diagnostic::error(format!(
                    "the work that begins on {} does not end within thirty years",
                    self.from
                ))
                .help("look at the windows and freezes of the calendar: something leaves no window that is long enough"));
            }
            self.days = (self.days * 3).min(LAST_HORIZON);
            self.lines = Lines::new(self.calendar, self.from, self.days);
        }
    }
}

/// Where everything was placed.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    /// By environment and job.
    pub(super) slots: Vec<Vec<Vec<Slot>>>,
    /// By environment and hop.
    pub(super) ends: Vec<Vec<Minute>>,
    pub(super) finish: Minute,
}

impl Record for Schedule {
    fn slot(&mut self, environment: usize, job: usize, slot: Slot) {
        self.slots[environment][job].push(slot);
    }

    fn hop(&mut self, environment: usize, hop: usize, end: Minute) {
        self.ends[environment][hop] = end;
        self.finish = self.finish.max(end);
    }
}

/// The end of everything.
struct Finish(Minute);

impl Record for Finish {
    fn slot(&mut self, _: usize, _: usize, _: Slot) {}

    fn hop(&mut self, _: usize, _: usize, end: Minute) {
        self.0 = self.0.max(end);
    }
}

#[derive(Clone, Copy)]
struct Likely {
    lead: i64,
    look: i64,
}

struct LikelyPace {
    minutes: Vec<Vec<Likely>>,
}

impl Pace for LikelyPace {
    fn whole(&self, environment: usize, job: usize) -> i64 {
        self.minutes[environment][job].lead
    }

    fn round(&self, environment: usize, job: usize) -> i64 {
        self.minutes[environment][job].lead
    }

    fn look(&self, environment: usize, job: usize) -> i64 {
        self.minutes[environment][job].look
    }
}
