//! The closing report: what was planned against what was done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::version::KubernetesVersion;

use super::document::Entry;
use super::document::Outcome;
use super::document::Record;
use super::standing::Standing;
use super::standing::Standings;
use super::standing::State;

/// What was planned against what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The name of the plan.
    pub plan: String,
    /// The digest of what it says.
    pub digest: String,
    /// Whether every step is done or skipped.
    pub complete: bool,
    /// The whole in numbers.
    pub totals: Totals,
    /// The hops, and last what comes after them.
    pub hops: Vec<HopReport>,
    /// Every step of the plan, in its order.
    pub steps: Vec<StepReport>,
    /// Steps that took less or more than the plan's range, or that failed, were skipped or signed
    /// more than once.
    pub deviations: Vec<StepId>,
    /// Steps that are neither done nor skipped.
    pub open: Vec<StepId>,
    /// Who signed, by name.
    pub signers: Vec<Signer>,
}

/// The whole in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Steps of the plan.
    pub steps: u64,
    /// Steps that are done.
    pub done: u64,
    /// Steps that were left out on purpose.
    pub skipped: u64,
    /// Steps whose last try failed.
    pub failed: u64,
    /// Steps that nobody has signed.
    pub open: u64,
    /// Tries that failed, those of steps that were done later among them.
    pub failed_tries: u64,
    /// What it took and what was estimated.
    pub time: ActualTime,
}

/// What it took against what was estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActualTime {
    /// Minutes of all steps that are done and whose beginning was recorded, every try of them.
    pub minutes: u64,
    /// How many steps those are.
    pub measured: u64,
    /// What the plan estimates for just those steps.
    pub estimated: Duration,
    /// What the plan estimates for all its steps.
    pub planned: Duration,
}

impl ActualTime {
    fn add(&mut self, step: &Step, report: &StepReport) {
        self.planned = self.planned.plus(step.duration);
        if let (State::Done, Some(minutes)) = (report.state, report.minutes) {
            self.minutes += minutes;
            self.measured += 1;
            self.estimated = self.estimated.plus(step.duration);
        }
    }
}

/// A hop, or what comes after the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HopReport {
    /// The number of the hop; absent for the steps after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<KubernetesVersion>,
    /// The version after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<KubernetesVersion>,
    /// Steps of the hop.
    pub steps: u64,
    /// Those that are done or skipped.
    pub settled: u64,
    /// The first time in its entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// The last time in its entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// What it took and what was estimated.
    pub time: ActualTime,
}

/// A step of the plan and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// The step.
    pub step: StepId,
    /// What it does.
    pub title: String,
    /// How it stands.
    pub state: State,
    /// Who signed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Minutes from start to end of every try, where all starts were recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
    /// Where no start was recorded: minutes since the entry before. It cannot have taken more, if
    /// nobody worked on two steps at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// What the plan estimates.
    pub estimated: Duration,
    /// How the minutes compare with the estimate, of a step that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// How often it was signed.
    pub entries: u64,
    /// How many of those are failures.
    pub failed_tries: u64,
    /// What was noted, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How the time that a step took compares with its estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// Less than the estimate's low end.
    Faster,
    /// Within the estimate.
    Within,
    /// More than the estimate's high end.
    Slower,
}

/// Somebody who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The name.
    pub name: String,
    /// How often as done.
    pub done: u64,
    /// How often as failed.
    pub failed: u64,
    /// How often as skipped.
    pub skipped: u64,
}

impl Report {
    /// `record` must have been read for `plan`.
    pub fn new(plan: &Plan, record: &Record) -> Self {
        let standings = Standings::new(plan, record);
        let mut totals = Totals::default();
        let mut hops: Vec<HopReport> = Vec::new();
        let mut steps: Vec<StepReport> = Vec::new();
        for (number, step) in plan.steps() {
            if hops.last().is_none_or(|hop| hop.number != number) {
                hops.push(HopReport::empty(plan, number));
            }
            let standing = standings.of(step.id);
            let report = StepReport::new(step, &standing, &record.entries);
            totals.count(&report);
            totals.time.add(step, &report);
            if let Some(hop) = hops.last_mut() {
                hop.add(step, &standing, &report);
            }
            steps.push(report);
        }
        let pick = |wanted: fn(&StepReport) -> bool| {
            let found = steps.iter().filter(|report| wanted(report));
            found.map(|report| report.step).collect::<Vec<_>>()
        };
        let open = pick(|report| !report.state.is_settled());
        Self {
            plan: record.plan.name.clone(),
            digest: record.plan.digest.clone(),
            complete: open.is_empty(),
            totals,
            deviations: pick(StepReport::deviates),
            open,
            hops,
            steps,
            signers: signers(&record.entries),
        }
    }
}

impl Totals {
    fn count(&mut self, report: &StepReport) {
        self.steps += 1;
        self.failed_tries += report.failed_tries;
        let counter = match report.state {
            State::Open => &mut self.open,
            State::Done => &mut self.done,
            State::Failed => &mut self.failed,
            State::Skipped => &mut self.skipped,
        };
        *counter += 1;
    }
}

impl HopReport {
    fn empty(plan: &Plan, number: Option<u32>) -> Self {
        let hop = plan.hops.iter().find(|hop| Some(hop.number) == number);
        Self {
            number,
            from: hop.map(|hop| hop.from.clone()),
            to: hop.map(|hop| hop.to.clone()),
            steps: 0,
            settled: 0,
            began: None,
            ended: None,
            time: ActualTime::default(),
        }
    }

    fn add(&mut self, step: &Step, standing: &Standing<'_>, report: &StepReport) {
        self.steps += 1;
        self.settled += u64::from(report.state.is_settled());
        self.time.add(step, report);
        for entry in &standing.entries {
            let began = entry.started.unwrap_or(entry.at);
            self.began = Some(self.began.map_or(began, |known| known.min(began)));
            self.ended = Some(self.ended.map_or(entry.at, |known| known.max(entry.at)));
        }
    }
}

impl StepReport {
    fn new(step: &Step, standing: &Standing<'_>, all: &[Entry]) -> Self {
        let tries = &standing.entries;
        let minutes: Option<u64> = tries
            .iter()
            .map(|entry| entry.minutes())
            .sum::<Option<u64>>()
            .filter(|_| !tries.is_empty());
        let last = standing.last();
        let done = standing.state == State::Done;
        let pace = minutes.filter(|_| done).map(|minutes| {
            let Duration { low, likely: _, high } = step.duration;
            match minutes {
                minutes if minutes < low => Pace::Faster,
                minutes if minutes > high => Pace::Slower,
                _ => Pace::Within,
            }
        });
        let count = |wanted| tries.iter().filter(|entry| entry.result == wanted).count() as u64;
        Self {
            step: step.id,
            title: step.title.clone(),
            state: standing.state,
            by: last.map(|entry| entry.by.clone()),
            at: last.map(|entry| entry.at),
            minutes,
            at_most: last.filter(|_| minutes.is_none()).and_then(|last| since_before(last, all)),
            estimated: step.duration,
            pace,
            entries: tries.len() as u64,
            failed_tries: count(Outcome::Failed),
            notes: tries.iter().filter_map(|entry| entry.note.clone()).collect(),
        }
    }

    fn deviates(&self) -> bool {
        let odd = matches!(self.pace, Some(Pace::Faster | Pace::Slower));
        odd || self.failed_tries > 0 || self.entries > 1 || self.state == State::Skipped
    }
}

/// Minutes since the entry before, rounded up, where it lies before.
fn since_before(entry: &Entry, all: &[Entry]) -> Option<u64> {
    let place = usize::try_from(entry.sequence).ok()?.checked_sub(2)?;
    let seconds = entry.at.as_second() - all.get(place)?.at.as_second();
    u64::try_from(seconds).ok().map(|seconds| seconds.div_ceil(60))
}

fn signers(entries: &[Entry]) -> Vec<Signer> {
    let mut names: BTreeMap<&str, Signer> = BTreeMap::new();
    for entry in entries {
        let signer = names.entry(&entry.by).or_insert_with(|| Signer {
            name: entry.by.clone(),
            done: 0,
            failed: 0,
            skipped: 0,
        });
        let counter = match entry.result {
            Outcome::Done => &mut signer.done,
            Outcome::Failed => &mut signer.failed,
            Outcome::Skipped => &mut signer.skipped,
        };
        *counter += 1;
    }
    names.into_values().collect()
}
