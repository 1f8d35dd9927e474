//! What a document shows of a schedule, finished. A field that does not apply is empty.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::estimate::Answer;
use crate::estimate::Deadline;
use crate::estimate::EnvironmentEstimate;
use crate::estimate::Estimate;
use crate::estimate::HopEstimate;
use crate::estimate::Instant;
use crate::estimate::Milestone;
use crate::estimate::PastEndOfLife;
use crate::estimate::Percentiles;
use crate::estimate::Support;
use crate::estimate::Weight;
use crate::estimate::WindowUse;
use crate::finding::Finding;
use crate::plan::Duration;
use crate::version::MinorVersion;

use super::super::view::clock;
use super::text::days;
use super::text::moment;
use super::text::steps;
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

/// A moment, in two forms.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MilestoneView {
    /// `2027-01-11 09:00`.
    pub short: String,
    /// `Mon 2027-01-11 09:00`.
    pub long: String,
}

impl MilestoneView {
    fn new(at: &Instant) -> Self {
        Self { short: moment(at), long: weekday_moment(at) }
    }
}

/// A hop in an environment.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduleRow {
    /// The number of the hop; 0 for the steps after the last one.
    pub hop: u32,
    /// The version before; empty after the last hop.
    pub from: String,
    /// The version after; empty after the last hop.
    pub to: String,
    /// The environment.
    pub environment: String,
    /// When its first step begins.
    pub start: MilestoneView,
    /// When its last step has ended, the soak included.
    pub end: MilestoneView,
    /// The day by which half of all runs have finished it.
    pub p50: String,
    /// The day by which nine tenths of all runs have finished it.
    pub p90: String,
    /// Windows that no earlier row counts.
    pub windows: u64,
    /// Their time, `h:mm`.
    pub window_time: String,
    /// Work, `h:mm`.
    pub work: String,
    /// Work when everything goes well, `h:mm`.
    pub work_low: String,
    /// Work when it is hard, `h:mm`.
    pub work_high: String,
    /// Time in which a person is busy, `h:mm`.
    pub hands_on: String,
    /// Time in which the cluster is watched, `h:mm`.
    pub soak: String,
    /// Nodes that are upgraded in windows.
    pub nodes: u64,
    /// The windows, in order.
    pub uses: Vec<WindowView>,
}

/// The sums of all rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RowTotals {
    /// Windows.
    pub windows: u64,
    /// Their time, `h:mm`.
    pub window_time: String,
    /// Work, `h:mm`.
    pub work: String,
    /// Work when everything goes well, `h:mm`.
    pub work_low: String,
    /// Work when it is hard, `h:mm`.
    pub work_high: String,
    /// Time in which a person is busy, `h:mm`.
    pub hands_on: String,
    /// Time in which the cluster is watched, `h:mm`.
    pub soak: String,
    /// Nodes that are upgraded in windows.
    pub nodes: u64,
}

/// A maintenance window.
#[derive(Debug, Clone, Serialize)]
pub struct WindowView {
    /// Its number among those of the row, from 1.
    pub number: usize,
    /// When it opens.
    pub start: MilestoneView,
    /// When it closes.
    pub end: MilestoneView,
    /// Its length, `h:mm`.
    pub length: String,
    /// The work that is likely in it, `h:mm`.
    pub work: String,
    /// Nodes that are upgraded in it.
    pub nodes: u64,
    /// The steps that are done in it.
    pub steps: String,
    /// Whether an earlier row has counted it.
    pub counted_before: bool,
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

/// A version past its end of life.
#[derive(Debug, Clone, Serialize)]
pub struct PastView {
    /// Where.
    pub environment: String,
    /// `kube-apiserver` or `kubelet`.
    pub component: String,
    /// The minor.
    pub minor: String,
    /// The last day with patches.
    pub end_of_life: String,
    /// The first day without.
    pub from: String,
    /// The last day on which it runs.
    pub to: String,
    /// How many days.
    pub days: i64,
}

/// A minor past its end of life.
#[derive(Debug, Clone, Serialize)]
pub struct PastMinorView {
    /// The minor.
    pub minor: String,
    /// The last day with patches.
    pub end_of_life: String,
    /// The first day on which anything runs it without patches.
    pub from: String,
    /// The last day on which anything runs it.
    pub to: String,
    /// Whether something still runs it when everything is done.
    pub stays: bool,
}

/// Whether a date holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeadlineView {
    /// `Deadline`, or `End of life of 1.27`; empty where none was asked for.
    pub name: String,
    /// The last day; empty where none was asked for.
    pub date: String,
    /// What must have happened by then.
    pub what: String,
    /// When it has, safely.
    pub reached: String,
    /// Whether that is in time.
    pub holds: bool,
    /// By how much it is late; empty where it holds.
    pub late: String,
    /// Until when one may start, as a sentence.
    pub latest_start: String,
    /// What was tried where it does not hold, the least change first.
    pub relaxations: Vec<RelaxationView>,
    /// The one sentence to take away: what helps, or that nothing does; empty where it holds.
    pub advice: String,
}

/// A change of what was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct RelaxationView {
    /// What is changed.
    pub change: String,
    /// When the goal is reached with it, safely.
    pub reached: String,
    /// What that gains.
    pub gains: String,
    /// Whether the date holds with it.
    pub holds: bool,
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
            past: past(&estimate.support),
            past_minors: past_minors(&estimate.support),
            past_days: estimate.support.days_past_end_of_life,
            target: target(&estimate.support),
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

/// Every hop in every environment, and the closing.
pub(super) fn entries(estimate: &Estimate) -> Vec<(Option<&HopEstimate>, &EnvironmentEstimate)> {
    let hops = estimate
        .hops
        .iter()
        .flat_map(|hop| hop.environments.iter().map(move |entry| (Some(hop), entry)));
    let closing = estimate.closing.iter().filter(|entry| !entry.steps.is_empty());
    hops.chain(closing.map(|entry| (None, entry))).collect()
}

impl ScheduleRow {
    fn new(hop: Option<&HopEstimate>, entry: &EnvironmentEstimate) -> Self {
        let Duration { low, likely, high } = entry.work_minutes;
        let version = |of: fn(&HopEstimate) -> String| hop.map(of).unwrap_or_default();
        let uses = entry.windows_used.iter().enumerate();
        Self {
            hop: hop.map_or(0, |hop| hop.number),
            from: version(|hop| hop.from.to_string()),
            to: version(|hop| hop.to.to_string()),
            environment: entry.name.clone(),
            start: MilestoneView::new(&entry.start),
            end: MilestoneView::new(&entry.end),
            p50: entry.finish.p50.date().to_string(),
            p90: entry.finish.p90.date().to_string(),
            windows: entry.windows,
            window_time: clock(entry.window_minutes),
            work: clock(likely),
            work_low: clock(low),
            work_high: clock(high),
            hands_on: clock(entry.hands_on_minutes.likely),
            soak: clock(entry.soak_minutes),
            nodes: entry.windows_used.iter().map(|window| window.nodes).sum(),
            uses: uses.map(|(place, window)| WindowView::new(place + 1, window)).collect(),
        }
    }
}

impl WindowView {
    fn new(number: usize, window: &WindowUse) -> Self {
        Self {
            number,
            start: MilestoneView::new(&window.start),
            end: MilestoneView::new(&window.end),
            length: clock(window.minutes),
            work: clock(window.work_minutes),
            nodes: window.nodes,
            steps: steps(&window.steps),
            counted_before: window.counted_before,
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

fn past(support: &Support) -> Vec<PastView> {
    let each = support.past_end_of_life.iter().map(|past| PastView {
        environment: past.environment.clone(),
        component: past.component.to_string(),
        minor: past.minor.to_string(),
        end_of_life: past.end_of_life.to_string(),
        from: past.from.to_string(),
        to: past.to.to_string(),
        days: past.days,
    });
    each.collect()
}

fn past_minors(support: &Support) -> Vec<PastMinorView> {
    let mut minors: BTreeMap<MinorVersion, Vec<&PastEndOfLife>> = BTreeMap::new();
    for past in &support.past_end_of_life {
        minors.entry(past.minor).or_default().push(past);
    }
    let each = minors.into_iter().filter_map(|(minor, all)| {
        Some(PastMinorView {
            minor: minor.to_string(),
            end_of_life: all.first()?.end_of_life.to_string(),
            from: all.iter().map(|past| past.from).min()?.to_string(),
            to: all.iter().map(|past| past.to).max()?.to_string(),
            stays: all.iter().any(|past| past.stays),
        })
    });
    each.collect()
}

fn target(support: &Support) -> String {
    let target = &support.target;
    match (&target.end_of_life, &target.days_left) {
        (Some(end), Some(Percentiles { p90, .. })) if *p90 < 0 => {
            format!("{} is past its end of life ({end}) at the safe finish", target.minor)
        }
        (Some(end), Some(Percentiles { p90, .. })) => {
            format!(
                "{} gets patches until {end}, {} after the safe finish",
                target.minor,
                days(*p90)
            )
        }
        _ => format!("the catalog does not know until when {} gets patches", target.minor),
    }
}

impl DeadlineView {
    /// `None` for an end of life that nobody asked for and that is past before anything begins: the
    /// days past it say it all.
    fn new(deadline: &Deadline, estimate: &Estimate) -> Option<Self> {
        let asked = deadline.milestone == Milestone::Finish;
        if deadline.past_at_start && !asked {
            return None;
        }
        let latest_start = match deadline.latest_start {
            _ if deadline.past_at_start => "the day is past before anything begins".to_owned(),
            Some(day) => format!("the latest start that holds is {}", weekday(day)),
            None => "no start in the two years before holds".to_owned(),
        };
        let relaxations = deadline.relaxations.iter().map(|relaxation| RelaxationView {
            change: relaxation.change.clone(),
            reached: weekday(relaxation.reached.date()),
            gains: days(relaxation.days_gained),
            holds: relaxation.holds,
        });
        Some(Self {
            name: if asked {
                "Deadline".to_owned()
            } else {
                format!("End of life of {}", estimate.from.minor())
            },
            date: weekday(deadline.date),
            what: match deadline.milestone {
                Milestone::Finish => "everything is done".to_owned(),
                Milestone::LeavesTheFirstMinor => {
                    "the last environment leaves the first minor".to_owned()
                }
            },
            reached: weekday(deadline.reached.date()),
            holds: deadline.holds,
            late: if deadline.holds { String::new() } else { days(deadline.days_late) },
            latest_start,
            relaxations: relaxations.collect(),
            advice: advice(deadline),
        })
    }
}

fn advice(deadline: &Deadline) -> String {
    let most = || deadline.relaxations.iter().max_by_key(|relaxation| relaxation.days_gained);
    match deadline.relaxations.iter().find(|relaxation| relaxation.holds) {
        _ if deadline.holds || deadline.past_at_start => String::new(),
        Some(relaxation) => format!("it holds with {}", relaxation.change),
        None => match most() {
            Some(most) => format!(
                "impossible with any one change that was tried; {} gains the most, {}",
                most.change,
                days(most.days_gained)
            ),
            None => "impossible: nothing that was tried helps".to_owned(),
        },
    }
}
