//! The flags of `kubehop record`.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use clap::ValueEnum;
use jiff::Timestamp;

use crate::plan::StepId;
use crate::record::Outcome;

/// `kubehop record`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").args(["step", "show", "report"]).required(true)), after_help = "Examples:
  kubehop record plan.yaml --step 1.03 --result done --by 'Jane Doe' --started 2027-01-12T20:05:00Z
  kubehop record plan.yaml --step 1.04 --result failed --by 'Jane Doe' --note 'cp-2 out of disk'
  kubehop record plan.yaml --step 2.09 --result skipped --by 'Jane Doe' --note 'no such pool any more'
  kubehop record plan.yaml --show
  kubehop record plan.yaml --report > closing.md

Exit codes: 0 done; 2 wrong usage or input, a damaged record, a record of another plan.")]
pub(in crate::cli) struct RecordArguments {
    /// The plan; `-` reads standard input, and needs `--record`
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// Sign this step off
    #[arg(long, value_name = "ID", requires_all = ["result", "by"])]
    pub(in crate::cli) step: Option<StepId>,
    /// What came of the step
    #[arg(long, value_enum, value_name = "RESULT", requires = "step")]
    pub(in crate::cli) result: Option<ResultArgument>,
    /// Who signs: a person or a team
    #[arg(long, value_name = "NAME", requires = "step")]
    pub(in crate::cli) by: Option<String>,
    /// When the step ended, as RFC 3339 has it, such as `2027-01-12T20:35:00+01:00` [default: now]
    #[arg(long, value_name = "TIME", requires = "step")]
    pub(in crate::cli) at: Option<Timestamp>,
    /// When work on the step began, as RFC 3339 has it: without it the report cannot say how long the
    /// step took, and `estimate --learn` learns nothing from it
    #[arg(long, value_name = "TIME", requires = "step")]
    pub(in crate::cli) started: Option<Timestamp>,
    /// What whoever reads this later must know; needed where a step is skipped
    #[arg(long, value_name = "TEXT", requires = "step")]
    pub(in crate::cli) note: Option<String>,
    /// Show how every step stands
    #[arg(long)]
    pub(in crate::cli) show: bool,
    /// Make the closing report: actual against estimated time, deviations, sign-offs, what is open
    #[arg(long)]
    pub(in crate::cli) report: bool,
    /// The record [default: beside the plan, `.record.yaml` in the place of `.yaml`]. A symbolic link
    /// is not followed
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// How many seconds to wait while somebody else writes
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "step")]
    pub(in crate::cli) wait: u64,
    /// The form of the answer [default: md for a report, else table]
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) output: Option<RecordFormat>,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ResultArgument {
    /// It is done, and its checkpoints hold
    Done,
    /// It was tried, and did not come out
    Failed,
    /// It is left out on purpose; the note says why
    Skipped,
}

impl From<ResultArgument> for Outcome {
    fn from(argument: ResultArgument) -> Self {
        match argument {
            ResultArgument::Done => Self::Done,
            ResultArgument::Failed => Self::Failed,
            ResultArgument::Skipped => Self::Skipped,
        }
    }
}

/// The forms of a record and of its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RecordFormat {
    /// A table for the terminal
    Table,
    /// Markdown
    Md,
    /// JSON
    Json,
    /// YAML
    Yaml,
}
