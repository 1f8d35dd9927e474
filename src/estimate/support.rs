//! Support dates: on which days something runs that gets no more patches, and how long the target
//! gets them.
//!
//! A minor of the API servers, or of the kubelets, is left when the last step ends that takes one of
//! them from it, or over it, to a newer one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalog::Release;
use crate::catalog::Releases;
use crate::component::Component;
use crate::plan::Plan;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::minutes::Minute;
use super::model::Model;
use super::model::Schedule;
use super::outcome::Instant;
use super::outcome::PastEndOfLife;
use super::outcome::Percentiles;
use super::outcome::Support;
use super::outcome::TargetSupport;
use super::work::Move;

/// What of a cluster has an end of life that people ask for.
const WATCHED: [Component; 2] = [Component::KubeApiserver, Component::Kubelet];

/// From when until when a component runs a minor; `None`: it still does at the end.
struct Run {
    component: Component,
    minor: MinorVersion,
    from: Minute,
    until: Option<Minute>,
}

/// The days past an end of life, and the support of the target.
pub(super) fn support(
    plan: &Plan,
    model: &Model<'_>,
    schedule: &Schedule,
    releases: &Releases,
    start: Minute,
    finish: &Percentiles<Instant>,
) -> Support {
    let zone = model.calendar.timezone.get();
    let day = |minute: Minute| Instant::new(minute, zone).date();
    let mut past = Vec::new();
    for (environment, work) in model.works.iter().enumerate() {
        let slots = &schedule.slots[environment];
        let moves: Vec<(Move, Minute)> = work
            .jobs()
            .zip(slots)
            .flat_map(|(job, slots)| {
                let end = slots.iter().map(|slot| slot.end).max().unwrap_or(start);
                job.moves.iter().map(move |change| (*change, end))
            })
            .collect();
        let end = schedule.ends[environment].iter().copied().max().unwrap_or(start);
        for run in runs(plan, &moves, start) {
            let Some(release) = releases.minor(run.minor) else { continue };
            let Ok(first) = release.end_of_life.tomorrow() else { continue };
            let (from, to) = (first.max(day(run.from)), day(run.until.unwrap_or(end)));
            if from <= to {
                past.push(PastEndOfLife {
                    environment: model.calendar.environments[environment].name.clone(),
                    component: run.component,
                    minor: run.minor,
                    end_of_life: release.end_of_life,
                    from,
                    to,
                    days: days(from, to) + 1,
                    stays: run.until.is_none(),
                });
            }
        }
    }
    Support {
        days_past_end_of_life: days_of_any(&past),
        past_end_of_life: past,
        target: target(plan.to.minor(), releases.minor(plan.to.minor()), finish),
    }
}

fn target(
    minor: MinorVersion,
    release: Option<&Release>,
    finish: &Percentiles<Instant>,
) -> TargetSupport {
    let left = |release: &Release| Percentiles {
        p50: days(finish.p50.date(), release.end_of_life),
        p90: days(finish.p90.date(), release.end_of_life),
    };
    TargetSupport {
        minor,
        end_of_life: release.map(|release| release.end_of_life),
        days_left: release.map(left),
    }
}

/// Days from one day to another.
pub(super) fn days(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

/// The days on which anything runs past its end of life, each counted once.
fn days_of_any(past: &[PastEndOfLife]) -> i64 {
    let mut spans: Vec<(Date, Date)> = past.iter().map(|past| (past.from, past.to)).collect();
    spans.sort_unstable();
    let (mut sum, mut counted_to) = (0, None::<Date>);
    for (from, to) in spans {
        let from = match counted_to.and_then(|day| day.tomorrow().ok()) {
            Some(next) => from.max(next),
            None => from,
        };
        if from <= to {
            sum += days(from, to) + 1;
            counted_to = counted_to.max(Some(to));
        }
    }
    sum
}

/// Which minors run in an environment, from when until when.
fn runs(plan: &Plan, moves: &[(Move, Minute)], start: Minute) -> Vec<Run> {
    let mut runs = Vec::new();
    for component in WATCHED {
        let mine: Vec<&(Move, Minute)> =
            moves.iter().filter(|(change, _)| change.component == component).collect();
        let mut since: BTreeMap<MinorVersion, Minute> = BTreeMap::new();
        for minor in at_the_start(plan, component) {
            since.insert(minor, start);
        }
        for (change, end) in &mine {
            since.entry(change.to).or_insert(*end);
        }
        for (minor, from) in since {
            let leaving =
                mine.iter().filter(|(change, _)| change.from <= minor && minor < change.to);
            let until = leaving.map(|(_, end)| *end).max();
            runs.push(Run { component, minor, from, until });
        }
    }
    runs
}

fn at_the_start(plan: &Plan, component: Component) -> BTreeSet<MinorVersion> {
    let groups = plan.initial_state.instances.iter().filter(|group| group.component == component);
    groups.filter_map(|group| group.version.kubernetes().map(KubernetesVersion::minor)).collect()
}

/// The jobs of an environment after which nothing runs a minor, or an older one, any more.
pub(super) fn leaving(model: &Model<'_>, environment: usize, minor: MinorVersion) -> Vec<bool> {
    let jobs = model.works[environment].jobs();
    jobs.map(|job| job.moves.iter().any(|change| change.from <= minor && minor < change.to))
        .collect()
}
