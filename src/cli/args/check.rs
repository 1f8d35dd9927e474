//! The flags of `kubehop check`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgGroup;
use clap::Args;

use super::FindingsFormat;
use super::LiveArguments;
use super::live::time;
use crate::plan::StepId;

/// `kubehop check`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cluster").args(["context", "kubeconfig", "in_cluster"]).required(true).multiple(true)),
mut_arg("timeout", |arg| arg
    .help("The longest to wait: for one answer, and with `--watch` until everything holds [default: 30; with --watch 10m]")
    .long_help("The longest to wait: for one answer, and with `--watch` until everything holds, seconds, or such as `90s` or `10m` [default: 30; with --watch 10m]")),
after_help = "Examples:
  kubehop check plan.yaml --step 1.07 --context prod              do the checkpoints of 1.07 hold
  kubehop check plan.yaml --step 1.07 --context prod --watch      wait until they do, 10 minutes at most
  kubehop check plan.yaml --step 1.11 --step 1.12 --context prod -o json

Exit codes: 0 everything that could be asked holds; 1 something does not; 2 something could not be found
out, and nothing fails; also where a step has nothing that could be asked.")]
pub(in crate::cli) struct CheckArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// The step whose checkpoints are looked at; repeatable. Each checkpoint holds after its step and
    /// need not later, so there is no default
    #[arg(long, value_name = "ID", required = true)]
    pub(in crate::cli) step: Vec<StepId>,
    /// Look again until everything holds, or the time of `--timeout` is over
    #[arg(long)]
    pub(in crate::cli) watch: bool,
    /// The pause between two looks: seconds, or such as `90s` or `2m`
    #[arg(long, value_name = "SECONDS", value_parser = time, default_value = "5", requires = "watch")]
    pub(in crate::cli) interval: Duration,
    #[command(flatten)]
    pub(in crate::cli) live: LiveArguments,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: FindingsFormat,
}
