//! What a checkpoint expects, as something to compare with.
//!
//! `expect` is what a person reads and what the program compares with: of an `api` probe the JSON that
//! the filter must give, as `jq -c` prints it, and of a `raw` probe the text of the answer. So the
//! runbook and the program cannot expect different things.

use std::fmt;

use serde_json::Value;

use crate::plan::Checkpoint;
use crate::plan::ProbeKind;

/// What must come of a probe.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// One JSON value.
    Json(Value),
    /// A text, without the space around it.
    Text(String),
}

/// An `expect` with which nothing can be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`expect` is not the JSON that the filter must give, as `jq -c` would print it")]
pub struct NotComparable;

impl Expectation {
    /// What a checkpoint expects; `None` for probes that are not evaluated.
    ///
    /// # Errors
    ///
    /// `NotComparable` for an `api` probe that does not expect JSON.
    pub fn of(checkpoint: &Checkpoint) -> Result<Option<Self>, NotComparable> {
        match checkpoint.probe.kind {
            ProbeKind::Api => {
                let value = serde_json::from_str(&checkpoint.expect).map_err(|_| NotComparable)?;
                Ok(Some(Self::Json(value)))
            }
            ProbeKind::Raw => Ok(Some(Self::Text(checkpoint.expect.trim().to_owned()))),
            ProbeKind::Etcd | ProbeKind::Node | ProbeKind::Manual => Ok(None),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(value) => write!(formatter, "{value}"),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// Whether two values are the same to jq: `1` and `1.0` are.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64().is_some_and(|one| Some(one) == other.as_f64())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        _ => left == right,
    }
}
