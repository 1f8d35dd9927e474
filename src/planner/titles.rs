//! What a step is called.

use crate::plan::StepKind;
use crate::provider::Act;
use crate::provider::Turn;

/// Kind and title of an act.
pub(super) fn title(act: &Act<'_>) -> (StepKind, String) {
    match act {
        Act::Preflight(hop) => {
            (StepKind::Preflight, format!("Check that the cluster is ready for {}", hop.to))
        }
        Act::Gate(hop) if hop.from.minor() == hop.to.minor() => {
            (StepKind::Gate, format!("Decide: go or no-go for {}", hop.to))
        }
        Act::Gate(hop) => (
            StepKind::Gate,
            format!("Decide: go or no-go for {} to {}", hop.from.minor(), hop.to.minor()),
        ),
        Act::Backup { before: crate::component::Component::Etcd, .. } => {
            (StepKind::Backup, "Back up etcd before etcd changes".to_owned())
        }
        Act::Backup { .. } => (
            StepKind::Backup,
            "Back up etcd and the control-plane files before the API servers change".to_owned(),
        ),
        Act::Etcd { from, to, .. } => {
            (StepKind::Upgrade, format!("Upgrade etcd from {from} to {to}, one member at a time"))
        }
        Act::EtcdSoak { etcd, .. } => {
            (StepKind::Soak, format!("Watch etcd {etcd} before the next change"))
        }
        Act::ControlPlaneNode { node, to, turn: Turn::First, .. } => (
            StepKind::Upgrade,
            format!("Upgrade the control plane of `{node}` to {to}, first node"),
        ),
        Act::ControlPlaneNode { node, to, .. } => {
            (StepKind::Upgrade, format!("Upgrade the control plane of `{node}` to {to}"))
        }
        Act::ControlPlaneComponent { component, to, .. } => {
            (StepKind::Upgrade, format!("Upgrade {component} to {to} on every control-plane node"))
        }
        Act::Addons { to, by_itself: true, .. } => {
            (StepKind::Addon, format!("Bring kube-proxy to {to}"))
        }
        Act::Addons { .. } => {
            (StepKind::Addon, "Prove that kube-proxy and CoreDNS have rolled out".to_owned())
        }
        Act::ControlPlaneKubelets { to, .. } => {
            (StepKind::Upgrade, format!("Upgrade the kubelets of control-plane nodes to {to}"))
        }
        Act::Workers { pool, to, .. } => {
            (StepKind::Upgrade, format!("Upgrade the nodes of pool `{pool}` to {to}"))
        }
        Act::Client { client, to } => {
            (StepKind::Client, format!("Bring kubectl of `{client}` to {to}"))
        }
        Act::Validate(hop) => {
            (StepKind::Validate, format!("Prove that the hop to {} is complete", hop.to))
        }
        Act::Soak(hop) => (StepKind::Soak, format!("Watch the cluster at {}", hop.to)),
        Act::CloseValidate(hop) => {
            (StepKind::Validate, format!("Prove that the whole cluster is at {}", hop.to))
        }
        Act::CloseCleanUp { .. } => (StepKind::Validate, "Clean up and file the record".to_owned()),
    }
}
