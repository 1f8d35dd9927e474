//! What is ahead of one environment: windows and days, without the detail of an estimate.

use serde::Serialize;

use super::outcome::Estimate;
use super::outcome::Instant;
use super::outcome::Percentiles;

/// The windows that one environment still needs, and when it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ahead {
    /// The environment.
    pub environment: String,
    /// How many windows it needs.
    pub windows: u64,
    /// Minutes of them, whole ones.
    pub window_minutes: u64,
    /// The end with the minutes that are likely.
    pub end: Instant,
    /// The end over all runs.
    pub finish: Percentiles<Instant>,
}

impl Ahead {
    /// What an estimate says of one environment; `None` where it has no such environment.
    pub fn of(estimate: &Estimate, environment: &str) -> Option<Self> {
        let hops = estimate.hops.iter().flat_map(|hop| &hop.environments);
        let here: Vec<_> =
            hops.chain(&estimate.closing).filter(|it| it.name == environment).collect();
        let last = here.last()?;
        Some(Self {
            environment: environment.to_owned(),
            windows: here.iter().map(|it| it.windows).sum(),
            window_minutes: here.iter().map(|it| it.window_minutes).sum(),
            end: last.end.clone(),
            finish: last.finish.clone(),
        })
    }
}
