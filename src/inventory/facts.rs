//! What is known of a machine, beside its versions.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Optional facts of a node: each decides which hazards concern it, none is needed to plan.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeFacts {
    /// The operating system image, such as `Ubuntu 22.04.4 LTS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The kernel, such as `5.15.0-105-generic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The runtime as the node reports it, such as `containerd://1.7.13`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_runtime: Option<String>,
    /// The cgroup version: `v1` or `v2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<CgroupVersion>,
    /// The architecture, such as `amd64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// Whether the node reported itself ready when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<bool>,
    /// Whether the node was cordoned (`spec.unschedulable`) when it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cordoned: Option<bool>,
    /// The taints of the node, as `KEY=VALUE:EFFECT` or `KEY:EFFECT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<String>,
}

/// The version of the control-group hierarchy of a node.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum CgroupVersion {
    /// The old hierarchy, which kubelets refuse by default from 1.35.
    V1,
    /// The unified hierarchy.
    V2,
}

impl NodeFacts {
    /// The name of the container runtime: `containerd` of `containerd://1.7.13`.
    pub fn runtime_name(&self) -> Option<&str> {
        let runtime = self.container_runtime.as_deref()?;
        Some(runtime.split_once("://").map_or(runtime, |(name, _)| name))
    }

    /// The facts that last: without those that change from hour to hour.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.ready = None;
        self.cordoned = None;
        self
    }

    /// Whether the node runs Windows, where that is known.
    pub fn is_windows(&self) -> Option<bool> {
        self.os.as_deref().map(|os| os.to_ascii_lowercase().contains("windows"))
    }
}
