//! Edits that break the rules of etcd.

use kubehop::component::Component;
use kubehop::plan::StepKind;

use crate::plans::Shape;
use crate::plans::moving;
use crate::plans::v;

use super::Case;
use super::Edit::Steps;
use super::api;
use super::at;
use super::etcd;
use super::etcd_patch;
use super::initially;
use super::one_hop;
use super::remove;
use super::shift;
use super::two_hops;
use super::upgrade;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            "ETCD001",
            one_hop,
            Steps(|plan| {
                etcd(plan, 1).transitions[0].to = v(Component::Etcd, "v3.7.1");
            }),
        ),
        (
            "ETCD002",
            one_hop,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.5.30");
            }),
        ),
        // One member is left out of the levelling.
        (
            "ETCD003",
            || Shape::new(&["v1.33.5", "v1.34.2"], &["v3.5.32", "v3.5.34", "v3.6.8"]),
            Steps(|plan| _ = etcd(plan, 0).targets.pop()),
        ),
        (
            "ETCD004",
            etcd_patch,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.6.4");
            }),
        ),
        ("ETCD005", two_hops, Steps(|plan| initially(plan, Component::Etcd, "v3.5.3"))),
        (
            "ETCD006",
            one_hop,
            Steps(|plan| {
                etcd(plan, 0).transitions[0].to = v(Component::Etcd, "v3.5.33");
            }),
        ),
        (
            "ETCD007",
            || Shape { etcd: vec!["v3.6.5"], ..etcd_patch() },
            Steps(|plan| {
                let etcd = moving(&[Component::Etcd], "v3.6.8", &[]).transitions.remove(0);
                upgrade(plan).transitions.insert(0, etcd);
            }),
        ),
        (
            "ETCD008",
            etcd_patch,
            Steps(|plan| {
                let etcd = at(plan, 0, Component::Etcd, "cp-1");
                let first = api(plan, 0, "cp-1");
                shift(plan, (0, etcd), (0, first));
            }),
        ),
        (
            "ETCD009",
            etcd_patch,
            Steps(|plan| {
                let etcd = at(plan, 0, Component::Etcd, "cp-1");
                let last = api(plan, 0, "cp-3");
                shift(plan, (0, etcd), (0, last));
            }),
        ),
        ("ETCD010", one_hop, Steps(|plan| remove(plan, 0, |step| step.kind == StepKind::Backup))),
        (
            "ETCD011",
            one_hop,
            Steps(|plan| {
                let last = plan.hops[0].steps.iter().rposition(|step| step.kind == StepKind::Soak);
                plan.hops[0].steps.remove(last.unwrap());
            }),
        ),
        ("ETCD012", two_hops, Steps(|plan| initially(plan, Component::Etcd, "v3.5.12"))),
        ("ETCD013", two_hops, Steps(|plan| initially(plan, Component::Etcd, "v3.7.1"))),
    ]
}
