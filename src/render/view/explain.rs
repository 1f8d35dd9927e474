//! Why one step stands where it stands: its rules, and what stands before and after it because of
//! them.

use serde::Serialize;

use crate::component::Component;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;

use super::names::Lists;
use super::names::Names;
use super::sources::Source;
use super::sources::Sources;
use super::step::Block;

/// Why a step stands here.
#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    /// The name of the plan.
    pub plan: &'a str,
    /// The hop, `1: v1.29.9 to v1.30.6`; empty after the last hop.
    pub hop: String,
    /// The step.
    pub step: Block<'a>,
    /// The pool; empty where the step has none.
    pub pool: &'a str,
    /// Its targets.
    pub targets: Names<'a>,
    /// What it waits for, in the order of the plan.
    pub before: Vec<Neighbour<'a>>,
    /// What waits for it, in the order of the plan.
    pub after: Vec<Neighbour<'a>>,
    /// Where it is known from.
    pub sources: Vec<Source>,
}

/// Another step that this one is bound to.
#[derive(Debug, Serialize)]
pub struct Neighbour<'a> {
    /// The step.
    pub id: String,
    /// What is done.
    pub title: &'a str,
    /// What binds the two: `next`, `order`, `component`, `backup` or `gate`.
    pub bond: &'static str,
    /// The component that binds them; empty where none does.
    pub component: &'static str,
}

impl<'a> Explanation<'a> {
    /// Nothing where the plan has no such step.
    pub fn new(plan: &'a Plan, id: StepId) -> Option<Self> {
        let steps: Vec<(Option<u32>, &Step)> = plan.steps().collect();
        let place = steps.iter().position(|(_, step)| step.id == id)?;
        let (hop, step) = steps[place];
        let mut sources = Sources::default();
        let mut lists = Lists::new(plan);
        let block = Block::new(std::slice::from_ref(step), &mut lists, &mut sources);
        let hop = plan.hops.iter().find(|candidate| Some(candidate.number) == hop);
        Some(Self {
            plan: &plan.metadata.name,
            hop: hop.map_or_else(String::new, |hop| {
                format!("{}: {} to {}", hop.number, hop.from, hop.to)
            }),
            step: block,
            pool: step.pool.as_ref().map_or("", |pool| pool.as_str()),
            targets: Lists::short(&step.targets),
            before: neighbours(step, steps[..place].iter().rev().map(|(_, other)| *other), true),
            after: neighbours(step, steps[place + 1..].iter().map(|(_, other)| *other), false),
            sources: sources.finish(),
        })
    }
}

/// The nearest step of each kind that is bound to `step`, in the order of the plan.
fn neighbours<'a>(
    step: &Step,
    others: impl Iterator<Item = &'a Step>,
    before: bool,
) -> Vec<Neighbour<'a>> {
    let mut found: Vec<Neighbour<'a>> = Vec::new();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for (distance, other) in others.enumerate() {
        let Some((bond, component)) = bond(step, other, before, distance == 0) else { continue };
        if !seen.contains(&(bond, component)) {
            seen.push((bond, component));
            found.push(Neighbour {
                id: other.id.to_string(),
                title: &other.title,
                bond,
                component,
            });
        }
    }
    if before {
        found.reverse();
    }
    found
}

/// What binds `other` to `step`, by the rules of the order inside a hop.
fn bond(
    step: &Step,
    other: &Step,
    before: bool,
    next: bool,
) -> Option<(&'static str, &'static str)> {
    let moved = |step: &Step| -> Vec<Component> {
        step.transitions.iter().map(|change| change.component).collect()
    };
    let (mine, theirs) = (moved(step), moved(other));
    let same_hop = match (step.id, other.id) {
        (StepId::Hop { hop: one, .. }, StepId::Hop { hop: two, .. }) => one == two,
        (StepId::Final { .. }, StepId::Final { .. }) => true,
        _ => false,
    };
    if let Some(shared) = theirs.iter().find(|component| mine.contains(component)) {
        return Some(("component", shared.name()));
    }
    if same_hop && !mine.is_empty() {
        match other.kind {
            StepKind::Backup if before => return Some(("backup", "")),
            StepKind::Gate => return Some(("gate", "")),
            _ => {}
        }
        let rank = |components: &[Component]| components.iter().map(|one| one.rank()).min();
        if let (Some(one), Some(two)) = (rank(&mine), rank(&theirs))
            && (if before { two < one } else { two > one })
        {
            return Some(("order", theirs[0].name()));
        }
    }
    next.then_some(("next", ""))
}
