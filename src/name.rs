//! Names that come from outside: of nodes, etcd members, clients and pools.
//!
//! A name is text, never a command: it is checked once, here, and quoted wherever it lands.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Error as _;

/// The longest name of a Kubernetes object: a DNS subdomain
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>).
const LONGEST: usize = 253;

/// A text that cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` is not a name: {why}")]
pub struct InvalidName {
    shown: String,
    why: &'static str,
}

fn check(text: &str) -> Result<(), InvalidName> {
    let why = if text.is_empty() {
        "it is empty"
    } else if text.len() > LONGEST {
        "it is longer than 253 bytes"
    } else if text.starts_with('-') {
        "it starts with `-`, so commands would take it for a flag"
    } else if text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        "it contains white space or a control character"
    } else {
        return Ok(());
    };
    Err(invalid(text, why))
}

/// The list of a pool's nodes is kept in a file that is named after the pool.
fn check_pool(text: &str) -> Result<(), InvalidName> {
    check(text)?;
    if text.contains('/') {
        return Err(invalid(text, "it contains `/`, and a file is named after the pool"));
    }
    Ok(())
}

fn invalid(text: &str, why: &'static str) -> InvalidName {
    InvalidName { shown: text.chars().take(60).flat_map(char::escape_debug).collect(), why }
}

/// Compares so that `w-2` stands before `w-10`.
fn natural(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    while let (Some(first), Some(second)) = (left_rest.chars().next(), right_rest.chars().next()) {
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let (one, after_one) = digits(left_rest);
            let (two, after_two) = digits(right_rest);
            (left_rest, right_rest) = (after_one, after_two);
            one.len().cmp(&two.len()).then_with(|| one.cmp(two))
        } else {
            left_rest = &left_rest[first.len_utf8()..];
            right_rest = &right_rest[second.len_utf8()..];
            first.cmp(&second)
        };
        if order.is_ne() {
            return order;
        }
    }
    left_rest.len().cmp(&right_rest.len()).then_with(|| left.cmp(right))
}

/// The leading number without its zeros, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

macro_rules! name_type {
    ($(#[$meta:meta])* $type:ident, $check:expr, $pattern:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(std::sync::Arc<str>);

        impl $type {
            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                $check(text).map(|()| Self(text.into()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                natural(&self.0, &other.0)
            }
        }

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": $pattern,
                })
            }
        }
    };
}

name_type! {
    /// The name of one instance: a node, an etcd member or a client. Sorts naturally: `w-2` before
    /// `w-10`.
    InstanceName, check, "^[^-\\s]\\S*$"
}

name_type! {
    /// The name of a node pool. A runbook names a file after it.
    PoolName, check_pool, "^[^-\\s/][^\\s/]*$"
}

impl InstanceName {
    /// Whether Kubernetes accepts it as the name of a node: an RFC 1123 subdomain
    /// (<https://kubernetes.io/docs/concepts/architecture/nodes/#node-name-uniqueness>).
    pub fn is_dns_subdomain(&self) -> bool {
        let of_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        self.0.split('.').all(|label| {
            let bytes = label.as_bytes();
            bytes.first().is_some_and(|byte| of_label(*byte))
                && bytes.last().is_some_and(|byte| of_label(*byte))
                && bytes.iter().all(|byte| of_label(*byte) || *byte == b'-')
        })
    }

    /// The name of node `number` (from 1) of a pool that is only counted: `POOL-NUMBER`.
    pub fn counted(pool: &PoolName, number: usize) -> Self {
        Self(format!("{pool}-{number}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceName;
    use super::PoolName;

    #[test]
    fn a_node_has_a_name_that_kubernetes_accepts() {
        for (text, accepted) in [
            ("cp-1", true),
            ("1", true),
            ("ip-10-0-0-1.ec2.internal", true),
            ("CP-1", false),
            ("cp-1-", false),
            ("cp-1.", false),
            ("a..b", false),
            ("a.-b", false),
            ("a_b", false),
            ("$(reboot)", false),
            ("../../etc", false),
        ] {
            let name: InstanceName = text.parse().unwrap();
            assert_eq!(name.is_dns_subdomain(), accepted, "{text}");
        }
    }

    /// `cat > POOL.nodes` in a runbook.
    #[test]
    fn a_pool_never_becomes_a_path() {
        for text in ["../../etc", "/etc/passwd", "a/b"] {
            assert!(text.parse::<PoolName>().is_err(), "{text}");
        }
        assert!("a;b".parse::<PoolName>().is_ok(), "odd, but quoted wherever it lands");
    }

    #[test]
    fn sorts_as_people_count() {
        let mut names: Vec<InstanceName> = ["w-10", "w-2", "w-2a", "a", "w-02", "w-1.b", "w"]
            .map(|text| text.parse().unwrap())
            .into();
        names.sort();
        let shown: Vec<&str> = names.iter().map(InstanceName::as_str).collect();
        assert_eq!(shown, ["a", "w", "w-1.b", "w-02", "w-2", "w-2a", "w-10"]);
    }

    #[test]
    fn refuses_what_a_shell_or_a_table_could_trip_over() {
        for text in ["", "a b", "-rf", "a\nb", "\u{7}", &"x".repeat(254)] {
            assert!(text.parse::<InstanceName>().is_err(), "{text:?}");
        }
        assert!("<script>".parse::<InstanceName>().is_ok(), "odd, but quoted wherever it lands");
    }
}
