//! What the plan takes to hold, and what nobody and nothing has looked at.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::diagnostic::Severity;
use crate::inventory::Inventory;
use crate::plan::Assumption;
use crate::plan::Plan;
use crate::plan::ProbeKind;

use super::codes::Code;
use super::model::Assumed;
use super::model::Drift;
use super::model::HazardRow;
use super::model::NotAssessed;
use super::report::Draft;
use super::report::Report;

/// What an assumption means for the decision.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// Harmless: the names of counted nodes are made up, and the preflight looks at the rest.
    Note,
    /// It must be settled, unless an inventory shows the versions of these components.
    Versions(&'static [Component]),
}

/// Assumptions that are no condition, or none any more once the cluster was looked at. Every other one
/// is a condition, those that an inventory brings along included.
const MEANINGS: [(&str, Meaning); 6] = [
    ("counted-pools", Meaning::Note),
    ("local-apiserver", Meaning::Note),
    ("etcd-version", Meaning::Versions(&[Component::Etcd])),
    ("client-versions", Meaning::Versions(&[Component::Kubectl])),
    (
        "control-plane-versions",
        Meaning::Versions(&[Component::KubeControllerManager, Component::KubeScheduler]),
    ),
    ("control-plane-kubelets", Meaning::Versions(&[Component::Kubelet])),
];

/// The assumptions, each with what it means for the decision.
pub(super) fn check(
    plan: &Plan,
    inventory: Option<&Inventory>,
    drift: &[Drift],
    report: &mut Report,
) -> Vec<Assumed> {
    let mut assumed = Vec::new();
    for Assumption { id, text, settle } in &plan.assumptions {
        let meaning = MEANINGS.iter().find(|(known, _)| known == id).map(|(_, meaning)| *meaning);
        let (condition, settled) = match meaning {
            Some(Meaning::Note) => (false, false),
            Some(Meaning::Versions(components)) => {
                let seen = inventory
                    .is_some_and(|it| components.iter().all(|component| is_known(it, *component)));
                let differs = drift
                    .iter()
                    .any(|one| one.component.is_some_and(|it| components.contains(&it)));
                (!seen || differs, seen && !differs)
            }
            None => (true, false),
        };
        let severity = if condition { Severity::Warning } else { Severity::Info };
        let help = if settled {
            "nothing: the inventory shows that it holds".to_owned()
        } else if settle.trim().is_empty() {
            "find out, and plan again where it does not hold".to_owned()
        } else {
            format!("find out, and plan again where it does not hold: `{settle}`")
        };
        report.add(Draft::new(Code::Assumption, id).weighs(severity).says(text).help(help));
        assumed.push(Assumed {
            id: id.clone(),
            text: text.clone(),
            settle: settle.clone(),
            condition,
        });
    }
    assumed
}

/// Whether an inventory knows every version of a component.
fn is_known(inventory: &Inventory, component: Component) -> bool {
    let nodes = &inventory.control_plane;
    match component {
        Component::Etcd => inventory.etcd.members.iter().all(|member| member.version.is_some()),
        Component::Kubectl => inventory.clients.iter().all(|client| client.kubectl.is_some()),
        Component::KubeControllerManager => {
            nodes.iter().all(|node| node.controller_manager.is_some())
        }
        Component::KubeScheduler => nodes.iter().all(|node| node.scheduler.is_some()),
        Component::Kubelet => nodes.iter().all(|node| node.kubelet.is_some()),
        _ => false,
    }
}

/// Hazards that are reported, not confirmed.
pub(super) fn unconfirmed(hazards: &[HazardRow], report: &mut Report) {
    let ids: Vec<&str> =
        hazards.iter().filter(|it| !it.verified).map(|it| it.id.as_str()).collect();
    if !ids.is_empty() {
        report.add(
            Draft::new(Code::Unconfirmed, "hazards")
                .says(format!("no source confirms {}", super::freshness::listed(&ids)))
                .help("read them as \"reported\", and look on the cluster all the same"),
        );
    }
}

/// What was given beside the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) inventory: Option<&'a Inventory>,
    pub(super) previous: bool,
    pub(super) policy: bool,
    pub(super) schedule: bool,
}

/// What was not looked at, and what would.
pub(super) fn not_assessed(
    plan: &Plan,
    hazards: &[HazardRow],
    given: &Given<'_>,
) -> Vec<NotAssessed> {
    let mut rows = Vec::new();
    let mut add = |id: &str, text: String| rows.push(NotAssessed { id: id.to_owned(), text });
    match given.inventory {
        None => add(
            "cluster",
            "the plan was not compared with the cluster as it is now; `--inventory FILE` or `--context CTX` does"
                .to_owned(),
        ),
        Some(inventory) => {
            for unknown in &inventory.unknowns {
                add(&unknown.id, format!("{}; `{}` settles it", unknown.text, unknown.settle));
            }
        }
    }
    if !given.policy {
        add(
            "policy",
            "no rules of the organisation were given; `--policy FILE` checks them".to_owned(),
        );
    }
    if !given.schedule {
        add(
            "schedule",
            "no start was given, so no window and no freeze was looked at; `--start DATE` does"
                .to_owned(),
        );
    }
    if !given.previous {
        add(
            "previous",
            "the plan was not compared with an earlier one; `--previous FILE` does".to_owned(),
        );
    }
    let mut manual: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, step) in plan.steps() {
        for checkpoint in step.checkpoints.iter().filter(|it| it.probe.kind == ProbeKind::Manual) {
            *manual.entry(&checkpoint.title).or_default() += 1;
        }
    }
    if !manual.is_empty() {
        let checks: u64 = manual.values().sum();
        add(
            "manual-checks",
            format!("{checks} checks of the plan are made by people, no program repeats them"),
        );
    }
    let conditional = hazards.iter().filter(|hazard| hazard.when.is_some()).count();
    if conditional > 0 {
        add(
            "hazard-conditions",
            format!(
                "whether {conditional} of the {} hazards concern this cluster depends on what no inventory tells; the plan says how to look",
                hazards.len()
            ),
        );
    }
    rows
}
