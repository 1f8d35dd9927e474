//! The flags, as they are typed. The doc comments are the help text.

mod estimate;

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::catalog::listing::Section;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

pub(super) use estimate::EstimateArguments;

/// Plans Kubernetes upgrades: one minor at a time, every step proven, as a runbook
///
/// Given what runs now and a target, kubehop searches the legal way there, one minor at a time, in
/// the order etcd, kube-apiserver, kube-controller-manager and kube-scheduler, kubelet and
/// kube-proxy, kubectl, and writes it down with commands, checkpoints and ways back. It reads; it
/// never changes a cluster.
#[derive(Debug, Parser)]
#[command(
    name = "kubehop",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:
  kubehop plan --from 1.27 --to 1.30                        a summary of the way
  kubehop plan --from 1.27 --to 1.30 -o md > runbook.md     the runbook
  kubehop plan --inventory prod.yaml --to 1.33 -o yaml      the plan, to keep and review
  kubehop verify plan.yaml --inventory prod.yaml            is it sound, does it still fit

Exit codes: 0 done; 1 the answer is no (no legal path, findings); 2 wrong usage or input, failure."
)]
pub(super) struct Arguments {
    /// When to use colour: on a terminal unless `NO_COLOR` is set, always, or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
    /// Print no notes on standard error, only errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a plan from what runs now to a target
    Plan(Box<PlanArguments>),
    /// Show a plan as a runbook, a summary, YAML or JSON
    Render(RenderArguments),
    /// Replay a plan step by step and prove that every moment of it is legal
    Verify(VerifyArguments),
    /// Estimate how long a plan takes, and when it can happen
    Estimate(Box<EstimateArguments>),
    /// Explain a rule, a finding, or why a step of a plan stands where it stands
    Explain(ExplainArguments),
    /// Look at the data on releases, etcd, skew and hazards, or check data of your own
    Catalog(CatalogArguments),
    /// Print the JSON Schema of a document
    Schema(SchemaArguments),
    /// Print the completion script of a shell
    Completions(CompletionsArguments),
    /// Print the manual page, of the program or of one command
    Man(ManArguments),
}

/// Data laid over the embedded catalog.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct DataArguments {
    /// Lay an etcd matrix of your own over the embedded one (kind: `EtcdMatrix`); repeatable
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(super) etcd_matrix: Vec<PathBuf>,
    /// Lay catalog data of your own over the embedded data (kind: Catalog); repeatable
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(super) catalog: Vec<PathBuf>,
}

/// Templates of one's own.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct TemplateArguments {
    /// Use this template (minijinja) instead of the built-in runbook; it may extend
    /// `builtin/runbook.md.j2`
    #[arg(long, value_name = "FILE", help_heading = "Templates")]
    pub(super) template: Option<PathBuf>,
    /// Look for templates in this directory before the built-in ones
    #[arg(long, value_name = "DIR", help_heading = "Templates")]
    pub(super) templates: Option<PathBuf>,
}

/// `kubehop plan`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("start").required(true)), after_help = "Examples:
  kubehop plan --from 1.27 --to 1.30
  kubehop plan --from v1.33.5 --etcd 3.5.21 --to 1.34 --control-plane-nodes 3 --workers 40 -o md
  kubehop plan --inventory prod.yaml --to 1.33 --strategy min-drains -o yaml > plan.yaml
  kubectl hop plan --inventory - --to 1.31 < prod.yaml      installed as kubectl-hop")]
pub(super) struct PlanArguments {
    /// What runs now: a minor (`1.27`: its newest known patch) or a release (`v1.27.16`)
    #[arg(long, value_name = "VERSION", group = "start")]
    pub(super) from: Option<VersionRequest>,
    /// The inventory of the cluster (kind: `ClusterInventory`); `-` reads standard input
    #[arg(long, value_name = "FILE", group = "start")]
    pub(super) inventory: Option<PathBuf>,
    /// The target: a minor (its newest good patch) or a release
    #[arg(long, value_name = "VERSION")]
    pub(super) to: VersionRequest,
    /// The etcd that runs now; without it, that of kubeadm for the running release is assumed
    #[arg(long, value_name = "VERSION", conflicts_with = "inventory")]
    pub(super) etcd: Option<EtcdVersion>,
    /// Where etcd runs [default: stacked]
    #[arg(long, value_enum, value_name = "WHERE", conflicts_with = "inventory")]
    pub(super) etcd_topology: Option<TopologyArgument>,
    /// What installs the cluster [default: kubeadm]
    #[arg(long, value_enum, value_name = "PROVIDER", conflicts_with = "inventory")]
    pub(super) provider: Option<ProviderArgument>,
    /// The number of control-plane nodes [default: 1]
    #[arg(long, value_name = "NODES", conflicts_with = "inventory", value_parser = clap::value_parser!(u16).range(1..=9))]
    pub(super) control_plane_nodes: Option<u16>,
    /// The number of worker nodes [default: 1]
    #[arg(long, value_name = "NODES", conflicts_with = "inventory", value_parser = clap::value_parser!(u32).range(0..=20_000))]
    pub(super) workers: Option<u32>,
    /// What to weigh: every node in every hop, or as few drains as the rules permit
    #[arg(long, value_enum, default_value_t, value_name = "STRATEGY")]
    pub(super) strategy: StrategyArgument,
    /// Stop at this release in its minor, such as `1.29=v1.29.9`; repeatable
    #[arg(long, value_name = "MINOR=VERSION", value_parser = pin)]
    pub(super) pin: Vec<(MinorVersion, KubernetesVersion)>,
    /// Never stop at this release; repeatable
    #[arg(long, value_name = "VERSION")]
    pub(super) avoid: Vec<KubernetesVersion>,
    /// The family of distributions that commands are written for
    #[arg(long, value_enum, default_value_t, value_name = "FAMILY")]
    pub(super) os: OsArgument,
    /// Refuse to plan while anything is unknown, instead of stating assumptions
    #[arg(long)]
    pub(super) strict: bool,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) output: PlanFormat,
    #[command(flatten)]
    pub(super) templates: TemplateArguments,
    #[command(flatten)]
    pub(super) data: DataArguments,
}

fn pin(text: &str) -> Result<(MinorVersion, KubernetesVersion), String> {
    let (minor, version) = text
        .split_once('=')
        .ok_or_else(|| "requires a minor and a release, such as `1.29=v1.29.9`".to_owned())?;
    let minor: MinorVersion =
        minor.parse().map_err(|error: crate::version::ParseVersionError| error.to_string())?;
    let version: KubernetesVersion =
        version.parse().map_err(|error: crate::version::ParseVersionError| error.to_string())?;
    if version.minor() == minor {
        Ok((minor, version))
    } else {
        Err(format!("`{version}` is not a release of {minor}"))
    }
}

/// `kubehop render`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop render plan.yaml -o md > runbook.md
  kubehop render plan.yaml -o md --templates ./our-templates")]
pub(super) struct RenderArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t = PlanFormat::Md, value_name = "FORMAT")]
    pub(super) output: PlanFormat,
    #[command(flatten)]
    pub(super) templates: TemplateArguments,
}

/// `kubehop verify`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop verify plan.yaml
  kubehop verify plan.yaml --inventory prod.yaml -o json")]
pub(super) struct VerifyArguments {
    /// The plan; `-` reads standard input
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The cluster as it is now, to find out whether the plan still fits; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(super) inventory: Option<PathBuf>,
    /// The weight of a finding from which on the exit code is 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) output: FindingsFormat,
    #[command(flatten)]
    pub(super) data: DataArguments,
}

/// `kubehop explain`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop explain                          list every rule and every kind of finding
  kubehop explain kubelet-apiserver        a rule
  kubehop explain SKEW003                  a finding
  kubehop explain plan.yaml 1.04           a step of a plan")]
pub(super) struct ExplainArguments {
    /// A rule, a finding's code, or a plan
    #[arg(value_name = "RULE|CODE|PLAN")]
    pub(super) what: Option<String>,
    /// The step of the plan
    #[arg(value_name = "STEP", requires = "what")]
    pub(super) step: Option<String>,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) output: TextFormat,
}

/// `kubehop catalog`
#[derive(Debug, Args)]
pub(super) struct CatalogArguments {
    #[command(subcommand)]
    pub(super) command: CatalogCommand,
}

/// What to do with the data.
#[derive(Debug, Subcommand)]
pub(super) enum CatalogCommand {
    /// Print a section of the data as a table
    Show {
        /// The section: releases, etcd, components, skew, apis, gates, flags, hazards, known-bad
        #[arg(value_name = "SECTION")]
        section: Section,
        /// Only what concerns this minor, such as `1.30`
        #[arg(long, value_name = "MINOR")]
        minor: Option<MinorVersion>,
        /// The form of the answer
        #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
        output: TableFormat,
        #[command(flatten)]
        data: DataArguments,
    },
    /// Check a file of your own: an etcd matrix or catalog data
    Check {
        /// The file; `-` reads standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print all data as one document
    Export {
        /// The form of the answer
        #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
        output: DataFormat,
        #[command(flatten)]
        data: DataArguments,
    },
}

/// `kubehop schema`
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The document
    #[arg(value_enum, value_name = "DOCUMENT")]
    pub(super) document: Document,
}

/// `kubehop completions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop completions bash > /etc/bash_completion.d/kubehop
  kubehop completions zsh > ~/.zfunc/_kubehop")]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

/// `kubehop man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop man > kubehop.1
  kubehop man plan > kubehop-plan.1")]
pub(super) struct ManArguments {
    /// The command [default: the program itself]
    #[arg(value_name = "COMMAND")]
    pub(super) command: Option<String>,
}

/// A document with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Document {
    /// A plan
    Plan,
    /// An inventory
    Inventory,
    /// An etcd matrix
    Matrix,
    /// Catalog data
    Catalog,
    /// A calendar: when work may happen
    Calendar,
    /// A profile: durations of one's own
    Estimates,
}

/// The forms of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// A table for the terminal
    #[default]
    Summary,
    /// The plan document as YAML
    Yaml,
    /// The plan document as JSON
    Json,
    /// The runbook as Markdown
    Md,
}

/// The forms of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// Text or JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TextFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
}

/// The forms of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TableFormat {
    /// A table for the terminal
    #[default]
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// The forms of data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum DataFormat {
    /// YAML
    #[default]
    Yaml,
    /// JSON
    Json,
}

/// From which weight on findings are a no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Warnings and errors
    Warning,
    /// Nothing
    Never,
}

/// `--strategy`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum StrategyArgument {
    /// Each hop ends with all nodes on its minor
    #[default]
    EveryHop,
    /// Nodes move as seldom as the policy and the tool permit
    MinDrains,
}

/// `--os`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OsArgument {
    /// Debian, Ubuntu: apt-get
    #[default]
    Debian,
    /// RHEL, Rocky, Alma, Fedora: dnf
    Rhel,
}

/// `--etcd-topology`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TopologyArgument {
    /// On the control-plane nodes
    Stacked,
    /// On hosts of its own
    External,
}

/// `--provider`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProviderArgument {
    /// kubeadm
    Kubeadm,
    /// Binaries and units, by hand or by site automation
    Manual,
}
