//! `kubehop plan`.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use clap::ValueEnum;

use super::DataArguments;
use super::PlanFormat;
use super::ScheduleArguments;
use super::SourceArguments;
use super::TemplateArguments;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

/// `kubehop plan`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cluster").args(["from", "inventory", "from_dump", "context", "kubeconfig", "in_cluster"]).required(true).multiple(true)), after_help = "Examples:
  kubehop plan --from 1.27 --to 1.30
  kubehop plan --from v1.33.5 --etcd 3.5.21 --to 1.34 --control-plane-nodes 3 --workers 40 -o md
  kubehop plan --context prod-eu-1 --to 1.33
  kubehop plan --inventory prod.yaml --to 1.33 -o md --start 2027-01-11    the runbook with its schedule
  kubehop plan --from-dump dump --to 1.33
  kubehop plan --inventory prod.yaml --to 1.33 --strategy min-drains -o yaml > plan.yaml
  kubehop plan --inventory prod.yaml --to 1.32 --to 1.33 --compare --start 2027-01-11
  kubehop plan --resume plan.yaml --record plan.record.yaml --context prod-eu-1 -o yaml > rest.yaml
  kubectl hop plan --inventory - --to 1.31 < prod.yaml      installed as kubectl-hop")]
pub(in crate::cli) struct PlanArguments {
    /// What runs now: a minor (`1.27`: its newest known patch) or a release (`v1.27.16`)
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["inventory", "observed"])]
    pub(in crate::cli) from: Option<VersionRequest>,
    #[command(flatten)]
    pub(in crate::cli) source: SourceArguments,
    /// The target: a minor (its newest good patch) or a release; with --compare repeatable
    #[arg(long, value_name = "VERSION", required_unless_present = "resume")]
    pub(in crate::cli) to: Vec<VersionRequest>,
    /// A plan that is under way: go on with it from what runs now, to its target, with its options unless
    /// others are given; `-` reads standard input
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["from", "etcd", "etcd_topology", "provider", "control_plane_nodes", "workers", "compare"])]
    pub(in crate::cli) resume: Option<PathBuf>,
    /// With --resume, the record of the plan: its sign-offs settle what versions cannot prove
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// The etcd that runs now; without it, that of kubeadm for the running release is assumed
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["inventory", "observed"])]
    pub(in crate::cli) etcd: Option<EtcdVersion>,
    /// Where etcd runs [default: stacked]
    #[arg(long, value_enum, value_name = "WHERE", conflicts_with_all = ["inventory", "observed"])]
    pub(in crate::cli) etcd_topology: Option<TopologyArgument>,
    /// What installs the cluster [default: kubeadm]
    #[arg(long, value_enum, value_name = "PROVIDER", conflicts_with_all = ["inventory", "observed"])]
    pub(in crate::cli) provider: Option<ProviderArgument>,
    /// The number of control-plane nodes [default: 1]
    #[arg(long, value_name = "NODES", conflicts_with_all = ["inventory", "observed"], value_parser = clap::value_parser!(u16).range(1..=9))]
    pub(in crate::cli) control_plane_nodes: Option<u16>,
    /// The number of worker nodes [default: 1]
    #[arg(long, value_name = "NODES", conflicts_with_all = ["inventory", "observed"], value_parser = clap::value_parser!(u32).range(0..=20_000))]
    pub(in crate::cli) workers: Option<u32>,
    /// What to weigh: every node in every hop, or as few drains as the rules permit [default:
    /// every-hop, or that of the plan that is resumed]
    #[arg(long, value_enum, value_name = "STRATEGY")]
    pub(in crate::cli) strategy: Option<StrategyArgument>,
    /// Stop at this release in its minor, such as `1.29=v1.29.9`; repeatable
    #[arg(long, value_name = "MINOR=VERSION", value_parser = pin)]
    pub(in crate::cli) pin: Vec<(MinorVersion, KubernetesVersion)>,
    /// Show both strategies for every target side by side, instead of a plan: hops, drains, work,
    /// hazards; with --start also windows, calendar days and days past the end of life
    #[arg(long, conflicts_with_all = ["strategy", "template", "templates"])]
    pub(in crate::cli) compare: bool,
    /// Never stop at this release; repeatable
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) avoid: Vec<KubernetesVersion>,
    /// The family of distributions that commands are written for [default: debian, or that of the
    /// plan that is resumed]
    #[arg(long, value_enum, value_name = "FAMILY")]
    pub(in crate::cli) os: Option<OsArgument>,
    /// Refuse to plan while anything is unknown, instead of stating assumptions
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) output: PlanFormat,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplateArguments,
    #[command(flatten)]
    pub(in crate::cli) schedule: ScheduleArguments,
    #[command(flatten)]
    pub(in crate::cli) data: DataArguments,
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

/// `--strategy`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum StrategyArgument {
    /// Each hop ends with all nodes on its minor
    EveryHop,
    /// Nodes move as seldom as the policy and the tool permit
    MinDrains,
}

/// `--os`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OsArgument {
    /// Debian, Ubuntu: apt-get
    Debian,
    /// RHEL, Rocky, Alma, Fedora: dnf
    Rhel,
}

/// `--etcd-topology`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TopologyArgument {
    /// On the control-plane nodes
    Stacked,
    /// On hosts of its own
    External,
}

/// `--provider`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProviderArgument {
    /// kubeadm
    Kubeadm,
    /// Binaries and units, by hand or by site automation
    Manual,
}
