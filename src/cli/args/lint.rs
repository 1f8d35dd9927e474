//! The flags of `kubehop lint`.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use super::DataArguments;
use super::FailOn;

/// `kubehop lint`
#[derive(Debug, Args)]
#[command(after_help = "The file, as YAML or JSON:
  inventory: {…}                            what runs now (kind: ClusterInventory)
  to: \"1.30\"                                where everything must be in the end
  steps:
  - {component: kube-apiserver, from: v1.29.15, to: v1.30.14, targets: [cp-1]}
  - {component: kubelet, from: v1.29.15, to: v1.30.14, targets: [w-1, w-2]}

Examples:
  kubehop lint steps.yaml
  kubehop lint steps.yaml -o sarif --fail-on warning    for a pipeline

Exit codes: 0 done; 1 something is wrong with the steps; 2 wrong input.")]
pub(in crate::cli) struct LintArguments {
    /// The list of steps; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// The weight of a finding from which on the exit code is 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: FailOn,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: LintFormat,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// The forms of what is wrong with a list of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LintFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// `JUnit` XML, for pipelines
    Junit,
}
