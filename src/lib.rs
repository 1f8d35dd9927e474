//! Plans Kubernetes upgrades for clusters run with kubeadm.
pub mod catalog;
pub mod component;
pub mod diagnostic;
pub mod version;
pub mod yaml;
