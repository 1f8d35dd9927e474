//! What the verifier must know of releases: the whole of its interface to the catalog.

use jiff::civil::Date;

use crate::cluster::EtcdTopology;
use crate::plan::Layer;
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

    /// The files that are laid over the data, each with what it changes.
    fn overlays(&self) -> Vec<Layer>;

    /// Whether the minor is known.
    fn knows_minor(&self, minor: MinorVersion) -> bool;

    /// Whether the release, a vendor's build of it included, is known.
    fn knows_release(&self, version: &KubernetesVersion) -> bool;

    /// Whether anything is known of the etcd minor.
    fn knows_etcd_minor(&self, minor: EtcdMinor) -> bool;

    /// Whether the etcd release is known.
    fn knows_etcd(&self, version: &EtcdVersion) -> bool;

    /// When support of the minor ends.
    fn end_of_life(&self, minor: MinorVersion) -> Option<Date>;

    /// Why no plan may stop at this release; `None` where it may, also where an entry holds under
    /// conditions only or where no patch is free of it.
    fn avoid(&self, version: &KubernetesVersion) -> Option<Avoid>;

    /// The same for etcd.
    fn avoid_etcd(&self, version: &EtcdVersion) -> Option<Avoid>;

    /// The oldest release from which a member may enter `to`; `None` where no floor is known.
    fn etcd_floor(&self, to: EtcdMinor) -> Option<EtcdVersion>;

    /// The file that decided that floor; `None` where the embedded data did.
    fn etcd_floor_decided_by(&self, to: EtcdMinor) -> Option<String>;

    /// The oldest etcd that the release accepts where etcd runs like this.
    fn etcd_minimum(
        &self,
        version: &KubernetesVersion,
        topology: EtcdTopology,
    ) -> Option<EtcdVersion>;

    /// The newest etcd minor that the Kubernetes minor is known to work with, and whether that is more
    /// than a guess.
    fn etcd_ceiling(&self, minor: MinorVersion) -> Option<(EtcdMinor, bool)>;

    /// The etcd that kubeadm deploys with the release.
    fn etcd_default(&self, version: &KubernetesVersion) -> Option<EtcdVersion>;
}
