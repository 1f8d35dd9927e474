//! What tells two plans apart.

use std::fmt::Write as _;

use sha2::Digest as _;
use sha2::Sha256;

use super::Plan;

impl Plan {
    /// The digest of the whole plan: the same plan gives the same one, whether it was written as YAML
    /// or as JSON. What is kept beside a plan, such as its progress, is kept under it.
    pub fn digest(&self) -> String {
        // A plan has no key that JSON could not write; an empty text would still be a digest.
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mut digest = String::from("sha256:");
        for byte in Sha256::digest(&text) {
            _ = write!(digest, "{byte:02x}");
        }
        digest
    }
}
