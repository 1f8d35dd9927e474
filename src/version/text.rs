//! What the version types share: the parse error, and reading a version out of a file.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de;

/// A string that is not the version it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not {expected}")]
pub struct ParseVersionError {
    input: String,
    expected: &'static str,
}

impl ParseVersionError {
    /// `expected` completes the sentence "… is not …", with an example.
    pub(super) fn new(input: &str, expected: &'static str) -> Self {
        // A hostile file may hold a megabyte where a version should be; nobody wants to read it.
        let shown: String = input.chars().take(80).collect();
        Self { input: shown, expected }
    }
}

/// Strips the `v` that Kubernetes writes in front of a version.
pub(super) fn without_v(text: &str) -> &str {
    text.strip_prefix('v').unwrap_or(text)
}

/// A number as semver allows it: digits without a leading zero.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if digits && !padded { text.parse().ok() } else { None }
}

/// Reads a version from a document and refuses the number that YAML makes of a bare `1.30`.
pub(super) fn deserialize<'de, D, T>(deserializer: D, example: &'static str) -> Result<T, D::Error>
where
    D: de::Deserializer<'de>,
    T: FromStr<Err = ParseVersionError>,
{
    deserializer.deserialize_any(VersionVisitor { example, version: PhantomData })
}

struct VersionVisitor<T> {
    example: &'static str,
    version: PhantomData<T>,
}

impl<T: FromStr<Err = ParseVersionError>> de::Visitor<'_> for VersionVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a version such as {}", self.example)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        Err(E::custom(format_args!(
            "a bare version is the number {number} to YAML (so 1.30 would become 1.3); \
             requires a text such as {example} or \"{example}\"",
            example = self.example
        )))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Err(E::custom(format_args!("`{number}` is a number; requires {}", self.example)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        Err(E::custom(format_args!("`{number}` is a number; requires {}", self.example)))
    }
}

/// Implements the serde traits and the JSON Schema of a version type: a string in its `Display`
/// form.
macro_rules! version_in_documents {
    ($type:ty, $name:literal, $example:literal, $pattern:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::version::text::deserialize(deserializer, $example)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "examples": [$example],
                })
            }
        }
    };
}
pub(super) use version_in_documents;
