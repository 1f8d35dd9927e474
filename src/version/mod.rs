//! The version types: a Kubernetes minor, a Kubernetes release, an etcd minor, an etcd release.
//!
//! Strings are parsed once, at the border; inside the program there are no version strings. The
//! `semver` crate is used here and nowhere else, because three of its habits are wrong for us: it
//! refuses `v1.30.3` and `1.30`, it sorts `1.30.3-eks-1` and the etcd image tag `3.5.21-0` *before*
//! their release, and it compares build metadata (`+k3s1`) in `==`.

mod etcd;
mod kubernetes;
mod minor;
mod text;

pub use etcd::EtcdMinor;
pub use etcd::EtcdVersion;
pub use kubernetes::KubernetesVersion;
pub use kubernetes::VersionRequest;
pub use minor::MinorVersion;
pub use text::ParseVersionError;
