//! Several plans for one cluster side by side: strategies and targets, in the numbers by which people
//! choose.
//!
//! Each candidate is a plan that was made and proven, or the reason why there is none. Hands-on and work
//! are those of all environments together, as in an estimate.

use jiff::civil::Date;
use serde::Serialize;

use crate::cluster::Strategy;
use crate::estimate::Answer;
use crate::estimate::DoesNotFit;
use crate::estimate::Percentiles;
use crate::estimate::WorkTotal;
use crate::plan::Duration;
use crate::plan::HazardSeverity;
use crate::plan::Plan;
use crate::version::KubernetesVersion;

/// Several plans side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The environments that the work is counted in.
    pub environments: Vec<String>,
    /// The first day; absent where none was given, and with it all that depends on a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// The candidates: by target as they were asked for, then by strategy.
    pub candidates: Vec<Candidate>,
}

/// A target and a strategy, and what comes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The target as it was asked for.
    pub to: String,
    /// The strategy.
    pub strategy: Strategy,
    /// What comes of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What comes of a target and a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A plan, in numbers.
    Plan(Box<Figures>),
    /// The cluster is there already.
    NothingToDo(String),
    /// There is no legal path.
    NoPath(Reason),
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The answer in one line.
    pub summary: String,
    /// What would open a way.
    pub ways_out: Vec<String>,
}

/// A plan in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The release that it leads to.
    pub target: KubernetesVersion,
    /// The hops.
    pub hops: u64,
    /// The steps.
    pub steps: u64,
    /// How often a node is drained.
    pub drains: u64,
    /// How often a member of etcd restarts into another version.
    pub etcd_restarts: u64,
    /// Hazards of all hops.
    pub hazards: Hazards,
    /// Minutes of work in all environments.
    pub work_minutes: Duration,
    /// Minutes in which a person is busy.
    pub hands_on_minutes: Duration,
    /// What depends on a calendar; absent without a start, or where something does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarFigures>,
    /// What fits into no window.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub does_not_fit: Vec<DoesNotFit>,
}

/// Hazards by severity, each counted in every hop that has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hazards {
    /// To be settled before their hop.
    pub blocker: u64,
    /// Someone must change something, if they apply.
    pub action_required: u64,
    /// To look at.
    pub warning: u64,
    /// Good to know.
    pub info: u64,
}

/// What depends on a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarFigures {
    /// Maintenance windows.
    pub windows: u64,
    /// Their minutes.
    pub window_minutes: u64,
    /// Days from the first to the last, both counted.
    pub calendar_days: Percentiles<i64>,
    /// The days on which everything is done.
    pub finish: Percentiles<Date>,
    /// Days on which anything runs past its end of life.
    pub days_past_end_of_life: i64,
    /// Days of support that the target has left at the finish; negative where it is past, absent where
    /// the catalog does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_left: Option<Percentiles<i64>>,
}

impl Figures {
    /// The numbers of a plan; `answer` is its schedule, where a start was given.
    pub fn new(plan: &Plan, work: WorkTotal, answer: Option<&Answer>) -> Self {
        let summary = plan.summary;
        let calendar = match answer {
            Some(Answer::Estimate(estimate)) => Some(CalendarFigures {
                windows: estimate.total.windows,
                window_minutes: estimate.total.window_minutes,
                calendar_days: estimate.total.calendar_days.clone(),
                finish: Percentiles {
                    p50: estimate.finish.p50.date(),
                    p90: estimate.finish.p90.date(),
                },
                days_past_end_of_life: estimate.support.days_past_end_of_life,
                support_left: estimate.support.target.days_left.clone(),
            }),
            Some(Answer::DoesNotFit(..)) | None => None,
        };
        // A limit of nodes a window cuts rounds in two, which only the schedule knows.
        let (work_minutes, hands_on_minutes) = match answer {
            Some(Answer::Estimate(estimate)) => {
                (estimate.total.work_minutes, estimate.total.hands_on_minutes)
            }
            Some(Answer::DoesNotFit(..)) | None => (work.minutes, work.hands_on),
        };
        Self {
            target: plan.to.clone(),
            hops: summary.hops,
            steps: summary.steps,
            drains: summary.drains,
            etcd_restarts: summary.etcd_restarts,
            hazards: Hazards::of(plan),
            work_minutes,
            hands_on_minutes,
            calendar,
            does_not_fit: match answer {
                Some(Answer::DoesNotFit(steps, _)) => steps.clone(),
                Some(Answer::Estimate(_)) | None => Vec::new(),
            },
        }
    }
}

impl Hazards {
    fn of(plan: &Plan) -> Self {
        let mut hazards = Self::default();
        for hazard in plan.hops.iter().flat_map(|hop| &hop.hazards) {
            let count = match hazard.severity {
                HazardSeverity::Blocker => &mut hazards.blocker,
                HazardSeverity::ActionRequired => &mut hazards.action_required,
                HazardSeverity::Warning => &mut hazards.warning,
                HazardSeverity::Info => &mut hazards.info,
            };
            *count += 1;
        }
        hazards
    }
}

impl Comparison {
    /// Whether any candidate leads anywhere.
    pub fn has_a_way(&self) -> bool {
        let leads = |candidate: &Candidate| !matches!(candidate.outcome, Outcome::NoPath(_));
        self.candidates.iter().any(leads)
    }
}
