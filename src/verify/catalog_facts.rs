//! The facts, read from the catalog: single facts only, no decision of its own.

use jiff::civil::Date;

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::catalog::EtcdMatrix;
use crate::catalog::KnownBad;
use crate::catalog::KnownBadReleases;
use crate::catalog::Releases;
use crate::cluster::EtcdTopology;
use crate::diagnostic::Diagnostic;
use crate::plan::Layer;
use crate::plan::Plan;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::facts::Avoid;
use super::facts::Facts;

/// The catalog, as far as the verifier asks it.
#[derive(Debug)]
pub struct CatalogFacts<'a> {
    catalog: &'a Catalog,
    releases: &'a Releases,
    etcd: &'a EtcdMatrix,
    known_bad: &'a KnownBadReleases,
    cluster: ClusterFacts,
}

impl<'a> CatalogFacts<'a> {
    /// Opens the sections that are needed. What the plan says of the cluster (provider, topology)
    /// settles entries that concern some clusters only.
    ///
    /// # Errors
    ///
    /// Data that cannot be read.
    pub fn new(catalog: &'a Catalog, plan: &Plan) -> Result<Self, Diagnostic> {
        let cluster = ClusterFacts {
            provider: Some(plan.initial_state.provider),
            etcd_topology: Some(plan.initial_state.etcd_topology),
            ..ClusterFacts::default()
        };
        Ok(Self {
            catalog,
            releases: catalog.releases()?,
            etcd: catalog.etcd()?,
            known_bad: catalog.known_bad()?,
            cluster,
        })
    }

    fn must_not_stop(&self, entry: &KnownBad) -> bool {
        entry.action == Action::Avoid
            && entry.applies.settle(&self.cluster) != Applicability::No
            && !entry.fixes().is_empty()
    }
}

fn avoid(entry: &KnownBad) -> Avoid {
    Avoid {
        id: entry.id.clone(),
        what: entry.what.trim_end_matches('.').to_owned(),
        source: entry.source.first().cloned().unwrap_or_default(),
    }
}

impl Facts for CatalogFacts<'_> {
    fn as_of(&self) -> Date {
        self.catalog.as_of()
    }

    fn digest(&self) -> String {
        self.catalog.digest()
    }

    fn overlays(&self) -> Vec<Layer> {
        let layers = self.catalog.layers().iter();
        let own = layers.filter(|layer| layer.name != crate::catalog::EMBEDDED);
        own.map(|layer| Layer { name: layer.name.clone(), changes: layer.changed.clone() })
            .collect()
    }

    fn knows_minor(&self, minor: MinorVersion) -> bool {
        self.releases.minor(minor).is_some()
    }

    fn knows_release(&self, version: &KubernetesVersion) -> bool {
        self.releases.knows(version)
    }

    fn knows_etcd_minor(&self, minor: EtcdMinor) -> bool {
        self.etcd.releases().contains_key(&minor)
    }

    fn knows_etcd(&self, version: &EtcdVersion) -> bool {
        self.etcd.knows(version)
    }

    fn end_of_life(&self, minor: MinorVersion) -> Option<Date> {
        self.releases.minor(minor).map(|release| release.end_of_life)
    }

    fn avoid(&self, version: &KubernetesVersion) -> Option<Avoid> {
        let hits = self.known_bad.hits(version);
        hits.into_iter()
            .find(|entry| self.must_not_stop(entry) && entry.has_fix_in(version.minor()).is_some())
            .map(avoid)
    }

    fn avoid_etcd(&self, version: &EtcdVersion) -> Option<Avoid> {
        let marked = self.known_bad.hits_etcd(version).into_iter();
        let marked = marked.filter(|entry| self.must_not_stop(entry)).map(avoid).next();
        marked.or_else(|| {
            // A user's matrix may forbid more.
            let fault = self
                .etcd
                .faults(version)
                .find(|fault| fault.decided_by != crate::catalog::EMBEDDED)?;
            Some(Avoid {
                id: fault.id.clone().unwrap_or_else(|| fault.decided_by.clone()),
                what: fault.reason.clone(),
                source: fault.source.first().cloned().unwrap_or_default(),
            })
        })
    }

    fn etcd_floor(&self, to: EtcdMinor) -> Option<EtcdVersion> {
        self.etcd
            .entries()
            .iter()
            .find(|entry| entry.to == to)
            .and_then(|entry| entry.floor.clone().or_else(|| entry.safety_floor.clone()))
    }

    fn etcd_floor_decided_by(&self, to: EtcdMinor) -> Option<String> {
        let entry = self.etcd.entries().iter().find(|entry| entry.to == to)?;
        (entry.decided_by != crate::catalog::EMBEDDED).then(|| entry.decided_by.clone())
    }

    fn etcd_minimum(
        &self,
        version: &KubernetesVersion,
        topology: EtcdTopology,
    ) -> Option<EtcdVersion> {
        match topology {
            EtcdTopology::External => self.etcd.minimum(version).map(|minimum| minimum.version),
            EtcdTopology::Stacked => {
                self.etcd.stacked_minimum(version.minor()).map(|rule| rule.etcd.clone())
            }
        }
    }

    fn etcd_ceiling(&self, minor: MinorVersion) -> Option<(EtcdMinor, bool)> {
        let accepted = self.etcd.accepted(minor)?;
        Some((accepted.minors.last().copied()?, accepted.verified))
    }

    fn etcd_default(&self, version: &KubernetesVersion) -> Option<EtcdVersion> {
        self.etcd.kubeadm_default(version).map(|default| default.version)
    }
}
