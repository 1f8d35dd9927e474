//! Steps as the operator meets them: alike steps of many pools are one procedure and a table.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::Command;
use crate::plan::Disruption;
use crate::plan::Duration;
use crate::plan::Step;
use crate::plan::StepKind;

use super::super::text::steps as ids;
use super::names::Lists;
use super::names::Names;
use super::signed::Signed;
use super::sources::Citation;
use super::sources::Sources;

/// What stands for the pool where a procedure is for several.
const POOL: &str = "$POOL";

/// One procedure: a step, or consecutive steps that differ in their pool only.
#[derive(Debug, Serialize)]
pub struct Block<'a> {
    /// Its anchor: that of the first step.
    pub anchor: String,
    /// The anchors of the other steps.
    pub more_anchors: Vec<String>,
    /// The first step.
    pub first: String,
    /// The last step; the first again where there is but one.
    pub last: String,
    /// All of them: `1.03`, or `1.03 to 1.05`.
    pub ids: String,
    /// How many steps.
    pub count: usize,
    /// What is done.
    pub title: String,
    /// What sort of act it is.
    pub kind: &'static str,
    /// The lead component; empty for preflight and gates.
    pub component: &'static str,
    /// The versions that change.
    pub transitions: Vec<TransitionView>,
    /// The instances that are acted upon; of a pooled block, of all its pools.
    pub target_count: usize,
    /// The instances that are acted upon; empty for a pooled block.
    pub targets: Names<'a>,
    /// The parts of the cluster that it acts upon: `etcd`, `control plane`, `workers`, `clients` or
    /// `whole cluster`.
    pub roles: Vec<&'static str>,
    /// The hosts that it names, without those of lists in the appendix.
    pub hosts: Vec<&'a str>,
    /// One row for each step of a pool; empty for other steps.
    pub pools: Vec<PoolRow<'a>>,
    /// Why it stands here.
    pub because: Vec<ReasonView>,
    /// What is typed, each text on its own.
    pub scripts: Vec<Script<'a>>,
    /// What must hold afterwards.
    pub checkpoints: Vec<Check<'a>>,
    /// When to stop.
    pub abort: String,
    /// The way back.
    pub rollback: RollbackView<'a>,
    /// `none`, `control-plane`, `drain` or `client`.
    pub disruption: &'static str,
    /// How long it takes, all pools together.
    pub time: Time,
    /// Who signed it; of several pools, see their rows.
    pub signed: Signed,
}

/// A step of one pool.
#[derive(Debug, Serialize)]
pub struct PoolRow<'a> {
    /// The step.
    pub id: String,
    /// The pool.
    pub pool: &'a str,
    /// The shell assignment that selects it.
    pub assignment: String,
    /// Its nodes.
    pub nodes: Names<'a>,
    /// The lead component's version before.
    pub from: String,
    /// How many at once; 0 where the plan does not say.
    pub size: u64,
    /// How many go first, one by one.
    pub canary: u64,
    /// How long it takes.
    pub time: Time,
    /// Who signed it.
    pub signed: Signed,
}

/// Components that go from one version to another together.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TransitionView {
    /// The components, in the order in which they move.
    pub components: Vec<&'static str>,
    /// Before: the oldest, where targets differ.
    pub from: String,
    /// After.
    pub to: String,
}

/// Why a step stands where it stands.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// The rule.
    pub rule: String,
    /// The rule applied to this step.
    pub text: String,
    /// Where it is known from.
    pub sources: Vec<Citation>,
}

/// What is typed at once: what a person must see before the next one stands between two of them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Script<'a> {
    /// `operator`, `each target` or `host`.
    pub place: &'static str,
    /// The host, where `place` is `host`; empty otherwise.
    pub host: &'a str,
    /// The text.
    pub run: String,
    /// What must be seen before the next one is typed; empty where an end without an error is enough.
    pub expect: String,
    /// The step that types the same long text first; empty where this is the first, or it is short.
    pub same_as: String,
}

/// Texts of at least this many lines are folded where they are repeated.
const LONG: usize = 15;

/// What must hold.
#[derive(Debug, Serialize)]
pub struct Check<'a> {
    /// A stable name inside the step.
    pub id: &'a str,
    /// What is looked at.
    pub title: String,
    /// How.
    pub run: &'a str,
    /// The answer that lets the upgrade go on.
    pub expect: String,
    /// Whether `expect` is the answer itself, to the letter, rather than a sentence about it.
    pub literal: bool,
}

/// An answer such as `[]` or `true` is shown as code, a sentence as text.
fn is_literal(expect: &str) -> bool {
    !expect.contains('`')
        && (expect.starts_with(['[', '{', '"']) || !expect.contains(char::is_whitespace))
}

/// The way back.
#[derive(Debug, Serialize)]
pub struct RollbackView<'a> {
    /// Whether there is one short of a restore.
    pub possible: bool,
    /// The point of no return.
    pub until: String,
    /// What is typed.
    pub scripts: Vec<Script<'a>>,
    /// What cannot be typed; may be empty.
    pub text: String,
}

/// A duration as `h:mm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Time {
    /// When everything goes well.
    pub low: String,
    /// What to expect.
    pub likely: String,
    /// When it is hard, but still works.
    pub high: String,
    /// What to expect, in minutes.
    pub minutes: u64,
}

impl Time {
    fn sum<'s>(steps: impl Iterator<Item = &'s Step>) -> Self {
        let sum = steps.fold(Duration::default(), |sum, step| sum.plus(step.duration));
        let Duration { low, likely, high } = sum;
        Self { low: clock(low), likely: clock(likely), high: clock(high), minutes: likely }
    }
}

/// Minutes as `h:mm`.
pub(in crate::render) fn clock(minutes: u64) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// The work of some steps, and the likely length of their soaks, empty where there is none.
pub(super) fn time<'s>(steps: impl Iterator<Item = &'s Step>) -> (Time, String) {
    let (soaks, work): (Vec<&Step>, Vec<&Step>) =
        steps.partition(|step| step.kind == StepKind::Soak);
    let soak = soaks.iter().fold(0, |sum: u64, step| sum.saturating_add(step.duration.likely));
    (Time::sum(work.into_iter()), if soak == 0 { String::new() } else { clock(soak) })
}

pub(super) fn anchor(id: &str) -> String {
    format!("step-{}", id.replace('.', "-"))
}

/// The text with the pool's name, where it stands as code, replaced by what stands for any pool.
fn any_pool(text: &str, step: &Step) -> String {
    match &step.pool {
        Some(pool) => text.replace(&format!("`{pool}`"), &format!("`{POOL}`")),
        None => text.to_owned(),
    }
}

/// The line that sets the variables of a pool's procedure, where a step has one.
fn assignment(step: &Step) -> Option<&str> {
    let first = &step.commands.first()?.run;
    let sets = step.pool.is_some()
        && (first.starts_with("POOL=") || first.starts_with("export POOL="))
        && !first.trim_end().contains('\n');
    sets.then_some(first.trim_end())
}

/// The file that the commands of a pool read its nodes from.
fn list_file(step: &Step) -> Option<String> {
    let words = shlex::split(assignment(step)?)?;
    words.iter().find_map(|word| word.strip_prefix("LIST=").map(str::to_owned))
}

/// The commands without that line.
fn procedure(step: &Step) -> &[Command] {
    if assignment(step).is_some() { &step.commands[1..] } else { &step.commands }
}

/// Whether two steps are one procedure: equal but for id, title, pool, targets, batch and time.
fn alike(left: &Step, right: &Step) -> bool {
    let same = |one: &str, two: &str| one == two || any_pool(one, left) == any_pool(two, right);
    left.pool.is_some()
        && right.pool.is_some()
        && left.kind == right.kind
        && left.component == right.component
        && left.disruption == right.disruption
        && procedure(left) == procedure(right)
        && left.checkpoints.len() == right.checkpoints.len()
        && left.checkpoints.iter().zip(&right.checkpoints).all(|(one, two)| {
            one.id == two.id
                && one.run == two.run
                && same(&one.title, &two.title)
                && same(&one.expect, &two.expect)
        })
        && same(&left.abort, &right.abort)
        && left.rollback.possible == right.rollback.possible
        && left.rollback.commands == right.rollback.commands
        && same(&left.rollback.until, &right.rollback.until)
        && same(
            left.rollback.text.as_deref().unwrap_or_default(),
            right.rollback.text.as_deref().unwrap_or_default(),
        )
        && left.because.len() == right.because.len()
        && left.because.iter().zip(&right.because).all(|(one, two)| {
            one.rule == two.rule && one.source == two.source && same(&one.text, &two.text)
        })
        && left.transitions.len() == right.transitions.len()
        && left
            .transitions
            .iter()
            .zip(&right.transitions)
            .all(|(one, two)| one.component == two.component && one.to == two.to)
}

/// The steps of a hop as blocks, in order.
pub(super) fn blocks<'a>(
    steps: &'a [Step],
    lists: &mut Lists<'a>,
    sources: &mut Sources,
) -> Vec<Block<'a>> {
    steps.chunk_by(alike).map(|steps| Block::new(steps, lists, sources)).collect()
}

impl<'a> Block<'a> {
    pub(super) fn new(steps: &'a [Step], lists: &mut Lists<'a>, sources: &mut Sources) -> Self {
        let (first, last) = (&steps[0], &steps[steps.len() - 1]);
        let several = steps.len() > 1;
        let text = |text: &str| if several { any_pool(text, first) } else { text.to_owned() };
        let id = first.id.to_string();
        let pools: Vec<_> = steps.iter().filter_map(|step| PoolRow::new(step, lists)).collect();
        let targets = if pools.is_empty() {
            let what = first.component.map_or("targets", |component| component.name());
            lists.plain(what, &first.targets, Some(&id))
        } else {
            Names::default()
        };
        Self {
            anchor: anchor(&id),
            more_anchors: steps[1..].iter().map(|step| anchor(&step.id.to_string())).collect(),
            first: id,
            last: last.id.to_string(),
            ids: ids(&steps.iter().map(|step| step.id).collect::<Vec<_>>()),
            count: steps.len(),
            title: title(steps),
            kind: first.kind.name(),
            component: first.component.map_or("", |component| component.name()),
            transitions: transitions(steps),
            target_count: steps.iter().map(|step| step.targets.len()).sum(),
            targets,
            roles: Vec::new(),
            hosts: Vec::new(),
            pools,
            because: first
                .because
                .iter()
                .map(|reason| ReasonView {
                    rule: reason.rule.clone(),
                    text: text(&reason.text),
                    sources: sources.cite(&reason.source),
                })
                .collect(),
            scripts: scripts(procedure(first)),
            checkpoints: first
                .checkpoints
                .iter()
                .map(|check| Check {
                    id: &check.id,
                    title: text(&check.title),
                    run: &check.run,
                    expect: text(&check.expect),
                    literal: is_literal(&check.expect),
                })
                .collect(),
            abort: text(&first.abort),
            rollback: RollbackView {
                possible: first.rollback.possible,
                until: text(&first.rollback.until),
                scripts: scripts(&first.rollback.commands),
                text: text(first.rollback.text.as_deref().unwrap_or_default()),
            },
            disruption: first.disruption.name(),
            time: Time::sum(steps.iter()),
            signed: Signed::open(),
        }
    }

    /// Whether pods move.
    pub(super) fn drains(&self) -> usize {
        if self.disruption == Disruption::Drain.name() { self.target_count } else { 0 }
    }

    /// Marks long texts that an earlier step types already.
    pub(super) fn fold_repeats(&mut self, seen: &mut BTreeMap<String, String>) {
        let long = |script: &&mut Script<'_>| script.run.lines().count() >= LONG;
        for script in self.scripts.iter_mut().filter(long) {
            match seen.get(&script.run) {
                Some(first) => script.same_as.clone_from(first),
                None => _ = seen.insert(script.run.clone(), self.first.clone()),
            }
        }
    }

    /// Writes the names of the lists where they are referred to.
    pub(super) fn name_lists(&mut self, titles: &BTreeMap<String, String>) {
        let rows = self.pools.iter_mut().map(|row| &mut row.nodes);
        for names in rows.chain([&mut self.targets]) {
            if let Some(title) = titles.get(&names.list) {
                names.list_title.clone_from(title);
            }
        }
    }
}

impl<'a> PoolRow<'a> {
    fn new(step: &'a Step, lists: &mut Lists<'a>) -> Option<Self> {
        let pool = step.pool.as_ref()?;
        let id = step.id.to_string();
        Some(Self {
            pool: pool.as_str(),
            assignment: assignment(step).map_or_else(
                || format!("POOL={}", crate::plan::shell_word(pool.as_str())),
                str::to_owned,
            ),
            nodes: lists.pool(pool, list_file(step), &step.targets, &id),
            from: step.transitions.first().map_or_else(String::new, |first| first.from.to_string()),
            size: step.batch.map_or(0, |batch| batch.size),
            canary: step.batch.map_or(0, |batch| batch.canary),
            time: Time::sum(std::iter::once(step)),
            signed: Signed::open(),
            id,
        })
    }
}

/// The title of one step, or what the titles of several have in common.
fn title(steps: &[Step]) -> String {
    let first = &steps[0];
    if steps.len() == 1 {
        return first.title.clone();
    }
    let general = any_pool(&first.title, first);
    if steps[1..].iter().all(|step| any_pool(&step.title, step) == general) {
        return general;
    }
    match first.transitions.first() {
        Some(change) => format!("Upgrade {} to {}, pool by pool", change.component, change.to),
        None => first.title.clone(),
    }
}

/// The versions that change; where the steps differ, the oldest before.
fn transitions(steps: &[Step]) -> Vec<TransitionView> {
    let mut views: Vec<TransitionView> = Vec::new();
    for place in 0..steps[0].transitions.len() {
        let changes = steps.iter().map(|step| &step.transitions[place]);
        let Some(oldest) = changes.min_by(|left, right| left.from.cmp(&right.from)) else {
            continue;
        };
        let (from, to) = (oldest.from.to_string(), oldest.to.to_string());
        match views.last_mut() {
            Some(view) if view.from == from && view.to == to => {
                view.components.push(oldest.component.name());
            }
            _ => views.push(TransitionView { components: vec![oldest.component.name()], from, to }),
        }
    }
    views
}

fn scripts(commands: &[Command]) -> Vec<Script<'_>> {
    commands.iter().map(Script::new).collect()
}

impl<'a> Script<'a> {
    fn new(command: &'a Command) -> Self {
        let Command { on, run, expect } = command;
        let (place, host) = match on.as_str() {
            "operator" => ("operator", ""),
            "each target" => ("each target", ""),
            host => ("host", host),
        };
        Self {
            place,
            host,
            run: run.trim_end().to_owned(),
            expect: expect.clone().unwrap_or_default(),
            same_as: String::new(),
        }
    }
}
