//! Measured times become a profile: what a staging run took, as minutes for the next estimate.
//!
//! The median becomes what is likely; low and high are the extremes, or, from ten measurements on, the
//! 10th and the 90th percentile, so that one bad night does not decide. What cannot have happened is
//! refused rather than learnt.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;
use crate::plan::StepKind;
use crate::record;
use crate::record::Outcome;
use crate::record::Record;
use crate::record::Standings;

use super::keys::Key;
use super::keys::Table;
use super::parts;
use super::parts::Context;
use super::profile::EstimateProfile;
use super::profile::Minutes;
use super::profile::Override;

/// From how many measurements on extremes are left out.
const MANY: usize = 10;

/// The first line of a record.
const HEADER: &str = "step,start,end[,target]";

/// When a step, or one target of it, was begun and signed off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// The step.
    pub step: StepId,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// The node, member or client; absent for the whole step.
    pub target: Option<InstanceName>,
    /// The line of the record.
    pub line: usize,
}

impl SignOff {
    /// Whole minutes, rounded up: what took time took some.
    fn minutes(&self) -> u64 {
        let seconds = self.end.as_second() - self.start.as_second();
        u64::try_from(seconds).unwrap_or(0).div_ceil(60)
    }

    fn meets(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Reads a record: a CSV file with a head line `step,start,end` or `step,start,end,target`; times as
/// RFC 3339 has them.
///
/// # Errors
///
/// A diagnostic with the line of what is malformed, unknown to the plan, ends before it begins, or
/// overlaps what it cannot overlap.
pub fn read(file: &SourceFile, plan: &Plan) -> Result<Vec<SignOff>, Diagnostic> {
    let mut rows: Vec<SignOff> = Vec::new();
    let mut lines = file.text().lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let fields = |line: &str| -> Vec<String> {
        line.split(',').map(|field| field.trim().trim_matches('"').to_owned()).collect()
    };
    let head = lines.next().map(|(_, line)| fields(line)).unwrap_or_default();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    if !matches!(head.as_slice(), ["step", "start", "end"] | ["step", "start", "end", "target"]) {
        return Err(fault(file, 1, "the record has no head line".to_owned())
            .help(format!("requires `{HEADER}` as the first line")));
    }
    for (index, line) in lines {
        let line_number = index + 1;
        rows.push(row(file, line_number, &fields(line), plan)?);
    }
    check_overlaps(file, plan, &rows)?;
    Ok(rows)
}

fn fault(file: &SourceFile, line: usize, message: String) -> Diagnostic {
    Diagnostic::error(message).at(Place {
        file: file.clone(),
        path: None,
        position: Some((line, 1)),
    })
}

fn row(
    file: &SourceFile,
    line: usize,
    fields: &[String],
    plan: &Plan,
) -> Result<SignOff, Diagnostic> {
    let (step, start, end, target) = match fields {
        [step, start, end] => (step, start, end, None),
        [step, start, end, target] => (step, start, end, Some(target).filter(|it| !it.is_empty())),
        _ => {
            return Err(fault(file, line, format!("the line has {} fields", fields.len()))
                .help(format!("requires `{HEADER}`")));
        }
    };
    let step: StepId = step.parse().map_err(|error: crate::plan::InvalidStepId| {
        fault(file, line, error.to_string()).help("use the ids of the plan")
    })?;
    let Some((_, planned)) = plan.steps().find(|(_, planned)| planned.id == step) else {
        return Err(fault(file, line, format!("the plan has no step `{step}`"))
            .help("give the plan that was followed"));
    };
    let time = |text: &str| {
        text.parse::<Timestamp>().map_err(|_| {
            let shown: String = text.chars().take(40).collect();
            fault(file, line, format!("`{shown}` is not a time"))
                .help("requires RFC 3339, such as `2027-01-12T20:05:00+01:00`")
        })
    };
    let (start, end) = (time(start)?, time(end)?);
    if end < start {
        return Err(fault(
            file,
            line,
            format!("step {step} ends ({end}) before it begins ({start})"),
        )
        .help("look at the offsets of both times"));
    }
    let target = target
        .map(|target| {
            let name = target.parse::<InstanceName>();
            name.map_err(|error| fault(file, line, error.to_string()))
        })
        .transpose()?;
    if let Some(target) = &target
        && !planned.targets.contains(target)
    {
        return Err(fault(file, line, format!("step {step} has no target `{target}`"))
            .help("leave the target out for the time of the whole step"));
    }
    Ok(SignOff { step, start, end, target, line })
}

/// The times of a record of sign-offs: every step whose last entry is `done` and says when work began.
/// Tries that failed teach nothing about the next one.
///
/// # Errors
///
/// A diagnostic with the line of what overlaps what it cannot overlap.
pub fn from_record(
    file: &SourceFile,
    plan: &Plan,
    record: &Record,
) -> Result<Vec<SignOff>, Diagnostic> {
    let standings = Standings::new(plan, record);
    let count = record.entries.len();
    let done = plan.steps().filter_map(|(_, step)| {
        let last = standings.of(step.id).last().filter(|last| last.result == Outcome::Done)?;
        let index = usize::try_from(last.sequence).ok()?.checked_sub(1)?;
        let line = record::line_of(file, index, count).unwrap_or(1);
        Some(SignOff { step: step.id, start: last.started?, end: last.at, target: None, line })
    });
    let rows: Vec<SignOff> = done.collect();
    check_overlaps(file, plan, &rows)?;
    Ok(rows)
}

/// What cannot have happened at once: one target twice, a whole step and a target of it, and two
/// steps unless both go from node to node.
fn check_overlaps(file: &SourceFile, plan: &Plan, rows: &[SignOff]) -> Result<(), Diagnostic> {
    let mut sorted: Vec<&SignOff> = rows.iter().collect();
    sorted.sort_by_key(|row| (row.start, row.end, row.line));
    let rolls: BTreeMap<StepId, bool> =
        plan.steps().map(|(_, step)| (step.id, parts::is_rollout(step))).collect();
    let side_by_side = |one: &SignOff, other: &SignOff| {
        let both = [one, other].iter().all(|row| rolls.get(&row.step) == Some(&true));
        let targets = match (&one.target, &other.target) {
            (Some(one), Some(other)) => one != other,
            _ => one.step != other.step,
        };
        both && targets
    };
    for (index, row) in sorted.iter().enumerate() {
        let meeting = sorted[index + 1..].iter().take_while(|later| later.start < row.end);
        for later in meeting {
            if row.meets(later) && !side_by_side(row, later) {
                let (early, late) = (row.line.min(later.line), row.line.max(later.line));
                return Err(fault(
                    file,
                    late,
                    format!(
                        "step {} and step {} (line {early}) were done at the same time",
                        later.step, row.step
                    ),
                )
                .help("one thing is done after the other; mend the times, or leave one line out"));
            }
        }
    }
    Ok(())
}

/// The times of steps of which only the sign-offs are known: a step began when the step before it in
/// the plan was signed off.
///
/// Nobody says when a step was waited for rather than worked on. So a step counts only where the one
/// before it was signed off too, and not where it took more than twice its high minutes: that was a
/// night, or a window that had not opened. A soak may be waited out as long as it takes.
pub fn between(
    plan: &Plan,
    sign_offs: impl IntoIterator<Item = (StepId, Timestamp)>,
) -> Vec<SignOff> {
    let mut signed: BTreeMap<StepId, Timestamp> = BTreeMap::new();
    for (step, at) in sign_offs {
        // A step that was signed off again is done when it was signed off last.
        signed.entry(step).and_modify(|known| *known = at.max(*known)).or_insert(at);
    }
    let steps: Vec<&Step> = plan.steps().map(|(_, step)| step).collect();
    let pairs = steps.windows(2).enumerate().filter_map(|(index, pair)| {
        let (start, end) = (*signed.get(&pair[0].id)?, *signed.get(&pair[1].id)?);
        let row = SignOff { step: pair[1].id, start, end, target: None, line: index + 1 };
        let waited = pair[1].kind != StepKind::Soak
            && row.minutes() > pair[1].duration.high.saturating_mul(2);
        (start < end && !waited).then_some(row)
    });
    pairs.collect()
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Key(Key),
    Pool(PoolName),
}

/// Proposes a profile from a record.
///
/// # Errors
///
/// A diagnostic for a record from which nothing can be learnt.
pub fn learn<'r>(
    plan: &Plan,
    rows: impl IntoIterator<Item = &'r SignOff>,
) -> Result<EstimateProfile, Diagnostic> {
    let table = Table::embedded()?;
    let rows: Vec<&SignOff> = rows.into_iter().collect();
    let mut samples: BTreeMap<Subject, Vec<u64>> = BTreeMap::new();
    for (steps, context) in contexts(plan) {
        for (place, step) in steps.iter().enumerate() {
            for row in rows.iter().filter(|row| row.step == step.id).copied() {
                let key = parts::lead_key(step, place, &context);
                let (subject, minutes) = sample(step, row, key, &table);
                samples.entry(subject).or_default().push(minutes);
            }
        }
    }
    if samples.is_empty() {
        return Err(Diagnostic::error("nothing can be learnt from the record")
            .help("it needs at least one step with its times"));
    }
    let mut learnt = EstimateProfile::default();
    for (subject, mut minutes) in samples {
        minutes.sort_unstable();
        let over = proposal(&minutes)?;
        match subject {
            Subject::Key(key) => _ = learnt.keys.insert(key, over),
            Subject::Pool(pool) => {
                learnt.pools.entry(pool).or_default().node = Some(over);
            }
        }
    }
    Ok(learnt)
}

fn contexts(plan: &Plan) -> Vec<(&[Step], Context<'_>)> {
    let hops = plan.hops.iter().map(|hop| (&*hop.steps, Context::of_hop(plan, &hop.steps)));
    let closing = std::iter::once((&*plan.closing, Context::of_closing(plan)));
    hops.chain(closing).collect()
}

/// What a line says about a key or a pool: the minutes of one of what it counts.
fn sample(step: &Step, row: &SignOff, key: Key, table: &Table) -> (Subject, u64) {
    let minutes = row.minutes();
    let subject = match (&step.pool, key) {
        (Some(pool), Key::Node) => Subject::Pool(pool.clone()),
        _ => Subject::Key(key),
    };
    if row.target.is_some() {
        return (subject, minutes);
    }
    let rollout = parts::planned_rollout(step);
    let frame = match key {
        Key::EtcdMember => table.entry(Key::EtcdFrame).minutes.likely,
        Key::Node if rollout.is_some_and(|rollout| rollout.canary > 0) => {
            table.entry(Key::CanaryLook).minutes.likely
        }
        _ => 0,
    };
    let count = match key {
        Key::Node => rollout.map_or(1, super::work::Rollout::rounds),
        Key::EtcdMember => step.targets.len() as u64,
        Key::ManualComponent => (step.targets.len() * step.transitions.len()) as u64,
        _ => 1,
    };
    let minutes = minutes.saturating_sub(frame).div_ceil(count.max(1));
    (subject, minutes)
}

/// Three points from sorted minutes.
fn proposal(sorted: &[u64]) -> Result<Override, Diagnostic> {
    let rank = |percent: usize| {
        let place = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len());
        sorted[place - 1]
    };
    let (low, high) = if sorted.len() < MANY { (rank(0), rank(100)) } else { (rank(10), rank(90)) };
    let minutes = Minutes::try_from(Duration { low, likely: rank(50), high }).map_err(|error| {
        Diagnostic::error(format!("a measured time is out of bounds: {error}"))
            .help("look at the days of both times")
    })?;
    Ok(Override { minutes, reason: None, samples: Some(sorted.len() as u64) })
}
