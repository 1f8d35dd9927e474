//! Which Kubernetes releases exist, since when and for how long.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// The minors of Kubernetes and their patches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ReleasesDocument", into = "ReleasesDocument")]
pub struct Releases {
    minors: BTreeMap<MinorVersion, Release>,
    announced: BTreeMap<MinorVersion, Announced>,
}

/// One minor of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The minor.
    pub minor: MinorVersion,
    /// The date of its `.0`.
    pub released: Date,
    /// From here on only critical fixes are taken.
    pub maintenance_start: Option<Date>,
    /// After this day there are no patches.
    pub end_of_life: Date,
    /// Every patch that a source confirms, with the date of its tag.
    pub patches: BTreeMap<KubernetesVersion, Date>,
    /// Patches that probably exist but that nothing confirms.
    pub unconfirmed: Vec<UnconfirmedPatch>,
    /// Where sources disagree, and which one is used.
    pub notes: Vec<String>,
    /// Where this can be looked up.
    pub source: Vec<String>,
}

impl Release {
    /// The newest confirmed patch.
    pub fn newest(&self) -> Option<&KubernetesVersion> {
        self.patches.last_key_value().map(|(version, _)| version)
    }

    /// Whether the release is a confirmed patch of this minor; a vendor's suffix is left out.
    pub fn knows(&self, version: &KubernetesVersion) -> bool {
        self.patches.contains_key(&version.upstream())
    }

    /// Whether the minor still gets patches on that day.
    pub fn is_supported_on(&self, day: Date) -> bool {
        (self.released..=self.end_of_life).contains(&day)
    }
}

/// A patch that probably exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnconfirmedPatch {
    /// The patch.
    pub version: KubernetesVersion,
    /// Why it is believed to exist, and why that is not enough.
    pub note: String,
}

/// A minor of which only pre-releases exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The pre-releases and their dates, where known.
    pub tags: BTreeMap<KubernetesVersion, Option<Date>>,
    /// Where this can be looked up.
    pub source: Vec<String>,
}

impl Releases {
    /// A minor, if it is released.
    pub fn minor(&self, minor: MinorVersion) -> Option<&Release> {
        self.minors.get(&minor)
    }

    /// The released minors, oldest first.
    pub fn minors(&self) -> impl DoubleEndedIterator<Item = &Release> {
        self.minors.values()
    }

    /// The newest released minor.
    pub fn newest(&self) -> Option<&Release> {
        self.minors.values().next_back()
    }

    /// Minors of which only pre-releases exist, such as 1.38 while it is alpha.
    pub fn announced(&self) -> &BTreeMap<MinorVersion, Announced> {
        &self.announced
    }

    /// Whether the release is a confirmed patch; a vendor's suffix is left out.
    pub fn knows(&self, version: &KubernetesVersion) -> bool {
        self.minor(version.minor()).is_some_and(|release| release.knows(version))
    }

    /// Puts a release in; the minor is no longer merely announced then.
    pub(super) fn put(&mut self, release: Release) {
        self.announced.remove(&release.minor);
        self.minors.insert(release.minor, release);
    }

    /// A release to change.
    pub(super) fn minor_mut(&mut self, minor: MinorVersion) -> Option<&mut Release> {
        self.minors.get_mut(&minor)
    }
}

/// The file: the minor is the key of its entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleasesDocument {
    announced: BTreeMap<MinorVersion, Announced>,
    releases: BTreeMap<MinorVersion, ReleaseDocument>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ReleaseDocument {
    released: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maintenance_start: Option<Date>,
    end_of_life: Date,
    patches: BTreeMap<KubernetesVersion, Date>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unconfirmed: Vec<UnconfirmedPatch>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    source: Vec<String>,
}

impl From<ReleasesDocument> for Releases {
    fn from(document: ReleasesDocument) -> Self {
        let ReleasesDocument { announced, releases } = document;
        let minors = releases
            .into_iter()
            .map(|(minor, release)| {
                let ReleaseDocument {
                    released,
                    maintenance_start,
                    end_of_life,
                    patches,
                    unconfirmed,
                    notes,
                    source,
                } = release;
                let release = Release {
                    minor,
                    released,
                    maintenance_start,
                    end_of_life,
                    patches,
                    unconfirmed,
                    notes,
                    source,
                };
                (minor, release)
            })
            .collect();
        Self { minors, announced }
    }
}

impl From<Releases> for ReleasesDocument {
    fn from(releases: Releases) -> Self {
        let Releases { minors, announced } = releases;
        let releases = minors
            .into_iter()
            .map(|(minor, release)| {
                let Release {
                    minor: _,
                    released,
                    maintenance_start,
                    end_of_life,
                    patches,
                    unconfirmed,
                    notes,
                    source,
                } = release;
                let document = ReleaseDocument {
                    released,
                    maintenance_start,
                    end_of_life,
                    patches,
                    unconfirmed,
                    notes,
                    source,
                };
                (minor, document)
            })
            .collect();
        Self { announced, releases }
    }
}
