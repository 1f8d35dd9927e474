//! Releases that are not known, and minors at or past their end of life.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalog::EtcdMatrix;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::version::EtcdMinor;
use crate::version::MinorVersion;

use super::super::codes::Code;
use super::super::model::Lifecycle;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::scene::Scene;

/// From so many days before an end of life on it is said: an upgrade of a larger cluster, with staging
/// and soaks, takes about two months.
const SOON_DAYS: i64 = 60;

/// Components that are named; more of them are the whole cluster.
const NAMED: usize = 3;

/// A minor that runs somewhere, and what runs it.
struct Running {
    lifecycle: Lifecycle,
    by: BTreeSet<&'static str>,
    known: bool,
    source: String,
}

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<Vec<Lifecycle>, Diagnostic> {
    let running = running(scene)?;
    for minor in running.values() {
        end_of_life(scene, minor, report);
    }
    patches(scene, report)?;
    Ok(running.into_values().map(|minor| minor.lifecycle).collect())
}

/// A minor of either product; newest Kubernetes first, then newest etcd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Minor {
    Kubernetes(Reverse<MinorVersion>),
    Etcd(Reverse<EtcdMinor>),
}

impl Minor {
    fn of(version: &ComponentVersion) -> Self {
        match version {
            ComponentVersion::Kubernetes(version) => Self::Kubernetes(Reverse(version.minor())),
            ComponentVersion::Etcd(version) => Self::Etcd(Reverse(version.minor())),
        }
    }

    /// What the catalog knows of it.
    fn look_up(self, scene: &Scene<'_>, etcd: &EtcdMatrix) -> Running {
        let (product, minor, known, end, verified, source) = match self {
            Self::Kubernetes(Reverse(minor)) => {
                let release = scene.releases.minor(minor);
                let end = release.map(|it| it.end_of_life);
                let source = release.and_then(|it| best(&it.source));
                ("Kubernetes", minor.to_string(), release.is_some(), end, true, source)
            }
            Self::Etcd(Reverse(minor)) => {
                let release = etcd.releases().get(&minor);
                let end = release.and_then(|it| it.end_of_life);
                let verified = release.is_some_and(|it| it.end_of_life_verified);
                let source = release.and_then(|it| best(&it.source));
                ("etcd", minor.to_string(), release.is_some(), end, verified, source)
            }
        };
        let days_left = end.map(|end| days(scene.today, end));
        Running {
            lifecycle: Lifecycle { product, minor, end_of_life: end, verified, days_left },
            by: BTreeSet::new(),
            known,
            source: source.cloned().unwrap_or_default(),
        }
    }
}

/// The project's own page, where it is among the sources.
fn best(sources: &[String]) -> Option<&String> {
    let own =
        |source: &&String| source.contains("//kubernetes.io/") || source.contains("//etcd.io/");
    sources.iter().find(own).or(sources.first())
}

/// Every minor that runs.
fn running(scene: &Scene<'_>) -> Result<BTreeMap<Minor, Running>, Diagnostic> {
    let etcd = scene.catalog.etcd()?;
    let mut found = BTreeMap::new();
    for row in &scene.rows {
        if let Some(version) = &row.version {
            let minor = Minor::of(version);
            let running = found.entry(minor).or_insert_with(|| minor.look_up(scene, etcd));
            running.by.insert(row.component.name());
        }
    }
    Ok(found)
}

fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn end_of_life(scene: &Scene<'_>, running: &Running, report: &mut Report) {
    let Running { lifecycle, by, known, source } = running;
    let subject = format!("{} {}", lifecycle.product, lifecycle.minor);
    let by = match by.len() {
        _ if lifecycle.product == "etcd" => String::new(),
        1..=NAMED => format!(" ({})", by.iter().copied().collect::<Vec<_>>().join(", ")),
        _ => String::new(),
    };
    if !known {
        report.add(
            Draft::new(Code::UnknownRelease, subject.clone())
                .weighs(Severity::Warning)
                .says(format!(
                    "the catalog, which reaches to {}, does not know {subject}{by}: faults, ends of \
                     life and hazards of it were not looked at",
                    scene.catalog.as_of()
                ))
                .help("lay newer data over the catalog with `--catalog FILE`, or update kubehop"),
        );
        return;
    }
    let (Some(end), Some(left)) = (lifecycle.end_of_life, lifecycle.days_left) else { return };
    let what = if lifecycle.product == "etcd" { "etcd" } else { "the cluster" };
    let draft = if left < 0 {
        Draft::new(Code::EndOfLife, subject.clone())
            .says(format!("{subject}{by} gets no fixes since {end}, not even for security"))
            .help(format!("plan the way of {what} to a minor that is maintained"))
    } else if left <= SOON_DAYS {
        Draft::new(Code::EndOfLifeSoon, subject.clone())
            .says(format!("{subject}{by} gets no fixes after {end}, in {left} days"))
            .help(format!("start the upgrade of {what} in time"))
    } else {
        return;
    };
    report.add(draft.source(source.clone()).unless(lifecycle.verified));
}

/// Patches that the catalog does not have.
fn patches(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let etcd = scene.catalog.etcd()?;
    let versions: BTreeSet<&ComponentVersion> =
        scene.rows.iter().filter_map(|row| row.version.as_ref()).collect();
    for version in versions {
        let unknown = match version {
            ComponentVersion::Kubernetes(version) => {
                scene.releases.minor(version.minor()).is_some_and(|it| !it.knows(version))
            }
            ComponentVersion::Etcd(version) => {
                etcd.releases().contains_key(&version.minor()) && etcd.release(version).is_none()
            }
        };
        if unknown {
            let product = if version.etcd().is_some() { "etcd" } else { "Kubernetes" };
            report.add(
                Draft::new(Code::UnknownRelease, format!("{product} {version}"))
                    .says(format!(
                        "the catalog, which reaches to {}, does not know the patch {version}: whether \
                         it has known faults was not looked at",
                        scene.catalog.as_of()
                    ))
                    .help("read its release notes, or lay newer data over the catalog"),
            );
        }
    }
    Ok(())
}
