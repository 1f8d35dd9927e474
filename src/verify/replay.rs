//! Replays the steps on the initial state and asks the checks after each single change.
//!
//! Targets of a batch may move in any order and at once. One order is enough: the skew rules look at
//! pairs of minors, and a step knows two minors of a component, the old one and the new one. Any
//! subset of moved targets shows a pair of old and new minors that the order from first to last shows
//! too: "old" stands before the first target and "new" after it, for each component and between any
//! two targets. How many instances are outside a rule only grows or only shrinks within the step, so
//! its extremes are seen as well. What does depend on one-at-a-time (etcd, the control plane) must
//! not be in a batch, which is a check of its own.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::plan::Disruption;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::State;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::Transition;
use crate::plan::VersionCount;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::KubernetesVersion;

use super::codes::Code;
use super::etcd::Etcd;
use super::facts::Facts;
use super::order;
use super::order::Ranks;
use super::path;
use super::report::Place;
use super::report::Report;
use super::skew::Skew;
use super::summary;
use super::summary::Counted;
use super::world::World;

/// Replays the whole plan.
pub(super) fn check(
    plan: &Plan,
    facts: &dyn Facts,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
    report: &mut Report,
) {
    let world = World::new(&plan.initial_state);
    path::hops(plan, &world, report);
    let mut past = Past::of(plan);
    let mut replay = Replay {
        skew: Skew::new(policy, tool, &world, Place::Initial, past.or(report)),
        etcd: Etcd::new(facts, tool, plan.initial_state.etcd_topology),
        policy,
        tool,
        world,
        counted: Counted::default(),
    };
    for hop in &plan.hops {
        replay.hop(hop, &mut past, report);
    }
    for step in &plan.closing {
        if let Some(found) = past.ends_before(step) {
            replay.resume(found, step, past.or(report));
        }
        replay.step(step, past.or(report));
    }
    let Replay { mut skew, mut etcd, world, mut counted, .. } = replay;
    skew.end(report);
    etcd.end(report);
    path::target(plan, &world, report);
    path::final_state(plan, &world, report);
    counted.etcd_upgrades = etcd.upgrades();
    summary::check(plan, &counted, &world, report);
}

/// The steps that are over because the plan was taken up again after them. They are replayed, so that the
/// tables of the plan can be checked, but nobody can do them otherwise now: what would be said of them
/// goes nowhere.
struct Past<'a> {
    found: BTreeMap<StepId, &'a State>,
    last: Option<StepId>,
    unheard: Report,
}

impl<'a> Past<'a> {
    fn of(plan: &'a Plan) -> Self {
        let last = plan.resumed.last().map(|last| last.before);
        let found = plan.resumed.iter().map(|it| (it.before, &it.state)).collect();
        Self { found, last, unheard: Report::default() }
    }

    /// Where to say something of the step at hand.
    fn or<'r>(&'r mut self, report: &'r mut Report) -> &'r mut Report {
        if self.last.is_some() { &mut self.unheard } else { report }
    }

    /// The steps of a hop that are not over; `None` where all are.
    fn left_of<'h>(&self, hop: &'h Hop) -> Option<&'h [Step]> {
        let Some(last) = self.last else { return Some(&hop.steps) };
        let at = hop.steps.iter().position(|step| step.id == last)?;
        Some(&hop.steps[at..])
    }

    /// What was found before a step, if the plan was taken up again there.
    fn ends_before(&mut self, step: &Step) -> Option<&'a State> {
        self.last = self.last.filter(|last| *last != step.id);
        self.found.remove(&step.id)
    }
}

struct Replay<'a> {
    world: World<'a>,
    skew: Skew<'a>,
    etcd: Etcd<'a>,
    policy: &'a VersionSkewPolicy,
    tool: &'a ToolRules,
    counted: Counted,
}

/// How many instances of each component run each version.
type Counts = BTreeMap<Component, Vec<VersionCount>>;

/// What is known at the start of a hop, or where the plan was taken up again in it.
struct Start {
    /// What ran before the hop.
    before: Counts,
    /// The errors found so far.
    errors: u64,
    ranks: Ranks,
}

/// A transition with the instances that it moves.
struct Change<'a> {
    transition: &'a Transition,
    /// The number of the version that it leads to.
    to: usize,
    /// One for each target; `None` where the target does not run the component.
    instances: Vec<Option<usize>>,
}

impl<'a> Replay<'a> {
    /// What was found takes the place of what the steps before have led to, as if the plan started here.
    fn resume(&mut self, found: &'a State, step: &Step, report: &mut Report) {
        self.world = World::new(found);
        self.skew = Skew::new(self.policy, self.tool, &self.world, Place::Step(step.id), report);
        self.etcd.resume();
    }

    /// Where the order of a hop is looked at from; what ran before the hop stands as it was.
    fn start(&self, before: Counts) -> Start {
        Start { before, errors: self.skew.errors(), ranks: Ranks::new(&self.world) }
    }

    fn hop(&mut self, hop: &'a Hop, past: &mut Past<'a>, report: &mut Report) {
        if let Some(left) = past.left_of(hop) {
            order::preflight(hop.number, left, report);
            order::gate(hop.number, left, report);
        }
        self.etcd.start_hop();
        let mut start = None;
        for (at, step) in hop.steps.iter().enumerate() {
            if let Some(found) = past.ends_before(step) {
                self.resume(found, step, past.or(report));
                start = start.filter(|_| at > 0).map(|start: Start| self.start(start.before));
            }
            let start = start.get_or_insert_with(|| self.start(self.world.census()));
            start.ranks.step(step);
            self.step(step, past.or(report));
        }
        let Start { before, errors, ranks } =
            start.unwrap_or_else(|| self.start(self.world.census()));
        path::hop_versions(hop, &before, &self.world.census(), report);
        let report = past.or(report);
        self.skew.end_hop(hop.number, &self.world, report);
        // An order that breaks the policy is reported as that, and the steps of two hops in one
        // have no order.
        let wide = hop.to.minor() > hop.from.minor().next();
        if self.skew.errors() == errors && !wide {
            ranks.end(report);
        }
        path::hop_complete(hop, &self.world, report);
    }

    fn step(&mut self, step: &'a Step, report: &mut Report) {
        self.etcd.step(step, &self.world, report);
        order::one_at_a_time(step, report);
        let mut changes: Vec<Change<'a>> = Vec::new();
        for transition in &step.transitions {
            let change = self.resolve(step, transition, report);
            self.starts(step, &changes, &change, report);
            changes.push(change);
        }
        self.unknown_to_all(step, report);
        let drains = step.disruption == Disruption::Drain;
        if drains {
            let known = step.targets.iter().filter(|name| self.world.is_known(name)).count();
            self.counted.drains += known as u64;
        }
        let errors = self.skew.errors();
        let mut kubelet_minor = false;
        for at in 0..step.targets.len().max(1) {
            for change in &changes {
                if let Some(Some(instance)) = change.instances.get(at) {
                    kubelet_minor |= self.one(step, change, *instance, report);
                }
            }
        }
        order::drained(step, kubelet_minor, report);
        if self.skew.errors() == errors {
            order::inside_step(step, report);
        }
    }

    /// Finds the instances that a transition moves. kube-proxy as a `DaemonSet` moves once: with
    /// the first target where kubeadm does it so, with the last one otherwise.
    fn resolve(
        &mut self,
        step: &Step,
        transition: &'a Transition,
        report: &mut Report,
    ) -> Change<'a> {
        let to = self.world.intern(&transition.to);
        let targets = step.targets.len();
        if transition.component == Component::KubeProxy
            && let Some(daemon_set) = self.world.daemon_set()
        {
            let first = self.world.provider == Provider::Kubeadm
                && transition
                    .to
                    .kubernetes()
                    .is_some_and(|to| to.minor() < self.tool.addons_last_from);
            let mut instances = vec![None; targets.max(1)];
            let at = if first { 0 } else { instances.len() - 1 };
            instances[at] = Some(daemon_set);
            return Change { transition, to, instances };
        }
        let mut instances: Vec<Option<usize>> = Vec::with_capacity(targets);
        for name in &step.targets {
            let instance = self.world.find(transition.component, name);
            if instance.is_none() {
                unknown(step, transition.component.name(), name.as_str(), report);
            }
            instances.push(instance);
        }
        Change { transition, to, instances }
    }

    /// A target of a `DaemonSet`, or of a step that changes no version, may be any instance, but must
    /// be one.
    fn unknown_to_all(&self, step: &Step, report: &mut Report) {
        let daemon_set = |at: &Transition| at.component == Component::KubeProxy;
        if step.transitions.is_empty() || step.transitions.iter().any(daemon_set) {
            for name in step.targets.iter().filter(|name| !self.world.is_known(name)) {
                unknown(step, "any component", name.as_str(), report);
            }
        }
    }

    /// A transition starts at the oldest of its targets, or where an earlier transition of the same
    /// step has brought them.
    fn starts(
        &self,
        step: &Step,
        earlier: &[Change<'_>],
        change: &Change<'a>,
        report: &mut Report,
    ) {
        let component = change.transition.component;
        let before = earlier.iter().rfind(|earlier| earlier.transition.component == component);
        let targets = change.instances.iter().flatten();
        let oldest: Option<&ComponentVersion> = before.map_or_else(
            || targets.map(|instance| self.world.version(*instance)).min(),
            |earlier| Some(&earlier.transition.to),
        );
        path::from(step, change.transition, oldest, report);
    }

    /// Moves one instance, and looks. Whether it was a kubelet that changed its minor.
    fn one(&mut self, step: &Step, change: &Change<'a>, id: usize, report: &mut Report) -> bool {
        if self.world.runs(id, change.to) {
            return false;
        }
        let component = change.transition.component;
        let name = self.world.name(id);
        let mut minor_changes = false;
        match (self.world.version(id), &change.transition.to) {
            (ComponentVersion::Etcd(from), ComponentVersion::Etcd(to)) => {
                path::one_etcd_minor(step, change.transition, (from, name), report);
                self.etcd.member(step, (from, to), name, &self.world, report);
                self.counted.etcd_restarts += 1;
            }
            (ComponentVersion::Kubernetes(from), ComponentVersion::Kubernetes(to)) => {
                path::one_move(step, component, (from, to), name, report);
                minor_changes = from.minor() != to.minor();
                if component == Component::KubeApiserver {
                    self.etcd.apiserver(step, to, &self.world, report);
                    self.kubelet_window(step, to, report);
                }
            }
            // A version of the wrong sort; the document check says so.
            _ => return false,
        }
        if component == Component::Kubectl {
            self.counted.client_upgrades += 1;
        }
        self.world.set(id, change.to);
        if minor_changes {
            self.skew.moved(&self.world, step, component, id, report);
        }
        minor_changes && component == Component::Kubelet
    }

    /// kubeadm refuses the first node of a hop while a kubelet is older than it accepts. Where the
    /// policy forbids such a kubelet too, it is reported as that.
    fn kubelet_window(&self, step: &Step, to: &KubernetesVersion, report: &mut Report) {
        let first = self.world.apiservers().all(|apiserver| apiserver.minor() < to.minor());
        if self.world.provider != Provider::Kubeadm || !first {
            return;
        }
        let max_older = self.tool.kubelet_max_older(to.minor());
        let refused = self.world.minors(Component::Kubelet).iter().find(|(kubelet, _)| {
            kubelet.behind(to.minor()) > i64::from(max_older)
                && self.policy.kubelet.excess(*kubelet, to.minor()).is_none()
        });
        if let Some((kubelet, count)) = refused {
            report.add(Code::KubeadmKubelets, Place::Step(step.id), || {
                [
                    format!(
                        "kubeadm {} accepts kubelets up to {max_older} minors older; {count} are at {kubelet}",
                        to.minor()
                    ),
                    "move these kubelets before this hop".to_owned(),
                ]
            });
        }
    }
}

/// Each name is reported once, whichever component is looked for.
fn unknown(step: &Step, component: &str, name: &str, report: &mut Report) {
    let severity = Code::UnknownTarget.entry().severity;
    let at = step.targets.iter().position(|target| target.as_str() == name);
    let detail = at.unwrap_or_default() as u64;
    report.add_as(severity, Code::UnknownTarget, Place::Step(step.id), detail, || {
        [
            format!("`{name}` is no instance of {component} in the initial state"),
            "name instances as the initial state does".to_owned(),
        ]
    });
}
