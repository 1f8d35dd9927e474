//! What is done of one plan, and a new rest, as one plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::Covered;
use crate::plan::Hop;
use crate::plan::Metadata;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::progress::Partial;
use crate::progress::Progress;
use crate::progress::recount;

/// The steps before the place as they stand, then those of a plan from what runs now. `None` where
/// the two cannot be joined in the middle of a hop; whether the whole is sound, the verifier says.
pub(super) fn compose(plan: &Plan, progress: &Progress, fresh: &Plan) -> Option<Plan> {
    let open = first_open(plan, progress);
    let under_way = plan.hops.iter().position(|hop| hop.steps.iter().any(|it| Some(it.id) == open));
    let mut hops: Vec<Hop> = plan.hops[..under_way.unwrap_or(plan.hops.len())].to_vec();
    let mut rest = fresh.hops.clone();
    if let Some(hop) = under_way.map(|at| &plan.hops[at]) {
        let before: Vec<Step> =
            hop.steps.iter().take_while(|step| Some(step.id) != open).cloned().collect();
        if before.iter().any(|step| !step.transitions.is_empty())
            || partial(progress, open).is_some()
        {
            hops.push(joined(hop, before, &mut rest, partial(progress, open))?);
        }
    }
    let first = hops.len();
    hops.extend(rest);
    for (at, hop) in hops.iter_mut().enumerate().skip(first) {
        renumber_covered(hop, at);
        let same = plan.hops.iter().find(|old| same_data(plan, fresh) && do_the_same(old, hop));
        if let Some(old) = same {
            *hop = old.clone();
        }
    }
    let mut assumptions = fresh.assumptions.clone();
    for old in &plan.assumptions {
        if assumptions.iter().all(|new| new.id != old.id) {
            assumptions.push(old.clone());
        }
    }
    let cluster = plan.metadata.name.strip_suffix(&format!("{}", plan.to)).unwrap_or_default();
    let name = if cluster.is_empty() || plan.to == fresh.to {
        plan.metadata.name.clone()
    } else {
        format!("{cluster}{}", fresh.to)
    };
    Some(recount(Plan {
        metadata: Metadata { name },
        provenance: Provenance {
            inventory: plan.provenance.inventory.clone(),
            ..fresh.provenance.clone()
        },
        strategy: fresh.strategy,
        to: fresh.to.clone(),
        assumptions,
        hops,
        closing: fresh.closing.clone(),
        ..plan.clone()
    }))
}

/// Whether both plans know the same of releases and hazards, and type the same.
fn same_data(plan: &Plan, fresh: &Plan) -> bool {
    let (then, now) = (&plan.provenance, &fresh.provenance);
    then.catalog.digest == now.catalog.digest
        && then.tool == now.tool
        && then.options.os == now.options.os
}

/// Whether two hops do the same, step by step, so that the one that was approved can stand.
fn do_the_same(old: &Hop, new: &Hop) -> bool {
    let acts = |hop: &Hop| {
        let steps = hop.steps.iter();
        let act = |step: &Step| {
            let transitions = step.transitions.clone();
            (step.kind, step.component, step.pool.clone(), step.targets.clone(), transitions)
        };
        steps.map(act).collect::<Vec<_>>()
    };
    (&old.from, &old.to) == (&new.from, &new.to) && acts(old) == acts(new)
}

/// The first step that is not proven to be done and changes versions.
fn first_open(plan: &Plan, progress: &Progress) -> Option<StepId> {
    let behind: BTreeSet<StepId> = progress.done.iter().chain(&progress.passed).copied().collect();
    let open =
        plan.steps().find(|(_, step)| !step.transitions.is_empty() && !behind.contains(&step.id));
    open.map(|(_, step)| step.id)
}

fn partial(progress: &Progress, open: Option<StepId>) -> Option<&Partial> {
    progress.partial.iter().find(|partial| Some(partial.step) == open)
}

/// The hop that is under way: its steps before the place, then those that bring it to its end.
fn joined(
    hop: &Hop,
    before: Vec<Step>,
    rest: &mut Vec<Hop>,
    partial: Option<&Partial>,
) -> Option<Hop> {
    if rest.is_empty() {
        return None;
    }
    let (to, next) = (hop.to.minor(), hop.to.minor().next());
    let mut tail = if rest[0].to.minor() == to {
        let same = rest.remove(0);
        let mut tail: Vec<Step> = same
            .steps
            .into_iter()
            .skip_while(|step| matches!(step.kind, StepKind::Preflight | StepKind::Gate))
            .collect();
        if is_saved(&before) && tail.first().is_some_and(|step| step.kind == StepKind::Backup) {
            tail.remove(0);
        }
        // The hop is proven and watched as a whole, not only what was left of it.
        if same.to == hop.to {
            tail.truncate(proof(&tail)?);
            tail.extend(hop.steps[proof(&hop.steps)?..].iter().cloned());
        }
        tail
    } else if rest[0].to.minor() == next {
        // What was left of the hop stands in front of the next one there.
        let levels = |step: &Step| {
            !step.transitions.is_empty()
                && step
                    .transitions
                    .iter()
                    .all(|at| at.to.kubernetes().is_some_and(|it| it.minor() == to))
        };
        let head = rest[0]
            .steps
            .iter()
            .position(|step| !matches!(step.kind, StepKind::Preflight | StepKind::Gate))?;
        let mut tail = Vec::new();
        while rest[0].steps.get(head).is_some_and(levels) {
            tail.push(rest[0].steps.remove(head));
        }
        tail.extend(hop.steps[proof(&hop.steps)?..].iter().cloned());
        tail
    } else {
        return None;
    };
    if let Some(partial) = partial {
        let begun = hop.steps.iter().find(|step| step.id == partial.step)?;
        let place = tail.iter().position(|step| continues(begun, step, &partial.done))?;
        tail[place] = begun.clone();
    }
    let mut steps = before;
    steps.extend(tail);
    let covered = hop.covered.iter().map(|it| Covered { steps: Vec::new(), ..it.clone() });
    Some(Hop { covered: covered.collect(), steps, ..hop.clone() })
}

/// Where the steps begin that prove a hop.
fn proof(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|step| step.kind == StepKind::Validate)
}

/// Whether one step does what is left of another.
fn continues(begun: &Step, step: &Step, done: &[InstanceName]) -> bool {
    let to = |step: &Step| {
        step.transitions.iter().map(|at| (at.component, at.to.clone())).collect::<BTreeMap<_, _>>()
    };
    let left: BTreeSet<&InstanceName> =
        begun.targets.iter().filter(|name| !done.contains(name)).collect();
    begun.kind == step.kind
        && begun.pool == step.pool
        && step.targets.iter().collect::<BTreeSet<_>>() == left
        && to(step).iter().all(|(component, version)| to(begun).get(component) == Some(version))
}

/// Whether a snapshot was taken since etcd has changed last.
fn is_saved(steps: &[Step]) -> bool {
    let saved = steps.iter().rposition(|step| step.kind == StepKind::Backup);
    let changed = steps
        .iter()
        .rposition(|step| step.transitions.iter().any(|at| at.component == Component::Etcd));
    saved > changed
}

/// The steps that settle a hazard are named by their ids in the new place of the hop.
fn renumber_covered(hop: &mut Hop, at: usize) {
    let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
    for covered in &mut hop.covered {
        for step in &mut covered.steps {
            if let StepId::Hop { hop, .. } = step {
                *hop = number;
            }
        }
    }
}
