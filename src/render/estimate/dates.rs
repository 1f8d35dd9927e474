//! What the dates say: versions past their end of life, how long the target gets patches, deadlines.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::estimate::Deadline;
use crate::estimate::Estimate;
use crate::estimate::Milestone;
use crate::estimate::PastEndOfLife;
use crate::estimate::Percentiles;
use crate::estimate::Support;
use crate::version::MinorVersion;

use super::text::days;
use super::text::weekday;

/// A version past its end of life.
#[derive(Debug, Clone, Serialize)]
pub struct PastView {
    /// Where.
    pub environment: String,
    /// `kube-apiserver` or `kubelet`.
    pub component: String,
    /// The minor.
    pub minor: String,
    /// The last day with patches.
    pub end_of_life: String,
    /// The first day without.
    pub from: String,
    /// The last day on which it runs.
    pub to: String,
    /// How many days.
    pub days: i64,
}

/// A minor past its end of life.
#[derive(Debug, Clone, Serialize)]
pub struct PastMinorView {
    /// The minor.
    pub minor: String,
    /// The last day with patches.
    pub end_of_life: String,
    /// The first day on which anything runs it without patches.
    pub from: String,
    /// The last day on which anything runs it.
    pub to: String,
    /// Whether something still runs it when everything is done.
    pub stays: bool,
}

/// Whether a date holds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeadlineView {
    /// `Deadline`, or `End of life of 1.27`; empty where none was asked for.
    pub name: String,
    /// The last day; empty where none was asked for.
    pub date: String,
    /// What must have happened by then.
    pub what: String,
    /// When it has, safely.
    pub reached: String,
    /// Whether that is in time.
    pub holds: bool,
    /// By how much it is late; empty where it holds.
    pub late: String,
    /// Until when one may start, as a sentence.
    pub latest_start: String,
    /// What was tried where it does not hold, the least change first.
    pub relaxations: Vec<RelaxationView>,
    /// The one sentence to take away: what helps, or that nothing does; empty where it holds.
    pub advice: String,
}

/// A change of what was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct RelaxationView {
    /// What is changed.
    pub change: String,
    /// When the goal is reached with it, safely.
    pub reached: String,
    /// What that gains.
    pub gains: String,
    /// Whether the date holds with it.
    pub holds: bool,
}

pub(super) fn past(support: &Support) -> Vec<PastView> {
    let each = support.past_end_of_life.iter().map(|past| PastView {
        environment: past.environment.clone(),
        component: past.component.to_string(),
        minor: past.minor.to_string(),
        end_of_life: past.end_of_life.to_string(),
        from: past.from.to_string(),
        to: past.to.to_string(),
        days: past.days,
    });
    each.collect()
}

pub(super) fn past_minors(support: &Support) -> Vec<PastMinorView> {
    let mut minors: BTreeMap<MinorVersion, Vec<&PastEndOfLife>> = BTreeMap::new();
    for past in &support.past_end_of_life {
        minors.entry(past.minor).or_default().push(past);
    }
    let each = minors.into_iter().filter_map(|(minor, all)| {
        Some(PastMinorView {
            minor: minor.to_string(),
            end_of_life: all.first()?.end_of_life.to_string(),
            from: all.iter().map(|past| past.from).min()?.to_string(),
            to: all.iter().map(|past| past.to).max()?.to_string(),
            stays: all.iter().any(|past| past.stays),
        })
    });
    each.collect()
}

pub(super) fn target(support: &Support) -> String {
    let target = &support.target;
    match (&target.end_of_life, &target.days_left) {
        (Some(end), Some(Percentiles { p90, .. })) if *p90 < 0 => {
            format!("{} is past its end of life ({end}) at the safe finish", target.minor)
        }
        (Some(end), Some(Percentiles { p90, .. })) => {
            format!(
                "{} gets patches until {end}, {} after the safe finish",
                target.minor,
                days(*p90)
            )
        }
        _ => format!("the catalog does not know until when {} gets patches", target.minor),
    }
}

impl DeadlineView {
    /// `None` for an end of life that nobody asked for and that is past before anything begins: the
    /// days past it say it all.
    pub(super) fn new(deadline: &Deadline, estimate: &Estimate) -> Option<Self> {
        let asked = deadline.milestone == Milestone::Finish;
        if deadline.past_at_start && !asked {
            return None;
        }
        let latest_start = match deadline.latest_start {
            _ if deadline.past_at_start => "the day is past before anything begins".to_owned(),
            Some(day) => format!("the latest start that holds is {}", weekday(day)),
            None => "no start in the two years before holds".to_owned(),
        };
        let relaxations = deadline.relaxations.iter().map(|relaxation| RelaxationView {
            change: relaxation.change.clone(),
            reached: weekday(relaxation.reached.date()),
            gains: gains(relaxation.days_gained),
            holds: relaxation.holds,
        });
        Some(Self {
            name: if asked {
                "Deadline".to_owned()
            } else {
                format!("End of life of {}", estimate.from.minor())
            },
            date: weekday(deadline.date),
            what: match deadline.milestone {
                Milestone::Finish => "everything is done".to_owned(),
                Milestone::LeavesTheFirstMinor => {
                    "the last environment leaves the first minor".to_owned()
                }
            },
            reached: weekday(deadline.reached.date()),
            holds: deadline.holds,
            late: if deadline.holds { String::new() } else { days(deadline.days_late) },
            latest_start,
            relaxations: relaxations.collect(),
            advice: advice(deadline),
        })
    }
}

fn gains(count: i64) -> String {
    if count == 0 { "less than a day".to_owned() } else { days(count) }
}

fn advice(deadline: &Deadline) -> String {
    let most = || deadline.relaxations.iter().max_by_key(|relaxation| relaxation.days_gained);
    match deadline.relaxations.iter().find(|relaxation| relaxation.holds) {
        _ if deadline.holds || deadline.past_at_start => String::new(),
        Some(relaxation) => format!("it holds with {}", relaxation.change),
        None => match most() {
            Some(most) => format!(
                "impossible with any one change that was tried; {} gains the most, {}",
                most.change,
                gains(most.days_gained)
            ),
            None => "impossible: nothing that was tried helps".to_owned(),
        },
    }
}
