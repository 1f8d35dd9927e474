//! The version skew policy, looked at after each single move.
//!
//! What is outside the policy before the first step is a warning there, and tolerated while it does
//! not get worse: neither further outside nor with more instances outside. Once repaired it may not
//! come back, and nothing may be left of it at the end.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::diagnostic::Severity;
use crate::plan::KubeProxyMode;
use crate::plan::Step;
use crate::policy::Excess;
use crate::policy::RuleId;
use crate::policy::SkewRule;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::MinorVersion;

use super::codes::Code;
use super::report::Place;
use super::report::Report;
use super::world::World;

/// A rule of the policy with its parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Apiservers,
    Controllers,
    Kubelets,
    KubeProxy,
    // After the two above: what they report is not reported again by this one.
    KubeProxyKubelet,
    Kubectl,
}

const FAMILIES: [Family; 6] = [
    Family::Apiservers,
    Family::Controllers,
    Family::Kubelets,
    Family::KubeProxy,
    Family::KubeProxyKubelet,
    Family::Kubectl,
];

impl Family {
    /// The families that a move of the component can break or mend.
    const fn of(component: Component) -> &'static [Self] {
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

    const fn code(self, direction: Direction) -> Code {
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
enum Direction {
    Old,
    New,
}

/// What makes two violations the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    family: Family,
    direction: Direction,
    subject: Component,
}

/// How far outside the policy the subjects of a key are.
#[derive(Debug, Clone, Copy)]
struct Violation {
    /// The worst of them, in minors beyond what is permitted.
    excess: u32,
    /// How many instances are outside.
    instances: u64,
    /// The minors of the worst.
    subject: MinorVersion,
    reference: MinorVersion,
    /// Whether it was reported as an error.
    reported: bool,
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
fn violations(
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

/// What is outside the policy, and why that is borne.
#[derive(Debug)]
pub(super) struct Skew<'a> {
    policy: &'a VersionSkewPolicy,
    tool: &'a ToolRules,
    open: BTreeMap<Key, Violation>,
    /// The minor of a kube-proxy that kubeadm moved ahead of the API servers of this hop.
    ahead: Option<MinorVersion>,
    /// How many errors were found so far.
    errors: u64,
}

impl<'a> Skew<'a> {
    /// Looks at the state before the first step.
    pub(super) fn new(
        policy: &'a VersionSkewPolicy,
        tool: &'a ToolRules,
        world: &World<'_>,
        report: &mut Report,
    ) -> Self {
        let mut skew = Self { policy, tool, open: BTreeMap::new(), ahead: None, errors: 0 };
        for family in FAMILIES {
            for (key, violation) in violations(family, world, policy) {
                if !skew.is_implied(key) {
                    let code = family.code(key.direction);
                    report.add_as(Severity::Warning, code, Place::Initial, detail(key), || {
                        let help = "the plan must repair this first, and must not make it worse";
                        [message(key, &violation, policy, None), help.to_owned()]
                    });
                }
                skew.open.insert(key, violation);
            }
        }
        skew
    }

    /// How many errors were found so far.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// Looks at the state after one instance of a component has moved in a step.
    pub(super) fn moved(
        &mut self,
        world: &World<'_>,
        step: &Step,
        component: Component,
        instance: usize,
        report: &mut Report,
    ) {
        for family in Family::of(component) {
            let cause = Cause { step: Some(step), moved: Some(world.name(instance)) };
            self.look(*family, world, Place::Step(step.id), &cause, report);
        }
    }

    /// A hop ends: kubeadm's kube-proxy is no longer ahead of anything.
    pub(super) fn end_hop(&mut self, number: u32, world: &World<'_>, report: &mut Report) {
        if self.ahead.take().is_some() {
            let cause = Cause { step: None, moved: None };
            self.look(Family::KubeProxy, world, Place::Hop(number), &cause, report);
        }
    }

    /// The plan ends: what was borne must be gone.
    pub(super) fn end(&mut self, report: &mut Report) {
        for (key, violation) in &self.open {
            if violation.reported || self.is_implied(*key) {
                continue;
            }
            let code = key.family.code(key.direction);
            report.add_as(Severity::Error, code, Place::Final, detail(*key), || {
                let help = "it stands so since before the first step; the plan must repair it";
                [message(*key, violation, self.policy, None), help.to_owned()]
            });
        }
    }

    /// Where kube-proxy or the kubelet is outside its window already, the distance between the two
    /// adds nothing: with the numbers of upstream it never stands alone.
    fn is_implied(&self, key: Key) -> bool {
        key.family == Family::KubeProxyKubelet
            && self
                .open
                .keys()
                .any(|open| matches!(open.family, Family::Kubelets | Family::KubeProxy))
    }

    fn look(
        &mut self,
        family: Family,
        world: &World<'_>,
        place: Place,
        cause: &Cause<'_>,
        report: &mut Report,
    ) {
        let now = violations(family, world, self.policy);
        if !self.open.is_empty() {
            let holds = |key: &Key| now.iter().any(|(other, _)| other == key);
            self.open.retain(|key, _| key.family != family || holds(key));
        }
        for (key, mut violation) in now {
            if let Some(known) = self.open.get_mut(&key)
                && violation.excess <= known.excess
                && violation.instances <= known.instances
            {
                violation.reported = known.reported;
                *known = violation;
                continue;
            }
            if self.is_kubeadms(key, &violation, world, cause) {
                self.ahead = Some(violation.subject);
                // Reported at the step that moves it; the API servers that follow only shorten it.
                let moves_it = |step: &&Step| {
                    step.transitions.iter().any(|moved| moved.component == Component::KubeProxy)
                };
                if cause.step.as_ref().is_some_and(moves_it) {
                    report.add(Code::KubeadmProxyFirst, place, || kubeadm_first(&violation));
                }
                continue;
            }
            if !self.is_implied(key) {
                violation.reported = true;
                self.errors += 1;
                let code = family.code(key.direction);
                report.add_as(Severity::Error, code, place, detail(key), || {
                    [message(key, &violation, self.policy, cause.moved), help(key)]
                });
            }
            self.open.insert(key, violation);
        }
    }

    /// Whether this is the kube-proxy that an older kubeadm moves with the first control-plane
    /// node, said so by the step, and no further ahead than the hop that is under way.
    fn is_kubeadms(
        &self,
        key: Key,
        violation: &Violation,
        world: &World<'_>,
        cause: &Cause<'_>,
    ) -> bool {
        if key.family != Family::KubeProxy || key.direction != Direction::New {
            return false;
        }
        let said = cause.step.is_some_and(names_addons);
        violation.excess == 1
            && world.provider == crate::cluster::Provider::Kubeadm
            && world.kube_proxy == KubeProxyMode::DaemonSet
            && violation.subject < self.tool.addons_last_from
            && (said || self.ahead == Some(violation.subject))
    }
}

/// Whether a step says that kubeadm moves the add-ons in it.
pub(super) fn names_addons(step: &Step) -> bool {
    step.because.iter().any(|reason| reason.rule == RuleId::KubeadmAddons.name())
}

/// What led to a state.
struct Cause<'a> {
    step: Option<&'a Step>,
    moved: Option<&'a str>,
}

fn detail(key: Key) -> u64 {
    u64::from(key.subject as u8) * 2 + u64::from(key.direction as u8)
}

fn message(
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

fn help(key: Key) -> String {
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

fn kubeadm_first(violation: &Violation) -> [String; 2] {
    let Violation { subject, reference, .. } = violation;
    [
        format!(
            "kubeadm moves kube-proxy to {subject} with the first control-plane node, while other kube-apiservers are at {reference}"
        ),
        "kubeadm of this minor knows no other order; keep the time until the last control-plane node is done short".to_owned(),
    ]
}
