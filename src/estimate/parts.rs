//! What the minutes of a step are made of.
//!
//! The table says how long each thing takes once; here stands how often a step does it. For a plan
//! that was made with the same table the sum is the duration that the plan holds (a test walks every
//! example). A plan with other numbers, from another version or edited by hand, keeps its own.

use std::collections::BTreeMap;

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepKind;

use super::calendar::Environment;
use super::calendar::MemberCount;
use super::durations::Durations;
use super::durations::FROM_PLAN;
use super::durations::FROM_PROFILE;
use super::keys::Entry;
use super::keys::Key;
use super::minutes::scaled;
use super::minutes::sum;
use super::work::Part;
use super::work::Rollout;

/// What a step does not say of itself.
pub(super) struct Context<'a> {
    provider: Provider,
    topology: EtcdTopology,
    /// The control-plane nodes, in the order in which they are upgraded.
    servers: Vec<&'a InstanceName>,
    etcd_members: u64,
    pools: BTreeMap<&'a PoolName, u64>,
    steps: &'a [Step],
    closing: bool,
}

impl<'a> Context<'a> {
    pub(super) fn of_hop(plan: &'a Plan, steps: &'a [Step]) -> Self {
        let members = plan.found().instances.iter();
        let members = members.filter(|group| group.component == Component::Etcd);
        let servers = plan.found().instances.iter();
        let servers = servers.filter(|group| group.component == Component::KubeApiserver);
        let mut servers: Vec<&InstanceName> = servers.flat_map(|group| &group.names).collect();
        servers.sort();
        let mut pools = BTreeMap::new();
        for group in &plan.found().instances {
            if let (Component::Kubelet, Some(pool)) = (group.component, &group.pool) {
                *pools.entry(pool).or_insert(0) += group.names.len() as u64;
            }
        }
        Self {
            provider: plan.found().provider,
            topology: plan.found().etcd_topology,
            servers,
            pools,
            etcd_members: members.map(|group| group.names.len() as u64).sum(),
            steps,
            closing: false,
        }
    }

    pub(super) fn of_closing(plan: &'a Plan) -> Self {
        Self { closing: true, ..Self::of_hop(plan, &plan.closing) }
    }

    fn pool_size(&self, pool: &PoolName) -> u64 {
        self.pools.get(pool).copied().unwrap_or(0)
    }

    /// Whether the last etcd step before this place changed the minor.
    fn etcd_minor_before(&self, place: usize) -> bool {
        let before = self.steps[..place].iter().rev();
        let mut etcd = before.flat_map(|step| &step.transitions).filter_map(|transition| {
            let (from, to) = (transition.from.etcd()?, transition.to.etcd()?);
            Some(from.minor() != to.minor())
        });
        etcd.next().unwrap_or(false)
    }

    fn control_plane_moves(&self) -> bool {
        let mut transitions = self.steps.iter().flat_map(|step| &step.transitions);
        transitions.any(|transition| transition.component == Component::KubeApiserver)
    }
}

/// The key that names what the step is about.
pub(super) fn lead_key(step: &Step, place: usize, context: &Context<'_>) -> Key {
    match (step.kind, step.component) {
        (StepKind::Preflight, _) => Key::Preflight,
        (StepKind::Gate, _) => Key::Gate,
        (StepKind::Backup, _) => Key::Backup,
        (StepKind::Addon, _) => Key::Addons,
        (StepKind::Client, _) => Key::Client,
        (StepKind::Validate, _) if context.closing && place > 0 => Key::CleanUp,
        (StepKind::Validate, _) => Key::Validate,
        (StepKind::Soak, Some(Component::Etcd)) if context.etcd_minor_before(place) => {
            Key::EtcdSoakMinor
        }
        (StepKind::Soak, Some(Component::Etcd)) => Key::EtcdSoakPatch,
        (StepKind::Soak, _) if context.control_plane_moves() => Key::HopSoak,
        (StepKind::Soak, _) => Key::LevellingSoak,
        (StepKind::Upgrade, Some(Component::Etcd)) => Key::EtcdMember,
        (StepKind::Upgrade, Some(Component::Kubelet)) => Key::Node,
        (StepKind::Upgrade, _) if context.provider == Provider::Manual => Key::ManualComponent,
        (StepKind::Upgrade, _) => Key::ControlPlaneNode,
    }
}

/// How many control-plane nodes and members of etcd a step acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Here {
    /// The control-plane nodes of this step.
    pub(super) servers: u64,
    /// The members of etcd.
    pub(super) members: u64,
}

impl Here {
    /// As the plan has it.
    fn planned(step: &Step) -> Self {
        let targets = step.targets.len() as u64;
        Self { servers: targets, members: targets }
    }

    /// As an environment has it. With fewer control-plane nodes than the plan the last ones are not
    /// there; with more of them the last one is there several times.
    pub(super) fn of(step: &Step, environment: &Environment, context: &Context<'_>) -> Self {
        let planned = Self::planned(step);
        let own = environment.nodes.as_ref();
        let members = match context.topology {
            EtcdTopology::Stacked => own.and_then(|own| own.control_plane),
            EtcdTopology::External => own.and_then(|own| own.etcd_members),
        };
        // Members that are there already do not move, here as in the plan.
        let all = planned.members >= context.etcd_members;
        let moving = |own: u64| if all { own } else { own.min(planned.members) };
        let members = members.map_or(planned.members, |own| moving(own.get()));
        let Some(count) = own.and_then(|own| own.control_plane).map(MemberCount::get) else {
            return Self { members, ..planned };
        };
        let last = context.servers.len().saturating_sub(1);
        let servers = step.targets.iter().map(|target| {
            let place = context.servers.iter().position(|server| *server == target);
            let place = place.unwrap_or(0);
            let more = if place == last { count.saturating_sub(last as u64 + 1) } else { 0 };
            u64::from((place as u64) < count) + more
        });
        Self { servers: servers.sum(), members }
    }
}

/// Whether a step acts on nodes of the control plane one by one.
pub(super) fn is_of_control_plane(step: &Step) -> bool {
    step.kind == StepKind::Upgrade
        && step.pool.is_none()
        && step.component.is_some_and(|component| component != Component::Etcd)
}

/// The keys of a step and how often each is done. For a rollout `rounds` is the number of rounds,
/// and what is done with each round stands first.
fn counts(
    step: &Step,
    place: usize,
    rollout: Option<Rollout>,
    here: Here,
    context: &Context<'_>,
) -> Vec<(Key, u64)> {
    let lead = lead_key(step, place, context);
    match (lead, rollout) {
        (Key::EtcdMember, _) => vec![(Key::EtcdFrame, 1), (lead, here.members.max(1))],
        (Key::Node, Some(rollout)) => {
            let mut counts = vec![(lead, rollout.rounds())];
            let stops = if step.pool.is_some() { minors_between(step) } else { 0 };
            if stops > 0 {
                counts.push((Key::KubeadmStop, stops * rollout.rounds()));
            }
            if rollout.canary > 0 {
                counts.push((Key::CanaryLook, 1));
            }
            counts
        }
        (Key::ManualComponent, _) => {
            vec![(lead, (here.servers * step.transitions.len() as u64).max(1))]
        }
        // The plan has a step for each node; a larger environment does it more often.
        (Key::ControlPlaneNode, _) => {
            let planned = step.targets.len().max(1) as u64;
            vec![(lead, here.servers.div_ceil(planned).max(1))]
        }
        _ => vec![(lead, 1)],
    }
}

/// The minors that a kubelet passes on its way without stopping there.
fn minors_between(step: &Step) -> u64 {
    let kubelet =
        step.transitions.iter().find(|transition| transition.component == Component::Kubelet);
    let behind = kubelet.and_then(|transition| {
        let (from, to) = (transition.from.kubernetes()?, transition.to.kubernetes()?);
        u64::try_from(from.minor().behind(to.minor())).ok()
    });
    behind.unwrap_or(0).saturating_sub(1)
}

/// Whether a step goes from node to node.
pub(super) fn is_rollout(step: &Step) -> bool {
    (step.kind, step.component) == (StepKind::Upgrade, Some(Component::Kubelet))
}

/// The size of a step that goes from node to node, in this environment.
///
/// Control-plane nodes go one by one everywhere, as many as the environment has. A pool has the plan's size, or the environment's own:
/// a number, or a share of which at least one node is left.
pub(super) fn rollout(
    step: &Step,
    environment: &Environment,
    context: &Context<'_>,
    durations: &Durations<'_>,
) -> Option<Rollout> {
    if !is_rollout(step) {
        return None;
    }
    let planned = step.targets.len() as u64;
    let batch = step.batch.unwrap_or(crate::plan::Batch { size: 1, canary: 0 });
    let Some(pool) = &step.pool else {
        let here = Here::of(step, environment, context);
        return Some(Rollout { nodes: here.servers, canary: 0, parallel: 1 });
    };
    let over = durations.of_pool(step);
    let here = environment.nodes.as_ref();
    let nodes = match here.and_then(|here| here.pools.get(pool)) {
        // A step may move a part of a pool only: it moves the same part here.
        Some(own) => scaled(planned, own.get(), context.pool_size(pool)),
        None => match here.and_then(|here| here.percent) {
            Some(percent) => scaled(planned, percent.get(), 100),
            None => planned,
        },
    };
    let canary = over.and_then(|over| over.canary).unwrap_or(batch.canary).min(nodes);
    let parallel = over
        .and_then(|over| over.parallel)
        .or(environment.parallel)
        .map_or(batch.size, super::profile::Count::get)
        .max(1)
        .saturating_add(durations.more_parallel);
    Some(Rollout { nodes, canary, parallel })
}

/// What the minutes of a step are made of.
pub(super) fn parts(
    step: &Step,
    place: usize,
    rollout: Option<Rollout>,
    here: Here,
    context: &Context<'_>,
    durations: &Durations<'_>,
) -> Vec<Part> {
    let counts = counts(step, place, rollout, here, context);
    let lead = durations.table.entry(lead_key(step, place, context));
    let pool = durations.of_pool(step).and_then(|pool| pool.node.as_ref());
    let whole = durations.of_id(step).or_else(|| {
        // A pool's minutes are more special than those of a kind of step.
        if pool.is_some() { None } else { durations.of_step(step) }
    });
    if let Some(over) = whole {
        return vec![spread(over.minutes.get(), rollout, lead, over.because(), FROM_PROFILE)];
    }
    let untouched = pool.is_none() && !counts.iter().any(|(key, _)| durations.is_changed(*key));
    if untouched && planned_sum(step, place, context, durations) != step.duration {
        let planned = Here::planned(step);
        let (counted, per_round) = match (planned_rollout(step), lead.key) {
            (Some(planned), _) => ((planned.rounds(), rollout.map_or(1, Rollout::rounds)), true),
            (None, Key::EtcdMember) => ((planned.members, here.members), false),
            (None, Key::ControlPlaneNode | Key::ManualComponent) => {
                ((planned.servers, here.servers), false)
            }
            _ => ((1, 1), false),
        };
        return vec![plans_own(step.duration, counted, per_round, lead, durations)];
    }
    let part = |(key, count): (Key, u64)| {
        let entry = durations.table.entry(key);
        let (mut each, mut reason, mut source) =
            (durations.paced(entry.minutes, entry.measure), entry.reason.clone(), &*entry.source);
        if let (Key::Node, Some(over)) = (key, pool) {
            (each, reason, source) = (over.minutes.get(), over.because(), FROM_PROFILE);
        }
        // What is done several times with each round is one thing, done once with each round.
        let rounds = rollout.map_or(1, Rollout::rounds).max(1);
        let per_round = rollout.is_some() && key != Key::CanaryLook;
        let (each, count) =
            if per_round { (each.times(count / rounds), rounds) } else { (each, count) };
        Part {
            key: Some(key),
            count,
            each,
            hands_on_percent: entry.hands_on,
            reason,
            source: source.to_owned(),
            per_round,
        }
    };
    counts.into_iter().map(part).collect()
}

/// The sum that the plan should hold, if it was made with this table.
fn planned_sum(
    step: &Step,
    place: usize,
    context: &Context<'_>,
    durations: &Durations<'_>,
) -> Duration {
    let counts = counts(step, place, planned_rollout(step), Here::planned(step), context);
    sum(counts.into_iter().map(|(key, count)| durations.base.entry(key).minutes.times(count)))
}

/// The rollout as the plan sized it.
pub(super) fn planned_rollout(step: &Step) -> Option<Rollout> {
    if !is_rollout(step) {
        return None;
    }
    let nodes = step.targets.len() as u64;
    let (canary, parallel) = match (&step.pool, step.batch) {
        (Some(_), Some(batch)) => (batch.canary.min(nodes), batch.size.max(1)),
        _ => (0, 1),
    };
    Some(Rollout { nodes, canary, parallel })
}

/// Minutes that are given for a whole step. A rollout spreads them over its rounds, each rounded up
/// to a whole minute.
fn spread(
    minutes: Duration,
    rollout: Option<Rollout>,
    lead: &Entry,
    reason: String,
    source: &str,
) -> Part {
    let rounds = rollout.map_or(1, Rollout::rounds).max(1);
    Part {
        key: Some(lead.key),
        count: rounds,
        each: super::minutes::scaled_duration(minutes, 1, rounds),
        hands_on_percent: lead.hands_on,
        reason,
        source: source.to_owned(),
        per_round: rollout.is_some(),
    }
}

/// The plan's own minutes: those of one round, node or member stay what they are where an environment
/// has another number of them than the plan.
fn plans_own(
    minutes: Duration,
    (planned, here): (u64, u64),
    per_round: bool,
    lead: &Entry,
    durations: &Durations<'_>,
) -> Part {
    let (planned, here) = if per_round || planned != here { (planned, here) } else { (1, 1) };
    let each = super::minutes::scaled_duration(minutes, 1, planned.max(1));
    Part {
        key: Some(lead.key),
        count: here,
        each: durations.paced(each, lead.measure),
        hands_on_percent: lead.hands_on,
        reason: "the plan has minutes of its own for this step".to_owned(),
        source: FROM_PLAN.to_owned(),
        per_round,
    }
}
