//! Where a plan was taken up again, and what is over since.

use serde::Serialize;

use crate::plan::Plan;
use crate::plan::Step;
use crate::plan::StepId;

use super::super::record::minute;
use super::hop::StepLink;
use super::step::anchor;

/// A plan that was taken up again.
#[derive(Debug, Serialize)]
pub struct Resumed<'a> {
    /// Each time, in order.
    pub times: Vec<TakenUp<'a>>,
    /// The steps that are over since.
    pub over: Vec<Over>,
    /// The steps before the next one that leave no trace in versions, so that they may be done or not.
    pub unproven: Vec<StepLink>,
    /// The step with which it goes on; empty where it was never taken up.
    pub next: String,
    /// Its anchor.
    pub anchor: String,
}

/// One time.
#[derive(Debug, Serialize)]
pub struct TakenUp<'a> {
    /// The step with which it went on.
    pub before: String,
    /// When the cluster was looked at, in UTC; empty where that is not known.
    pub observed: String,
    /// Why the plan could not be kept as it was.
    pub because: &'a [String],
}

/// A step that is over.
#[derive(Debug, Serialize)]
pub struct Over {
    /// The step.
    pub id: String,
    /// What was done.
    pub title: String,
    /// On how many nodes, members or clients; 0 where none is named.
    pub targets: usize,
}

impl<'a> Resumed<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let times = plan.resumed.iter().map(|it| TakenUp {
            before: it.before.to_string(),
            observed: it.observed_at.map(minute).unwrap_or_default(),
            because: &it.because,
        });
        let over = |step: &Step| Over {
            id: step.id.to_string(),
            title: step.title.clone(),
            targets: step.targets.len(),
        };
        let unproven = plan.resumed.last().map(|last| last.unproven.as_slice());
        let link = |id: &StepId| StepLink { id: id.to_string(), anchor: anchor(&id.to_string()) };
        let next = plan.resumed.last().map(|last| last.before.to_string()).unwrap_or_default();
        Self {
            times: times.collect(),
            over: plan.behind().map(over).collect(),
            unproven: unproven.unwrap_or_default().iter().map(link).collect(),
            anchor: anchor(&next),
            next,
        }
    }
}
