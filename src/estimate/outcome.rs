//! The answer: when each hop happens in each environment, how much work it is, and how sure that is.
//! Types only; every view is made of them.
//!
//! Four numbers are told apart. *Work* is minutes in which something is done, by people or by scripts.
//! *Hands-on* is the part of it in which a person is busy. *Window* minutes are those of the
//! maintenance windows that are used, whole ones, for they have to be asked for. *Calendar days* are
//! the days from the first to the last, both counted. Sums are sums of what is printed: the work of an
//! environment is that of its steps, a step's that of its parts, the total that of all environments.

use std::fmt;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::Serializer;

use crate::component::Component;
use crate::finding::Finding;
use crate::name::PoolName;
use crate::plan::Duration;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::calendar::lines::timestamp;
use super::minutes::Minute;
use super::work::Needs;
use super::work::Part;

/// A moment, in the calendar's time zone; whole minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instant {
    minute: Minute,
    zone: TimeZone,
}

impl Instant {
    pub(super) fn new(minute: Minute, zone: &TimeZone) -> Self {
        Self { minute, zone: zone.clone() }
    }

    /// Minutes since 1970-01-01T00:00Z.
    pub fn minute(&self) -> Minute {
        self.minute
    }

    /// The moment with its zone.
    pub fn zoned(&self) -> Zoned {
        timestamp(self.minute).to_zoned(self.zone.clone())
    }

    /// The day, as the calendar's zone has it.
    pub fn date(&self) -> Date {
        self.zoned().date()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z"))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What half and what nine tenths of all runs do not exceed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Percentiles<T> {
    /// Expected.
    pub p50: T,
    /// Safe.
    pub p90: T,
}

/// When each hop happens in each environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// The name of the plan.
    pub plan: String,
    /// Where it starts.
    pub from: KubernetesVersion,
    /// Where it leads.
    pub to: KubernetesVersion,
    /// The zone of every time in it.
    pub timezone: String,
    /// From when on work may be done.
    pub start: Instant,
    /// The hops.
    pub hops: Vec<HopEstimate>,
    /// The steps after the last hop.
    pub closing: Vec<EnvironmentEstimate>,
    /// All of it.
    pub total: Total,
    /// The end with the minutes that are likely for each step: what the times in `hops` are made of.
    pub end: Instant,
    /// The end of all runs.
    pub finish: Percentiles<Instant>,
    /// What the runs were drawn from.
    pub seed: u64,
    /// How many runs.
    pub runs: u32,
    /// Freezes and holidays that fall between the start and the safe finish.
    pub freezes: Vec<FreezeMet>,
    /// How long each version gets patches.
    pub support: Support,
    /// Whether a date can be held, and until when one may start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// What the end depends on most, the heaviest first.
    pub weighs: Vec<Weight>,
    /// What should be looked at.
    pub findings: Vec<Finding>,
}

/// A hop through all environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HopEstimate {
    /// Its number.
    pub number: u32,
    /// The version before.
    pub from: KubernetesVersion,
    /// The version after.
    pub to: KubernetesVersion,
    /// In the order in which it goes through them.
    pub environments: Vec<EnvironmentEstimate>,
}

/// A hop in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentEstimate {
    /// The name of the environment.
    pub name: String,
    /// When its first step begins.
    pub start: Instant,
    /// When its last step has ended, the soak included.
    pub end: Instant,
    /// How many windows it uses that no earlier hop has used: the length of `windowsUsed` less
    /// those.
    pub windows: u64,
    /// Minutes of work.
    pub work_minutes: Duration,
    /// Minutes in which a person is busy, the looks of a soak included.
    pub hands_on_minutes: Duration,
    /// Minutes of the windows that are counted in `windows`.
    pub window_minutes: u64,
    /// Minutes of soak, as they are likely.
    pub soak_minutes: u64,
    /// When the hop is finished here, over all runs.
    pub finish: Percentiles<Instant>,
    /// The windows that it uses, in order.
    pub windows_used: Vec<WindowUse>,
    /// Its steps, in order.
    pub steps: Vec<StepEstimate>,
}

/// A maintenance window that is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowUse {
    /// When it opens.
    pub start: Instant,
    /// When it closes.
    pub end: Instant,
    /// Its length.
    pub minutes: u64,
    /// Minutes of work in it that are likely; more than its length where people work side by side.
    pub work_minutes: u64,
    /// Nodes that are upgraded in it.
    pub nodes: u64,
    /// The steps that are done in it, whole or in part.
    pub steps: Vec<StepId>,
    /// Whether an earlier hop, or the same one in an earlier entry, has counted it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub counted_before: bool,
}

/// A step in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepEstimate {
    /// The step.
    pub step: StepId,
    /// What is done.
    pub title: String,
    /// What sort of step it is.
    pub kind: StepKind,
    /// The pool, for worker nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// What it needs to begin.
    pub needs: Needs,
    /// Steps of a hop with the same number stand in one window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    /// How long it takes: the sum of its parts.
    pub minutes: Duration,
    /// How long a person is busy with it.
    pub hands_on_minutes: Duration,
    /// What the minutes are made of.
    pub parts: Vec<Part>,
    /// When it is done, with the minutes that are likely.
    pub placed: Vec<Placed>,
}

/// A step, or the part of a rollout that one window takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// When it begins.
    pub start: Instant,
    /// When it ends.
    pub end: Instant,
    /// The window: its place in `windowsUsed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// Nodes that are upgraded.
    #[serde(skip_serializing_if = "is_zero")]
    pub nodes: u64,
    /// Rounds in which they are.
    #[serde(skip_serializing_if = "is_zero")]
    pub rounds: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// All hops and the closing in all environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// Minutes of work.
    pub work_minutes: Duration,
    /// Minutes in which a person is busy.
    pub hands_on_minutes: Duration,
    /// Windows.
    pub windows: u64,
    /// Their minutes.
    pub window_minutes: u64,
    /// Days from the first to the last, both counted.
    pub calendar_days: Percentiles<i64>,
}

/// A freeze or a holiday on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FreezeMet {
    /// What it is for; `holiday` for a holiday.
    pub name: String,
    /// Its first moment.
    pub start: Instant,
    /// The first moment after it.
    pub end: Instant,
    /// The environments that it holds for; all where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// How long versions get patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Support {
    /// Every span of days in which something runs past its end of life.
    pub past_end_of_life: Vec<PastEndOfLife>,
    /// Their days, counted once for each day on which anything in any environment does.
    pub days_past_end_of_life: i64,
    /// The target.
    pub target: TargetSupport,
}

/// Days on which something runs past its end of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PastEndOfLife {
    /// Where.
    pub environment: String,
    /// `kube-apiserver` or `kubelet`.
    pub component: Component,
    /// The minor.
    pub minor: MinorVersion,
    /// The last day with patches.
    pub end_of_life: Date,
    /// The first day without, or the day on which the estimate begins.
    pub from: Date,
    /// The last day on which it runs.
    pub to: Date,
    /// How many days that is.
    pub days: i64,
    /// Whether it still runs when everything is done.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
}

/// How long the target gets patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetSupport {
    /// The minor.
    pub minor: MinorVersion,
    /// The last day with patches, where the catalog knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_of_life: Option<Date>,
    /// Days of support that are left at the finish; negative where it is past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_left: Option<Percentiles<i64>>,
}

/// Whether a date can be held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deadline {
    /// The last day.
    pub date: Date,
    /// What must have happened by then.
    pub milestone: Milestone,
    /// When it has, safely (P90), from the start that was given.
    pub reached: Instant,
    /// Whether that is in time.
    pub holds: bool,
    /// Days by which it is late; 0 where it holds.
    pub days_late: i64,
    /// Whether the day is past before anything begins: nothing else is asked then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub past_at_start: bool,
    /// The latest day to start on that still holds; absent where none of the two years before the
    /// deadline does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_start: Option<Date>,
    /// Where it does not hold: what would help, the least change first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relaxations: Vec<Relaxation>,
}

/// What must have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Milestone {
    /// Everything is done.
    Finish,
    /// Nothing in the last environment runs the first version's minor or an older one.
    LeavesTheFirstMinor,
}

/// A change of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Relaxation {
    /// What is changed.
    pub change: String,
    /// When the milestone is reached with it, safely (P90).
    pub reached: Instant,
    /// Days that it gains.
    pub days_gained: i64,
    /// Whether the deadline holds with it.
    pub holds: bool,
}

/// What the end depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Weight {
    /// The assumption.
    pub assumption: String,
    /// What happens to it, alone.
    pub change: String,
    /// Days by which the end moves.
    pub days: i64,
    /// The same in minutes.
    pub minutes: i64,
}

/// Something that fits into no window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DoesNotFit {
    /// Where.
    pub environment: String,
    /// The steps that must stand together.
    pub steps: Vec<StepId>,
    /// The minutes that they need at worst.
    pub needs_minutes: u64,
    /// The minutes that the longest window leaves, its reserve taken off.
    pub longest_minutes: u64,
    /// The minutes that are kept at its end for the way back.
    pub reserve_minutes: u64,
}
