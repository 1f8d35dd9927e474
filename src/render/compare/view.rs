//! What a comparison shows, finished: a row for each number, a column for each plan.

use serde::Serialize;

use crate::compare::CalendarFigures;
use crate::compare::Candidate;
use crate::compare::Comparison;
use crate::compare::Figures;
use crate::compare::Outcome;
use crate::estimate::DoesNotFit;

use super::super::view::clock;

/// A comparison.
#[derive(Debug, Serialize)]
pub(super) struct ComparisonView {
    /// The environments that work is counted in.
    pub(super) environments: String,
    /// The first day; empty where none was given.
    pub(super) start: String,
    /// Every plan: its target and its strategy.
    pub(super) columns: Vec<Column>,
    /// Every number, with a value for each column.
    pub(super) rows: Vec<Row>,
    /// What leads nowhere, and why.
    pub(super) others: Vec<Other>,
    /// What fits into no window.
    pub(super) unfit: Vec<String>,
}

/// A plan.
#[derive(Debug, Serialize)]
pub(super) struct Column {
    /// The release that it leads to.
    pub(super) target: String,
    /// Its strategy.
    pub(super) strategy: &'static str,
}

/// A number of every plan.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// What it counts.
    pub(super) what: &'static str,
    /// The values.
    pub(super) values: Vec<String>,
}

/// A target without a plan.
#[derive(Debug, Serialize)]
pub(super) struct Other {
    /// The target as it was asked for.
    pub(super) to: String,
    /// The strategies that do not lead there.
    pub(super) strategies: Vec<&'static str>,
    /// Why.
    pub(super) reason: String,
    /// What would open a way.
    pub(super) ways_out: Vec<String>,
}

type Value = fn(&Figures) -> String;
type CalendarValue = fn(&CalendarFigures) -> String;

/// The numbers that every plan has.
const ALWAYS: [(&str, Value); 6] = [
    ("Hops", |figures| figures.hops.to_string()),
    ("Steps", |figures| figures.steps.to_string()),
    ("Node drains", |figures| figures.drains.to_string()),
    ("etcd restarts", |figures| figures.etcd_restarts.to_string()),
    ("Work (h:mm)", |figures| clock(figures.work_minutes.likely)),
    ("Hands-on (h:mm)", |figures| clock(figures.hands_on_minutes.likely)),
];

/// The numbers that need a calendar.
const CALENDAR: [(&str, CalendarValue); 7] = [
    ("Windows", |figures| figures.windows.to_string()),
    ("Window time (h:mm)", |figures| clock(figures.window_minutes)),
    ("Calendar days, P50", |figures| figures.calendar_days.p50.to_string()),
    ("Calendar days, P90", |figures| figures.calendar_days.p90.to_string()),
    ("Done safely (P90)", |figures| figures.finish.p90.to_string()),
    ("Days past end of life", |figures| figures.days_past_end_of_life.to_string()),
    ("Support left (P90), days", |figures| {
        let left = figures.support_left.as_ref();
        left.map_or_else(|| "not known".to_owned(), |left| left.p90.to_string())
    }),
];

/// Hazards, by severity.
const HAZARDS: [(&str, Value); 4] = [
    ("Blockers", |figures| figures.hazards.blocker.to_string()),
    ("Action required", |figures| figures.hazards.action_required.to_string()),
    ("Changes to look at", |figures| figures.hazards.warning.to_string()),
    ("Good to know", |figures| figures.hazards.info.to_string()),
];

impl ComparisonView {
    pub(super) fn new(comparison: &Comparison) -> Self {
        let plans: Vec<(&Candidate, &Figures)> = comparison
            .candidates
            .iter()
            .filter_map(|candidate| match &candidate.outcome {
                Outcome::Plan(figures) => Some((candidate, &**figures)),
                Outcome::NothingToDo(_) | Outcome::NoPath(_) => None,
            })
            .collect();
        let row = |what: &'static str, value: &dyn Fn(&Figures) -> String| Row {
            what,
            values: plans.iter().map(|(_, figures)| value(figures)).collect(),
        };
        let mut rows: Vec<Row> = ALWAYS.iter().map(|(what, value)| row(what, value)).collect();
        if comparison.start.is_some() {
            rows.extend(CALENDAR.iter().enumerate().map(|(place, (what, value))| {
                row(what, &|figures| match &figures.calendar {
                    Some(calendar) => value(calendar),
                    None if place == 0 => "too short".to_owned(),
                    None => "-".to_owned(),
                })
            }));
        }
        rows.extend(HAZARDS.iter().map(|(what, value)| row(what, value)));
        let columns = plans.iter().map(|(candidate, figures)| Column {
            target: figures.target.to_string(),
            strategy: candidate.strategy.name(),
        });
        Self {
            environments: comparison.environments.join(", "),
            start: comparison.start.map_or_else(String::new, |start| start.to_string()),
            columns: columns.collect(),
            rows: if plans.is_empty() { Vec::new() } else { rows },
            others: others(&comparison.candidates),
            unfit: plans
                .iter()
                .flat_map(|(candidate, figures)| unfit(candidate, figures))
                .collect(),
        }
    }

    /// How much a template has to write.
    pub(super) fn size(&self) -> u64 {
        (self.rows.len() * (1 + self.columns.len()) + self.others.len()) as u64
    }
}

/// What leads nowhere; strategies with the same reason are told once.
fn others(candidates: &[Candidate]) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
    for candidate in candidates {
        let (reason, ways_out) = match &candidate.outcome {
            Outcome::Plan(_) => continue,
            Outcome::NothingToDo(text) => (text.clone(), Vec::new()),
            Outcome::NoPath(reason) => (reason.summary.clone(), reason.ways_out.clone()),
        };
        let strategy = candidate.strategy.name();
        let same =
            others.iter_mut().find(|other| other.to == candidate.to && other.reason == reason);
        match same {
            Some(other) => other.strategies.push(strategy),
            None => others.push(Other {
                to: candidate.to.clone(),
                strategies: vec![strategy],
                reason,
                ways_out,
            }),
        }
    }
    others
}

fn unfit(candidate: &Candidate, figures: &Figures) -> Vec<String> {
    let each = figures.does_not_fit.iter().map(|unfit| {
        let DoesNotFit { environment, steps, needs_minutes, longest_minutes, .. } = unfit;
        let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
        format!(
            "{} with {}: {} in {environment} needs {needs_minutes} minutes at worst, the longest window has {longest_minutes}",
            figures.target,
            candidate.strategy.name(),
            steps.join(", "),
        )
    });
    each.collect()
}
