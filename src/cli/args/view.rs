//! `kubehop render`, `verify` and `explain`: commands that look at a plan.

use std::path::PathBuf;

use clap::Args;

use super::DataArguments;
use super::FailOn;
use super::FindingsFormat;
use super::PlanFormat;
use super::ScheduleArguments;
use super::SourceArguments;
use super::TemplateArguments;
use super::TextFormat;

/// `kubehop render`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop render plan.yaml -o md > runbook.md
  kubehop render plan.yaml -o html > runbook.html
  kubehop render plan.yaml -o md --templates ./our-templates
  kubehop render plan.yaml -o md --start 2027-01-11 --calendar ours.yaml    with its schedule
  kubehop render plan.yaml -o md --record plan.record.yaml                  with its sign-offs")]
pub(in crate::cli) struct RenderArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t = PlanFormat::Md, value_name = "FORMAT")]
    pub(in crate::cli) output: PlanFormat,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArguments,
    /// Show the sign-offs of this record in the steps (kind: `UpgradeRecord`)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) record: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) schedule: ScheduleArguments,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// `kubehop verify`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop verify plan.yaml
  kubehop verify plan.yaml --inventory prod.yaml -o json     does it still fit the cluster
  kubehop verify plan.yaml --context prod
  kubehop verify plan.yaml --from-dump dump")]
pub(in crate::cli) struct VerifyArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) source: SourceArguments,
    /// The weight of a finding from which on the exit code is 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: FailOn,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: FindingsFormat,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// `kubehop explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop explain                          list every rule and every kind of finding
  kubehop explain kubelet-apiserver        a rule
  kubehop explain SKEW003                  a finding
  kubehop explain plan.yaml 1.04           a step of a plan")]
pub(in crate::cli) struct ExplainArguments {
    /// A rule, a finding's code, or a plan
    #[arg(value_name = "RULE|CODE|PLAN")]
    pub(in crate::cli) what: Option<String>,
    /// The step of the plan
    #[arg(value_name = "STEP", requires = "what")]
    pub(in crate::cli) step: Option<String>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: TextFormat,
}
