//! The program against a real API server: real kube-apiserver, real etcd, TLS, access rules, paging.
//!
//! The parts are built by `tests/live/build-parts.sh`; `KUBEHOP_LIVE_PARTS` names their folder
//! (default `target/live-parts`). Without them every test here prints `skipped: ...` and passes.
//!
//! One server is shared by all tests: they read, and what a test writes (roles) carries the test's
//! own name. `harness` proves that the server and the objects are what they are said to be,
//! `commands` runs the program.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]

mod access;
mod client;
mod commands;
mod expected;
mod harness;
mod kubeconfig;
mod objects;
mod parts;
mod pki;
mod process;
mod proxy;
mod server;

use std::sync::LazyLock;

use parts::Parts;
use server::Server;

/// A server with the cluster of `objects` in it.
pub(crate) struct Live {
    pub(crate) server: Server,
    pub(crate) parts: Parts,
}

static LIVE: LazyLock<Result<Live, String>> = LazyLock::new(|| {
    let parts = Parts::find()?;
    let server = Server::start(&parts);
    objects::load(&server.admin);
    Ok(Live { server, parts })
});

/// The shared server, started by whoever asks first; none where the parts are missing.
pub(crate) fn live() -> Option<&'static Live> {
    match &*LIVE {
        Ok(live) => Some(live),
        Err(why) => {
            println!("skipped: {why}");
            None
        }
    }
}
