//! A Kubernetes release, as its binaries and the managed builds print it.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use semver::BuildMetadata;
use semver::Prerelease;

use super::MinorVersion;
use super::text::ParseVersionError;
use super::text::version_in_documents;
use super::text::without_v;

/// A Kubernetes release such as `v1.30.3`, `v1.30.3+k3s1`, `v1.30.3-eks-1234` or `v1.31.0-rc.1`.
///
/// Two releases are equal, and sort, by what they run: minor, patch, then `alpha` < `beta` < `rc` <
/// release. A vendor's suffix (`-eks-…`, `-gke.…`, `+k3s1`) is a build *of* that release, so it
/// sorts after the plain one and only breaks ties.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KubernetesVersion {
    version: semver::Version,
}

impl KubernetesVersion {
    /// The release `major.minor.patch`.
    pub const fn new(minor: MinorVersion, patch: u64) -> Self {
        Self { version: semver::Version::new(1, minor.number(), patch) }
    }

    /// The minor that this release belongs to.
    pub fn minor(&self) -> MinorVersion {
        MinorVersion::new(self.version.major, self.version.minor)
    }

    /// The patch number: 3 of `v1.30.3`.
    pub fn patch(&self) -> u64 {
        self.version.patch
    }

    /// The release without vendor suffix and build metadata: `v1.30.3` of `v1.30.3-eks-1234`.
    #[must_use]
    pub fn upstream(&self) -> Self {
        let mut version = self.version.clone();
        version.build = BuildMetadata::EMPTY;
        if self.stage() == Stage::Release {
            version.pre = Prerelease::EMPTY;
        }
        Self { version }
    }

    /// Whether this is an alpha, beta or release candidate.
    pub fn is_prerelease(&self) -> bool {
        self.stage() != Stage::Release
    }

    /// The version without the leading `v`: what package managers use.
    pub fn bare(&self) -> String {
        self.version.to_string()
    }

    fn stage(&self) -> Stage {
        match self.version.pre.split('.').next() {
            Some("alpha") => Stage::Alpha,
            Some("beta") => Stage::Beta,
            Some("rc") => Stage::Candidate,
            _ => Stage::Release,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Alpha,
    Beta,
    Candidate,
    Release,
}

impl Ord for KubernetesVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.minor()
            .cmp(&other.minor())
            .then_with(|| self.version.patch.cmp(&other.version.patch))
            .then_with(|| self.stage().cmp(&other.stage()))
            .then_with(|| self.version.pre.cmp_suffix(&other.version.pre))
            .then_with(|| self.version.build.cmp(&other.version.build))
    }
}

impl PartialOrd for KubernetesVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Orders two suffixes of the same stage: none first, then as semver does.
trait CompareSuffix {
    fn cmp_suffix(&self, other: &Self) -> Ordering;
}

impl CompareSuffix for Prerelease {
    fn cmp_suffix(&self, other: &Self) -> Ordering {
        other.is_empty().cmp(&self.is_empty()).then_with(|| self.cmp(other))
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version } = self;
        write!(formatter, "v{version}")
    }
}

impl FromStr for KubernetesVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let bare = without_v(text.trim());
        let version = semver::Version::parse(bare).map_err(|_| {
            let minor_only = bare.parse::<MinorVersion>().is_ok();
            let expected = if minor_only {
                "a Kubernetes release but a minor; expected a patch too, like `v1.30.4`"
            } else {
                "a Kubernetes version; expected a form like `v1.30.4`"
            };
            ParseVersionError::new(text, expected)
        })?;
        Ok(Self { version })
    }
}

version_in_documents!(
    KubernetesVersion,
    "KubernetesVersion",
    "v1.30.4",
    "^v?[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$"
);

/// What a person asks for: a minor (then its newest known patch is meant) or one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionRequest {
    /// `1.30`: the newest patch of it that the catalog knows and does not warn of.
    Minor(MinorVersion),
    /// `v1.30.4`: this release and no other.
    Release(KubernetesVersion),
}

impl VersionRequest {
    /// The minor asked for.
    pub fn minor(&self) -> MinorVersion {
        match self {
            Self::Minor(minor) => *minor,
            Self::Release(version) => version.minor(),
        }
    }
}

impl fmt::Display for VersionRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => minor.fmt(formatter),
            Self::Release(version) => version.fmt(formatter),
        }
    }
}

impl FromStr for VersionRequest {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        if let Ok(minor) = text.parse() {
            return Ok(Self::Minor(minor));
        }
        text.parse().map(Self::Release).map_err(|_| {
            ParseVersionError::new(
                text,
                "a Kubernetes version; expected a form like `1.30` or `v1.30.4`",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::KubernetesVersion;
    use super::VersionRequest;

    fn version(text: &str) -> KubernetesVersion {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_binaries_and_managed_builds_print() {
        for (text, shown, upstream) in [
            ("1.27.16", "v1.27.16", "v1.27.16"),
            ("v1.27.16", "v1.27.16", "v1.27.16"),
            ("v1.30.3+k3s1", "v1.30.3+k3s1", "v1.30.3"),
            ("v1.29.4+rke2r1", "v1.29.4+rke2r1", "v1.29.4"),
            ("1.30.3-eks-1234", "v1.30.3-eks-1234", "v1.30.3"),
            ("v1.29.4-gke.1043002", "v1.29.4-gke.1043002", "v1.29.4"),
            ("1.31.0-rc.1", "v1.31.0-rc.1", "v1.31.0-rc.1"),
        ] {
            assert_eq!(version(text).to_string(), shown);
            assert_eq!(version(text).upstream().to_string(), upstream);
        }
    }

    #[test]
    fn refuses_the_rest_and_says_what_a_minor_lacks() {
        for text in ["", "v", "1", "1.30.x", "latest", "1.30.3.4", "v1.30.3 ;reboot", "1.030.3"] {
            assert!(text.parse::<KubernetesVersion>().is_err(), "{text}");
        }
        let error = "1.30".parse::<KubernetesVersion>().unwrap_err().to_string();
        assert!(error.contains("but a minor"), "{error}");
    }

    #[test]
    fn a_vendor_suffix_is_a_build_of_the_release_and_not_a_prerelease() {
        let sorted = [
            "v1.29.15",
            "v1.30.0-alpha.1",
            "v1.30.0-beta.0",
            "v1.30.0-rc.1",
            "v1.30.0-rc.2",
            "v1.30.0",
            "v1.30.3",
            "v1.30.3+k3s1",
            "v1.30.3-eks-1234",
            "v1.30.4",
            "v1.30.10",
        ];
        for pair in sorted.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
        assert!(version("v1.30.0-rc.1").is_prerelease());
        assert!(!version("v1.30.3-eks-1").is_prerelease());
    }

    #[test]
    fn equality_and_order_agree() {
        assert_eq!(version("1.30.3"), version("v1.30.3"));
        assert_ne!(version("v1.30.3"), version("v1.30.3+k3s1"));
    }

    #[test]
    fn a_request_is_a_minor_or_a_release() {
        assert!(matches!("1.30".parse(), Ok(VersionRequest::Minor(_))));
        assert!(matches!("v1.30.4".parse(), Ok(VersionRequest::Release(_))));
        assert!("newest".parse::<VersionRequest>().is_err());
    }

    #[test]
    fn a_bare_number_in_yaml_is_refused_with_the_reason() {
        let error = serde_yaml::from_str::<KubernetesVersion>("1.30").unwrap_err().to_string();
        assert!(error.contains("number 1.3 to YAML"), "{error}");
        assert!(serde_yaml::from_str::<KubernetesVersion>("v1.30.4").is_ok());
        assert!(serde_yaml::from_str::<KubernetesVersion>("1.30.4").is_ok());
    }
}
