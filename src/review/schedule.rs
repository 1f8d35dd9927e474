//! When the plan happens: what an estimate says of it, in the words of a change ticket.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::estimate::EnvironmentEstimate;
use crate::estimate::Estimate;
use crate::estimate::Instant;

use super::model::Schedule;
use super::model::ScheduledEnvironment;
use super::model::UsedWindow;

fn timestamp(instant: &Instant) -> Timestamp {
    instant.zoned().timestamp()
}

/// Start, end and windows of each environment.
pub(super) fn schedule(estimate: &Estimate) -> Schedule {
    let mut environments: Vec<ScheduledEnvironment> = Vec::new();
    let hops = estimate.hops.iter().map(|hop| (Some(hop.number), &hop.environments));
    for (hop, parts) in hops.chain([(None, &estimate.closing)]) {
        for part in parts {
            add(&mut environments, hop, part);
        }
    }
    for environment in &mut environments {
        environment.windows.sort_by_key(|window| window.start);
    }
    let start = environments.iter().map(|it| it.start).min();
    let end = environments.iter().map(|it| it.end).max();
    Schedule {
        timezone: estimate.timezone.clone(),
        start: start.unwrap_or_else(|| timestamp(&estimate.start)),
        end: end.unwrap_or_else(|| timestamp(&estimate.end)),
        environments,
    }
}

fn add(environments: &mut Vec<ScheduledEnvironment>, hop: Option<u32>, part: &EnvironmentEstimate) {
    let (start, end) = (timestamp(&part.start), timestamp(&part.end));
    let at = environments.iter().position(|known| known.name == part.name);
    let at = at.unwrap_or_else(|| {
        let name = part.name.clone();
        environments.push(ScheduledEnvironment { name, start, end, windows: Vec::new() });
        environments.len() - 1
    });
    let environment = &mut environments[at];
    environment.start = environment.start.min(start);
    environment.end = environment.end.max(end);
    for window in &part.windows_used {
        let (start, end) = (timestamp(&window.start), timestamp(&window.end));
        let windows = &mut environment.windows;
        let known = windows.iter().position(|known| known.start == start && known.end == end);
        let at = known.unwrap_or_else(|| {
            windows.push(UsedWindow { start, end, hops: Vec::new(), nodes: 0 });
            windows.len() - 1
        });
        windows[at].nodes += window.nodes;
        let mut hops: BTreeSet<u32> = windows[at].hops.iter().copied().collect();
        hops.extend(hop);
        windows[at].hops = hops.into_iter().collect();
    }
}
