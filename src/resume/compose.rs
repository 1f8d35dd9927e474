//! What is done of one plan, and a new rest, as one plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::name::InstanceName;
use crate::plan::Covered;
use crate::plan::Hazard;
use crate::plan::Hop;
use crate::plan::Metadata;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::plan::Resumption;
use crate::plan::Step;
use crate::plan::StepKind;
use crate::progress::Partial;
use crate::progress::Progress;
use crate::progress::recount;

use super::frontier::Frontier;
use super::names;

/// The steps before the place as they stand, then those of a plan from what runs now, which are called as
/// in the old plan where they stand there. `None` where the two cannot be joined in the middle of a hop;
/// whether the whole is sound, the verifier says.
pub(super) fn compose(
    plan: &Plan,
    progress: &Progress,
    fresh: &Plan,
    reasons: &[String],
) -> Option<Plan> {
    let frontier = Frontier::of(plan, progress);
    let ends = |hop: &Hop| fresh.hops.first().is_some_and(|it| it.to.minor() == hop.to.minor());
    // A hop that is over is gone back to where what runs now must be brought to its end first.
    let last = frontier.hops_over().checked_sub(1).filter(|at| ends(&plan.hops[*at]));
    let going_on = frontier.under_way().or(last);
    let over = going_on.unwrap_or_else(|| frontier.hops_over());
    let mut hops: Vec<Hop> = plan.hops[..over]
        .iter()
        .map(|hop| Hop { steps: frontier.before(hop, None), ..hop.clone() })
        .collect();
    let mut over = hops.iter().map(|hop| hop.steps.len()).sum();
    let mut rest = fresh.hops.clone();
    if let Some(hop) = going_on.map(|at| &plan.hops[at]) {
        let open = frontier.open(hop);
        let before = frontier.before(hop, open);
        over += before.len();
        hops.push(joined(hop, before, &mut rest, open.and_then(|open| frontier.partial(open)))?);
    }
    let first = hops.len();
    hops.extend(rest);
    for hop in hops.iter_mut().skip(first) {
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
    let mut composed = names::keep(
        Plan {
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
        },
        plan,
        over,
    );
    let next = composed.steps().nth(over).map(|(_, step)| step.id)?;
    composed.resumed.push(Resumption {
        before: next,
        observed_at: fresh.provenance.inventory.observed_at,
        inventory: fresh.provenance.inventory.digest.clone(),
        because: reasons.to_vec(),
        state: fresh.initial_state.clone(),
    });
    Some(recount(composed))
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
    let mut hazards = hop.hazards.clone();
    let listed = |hazard: &Hazard| hop.hazards.iter().any(|it| it.id == hazard.id);
    let mut tail = if rest[0].to.minor() == to {
        let same = rest.remove(0);
        hazards.extend(same.hazards.into_iter().filter(|it| !listed(it)));
        let mut tail: Vec<Step> = same
            .steps
            .into_iter()
            .skip_while(|step| matches!(step.kind, StepKind::Preflight | StepKind::Gate))
            .collect();
        // The hop is proven and watched as a whole, not only what was left of it.
        if same.to == hop.to && proof(&before).is_none() {
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
        // What is half done goes on as it stands, unless something else comes first now.
        let place = tail.iter().position(|step| !step.transitions.is_empty())?;
        if continues(begun, &tail[place], &partial.done) {
            tail[place] = begun.clone();
        }
    }
    let mut steps = before;
    steps.extend(tail);
    let covered = hop.covered.iter().map(|it| Covered { steps: Vec::new(), ..it.clone() });
    Some(Hop { hazards, covered: covered.collect(), steps, ..hop.clone() })
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
