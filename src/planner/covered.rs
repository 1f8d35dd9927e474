//! Hazards that nobody has to settle: the plan is made such that they cannot be met, or its own steps
//! do what the remedy asks for.

use crate::component::Component;
use crate::plan::Covered;
use crate::plan::Step;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::MinorVersion;

/// What takes care of a hazard.
#[derive(Debug, Clone)]
enum By {
    /// The steps that move a component; how.
    Moves(Component, &'static str),
    /// Another hazard of the hop, by the part of its name before the minor.
    Told(&'static str),
    /// The steps that move etcd, if every member is at this version before the next minor is entered.
    EtcdFrom(EtcdVersion),
    /// The steps that move etcd, if it is at this version before the API servers move.
    EtcdAtLeast(EtcdVersion),
}

static COVERED: [(&str, By); 9] = [
    (
        "skew-kubelet-newer-than-apiserver",
        By::Moves(Component::Kubelet, "kubelets move once every kube-apiserver has"),
    ),
    (
        "skew-kubelet-n3-window",
        By::Moves(
            Component::Kubelet,
            "nodes move before a kube-apiserver would leave them too far behind",
        ),
    ),
    (
        "skew-kube-proxy-window",
        By::Moves(
            Component::KubeProxy,
            "kube-proxy stays within the skew of API servers and kubelets at every step",
        ),
    ),
    (
        "skew-no-minor-skip",
        By::Moves(Component::KubeApiserver, "the control plane moves by one minor in a hop"),
    ),
    (
        "kubelet-minor-upgrade-needs-drain",
        By::Moves(Component::Kubelet, "every node is drained first"),
    ),
    ("removed-feature-gates", By::Told("feature-gates")),
    ("kubeadm-etcd-3511-131", By::EtcdAtLeast(EtcdVersion::new(EtcdMinor::new(3, 5), 11))),
    // The floors are those of the hazards, not of the matrix that a user may have changed.
    ("etcd-36-134", By::EtcdFrom(EtcdVersion::new(EtcdMinor::new(3, 5), 26))),
    ("etcd-37-137", By::EtcdFrom(EtcdVersion::new(EtcdMinor::new(3, 6), 11))),
];

/// The entry for a hazard of the hop into `to`, where its steps take care of it. `etcd`: after the hop.
pub(super) fn covered(
    (id, title): (&str, &str),
    to: MinorVersion,
    etcd: &EtcdVersion,
    steps: &[Step],
) -> Option<Covered> {
    let (_, by) = COVERED.iter().find(|(known, _)| *known == id)?;
    let moving = |component: Component| {
        let moves =
            move |step: &&Step| step.transitions.iter().any(|moved| moved.component == component);
        steps.iter().filter(moves).map(|step| step.id).collect()
    };
    let (how, steps) = match by {
        By::Moves(component, how) => ((*how).to_owned(), moving(*component)),
        By::Told(prefix) => (
            format!("what concerns this hop stands by name in `{prefix}-{}`", to.number()),
            Vec::new(),
        ),
        By::EtcdAtLeast(floor) => {
            let how = format!(
                "etcd is at {etcd} before the API servers move; where the image is pinned, the steps that move it raise the pin"
            );
            (etcd >= floor).then(|| (how, moving(Component::Etcd)))?
        }
        By::EtcdFrom(floor) => {
            let moves = steps.iter().flat_map(|step| &step.transitions);
            let (before, after) = moves
                .filter_map(|moved| moved.from.etcd().zip(moved.to.etcd()))
                .find(|(before, after)| before.minor() < after.minor())?;
            if before < floor {
                return None;
            }
            let how = format!(
                "every member is at {before} before the first one moves to {after}; where the image is pinned, these steps raise the pin"
            );
            (how, moving(Component::Etcd))
        }
    };
    Some(Covered { id: id.to_owned(), title: title.to_owned(), how, steps })
}
