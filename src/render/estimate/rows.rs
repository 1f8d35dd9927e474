//! A hop in an environment, its windows, and the sums of all of them.

use serde::Serialize;

use crate::estimate::EnvironmentEstimate;
use crate::estimate::Estimate;
use crate::estimate::HopEstimate;
use crate::estimate::Instant;
use crate::estimate::WindowUse;
use crate::plan::Duration;

use super::super::text::steps;
use super::super::view::clock;
use super::text::moment;
use super::text::weekday_moment;

/// A moment, in two forms.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MilestoneView {
    /// `2027-01-11 09:00`.
    pub short: String,
    /// `Mon 2027-01-11 09:00`.
    pub long: String,
}

impl MilestoneView {
    pub(super) fn new(at: &Instant) -> Self {
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
    pub(super) fn new(hop: Option<&HopEstimate>, entry: &EnvironmentEstimate) -> Self {
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
    pub(super) fn new(number: usize, window: &WindowUse) -> Self {
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
