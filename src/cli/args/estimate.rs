//! `kubehop estimate`.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;

use super::DataArguments;
use super::ScheduleArguments;

/// `kubehop estimate`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("wanted").args(["start", "learn"]).required(true)), after_help = "Examples:
  kubehop estimate plan.yaml --start 2027-01-11
  kubehop estimate plan.yaml --start 2027-01-11 --calendar ours.yaml --deadline 2027-03-31 -o json
  kubehop estimate plan.yaml --start 2027-01-11 --holidays holidays.ics --estimates measured.yaml
  kubehop estimate plan.yaml --start 2027-01-11 -o ics --sequence 1 > upgrade.ics
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
    /// Propose durations from the measured times of a run: the record that `kubehop record` wrote, or a
    /// table (CSV: step,start,end[,target])
    #[arg(long, value_name = "RECORD", conflicts_with_all = ["start", "deadline"])]
    pub(in crate::cli) learn: Option<PathBuf>,
    /// The form of the answer [default: table; yaml with --learn]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) output: Option<EstimateFormat>,
    /// When the calendar file is made, such as `2027-01-04T08:00:00Z` (its DTSTAMP; for -o ics) [default:
    /// the first day at 00:00 UTC, so that the same question gives the same file]
    #[arg(long, value_name = "TIME", requires = "start")]
    pub(in crate::cli) dtstamp: Option<Timestamp>,
    /// How often the schedule was changed since it was first sent out: calendar programs replace an event
    /// by one with a higher number (its SEQUENCE; for -o ics) [default: 0]
    #[arg(long, value_name = "NUMBER", requires = "start", value_parser = clap::value_parser!(u32).range(..=2_147_483_647))]
    pub(in crate::cli) sequence: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// The forms of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EstimateFormat {
    /// Tables for the terminal
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Markdown, with the chart in it
    Md,
    /// A Gantt chart of Mermaid, which GitHub draws
    Mermaid,
    /// A calendar file (iCalendar), for calendar programs
    Ics,
    /// A line for each window, stretch of working hours and soak
    Csv,
}
