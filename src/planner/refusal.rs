//! Why there is no plan, in sentences: the only place that turns the search's reasons into words.

mod stops;

use serde::Serialize;

use crate::component::Component;
use crate::plan::Assumption;
use crate::policy::RuleId;
use crate::search::Blocked;
use crate::search::NoPath;
use crate::search::Problem;
use crate::search::Role;
use crate::search::Stage;

use super::PlanError;

/// Why there is no plan: what conflicts, how far one gets, and the ways out, cheapest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The answer in one line.
    pub summary: String,
    /// The facts that conflict.
    pub conflicts: Vec<Conflict>,
    /// How far one gets.
    pub reached: String,
    /// What would open a way.
    pub ways_out: Vec<String>,
}

/// A fact that stands against a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Conflict {
    /// The component that it concerns.
    pub component: String,
    /// What is the case.
    pub fact: String,
    /// The rule that it stands against.
    pub rule: String,
    /// Where the rule is known from.
    pub source: String,
}

impl Refusal {
    /// The words for an error that is an answer; `None` for one that is a failure.
    pub fn of(error: &PlanError) -> Option<Self> {
        match error {
            PlanError::NoStop(why) => stops::no_stop(why),
            PlanError::NoPath { why, problem } => Some(no_path(why, problem)),
            PlanError::Unknown(assumptions) => Some(unknown(assumptions)),
            PlanError::EtcdUnknown { version, known } => Some(stops::etcd_unknown(version, *known)),
            PlanError::Prerelease { version } => Some(stops::prerelease(version)),
            PlanError::OlderThanAssumed { assumed, to } => {
                Some(stops::older_than_assumed(assumed, to))
            }
            PlanError::ApiserverUnknown { .. }
            | PlanError::TooLarge { .. }
            | PlanError::Catalog(_) => None,
        }
    }
}

fn conflict(component: Component, fact: impl Into<String>, rule: RuleId) -> Conflict {
    Conflict {
        component: component.to_string(),
        fact: fact.into(),
        rule: rule.name().to_owned(),
        source: rule.rule().source.to_owned(),
    }
}

fn unknown(assumptions: &[Assumption]) -> Refusal {
    Refusal {
        summary: format!("`--strict`: {} things are not known", assumptions.len()),
        conflicts: assumptions
            .iter()
            .map(|assumption| Conflict {
                component: assumption.id.clone(),
                fact: assumption.text.clone(),
                rule: "--strict".to_owned(),
                source: "the command line".to_owned(),
            })
            .collect(),
        reached: String::new(),
        ways_out: assumptions
            .iter()
            .map(|assumption| format!("settle `{}`: {}", assumption.id, assumption.settle))
            .collect(),
    }
}

fn no_path(why: &NoPath, problem: &Problem) -> Refusal {
    let ladder = &problem.ladder;
    let target = &ladder.stop(ladder.last()).version;
    let furthest = &why.furthest;
    let mut conflicts: Vec<Conflict> = why
        .refused
        .iter()
        .flat_map(|(_, blocked)| blocked)
        .filter(|blocked| !matches!(blocked, Blocked::ControlPlaneWaits))
        .chain(&why.unrepaired)
        .map(sentence)
        .collect();
    conflicts.sort();
    conflicts.dedup();
    let (oldest, newest) = furthest.apiservers();
    let at = if oldest.minor == newest.minor {
        format!("API servers at {}", newest.minor)
    } else {
        format!("API servers at {} and {}", oldest.minor, newest.minor)
    };
    let stage = match furthest.stage {
        Stage::Etcd => "before the API servers move",
        Stage::ControlPlane => "while the control plane moves",
        Stage::KubeProxy | Stage::Nodes(_) => "while nodes move",
        Stage::Clients(_) => "while clients move",
    };
    let reached = format!("hop {} of {}, {at}, {stage}", furthest.hop, ladder.last());
    let mut ways_out: Vec<String> = why
        .refused
        .iter()
        .flat_map(|(_, blocked)| blocked)
        .chain(&why.unrepaired)
        .filter_map(way_out)
        .collect();
    ways_out.extend(why.would_open.iter().map(|lift| {
        format!(
            "without the rule `{}` there would be a path: kubehop explain {}",
            lift.rule, lift.rule
        )
    }));
    let mut seen = std::collections::BTreeSet::new();
    ways_out.retain(|way| seen.insert(way.clone()));
    Refusal {
        summary: format!("the rules allow no path to {target}"),
        conflicts,
        reached,
        ways_out,
    }
}

fn nodes(role: Role) -> &'static str {
    match role {
        Role::ControlPlane => "control-plane nodes",
        Role::Worker => "workers",
    }
}

fn component_of(rule: RuleId) -> Component {
    match rule {
        RuleId::Kubelet => Component::Kubelet,
        RuleId::KubeProxy | RuleId::KubeProxyKubelet => Component::KubeProxy,
        RuleId::Kubectl => Component::Kubectl,
        RuleId::Controllers => Component::KubeControllerManager,
        _ => Component::KubeApiserver,
    }
}

fn sentence(blocked: &Blocked) -> Conflict {
    let rule = blocked.rule();
    match blocked {
        Blocked::Skew { subject, reference, too_new, .. } => {
            let component = component_of(rule);
            let against = match rule {
                RuleId::KubeProxyKubelet => "kubelet",
                _ => "kube-apiserver",
            };
            let far = if *too_new { "too new" } else { "too old" };
            conflict(
                component,
                format!("{component} {subject} is {far} for {against} {reference}"),
                rule,
            )
        }
        Blocked::KubeletTooOldForKubeadm { role, kubelet, kubeadm, oldest } => conflict(
            Component::Kubelet,
            format!(
                "{} run kubelet {kubelet}; kubeadm {kubeadm} accepts {oldest} and newer",
                nodes(*role)
            ),
            rule,
        ),
        Blocked::ClientNotLevel { kubectl, from, to } => conflict(
            Component::Kubectl,
            format!(
                "kubectl {kubectl} is out of range while the API servers go from {from} to {to}"
            ),
            rule,
        ),
        Blocked::EtcdTooOld { etcd, needed, .. } => {
            conflict(Component::Etcd, format!("etcd runs {etcd}; {needed} is needed"), rule)
        }
        Blocked::EtcdTooNew { etcd, ceiling, beside } => conflict(
            Component::Etcd,
            format!("a member runs {etcd}; Kubernetes {beside} works with etcd {ceiling} at most"),
            rule,
        ),
        Blocked::EtcdKnownBad { etcd } => {
            conflict(Component::Etcd, format!("etcd runs {etcd}, which is marked `avoid`"), rule)
        }
        Blocked::EtcdMixed { oldest, newest } => {
            conflict(Component::Etcd, format!("members run {oldest} and {newest}"), rule)
        }
        Blocked::EtcdFloor { etcd, enters, floor } => conflict(
            Component::Etcd,
            format!("etcd {enters} may be entered from {floor} on; the oldest member runs {etcd}"),
            rule,
        ),
        Blocked::EtcdSkipsMinor { etcd, to } => conflict(
            Component::Etcd,
            format!("from {etcd} to {} is more than one minor", to.minor()),
            rule,
        ),
        Blocked::ControlPlaneWaits => {
            conflict(Component::KubeApiserver, "the control plane has not finished the hop", rule)
        }
        Blocked::HopIncomplete { minor } => {
            conflict(Component::Kubelet, format!("nodes or clients are not at {minor} yet"), rule)
        }
    }
}

fn way_out(blocked: &Blocked) -> Option<String> {
    match blocked {
        Blocked::Skew { rule: RuleId::Kubelet, subject, too_new: true, .. } => Some(format!(
            "choose {subject} or newer as the target, or take the nodes with kubelet {subject} \
              out and join them again"
        )),
        Blocked::Skew { rule: RuleId::KubeProxy, subject, too_new: true, .. } => {
            Some(format!("choose {subject} or newer as the target, or set kube-proxy back by hand"))
        }
        Blocked::EtcdFloor { enters, floor, .. } => Some(format!(
            "lay a newer etcd matrix over the data that knows an etcd release at or above \
              {floor}, or lowers the floor of {enters}: --etcd-matrix FILE"
        )),
        Blocked::EtcdTooOld { needed, .. } => Some(format!(
            "lay a newer etcd matrix over the data that knows an etcd release at or above \
              {needed}: --etcd-matrix FILE"
        )),
        Blocked::EtcdTooNew { beside, .. } => Some(format!(
            "check what etcd runs; where Kubernetes {beside} does work with it, move etcd to hosts of \
             its own or say so under `accepted` of an etcd matrix: --etcd-matrix FILE"
        )),
        Blocked::EtcdSkipsMinor { etcd, .. } => Some(format!(
            "bring the etcd member at {etcd} to the minor of the others by hand, then plan again"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use crate::planner::PlanError;
    use crate::search::NoStop;

    #[test]
    fn a_downgrade_has_its_own_words() {
        let why =
            NoStop::Downgrade { from: "v1.30.3".parse().unwrap(), to: "1.29".parse().unwrap() };
        let refusal = Refusal::of(&PlanError::NoStop(Box::new(why))).unwrap();
        assert!(refusal.summary.contains("no downgrade"), "{}", refusal.summary);
        assert!(!refusal.ways_out.is_empty());
    }

    #[test]
    fn a_failure_is_no_answer() {
        assert_eq!(Refusal::of(&PlanError::TooLarge { states: 1 }), None);
    }
}
