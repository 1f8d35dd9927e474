//! What a document shows of a schedule, finished. A field that does not apply is empty.

use serde::Serialize;

use crate::estimate::Answer;
use crate::estimate::Estimate;
use crate::estimate::Weight;
use crate::finding::Finding;
use crate::plan::Duration;

use super::super::view::clock;
use super::dates;
use super::dates::DeadlineView;
use super::dates::PastMinorView;
use super::dates::PastView;
use super::rows::MilestoneView;
use super::rows::RowTotals;
use super::rows::ScheduleRow;
use super::rows::entries;
use super::text::days;
use super::text::weekday;
use super::text::weekday_moment;

/// Findings that a document tells in a part of its own: support and deadline.
const TOLD: [&str; 3] = ["EST002", "EST003", "EST004"];

/// The schedule of a plan, where one was asked for.
#[derive(Debug, Default, Serialize)]
pub struct ScheduleView {
    /// Whether a start was given.
    pub asked: bool,
    /// Whether everything fits into windows; `estimate` is empty where it does not.
    pub fits: bool,
    /// When things happen.
    pub estimate: EstimateView,
    /// What does not fit, or what should be looked at beside support and deadline, which stand in
    /// `estimate`; worst first.
    pub findings: Vec<Finding>,
}

/// When a plan can happen.
#[derive(Debug, Default, Serialize)]
pub struct EstimateView {
    /// The name of the plan.
    pub plan: String,
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
    /// The zone of every time.
    pub timezone: String,
    /// The first day.
    pub start: String,
    /// When the first step begins.
    pub begins: MilestoneView,
    /// When everything is done, with the minutes that are likely.
    pub ends: MilestoneView,
    /// The day that half of all runs do not exceed.
    pub p50: String,
    /// The day that nine tenths of all runs do not exceed.
    pub p90: String,
    /// Days from the start to `p50`, both counted.
    pub days_p50: i64,
    /// Days from the start to `p90`, both counted.
    pub days_p90: i64,
    /// A row for each hop and environment, and for the steps after the last hop.
    pub rows: Vec<ScheduleRow>,
    /// Their sums.
    pub total: RowTotals,
    /// Freezes and holidays on the way.
    pub freezes: Vec<FreezeView>,
    /// What the end depends on, the heaviest first.
    pub weighs: Vec<WeightView>,
    /// Days on which versions run past their end of life, by environment and component.
    pub past: Vec<PastView>,
    /// The same by minor, over all environments and components.
    pub past_minors: Vec<PastMinorView>,
    /// How many days that are, each counted once.
    pub past_days: i64,
    /// How long the target gets patches.
    pub target: String,
    /// Whether a date holds; its `date` is empty where none was asked for.
    pub deadline: DeadlineView,
    /// What the runs were drawn from.
    pub seed: u64,
    /// How many runs.
    pub runs: u32,
}

/// A freeze or a holiday.
#[derive(Debug, Clone, Serialize)]
pub struct FreezeView {
    /// What it is for.
    pub name: String,
    /// Its first moment.
    pub start: String,
    /// The first moment after it.
    pub end: String,
    /// The environments; empty where it holds for all.
    pub environments: Vec<String>,
}

/// What the end depends on.
#[derive(Debug, Clone, Serialize)]
pub struct WeightView {
    /// The assumption.
    pub assumption: String,
    /// What happens to it.
    pub change: String,
    /// By how much the end moves: days, or hours where it stays on its day.
    pub moves: String,
}

impl ScheduleView {
    /// The view of an answer; not asked for where there is none.
    pub fn new(answer: Option<&Answer>) -> Self {
        let sorted = |findings: &[Finding]| {
            let told = |finding: &&Finding| !TOLD.contains(&finding.code);
            let mut findings: Vec<Finding> = findings.iter().filter(told).cloned().collect();
            findings.sort_by_key(|finding| finding.severity);
            findings
        };
        match answer {
            None => Self::default(),
            Some(Answer::DoesNotFit(_, findings)) => {
                Self { asked: true, findings: sorted(findings), ..Self::default() }
            }
            Some(Answer::Estimate(estimate)) => Self {
                asked: true,
                fits: true,
                findings: sorted(&estimate.findings),
                estimate: EstimateView::new(estimate),
            },
        }
    }

    /// How much a template has to write.
    pub(in crate::render) fn size(&self) -> u64 {
        let windows: usize = self.estimate.rows.iter().map(|row| row.uses.len()).sum();
        (windows + self.estimate.rows.len() + self.findings.len()) as u64
    }

    /// The rows of a hop.
    pub(in crate::render) fn of_hop(&self, number: u32) -> Vec<ScheduleRow> {
        self.estimate.rows.iter().filter(|row| row.hop == number).cloned().collect()
    }
}

impl EstimateView {
    /// The view of an estimate.
    pub fn new(estimate: &Estimate) -> Self {
        let mut rows = Vec::new();
        let (mut soak, mut nodes) = (0, 0);
        let entries = entries(estimate);
        for (hop, entry) in &entries {
            soak += entry.soak_minutes;
            nodes += entry.windows_used.iter().map(|window| window.nodes).sum::<u64>();
            rows.push(ScheduleRow::new(*hop, entry));
        }
        let first = entries.iter().map(|(_, entry)| &entry.start).min_by_key(|at| at.minute());
        let total = &estimate.total;
        let Duration { low, likely, high } = total.work_minutes;
        Self {
            plan: estimate.plan.clone(),
            from: estimate.from.to_string(),
            to: estimate.to.to_string(),
            timezone: estimate.timezone.clone(),
            start: weekday(estimate.start.date()),
            begins: MilestoneView::new(first.unwrap_or(&estimate.start)),
            ends: MilestoneView::new(&estimate.end),
            p50: weekday(estimate.finish.p50.date()),
            p90: weekday(estimate.finish.p90.date()),
            days_p50: total.calendar_days.p50,
            days_p90: total.calendar_days.p90,
            rows,
            total: RowTotals {
                windows: total.windows,
                window_time: clock(total.window_minutes),
                work: clock(likely),
                work_low: clock(low),
                work_high: clock(high),
                hands_on: clock(total.hands_on_minutes.likely),
                soak: clock(soak),
                nodes,
            },
            freezes: freezes(estimate),
            weighs: estimate.weighs.iter().map(WeightView::new).collect(),
            past: dates::past(&estimate.support),
            past_minors: dates::past_minors(&estimate.support),
            past_days: estimate.support.days_past_end_of_life,
            target: dates::target(&estimate.support),
            deadline: estimate
                .deadline
                .as_ref()
                .and_then(|deadline| DeadlineView::new(deadline, estimate))
                .unwrap_or_default(),
            seed: estimate.seed,
            runs: estimate.runs,
        }
    }
}

fn freezes(estimate: &Estimate) -> Vec<FreezeView> {
    let each = estimate.freezes.iter().map(|freeze| FreezeView {
        name: freeze.name.clone(),
        start: weekday_moment(&freeze.start),
        end: weekday_moment(&freeze.end),
        environments: freeze.environments.clone(),
    });
    each.collect()
}

impl WeightView {
    fn new(weight: &Weight) -> Self {
        let moves = match weight.days {
            0 => format!("{} (h:mm)", clock(weight.minutes.unsigned_abs())),
            count => days(count.abs()),
        };
        let sign = if weight.minutes < 0 { "earlier" } else { "later" };
        Self {
            assumption: weight.assumption.clone(),
            change: weight.change.clone(),
            moves: format!("{moves} {sign}"),
        }
    }
}
