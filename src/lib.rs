//! Plans Kubernetes upgrades for clusters run with kubeadm.
pub mod catalog;
pub mod cluster;
pub mod component;
pub mod diagnostic;
pub mod finding;
pub mod inventory;
pub mod name;
pub mod plan;
pub mod policy;
pub mod verify;
pub mod version;
pub mod yaml;
