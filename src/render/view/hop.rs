//! A hop: its version matrix, its hazards and its steps.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::Covered;
use crate::plan::Hazard;
use crate::plan::HazardSeverity;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::plan::RuledOut;
use crate::plan::StepId;
use crate::plan::VersionChange;
use crate::plan::VersionCount;

use super::super::ScheduleRow;
use super::chart::Chart;
use super::names::Lists;
use super::sources::Citation;
use super::sources::Sources;
use super::step::Block;
use super::step::Time;
use super::step::blocks;
use super::step::time;

/// A hop.
#[derive(Debug, Serialize)]
pub struct HopView<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
    /// How many steps.
    pub step_count: usize,
    /// How often a node is drained.
    pub drains: usize,
    /// Work, soaks apart.
    pub time: Time,
    /// Soaks, `h:mm`; empty where there is none.
    pub soak: String,
    /// What each component runs before and after.
    pub versions: Vec<MatrixRow>,
    /// What must be settled before the hop.
    pub blockers: Vec<HazardView<'a>>,
    /// Everything else, by severity, those without an entry left out.
    pub hazards: Vec<HazardGroup<'a>>,
    /// How many stand in `hazards`.
    pub hazard_count: usize,
    /// What the plan takes care of.
    pub covered: Vec<CoveredView<'a>>,
    /// What the cluster cannot meet, by reason.
    pub ruled_out: Vec<RuledOutView<'a>>,
    /// How many that are.
    pub ruled_out_count: usize,
    /// When it is planned in each environment, if a schedule was asked for.
    pub planned: Vec<ScheduleRow>,
    /// When its steps come, in minutes of work; without a bar where there is no step.
    pub chart: Chart,
    /// The steps.
    pub blocks: Vec<Block<'a>>,
}

/// What a component runs.
#[derive(Debug, Serialize)]
pub struct MatrixRow {
    /// The component.
    pub component: &'static str,
    /// Before.
    pub before: Vec<Count>,
    /// After.
    pub after: Vec<Count>,
    /// Whether the two differ.
    pub changes: bool,
}

/// How many instances run a version.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The version.
    pub version: String,
    /// How many.
    pub count: u64,
}

/// Hazards of one severity.
#[derive(Debug, Serialize)]
pub struct HazardGroup<'a> {
    /// `action-required`, `warning` or `info`.
    pub severity: &'static str,
    /// The hazards, by component.
    pub hazards: Vec<HazardView<'a>>,
}

/// A hazard.
#[derive(Debug, Serialize)]
pub struct HazardView<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its anchor; a hazard that comes back has one in each hop.
    pub anchor: String,
    /// The part that it concerns.
    pub component: &'a str,
    /// What it is.
    pub title: &'a str,
    /// Whom it concerns; empty where everybody.
    pub when: &'a str,
    /// What breaks.
    pub breaks: &'a str,
    /// The command that finds out; empty where there is none.
    pub command: &'a str,
    /// What its answer means; empty where there is no command.
    pub meaning: &'a str,
    /// What to do.
    pub remedy: &'a str,
    /// Where it is known from.
    pub sources: Vec<Citation>,
    /// Whether a source confirms it.
    pub verified: bool,
    /// The hop that tells the same in full; 0 where it is told here.
    pub told_in_hop: u32,
    /// Its anchor there.
    pub told_at: String,
}

/// A hazard that the plan takes care of.
#[derive(Debug, Serialize)]
pub struct CoveredView<'a> {
    /// Its name.
    pub id: &'a str,
    /// What it is.
    pub title: &'a str,
    /// What the plan does about it.
    pub how: &'a str,
    /// The steps that do it, and where they stand.
    pub steps: Vec<StepLink>,
}

/// A step and where it stands.
#[derive(Debug, Serialize)]
pub struct StepLink {
    /// The step.
    pub id: String,
    /// Its anchor.
    pub anchor: String,
}

/// Hazards that are ruled out for one reason.
#[derive(Debug, Serialize)]
pub struct RuledOutView<'a> {
    /// The reason.
    pub because: &'a str,
    /// The hazards.
    pub ids: Vec<&'a str>,
}

pub(super) fn hops<'a>(
    plan: &'a Plan,
    lists: &mut Lists<'a>,
    sources: &mut Sources,
) -> Vec<HopView<'a>> {
    let mut told: BTreeMap<&'a str, (&'a Hazard, u32)> = BTreeMap::new();
    plan.hops.iter().map(|hop| HopView::new(hop, &mut told, lists, sources)).collect()
}

impl<'a> HopView<'a> {
    fn new(
        hop: &'a Hop,
        told: &mut BTreeMap<&'a str, (&'a Hazard, u32)>,
        lists: &mut Lists<'a>,
        sources: &mut Sources,
    ) -> Self {
        let mut sorted: Vec<&Hazard> = hop.hazards.iter().collect();
        sorted.sort_by(|left, right| {
            let key = |hazard: &'a Hazard| (hazard.severity, &hazard.component, &hazard.id);
            key(left).cmp(&key(right))
        });
        let mut blockers = Vec::new();
        let mut hazards: Vec<HazardGroup<'a>> = Vec::new();
        for hazard in sorted {
            let view = HazardView::new(hazard, hop.number, told, sources);
            let severity = match hazard.severity {
                HazardSeverity::Blocker => {
                    blockers.push(view);
                    continue;
                }
                HazardSeverity::ActionRequired => "action-required",
                HazardSeverity::Warning => "warning",
                HazardSeverity::Info => "info",
            };
            match hazards.last_mut() {
                Some(group) if group.severity == severity => group.hazards.push(view),
                _ => hazards.push(HazardGroup { severity, hazards: vec![view] }),
            }
        }
        let blocks = blocks(&hop.steps, lists, sources);
        let (time, soak) = time(hop.steps.iter());
        Self {
            number: hop.number,
            from: hop.from.to_string(),
            to: hop.to.to_string(),
            step_count: hop.steps.len(),
            drains: blocks.iter().map(Block::drains).sum(),
            time,
            soak,
            versions: hop.versions.iter().map(MatrixRow::new).collect(),
            blockers,
            hazard_count: hazards.iter().map(|group| group.hazards.len()).sum(),
            hazards,
            covered: hop.covered.iter().map(CoveredView::new).collect(),
            ruled_out: ruled_out(&hop.ruled_out),
            ruled_out_count: hop.ruled_out.len(),
            planned: Vec::new(),
            chart: Chart::of_work(&blocks),
            blocks,
        }
    }
}

impl MatrixRow {
    fn new(change: &VersionChange) -> Self {
        let VersionChange { component, before, after } = change;
        let counts = |counts: &[VersionCount]| -> Vec<Count> {
            let count = |count: &VersionCount| Count {
                version: count.version.to_string(),
                count: count.count,
            };
            counts.iter().map(count).collect()
        };
        Self {
            component: component.name(),
            before: counts(before),
            after: counts(after),
            changes: before != after,
        }
    }
}

impl<'a> HazardView<'a> {
    fn new(
        hazard: &'a Hazard,
        hop: u32,
        told: &mut BTreeMap<&'a str, (&'a Hazard, u32)>,
        sources: &mut Sources,
    ) -> Self {
        // Some hazards come back on every hop: told once, checked each time.
        let (told_in_hop, told_at) = match told.get(hazard.id.as_str()) {
            Some((before, hop)) if *before == hazard => (*hop, anchor(*hop, &hazard.id)),
            _ => {
                told.insert(&hazard.id, (hazard, hop));
                (0, String::new())
            }
        };
        let detect = hazard.detect.as_ref();
        Self {
            id: &hazard.id,
            anchor: anchor(hop, &hazard.id),
            component: &hazard.component,
            title: &hazard.title,
            when: hazard.when.as_deref().unwrap_or_default(),
            breaks: &hazard.breaks,
            command: detect.map_or("", |detect| &detect.command),
            meaning: detect.map_or("", |detect| &detect.meaning),
            remedy: &hazard.remedy,
            sources: if told_in_hop == 0 { sources.cite_all(&hazard.source) } else { Vec::new() },
            verified: hazard.verified,
            told_in_hop,
            told_at,
        }
    }
}

impl<'a> CoveredView<'a> {
    fn new(covered: &'a Covered) -> Self {
        let Covered { id, title, how, steps } = covered;
        let link = |step: &StepId| {
            let id = step.to_string();
            StepLink { anchor: super::step::anchor(&id), id }
        };
        Self { id, title, how, steps: steps.iter().map(link).collect() }
    }
}

fn anchor(hop: u32, id: &str) -> String {
    let id: String =
        id.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
    format!("hazard-{hop}-{id}")
}

fn ruled_out(entries: &[RuledOut]) -> Vec<RuledOutView<'_>> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        reasons.entry(&entry.because).or_default().push(&entry.id);
    }
    for ids in reasons.values_mut() {
        ids.sort_unstable();
    }
    reasons.into_iter().map(|(because, ids)| RuledOutView { because, ids }).collect()
}
