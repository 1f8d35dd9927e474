//! When work may happen (kind `Calendar`): working hours, holidays, freezes, and the environments
//! with their windows, in the order in which a hop goes through them.

mod check;
pub mod ics;
pub(super) mod lines;
mod words;

pub(super) use check::overlap;
pub use words::Bound;
pub use words::Day;
pub use words::Soak;
pub use words::TimeOfDay;
pub use words::Zone;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::name::PoolName;
use crate::yaml;

use super::profile::ApiVersion;
use super::profile::Count;
use super::profile::Metadata;
use super::profile::Percent;
use super::profile::bounded;

const DEFAULT: &str = include_str!("../data/calendar.yaml");

/// When work may happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calendar {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `Calendar`.
    pub kind: CalendarKind,
    /// The name of the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// The zone of every time in it, such as `Europe/Berlin`.
    pub timezone: Zone,
    /// The days on which people are at work.
    pub working_days: Vec<Day>,
    /// The hours of those days.
    pub working_hours: Hours,
    /// Days on which nobody is at work and no window opens.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub holidays: BTreeSet<Date>,
    /// Times in which nothing may be changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// The environments, in the order in which a hop goes through them.
    pub environments: Vec<Environment>,
    /// Whether the first environment may begin the next hop before the last one has finished this
    /// one. Default: no, so that staging always shows what production runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub staging_ahead: bool,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CalendarKind {
    /// When work may happen.
    Calendar,
}

/// Hours of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "HoursDocument", into = "HoursDocument")]
pub struct Hours {
    /// The first minute.
    pub from: TimeOfDay,
    /// The end.
    pub to: TimeOfDay,
}

/// A time in which nothing may be changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "FreezeDocument", into = "FreezeDocument")]
pub struct Freeze {
    /// What it is for.
    pub name: String,
    /// A day, from its first minute, or a time.
    pub from: Bound,
    /// A day, to its last minute, or the time at which it ends.
    pub to: Bound,
    /// The environments that it holds for; all where none is named.
    pub environments: Vec<String>,
}

/// A place that a hop goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// How many nodes it has, where it is not as large as the plan's cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Nodes>,
    /// When it may be changed.
    pub windows: Vec<Window>,
    /// How long a hop is watched here: minutes, or `inherit` for what the plan says.
    #[serde(default)]
    pub soak: Soak,
    /// The most nodes that one window may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_nodes_per_window: Option<Count>,
    /// How many nodes of a pool at once. Default: the plan's batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Count>,
    /// How many pools may be rolled out side by side, a person for each. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
    /// Minutes at the end of each window in which nothing is planned: for the way back. Default: 0.
    #[serde(default)]
    pub reserve_minutes: u32,
}

/// The size of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nodes {
    /// Every pool in per cent of the plan's cluster, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Percent>,
    /// The number of control-plane nodes; a stacked etcd has as many members. Default: the plan's,
    /// which `percent` leaves alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<MemberCount>,
    /// The number of members of an external etcd. Default: the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etcd_members: Option<MemberCount>,
    /// The number of nodes of a pool; 0 where it does not exist here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<PoolName, NodeCount>,
}

/// When an environment may be changed, week by week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WindowDocument", into = "WindowDocument")]
pub struct Window {
    /// The days on which it opens.
    pub days: BTreeSet<Day>,
    /// When it opens.
    pub from: TimeOfDay,
    /// When it closes; earlier than `from`: on the next day.
    pub to: TimeOfDay,
}

bounded! {
    /// How many nodes a pool has.
    NodeCount, 0..=1_000_000
}

bounded! {
    /// How many nodes a control plane has, or members an etcd.
    MemberCount, 1..=100
}

bounded! {
    /// How many people work in an environment at once.
    People, 1..=100
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HoursDocument {
    from: TimeOfDay,
    to: TimeOfDay,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WindowDocument {
    days: Vec<Day>,
    from: TimeOfDay,
    to: TimeOfDay,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FreezeDocument {
    name: String,
    from: Bound,
    to: Bound,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
}

impl TryFrom<HoursDocument> for Hours {
    type Error = String;

    fn try_from(document: HoursDocument) -> Result<Self, String> {
        let HoursDocument { from, to } = document;
        if from < to {
            Ok(Self { from, to })
        } else {
            Err(format!("requires hours of one day, from before to, not {from} to {to}"))
        }
    }
}

impl From<Hours> for HoursDocument {
    fn from(hours: Hours) -> Self {
        Self { from: hours.from, to: hours.to }
    }
}

impl TryFrom<WindowDocument> for Window {
    type Error = String;

    fn try_from(document: WindowDocument) -> Result<Self, String> {
        let WindowDocument { days, from, to } = document;
        if days.is_empty() {
            return Err("the window opens on no day; requires at least one of `days`".to_owned());
        }
        if from == to {
            return Err(format!(
                "the window from {from} to {to} has no length; a whole day is '00:00' to '24:00'"
            ));
        }
        if from.minutes() == 24 * 60 {
            return Err("a window opens at '24:00'; requires '00:00' on the day after".to_owned());
        }
        Ok(Self { days: days.into_iter().collect(), from, to })
    }
}

impl From<Window> for WindowDocument {
    fn from(window: Window) -> Self {
        Self { days: window.days.into_iter().collect(), from: window.from, to: window.to }
    }
}

impl TryFrom<FreezeDocument> for Freeze {
    type Error = String;

    fn try_from(document: FreezeDocument) -> Result<Self, String> {
        let FreezeDocument { name, from, to, mut environments } = document;
        if from.first() >= to.after() {
            return Err(format!("the freeze `{name}` ends ({to}) before it begins ({from})"));
        }
        environments.sort();
        Ok(Self { name, from, to, environments })
    }
}

impl From<Freeze> for FreezeDocument {
    fn from(freeze: Freeze) -> Self {
        let Freeze { name, from, to, environments } = freeze;
        Self { name, from, to, environments }
    }
}

impl Window {
    /// Its length by the clock, in minutes, on a day on which no clock is changed.
    pub fn length(&self) -> u64 {
        let (from, to) = (self.from.minutes(), self.to.minutes());
        if to > from { to - from } else { to + 24 * 60 - from }
    }
}

impl Calendar {
    /// The calendar that holds where none is given.
    ///
    /// # Errors
    ///
    /// A diagnostic for malformed data: a fault of the program.
    pub fn embedded() -> Result<Self, Diagnostic> {
        read(&SourceFile::new("calendar.yaml", DEFAULT))
    }

    /// The text of the calendar that holds where none is given, to start one's own from.
    pub const fn embedded_text() -> &'static str {
        DEFAULT
    }
}

/// Reads a calendar.
///
/// # Errors
///
/// A diagnostic with file and path for what is not a calendar, or not one in which work can happen.
pub fn read(file: &SourceFile) -> Result<Calendar, Diagnostic> {
    let calendar = yaml::read(file)?;
    check::check(&calendar, file)?;
    Ok(calendar)
}

/// The JSON Schema of a calendar.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Calendar).to_value()
}
