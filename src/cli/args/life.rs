//! `kubehop diff` and `status`: a plan over time.

use std::path::PathBuf;

use clap::Args;

use super::DataArguments;
use super::ReportFormat;
use super::ScheduleArguments;
use super::SourceArguments;

/// `kubehop diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop diff approved.yaml new.yaml
  kubehop diff approved.yaml new.yaml -o md                      for the change ticket
  kubehop plan --inventory today.yaml --to 1.33 -o yaml | kubehop diff approved.yaml -

Exit codes: 0 the plans do the same; 1 they differ; 2 wrong input.")]
pub(in crate::cli) struct DiffArguments {
    /// The old plan; `-` reads standard input
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: PathBuf,
    /// The new plan; `-` reads standard input
    #[arg(value_name = "NEW")]
    pub(in crate::cli) new: PathBuf,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: ReportFormat,
}

/// `kubehop status`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("cluster").args(["inventory", "from_dump", "context", "kubeconfig", "in_cluster"]).required(true).multiple(true)), after_help = "Examples:
  kubehop status plan.yaml --context prod-eu-1
  kubehop status plan.yaml --inventory now.yaml -o json
  kubehop status plan.yaml --from-dump dump -o md                for the change ticket
  kubehop status plan.yaml --context prod-eu-1 --record plan.record.yaml --start 2027-01-11

Exit codes: 0 the cluster stands at a place of the plan; 1 something contradicts the plan; 2 wrong input.")]
pub(in crate::cli) struct StatusArguments {
    /// The plan that is under way; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) source: SourceArguments,
    /// The record of the plan: its sign-offs settle what versions cannot prove
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// With --start: the environment of the calendar that this cluster is [default: the last one]
    #[arg(long, value_name = "NAME", requires = "start", help_heading = "Schedule")]
    pub(in crate::cli) environment: Option<String>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: ReportFormat,
    #[command(flatten)]
    pub(in crate::cli) schedule: ScheduleArguments,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}
