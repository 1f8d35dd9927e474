//! A path, grouped into hops and lowered to steps.

use crate::catalog::ClusterFacts;
use crate::catalog::Seen;
use crate::cluster::Provider;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::plan::Hop;
use crate::plan::KubeProxyMode;
use crate::plan::Step;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::provider::HopFrame;
use crate::provider::Site;
use crate::search::Path;
use crate::search::PathStep;
use crate::search::Problem;
use crate::search::Transition;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::Request;
use super::floors;
use super::hazards;
use super::reasons::because;
use super::reasons::plainly;
use super::roster::Roster;
use super::snapshot;
use super::steps::Writer;

/// Everything that lowering a path needs.
pub(super) struct Lowering<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) problem: &'a Problem,
    facts: &'a ClusterFacts,
    start: Roster,
    control_plane: Vec<InstanceName>,
    etcd_members: Vec<InstanceName>,
    kube_proxy: KubeProxyMode,
}

/// A lowered path.
pub(super) struct Lowered {
    pub(super) hops: Vec<Hop>,
    pub(super) closing: Vec<Step>,
    pub(super) after: Roster,
}

/// The transitions of one hop: first those that only make the cluster level.
struct Section<'a> {
    to: KubernetesVersion,
    moves: Vec<&'a PathStep>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        request: &'a Request<'a>,
        inventory: &'a Inventory,
        facts: &'a ClusterFacts,
        problem: &'a Problem,
    ) -> Self {
        Self {
            request,
            problem,
            facts,
            start: Roster::new(inventory.clone()),
            control_plane: inventory.control_plane.iter().map(|node| node.name.clone()).collect(),
            etcd_members: inventory.etcd.members.iter().map(|member| member.name.clone()).collect(),
            kube_proxy: snapshot::kube_proxy_mode(inventory),
        }
    }

    /// The start of the plan.
    pub(super) fn start(&self) -> &Roster {
        &self.start
    }

    pub(super) fn site(&self) -> Site<'_> {
        Site {
            provider: self.problem.provider,
            os: self.request.os,
            topology: self.problem.topology,
            kube_proxy: self.kube_proxy,
            control_plane: &self.control_plane,
            etcd_members: &self.etcd_members,
            packages_from: self.problem.tool.packages_from,
        }
    }

    pub(super) fn lower(&self, path: &Path) -> Result<Lowered, Diagnostic> {
        let mut roster = self.start.clone();
        let mut hops = Vec::new();
        let mut closing = Vec::new();
        let sections = self.sections(path);
        let count = sections.len();
        for (position, section) in sections.into_iter().enumerate() {
            let last = position + 1 == count;
            let (hop, end) = self.hop(position, &section, &mut roster, last)?;
            hops.push(hop);
            closing = end;
        }
        Ok(Lowered { hops, closing, after: roster })
    }

    /// The path in pieces. What is done before the first hop leads that hop; a half-done hop that is
    /// completed there is a hop of its own.
    fn sections<'p>(&self, path: &'p Path) -> Vec<Section<'p>> {
        let mut pieces: Vec<Vec<&PathStep>> = vec![Vec::new()];
        for step in &path.steps {
            if step.transition == Transition::BeginHop {
                pieces.push(Vec::new());
            } else if let Some(piece) = pieces.last_mut() {
                piece.push(step);
            }
        }
        let to = |hop: usize| self.problem.ladder.stop(hop).version.clone();
        let completes = pieces.first().is_some_and(|moves| {
            moves.iter().any(|step| {
                matches!(
                    step.transition,
                    Transition::ControlPlaneNode { .. } | Transition::ControlPlaneComponent { .. }
                )
            })
        });
        let mut sections = Vec::new();
        let mut carried = Vec::new();
        let hops = pieces.len();
        for (hop, moves) in pieces.into_iter().enumerate() {
            if hop == 0 && !completes && hops > 1 {
                carried = moves;
                continue;
            }
            let mut all = std::mem::take(&mut carried);
            all.extend(moves);
            sections.push(Section { to: to(hop), moves: all });
        }
        sections
    }

    fn hop(
        &self,
        position: usize,
        section: &Section<'_>,
        roster: &mut Roster,
        last: bool,
    ) -> Result<(Hop, Vec<Step>), Diagnostic> {
        let number = u32::try_from(position + 1).unwrap_or(u32::MAX);
        let before = snapshot::state(roster);
        let from =
            roster.inventory.oldest_apiserver().cloned().unwrap_or_else(|| section.to.clone());
        let etcd_before = roster.etcd_span().map(|(oldest, _)| oldest.clone());

        // The steps speak of the end of the hop (which kubelets may then run), so the end comes first.
        let mut after = roster.clone();
        self.moves(section, &mut after, &mut Writer::rehearsal(self))?;
        let kubelets = kubelets(&after);
        let fallback = EtcdVersion::new(EtcdMinor::new(3, 5), 0);
        let etcd_after = after.etcd_span().map_or(fallback, |(_, newest)| newest.clone());
        let coredns =
            self.request.catalog.components()?.coredns(&section.to).map(|image| image.tag);
        let start = snapshot::changes(&before, &before);
        let frame = HopFrame {
            start: &start,
            from: &from,
            to: &section.to,
            kubelets_after: &kubelets,
            etcd_after: &etcd_after,
            coredns: coredns.as_deref(),
            control_plane_moves: from != section.to,
            first: position == 0,
        };

        let mut writer = Writer::new(self, number);
        writer.push(&Act::Preflight(frame), &[], vec![plainly(RuleId::Preflight)]);
        writer.push(&Act::Gate(frame), &[], vec![plainly(RuleId::GoNoGo)]);
        self.moves(section, roster, &mut writer)?;
        writer.push(
            &Act::Validate(frame),
            &[],
            vec![because(
                RuleId::OneMinor,
                format!("{} is finished on every part before anything else starts", section.to),
            )],
        );
        writer.push(&Act::Soak(frame), &[], vec![plainly(RuleId::Soak)]);
        let steps = writer.finish();

        let mut facts = self.facts.clone();
        let entered = etcd_before.filter(|before| before.minor() < etcd_after.minor());
        facts.etcd_enters = Seen::all(entered.map(|_| etcd_after.minor()));
        let of_hop = hazards::OfHop {
            from: &from,
            to: &section.to,
            etcd: &etcd_after,
            first: position == 0,
            site: &self.site(),
            steps: &steps,
        };
        let hazards::Sorted { mut hazards, covered, ruled_out } =
            hazards::of_hop(self.request.catalog, &facts, &of_hop)?;
        for lowered in floors::lowered(self.request.catalog)? {
            lowered.warn(&steps, &mut hazards);
        }
        let hop = Hop {
            number,
            from: from.clone(),
            to: section.to.clone(),
            versions: snapshot::changes(&before, &snapshot::state(roster)),
            hazards,
            covered,
            ruled_out,
            steps,
        };
        let closing = if last { self.closing(frame) } else { Vec::new() };
        Ok((hop, closing))
    }

    fn closing(&self, frame: HopFrame<'_>) -> Vec<Step> {
        let etcd_moved =
            self.start.etcd_span().is_some_and(|(oldest, _)| oldest != frame.etcd_after);
        let stacked = self.problem.topology == crate::cluster::EtcdTopology::Stacked;
        let pinned = etcd_moved && stacked && self.problem.provider == Provider::Kubeadm;
        let mut writer = Writer::closing(self);
        writer.push(&Act::CloseValidate(frame), &[], vec![plainly(RuleId::Close)]);
        let clean_up = Act::CloseCleanUp { hop: frame, etcd_pinned: pinned };
        writer.push(&clean_up, &[], vec![plainly(RuleId::Close)]);
        writer.finish()
    }

    /// Lowers the transitions of a hop and replays them on the roster.
    fn moves(
        &self,
        section: &Section<'_>,
        roster: &mut Roster,
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        let mut control_plane_saved = false;
        let mut moves = section.moves.iter().peekable();
        while let Some(step) = moves.next() {
            let stop = &self.problem.ladder.stop(step.before.hop).version;
            match &step.transition {
                Transition::BeginHop => {}
                Transition::Etcd { to } => {
                    let next = moves.peek().map(|next| &next.transition);
                    writer.etcd(roster, to, stop, next)?;
                    control_plane_saved = false;
                }
                Transition::ControlPlaneNode { .. } => {
                    if !control_plane_saved {
                        writer.backup(roster, Component::KubeApiserver);
                        control_plane_saved = true;
                    }
                    writer.control_plane_node(roster, step, stop);
                    if step.after.control_plane_at(self.problem.ladder.stop_level(step.after.hop)) {
                        writer.addons_proof(stop)?;
                    }
                }
                Transition::ControlPlaneComponent { component, .. } => {
                    if !control_plane_saved {
                        writer.backup(roster, Component::KubeApiserver);
                        control_plane_saved = true;
                    }
                    // Consecutive nodes of one component are one step.
                    let same = |next: &&&PathStep| matches!(&next.transition, Transition::ControlPlaneComponent { component: other, .. } if other == component);
                    while moves.next_if(same).is_some() {}
                    writer.control_plane_component(roster, *component, stop);
                }
                Transition::KubeProxy => writer.kube_proxy(roster, stop)?,
                Transition::Kubelets { cohort } => writer.nodes(roster, step, cohort, stop)?,
                Transition::Clients { from } => writer.clients(roster, *from, stop),
            }
        }
        Ok(())
    }
}

/// The kubelet versions of a cluster, oldest first.
fn kubelets(roster: &Roster) -> Vec<KubernetesVersion> {
    let inventory = &roster.inventory;
    let masters = inventory.control_plane.iter().filter_map(|node| node.kubelet.clone());
    let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes);
    let mut kubelets: Vec<_> = masters.chain(workers.map(|node| node.kubelet.clone())).collect();
    kubelets.sort();
    kubelets.dedup();
    kubelets
}
