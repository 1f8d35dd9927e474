//! `kubehop estimate`.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use jiff::civil::Date;

use super::DataArguments;
use super::DataFormat;
use super::ScheduleArguments;

/// `kubehop estimate`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("wanted").args(["start", "learn"]).required(true)), after_help = "Examples:
  kubehop estimate plan.yaml --start 2027-01-11
  kubehop estimate plan.yaml --start 2027-01-11 --calendar ours.yaml --deadline 2027-03-31 -o json
  kubehop estimate plan.yaml --start 2027-01-11 --holidays holidays.ics --estimates measured.yaml
  kubehop estimate plan.yaml --learn staging.csv > measured.yaml

Exit codes: 0 done; 1 something fits into no window, or a --deadline does not hold; 2 wrong input.")]
pub(in crate::cli) struct EstimateArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) schedule: ScheduleArguments,
    /// The day on which all must be done [default: the end of life of the version before the plan]
    #[arg(long, value_name = "DATE", requires = "start")]
    pub(in crate::cli) deadline: Option<Date>,
    /// Propose durations from the measured times of a run (CSV: step,start,end[,target])
    #[arg(long, value_name = "RECORD", conflicts_with_all = ["start", "deadline"])]
    pub(in crate::cli) learn: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: DataFormat,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}
