//! `kubehop estimate`.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::DataArguments;
use super::DataFormat;

/// `kubehop estimate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop estimate plan.yaml --start 2027-01-11
  kubehop estimate plan.yaml --start 2027-01-11 --calendar ours.yaml --deadline 2027-03-31 -o json
  kubehop estimate plan.yaml --start 2027-01-11 --holidays holidays.ics --estimates measured.yaml
  kubehop estimate plan.yaml --learn staging.csv > measured.yaml

Exit codes: 0 done; 1 something fits into no window, or a --deadline does not hold; 2 wrong input.")]
pub(in crate::cli) struct EstimateArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// The first day on which work may be done, such as `2027-01-11`
    #[arg(long, value_name = "DATE", required_unless_present = "learn")]
    pub(in crate::cli) start: Option<Date>,
    /// When work may happen (kind: Calendar) [default: staging by day, production by night]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) calendar: Option<PathBuf>,
    /// Holidays from a calendar program (.ics): every event of whole days; repeatable
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) holidays: Vec<PathBuf>,
    /// Freezes from a calendar program (.ics): every event; repeatable
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) freezes: Vec<PathBuf>,
    /// Durations of your own (kind: `EstimateProfile`) [default: the built-in table]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) estimates: Option<PathBuf>,
    /// The day on which all must be done [default: the end of life of the version before the plan]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) deadline: Option<Date>,
    /// What the runs of the simulation are drawn from
    #[arg(long, value_name = "NUMBER", default_value_t = crate::estimate::SEED)]
    pub(in crate::cli) seed: u64,
    /// How many runs
    #[arg(long, value_name = "RUNS", default_value_t = crate::estimate::RUNS, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(in crate::cli) runs: u32,
    /// Propose durations from the measured times of a run (CSV: step,start,end[,target])
    #[arg(long, value_name = "RECORD", conflicts_with_all = ["start", "deadline", "estimates"])]
    pub(in crate::cli) learn: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: DataFormat,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}
