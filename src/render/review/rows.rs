//! The rows of a review's tables and lists.

use serde::Serialize;

use crate::component::Component;
use crate::finding::some;
use crate::plan::Duration;
use crate::plan::HazardSeverity;
use crate::plan::StepId;
use crate::plan::VersionCount;
use crate::review::BackoutRow;
use crate::review::ComponentChange;
use crate::review::DisruptionRow;
use crate::review::HazardRow;
use crate::review::HopRow;
use crate::review::NoReturn;
use crate::review::ScheduledEnvironment;
use crate::review::SkewWindow;
use crate::review::TestRow;

use super::super::text::clean;
use super::super::text::counted;
use super::super::view::clock;

/// `1:30 (0:50 to 3:00)`.
pub(super) fn span(minutes: Duration) -> String {
    let Duration { low, likely, high } = minutes;
    format!("{} ({} to {})", clock(likely), clock(low), clock(high))
}

pub(super) fn steps(ids: &[StepId]) -> String {
    some(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// A component before and after.
#[derive(Debug, Serialize)]
pub(super) struct ComponentView {
    pub(super) component: &'static str,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) changes: bool,
}

impl ComponentView {
    pub(super) fn new(change: &ComponentChange) -> Self {
        let list = |counts: &[VersionCount]| {
            let counts = counts.iter().map(|it| format!("{} ({})", it.version, it.count));
            counts.collect::<Vec<_>>().join(", ")
        };
        Self {
            component: change.component.name(),
            before: list(&change.before),
            after: list(&change.after),
            changes: change.before != change.after,
        }
    }
}

/// A hop.
#[derive(Debug, Serialize)]
pub(super) struct HopView {
    pub(super) number: u32,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) steps: u64,
    pub(super) drains: u64,
    pub(super) etcd: String,
    pub(super) work: String,
    pub(super) soak: String,
    pub(super) blockers: u64,
}

impl HopView {
    pub(super) fn new(hop: &HopRow) -> Self {
        Self {
            number: hop.number,
            from: hop.from.to_string(),
            to: hop.to.to_string(),
            steps: hop.steps,
            drains: hop.drains,
            etcd: if hop.etcd.is_empty() { "stays".to_owned() } else { hop.etcd.join(", ") },
            work: span(hop.work_minutes),
            soak: clock(hop.soak_minutes.likely),
            blockers: hop.blockers,
        }
    }
}

/// An environment of the schedule.
#[derive(Debug, Serialize)]
pub(super) struct EnvironmentView {
    pub(super) name: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) windows: String,
    pub(super) most_nodes: u64,
}

impl EnvironmentView {
    pub(super) fn new(environment: &ScheduledEnvironment) -> Self {
        Self {
            name: clean(&environment.name),
            start: environment.start.strftime("%Y-%m-%d %H:%M").to_string(),
            end: environment.end.strftime("%Y-%m-%d %H:%M").to_string(),
            windows: counted(environment.windows.len() as u64, "window"),
            most_nodes: environment.windows.iter().map(|it| it.nodes).max().unwrap_or_default(),
        }
    }
}

/// A step that disturbs somebody.
#[derive(Debug, Serialize)]
pub(super) struct DisruptionView {
    pub(super) step: String,
    pub(super) title: String,
    pub(super) disruption: &'static str,
    pub(super) targets: u64,
    pub(super) minutes: String,
}

impl DisruptionView {
    pub(super) fn new(row: &DisruptionRow) -> Self {
        Self {
            step: row.step.to_string(),
            title: clean(&row.title),
            disruption: row.disruption.name(),
            targets: row.targets,
            minutes: span(row.minutes),
        }
    }
}

/// A step without a way back.
#[derive(Debug, Serialize)]
pub(super) struct NoReturnView {
    pub(super) step: String,
    pub(super) title: String,
    pub(super) until: String,
    pub(super) gate: String,
}

impl NoReturnView {
    pub(super) fn new(row: &NoReturn) -> Self {
        Self {
            step: row.step.to_string(),
            title: clean(&row.title),
            until: clean(&row.until),
            gate: row.gate.map_or_else(|| "none".to_owned(), |gate| gate.to_string()),
        }
    }
}

/// A stretch in which components stand apart.
#[derive(Debug, Serialize)]
pub(super) struct SkewView {
    pub(super) what: String,
    pub(super) apart: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) minutes: String,
}

impl SkewView {
    /// A row for each stretch: components that share one share the row.
    pub(super) fn all(windows: &[SkewWindow]) -> Vec<Self> {
        let mut rows: Vec<(&SkewWindow, Vec<&'static str>)> = Vec::new();
        for window in windows {
            let shares = |row: &&mut (&SkewWindow, Vec<&str>)| {
                let first = row.0;
                (first.against, first.minors, first.from, first.to)
                    == (window.against, window.minors, window.from, window.to)
                    && first.component != first.against
                    && window.component != window.against
            };
            match rows.iter_mut().find(shares) {
                Some((_, names)) => names.push(window.component.name()),
                None => rows.push((window, vec![window.component.name()])),
            }
        }
        rows.into_iter().map(|(window, names)| Self::new(window, &names)).collect()
    }

    fn new(window: &SkewWindow, names: &[&str]) -> Self {
        let SkewWindow { component, against, minors, from, to, minutes } = window;
        Self {
            what: if component == against {
                let plural =
                    if *component == Component::Etcd { "etcd members" } else { "kube-apiservers" };
                format!("{plural} among themselves")
            } else {
                format!("{} against {against}", names.join(", "))
            },
            apart: if *minors == 0 { "patches".to_owned() } else { counted(*minors, "minor") },
            from: from.map_or_else(|| "before the plan".to_owned(), |id| id.to_string()),
            to: to.map_or_else(|| "left open".to_owned(), |id| id.to_string()),
            minutes: span(*minutes),
        }
    }
}

/// A hazard.
#[derive(Debug, Serialize)]
pub(super) struct HazardView {
    pub(super) id: String,
    pub(super) severity: &'static str,
    pub(super) title: String,
    pub(super) hops: String,
    pub(super) when: String,
    pub(super) verified: bool,
    /// Who answers for it until when; empty: a place for a name.
    pub(super) owner: String,
}

impl HazardView {
    pub(super) fn new(row: &HazardRow) -> Self {
        let owner = row.acknowledged.as_ref().map(|it| {
            let expired = if it.expired { ", expired" } else { "" };
            format!("{} (until {}{expired})", clean(&it.by), it.until)
        });
        Self {
            id: clean(&row.id),
            severity: match row.severity {
                HazardSeverity::Blocker => "blocker",
                HazardSeverity::ActionRequired => "action required",
                HazardSeverity::Warning => "warning",
                HazardSeverity::Info => "note",
            },
            title: clean(&row.title),
            hops: row.hops.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            when: row.when.as_deref().map(clean).unwrap_or_default(),
            verified: row.verified,
            owner: owner.unwrap_or_default(),
        }
    }
}

/// The way back of a hop.
#[derive(Debug, Serialize)]
pub(super) struct BackoutView {
    pub(super) hop: String,
    pub(super) changing: u64,
    pub(super) reversible: u64,
    pub(super) closes: String,
    pub(super) until: String,
    pub(super) snapshots: String,
    pub(super) abort: String,
}

impl BackoutView {
    pub(super) fn new(row: &BackoutRow) -> Self {
        let closes = row.point_of_no_return;
        Self {
            hop: row.hop.map_or_else(|| "closing".to_owned(), |hop| hop.to_string()),
            changing: row.changing,
            reversible: row.reversible,
            closes: closes.map_or_else(|| "never".to_owned(), |id| id.to_string()),
            until: row.until.as_deref().map(clean).unwrap_or_default(),
            snapshots: if row.snapshots.is_empty() {
                "none".to_owned()
            } else {
                steps(&row.snapshots)
            },
            abort: row.abort.as_deref().map(clean).unwrap_or_default(),
        }
    }
}

/// A step that proves something.
#[derive(Debug, Serialize)]
pub(super) struct TestView {
    pub(super) step: String,
    pub(super) title: String,
    pub(super) checks: Vec<String>,
}

impl TestView {
    pub(super) fn new(row: &TestRow) -> Self {
        Self {
            step: row.step.to_string(),
            title: clean(&row.title),
            checks: row.checks.iter().map(|check| clean(check)).collect(),
        }
    }
}
