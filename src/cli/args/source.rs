//! Where the cluster is read from, for every command that looks at one.

use std::path::PathBuf;

use clap::ArgGroup;
use clap::Args;
use jiff::Timestamp;

use super::LiveArguments;

/// An inventory, or what one can be made of.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct SourceArguments {
    /// The inventory of the cluster (kind: `ClusterInventory`); `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "observed", help_heading = "Cluster")]
    pub(in crate::cli) inventory: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) observed: ObservedArguments,
}

/// A cluster that is looked at: through files that were printed elsewhere, or live.
#[derive(Debug, Clone, Default, Args)]
#[command(group(ArgGroup::new("observed").args(["from_dump", "context", "kubeconfig", "in_cluster"]).multiple(true)))]
pub(in crate::cli) struct ObservedArguments {
    /// What kubectl, etcdctl, kubeadm or the script of `kubehop inventory --script` printed: files,
    /// folders with all that is in them, `-` for standard input. What each is, is told from its
    /// content
    #[arg(
        long,
        value_name = "PATH",
        num_args = 1..,
        conflicts_with = "live",
        help_heading = "Cluster"
    )]
    pub(in crate::cli) from_dump: Vec<PathBuf>,
    /// What `etcdctl endpoint status -w json` or `etcdctl member list -w json` printed: the versions
    /// of an external etcd, which Kubernetes cannot tell; repeatable
    #[arg(long, value_name = "FILE", requires = "observed", help_heading = "Cluster")]
    pub(in crate::cli) etcd_status: Vec<PathBuf>,
    /// A label of nodes that names their pool, before the usual ones of providers; repeatable
    #[arg(long, value_name = "KEY", requires = "observed", help_heading = "Cluster")]
    pub(in crate::cli) pool_label: Vec<String>,
    /// The name of the cluster [default: that of kubeadm's configuration, or of the context]
    #[arg(long, value_name = "NAME", requires = "observed", help_heading = "Cluster")]
    pub(in crate::cli) name: Option<String>,
    /// When the cluster was looked at, such as `2026-11-20T08:00:00Z` [default: now for a live cluster,
    /// what the output of the script says, else not known]
    #[arg(long, value_name = "TIME", requires = "observed", help_heading = "Cluster")]
    pub(in crate::cli) observed_at: Option<Timestamp>,
    #[command(flatten)]
    pub(in crate::cli) live: LiveArguments,
}
