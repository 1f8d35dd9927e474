//! Reading a live cluster, against a server with recorded answers in this process: pages, missing
//! permission, retries, time limits, certificates, kubeconfigs, proxies.
//!
//! `tests/live` does it against a real API server, where its parts are built.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod certificates;
mod checks;
mod cluster;
mod kubeconfigs;
mod plugins;
mod proxies;
mod requests;
mod server;
mod session;
#[path = "../simulated/mod.rs"]
mod simulated;
#[path = "../support/mod.rs"]
mod support;
