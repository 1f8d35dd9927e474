//! Reading a live cluster: which requests, with which permission, and how they are made.
//!
//! [`ENDPOINTS`] is the one table of what is asked; [`manifest`] prints the permission for exactly
//! that. With the cargo feature `live`, `Cluster` makes the requests: only ever `GET`, one after the
//! other, page by page; `Visit` makes single ones, for checkpoints. It understands nothing of what comes back: every answer goes to a
//! [`Sink`], which is the same reader that reads dumps. What a user may not read, and what the API
//! server fails to give, is handed over as an unknown; what concerns the whole cluster is a
//! diagnostic.
//!
//! This room does network I/O, and runs the credential plugin that a kubeconfig names. It reads no
//! environment and no clock: both come in as an [`Access`].

mod access;
mod endpoints;
mod proxy;
mod rbac;

#[cfg(feature = "live")]
mod certificate;
#[cfg(feature = "live")]
mod connection;
#[cfg(feature = "live")]
mod destination;
#[cfg(feature = "live")]
mod failure;
#[cfg(feature = "live")]
mod kubeconfig;
#[cfg(feature = "live")]
mod pages;
#[cfg(feature = "live")]
mod plugin;
#[cfg(feature = "live")]
mod reading;
#[cfg(feature = "live")]
mod refusal;
#[cfg(feature = "live")]
mod visit;

pub use access::Access;
pub use access::Files;
pub use access::Login;
pub use access::Progress;
pub use access::Sink;
pub use endpoints::ENDPOINTS;
pub use endpoints::Endpoint;
pub use endpoints::Permission;
pub use endpoints::Target;
#[cfg(feature = "live")]
pub use kubeconfig::contexts;
pub use proxy::ProxySettings;
pub use rbac::ParseSubjectError;
pub use rbac::Subject;
pub use rbac::manifest;
#[cfg(feature = "live")]
pub use reading::Cluster;
#[cfg(feature = "live")]
pub use visit::Missed;
#[cfg(feature = "live")]
pub use visit::Visit;
