//! What the verifier must know of releases: the whole of its interface to the catalog.

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::catalog::EtcdMatrix;
use crate::catalog::KnownBad;
use crate::catalog::KnownBadReleases;
use crate::catalog::Releases;
use crate::catalog::known_bad::Action;
use crate::cluster::EtcdTopology;
use crate::diagnostic::Diagnostic;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// Why a plan must not stop at a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avoid {
    /// The entry of the catalog.
    pub id: String,
    /// What goes wrong there.
    pub what: String,
    /// Where this is known from.
    pub source: String,
}

/// What the verifier must know of releases.
///
/// The verifier asks for single facts and draws its own conclusions; it takes no decision of the
/// catalog's (such as "the best patch") over.
pub trait Facts {
    /// The day up to which the data reaches; the core reads no clock.
    fn as_of(&self) -> Date;

    /// The digest of all of it, overlays included.
    fn digest(&self) -> String;

    /// Whether the minor is known.
    fn knows_minor(&self, minor: MinorVersion) -> bool;

    /// Whether the release, a vendor's build of it included, is known.
    fn knows_release(&self, version: &KubernetesVersion) -> bool;

    /// When support of the minor ends.
    fn end_of_life(&self, minor: MinorVersion) -> Option<Date>;

    /// Why no plan may stop at this release; `None` where it may, also where an entry holds under
    /// conditions only or where no patch is free of it.
    fn avoid(&self, version: &KubernetesVersion) -> Option<Avoid>;

    /// The same for etcd.
    fn avoid_etcd(&self, version: &EtcdVersion) -> Option<Avoid>;

    /// The oldest release from which a member may enter `to`; `None` where no floor is known.
    fn etcd_floor(&self, to: EtcdMinor) -> Option<EtcdVersion>;

    /// The oldest etcd that the release accepts where etcd runs like this.
    fn etcd_minimum(
        &self,
        version: &KubernetesVersion,
        topology: EtcdTopology,
    ) -> Option<EtcdVersion>;

    /// The etcd that kubeadm deploys with the release.
    fn etcd_default(&self, version: &KubernetesVersion) -> Option<EtcdVersion>;
}

/// The facts of a catalog.
#[derive(Debug, Clone)]
pub struct CatalogFacts<'a> {
    catalog: &'a Catalog,
    releases: &'a Releases,
    etcd: &'a EtcdMatrix,
    known_bad: &'a KnownBadReleases,
}

impl<'a> CatalogFacts<'a> {
    /// Reads the sections of the catalog that the verifier needs.
    ///
    /// # Errors
    ///
    /// A diagnostic where a section cannot be read: without it nothing could be called clean.
    pub fn new(catalog: &'a Catalog) -> Result<Self, Diagnostic> {
        Ok(Self {
            catalog,
            releases: catalog.releases()?,
            etcd: catalog.etcd()?,
            known_bad: catalog.known_bad()?,
        })
    }
}

/// The entry as a reason not to stop.
fn reason(entry: &KnownBad) -> Avoid {
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

    fn knows_minor(&self, minor: MinorVersion) -> bool {
        self.releases.minor(minor).is_some()
    }

    fn knows_release(&self, version: &KubernetesVersion) -> bool {
        self.releases.knows(version)
    }

    fn end_of_life(&self, minor: MinorVersion) -> Option<Date> {
        self.releases.minor(minor).map(|release| release.end_of_life)
    }

    fn avoid(&self, version: &KubernetesVersion) -> Option<Avoid> {
        let avoid = |entry: &&KnownBad| entry.action == Action::Avoid;
        // Without a patch that is free of it the entry is a hazard of the hop, not a dead end.
        let fixed = |entry: &&KnownBad| entry.has_fix_in(version.minor()).is_some();
        self.known_bad.hits(version).into_iter().filter(avoid).find(fixed).map(reason)
    }

    fn avoid_etcd(&self, version: &EtcdVersion) -> Option<Avoid> {
        let bad = self.known_bad.hits_etcd(version).into_iter();
        let bad = bad.filter(|entry| entry.action == Action::Avoid).map(reason).next();
        let fault = self.etcd.faults(version).find(|fault| fault.verified).map(|fault| Avoid {
            id: fault.id.clone().unwrap_or_else(|| "etcd".to_owned()),
            what: fault.reason.clone(),
            source: fault.source.first().cloned().unwrap_or_default(),
        });
        // Where every known patch has a fault, one of them must be stopped at.
        let stops = self.etcd.recommended(version.minor());
        bad.or(fault).filter(|_| stops.as_ref() != Some(version))
    }

    fn etcd_floor(&self, to: EtcdMinor) -> Option<EtcdVersion> {
        let entry = self.etcd.entries().iter().find(|entry| entry.to == to)?;
        entry.floor.clone().or_else(|| entry.safety_floor.clone())
    }

    fn etcd_minimum(
        &self,
        version: &KubernetesVersion,
        topology: EtcdTopology,
    ) -> Option<EtcdVersion> {
        match topology {
            EtcdTopology::External => self.etcd.minimum(version).map(|minimum| minimum.version),
            EtcdTopology::Stacked => {
                self.etcd.stacked_minimum(version.minor()).map(|minimum| minimum.etcd.clone())
            }
        }
    }

    fn etcd_default(&self, version: &KubernetesVersion) -> Option<EtcdVersion> {
        self.etcd.kubeadm_default(version).map(|default| default.version)
    }
}
