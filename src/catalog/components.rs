//! What kubeadm ships beside the control plane, and what a node needs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::common::PatchRange;
use super::common::in_force;

/// What comes with each Kubernetes minor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Components {
    package_repositories: PackageRepositories,
    pub(super) kubernetes: BTreeMap<MinorVersion, MinorComponents>,
}

/// The official package repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PackageRepositories {
    /// The host.
    pub host: String,
    /// The address for Debian packages; `{minor}` stands for the minor.
    pub deb: String,
    /// The address for RPM packages; `{minor}` stands for the minor.
    pub rpm: String,
    /// The address of the signing key; `{minor}` stands for the minor.
    pub key: String,
    /// The first minor that is there.
    pub first_minor: MinorVersion,
    /// The repositories before.
    pub legacy: LegacyRepositories,
    /// What follows for an upgrade.
    pub note: String,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// The package repositories that no longer exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LegacyRepositories {
    /// The hosts.
    pub hosts: Vec<String>,
    /// When they were deprecated.
    pub deprecated: Date,
    /// When they took no more packages.
    pub frozen: Date,
    /// When they were removed.
    pub removed: Date,
    /// The last patches that they had.
    pub last_versions: Vec<KubernetesVersion>,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// What comes with one Kubernetes minor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MinorComponents {
    /// The image tags of CoreDNS, per range of patches.
    pub coredns: Vec<ImageRange>,
    /// The image tags of the pause container, per range of patches.
    pub pause: Vec<ImageRange>,
    /// Where the tags can be looked up.
    pub images_source: Vec<String>,
    /// The configuration file versions of kubeadm.
    pub kubeadm_config_api: KubeadmConfigApi,
    /// The containerd releases that containerd itself tests with this minor.
    pub containerd: ContainerdSupport,
    /// The runtime interface that the kubelet speaks.
    pub cri: CriSupport,
    /// What the kubelet does on cgroup v1.
    pub cgroup_v1: CgroupV1Support,
    /// Whether pkgs.k8s.io has the minor.
    pub package_repository: bool,
    /// What can stop a node or an upgrade at the hop into this minor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upgrade_notes: Vec<UpgradeNote>,
}

/// The image tag for a range of patches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageRange {
    /// The first patch.
    pub from: KubernetesVersion,
    /// The last patch for which it is confirmed; absent = every later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<KubernetesVersion>,
    /// The tag.
    pub tag: String,
}

impl PatchRange for ImageRange {
    fn from(&self) -> &KubernetesVersion {
        &self.from
    }

    fn to(&self) -> Option<&KubernetesVersion> {
        self.to.as_ref()
    }
}

/// The image that kubeadm deploys with a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDefault {
    /// The tag.
    pub tag: String,
    /// Whether it is confirmed for this very patch.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// The versions of kubeadm.k8s.io that a kubeadm reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KubeadmConfigApi {
    /// Those it reads, oldest first.
    pub accepted: Vec<String>,
    /// The one it writes.
    pub preferred: String,
    /// Those it reads with a warning.
    pub deprecated: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// The containerd releases that are tested with a minor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerdSupport {
    /// The oldest patch of each branch; not a hard limit.
    #[serde(default)]
    pub recommended: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// What is doubtful.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// The versions of the container runtime interface that a kubelet speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CriSupport {
    /// The runtime must speak one of them.
    pub versions: Vec<String>,
    /// Whether it is confirmed.
    pub verified: bool,
    /// Where it can be looked up.
    pub source: Vec<String>,
}

/// What a kubelet does on cgroup v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CgroupV1Support {
    /// Supported.
    Supported,
    /// Only fixes.
    MaintenanceMode,
    /// It does not start unless told to.
    BlockedByDefault,
}

/// What can stop a node or an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpgradeNote {
    /// What it is about, such as `runtime`.
    pub area: String,
    /// The note.
    pub text: String,
}

impl Components {
    /// Everything about one minor.
    pub fn minor(&self, minor: MinorVersion) -> Option<&MinorComponents> {
        self.kubernetes.get(&minor)
    }

    /// The minors that are known, ascending.
    pub fn minors(&self) -> impl DoubleEndedIterator<Item = (MinorVersion, &MinorComponents)> {
        self.kubernetes.iter().map(|(minor, components)| (*minor, components))
    }

    /// The CoreDNS image that kubeadm deploys with a release.
    pub fn coredns(&self, version: &KubernetesVersion) -> Option<ImageDefault> {
        let minor = self.minor(version.minor())?;
        image(&minor.coredns, minor, version)
    }

    /// The pause image that kubeadm deploys with a release.
    pub fn pause(&self, version: &KubernetesVersion) -> Option<ImageDefault> {
        let minor = self.minor(version.minor())?;
        image(&minor.pause, minor, version)
    }

    /// The configuration file versions that kubeadm of a minor reads.
    pub fn kubeadm_config_api(&self, minor: MinorVersion) -> Option<&KubeadmConfigApi> {
        self.minor(minor).map(|components| &components.kubeadm_config_api)
    }

    /// Whether the official package repository has a minor. Minors that are not known yet are taken
    /// to be there: every one since the first is.
    pub fn has_package_repository(&self, minor: MinorVersion) -> bool {
        self.minor(minor).map_or_else(
            || minor >= self.package_repositories.first_minor,
            |components| components.package_repository,
        )
    }

    /// The package repositories.
    pub fn package_repositories(&self) -> &PackageRepositories {
        &self.package_repositories
    }

    /// What can stop a node or an upgrade at the hop into a minor.
    pub fn upgrade_notes(&self, minor: MinorVersion) -> &[UpgradeNote] {
        self.minor(minor).map_or(&[], |components| &components.upgrade_notes)
    }
}

fn image(
    ranges: &[ImageRange],
    minor: &MinorComponents,
    version: &KubernetesVersion,
) -> Option<ImageDefault> {
    let (range, exact) = in_force(ranges, version)?;
    let source = minor.images_source.clone();
    Some(ImageDefault { tag: range.tag.clone(), verified: exact, source })
}
