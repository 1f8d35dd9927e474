//! Plans Kubernetes upgrades for clusters run with kubeadm.
pub mod catalog;
pub mod cli;
pub mod cluster;
pub mod component;
pub mod diagnostic;
pub mod finding;
pub mod inventory;
pub mod name;
pub mod plan;
pub mod planner;
pub mod policy;
pub mod provider;
pub mod render;
pub mod search;
pub mod verify;
pub mod version;
pub mod yaml;
