//! What changes, whom it disturbs, and how to get back.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::plan::Disruption;
use crate::plan::Duration;
use crate::plan::Hazard;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;

use super::model::BackoutRow;
use super::model::Changes;
use super::model::ComponentChange;
use super::model::DisruptionRow;
use super::model::HazardRow;
use super::model::HopRow;
use super::model::Impact;
use super::model::NoReturn;
use super::model::TestRow;
use super::timeline::Timeline;
use super::windows::windows;

/// Minutes of work and of soaks of some steps.
fn minutes<'a>(steps: impl Iterator<Item = &'a Step>) -> (Duration, Duration) {
    let (mut work, mut soak) = (Duration::default(), Duration::default());
    for step in steps {
        if step.kind == StepKind::Soak {
            soak = soak.plus(step.duration);
        } else {
            work = work.plus(step.duration);
        }
    }
    (work, soak)
}

/// How often a node is drained in some steps.
fn drains<'a>(steps: impl Iterator<Item = &'a Step>) -> u64 {
    let drained = steps.filter(|step| step.disruption == Disruption::Drain);
    drained.map(|step| step.targets.len() as u64).sum()
}

/// What changes, as a whole and hop by hop.
pub(super) fn changes(plan: &Plan, timeline: &Timeline<'_>) -> Changes {
    let (work_minutes, soak_minutes) = minutes(plan.steps().map(|(_, step)| step));
    let components = Component::ALL.into_iter().filter_map(|component| {
        let before = timeline.start.counts(component);
        let after = timeline.end().counts(component);
        let there = !before.is_empty() || !after.is_empty();
        there.then_some(ComponentChange { component, before, after })
    });
    let hops = plan.hops.iter().map(|hop| {
        let (work_minutes, soak_minutes) = minutes(hop.steps.iter());
        let stops = hop.steps.iter().flat_map(|step| &step.transitions);
        let mut etcd: Vec<String> =
            stops.filter_map(|at| at.to.etcd()).map(ToString::to_string).collect();
        etcd.dedup();
        HopRow {
            number: hop.number,
            from: hop.from.clone(),
            to: hop.to.clone(),
            steps: hop.steps.len() as u64,
            drains: drains(hop.steps.iter()),
            etcd,
            work_minutes,
            soak_minutes,
            blockers: hop
                .hazards
                .iter()
                .filter(|hazard| hazard.severity == crate::plan::HazardSeverity::Blocker)
                .count() as u64,
        }
    });
    Changes {
        summary: plan.summary,
        work_minutes,
        soak_minutes,
        components: components.collect(),
        hops: hops.collect(),
    }
}

/// Whom it disturbs, and where there is no way back.
pub(super) fn impact(plan: &Plan, timeline: &Timeline<'_>) -> Impact {
    let disturbing = plan.steps().filter(|(_, step)| step.disruption != Disruption::None);
    let disruptions = disturbing
        .map(|(_, step)| DisruptionRow {
            step: step.id,
            title: step.title.clone(),
            disruption: step.disruption,
            targets: step.targets.len() as u64,
            minutes: step.duration,
        })
        .collect();
    let no_return = plan.steps().filter(|(_, step)| !step.rollback.possible);
    let no_return = no_return
        .map(|(hop, step)| NoReturn {
            step: step.id,
            title: step.title.clone(),
            until: step.rollback.until.clone(),
            gate: gate_before(plan, hop, step.id),
        })
        .collect();
    Impact { disruptions, no_return, skew_windows: windows(timeline) }
}

/// The last gate of a hop before a step of it.
pub(super) fn gate_before(plan: &Plan, hop: Option<u32>, step: StepId) -> Option<StepId> {
    let steps = plan.steps().filter(|(of, _)| *of == hop).map(|(_, step)| step);
    let before = steps.take_while(|other| other.id != step);
    before.filter(|step| step.kind == StepKind::Gate).last().map(|gate| gate.id)
}

/// The hazards of all hops, each once, the worst first.
pub(super) fn hazards(plan: &Plan) -> Vec<HazardRow> {
    let mut rows: BTreeMap<&str, HazardRow> = BTreeMap::new();
    for hop in &plan.hops {
        for Hazard { id, severity, title, when, verified, .. } in &hop.hazards {
            let row = rows.entry(id).or_insert_with(|| HazardRow {
                id: id.clone(),
                severity: *severity,
                title: title.clone(),
                hops: Vec::new(),
                when: when.clone(),
                verified: *verified,
                acknowledged: None,
            });
            row.severity = row.severity.min(*severity);
            row.verified &= verified;
            row.hops.push(hop.number);
        }
    }
    let mut rows: Vec<HazardRow> = rows.into_values().collect();
    rows.sort_by(|left, right| {
        (left.severity, &left.hops, &left.id).cmp(&(right.severity, &right.hops, &right.id))
    });
    rows
}

/// The way back, hop by hop.
pub(super) fn backout(plan: &Plan) -> Vec<BackoutRow> {
    let hops = plan.hops.iter().map(|hop| (Some(hop.number), &hop.steps));
    hops.chain([(None, &plan.closing)]).filter_map(|(hop, steps)| backout_of(hop, steps)).collect()
}

fn backout_of(hop: Option<u32>, steps: &[Step]) -> Option<BackoutRow> {
    let changing: Vec<&Step> = steps.iter().filter(|step| !step.transitions.is_empty()).collect();
    if changing.is_empty() {
        return None;
    }
    let closes = changing.iter().find(|step| !step.rollback.possible);
    let snapshots = steps.iter().filter(|step| step.kind == StepKind::Backup);
    Some(BackoutRow {
        hop,
        changing: changing.len() as u64,
        reversible: changing.iter().filter(|step| step.rollback.possible).count() as u64,
        point_of_no_return: closes.map(|step| step.id),
        until: closes.map(|step| step.rollback.until.clone()),
        snapshots: snapshots.map(|step| step.id).collect(),
        abort: closes.map(|step| step.abort.clone()),
    })
}

/// The steps that prove something: preflights, gates, validations, and the soak after them.
pub(super) fn tests(plan: &Plan) -> Vec<TestRow> {
    let proves = |kind| matches!(kind, StepKind::Preflight | StepKind::Gate | StepKind::Validate);
    let steps = plan.steps().map(|(_, step)| step).filter(|step| proves(step.kind));
    steps
        .map(|step| TestRow {
            step: step.id,
            title: step.title.clone(),
            checks: step.checkpoints.iter().map(|checkpoint| checkpoint.title.clone()).collect(),
        })
        .collect()
}
