//! From what `kubectl`, `etcdctl` and `kubeadm` print to an [`Inventory`].
//!
//! ```text
//! text ─► input: decode, frame ─► object: minimal types ─► seen: facts, by source ─► build ─► Inventory
//! ```
//!
//! `input` cuts a text into single objects while it streams, so that no more than one of them is
//! in memory. `object` reads of an object what an inventory needs, and skips the rest unread.
//! `seen` keeps the facts and refuses contradictions. `build` makes the one inventory of them;
//! what is missing becomes an [`Unknown`], never a guess. No clock, environment or network here:
//! `cli` opens the files, and a live cluster feeds the same readers with pages of JSON.

mod build;
mod config;
mod image;
mod input;
mod object;
mod observe;
mod recognised;
mod seen;

use std::io::Read;
use std::sync::Arc;

use jiff::Timestamp;

use super::Inventory;
use super::Unknown;
use crate::diagnostic::Diagnostic;
pub use recognised::Kind;
pub use recognised::Recognised;
use seen::Seen;

/// A POSIX shell script that writes one file for [`Observations::read`], for clusters that only
/// somebody else may look at. It reads, and writes no secret.
pub const SCRIPT: &str = include_str!("script.sh");

/// What the texts do not say themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The name of the cluster; without it, that of kubeadm's configuration.
    pub name: Option<String>,
    /// The labels of nodes that name their pool; the first that a node has decides.
    pub pool_labels: Vec<String>,
    /// When the cluster was looked at; without it, what the output of the script says.
    pub observed_at: Option<Timestamp>,
}

/// The labels that providers of clusters and their tools give the nodes of a pool.
const POOL_LABELS: [&str; 19] = [
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
    "kops.k8s.io/instancegroup",
    "worker.gardener.cloud/pool",
    "doks.digitalocean.com/node-pool",
    "lke.linode.com/pool-id",
    "k8s.scaleway.com/pool-name",
    "ibm-cloud.kubernetes.io/worker-pool-name",
    "hypershift.openshift.io/nodePool",
    "node.kubernetes.io/pool",
    "node.kubernetes.io/nodepool",
    "node-pool",
    "nodepool",
    "pool",
];

impl Default for Options {
    fn default() -> Self {
        Self { name: None, pool_labels: POOL_LABELS.map(str::to_owned).to_vec(), observed_at: None }
    }
}

impl Options {
    /// Puts labels in front of the usual ones.
    #[must_use]
    pub fn with_pool_labels(mut self, labels: &[String]) -> Self {
        self.pool_labels.splice(0..0, labels.iter().cloned());
        self
    }
}

/// Gathers what is said about one cluster.
#[derive(Debug)]
pub struct Observations {
    options: Options,
    seen: Seen,
    unknowns: Vec<Unknown>,
}

impl Observations {
    /// Nothing seen yet.
    pub fn new(options: Options) -> Self {
        Self { options, seen: Seen::default(), unknowns: Vec::new() }
    }

    /// Reads one text of a known kind, which is told from its content. `source` is what messages
    /// call it; the pages of one list have one source.
    ///
    /// A text of no known kind is no error: then nothing is recognised.
    ///
    /// # Errors
    ///
    /// A text of a known kind that is broken or cut off, or that contradicts what was read before.
    pub fn read(&mut self, source: &str, mut input: impl Read) -> Result<Recognised, Diagnostic> {
        let source: Arc<str> = source.into();
        observe::read(&mut self.seen, &self.options, &source, &mut input)
    }

    /// Something could not be read: no permission, not given.
    pub fn unknown(&mut self, unknown: Unknown) {
        self.unknowns.push(unknown);
    }

    /// The one inventory of everything that was read.
    ///
    /// # Errors
    ///
    /// Nothing was read that names a cluster, or two clusters were.
    pub fn finish(self) -> Result<Inventory, Diagnostic> {
        build::inventory(self.seen, self.options, self.unknowns)
    }
}
