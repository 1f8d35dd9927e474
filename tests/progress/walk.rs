//! Walks through a plan step by step, target by target, and says what must be found at each place.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use kubehop::catalog::Catalog;
use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::name::InstanceName;
use kubehop::plan;
use kubehop::plan::Plan;
use kubehop::plan::Step;
use kubehop::plan::StepId;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::progress;
use kubehop::resume;
use kubehop::resume::ResumeError;
use kubehop::resume::Resumed;
use kubehop::resume::Wishes;
use proptest::test_runner::TestCaseError;

use crate::replay::Act;
use crate::replay::Cluster;

pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// The sample plans with their inventories, by name.
pub(crate) fn samples() -> Vec<(String, Plan, Inventory)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".plan.yaml").map(str::to_owned)
        })
        .collect();
    names.sort();
    let read = |file: String| {
        SourceFile::new(file.clone(), fs::read_to_string(folder.join(&file)).unwrap())
    };
    names
        .into_iter()
        .map(|name| {
            let plan = plan::read(&read(format!("{name}.plan.yaml"))).unwrap();
            let inventory = Inventory::read(&read(format!("{name}.inventory.yaml"))).unwrap();
            (name, plan, inventory)
        })
        .collect()
}

pub(crate) fn sample(wanted: &str) -> (Plan, Inventory) {
    let (_, plan, inventory) = samples().into_iter().find(|(name, ..)| name == wanted).unwrap();
    (plan, inventory)
}

/// A place of a plan: so many steps are over, and so many targets of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) steps: usize,
    pub(crate) targets: usize,
}

/// Every place after a step, and in steps with several targets after the first and after half.
pub(crate) fn spots(plan: &Plan) -> BTreeSet<Spot> {
    let mut spots = BTreeSet::new();
    for (at, (_, step)) in plan.steps().enumerate() {
        spots.insert(Spot { steps: at, targets: 0 });
        spots.insert(Spot { steps: at + 1, targets: 0 });
        if !step.transitions.is_empty() && step.targets.len() > 1 {
            spots.insert(Spot { steps: at, targets: 1 });
            spots.insert(Spot { steps: at, targets: step.targets.len() / 2 });
        }
    }
    spots
}

fn acts<'a>(steps: &[&'a Step], spot: Spot) -> Vec<Act<'a>> {
    let of = |step: &'a Step, count: usize| {
        let moves = if step.transitions.is_empty() { 0 } else { count };
        step.targets.iter().take(moves).map(move |target| Act { step, target })
    };
    let whole = steps[..spot.steps].iter().flat_map(|step| of(step, usize::MAX));
    let part = steps.get(spot.steps).into_iter().flat_map(|step| of(step, spot.targets));
    whole.chain(part).collect()
}

/// The cluster at a place of the plan.
pub(crate) fn at(
    plan: &Plan,
    inventory: &Inventory,
    spot: Spot,
) -> Result<Inventory, TestCaseError> {
    let steps: Vec<&Step> = plan.steps().map(|(_, step)| step).collect();
    let mut cluster = Cluster::of(inventory, &plan.initial_state);
    for act in acts(&steps, spot) {
        cluster.apply(&act)?;
    }
    Ok(cluster.close_look())
}

/// What must be said of a place.
pub(crate) struct Expected {
    pub(crate) done: Vec<StepId>,
    pub(crate) next: Option<StepId>,
    pub(crate) partial: Option<(StepId, Vec<InstanceName>, Vec<InstanceName>)>,
    /// The step that whoever walks does next.
    pub(crate) really: Option<StepId>,
    /// Drains and restarts of etcd members that are left.
    pub(crate) left: (u64, u64),
}

pub(crate) fn expected(plan: &Plan, spot: Spot) -> Expected {
    let steps: Vec<&Step> = plan.steps().map(|(_, step)| step).collect();
    let provable = |at: &usize| !steps[*at].transitions.is_empty();
    let id = |at: usize| steps.get(at).map(|step| step.id);
    let done: Vec<StepId> = (0..spot.steps).filter(provable).filter_map(id).collect();
    let last = (0..spot.steps).rev().find(provable);
    let next = if spot.targets > 0 { Some(spot.steps) } else { Some(last.map_or(0, |at| at + 1)) };
    let partial = (spot.targets > 0).then(|| {
        let (first, rest) = steps[spot.steps].targets.split_at(spot.targets);
        let sorted = |names: &[InstanceName]| names.to_vec();
        (steps[spot.steps].id, sorted(first), sorted(rest))
    });
    let all = Spot { steps: steps.len(), targets: 0 };
    let (all, over) = (acts(&steps, all), acts(&steps, spot).len());
    Expected {
        done,
        next: next.and_then(id),
        partial,
        really: id(spot.steps),
        left: crate::replay::cost(&all[over..]),
    }
}

pub(crate) fn asked<'a>(plan: &'a Plan, inventory: &'a Inventory) -> progress::Request<'a> {
    progress::Request { plan, inventory, signed: BTreeSet::new() }
}

pub(crate) fn resumed(
    plan: &Plan,
    inventory: &Inventory,
    wishes: Wishes,
) -> Result<Resumed, ResumeError> {
    resume::resume(&resume::Request {
        progress: asked(plan, inventory),
        catalog: &CATALOG,
        wishes,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    })
}
