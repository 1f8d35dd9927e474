//! What is shown of where a plan stands: the same for every form.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::estimate::Ahead;
use crate::name::InstanceName;
use crate::plan::Duration;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::progress::Counted;
use crate::progress::HopState;
use crate::progress::Partial;
use crate::progress::Progress;

use super::super::text::clean;
use super::super::text::counted;
use super::super::text::steps;
use super::super::view::clock;

/// Names that are listed; of more, the first and how many.
const LISTED: usize = 12;

/// Where a plan stands.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) plan: String,
    /// The cluster, and when it was looked at.
    pub(super) seen: String,
    /// Where that is, in a sentence.
    pub(super) place: String,
    /// The step to go on with; empty where there is none.
    pub(super) next: String,
    /// What must be known of it: which steps may be done already.
    pub(super) doubt: String,
    pub(super) partial: Vec<PartialView>,
    pub(super) conflicts: Vec<ConflictView>,
    pub(super) notes: Vec<String>,
    pub(super) hops: Vec<HopView>,
    /// What is left; empty where nothing is.
    pub(super) left: String,
    /// How long that takes.
    pub(super) time: String,
    /// The windows that are needed and when it is done; empty without a schedule.
    pub(super) ahead: String,
}

/// A step that is done on some targets.
#[derive(Debug, Serialize)]
pub(super) struct PartialView {
    pub(super) step: String,
    pub(super) done: String,
    pub(super) remaining: String,
    pub(super) unknown: String,
    /// Targets on which some parts have moved.
    pub(super) within: Vec<String>,
}

/// Something that contradicts the plan.
#[derive(Debug, Serialize)]
pub(super) struct ConflictView {
    pub(super) message: String,
    pub(super) help: String,
    /// The steps that it concerns; empty where there are none.
    pub(super) steps: String,
}

/// How far a hop is.
#[derive(Debug, Serialize)]
pub(super) struct HopView {
    pub(super) number: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) state: &'static str,
    pub(super) steps: String,
    pub(super) targets: String,
}

impl View {
    pub(super) fn new(plan: &Plan, progress: &Progress, ahead: Option<&Ahead>) -> Self {
        let steps: BTreeMap<StepId, String> = plan
            .steps()
            .map(|(_, step)| (step.id, format!("{} {}", step.id, clean(&step.title))))
            .collect();
        let titled = |id: StepId| steps.get(&id).cloned().unwrap_or_else(|| id.to_string());
        let at = progress.observed_at.map(|at| format!(", as seen {at}")).unwrap_or_default();
        Self {
            plan: clean(&progress.plan),
            seen: format!("Cluster {}{at}", clean(&progress.cluster)),
            place: place(progress),
            next: progress.next.map(titled).unwrap_or_default(),
            doubt: doubt(progress, &titled),
            partial: progress.partial.iter().map(|it| partial(it, &titled)).collect(),
            conflicts: progress
                .conflicts
                .iter()
                .map(|it| ConflictView {
                    message: clean(&it.message),
                    help: clean(&it.help),
                    steps: ids(&it.steps),
                })
                .collect(),
            notes: progress.notes.iter().map(|note| clean(note)).collect(),
            hops: progress
                .hops
                .iter()
                .map(|hop| HopView {
                    number: hop.number.to_string(),
                    from: hop.from.to_string(),
                    to: hop.to.to_string(),
                    state: state(hop.state),
                    steps: of(hop.steps),
                    targets: of(hop.targets),
                })
                .collect(),
            left: left(progress),
            time: time(progress),
            ahead: ahead.map(windows).unwrap_or_default(),
        }
    }
}

/// The windows that are needed, and the days of the end.
fn windows(ahead: &Ahead) -> String {
    let Ahead { environment, windows, window_minutes, end: _, finish } = ahead;
    format!(
        "{} of {} in all in {}; done by {} (P50), safely by {} (P90)",
        counted(*windows, "window"),
        clock(*window_minutes),
        clean(environment),
        finish.p50.date(),
        finish.p90.date()
    )
}

fn of(Counted { done, total }: Counted) -> String {
    format!("{done} of {total}")
}

const fn state(state: HopState) -> &'static str {
    match state {
        HopState::NotBegun => "not begun",
        HopState::UnderWay => "under way",
        HopState::VersionsReached => "versions reached",
        HopState::Done => "done",
    }
}

fn place(progress: &Progress) -> String {
    if progress.next.is_none() && !progress.reached {
        return "This plan stands nowhere in this cluster.".to_owned();
    }
    let over = progress.done.len() + progress.passed.len();
    let all = over as u64 + progress.remaining.steps;
    if progress.reached {
        return format!("Every version is where the plan ends; {over} of {all} steps are over.");
    }
    let hop = progress.next.and_then(|next| match next {
        StepId::Hop { hop, .. } => Some(hop),
        StepId::Final { .. } => None,
    });
    let hop = hop.map(|hop| format!("In hop {hop} of {}; ", progress.hops.len()));
    if over == 0 && progress.partial.is_empty() {
        return "Nothing that versions can prove is done yet.".to_owned();
    }
    format!("{}{over} of {all} steps are over.", hop.unwrap_or_default())
}

/// Which of several places it is, only people know.
fn doubt(progress: &Progress, titled: &dyn Fn(StepId) -> String) -> String {
    let places = progress.ambiguous.as_slice();
    match (places.split_last(), progress.reached) {
        (None, _) => String::new(),
        (Some(_), true) => format!(
            "{} leave no trace in versions and may be done already: the sign-offs tell.",
            span(places)
        ),
        (Some((last, before)), false) => {
            let leave = if before.len() == 1 { "leaves" } else { "leave" };
            format!(
                "{} {leave} no trace in versions and may be done already: the sign-offs tell. If so, \
                 go on with {}.",
                span(before),
                titled(*last)
            )
        }
    }
}

/// Steps by their ids; a run of them as its ends.
fn span(places: &[StepId]) -> String {
    match places {
        [one, two] => format!("{one} and {two}"),
        many => steps(many),
    }
}

fn ids(steps: &[StepId]) -> String {
    let shown: Vec<String> = steps.iter().take(LISTED).map(ToString::to_string).collect();
    match steps.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// How many, and which: a pool may have thousands.
fn names(names: &[InstanceName]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| clean(name.as_str())).collect();
    match names.len().saturating_sub(LISTED) {
        0 => format!("{}: {}", names.len(), shown.join(", ")),
        more => format!("{}: {} and {more} more", names.len(), shown.join(", ")),
    }
}

fn partial(partial: &Partial, titled: &dyn Fn(StepId) -> String) -> PartialView {
    let Partial { step, done, remaining, unknown, within } = partial;
    let parts = |parts: &[crate::component::Component]| {
        parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ")
    };
    PartialView {
        step: titled(*step),
        done: names(done),
        remaining: names(remaining),
        unknown: names(unknown),
        within: within
            .iter()
            .map(|it| {
                format!(
                    "{} is half done: {} moved, {} not; do the step again there",
                    clean(it.target.as_str()),
                    parts(&it.done),
                    parts(&it.remaining)
                )
            })
            .collect(),
    }
}

fn left(progress: &Progress) -> String {
    let left = &progress.remaining;
    if progress.next.is_none() {
        return String::new();
    }
    format!("{}, {} to move", counted(left.steps, "step"), counted(left.targets, "target"))
}

fn time(progress: &Progress) -> String {
    let left = &progress.remaining;
    let hours = |Duration { low, likely, high }: Duration| {
        format!("{} ({} to {})", clock(likely), clock(low), clock(high))
    };
    format!("work {}, soak {}, in h:mm", hours(left.work), hours(left.soak))
}
