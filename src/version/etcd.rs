//! An etcd release and its minor; image tags such as `3.5.21-0` are read as well.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::text::ParseVersionError;
use super::text::number;
use super::text::version_in_documents;
use super::text::without_v;

/// An etcd minor, such as `3.5`: what etcd's own upgrade rules compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtcdMinor {
    major: u64,
    minor: u64,
}

impl EtcdMinor {
    /// The minor `major.minor`.
    pub const fn new(major: u64, minor: u64) -> Self {
        Self { major, minor }
    }

    /// The minor after this one: the only one that etcd may be upgraded to.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { major: self.major, minor: self.minor.saturating_add(1) }
    }
}

impl EtcdMinor {
    /// The minor before this one; `None` before the first.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Some(Self { major: self.major, minor: self.minor.checked_sub(1)? })
    }
}

impl fmt::Display for EtcdMinor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor } = self;
        write!(formatter, "{major}.{minor}")
    }
}

impl FromStr for EtcdMinor {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let error =
            || ParseVersionError::new(text, "an etcd minor version; expected a form like `3.5`");
        let (major, minor) = without_v(text.trim()).split_once('.').ok_or_else(error)?;
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(error()),
        }
    }
}

version_in_documents!(EtcdMinor, "EtcdMinor", "3.5", "^v?[0-9]+\\.[0-9]+$");

/// An etcd release such as `v3.5.21`.
///
/// The number behind the dash of an image tag (`3.5.21-0`) counts builds of the *image* of that
/// release, so it is read and left out: `3.5.21-0` is `v3.5.21`, not something before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EtcdVersion {
    version: semver::Version,
}

impl EtcdVersion {
    /// The release `major.minor.patch`.
    pub const fn new(minor: EtcdMinor, patch: u64) -> Self {
        Self { version: semver::Version::new(minor.major, minor.minor, patch) }
    }

    /// The minor that this release belongs to.
    pub fn minor(&self) -> EtcdMinor {
        EtcdMinor { major: self.version.major, minor: self.version.minor }
    }

    /// The patch number: 21 of `v3.5.21`.
    pub fn patch(&self) -> u64 {
        self.version.patch
    }

    /// The version without the leading `v`: what image tags and archives use.
    pub fn bare(&self) -> String {
        self.version.to_string()
    }
}

impl Ord for EtcdVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.version.cmp(&other.version)
    }
}

impl PartialOrd for EtcdVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for EtcdVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version } = self;
        write!(formatter, "v{version}")
    }
}

impl FromStr for EtcdVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let error = || {
            ParseVersionError::new(
                text,
                "an etcd version; expected a form like `v3.5.21` or `3.5.21-0`",
            )
        };
        let mut version = semver::Version::parse(without_v(text.trim())).map_err(|_| error())?;
        // No Kubernetes since 1.13 runs on etcd 2; `v1.30.4` is the version of something else.
        if version.major < 3 {
            return Err(error());
        }
        if version.pre.bytes().all(|byte| byte.is_ascii_digit()) {
            version.pre = semver::Prerelease::EMPTY;
        }
        version.build = semver::BuildMetadata::EMPTY;
        Ok(Self { version })
    }
}

version_in_documents!(
    EtcdVersion,
    "EtcdVersion",
    "v3.5.21",
    "^v?[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$"
);

#[cfg(test)]
mod tests {
    use super::EtcdMinor;
    use super::EtcdVersion;

    fn version(text: &str) -> EtcdVersion {
        text.parse().unwrap()
    }

    #[test]
    fn an_image_tag_is_the_release_and_not_something_before_it() {
        assert_eq!(version("3.5.21-0"), version("v3.5.21"));
        assert_eq!(version("3.4.13-4"), version("3.4.13"));
        assert!(version("3.6.0-rc.3") < version("3.6.0"));
        assert!(version("3.5.9-0") < version("3.5.10-0"));
        assert_eq!(version("3.5.21-0").to_string(), "v3.5.21");
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "3.5", "latest", "3.5.x", "3.5.21.1", "v"] {
            assert!(text.parse::<EtcdVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn minors_follow_one_another() {
        assert_eq!(EtcdMinor::new(3, 5).next(), version("3.6.1").minor());
    }
}
