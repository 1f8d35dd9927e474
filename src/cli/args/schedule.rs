//! When work may happen: what every command takes that says when a plan can be done.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

/// A start, a calendar and durations.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ScheduleArguments {
    /// The first day on which work may be done, such as `2027-01-11`
    #[arg(long, value_name = "DATE", help_heading = "Schedule")]
    pub(in crate::cli) start: Option<Date>,
    /// When work may happen (kind: Calendar) [default: staging by day, production by night]
    #[arg(long, value_name = "FILE", requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) calendar: Option<PathBuf>,
    /// Holidays from a calendar program (.ics): every event of whole days; repeatable
    #[arg(long, value_name = "FILE", requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) holidays: Vec<PathBuf>,
    /// Freezes from a calendar program (.ics): every event; repeatable
    #[arg(long, value_name = "FILE", requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) freezes: Vec<PathBuf>,
    /// Durations of your own (kind: `EstimateProfile`) [default: the built-in table]
    #[arg(long, value_name = "FILE", requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) estimates: Option<PathBuf>,
    /// What the runs of the simulation are drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = crate::estimate::SEED, requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) seed: u64,
    /// How many runs of the simulation
    #[arg(long, value_name = "RUNS", default_value_t = crate::estimate::RUNS, value_parser = clap::value_parser!(u32).range(1..=100_000), requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) runs: u32,
}
