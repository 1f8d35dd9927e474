//! The flags of `kubehop audit`.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use clap::ValueEnum;
use jiff::civil::Date;

use crate::version::VersionRequest;

use super::DataArguments;
use super::FailOn;
use super::SourceArguments;

/// `kubehop audit`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("source").args(["file", "inventory", "from_dump", "context", "kubeconfig", "in_cluster"]).required(true).multiple(true)), after_help = "Examples:
  kubehop audit prod.yaml                               is it in a state to start from
  kubehop audit --context prod                          the same of a live cluster
  kubehop audit prod.yaml --next 1.31                   as it will be once the API servers are there
  kubehop audit prod.yaml -o sarif --fail-on warning    for a pipeline
  kubehop audit prod.yaml --write-baseline > known.yaml
  kubehop audit prod.yaml --baseline known.yaml")]
pub(in crate::cli) struct AuditArguments {
    /// The inventory of the cluster (kind: `ClusterInventory`); `-` reads standard input
    #[arg(value_name = "INVENTORY", conflicts_with_all = ["inventory", "observed"])]
    pub(in crate::cli) file: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) source: SourceArguments,
    /// Suppose that every kube-apiserver runs this version: a minor (its newest known patch) or a
    /// release
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) next: Option<VersionRequest>,
    /// The day on which ends of life and the baseline are looked at, as YYYY-MM-DD [default: that of
    /// the inventory, else today]
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) date: Option<Date>,
    /// Accept the findings that this file names (kind: `AuditBaseline`)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Print a baseline that accepts every error and warning for 90 days, to prune and to give reasons
    #[arg(long, conflicts_with = "output")]
    pub(in crate::cli) write_baseline: bool,
    /// The weight of a finding from which on the exit code is 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: FailOn,
    /// List every instance and every finding, instead of groups and counts
    #[arg(long)]
    pub(in crate::cli) wide: bool,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: AuditFormat,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
}

/// The forms of an audit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AuditFormat {
    /// A table for the terminal
    #[default]
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Markdown
    Md,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// `JUnit` XML, for pipelines
    Junit,
}
