//! What tells two plans apart.

use crate::digest::sha256;

use super::Plan;

impl Plan {
    /// The digest of the whole plan: the same plan gives the same one, whether it was written as YAML
    /// or as JSON. What is kept beside a plan, such as its record, names it.
    pub fn digest(&self) -> String {
        // A plan has no key that JSON could not write; an empty text would still be a digest.
        sha256(&serde_json::to_string(self).unwrap_or_default())
    }
}
