//! The flags of `kubehop review`.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use jiff::civil::Date;

use super::DataArguments;
use super::ScheduleArguments;
use super::SourceArguments;

/// `kubehop review`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop review plan.yaml                                        may it be carried out
  kubehop review plan.yaml --context prod -o md > review.md       as the cluster is now
  kubehop review plan.yaml --policy ours.yaml --fail-on conditions
  kubehop review plan.yaml --policy ours.yaml -o github           a comment on a pull request
  kubehop review plan.yaml --start 2027-01-11 --calendar ours.yaml -o servicenow

Exit codes: 0 done; 1 the verdict is that of --fail-on, or worse; 2 wrong input.")]
pub(in crate::cli) struct ReviewArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) source: SourceArguments,
    /// The plan that was reviewed before: say what changed since
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) previous: Option<PathBuf>,
    /// The record of the plan, where it is under way: say who did what, what failed, what is open
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// The organisation's own rules (kind: `ReviewPolicy`)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) policy: Option<PathBuf>,
    /// The day for which the review holds, as YYYY-MM-DD: ends of life, the age of patches, what expires
    /// [default: today]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) as_of: Option<Date>,
    /// The verdict from which on the exit code is 1
    #[arg(long, value_enum, default_value_t, value_name = "VERDICT")]
    pub(in crate::cli) fail_on: FailOnVerdict,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: ReviewFormat,
    #[command(flatten)]
    pub(in crate::cli) schedule: ScheduleArguments,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// From which verdict on the answer is a no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOnVerdict {
    /// A rejection
    #[default]
    Reject,
    /// A rejection, or an approval with conditions
    Conditions,
    /// None
    Never,
}

/// The forms of a review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReviewFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// The page as Markdown
    Md,
    /// The page as HTML, one file
    Html,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// `JUnit` XML, for pipelines
    Junit,
    /// A comment on a pull request of GitHub: Markdown with the details folded
    Github,
    /// Jira's wiki markup
    Jira,
    /// The fields of a ServiceNow change request as JSON
    #[value(name = "servicenow")]
    ServiceNow,
}
