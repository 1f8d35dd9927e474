//! What every check looks at: the cluster, the catalog, the rows, the hop that would come next.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::catalog::Releases;
use crate::catalog::Seen;
use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::facts;
use crate::finding::some;
use crate::inventory::Inventory;
use crate::name::PoolName;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::EtcdMinor;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::roster;
use super::roster::Row;

/// What every check looks at.
pub(super) struct Scene<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) catalog: &'a Catalog,
    pub(super) releases: &'a Releases,
    pub(super) policy: &'a VersionSkewPolicy,
    pub(super) tool: &'a ToolRules,
    pub(super) today: Date,
    pub(super) facts: ClusterFacts,
    /// The oldest and the newest minor of the kube-apiservers.
    pub(super) minors: Option<(MinorVersion, MinorVersion)>,
    pub(super) rows: Vec<Row>,
}

/// Rows of one component that run one version in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) component: Component,
    pub(super) pool: Option<PoolName>,
    pub(super) version: ComponentVersion,
}

impl Group {
    /// What it is, in the form that a baseline names: `kubelet v1.26.15 of pool batch`.
    pub(super) fn subject(&self) -> String {
        let Self { component, pool, version } = self;
        match pool {
            Some(pool) => format!("{component} {version} of pool {pool}"),
            None => format!("{component} {version} of the control plane"),
        }
    }
}

impl<'a> Scene<'a> {
    /// Measures every instance.
    pub(super) fn new(
        inventory: &'a Inventory,
        catalog: &'a Catalog,
        policy: &'a VersionSkewPolicy,
        tool: &'a ToolRules,
        today: Date,
    ) -> Result<Self, Diagnostic> {
        let mut scene = Self {
            inventory,
            catalog,
            releases: catalog.releases()?,
            policy,
            tool,
            today,
            facts: facts::of(inventory),
            minors: roster::apiserver_minors(inventory),
            rows: roster::rows(inventory, policy, tool),
        };
        scene.facts.etcd_enters = scene.etcd_enters()?;
        Ok(scene)
    }

    /// The etcd minor that the next hop enters, where kubeadm moves etcd; elsewhere nobody has decided.
    fn etcd_enters(&self) -> Result<Seen<EtcdMinor>, Diagnostic> {
        let versions = self.inventory.etcd.members.iter().map(|member| member.version.as_ref());
        let oldest = versions.collect::<Option<Vec<_>>>().and_then(|known| known.into_iter().min());
        let default = match self.next_release() {
            Some(release) => self.catalog.etcd()?.kubeadm_default(release),
            None => None,
        };
        Ok(match (oldest, default) {
            (Some(oldest), Some(default)) if self.moves_etcd() => {
                let to = default.version.minor();
                Seen::all(Some(to).filter(|to| *to > oldest.minor()))
            }
            _ => Seen::default(),
        })
    }

    /// Whether kubeadm moves etcd itself.
    pub(super) fn moves_etcd(&self) -> bool {
        self.inventory.provider == Provider::Kubeadm
            && self.inventory.etcd.topology == EtcdTopology::Stacked
    }

    /// The minor that the next hop goes to, whether it is released or not.
    pub(super) fn next(&self) -> Option<MinorVersion> {
        self.minors.map(|(_, newest)| newest.next())
    }

    /// The newest release of that minor, if the catalog knows one.
    pub(super) fn next_release(&self) -> Option<&'a KubernetesVersion> {
        self.releases.minor(self.next()?)?.newest()
    }

    /// The rows that a check is about, by component, place and version.
    pub(super) fn groups(&self, of: impl Fn(&Row) -> bool) -> BTreeMap<Group, Vec<usize>> {
        let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| of(row)) {
            if let Some(version) = row.version.clone() {
                let group = Group { component: row.component, pool: row.pool.clone(), version };
                groups.entry(group).or_default().push(at);
            }
        }
        groups
    }

    /// The rows of one component that a check is about.
    pub(super) fn select(&self, of: impl Fn(&Row) -> bool) -> Vec<usize> {
        (0..self.rows.len()).filter(|at| of(&self.rows[*at])).collect()
    }

    /// The first few instances by name.
    pub(super) fn names(&self, rows: &[usize]) -> String {
        // `some` counts the rest, so every entry is needed, but only the first names are.
        let names: Vec<String> =
            rows.iter().map(|at| self.rows[*at].instance.to_string()).collect();
        some(&names)
    }
}
