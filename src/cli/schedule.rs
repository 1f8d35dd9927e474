//! The schedule of a plan, for every command that shows one: calendar and durations are read once,
//! and any number of plans is asked about.

use jiff::civil::Date;

use crate::catalog::Releases;
use crate::diagnostic::Diagnostic;
use crate::estimate;
use crate::estimate::Answer;
use crate::estimate::Calendar;
use crate::estimate::DeadlineQuestion;
use crate::estimate::EstimateProfile;
use crate::estimate::Request;
use crate::estimate::calendar;
use crate::estimate::calendar::ics;
use crate::estimate::profile;
use crate::plan::Plan;

use super::args::ScheduleArguments;
use super::input;

/// When work may happen, and how long it takes: the flags, checked and read.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) start: Date,
    pub(super) calendar: Calendar,
    profile: EstimateProfile,
    seed: u64,
    runs: u32,
}

/// What is asked besides when things happen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Question<'a> {
    /// Which date must be held.
    pub(super) deadline: DeadlineQuestion,
    /// Other plans to the same end, by name, for what would help.
    pub(super) alternatives: &'a [(String, Plan)],
}

impl Schedule {
    /// Reads what the flags name; `None` without `--start`.
    pub(super) fn read(arguments: &ScheduleArguments) -> Result<Option<Self>, Diagnostic> {
        let Some(start) = arguments.start else { return Ok(None) };
        let profile = match &arguments.estimates {
            Some(path) => profile::read(&input::read(path)?)?,
            None => EstimateProfile::default(),
        };
        Ok(Some(Self {
            start,
            calendar: calendar_of(arguments)?,
            profile,
            seed: arguments.seed,
            runs: arguments.runs,
        }))
    }

    /// When a plan can happen.
    pub(super) fn answer(
        &self,
        plan: &Plan,
        releases: &Releases,
        question: Question<'_>,
    ) -> Result<Answer, Diagnostic> {
        let Self { start, calendar, profile, seed, runs } = self;
        estimate::estimate(&Request {
            plan,
            calendar,
            profile,
            releases,
            start: *start,
            deadline: question.deadline,
            alternatives: question.alternatives,
            seed: *seed,
            runs: *runs,
        })
    }
}

fn calendar_of(arguments: &ScheduleArguments) -> Result<Calendar, Diagnostic> {
    let mut calendar = match &arguments.calendar {
        Some(path) => calendar::read(&input::read(path)?)?,
        None => Calendar::embedded()?,
    };
    for path in &arguments.holidays {
        calendar.holidays.extend(ics::holidays(&input::read(path)?)?);
    }
    for path in &arguments.freezes {
        let freezes = ics::freezes(&input::read(path)?, &calendar.timezone)?;
        calendar.freezes.extend(freezes);
    }
    Ok(calendar)
}
