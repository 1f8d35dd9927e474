//! What is to be done in one environment: every step of the plan as a job, with its minutes, what
//! they are made of, what it needs, and what it must not be parted from.

use schemars::JsonSchema;
use serde::Serialize;

use crate::component::Component;
use crate::name::PoolName;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::version::MinorVersion;

use super::calendar::Environment;
use super::calendar::Soak;
use super::durations::Durations;
use super::keys::Key;
use super::minutes::hands_on;
use super::minutes::sum;
use super::parts;

/// What a job needs to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// A maintenance window: it changes what people use.
    Window,
    /// Working hours: it only reads, or it needs people who are there by day.
    WorkingHours,
    /// Working hours or a window, whichever comes first: proof, by whoever is there.
    Attended,
    /// Nothing but time that passes, at night, on holidays and in freezes as well.
    Clock,
}

/// What a job's minutes are made of: so many times this, because of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The entry in the table; absent where the minutes of the whole step are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// How many times.
    pub count: u64,
    /// Minutes of one.
    pub each: Duration,
    /// The share of the minutes, in per cent, in which a person is busy.
    pub hands_on_percent: u64,
    /// What the minutes are made of, or who says so.
    pub reason: String,
    /// An address, `judgement`, `profile`, `calendar` or `plan`.
    pub source: String,
    /// Whether it is repeated with every round of a rollout.
    #[serde(skip)]
    pub per_round: bool,
}

impl Part {
    /// All of them, one after the other.
    pub fn minutes(&self) -> Duration {
        self.each.times(self.count)
    }

    /// The minutes in which a person is busy.
    pub fn hands_on(&self) -> Duration {
        let Duration { low, likely, high } = self.minutes();
        let share = |minutes| hands_on(minutes, self.hands_on_percent);
        Duration { low: share(low), likely: share(likely), high: share(high) }
    }
}

/// A step that goes from node to node, and may be cut between two rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rollout {
    /// All nodes.
    pub nodes: u64,
    /// Those that go first, one a round.
    pub canary: u64,
    /// Nodes a round after the canary.
    pub parallel: u64,
}

impl Rollout {
    /// The rounds that it takes where no window cuts one in two.
    pub const fn rounds(self) -> u64 {
        self.canary + (self.nodes - self.canary).div_ceil(self.parallel)
    }
}

/// A step that takes the kubelets or the API servers from one minor to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// `kube-apiserver` or `kubelet`.
    pub component: Component,
    /// The oldest minor before.
    pub from: MinorVersion,
    /// The minor after.
    pub to: MinorVersion,
}

/// A step of the plan, as the schedule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The step.
    pub step: StepId,
    /// What is done.
    pub title: String,
    /// What sort of step it is.
    pub kind: StepKind,
    /// The pool, for worker nodes.
    pub pool: Option<PoolName>,
    /// What it needs.
    pub needs: Needs,
    /// Jobs of one hop with the same number stand in one window, one after the other: parted by the
    /// end of a window they would leave two versions side by side.
    pub group: Option<u32>,
    /// What its minutes are made of.
    pub parts: Vec<Part>,
    /// For what goes from node to node.
    pub rollout: Option<Rollout>,
    /// What runs another minor afterwards.
    pub moves: Vec<Move>,
}

impl Job {
    /// How long it takes: the sum of its parts.
    pub fn minutes(&self) -> Duration {
        sum(self.parts.iter().map(Part::minutes))
    }

    /// How long a person is busy with it.
    pub fn hands_on(&self) -> Duration {
        sum(self.parts.iter().map(Part::hands_on))
    }

    /// One round of a rollout.
    pub fn round(&self) -> Duration {
        sum(self.parts.iter().filter(|part| part.per_round).map(|part| part.each))
    }

    /// What a rollout takes beside its rounds: the look at the canary.
    pub fn look(&self) -> Duration {
        sum(self.parts.iter().filter(|part| !part.per_round).map(Part::minutes))
    }

    /// Whether it is work, rather than time that passes.
    pub fn is_work(&self) -> bool {
        self.needs != Needs::Clock
    }
}

/// The jobs of a hop, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopWork {
    /// The number of the hop; `None` for the steps after the last one.
    pub number: Option<u32>,
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// Everything that is to be done in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The hops, and behind them the steps after the last one.
    pub hops: Vec<HopWork>,
}

impl Work {
    /// The work of a plan in an environment.
    pub fn new(plan: &Plan, environment: &Environment, durations: &Durations<'_>) -> Self {
        let mut hops = Vec::with_capacity(plan.hops.len() + 1);
        for hop in &plan.hops {
            let context = parts::Context::of_hop(plan, &hop.steps);
            let jobs = jobs(&hop.steps, &context, environment, durations);
            hops.push(HopWork { number: Some(hop.number), jobs });
        }
        let context = parts::Context::of_closing(plan);
        let closing = jobs(&plan.closing, &context, environment, durations);
        hops.push(HopWork { number: None, jobs: closing });
        Self { hops }
    }

    /// Every job, in order.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.hops.iter().flat_map(|hop| &hop.jobs)
    }

    /// Minutes of work, without the time that merely passes.
    pub fn minutes(&self) -> Duration {
        sum(self.jobs().filter(|job| job.is_work()).map(Job::minutes))
    }
}

fn jobs(
    steps: &[Step],
    context: &parts::Context<'_>,
    environment: &Environment,
    durations: &Durations<'_>,
) -> Vec<Job> {
    let groups = groups(steps);
    let mut jobs = Vec::with_capacity(steps.len());
    for (place, step) in steps.iter().enumerate() {
        let rollout = parts::rollout(step, environment, context, durations);
        if rollout.is_some_and(|rollout| rollout.nodes == 0) {
            continue; // a pool that this environment does not have
        }
        let here = parts::Here::of(step, environment, context);
        if here.servers == 0 && parts::is_of_control_plane(step) {
            continue; // a control-plane node that it does not have
        }
        let key = parts::lead_key(step, place, context);
        let mut parts = parts::parts(step, place, rollout, here, context, durations);
        if let (Key::HopSoak | Key::LevellingSoak, Soak::Minutes(minutes)) = (key, environment.soak)
        {
            soak_of_environment(&mut parts, key, minutes, environment);
        }
        jobs.push(Job {
            step: step.id,
            title: step.title.clone(),
            kind: step.kind,
            pool: step.pool.clone(),
            needs: needs(step.kind, key),
            group: groups[place],
            parts,
            rollout,
            moves: moves(step),
        });
    }
    jobs
}

/// An environment with a soak of its own: the same in every run, for it is a decision.
fn soak_of_environment(parts: &mut Vec<Part>, key: Key, minutes: u64, environment: &Environment) {
    let hands_on_percent = parts.first().map_or(0, |part| part.hands_on_percent);
    *parts = vec![Part {
        key: Some(key),
        count: 1,
        each: Duration { low: minutes, likely: minutes, high: minutes },
        hands_on_percent,
        reason: format!("the soak of {}", environment.name),
        source: "calendar".to_owned(),
        per_round: false,
    }];
}

/// Validation may use whatever comes first; what the others need follows from what they touch.
const fn needs(kind: StepKind, key: Key) -> Needs {
    match kind {
        StepKind::Preflight | StepKind::Gate | StepKind::Client => Needs::WorkingHours,
        StepKind::Validate if matches!(key, Key::CleanUp) => Needs::WorkingHours,
        StepKind::Validate => Needs::Attended,
        StepKind::Soak => Needs::Clock,
        StepKind::Backup | StepKind::Upgrade | StepKind::Addon => Needs::Window,
    }
}

/// What must stand in one window.
///
/// - a backup and the etcd step after it: a snapshot is the way back only while it is fresh, and
///   members of two versions must not meet the end of a window;
/// - a backup, every API server, controller manager and scheduler of the hop, and the proof of the
///   add-ons: API servers of two minors are legal, but no state to go home with.
fn groups(steps: &[Step]) -> Vec<Option<u32>> {
    #[derive(PartialEq)]
    enum Side {
        Etcd,
        ControlPlane,
        Other,
    }
    let side = |step: &Step| match (step.kind, step.component) {
        (StepKind::Upgrade, Some(Component::Etcd)) => Side::Etcd,
        (StepKind::Addon, _)
        | (
            StepKind::Upgrade,
            Some(
                Component::KubeApiserver
                | Component::KubeControllerManager
                | Component::KubeScheduler
                | Component::CloudControllerManager,
            ),
        ) => Side::ControlPlane,
        _ => Side::Other,
    };
    let mut groups = vec![None; steps.len()];
    let (mut number, mut place) = (0, 0);
    while place < steps.len() {
        let backup = usize::from(steps[place].kind == StepKind::Backup);
        let first = place + backup;
        let lead = steps.get(first).map_or(Side::Other, side);
        let length = match lead {
            Side::Other => 0,
            Side::Etcd => 1,
            Side::ControlPlane => {
                steps[first..].iter().take_while(|step| side(step) == Side::ControlPlane).count()
            }
        };
        if length == 0 {
            place += 1;
            continue;
        }
        groups[place..first + length].fill(Some(number));
        number += 1;
        place = first + length;
    }
    groups
}

fn moves(step: &Step) -> Vec<Move> {
    let versions = step.transitions.iter().filter_map(|transition| {
        let component = transition.component;
        let (from, to) = (transition.from.kubernetes()?, transition.to.kubernetes()?);
        let counts = matches!(component, Component::KubeApiserver | Component::Kubelet);
        (counts && from.minor() != to.minor()).then(|| Move {
            component,
            from: from.minor(),
            to: to.minor(),
        })
    });
    versions.collect()
}
