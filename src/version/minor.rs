//! A Kubernetes minor: what skew rules compare.

use std::fmt;
use std::str::FromStr;

use super::text::ParseVersionError;
use super::text::number;
use super::text::version_in_documents;
use super::text::without_v;

/// A Kubernetes minor release, such as `1.30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinorVersion {
    major: u64,
    minor: u64,
}

impl MinorVersion {
    /// The minor `major.minor`.
    pub const fn new(major: u64, minor: u64) -> Self {
        Self { major, minor }
    }

    /// The second number: 30 of `1.30`.
    pub const fn number(self) -> u64 {
        self.minor
    }

    /// The minor after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { major: self.major, minor: self.minor.saturating_add(1) }
    }

    /// The minor before this one; `None` for `X.0`.
    pub const fn previous(self) -> Option<Self> {
        match self.minor {
            0 => None,
            minor => Some(Self { major: self.major, minor: minor - 1 }),
        }
    }

    /// How many minors this one is behind `other`: positive when it is older, negative when newer.
    /// Another major counts as further away than any rule allows.
    pub fn behind(self, other: Self) -> i64 {
        const FAR: i64 = 1_000_000;
        let majors =
            i64::try_from(other.major).unwrap_or(FAR) - i64::try_from(self.major).unwrap_or(FAR);
        let minors =
            i64::try_from(other.minor).unwrap_or(FAR) - i64::try_from(self.minor).unwrap_or(FAR);
        majors.saturating_mul(FAR).saturating_add(minors)
    }
}

impl fmt::Display for MinorVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor } = self;
        write!(formatter, "{major}.{minor}")
    }
}

impl FromStr for MinorVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, ParseVersionError> {
        let error = || {
            ParseVersionError::new(text, "a Kubernetes minor version; expected a form like `1.30`")
        };
        let (major, minor) = without_v(text.trim()).split_once('.').ok_or_else(error)?;
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(error()),
        }
    }
}

version_in_documents!(MinorVersion, "MinorVersion", "1.30", "^v?[0-9]+\\.[0-9]+$");

#[cfg(test)]
mod tests {
    use super::MinorVersion;

    #[test]
    fn parses_a_minor_with_and_without_v() {
        let expected = MinorVersion::new(1, 30);
        for text in ["1.30", "v1.30", " 1.30 "] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_minor() {
        for text in
            ["", "1", "1.30.3", "1.x", "one.two", "1.030", "-1.30", "1.99999999999999999999"]
        {
            assert!(text.parse::<MinorVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn distance_counts_minors_and_never_crosses_a_major() {
        let minor = MinorVersion::new(1, 27);
        assert_eq!(minor.behind(MinorVersion::new(1, 30)), 3);
        assert_eq!(minor.behind(MinorVersion::new(1, 26)), -1);
        assert!(minor.behind(MinorVersion::new(2, 0)) > 100);
        assert!(MinorVersion::new(u64::MAX, u64::MAX).behind(minor) < -100);
    }
}
