//! The register of codes that only a list of steps can have; all others are the verifier's.

use crate::finding::codes;

codes! {
    VersionNotKnown = "LINT001", Info, None,
        "the inventory does not know the version of an instance";
    ChangesNothing = "LINT002", Warning, None,
        "a step changes nothing";
}
