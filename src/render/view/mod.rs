//! What a document shows, finished: sorted, counted, grouped and cited. A template lays it out and
//! decides nothing.
//!
//! No field is optional: a template that prints an absent value fails, so an absent text is empty
//! and an absent list has no entries.

mod calendar;
mod chart;
mod explain;
mod hop;
mod names;
mod place;
mod resumed;
mod signed;
mod sources;
mod step;
mod ticket;

pub use calendar::Calendar;
pub use calendar::CalendarRow;
pub use calendar::FreezeRow;
pub use chart::Bar;
pub use chart::Chart;
pub use chart::Tick;
pub use explain::Explanation;
pub use explain::Neighbour;
pub use hop::Count;
pub use hop::CoveredView;
pub use hop::HazardGroup;
pub use hop::HazardView;
pub use hop::HopView;
pub use hop::MatrixRow;
pub use hop::RuledOutView;
pub use hop::StepLink;
pub use names::NameList;
pub use names::Names;
pub use resumed::Over;
pub use resumed::Resumed;
pub use resumed::TakenUp;
pub use signed::Signed;
pub use sources::Citation;
pub use sources::Source;
pub use step::Block;
pub use step::Check;
pub use step::PoolRow;
pub use step::ReasonView;
pub use step::RollbackView;
pub use step::Script;
pub use step::Time;
pub use step::TransitionView;
pub use ticket::Affected;
pub use ticket::PoolView;
pub use ticket::ProvenanceView;
pub use ticket::Risk;
pub use ticket::StepRef;
pub use ticket::Totals;
pub use ticket::Verification;

pub(super) use step::clock;

use serde::Serialize;

use crate::plan::Assumption;
use crate::plan::Plan;

use super::Options;
use super::ScheduleView;
use names::Lists;
use place::Places;
use sources::Sources;

/// The whole runbook.
#[derive(Debug, Serialize)]
pub struct Runbook<'a> {
    /// The name of the plan.
    pub name: &'a str,
    /// The digest of the plan.
    pub digest: String,
    /// The cluster, as far as the name of the plan tells.
    pub cluster: &'a str,
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
    /// `every-hop` or `min-drains`.
    pub strategy: &'static str,
    /// `kubeadm` or `manual`.
    pub provider: &'static str,
    /// `stacked` or `external`.
    pub etcd_topology: &'static str,
    /// The plan in numbers.
    pub totals: Totals,
    /// Work of the whole plan, soaks apart.
    pub time: Time,
    /// Soaks of the whole plan, `h:mm`; empty where there is none.
    pub soak: String,
    /// What the plan disturbs, and where it cannot be taken back.
    pub risk: Risk,
    /// What is touched.
    pub affected: Affected<'a>,
    /// Where the plan was taken up again; nothing where it was not.
    pub resumed: Resumed<'a>,
    /// What the plan was made from.
    pub provenance: ProvenanceView<'a>,
    /// What the verifier said, if it was asked.
    pub verification: Verification<'a>,
    /// When it can happen, if that was asked for.
    pub schedule: ScheduleView,
    /// When the hops happen, where a start was given.
    pub calendar: Calendar<'a>,
    /// What is taken to hold.
    pub assumptions: &'a [Assumption],
    /// The hops.
    pub hops: Vec<HopView<'a>>,
    /// The steps after the last hop.
    pub closing: Vec<Block<'a>>,
    /// The parts of the cluster that steps act upon, in the order of the first step of each.
    pub roles: Vec<&'static str>,
    /// Every long or pooled list of names, once.
    pub lists: Vec<NameList<'a>>,
    /// Whether any list is a file that commands read.
    pub list_files: bool,
    /// Where it is all known from.
    pub sources: Vec<Source>,
}

impl<'a> Runbook<'a> {
    /// What is to do of a plan, and what is known besides it: `plan` is what `to_do` gives of `whole`.
    pub fn new(whole: &'a Plan, plan: &'a Plan, options: &Options<'a>) -> Self {
        let mut sources = Sources::default();
        let mut lists = Lists::new(plan);
        let affected = Affected::new(plan, &mut lists);
        let mut hops = hop::hops(plan, &mut lists, &mut sources);
        let mut closing = step::blocks(&plan.closing, &mut lists, &mut sources);
        let titles = lists.titles();
        let places = Places::new(&plan.initial_state);
        let mut seen = std::collections::BTreeMap::new();
        for block in hops.iter_mut().flat_map(|hop| &mut hop.blocks).chain(&mut closing) {
            block.name_lists(&titles);
            block.stand(&places);
            block.fold_repeats(&mut seen);
        }
        if let Some(record) = options.record {
            let blocks = hops.iter_mut().flat_map(|hop| &mut hop.blocks).chain(&mut closing);
            signed::sign(blocks, plan, record);
        }
        let all = hops.iter().flat_map(|hop| &hop.blocks).chain(&closing);
        let roles = place::in_order(all.flat_map(|block| block.roles.iter().copied()));
        let (time, soak) = step::time(plan.steps().map(|(_, step)| step));
        let lists = lists.finish();
        let schedule = ScheduleView::new(options.schedule);
        for hop in &mut hops {
            hop.planned = schedule.of_hop(hop.number);
        }
        Self {
            name: &plan.metadata.name,
            digest: whole.digest(),
            cluster: plan.cluster(),
            from: plan.from.to_string(),
            to: plan.to.to_string(),
            strategy: plan.strategy.name(),
            provider: plan.initial_state.provider.name(),
            etcd_topology: plan.initial_state.etcd_topology.name(),
            totals: Totals::new(plan.summary),
            time,
            soak,
            risk: Risk::new(plan),
            affected,
            resumed: Resumed::of(whole),
            provenance: ProvenanceView::new(&plan.provenance),
            verification: Verification::new(options.findings),
            schedule,
            calendar: Calendar::new(options.schedule),
            assumptions: &plan.assumptions,
            hops,
            closing,
            roles,
            list_files: lists.iter().any(|list| !list.file.is_empty()),
            lists,
            sources: sources.finish(),
        }
    }
}
