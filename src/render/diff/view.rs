//! What is shown of a difference: the same for every form. Changes that read alike are one line.

use serde::Serialize;

use crate::diff::Change;
use crate::diff::ChangeKind;
use crate::diff::Difference;
use crate::plan::StepId;

use super::super::text::clean;
use super::super::text::counted;
use super::super::text::steps;

const HOPS: &str = "Hops";

/// What differs between two plans.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// The answer, in a sentence.
    pub(super) verdict: String,
    pub(super) basis: Vec<String>,
    pub(super) groups: Vec<Group>,
}

/// The changes of a hop, or of the plan as a whole.
#[derive(Debug, Serialize)]
pub(super) struct Group {
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

/// A change, or several that read alike.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// `+` added, `-` removed, `=` done, `>` moved, `~` changed.
    pub(super) symbol: &'static str,
    /// The step, or what else has changed.
    pub(super) what: String,
    /// What of it, in a word; empty for what was added or removed.
    pub(super) aspect: &'static str,
    pub(super) before: String,
    pub(super) after: String,
    /// Empty where the plans do not tell.
    pub(super) reason: String,
}

impl View {
    pub(super) fn new(difference: &Difference) -> Self {
        let Difference { equal, old, new, basis, changes } = difference;
        let verdict = if *equal {
            format!("The plans do the same: {}.", clean(new))
        } else if old == new {
            format!("{} in {}.", counted(changes.len() as u64, "change"), clean(new))
        } else {
            let count = counted(changes.len() as u64, "change");
            format!("{count} from {} to {}.", clean(old), clean(new))
        };
        let mut groups: Vec<(String, Vec<Vec<&Change>>)> = Vec::new();
        let mut gone = None;
        for change in changes {
            if change.kind == ChangeKind::HopRemoved {
                gone = change.hop;
            } else if !(change.kind.is_done() || change.kind == ChangeKind::StepRemoved)
                || change.hop != gone
            {
                gone = None;
            }
            // The steps of a hop that is gone stand with it, by their old ids.
            let title = if gone.is_some() { HOPS.to_owned() } else { title(change) };
            if groups.last().is_none_or(|(last, _)| *last != title) {
                groups.push((title, Vec::new()));
            }
            let Some((_, lines)) = groups.last_mut() else { continue };
            match lines.iter_mut().find(|alike| reads_alike(alike[0], change)) {
                Some(alike) => alike.push(change),
                None => lines.push(vec![change]),
            }
        }
        let groups = groups.into_iter().map(|(title, lines)| Group {
            title,
            lines: lines.iter().map(|alike| line(alike, basis)).collect(),
        });
        Self {
            verdict,
            basis: basis.iter().map(|text| clean(text)).collect(),
            groups: groups.collect(),
        }
    }
}

fn title(change: &Change) -> String {
    match (change.kind, change.hop, change.step) {
        (ChangeKind::HopAdded | ChangeKind::HopRemoved | ChangeKind::HopDone, ..) => {
            "Hops".to_owned()
        }
        (_, Some(hop), _) => format!("Hop {hop}"),
        (_, None, Some(_)) => "After the last hop".to_owned(),
        (_, None, None) => "The plan as a whole".to_owned(),
    }
}

/// Whether two changes of steps can stand in one line.
fn reads_alike(one: &Change, other: &Change) -> bool {
    one.kind == other.kind
        && one.reason == other.reason
        && one.step.is_some()
        && (one.kind.is_done() || (&one.before, &one.after) == (&other.before, &other.after))
}

const fn symbol(kind: ChangeKind) -> &'static str {
    match kind {
        _ if kind.is_added() => "+",
        _ if kind.is_removed() => "-",
        _ if kind.is_done() => "=",
        ChangeKind::StepMoved => ">",
        _ => "~",
    }
}

const fn aspect(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Start => "starts at",
        ChangeKind::Versions | ChangeKind::HopVersions => "versions",
        ChangeKind::Targets => "targets",
        ChangeKind::Batch => "batch",
        ChangeKind::Disruption => "disturbs",
        ChangeKind::Duration => "takes",
        ChangeKind::Procedure => "done otherwise",
        ChangeKind::HazardAdded | ChangeKind::HazardRemoved | ChangeKind::HazardChanged => "hazard",
        ChangeKind::AssumptionAdded
        | ChangeKind::AssumptionRemoved
        | ChangeKind::AssumptionChanged => "assumption",
        _ => "",
    }
}

fn line(alike: &[&Change], basis: &[String]) -> Line {
    let first = alike[0];
    let what = match (alike, first.step) {
        ([one], Some(id)) => {
            let was = one.was.map(|was| format!(" (was {was})")).unwrap_or_default();
            format!("{id}{was} {}", clean(&one.what))
        }
        ([one], None) => match (one.kind, one.hop) {
            (ChangeKind::HopVersions, _) => String::new(),
            (ChangeKind::HopAdded | ChangeKind::HopRemoved | ChangeKind::HopDone, Some(hop)) => {
                format!("hop {hop}, {}", clean(&one.what))
            }
            _ => clean(&one.what),
        },
        (many, _) => {
            let ids: Vec<StepId> = many.iter().filter_map(|change| change.step).collect();
            format!("{} ({} steps)", steps(&ids), ids.len())
        }
    };
    let done = first.kind.is_done();
    let side = |text: &Option<String>| text.as_deref().map(clean).unwrap_or_default();
    Line {
        symbol: symbol(first.kind),
        what,
        aspect: aspect(first.kind),
        before: if done { String::new() } else { side(&first.before) },
        after: side(&first.after),
        // What stands above need not be said at every line.
        reason: first
            .reason
            .as_ref()
            .filter(|it| !basis.contains(it))
            .map(|it| clean(it))
            .unwrap_or_default(),
    }
}
