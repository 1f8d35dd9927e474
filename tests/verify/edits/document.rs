//! Edits of the document, its releases and its basis.

use kubehop::component::Component;
use kubehop::plan::StepKind;

use crate::plans::Shape;
use crate::plans::k;
use crate::plans::v;

use super::Case;
use super::Edit::Document;
use super::Edit::Steps;
use super::at;
use super::one_hop;
use super::retarget;
use super::two_hops;
use super::upgrade;

pub(super) fn cases() -> Vec<Case> {
    [releases(), steps()].concat()
}

fn releases() -> Vec<Case> {
    vec![
        ("REL001", two_hops, Steps(|plan| retarget(plan, "v1.30.14", "v1.30.0"))),
        (
            "REL002",
            || Shape { etcd: vec!["v3.6.8"], ..Shape::new(&["v1.35.5", "v1.36.2"], &["v3.6.8"]) },
            Steps(|plan| {
                plan.from = k("v1.36.5");
                for group in &mut plan.initial_state.instances {
                    if group.component != Component::Etcd {
                        group.version = v(group.component, "v1.36.5");
                    }
                }
                plan.hops[0].from = k("v1.36.5");
                retarget(plan, "v1.36.2", "v1.37.1");
            }),
        ),
        ("REL003", two_hops, Steps(|plan| retarget(plan, "v1.30.14", "v1.30.17"))),
        // Of etcd what runs at the start counts too.
        ("REL002", || Shape::new(&["v1.34.1", "v1.34.2"], &["v4.0.1"]), Document(|_| ())),
        ("REL003", || Shape::new(&["v1.34.1", "v1.34.2"], &["v3.6.77"]), Document(|_| ())),
        ("REL004", || Shape { stops: vec!["v1.31.5", "v1.32.2"], ..two_hops() }, Document(|_| ())),
        (
            "REL005",
            two_hops,
            Document(|plan| {
                plan.provenance.options.avoid.push(k("v1.30.14"));
            }),
        ),
    ]
}

fn steps() -> Vec<Case> {
    vec![
        ("DOC001", one_hop, Document(|plan| upgrade(plan).checkpoints.clear())),
        ("DOC002", one_hop, Document(|plan| upgrade(plan).because.clear())),
        ("DOC003", one_hop, Document(|plan| upgrade(plan).abort.clear())),
        ("DOC004", one_hop, Document(|plan| upgrade(plan).rollback.text = None)),
        (
            "DOC005",
            one_hop,
            Document(|plan| {
                upgrade(plan).checkpoints[0].run.push_str("; reboot");
            }),
        ),
        (
            "DOC006",
            one_hop,
            Document(|plan| {
                let steps = &mut plan.hops[0].steps;
                (steps[0].id, steps[1].id) = (steps[1].id, steps[0].id);
            }),
        ),
        ("DOC007", one_hop, Document(|plan| upgrade(plan).kind = StepKind::Validate)),
        ("DOC008", one_hop, Document(|plan| upgrade(plan).commands[0].run.clear())),
        ("DOC009", one_hop, Document(|plan| upgrade(plan).duration.low = 9)),
        ("DOC010", one_hop, Document(|plan| plan.summary.drains += 1)),
        (
            "DOC011",
            one_hop,
            Document(|plan| {
                upgrade(plan).because[0].rule.push_str("-i-say-so");
            }),
        ),
        (
            "DOC012",
            one_hop,
            Document(|plan| {
                let place = at(plan, 0, Component::Kubelet, "batch-1");
                let step = &mut plan.hops[0].steps[place];
                step.disruption = kubehop::plan::Disruption::Drain;
                let first = step.targets[0].clone();
                step.targets.push(first);
                plan.summary.drains += 1;
            }),
        ),
        (
            "DOC013",
            one_hop,
            Document(|plan| {
                let group = &mut plan.initial_state.instances[0];
                let first = group.names[0].clone();
                group.names.push(first);
            }),
        ),
        (
            "DOC014",
            one_hop,
            Document(|plan| {
                plan.resumed.push(kubehop::plan::Resumption {
                    before: "9.01".parse().unwrap(),
                    plan: "sha256:11".to_owned(),
                    observed_at: None,
                    inventory: "sha256:00".to_owned(),
                    because: vec!["somebody moved a node".to_owned()],
                    unproven: Vec::new(),
                    state: plan.initial_state.clone(),
                });
            }),
        ),
        (
            "BASIS002",
            one_hop,
            Document(|plan| {
                plan.provenance.catalog.digest.push_str("-of-old");
            }),
        ),
        (
            "BASIS003",
            one_hop,
            Document(|plan| {
                plan.provenance.tool.push_str("-old");
            }),
        ),
    ]
}
