//! A plan from what runs now to the target.

use crate::cluster::Strategy;
use crate::diagnostic::Severity;
use crate::inventory::Inventory;
use crate::plan::Hazard;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::RuledOut;
use crate::planner;
use crate::planner::Outcome;
use crate::planner::PlanError;
use crate::progress::Progress;
use crate::progress::recount;
use crate::progress::renumber;
use crate::version::KubernetesVersion;
use crate::version::VersionRequest;

use super::Request;
use super::check;
use super::frontier::Frontier;
use super::present;

/// What is left to do.
pub(super) enum Rest {
    /// A plan.
    Plan(Box<Plan>),
    /// Nothing: every part of the cluster is at the target.
    Nothing {
        /// Where it stands.
        at: KubernetesVersion,
    },
}

/// A plan from what runs now.
///
/// With `every-hop` the hop that is under way is finished first, as whoever approved the plan expects;
/// the cheapest way on might leave its nodes for the next hop. Where that cannot be done, it is that
/// cheapest way.
pub(super) fn planned(
    request: &Request<'_>,
    now: &Inventory,
    progress: &Progress,
) -> Result<Rest, PlanError> {
    let whole = |hop: &Hop| super::strategy(request) == Strategy::EveryHop && !hop.steps.is_empty();
    let plan = request.progress.plan;
    let under_way = Frontier::of(plan, progress).under_way().and_then(|at| plan.hops.get(at));
    if let Some(hop) = under_way.filter(|hop| whole(hop))
        && let Some(staged) = staged(request, now, hop)?
    {
        return Ok(Rest::Plan(Box::new(present::stated(staged, request, now))));
    }
    Ok(match once(request, now)? {
        Outcome::Planned { plan, .. } => Rest::Plan(Box::new(present::stated(*plan, request, now))),
        Outcome::NothingToDo { at, .. } => Rest::Nothing { at },
    })
}

/// First to the end of a hop, then on to the target. `None` where the two do not make one sound plan.
fn staged(request: &Request<'_>, now: &Inventory, hop: &Hop) -> Result<Option<Plan>, PlanError> {
    let first = super::wishes::request(request, now);
    let first = planner::Request {
        to: VersionRequest::Release(hop.to.clone()),
        pins: first.pins.clone(),
        ..first
    };
    let Ok(Outcome::Planned { plan: first, .. }) = planner::plan(&first) else { return Ok(None) };
    let there = present::after(now, &first.final_state);
    let mut staged = match once(request, &there) {
        Ok(Outcome::Planned { plan: second, .. }) => {
            let mut hops = first.hops.clone();
            let again = second.hops.iter().cloned();
            hops.extend(again.map(|hop| without_repeated(hop, &first.hops)));
            let mut assumptions = first.assumptions.clone();
            let new =
                |it: &&crate::plan::Assumption| first.assumptions.iter().all(|one| one.id != it.id);
            assumptions.extend(second.assumptions.iter().filter(new).cloned());
            let initial_state = first.initial_state.clone();
            Plan { assumptions, initial_state, hops, ..*second }
        }
        Ok(Outcome::NothingToDo { .. }) => *first,
        Err(_) => return Ok(None),
    };
    staged = recount(renumber(staged));
    staged.metadata.name = staged.metadata.name.replacen(
        &format!("-{}-to-", there.oldest_apiserver().unwrap_or(&staged.from)),
        &format!("-{}-to-", staged.from),
        1,
    );
    let findings = check(request, &staged, None)?;
    let sound = findings.iter().all(|finding| finding.severity != Severity::Error);
    Ok(sound.then_some(staged))
}

/// A plan lists what concerns every hop in its first one.
fn without_repeated(mut hop: Hop, before: &[Hop]) -> Hop {
    let listed = |hazard: &Hazard| before.iter().any(|hop| hop.hazards.contains(hazard));
    let (again, hazards) = hop.hazards.into_iter().partition::<Vec<_>, _>(listed);
    hop.hazards = hazards;
    hop.ruled_out.extend(again.into_iter().map(|hazard| RuledOut {
        id: hazard.id,
        because: "listed in an earlier hop; the preflight looks again".to_owned(),
    }));
    hop
}

/// To the releases that the old plan stops at, or, where these cannot be had any more, to those that its
/// options lead to today.
fn once(request: &Request<'_>, now: &Inventory) -> Result<Outcome, PlanError> {
    let plan = request.progress.plan;
    let asked = super::wishes::request(request, now);
    if request.wishes.to.is_none() {
        let newest = now.newest_apiserver().map(KubernetesVersion::minor);
        let stops = plan.hops.iter().map(|hop| &hop.to);
        let ahead = stops.filter(|stop| Some(stop.minor()) > newest);
        let mut same = asked.clone();
        for stop in ahead.filter(|stop| !asked.avoid.contains(stop)) {
            same.pins.entry(stop.minor()).or_insert_with(|| stop.clone());
        }
        let target = request.wishes.pins.get(&plan.to.minor()).unwrap_or(&plan.to).clone();
        if !asked.avoid.contains(&target) {
            same.to = VersionRequest::Release(target);
        }
        if let Ok(outcome) = planner::plan(&same) {
            return Ok(outcome);
        }
    }
    planner::plan(&asked)
}
