//! Where a plan stands, and how it is taken up again: from every place of every sample plan, and from
//! any place of plans for drawn clusters.
//!
//! The default run draws few clusters. The whole one is
//! `KUBEHOP_CASES=2000 cargo test --release --test progress`.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../random/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod random;
#[path = "../replay/mod.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod replay;

mod cases;
mod places;
mod resumed;
mod walk;
