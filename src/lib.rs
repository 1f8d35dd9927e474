//! Plans Kubernetes upgrades for clusters run with kubeadm.
pub mod component;
pub mod diagnostic;
pub mod version;
pub mod yaml;
