//! Which clusters a hazard or a bad patch concerns, in a form that an inventory can settle.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::EtcdTopology;
use crate::cluster::OsFamily;
use crate::cluster::Provider;
use crate::version::EtcdMinor;

use super::common::is_false;

/// A small enum that documents spell in lower case, with its name as text.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(match self {
                    $(Self::$variant => $word,)+
                })
            }
        }
    };
}
pub(super) use words;

words! {
    /// How many API servers there are.
    ControlPlaneShape {
        /// One.
        Single = "single",
        /// More than one.
        Ha = "ha",
    }
}

words! {
    /// What runs the containers of a node.
    ContainerRuntime {
        /// Docker Engine, through dockershim or cri-dockerd.
        Docker = "docker",
        /// containerd.
        Containerd = "containerd",
        /// CRI-O.
        CriO = "cri-o",
    }
}

words! {
    /// The kernel of a node.
    OperatingSystem {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
    }
}

words! {
    /// The cgroup hierarchy of a node.
    CgroupVersion {
        /// The old one.
        V1 = "v1",
        /// The unified one.
        V2 = "v2",
    }
}

/// What must be true of a cluster for an entry to matter: every given field must hold, an absent
/// field restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Applies {
    /// Only clusters of this provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Only clusters with etcd there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etcd_topology: Option<EtcdTopology>,
    /// Only clusters with that many API servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<ControlPlaneShape>,
    /// Only clusters with a node of this runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<ContainerRuntime>,
    /// Only clusters with a node of this kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<OperatingSystem>,
    /// Only clusters with a node of this family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_family: Option<OsFamily>,
    /// Only clusters with a node on this hierarchy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// Only hops that move etcd to this minor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etcd_enters: Option<EtcdMinor>,
    /// Only clusters with this many etcd members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etcd_members: Option<u64>,
    /// Something more that no inventory settles; the entry says it in words.
    #[serde(skip_serializing_if = "is_false")]
    pub other: bool,
}

/// The values of a fact that were seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<T> {
    /// The values.
    pub values: BTreeSet<T>,
    /// Whether there are no others: every node was looked at.
    pub complete: bool,
}

impl<T: Ord> Seen<T> {
    /// All values, every place looked at.
    pub fn all(values: impl IntoIterator<Item = T>) -> Self {
        Self { values: values.into_iter().collect(), complete: true }
    }

    /// Some values; there may be others.
    pub fn some(values: impl IntoIterator<Item = T>) -> Self {
        Self { values: values.into_iter().collect(), complete: false }
    }

    fn settle(&self, wanted: &T) -> Applicability {
        match (self.values.contains(wanted), self.complete) {
            (true, _) => Applicability::Yes,
            (false, true) => Applicability::No,
            (false, false) => Applicability::Unknown,
        }
    }
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { values: BTreeSet::new(), complete: false }
    }
}

/// What is known of a cluster and of a hop; `None` and incomplete sets are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// Who installs and upgrades.
    pub provider: Option<Provider>,
    /// Where etcd runs.
    pub etcd_topology: Option<EtcdTopology>,
    /// How many API servers there are.
    pub control_plane: Option<ControlPlaneShape>,
    /// The runtimes of the nodes.
    pub container_runtimes: Seen<ContainerRuntime>,
    /// The kernels of the nodes.
    pub operating_systems: Seen<OperatingSystem>,
    /// The distributions of the nodes.
    pub os_families: Seen<OsFamily>,
    /// The cgroup hierarchies of the nodes.
    pub cgroups: Seen<CgroupVersion>,
    /// The etcd minors that the hop enters; empty and complete where etcd keeps its minor.
    pub etcd_enters: Seen<EtcdMinor>,
    /// How many etcd members there are.
    pub etcd_members: Option<u64>,
}

/// Whether an entry concerns a cluster. The order is that of the weakest answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// It cannot.
    No,
    /// Nothing settles it: show it.
    Unknown,
    /// It does.
    Yes,
}

impl Applies {
    /// Whether the facts settle that the entry concerns the cluster: `No` as soon as one condition
    /// fails, `Yes` when every one holds.
    pub fn settle(&self, facts: &ClusterFacts) -> Applicability {
        let Self {
            provider,
            etcd_topology,
            control_plane,
            container_runtime,
            os,
            os_family,
            cgroup,
            etcd_enters,
            etcd_members,
            other,
        } = self;
        [
            equal(provider.as_ref(), facts.provider.as_ref()),
            equal(etcd_topology.as_ref(), facts.etcd_topology.as_ref()),
            equal(control_plane.as_ref(), facts.control_plane.as_ref()),
            among(container_runtime.as_ref(), &facts.container_runtimes),
            among(os.as_ref(), &facts.operating_systems),
            among(os_family.as_ref(), &facts.os_families),
            among(cgroup.as_ref(), &facts.cgroups),
            among(etcd_enters.as_ref(), &facts.etcd_enters),
            equal(etcd_members.as_ref(), facts.etcd_members.as_ref()),
            if *other { Applicability::Unknown } else { Applicability::Yes },
        ]
        .into_iter()
        .min()
        .unwrap_or(Applicability::Yes)
    }

    /// Whether nothing is restricted.
    pub fn is_unrestricted(&self) -> bool {
        *self == Self::default()
    }
}

fn equal<T: PartialEq>(wanted: Option<&T>, known: Option<&T>) -> Applicability {
    match (wanted, known) {
        (None, _) => Applicability::Yes,
        (Some(_), None) => Applicability::Unknown,
        (Some(wanted), Some(known)) if wanted == known => Applicability::Yes,
        (Some(_), Some(_)) => Applicability::No,
    }
}

fn among<T: Ord>(wanted: Option<&T>, seen: &Seen<T>) -> Applicability {
    wanted.map_or(Applicability::Yes, |wanted| seen.settle(wanted))
}

#[cfg(test)]
mod tests {
    use super::Applicability;
    use super::Applies;
    use super::CgroupVersion;
    use super::ClusterFacts;
    use super::ContainerRuntime;
    use super::EtcdTopology;
    use super::Provider;
    use super::Seen;

    fn facts() -> ClusterFacts {
        ClusterFacts {
            provider: Some(Provider::Kubeadm),
            etcd_topology: Some(EtcdTopology::External),
            container_runtimes: Seen::all([ContainerRuntime::Containerd]),
            cgroups: Seen::some([CgroupVersion::V2]),
            etcd_enters: Seen::all(["3.6".parse().unwrap()]),
            etcd_members: Some(3),
            ..ClusterFacts::default()
        }
    }

    #[test]
    fn every_condition_is_settled_and_one_no_decides() {
        for (yaml, expected) in [
            ("{}", Applicability::Yes),
            ("{provider: kubeadm}", Applicability::Yes),
            ("{provider: manual}", Applicability::No),
            ("{etcdTopology: stacked}", Applicability::No),
            ("{controlPlane: ha}", Applicability::Unknown),
            ("{containerRuntime: containerd}", Applicability::Yes),
            ("{containerRuntime: docker}", Applicability::No),
            ("{cgroup: v2}", Applicability::Yes),
            ("{cgroup: v1}", Applicability::Unknown),
            ("{os: windows}", Applicability::Unknown),
            ("{etcdEnters: \"3.6\"}", Applicability::Yes),
            ("{etcdEnters: \"3.7\"}", Applicability::No),
            ("{etcdMembers: 1}", Applicability::No),
            ("{other: true}", Applicability::Unknown),
            ("{provider: kubeadm, other: true}", Applicability::Unknown),
            ("{provider: manual, other: true}", Applicability::No),
        ] {
            let applies: Applies = serde_yaml::from_str(yaml).unwrap();
            assert_eq!(applies.settle(&facts()), expected, "{yaml}");
            if applies != Applies::default() {
                let unknown = applies.settle(&ClusterFacts::default());
                assert_eq!(unknown, Applicability::Unknown, "{yaml}: nothing known, never a no");
            }
        }
    }
}
