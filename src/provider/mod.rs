//! How an act is done: its commands, checkpoints, way back and time, for kubeadm and for a manual
//! install, by version and OS family.
//!
//! `planner` decides *what* happens and why; this room only says *how*. A table per concern, no
//! policy. Sources: kubeadm's and etcd's own upgrade guides, named at each procedure.

mod backup;
mod checks;
mod client;
mod durations;
mod etcd;
mod etcd_hosts;
mod kubeadm;
mod manual;
mod nodes;
mod packages;
mod preflight;
mod proof;
mod script;
mod start;

use crate::cluster::EtcdTopology;
use crate::cluster::OsFamily;
use crate::cluster::Provider;
use crate::component::Component;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Batch;
use crate::plan::Checkpoint;
use crate::plan::Command;
use crate::plan::Duration;
use crate::plan::KubeProxyMode;
use crate::plan::Rollback;
use crate::plan::Transition;
use crate::plan::VersionChange;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// The cluster, as far as a procedure depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// What installs and upgrades it.
    pub provider: Provider,
    /// The family of distributions of its nodes.
    pub os: OsFamily,
    /// Where etcd runs.
    pub topology: EtcdTopology,
    /// How kube-proxy runs.
    pub kube_proxy: KubeProxyMode,
    /// The control-plane nodes, in the order in which they move.
    pub control_plane: &'a [InstanceName],
    /// The etcd members.
    pub etcd_members: &'a [InstanceName],
    /// The first minor with an official package repository; older ones come as release binaries.
    pub packages_from: MinorVersion,
}

/// A hop, as far as a procedure depends on it.
#[derive(Debug, Clone, Copy)]
pub struct HopFrame<'a> {
    /// The oldest kube-apiserver before it.
    pub from: &'a KubernetesVersion,
    /// Every kube-apiserver after it.
    pub to: &'a KubernetesVersion,
    /// The kubelet versions that nodes may have after it: one, or more where nodes are deferred.
    pub kubelets_after: &'a [KubernetesVersion],
    /// etcd after it.
    pub etcd_after: &'a EtcdVersion,
    /// `CoreDNS` as kubeadm deploys it with `to`, where the catalog knows it.
    pub coredns: Option<&'a str>,
    /// What runs before it, as the plan takes it to be.
    pub start: &'a [VersionChange],
    /// Whether the hop changes the control plane (false: it only levels nodes, etcd or clients).
    pub control_plane_moves: bool,
    /// Whether it is the first hop of the plan.
    pub first: bool,
}

/// An etcd image tag and whether it is known to exist.
#[derive(Debug, Clone, Copy)]
pub struct EtcdImage<'a> {
    /// The tag, such as `3.5.24-0`.
    pub tag: &'a str,
    /// Whether the catalog knows that the tag exists.
    pub shipped: bool,
}

/// The turn of a control-plane node in a hop, which decides how kubeadm is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first: `kubeadm upgrade apply`.
    First,
    /// Another: `kubeadm upgrade node`, which follows the record that the first one wrote.
    Follows,
    /// Another, in a hop that somebody left half done: the record is looked at before it is followed.
    Completes,
}

/// A shell function by which `etcdctl` reaches the members of this site from the operator's machine.
pub fn etcdctl_function(site: &Site<'_>) -> String {
    etcd::function(site)
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// Read everything that can be read before the hop.
    Preflight(HopFrame<'a>),
    /// A person decides whether the hop starts.
    Gate(HopFrame<'a>),
    /// A verified snapshot of etcd and of the control-plane files, before `before` changes.
    Backup {
        /// etcd as it runs now.
        etcd: &'a EtcdVersion,
        /// What changes next: `Etcd` or `KubeApiserver`.
        before: Component,
    },
    /// Brings every member of etcd to a version, one at a time, the leader last.
    Etcd {
        /// The oldest member now.
        from: &'a EtcdVersion,
        /// Every member afterwards.
        to: &'a EtcdVersion,
        /// How many members move: those that are there already do not.
        moving: u64,
        /// The image, for etcd in pods.
        image: EtcdImage<'a>,
        /// kubeadm and the control plane as they are now: they do not change in this step.
        running: &'a KubernetesVersion,
        /// Whether every part of the control plane runs that, and kubeadm's record says so: only then
        /// can the kubeadm that runs be asked to move etcd and nothing else.
        level: bool,
    },
    /// Time in which etcd is watched.
    EtcdSoak {
        /// etcd as it runs now.
        etcd: &'a EtcdVersion,
        /// Whether its minor changed.
        minor_changed: bool,
    },
    /// kubeadm: the control-plane static pods of one node.
    ControlPlaneNode {
        /// The node.
        node: &'a InstanceName,
        /// Its kube-apiserver before.
        from: &'a KubernetesVersion,
        /// The node afterwards.
        to: &'a KubernetesVersion,
        /// What moves on it.
        moves: &'a [Transition],
        /// Its turn in the hop.
        turn: Turn,
        /// Whether no node is left to move after it.
        last: bool,
        /// Whether kubeadm moves kube-proxy and `CoreDNS` with this node.
        moves_addons: bool,
    },
    /// manual: one component on all control-plane nodes, one node at a time.
    ControlPlaneComponent {
        /// kube-apiserver, kube-controller-manager or kube-scheduler.
        component: Component,
        /// The nodes, in order.
        nodes: &'a [InstanceName],
        /// The oldest before.
        from: &'a KubernetesVersion,
        /// All afterwards.
        to: &'a KubernetesVersion,
    },
    /// kubeadm: proof that kube-proxy and `CoreDNS`, which kubeadm moved, have rolled out; where
    /// `by_itself` is set, kube-proxy is moved in this step (levelling).
    Addons {
        /// kube-proxy afterwards.
        to: &'a KubernetesVersion,
        /// `CoreDNS` as kubeadm deploys it, where the catalog knows it.
        coredns: Option<&'a str>,
        /// Whether this step moves kube-proxy rather than only proving it.
        by_itself: bool,
    },
    /// The kubelets of control-plane nodes, one node at a time, drained.
    ControlPlaneKubelets {
        /// The nodes, in order.
        nodes: &'a [InstanceName],
        /// The oldest kubelet before.
        from: &'a KubernetesVersion,
        /// All afterwards.
        to: &'a KubernetesVersion,
    },
    /// The nodes of a pool: a canary, then batches, drained.
    Workers {
        /// The pool.
        pool: &'a PoolName,
        /// The file that holds its nodes, one a line.
        list: &'a str,
        /// Its nodes, in order; made-up names where the pool is only counted.
        nodes: &'a [InstanceName],
        /// Whether the pool is only counted.
        counted: bool,
        /// The oldest kubelet before.
        from: &'a KubernetesVersion,
        /// All afterwards.
        to: &'a KubernetesVersion,
        /// The release of each minor after `from`'s, up to and including `to`, that kubeadm passes
        /// through on the node (rule `kubeadm-one-minor`); just `to` where no minor is skipped.
        stops: &'a [KubernetesVersion],
        /// How many at once.
        batch: Batch,
        /// Whether a kube-proxy of the node (mode per node) moves with its kubelet.
        with_kube_proxy: bool,
    },
    /// The kubectl of one client.
    Client {
        /// The client.
        client: &'a InstanceName,
        /// Its kubectl afterwards.
        to: &'a KubernetesVersion,
    },
    /// Proof that the hop is complete.
    Validate(HopFrame<'a>),
    /// Time in which the cluster is watched before the next hop.
    Soak(HopFrame<'a>),
    /// Proof that the whole upgrade is complete.
    CloseValidate(HopFrame<'a>),
    /// Pins and holds restored, backups pruned, records filed.
    CloseCleanUp {
        /// The last hop.
        hop: HopFrame<'a>,
        /// Whether the plan pinned the etcd image in `ClusterConfiguration`.
        etcd_pinned: bool,
    },
}

/// How an act is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// What is typed, in order.
    pub commands: Vec<Command>,
    /// What must hold afterwards.
    pub checkpoints: Vec<Checkpoint>,
    /// When to stop instead of going on.
    pub abort: String,
    /// The way back.
    pub rollback: Rollback,
    /// How long it takes.
    pub duration: Duration,
}

/// How an act is done on this site. Commands and checkpoints are for exactly the versions that the
/// act names; the order of steps is the planner's.
pub fn procedure(site: &Site<'_>, act: &Act<'_>) -> Procedure {
    match *act {
        Act::Preflight(hop) => preflight::preflight(site, &hop),
        Act::Gate(hop) => preflight::gate(site, &hop),
        Act::Backup { etcd, before } => backup::procedure(site, etcd, before),
        Act::Etcd { from, to, moving, image, running, level: true } if etcd::in_pods(site) => {
            kubeadm::etcd(site, (from, to), moving, image, running)
        }
        Act::Etcd { from, to, moving, image, level: false, .. } if etcd::in_pods(site) => {
            kubeadm::etcd_by_hand(site, (from, to), moving, image)
        }
        Act::Etcd { from, to, moving, image, .. } => {
            etcd_hosts::procedure(site, (from, to), moving, image)
        }
        Act::EtcdSoak { etcd, minor_changed } => proof::etcd_soak(site, etcd, minor_changed),
        Act::ControlPlaneNode { node, from, to, moves, turn, last, moves_addons } => {
            match site.provider {
                Provider::Kubeadm => kubeadm::control_plane_node(
                    site,
                    kubeadm::ControlPlaneNode { node, from, to, moves, turn, last, moves_addons },
                ),
                Provider::Manual => manual::control_plane_node(node, from, to),
            }
        }
        Act::ControlPlaneComponent { component, nodes, from, to } => {
            manual::control_plane_component(component, nodes, from, to)
        }
        Act::Addons { to, coredns, by_itself } => kubeadm::addons(site, to, coredns, by_itself),
        Act::ControlPlaneKubelets { nodes, from, to } => {
            nodes::control_plane_kubelets(site, nodes, from, to)
        }
        Act::Workers { pool, list, nodes, counted, from, to, stops, batch, with_kube_proxy } => {
            let act = nodes::Workers {
                pool,
                list,
                nodes,
                counted,
                from,
                to,
                stops,
                batch,
                with_kube_proxy,
            };
            nodes::workers(site, act)
        }
        Act::Client { client, to } => client::procedure(site, client, to),
        Act::Validate(hop) => proof::validate(site, &hop),
        Act::Soak(hop) => proof::soak(site, &hop),
        Act::CloseValidate(hop) => proof::close_validate(site, &hop),
        Act::CloseCleanUp { hop, etcd_pinned } => proof::clean_up(site, &hop, etcd_pinned),
    }
}
