//! Which hop and which step of the new plan is which of the old one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepKind;
use crate::version::EtcdMinor;
use crate::version::MinorVersion;

/// The place of a step: its hop, by number from 0 (one more than the last: after the last hop), and its
/// place there.
pub(super) type At = (usize, usize);

/// The steps of both plans, told apart by what they do.
#[derive(Debug)]
pub(super) struct Matching {
    /// The hop of the new plan for a hop of the old one.
    pub(super) hops: BTreeMap<usize, usize>,
    /// The step of the new plan for a step of the old one.
    pub(super) steps: BTreeMap<At, At>,
}

/// The steps of a plan hop by hop, those after the last hop at last.
pub(super) fn sections(plan: &Plan) -> Vec<&[Step]> {
    let hops = plan.hops.iter().map(|hop| hop.steps.as_slice());
    hops.chain([plan.closing.as_slice()]).collect()
}

/// What a step does, apart from its targets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Act<'a> {
    kind: StepKind,
    component: Option<Component>,
    pool: Option<&'a PoolName>,
    /// The minor that it leads to, or, for a backup, that of the change which it is for; for a soak or a
    /// proof of etcd or an add-on, that of the change before it.
    leads_to: Option<(Component, Minor)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Minor {
    Etcd(EtcdMinor),
    Kubernetes(MinorVersion),
}

fn leads_to(step: &Step) -> Option<(Component, Minor)> {
    let lead = step.transitions.iter().find(|at| Some(at.component) == step.component);
    let lead = lead.or(step.transitions.first())?;
    let minor = match &lead.to {
        ComponentVersion::Etcd(version) => Minor::Etcd(version.minor()),
        ComponentVersion::Kubernetes(version) => Minor::Kubernetes(version.minor()),
    };
    Some((lead.component, minor))
}

/// What each step of a section does.
fn acts(steps: &[Step]) -> Vec<Act<'_>> {
    let act = |(at, step): (usize, &'_ Step)| {
        let near = match (step.kind, step.component) {
            (StepKind::Backup, _) => steps[at..].iter().find_map(leads_to),
            (_, Some(_)) => steps[..=at].iter().rev().find_map(leads_to),
            (_, None) => None,
        };
        (step.kind, step.component, leads_to(step).or(near))
    };
    steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let (kind, component, leads_to) = act((at, step));
            Act { kind, component, pool: step.pool.as_ref(), leads_to }
        })
        .collect()
}

impl Matching {
    pub(super) fn of(old: &Plan, new: &Plan) -> Self {
        let hops = hops(old, new);
        let (before, after) = (sections(old), sections(new));
        let mut sections = hops.clone();
        sections.insert(before.len() - 1, after.len() - 1);
        let mut steps = BTreeMap::new();
        for (from, to) in &sections {
            let (left, right) = (listed(*from, before[*from]), listed(*to, after[*to]));
            pair(left, right, true, &mut steps);
        }
        // What has no counterpart in its own hop may stand in another one.
        let rest = |sections: &[&'_ [Step]], taken: &BTreeSet<At>| -> Vec<At> {
            let all = sections.iter().enumerate();
            let all = all.flat_map(|(hop, steps)| (0..steps.len()).map(move |at| (hop, at)));
            all.filter(|at| !taken.contains(at)).collect()
        };
        let (taken, given): (BTreeSet<At>, BTreeSet<At>) =
            steps.iter().map(|(a, b)| (*a, *b)).unzip();
        let with = |sections: &[&'_ [Step]], places: Vec<At>| {
            places
                .into_iter()
                .filter(|(hop, at)| !sections[*hop][*at].transitions.is_empty())
                .collect::<Vec<_>>()
        };
        let left = with(&before, rest(&before, &taken));
        let right = with(&after, rest(&after, &given));
        let left = left.into_iter().map(|at| described(at, before[at.0]));
        let right = right.into_iter().map(|at| described(at, after[at.0]));
        pair(left.collect(), right.collect(), false, &mut steps);
        Self { hops, steps }
    }

    /// The step of the old plan for a step of the new one.
    pub(super) fn back(&self) -> BTreeMap<At, At> {
        self.steps.iter().map(|(old, new)| (*new, *old)).collect()
    }
}

/// Hops by the minor that they lead to; of several to one minor the first is the first.
fn hops(old: &Plan, new: &Plan) -> BTreeMap<usize, usize> {
    let mut free: BTreeMap<MinorVersion, Vec<usize>> = BTreeMap::new();
    for (at, hop) in new.hops.iter().enumerate().rev() {
        free.entry(hop.to.minor()).or_default().push(at);
    }
    let find = |(at, minor)| Some((at, free.get_mut(&minor)?.pop()?));
    old.hops.iter().map(|hop| hop.to.minor()).enumerate().filter_map(find).collect()
}

type Described<'a> = (At, Act<'a>, &'a Step);

fn listed(hop: usize, steps: &[Step]) -> Vec<Described<'_>> {
    acts(steps)
        .into_iter()
        .zip(steps)
        .enumerate()
        .map(|(at, (act, step))| ((hop, at), act, step))
        .collect()
}

fn described<'a>((hop, at): At, steps: &'a [Step]) -> Described<'a> {
    ((hop, at), acts(steps).swap_remove(at), &steps[at])
}

/// Pairs steps that do the same: first those with the same targets, then those that share most, then, in
/// one hop, those of one pool or without versions in their order.
fn pair(
    left: Vec<Described<'_>>,
    right: Vec<Described<'_>>,
    same_hop: bool,
    found: &mut BTreeMap<At, At>,
) {
    let mut groups: BTreeMap<Act<'_>, (Vec<Described<'_>>, Vec<Described<'_>>)> = BTreeMap::new();
    for one in left {
        groups.entry(one.1.clone()).or_default().0.push(one);
    }
    for one in right {
        groups.entry(one.1.clone()).or_default().1.push(one);
    }
    for (_, (mut left, mut right)) in groups {
        left.retain(|(at, _, step)| {
            let same = right.iter().position(|(_, _, other)| other.targets == step.targets);
            same.map(|place| found.insert(*at, right.remove(place).0)).is_none()
        });
        left.retain(|(at, _, step)| {
            let names: BTreeSet<&InstanceName> = step.targets.iter().collect();
            let shared =
                |other: &Step| other.targets.iter().filter(|it| names.contains(it)).count();
            // Of those that share as many the first: `max_by_key` takes the last.
            let most = (0..right.len()).rev().max_by_key(|place| shared(right[*place].2));
            let most = most.filter(|place| shared(right[*place].2) > 0);
            most.map(|place| found.insert(*at, right.remove(place).0)).is_none()
        });
        if same_hop {
            let loose =
                |(_, _, step): &Described<'_>| step.pool.is_some() || step.transitions.is_empty();
            let left = left.into_iter().filter(loose);
            let right = right.into_iter().filter(loose);
            found.extend(left.zip(right).map(|(one, other)| (one.0, other.0)));
        }
    }
}
