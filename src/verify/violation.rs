//! What is outside the version skew policy at one moment.

use crate::component::Component;
use crate::plan::KubeProxyMode;
use crate::policy::Excess;
use crate::policy::SkewRule;
use crate::policy::VersionSkewPolicy;
use crate::version::MinorVersion;

use super::codes::Code;
use super::world::World;

/// A rule of the policy with its parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Apiservers,
    Controllers,
    Kubelets,
    KubeProxy,
    // After the two above: what they report is not reported again by this one.
    KubeProxyKubelet,
    Kubectl,
}

pub(super) const FAMILIES: [Family; 6] = [
    Family::Apiservers,
    Family::Controllers,
    Family::Kubelets,
    Family::KubeProxy,
    Family::KubeProxyKubelet,
    Family::Kubectl,
];

impl Family {
    /// The families that a move of the component can break or mend.
    pub(super) const fn of(component: Component) -> &'static [Self] {
        match component {
            Component::Etcd => &[],
            Component::KubeApiserver => &[
                Self::Apiservers,
                Self::Controllers,
                Self::Kubelets,
                Self::KubeProxy,
                Self::KubeProxyKubelet,
                Self::Kubectl,
            ],
            Component::KubeControllerManager
            | Component::KubeScheduler
            | Component::CloudControllerManager => &[Self::Controllers],
            Component::Kubelet => &[Self::Kubelets, Self::KubeProxyKubelet],
            Component::KubeProxy => &[Self::KubeProxy, Self::KubeProxyKubelet],
            Component::Kubectl => &[Self::Kubectl],
        }
    }

    const fn rule(self, policy: &VersionSkewPolicy) -> &SkewRule {
        match self {
            Self::Apiservers => &policy.apiserver,
            Self::Controllers => &policy.controllers,
            Self::Kubelets => &policy.kubelet,
            Self::KubeProxy => &policy.kube_proxy,
            Self::KubeProxyKubelet => &policy.kube_proxy_kubelet,
            Self::Kubectl => &policy.kubectl,
        }
    }

    const fn subjects(self) -> &'static [Component] {
        match self {
            Self::Apiservers => &[Component::KubeApiserver],
            Self::Controllers => &[
                Component::KubeControllerManager,
                Component::KubeScheduler,
                Component::CloudControllerManager,
            ],
            Self::Kubelets => &[Component::Kubelet],
            Self::KubeProxy | Self::KubeProxyKubelet => &[Component::KubeProxy],
            Self::Kubectl => &[Component::Kubectl],
        }
    }

    const fn reference(self) -> Component {
        match self {
            Self::KubeProxyKubelet => Component::Kubelet,
            _ => Component::KubeApiserver,
        }
    }

    /// The code of a violation.
    pub(super) const fn code(self, direction: Direction) -> Code {
        match (self, direction) {
            (Self::Apiservers, _) => Code::ApiserversApart,
            (Self::Controllers, _) => Code::Controllers,
            (Self::Kubelets, Direction::Old) => Code::KubeletTooOld,
            (Self::Kubelets, Direction::New) => Code::KubeletTooNew,
            (Self::KubeProxy, _) => Code::KubeProxy,
            (Self::KubeProxyKubelet, _) => Code::KubeProxyKubelet,
            (Self::Kubectl, _) => Code::Kubectl,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Old,
    New,
}

/// What makes two violations the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) family: Family,
    pub(super) direction: Direction,
    pub(super) subject: Component,
}

/// How far outside the policy the subjects of a key are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Violation {
    /// The worst of them, in minors beyond what is permitted.
    pub(super) excess: u32,
    /// How many instances are outside.
    pub(super) instances: u64,
    /// The minors of the worst.
    pub(super) subject: MinorVersion,
    pub(super) reference: MinorVersion,
    /// Whether it was reported as an error.
    pub(super) reported: bool,
}

/// Adds a pair of minors to the violations, if it is one.
fn weigh(
    found: &mut Vec<(Key, Violation)>,
    rule: &SkewRule,
    (family, component): (Family, Component),
    (subject, reference): (MinorVersion, MinorVersion),
    instances: u64,
) {
    let (direction, excess) = match rule.excess(subject, reference) {
        None => return,
        Some(Excess::TooOld(excess)) => (Direction::Old, excess),
        // Of two kube-apiservers the older one is the subject.
        Some(Excess::TooNew(_)) if family == Family::Apiservers => return,
        Some(Excess::TooNew(excess)) => (Direction::New, excess),
    };
    let key = Key { family, direction, subject: component };
    let new = Violation { excess, instances, subject, reference, reported: false };
    match found.iter_mut().find(|(known, _)| *known == key) {
        None => found.push((key, new)),
        Some((_, known)) => {
            let instances = known.instances + instances;
            if excess > known.excess {
                *known = new;
            }
            known.instances = instances;
        }
    }
}

/// Every violation of a family at this moment.
pub(super) fn violations(
    family: Family,
    world: &World<'_>,
    policy: &VersionSkewPolicy,
) -> Vec<(Key, Violation)> {
    let rule = family.rule(policy);
    let mut found = Vec::new();
    for component in family.subjects() {
        let who = (family, *component);
        let on_host = matches!(family, Family::Controllers | Family::KubeProxyKubelet);
        if on_host {
            for (pair, instances) in world.pairs().iter() {
                if pair.subject == *component {
                    weigh(&mut found, rule, who, (pair.minor, pair.reference), instances);
                }
            }
        }
        // A kube-proxy of a node concerns the kubelet of that node only.
        let everywhere =
            family != Family::KubeProxyKubelet || world.kube_proxy == KubeProxyMode::DaemonSet;
        let subjects = if on_host { world.loose(*component) } else { world.minors(*component) };
        let references = world.minors(family.reference());
        for (minor, instances) in subjects.iter().filter(|_| everywhere) {
            // Limits are distances, so the extremes of the references decide; each subject counts
            // once, on the side where it is further outside.
            let (oldest, newest) = (references.first(), references.last());
            let worst = [oldest, newest].into_iter().flatten().max_by_key(|reference| {
                match rule.excess(minor, *reference) {
                    None => 0,
                    Some(Excess::TooOld(excess) | Excess::TooNew(excess)) => excess,
                }
            });
            if let Some(reference) = worst {
                weigh(&mut found, rule, who, (minor, reference), instances);
            }
        }
    }
    found
}

/// A number for the key, to report it once.
pub(super) fn detail(key: Key) -> u64 {
    u64::from(key.subject as u8) * 2 + u64::from(key.direction as u8)
}

/// The violation as a sentence; `moved` is the instance that led to it.
pub(super) fn message(
    key: Key,
    violation: &Violation,
    policy: &VersionSkewPolicy,
    moved: Option<&str>,
) -> String {
    let (older, newer) = key.family.rule(policy).limits(violation.subject);
    let (word, limit) = match key.direction {
        Direction::Old => ("older", older),
        Direction::New => ("newer", newer),
    };
    let distance = u64::from(limit) + u64::from(violation.excess);
    let plural = if distance == 1 { "minor" } else { "minors" };
    let permitted = if limit == 0 { "none".to_owned() } else { format!("at most {limit}") };
    let after = moved.map(|name| format!(", once `{name}` has moved")).unwrap_or_default();
    let Violation { instances, subject, reference, .. } = violation;
    let instances =
        if *instances > 1 { format!(" ({instances} instances)") } else { String::new() };
    format!(
        "{component} {subject}{instances} is {distance} {plural} {word} than {other} {reference}{after}; {permitted} permitted",
        component = key.subject,
        other = key.family.reference(),
    )
}

/// What to do about it.
pub(super) fn help(key: Key) -> String {
    match (key.family, key.direction) {
        (Family::Apiservers, _) => "finish the hop on every control-plane node before the next one",
        (Family::Controllers, Direction::New) => {
            "move the kube-apiserver that it talks to before it"
        }
        (Family::Controllers, Direction::Old) => "move it in the hop of its kube-apiserver",
        (Family::Kubelets | Family::KubeProxy | Family::KubeProxyKubelet, Direction::Old) => {
            "move it before the hop that leaves it too far behind"
        }
        (Family::Kubelets | Family::KubeProxy, Direction::New) => {
            "move it after the last kube-apiserver of the hop"
        }
        (Family::KubeProxyKubelet, Direction::New) => {
            "move the kubelets of these nodes before kube-proxy"
        }
        (Family::Kubectl, Direction::Old) => {
            "move the client in an earlier hop: clients cannot wait for deferred nodes"
        }
        (Family::Kubectl, Direction::New) => "move the client in a later hop",
    }
    .to_owned()
}
