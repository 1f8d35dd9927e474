//! Whether a date can be held, until when one may start for it, and what would help if not.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::version::MinorVersion;

use super::Request;
use super::calendar::Calendar;
use super::calendar::Day;
use super::calendar::Window;
use super::keys::Table;
use super::minutes::Minute;
use super::model::Horizon;
use super::model::Model;
use super::outcome::Deadline;
use super::outcome::Instant;
use super::outcome::Milestone;
use super::outcome::Relaxation;
use super::simulate::Draws;
use super::simulate::percentile;
use super::support;
use super::support::days;

/// How far before the deadline a start is looked for, in days: two years.
const LOOK_BACK: i64 = 731;

/// What is to be reached, and by when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    pub(super) date: Date,
    pub(super) milestone: Milestone,
    /// The minor that the milestone is about.
    pub(super) minor: MinorVersion,
}

/// A plan with its draws, to ask for other starts.
struct Runs<'a> {
    model: &'a Model<'a>,
    draws: &'a Draws,
    watched: Option<Watched>,
}

/// The jobs whose end is the milestone.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) environment: usize,
    pub(super) jobs: Vec<bool>,
}

impl Runs<'_> {
    /// When the milestone is reached in nine tenths of all runs.
    fn reached(&self, horizon: &mut Horizon<'_>, start: Minute) -> Result<Minute, Diagnostic> {
        let ends = horizon.run(|lines| {
            let (model, hops) = (self.model, self.model.hops());
            self.draws.ends(&model.program, lines, start, hops, self.watched.as_ref())
        })?;
        Ok(percentile(ends.milestone(), 90))
    }
}

/// The jobs to watch; `None` for the end of everything.
fn watched(model: &Model<'_>, goal: &Goal) -> Option<Watched> {
    match goal.milestone {
        Milestone::Finish => None,
        Milestone::LeavesTheFirstMinor => {
            let environment = model.works.len().checked_sub(1)?;
            let jobs = support::leaving(model, environment, goal.minor);
            jobs.contains(&true).then_some(Watched { environment, jobs })
        }
    }
}

/// The answer for a goal.
pub(super) fn answer(
    request: &Request<'_>,
    table: &Table,
    model: &Model<'_>,
    draws: &Draws,
    start: Minute,
    goal: &Goal,
) -> Result<Deadline, Diagnostic> {
    let zone = request.calendar.timezone.get();
    let date = |minute| Instant::new(minute, zone).date();
    let runs = Runs { model, draws, watched: watched(model, goal) };
    let mut horizon = Horizon::new(request.calendar, date(start));
    let reached = runs.reached(&mut horizon, start)?;
    let holds = date(reached) <= goal.date;
    let mut deadline = Deadline {
        date: goal.date,
        milestone: goal.milestone,
        reached: Instant::new(reached, zone),
        holds,
        days_late: days(goal.date, date(reached)).max(0),
        past_at_start: false,
        latest_start: None,
        relaxations: Vec::new(),
    };
    if goal.date < date(start) {
        deadline.past_at_start = true;
        return Ok(deadline); // nothing that is asked below helps
    }
    deadline.latest_start = latest_start(&runs, request.calendar, goal.date)?;
    if !holds {
        deadline.relaxations = relaxations(request, table, start, reached, goal)?;
    }
    Ok(deadline)
}

/// The latest day on which one may start. What begins later never ends earlier, so halving finds it.
fn latest_start(
    runs: &Runs<'_>,
    calendar: &Calendar,
    deadline: Date,
) -> Result<Option<Date>, Diagnostic> {
    let Ok(first) = deadline.checked_sub(LOOK_BACK.days()) else { return Ok(None) };
    let mut horizon = Horizon::new(calendar, first);
    let zone = calendar.timezone.get();
    let mut holds = |offset: i64| -> Result<bool, Diagnostic> {
        let Ok(day) = first.checked_add(offset.days()) else { return Ok(false) };
        let reached = runs.reached(&mut horizon, runs.model.midnight(day))?;
        Ok(Instant::new(reached, zone).date() <= deadline)
    };
    if !holds(0)? {
        return Ok(None);
    }
    let (mut good, mut bad) = (0, LOOK_BACK + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(middle)? {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Ok(first.checked_add(good.days()).ok())
}

/// Something to change about what was asked for.
struct Change {
    text: String,
    calendar: Calendar,
    plan: Option<usize>,
    more_parallel: u64,
}

/// What would help, the least change first.
fn relaxations(
    request: &Request<'_>,
    table: &Table,
    start: Minute,
    before: Minute,
    goal: &Goal,
) -> Result<Vec<Relaxation>, Diagnostic> {
    let zone = request.calendar.timezone.get();
    let date = |minute| Instant::new(minute, zone).date();
    let mut found = Vec::new();
    for change in changes(request) {
        let plan: &Plan = match change.plan.and_then(|index| request.alternatives.get(index)) {
            Some((_, plan)) => plan,
            None => request.plan,
        };
        let model =
            Model::new(plan, &change.calendar, request.profile, table, change.more_parallel);
        if !model.does_not_fit().is_empty() {
            continue;
        }
        let draws = Draws::new(&model.works, &model.names(), request.seed, request.runs);
        let runs = Runs { model: &model, draws: &draws, watched: watched(&model, goal) };
        let mut horizon = Horizon::new(&change.calendar, date(start));
        let reached = runs.reached(&mut horizon, start)?;
        if reached < before {
            found.push(Relaxation {
                change: change.text,
                reached: Instant::new(reached, zone),
                days_gained: days(date(reached), date(before)),
                holds: date(reached) <= goal.date,
            });
        }
    }
    Ok(found)
}

fn changes(request: &Request<'_>) -> Vec<Change> {
    let calendar = request.calendar;
    let mut changes = Vec::new();
    let mut change = |text: String, calendar: Calendar| {
        changes.push(Change { text, calendar, plan: None, more_parallel: 0 });
    };
    for (index, environment) in calendar.environments.iter().enumerate() {
        if let Some((window, day)) = one_more(&environment.windows) {
            let text = format!(
                "one more window a week in {}: {}, {} to {}",
                environment.name,
                day.name(),
                window.from,
                window.to
            );
            let mut more = calendar.clone();
            more.environments[index].windows.push(window);
            change(text, more);
        }
    }
    for (index, environment) in calendar.environments.iter().enumerate() {
        if environment.max_nodes_per_window.is_some() {
            let mut more = calendar.clone();
            more.environments[index].max_nodes_per_window = None;
            change(format!("no limit of nodes for a window of {}", environment.name), more);
        }
    }
    if !calendar.staging_ahead && calendar.environments.len() > 1 {
        let mut ahead = calendar.clone();
        ahead.staging_ahead = true;
        let first = &calendar.environments[0].name;
        change(format!("{first} begins a hop while the others finish the one before"), ahead);
    }
    changes.push(Change {
        text: "two nodes of a pool more at a time".to_owned(),
        calendar: calendar.clone(),
        plan: None,
        more_parallel: 2,
    });
    for (index, (name, _)) in request.alternatives.iter().enumerate() {
        changes.push(Change {
            text: format!("another plan: {name}"),
            calendar: calendar.clone(),
            plan: Some(index),
            more_parallel: 0,
        });
    }
    changes
}

/// The longest window on one more day of the week: the first on which none opens and none is open.
fn one_more(windows: &[Window]) -> Option<(Window, Day)> {
    let longest =
        windows.iter().max_by_key(|window| (window.length(), std::cmp::Reverse(window.from)))?;
    let free = |day: &Day| windows.iter().all(|window| !window.days.contains(day));
    let day = Day::ALL.into_iter().find(free)?;
    let mut more = longest.clone();
    more.days = [day].into();
    let mut with = windows.to_vec();
    with.push(more.clone());
    super::calendar::overlap(&with).is_none().then_some((more, day))
}
