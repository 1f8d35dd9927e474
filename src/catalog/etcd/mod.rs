//! The etcd compatibility matrix: which etcd a Kubernetes release takes, and what etcd itself asks
//! before it moves to its next minor.

mod types;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::common::in_force;
pub use types::AcceptedEtcd;
pub use types::ChangedDefault;
pub(super) use types::DefaultRange;
pub use types::EtcdAvoid;
pub use types::EtcdDefault;
pub use types::EtcdDowngrade;
pub use types::EtcdEntry;
pub use types::EtcdMinimum;
pub use types::EtcdRelease;
pub use types::EtcdRequirement;
pub use types::EtcdTag;
pub use types::EtcdTool;
pub use types::FloorHistory;
pub(super) use types::MinimumRange;
pub use types::RenamedFlags;
pub use types::StackedMinimum;

/// What etcd each Kubernetes minor takes, and how etcd moves between its minors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EtcdMatrix {
    pub(in crate::catalog) kubernetes: BTreeMap<MinorVersion, EtcdRequirement>,
    stacked_minimum: Vec<StackedMinimum>,
    pub(in crate::catalog) entries: Vec<EtcdEntry>,
    downgrades: Vec<EtcdDowngrade>,
    pub(in crate::catalog) releases: BTreeMap<EtcdMinor, EtcdRelease>,
    pub(in crate::catalog) avoid: Vec<EtcdAvoid>,
    renamed_flags: RenamedFlags,
    tools: Vec<EtcdTool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::catalog) recommended: BTreeMap<EtcdMinor, EtcdVersion>,
}

impl EtcdMatrix {
    /// The etcd that kubeadm deploys with a release; beyond the last patch that is known the last
    /// value, unverified. `None` where nothing is known of the minor.
    pub fn kubeadm_default(&self, version: &KubernetesVersion) -> Option<EtcdDefault> {
        let requirement = self.kubernetes.get(&version.minor())?;
        let (range, exact) = in_force(&requirement.default, version)?;
        Some(EtcdDefault {
            version: range.etcd.clone(),
            image_tag: range.image_tag.clone(),
            verified: exact && requirement.default_verified,
            source: requirement.source.clone(),
            decided_by: range.decided_by.clone(),
        })
    }

    /// The oldest external etcd that the preflight of `kubeadm init` accepts; `kubeadm upgrade` does
    /// not check it.
    pub fn minimum(&self, version: &KubernetesVersion) -> Option<EtcdMinimum> {
        let requirement = self.kubernetes.get(&version.minor())?;
        let (range, exact) = in_force(&requirement.minimum, version)?;
        Some(EtcdMinimum {
            version: range.etcd.clone(),
            verified: exact && range.verified,
            basis: range.basis.clone(),
            source: range.source.clone(),
            decided_by: range.decided_by.clone(),
        })
    }

    /// The image tag of an etcd release that is known to exist: a tag that the user declares, else one
    /// that some kubeadm deploys, else one that is listed with the release.
    ///
    /// A tag in git is not an image: etcd publishes elsewhere, and the copy that kubeadm pulls is
    /// promoted later, or not at all.
    pub fn known_tag(&self, version: &EtcdVersion) -> Option<&str> {
        let listed = || {
            let images = self.releases.get(&version.minor()).map(|release| &release.images);
            let images = images.into_iter().flatten().rev();
            images.filter(|(tag, _)| tag.parse().is_ok_and(|of: EtcdVersion| of == *version))
        };
        let mut own = listed().filter(|(_, image)| image.decided_by != super::EMBEDDED);
        let ranges = self.kubernetes.values().flat_map(|requirement| &requirement.default);
        own.next()
            .map(|(tag, _)| tag.as_str())
            .or_else(|| {
                let mut deployed = ranges.filter(|range| range.etcd == *version);
                deployed.find_map(|range| range.image_tag.as_deref())
            })
            .or_else(|| listed().next().map(|(tag, _)| tag.as_str()))
    }

    /// What kubeadm of a minor demands of the etcd that it manages itself, if it demands anything.
    pub fn stacked_minimum(&self, minor: MinorVersion) -> Option<&StackedMinimum> {
        self.stacked_minimum.iter().rev().find(|rule| rule.from <= minor)
    }

    /// The etcd minors that a Kubernetes minor works with.
    pub fn accepted(&self, minor: MinorVersion) -> Option<&AcceptedEtcd> {
        self.kubernetes.get(&minor).map(|requirement| &requirement.accepted)
    }

    /// What else is known of the etcd of a Kubernetes minor.
    pub fn notes(&self, minor: MinorVersion) -> &[String] {
        self.kubernetes.get(&minor).map_or(&[], |requirement| &requirement.notes)
    }

    /// The Kubernetes minors that the matrix speaks of, ascending.
    pub fn kubernetes_minors(&self) -> impl DoubleEndedIterator<Item = MinorVersion> {
        self.kubernetes.keys().copied()
    }

    /// The patch of an etcd minor to stop at: what an overlay names, else the newest patch without a
    /// confirmed fault *whose image is known to exist*, else the newest without a confirmed fault.
    ///
    /// The newest patch alone would be the wrong answer: a plan that is carried out at night must not
    /// come to a halt at an image that may not have been published yet. Who has the image says so
    /// under `images`, or names the patch under `recommended`.
    pub fn recommended(&self, minor: EtcdMinor) -> Option<EtcdVersion> {
        if let Some(version) = self.recommended.get(&minor) {
            return Some(version.clone());
        }
        let good = || {
            let patches = self.releases.get(&minor).into_iter().flat_map(|it| it.patches.keys());
            patches.rev().filter(|version| self.faults(version).all(|fault| !fault.verified))
        };
        good().find(|version| self.known_tag(version).is_some()).or_else(|| good().next()).cloned()
    }

    /// The known faults of an etcd patch.
    pub fn faults(&self, version: &EtcdVersion) -> impl Iterator<Item = &EtcdAvoid> {
        self.avoid.iter().filter(move |avoid| (&avoid.from..=&avoid.to).contains(&version))
    }

    /// Whether an overlay says that a patch must not be a stop.
    pub fn is_avoided(&self, version: &EtcdVersion) -> bool {
        self.faults(version).any(|fault| fault.decided_by != super::EMBEDDED)
    }

    /// What must hold before etcd moves from one minor to the next.
    pub fn entry(&self, from: EtcdMinor, to: EtcdMinor) -> Option<&EtcdEntry> {
        self.entries.iter().find(|entry| entry.from == from && entry.to == to)
    }

    /// Every entry rule.
    pub fn entries(&self) -> &[EtcdEntry] {
        &self.entries
    }

    /// The supported way back from one minor to the one before.
    pub fn downgrade(&self, from: EtcdMinor, to: EtcdMinor) -> Option<&EtcdDowngrade> {
        self.downgrades.iter().find(|downgrade| downgrade.from == from && downgrade.to == to)
    }

    /// The minors of etcd with their patches, ascending.
    pub fn releases(&self) -> &BTreeMap<EtcdMinor, EtcdRelease> {
        &self.releases
    }

    /// Whether anything in the data says that the release exists.
    pub fn knows(&self, version: &EtcdVersion) -> bool {
        let deployed = self.kubernetes.values().flat_map(|requirement| &requirement.default);
        self.release(version).is_some()
            || self.known_tag(version).is_some()
            || self.recommended.values().any(|known| known == version)
            || deployed.into_iter().any(|range| range.etcd == *version)
    }

    /// The day of an etcd release, if it is known.
    pub fn release(&self, version: &EtcdVersion) -> Option<Date> {
        self.releases.get(&version.minor())?.patches.get(version).copied()
    }

    /// Every range of patches with a known fault.
    pub fn avoid(&self) -> &[EtcdAvoid] {
        &self.avoid
    }

    /// Experimental flags that have a plain name now.
    pub fn renamed_flags(&self) -> &RenamedFlags {
        &self.renamed_flags
    }

    /// Commands of the etcd tools that came, moved or went.
    pub fn tools(&self) -> &[EtcdTool] {
        &self.tools
    }
}
