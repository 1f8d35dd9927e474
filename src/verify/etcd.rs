//! etcd: one minor at a time, from its floor, all members together, in steps of its own before the
//! API servers, with a backup in front and a soak behind.

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::diagnostic::Severity;
use crate::plan::Step;
use crate::plan::StepKind;
use crate::policy::ToolRules;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::codes::Code;
use super::facts::Facts;
use super::report::Place;
use super::report::Report;
use super::world::World;

/// When a kube-apiserver has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    Never,
    Before,
    InThisHop,
}

/// What the checks of etcd remember from step to step.
pub(super) struct Etcd<'a> {
    facts: &'a dyn Facts,
    tool: &'a ToolRules,
    topology: EtcdTopology,
    /// Whether there is a backup that no change of etcd has made stale, from this hop.
    backed_up: bool,
    /// The minor that must be watched before anything else changes.
    owed: Option<EtcdMinor>,
    /// Where the members are rolling to; a further step to it continues the same change.
    rolling: Option<&'a EtcdVersion>,
    /// When a kube-apiserver has moved last.
    moved: Moved,
    /// Whether the minimum was reported in this hop.
    minimum_reported: bool,
    /// How often etcd as a whole changed its version.
    upgrades: u64,
}

impl<'a> Etcd<'a> {
    pub(super) fn new(facts: &'a dyn Facts, tool: &'a ToolRules, topology: EtcdTopology) -> Self {
        Self {
            facts,
            tool,
            topology,
            backed_up: false,
            owed: None,
            rolling: None,
            moved: Moved::Never,
            minimum_reported: false,
            upgrades: 0,
        }
    }

    /// How often etcd as a whole changed its version.
    pub(super) fn upgrades(&self) -> u64 {
        self.upgrades
    }

    /// The plan was taken up again: what was saved, watched or moved before is of another day. Members
    /// that were rolling to a version go on.
    pub(super) fn resume(&mut self) {
        let Self { facts, tool, topology, rolling, upgrades, .. } = *self;
        *self = Self { rolling, upgrades, ..Self::new(facts, tool, topology) };
    }

    /// A hop wants a backup of its own: days may lie between two hops.
    pub(super) fn start_hop(&mut self) {
        self.backed_up = false;
        self.rolling = None;
        if self.moved == Moved::InThisHop {
            self.moved = Moved::Before;
        }
        self.minimum_reported = false;
    }

    /// Looks at a step before its first move.
    pub(super) fn step(&mut self, step: &'a Step, world: &World<'_>, report: &mut Report) {
        match step.kind {
            StepKind::Backup => self.backed_up = true,
            StepKind::Soak => self.owed = None,
            _ => {}
        }
        if step.transitions.is_empty() {
            return;
        }
        let target = step.transitions.iter().find_map(|transition| transition.to.etcd());
        let moves = |component| step.transitions.iter().any(|at| at.component == component);
        let apiserver = moves(Component::KubeApiserver);
        let continues = target.is_some() && target == self.rolling;
        self.soaked(step, continues, report);
        if !continues && (target.is_some() || apiserver) {
            self.backup(step, target.is_some(), report);
        }
        if let Some(target) = target {
            self.known_bad(step, report);
            let placed = self.order(step, target, apiserver, world, report);
            self.upgrades += u64::from(!continues);
            self.rolling = Some(target);
            // A step that is out of place is reported as that; where it belongs it has its backup.
            self.backed_up &= !placed;
        }
        if apiserver {
            self.moved = Moved::InThisHop;
        }
    }

    /// A new minor is watched before anything else changes.
    fn soaked(&mut self, step: &Step, continues: bool, report: &mut Report) {
        if continues {
            return;
        }
        if let Some(minor) = self.owed.take() {
            report.add(Code::NoSoak, Place::Step(step.id), || {
                [
                    format!("etcd has entered {minor}, and the next change follows without a soak"),
                    "add a soak step after the last member".to_owned(),
                ]
            });
        }
    }

    /// The plan ends: a new minor must have been watched.
    pub(super) fn end(&mut self, report: &mut Report) {
        if let Some(minor) = self.owed.take() {
            report.add(Code::NoSoak, Place::Final, || {
                [
                    format!("etcd has entered {minor}, and the plan ends without a soak"),
                    "add a soak step after the last member".to_owned(),
                ]
            });
        }
    }

    /// A backup stands in front of each change of etcd, and of the first kube-apiserver after it.
    fn backup(&mut self, step: &Step, etcd: bool, report: &mut Report) {
        if self.backed_up {
            return;
        }
        report.add(Code::NoBackup, Place::Step(step.id), || {
            let what = if etcd { "etcd changes" } else { "a kube-apiserver changes" };
            [
                format!("{what} without a backup in this hop since the last change of etcd"),
                "add a backup step in front".to_owned(),
            ]
        });
        self.backed_up = true;
    }

    /// A plan never stops at a release that is marked `avoid`.
    fn known_bad(&self, step: &Step, report: &mut Report) {
        let stops = step.transitions.iter().filter_map(|transition| transition.to.etcd());
        for version in stops {
            if let Some(avoid) = self.facts.avoid_etcd(version) {
                let new = report.add(Code::EtcdKnownBad, Place::Step(step.id), || {
                    [
                        format!("etcd {version} is known to be bad ({}): {}", avoid.id, avoid.what),
                        "take another patch of the same minor".to_owned(),
                    ]
                });
                if new && !avoid.source.is_empty() {
                    report.source(&avoid.source);
                }
            }
        }
    }

    /// etcd changes in a step of its own, before the API servers of its hop. A half-finished hop
    /// that the plan found may be met by members that are brought level, to a minor that one of them
    /// runs already. Whether the step is in its place.
    fn order(
        &self,
        step: &Step,
        target: &EtcdVersion,
        apiserver: bool,
        world: &World<'_>,
        report: &mut Report,
    ) -> bool {
        let place = Place::Step(step.id);
        if apiserver {
            report.add(Code::EtcdTogether, place, || {
                [
                    "etcd and kube-apiserver change in one step".to_owned(),
                    "give etcd a step of its own in front, so that it is clear what broke"
                        .to_owned(),
                ]
            });
            return false;
        }
        let half_way = world.minors(Component::KubeApiserver).distinct() > 1;
        let levels =
            self.moved == Moved::Never && world.members().any(|at| at.minor() == target.minor());
        let halved = half_way && !levels;
        if halved {
            report.add(Code::EtcdHalfWay, place, || {
                [
                    "etcd changes while kube-apiservers of two minors run".to_owned(),
                    "finish the control plane first, or move etcd before it".to_owned(),
                ]
            });
        } else if self.moved == Moved::InThisHop {
            report.add(Code::EtcdLate, place, || {
                [
                    "etcd changes after the kube-apiservers of its hop".to_owned(),
                    "move the step before the first kube-apiserver, or into the next hop"
                        .to_owned(),
                ]
            });
        }
        !halved && self.moved != Moved::InThisHop
    }

    /// Looks at one member before it moves.
    pub(super) fn member(
        &mut self,
        step: &Step,
        (from, to): (&EtcdVersion, &EtcdVersion),
        name: &str,
        world: &World<'_>,
        report: &mut Report,
    ) {
        let place = Place::Step(step.id);
        if to < from {
            report.add(Code::EtcdDowngrade, place, || {
                [
                    format!("etcd member `{name}` goes from {from} back to {to}"),
                    "a plan never lowers etcd; leave the member where it is".to_owned(),
                ]
            });
            return;
        }
        if to.minor() == from.minor() {
            return;
        }
        self.owed = Some(to.minor());
        if to.minor() > from.minor().next() {
            report.add(Code::EtcdSkippedMinor, place, || {
                [
                    format!("etcd member `{name}` goes from {from} to {to}"),
                    format!("stop at a patch of {} first", from.minor().next()),
                ]
            });
            return;
        }
        // The conditions of a minor hold for the moment when its first member arrives; where one was
        // there before the plan, the floor still holds for those that follow.
        let (mut oldest, mut newest) = (from, from);
        if world.members().all(|member| member.minor() < to.minor()) {
            oldest = world.members().min().unwrap_or(from);
            newest = world.members().max().unwrap_or(from);
        }
        self.entry(step, to, (oldest, newest), report);
    }

    /// Every member is at the floor, and all are on one version, when the first enters a minor.
    fn entry(
        &self,
        step: &Step,
        to: &EtcdVersion,
        (oldest, newest): (&EtcdVersion, &EtcdVersion),
        report: &mut Report,
    ) {
        let place = Place::Step(step.id);
        if let Some(floor) = self.facts.etcd_floor(to.minor()).filter(|floor| oldest < floor) {
            let added = report.add(Code::EtcdFloor, place, || {
                [
                    format!("etcd {} is entered from {oldest}; it requires {floor}", to.minor()),
                    format!("bring every member to {floor} or a later patch first"),
                ]
            });
            if added && let Some(file) = self.facts.etcd_floor_decided_by(to.minor()) {
                report.source(&file);
            }
        }
        if oldest != newest {
            report.add(Code::EtcdMixed, place, || {
                [
                    format!("etcd {} is entered from {oldest} and {newest}", to.minor()),
                    "bring every member to one version first".to_owned(),
                ]
            });
        }
    }

    /// An etcd of a newer minor than the release works with. What kubeadm or data of the user's own are
    /// certain of is an error; what is only derived is a warning.
    fn too_new(&self, step: &Step, to: &KubernetesVersion, world: &World<'_>, report: &mut Report) {
        let Some(newest) = world.members().max() else { return };
        let (before, from) = self.tool.stacked_etcd_flags_before;
        let own = world.provider == Provider::Kubeadm && self.topology == EtcdTopology::Stacked;
        let refused = own && to.minor() < before && newest.minor() >= from;
        let ceiling = self.facts.etcd_ceiling(to.minor());
        let beyond = ceiling.filter(|(ceiling, _)| newest.minor() > *ceiling);
        let certain = refused || beyond.is_some_and(|(_, verified)| verified);
        if !refused && beyond.is_none() {
            return;
        }
        let severity = if certain { Severity::Error } else { Code::EtcdTooNew.entry().severity };
        report.add_as(severity, Code::EtcdTooNew, Place::Step(step.id), 0, || {
            let message = match beyond {
                _ if refused => format!(
                    "kubeadm {} writes flags that etcd {from} refuses, and a member runs {newest}",
                    to.minor()
                ),
                Some((ceiling, _)) => format!(
                    "{} is known to work with etcd {ceiling} at most, and a member runs {newest}",
                    to.minor()
                ),
                None => String::new(),
            };
            let help = "check what etcd runs; what works is listed by `kubehop catalog show etcd`";
            [message, help.to_owned()]
        });
    }

    /// Looks at etcd before a kube-apiserver moves: kubeadm refuses what is below its minimum, and
    /// would itself move a stacked etcd that is older than its default.
    pub(super) fn apiserver(
        &mut self,
        step: &Step,
        to: &KubernetesVersion,
        world: &World<'_>,
        report: &mut Report,
    ) {
        let Some(oldest) = world.members().min() else { return };
        let first = world.apiservers().all(|apiserver| apiserver.minor() < to.minor());
        if first {
            self.too_new(step, to, world, report);
        }
        if world.provider != Provider::Kubeadm || self.minimum_reported {
            return;
        }
        let stacked = self.topology == EtcdTopology::Stacked;
        let (from, flags) = self.tool.stacked_etcd_from;
        let flags = (stacked && to.minor() >= from).then(|| EtcdVersion::new(flags, 0));
        let minimum = self.facts.etcd_minimum(to, self.topology).max(flags);
        // An external etcd that serves API servers of the minor already is past the question.
        let asked = stacked || first;
        if let Some(minimum) = minimum.filter(|minimum| asked && oldest < minimum) {
            self.minimum_reported = true;
            report.add(Code::EtcdMinimum, Place::Step(step.id), || {
                [
                    format!("{to} requires etcd {minimum}, but a member runs {oldest}"),
                    "move etcd before the first kube-apiserver of this hop".to_owned(),
                ]
            });
        }
        let default = self.facts.etcd_default(to).filter(|default| oldest < default);
        if let Some(default) = default.filter(|_| stacked && first) {
            report.add(Code::EtcdDefault, Place::Step(step.id), || {
                [
                    format!("kubeadm deploys etcd {default} with {to}, but a member runs {oldest}"),
                    "move etcd before the API servers, or kubeadm moves it together with them"
                        .to_owned(),
                ]
            });
        }
    }
}
