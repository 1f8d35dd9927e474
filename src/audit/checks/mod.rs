//! The checks, one file per family, one function per kind of finding.

mod configuration;
mod control_plane;
mod etcd;
mod hazards;
mod images;
mod known_bad;
mod lifecycle;
mod machines;
mod nodes;
mod unknowns;

use crate::diagnostic::Diagnostic;

use super::model::Lifecycle;
use super::report::Report;
use super::scene::Scene;

/// Runs every check; the answer is the minors that run, with their ends of life.
pub(super) fn all(scene: &Scene<'_>, report: &mut Report) -> Result<Vec<Lifecycle>, Diagnostic> {
    control_plane::check(scene, report);
    nodes::check(scene, report);
    etcd::check(scene, report)?;
    let lifecycle = lifecycle::check(scene, report)?;
    known_bad::check(scene, report)?;
    images::check(scene, report)?;
    configuration::check(scene, report)?;
    machines::check(scene, report);
    hazards::check(scene, report)?;
    unknowns::check(scene, report);
    Ok(lifecycle)
}

/// `s` unless there is one.
const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `is` or `are`.
const fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
