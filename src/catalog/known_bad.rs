//! Patch releases not to stop at.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::ParseVersionError;

use super::applies::Applies;
use super::applies::words;
use super::common::Area;
use super::common::VersionRange;

/// Every known bad release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KnownBadReleases {
    pub(super) known_bad: Vec<KnownBad>,
}

impl KnownBadReleases {
    /// Every entry, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, KnownBad> {
        self.known_bad.iter()
    }

    /// What is known against a Kubernetes release, whichever of its binaries it is; a vendor's
    /// suffix is left out.
    pub fn hits(&self, version: &KubernetesVersion) -> Vec<&KnownBad> {
        let version = version.upstream();
        let hit = |entry: &&KnownBad| match &entry.affected {
            Affected::Kubernetes(fault) => fault.covers(&version),
            Affected::Etcd(_) | Affected::Other(_) => false,
        };
        self.known_bad.iter().filter(hit).collect()
    }

    /// What is known against an etcd release.
    pub fn hits_etcd(&self, version: &EtcdVersion) -> Vec<&KnownBad> {
        let hit = |entry: &&KnownBad| match &entry.affected {
            Affected::Etcd(fault) => fault.covers(version),
            Affected::Kubernetes(_) | Affected::Other(_) => false,
        };
        self.known_bad.iter().filter(hit).collect()
    }

    /// An entry by its id.
    pub fn get(&self, id: &str) -> Option<&KnownBad> {
        self.known_bad.iter().find(|entry| entry.id == id)
    }
}

impl<'a> IntoIterator for &'a KnownBadReleases {
    type Item = &'a KnownBad;
    type IntoIter = std::slice::Iter<'a, KnownBad>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

words! {
    /// What to do about a bad release; the strongest first.
    Action {
        /// Do not stop here even for a short time.
        Avoid = "avoid",
        /// Do not stop here where the condition holds.
        AvoidIf = "avoid-if",
        /// It works; a newer patch is better.
        PreferNewer = "prefer-newer",
    }
}

words! {
    /// What a bad release leads to.
    Impact {
        /// Data is lost or corrupted.
        DataLoss = "data-loss",
        /// Configuration is lost.
        ConfigLoss = "config-loss",
        /// Something stops.
        Outage = "outage",
        /// The upgrade fails.
        UpgradeFailure = "upgrade-failure",
        /// Something is slow or wasteful.
        Degradation = "degradation",
        /// Clients fail.
        ClientFailure = "client-failure",
        /// A configuration is misread.
        ConfigError = "config-error",
        /// A hole.
        Security = "security",
        /// It cannot be had.
        Unavailable = "unavailable",
    }
}

words! {
    /// How a fault is known.
    Basis {
        /// The notes of the fixed patch list the fix.
        Changelog = "changelog",
        /// A cherry-pick, an issue or a vendor names the patches.
        Statement = "statement",
        /// The first release after the fix was merged.
        MergeDate = "merge-date",
        /// An issue only.
        Issue = "issue",
    }
}

/// The releases with a fault, and those without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<V> {
    /// The releases with the fault.
    pub ranges: Vec<VersionRange<V>>,
    /// The first release without it, per branch; empty = none known.
    pub fixed_in: Vec<V>,
}

impl<V: Ord> Fault<V> {
    fn covers(&self, version: &V) -> bool {
        self.ranges.iter().any(|range| range.contains(version))
    }
}

/// The releases with a fault, counted as their component counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    /// Releases of Kubernetes.
    Kubernetes(Fault<KubernetesVersion>),
    /// Releases of etcd.
    Etcd(Fault<EtcdVersion>),
    /// Releases of something that no plan moves, such as containerd: for people to read.
    Other(Fault<String>),
}

/// A fault of some releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "KnownBadDocument", into = "KnownBadDocument")]
#[schemars(with = "KnownBadDocument")]
pub struct KnownBad {
    /// The stable name.
    pub id: String,
    /// What has the fault.
    pub component: Area,
    /// Which releases have it.
    pub affected: Affected,
    /// What to do about it.
    pub action: Action,
    /// What it leads to.
    pub impact: Impact,
    /// Who is hit, in words; `None` = everybody.
    pub when: Option<String>,
    /// Who is hit, as far as an inventory can settle it.
    pub applies: Applies,
    /// What happens.
    pub what: String,
    /// What helps where one must stay.
    pub workaround: Option<String>,
    /// Where it can be looked up.
    pub source: Vec<String>,
    /// How it is known.
    pub basis: Basis,
    /// Whether range and fix are confirmed.
    pub verified: bool,
    /// What is doubtful.
    pub note: Option<String>,
}

impl KnownBad {
    /// The first patch of a Kubernetes minor without the fault.
    pub fn has_fix_in(&self, minor: MinorVersion) -> Option<&KubernetesVersion> {
        match &self.affected {
            Affected::Kubernetes(fault) => {
                fault.fixed_in.iter().find(|version| version.minor() == minor)
            }
            Affected::Etcd(_) | Affected::Other(_) => None,
        }
    }

    /// The affected ranges as a person reads them.
    pub fn ranges(&self) -> String {
        let texts = KnownBadDocument::from(self.clone()).affected.into_iter().map(|range| {
            let VersionRange { from, to } = range;
            if from == to { from } else { format!("{from} to {to}") }
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    /// The fixed releases as a person reads them.
    pub fn fixes(&self) -> Vec<String> {
        KnownBadDocument::from(self.clone()).fixed_in
    }
}

/// The entry as files spell it: how a version counts depends on the component.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct KnownBadDocument {
    /// A stable name.
    id: String,
    /// What has the fault.
    component: Area,
    /// Inclusive ranges of versions of the component.
    affected: Vec<VersionRange<String>>,
    /// The first release without the fault, per branch; empty = none known.
    fixed_in: Vec<String>,
    /// What to do about it.
    action: Action,
    /// What it leads to.
    impact: Impact,
    /// Who is hit, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    /// Who is hit, as far as an inventory can settle it.
    #[serde(default, skip_serializing_if = "Applies::is_unrestricted")]
    applies: Applies,
    /// What happens.
    what: String,
    /// What helps where one must stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    workaround: Option<String>,
    /// Where it can be looked up.
    source: Vec<String>,
    /// How it is known.
    basis: Basis,
    /// Whether range and fix are confirmed.
    verified: bool,
    /// What is doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn fault<V: std::str::FromStr>(
    ranges: &[VersionRange<String>],
    fixed_in: &[String],
) -> Result<Fault<V>, V::Err> {
    let range = |range: &VersionRange<String>| {
        Ok(VersionRange { from: range.from.parse()?, to: range.to.parse()? })
    };
    Ok(Fault {
        ranges: ranges.iter().map(range).collect::<Result<_, _>>()?,
        fixed_in: fixed_in.iter().map(|text| text.parse()).collect::<Result<_, _>>()?,
    })
}

fn texts<V: ToString>(fault: &Fault<V>) -> (Vec<VersionRange<String>>, Vec<String>) {
    let text = |range: &VersionRange<V>| VersionRange {
        from: range.from.to_string(),
        to: range.to.to_string(),
    };
    (fault.ranges.iter().map(text).collect(), fault.fixed_in.iter().map(V::to_string).collect())
}

impl TryFrom<KnownBadDocument> for KnownBad {
    type Error = ParseVersionError;

    fn try_from(document: KnownBadDocument) -> Result<Self, ParseVersionError> {
        let ranges = &document.affected;
        let fixed = &document.fixed_in;
        let affected = match document.component {
            Area::Etcd => Affected::Etcd(fault(ranges, fixed)?),
            Area::Containerd
            | Area::Coredns
            | Area::ContainerRuntime
            | Area::NodeOs
            | Area::Addon
            | Area::Workload
            | Area::Cloud => {
                Affected::Other(Fault { ranges: ranges.clone(), fixed_in: fixed.clone() })
            }
            _ => Affected::Kubernetes(fault(ranges, fixed)?),
        };
        Ok(Self {
            id: document.id,
            component: document.component,
            affected,
            action: document.action,
            impact: document.impact,
            when: document.when,
            applies: document.applies,
            what: document.what,
            workaround: document.workaround,
            source: document.source,
            basis: document.basis,
            verified: document.verified,
            note: document.note,
        })
    }
}

impl From<KnownBad> for KnownBadDocument {
    fn from(entry: KnownBad) -> Self {
        let (affected, fixed_in) = match &entry.affected {
            Affected::Kubernetes(fault) => texts(fault),
            Affected::Etcd(fault) => texts(fault),
            Affected::Other(fault) => texts(fault),
        };
        Self {
            id: entry.id,
            component: entry.component,
            affected,
            fixed_in,
            action: entry.action,
            impact: entry.impact,
            when: entry.when,
            applies: entry.applies,
            what: entry.what,
            workaround: entry.workaround,
            source: entry.source,
            basis: entry.basis,
            verified: entry.verified,
            note: entry.note,
        }
    }
}
