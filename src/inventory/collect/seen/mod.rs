//! The facts, as they are read, each with its source; contradictions are refused here.
//!
//! Everything is kept by name in order, so that permuted input gives the same inventory.

mod etcd;
mod node;
mod pod;
mod settings;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Kind;
use super::Options;
use super::object::Metadata;
use super::object::Object;
use crate::diagnostic::Diagnostic;
use crate::inventory::MOST_NODES;
use crate::inventory::Unknown;
use crate::name::InstanceName;
use crate::version::KubernetesVersion;
pub(super) use etcd::SeenEtcd;
pub(super) use etcd::SeenMember;
pub(super) use etcd::host;
pub(super) use node::SeenNode;
pub(super) use pod::Part;
pub(super) use pod::SeenPod;
pub(super) use pod::Workload;
pub(super) use settings::SeenSettings;

/// The namespace of everything that is looked at.
const SYSTEM: &str = "kube-system";

/// The most pods that are kept: six parts on each of the most nodes.
const MOST_PODS: usize = 6 * MOST_NODES;

/// What messages call a text.
pub(super) type Source = Arc<str>;

/// A value and where it was said.
#[derive(Debug, Clone)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The nodes.
    pub(super) nodes: BTreeMap<InstanceName, Sourced<SeenNode>>,
    /// The pods of each part on each node, and where the first of them was seen.
    pub(super) pods: BTreeMap<Part, BTreeMap<InstanceName, Sourced<BTreeSet<SeenPod>>>>,
    /// Whether the pods of `kube-system` were read, so that a part that is not among them is absent.
    pub(super) system_pods: bool,
    /// Whether its daemon sets were read.
    pub(super) system_daemon_sets: bool,
    /// What the workload of a part is to run.
    pub(super) workloads: BTreeMap<Part, Sourced<Workload>>,
    /// Configuration files and config maps.
    pub(super) settings: SeenSettings,
    /// What etcd said.
    pub(super) etcd: SeenEtcd,
    /// What API servers answered when they were asked for their version.
    pub(super) servers: BTreeSet<KubernetesVersion>,
    /// The versions of kubectl that were used.
    pub(super) clients: BTreeSet<KubernetesVersion>,
    /// When the script looked at the cluster.
    pub(super) observed_at: Option<Timestamp>,
    /// What the script could not read.
    pub(super) failed: BTreeSet<Unknown>,
    system_uid: Option<Sourced<String>>,
    pod_count: usize,
    /// The lists of nodes that look like a whole cluster, by source.
    whole_lists: BTreeMap<Source, NodeList>,
}

/// The nodes of one source.
#[derive(Debug, Default)]
struct NodeList {
    control_plane: BTreeSet<InstanceName>,
    workers: usize,
}

impl Seen {
    /// Keeps what an object says; the kind that it was taken for.
    pub(super) fn object(
        &mut self,
        kind: Kind,
        object: &Object,
        options: &Options,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        match kind {
            Kind::Node => self.node(object, options, source),
            Kind::Pod => self.pod(object, source),
            Kind::DaemonSet | Kind::Deployment => self.workload(kind, object, source),
            Kind::ConfigMap => self.settings.config_map(object, source),
            Kind::Namespace => self.namespace(&object.metadata, source),
            _ => Ok(()),
        }
    }

    /// A name that came from outside.
    fn name(text: &str, what: &str, source: &Source) -> Result<InstanceName, Diagnostic> {
        text.parse().map_err(|error| {
            Diagnostic::error(format!("`{source}` has a {what} whose name cannot be one: {error}"))
                .help("give it as kubectl printed it")
        })
    }

    fn node(
        &mut self,
        object: &Object,
        options: &Options,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        let name = Self::name(&object.metadata.name, "node", source)?;
        let node = SeenNode::of(object, &options.pool_labels);
        let list = self.whole_lists.entry(source.clone()).or_default();
        if node.control_plane {
            list.control_plane.insert(name.clone());
        } else {
            list.workers += 1;
        }
        if let Some(known) = self.nodes.get_mut(&name) {
            known.value.agrees(&node).map_err(|what| {
                two_clusters(
                    format!("the node `{name}` has {what}"),
                    &known.source,
                    source,
                    "give dumps of one cluster that were taken together",
                )
            })?;
            // The later look wins, whichever is read first.
            if node > known.value {
                known.value = node;
                known.source = source.clone();
            }
            return Ok(());
        }
        if self.nodes.len() == MOST_NODES {
            return Err(Diagnostic::error(format!(
                "`{source}` has more than {MOST_NODES} nodes with those before it"
            ))
            .help("Kubernetes supports up to 5000 nodes; give the dumps of one cluster"));
        }
        self.nodes.insert(name, Sourced { value: node, source: source.clone() });
        Ok(())
    }

    fn pod(&mut self, object: &Object, source: &Source) -> Result<(), Diagnostic> {
        let Metadata { namespace, .. } = &object.metadata;
        if namespace != SYSTEM {
            return Ok(());
        }
        self.system_pods = true;
        let Some(part) = Part::of_pod(object) else { return Ok(()) };
        if object.spec.node_name.is_empty() {
            // Not scheduled, so it runs nowhere.
            return Ok(());
        }
        let node = Self::name(&object.spec.node_name, "pod on a node", source)?;
        if self.pod_count == MOST_PODS {
            return Err(Diagnostic::error(format!("`{source}` has more pods than nodes can have"))
                .help("give the dumps of one cluster"));
        }
        let no_pods = || Sourced { value: BTreeSet::new(), source: source.clone() };
        let pods = self.pods.entry(part).or_default().entry(node).or_insert_with(no_pods);
        self.pod_count += usize::from(pods.value.insert(SeenPod::of(object, part)));
        Ok(())
    }

    fn workload(&mut self, kind: Kind, object: &Object, source: &Source) -> Result<(), Diagnostic> {
        if object.metadata.namespace != SYSTEM {
            return Ok(());
        }
        self.system_daemon_sets |= kind == Kind::DaemonSet;
        let Some(part) = Part::of_workload(object) else { return Ok(()) };
        let workload = Workload::of(object, part);
        match self.workloads.get(&part) {
            Some(known)
                if known.value.generation == workload.generation
                    && known.value.image != workload.image =>
            {
                Err(two_clusters(
                    format!("`{}` has two images", object.metadata.name),
                    &known.source,
                    source,
                    "give dumps of one cluster",
                ))
            }
            Some(known) if known.value >= workload => Ok(()),
            _ => {
                self.workloads.insert(part, Sourced { value: workload, source: source.clone() });
                Ok(())
            }
        }
    }

    fn namespace(&mut self, metadata: &Metadata, source: &Source) -> Result<(), Diagnostic> {
        if metadata.name != SYSTEM || metadata.uid.is_empty() {
            return Ok(());
        }
        once(&mut self.system_uid, metadata.uid.clone(), source, || {
            "the namespace `kube-system` has two uids".to_owned()
        })
    }

    /// Refuses two lists that look like whole clusters and have no node in common.
    pub(super) fn one_cluster(&self) -> Result<(), Diagnostic> {
        let whole = self
            .whole_lists
            .iter()
            .filter(|(_, list)| !list.control_plane.is_empty() && list.workers > 0);
        let whole: Vec<_> = whole.collect();
        for pair in whole.windows(2) {
            let [(first, one), (second, other)] = pair else { continue };
            if one.control_plane.is_disjoint(&other.control_plane) {
                return Err(two_clusters(
                    "they have no control-plane node in common".to_owned(),
                    first,
                    second,
                    "give dumps of one cluster",
                ));
            }
        }
        Ok(())
    }
}

/// Keeps a value that there is only one of.
fn once<T: PartialEq>(
    slot: &mut Option<Sourced<T>>,
    value: T,
    source: &Source,
    what: impl FnOnce() -> String,
) -> Result<(), Diagnostic> {
    match slot {
        Some(known) if known.value != value => {
            Err(two_clusters(what(), &known.source, source, "give dumps of one cluster"))
        }
        Some(_) => Ok(()),
        None => {
            *slot = Some(Sourced { value, source: source.clone() });
            Ok(())
        }
    }
}

/// Two texts say what cannot be true of one cluster.
pub(super) fn two_clusters(
    what: impl Into<String>,
    first: &Source,
    second: &Source,
    help: &str,
) -> Diagnostic {
    let what = what.into();
    let message = if first == second {
        format!("`{first}` contradicts itself: {what}")
    } else {
        format!("`{first}` and `{second}` contradict each other: {what}")
    };
    Diagnostic::error(message).help(help)
}
