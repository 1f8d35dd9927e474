//! What is done of one plan, and a new rest, as one plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::plan::Covered;
use crate::plan::Hazard;
use crate::plan::Hop;
use crate::plan::Metadata;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::plan::Resumption;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::progress::Progress;
use crate::progress::recount;
use crate::version::KubernetesVersion;

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
    let open = frontier.unproven();
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
        let mut before = frontier.before(hop, frontier.open(hop));
        // Where a snapshot is wanted, the rest takes one.
        before.retain(|step| step.kind != StepKind::Backup || !open.contains(&step.id));
        over += before.len();
        hops.push(joined(hop, before, &mut rest));
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
    let found = &fresh.initial_state;
    let unproven = composed.hops.iter().flat_map(|hop| {
        let holds = move |step: &&Step| match step.kind {
            // What a proof expects is what the hop has led to; the next preflight looks at what runs.
            StepKind::Validate => ends_at(hop, found),
            // Nobody watches a hop whose API servers do not run its release any more.
            StepKind::Soak if watches_the_hop(step) => {
                servers(found).all(|version| *version == hop.to)
            }
            _ => true,
        };
        hop.steps.iter().filter(holds).map(|step| step.id)
    });
    let over: BTreeSet<StepId> = composed.steps().take(over).map(|(_, step)| step.id).collect();
    let unproven = unproven.filter(|id| open.contains(id) && over.contains(id)).collect();
    let next = composed.steps().nth(over.len()).map(|(_, step)| step.id)?;
    composed.resumed.push(Resumption {
        before: next,
        plan: plan.digest(),
        observed_at: fresh.provenance.inventory.observed_at,
        inventory: fresh.provenance.inventory.digest.clone(),
        because: reasons.to_vec(),
        unproven,
        state: fresh.initial_state.clone(),
    });
    Some(recount(composed))
}

/// Whether a cluster runs what a hop has led to.
fn ends_at(hop: &Hop, state: &State) -> bool {
    let mut runs: BTreeMap<Component, BTreeMap<&ComponentVersion, u64>> = BTreeMap::new();
    for group in &state.instances {
        let versions = runs.entry(group.component).or_default();
        *versions.entry(&group.version).or_default() += group.names.len() as u64;
    }
    hop.versions.iter().all(|change| {
        let after = change.after.iter().map(|it| (&it.version, it.count));
        after.eq(runs.get(&change.component).into_iter().flatten().map(|(at, count)| (*at, *count)))
    })
}

/// What the API servers run.
fn servers(state: &State) -> impl Iterator<Item = &KubernetesVersion> {
    let groups = state.instances.iter();
    let servers = groups.filter(|group| group.component == Component::KubeApiserver);
    servers.filter_map(|group| group.version.kubernetes())
}

/// Whether both plans know the same of releases and hazards, and type the same.
fn same_data(plan: &Plan, fresh: &Plan) -> bool {
    let (then, now) = (&plan.provenance, &fresh.provenance);
    then.catalog.digest == now.catalog.digest
        && then.tool == now.tool
        && then.options.os == now.options.os
}

/// Whether two hops do the same, step by step, to a cluster of the same versions, so that the one that was
/// approved can stand: a preflight expects what runs.
fn do_the_same(old: &Hop, new: &Hop) -> bool {
    let acts = |hop: &Hop| {
        let steps = hop.steps.iter();
        let act = |step: &Step| {
            let transitions = step.transitions.clone();
            (step.kind, step.component, step.pool.clone(), step.targets.clone(), transitions)
        };
        steps.map(act).collect::<Vec<_>>()
    };
    let ends = |hop: &Hop| (hop.from.clone(), hop.to.clone(), hop.versions.clone());
    ends(old) == ends(new) && acts(old) == acts(new)
}

/// The hop that is under way: its steps that are over, then those that bring it to its end, from a look at
/// the cluster and a decision on.
fn joined(hop: &Hop, mut steps: Vec<Step>, rest: &mut Vec<Hop>) -> Hop {
    let mut hazards = hop.hazards.clone();
    let mut to = hop.to.clone();
    let goes_on = rest.first().is_some_and(|first| first.to.minor() == hop.to.minor());
    if goes_on {
        let tail = rest.remove(0);
        let listed = |hazard: &Hazard| hop.hazards.iter().any(|it| it.id == hazard.id);
        hazards.extend(tail.hazards.into_iter().filter(|it| !listed(it)));
        to = tail.to;
        let watched = steps.iter().any(watches_the_hop);
        for step in tail.steps {
            let soak = hop.steps.iter().find(|it| watches_the_hop(it) && to == hop.to && !watched);
            steps.push(match soak.filter(|_| watches_the_hop(&step)) {
                Some(soak) => watched_as_a_whole(step, soak),
                None => step,
            });
        }
    }
    let covered = hop.covered.iter().map(|it| Covered { steps: Vec::new(), ..it.clone() });
    Hop { to, hazards, covered: covered.collect(), steps, ..hop.clone() }
}

/// A hop is watched as a whole, not only what was left of it; what is expected is what runs now.
fn watched_as_a_whole(step: Step, soak: &Step) -> Step {
    let hosts = |step: &Step| -> Vec<String> {
        step.commands.iter().map(|command| command.on.clone()).collect()
    };
    if hosts(&step) != hosts(soak) {
        return step;
    }
    let Step { id, targets, checkpoints, .. } = step;
    Step { id, targets, checkpoints, ..soak.clone() }
}

fn watches_the_hop(step: &Step) -> bool {
    step.kind == StepKind::Soak && step.component.is_none()
}
