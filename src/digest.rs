//! The digest by which documents name each other.

use std::fmt::Write as _;

use sha2::Digest as _;
use sha2::Sha256;

/// The SHA-256 of a text, as documents spell it: `sha256:` and 64 hexadecimal digits.
pub fn sha256(text: &str) -> String {
    let mut digest = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        _ = write!(digest, "{byte:02x}");
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn is_that_of_sha256sum() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(""), empty);
    }
}
