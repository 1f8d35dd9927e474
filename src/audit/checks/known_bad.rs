//! Releases in use that are known to be bad.

use std::collections::BTreeMap;

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::catalog::Area;
use crate::catalog::KnownBad;
use crate::catalog::known_bad::Affected;
use crate::catalog::known_bad::Impact;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let known_bad = scene.catalog.known_bad()?;
    let mut versions: BTreeMap<&ComponentVersion, Vec<usize>> = BTreeMap::new();
    for (at, row) in scene.rows.iter().enumerate() {
        if let Some(version) = &row.version {
            versions.entry(version).or_default().push(at);
        }
    }
    for (version, rows) in versions {
        let entries = match version {
            ComponentVersion::Kubernetes(version) => known_bad.hits(version),
            ComponentVersion::Etcd(version) => known_bad.hits_etcd(version),
        };
        for entry in entries {
            let rows: Vec<usize> = rows
                .iter()
                .copied()
                .filter(|at| concerns(entry.component, scene.rows[*at].component))
                .collect();
            if !rows.is_empty() {
                in_use(scene, entry, version, &rows, report);
            }
        }
    }
    Ok(())
}

/// Whether a fault of an area shows in a component. The faults of kubeadm concern who upgrades with
/// it, which is over; what is left of them shows in the control plane that it made.
fn concerns(area: Area, component: Component) -> bool {
    match area {
        Area::Kubernetes | Area::All => component != Component::Kubectl,
        Area::Kubeadm => component == Component::KubeApiserver,
        area => area.component() == Some(component),
    }
}

fn in_use(
    scene: &Scene<'_>,
    entry: &KnownBad,
    version: &ComponentVersion,
    rows: &[usize],
    report: &mut Report,
) {
    let settled = entry.applies.settle(&scene.facts);
    let severity = match (entry.action, settled) {
        (Action::PreferNewer, _) | (_, Applicability::No) => return,
        // The upgrade that it spoils is done; the next one is made by a newer kubeadm.
        (Action::AvoidIf, Applicability::Unknown) if entry.component == Area::Kubeadm => return,
        (_, Applicability::Unknown) => Severity::Info,
        (Action::AvoidIf, Applicability::Yes) => Severity::Warning,
        (Action::Avoid, Applicability::Yes) => weight(entry),
    };
    let code = match version {
        ComponentVersion::Etcd(_) => Code::EtcdKnownBad,
        ComponentVersion::Kubernetes(_) => Code::KnownBad,
    };
    let condition = match (&entry.when, settled) {
        (Some(when), Applicability::Unknown) => format!("; it depends on: {}", sentence(when)),
        _ => String::new(),
    };
    let message = format!("on {}: {}{condition}", scene.names(rows), sentence(&entry.what));
    let draft = Draft::new(code, format!("{} {version}: {}", product(entry), entry.id))
        .weighs(severity)
        .says(message)
        .help(help(entry, version, &scene.names(rows)))
        .source(entry.source.first().cloned().unwrap_or_default());
    // The hop moves Kubernetes away from its fault; it would take a fault of etcd along.
    let stays = code == Code::EtcdKnownBad && severity == Severity::Error;
    let draft = if stays { draft.first(Stage::Etcd) } else { draft };
    report.add(draft.rows(rows).unless(entry.verified));
}

/// How much a release that must not be run weighs: an error where data or service are at stake.
fn weight(entry: &KnownBad) -> Severity {
    match entry.impact {
        Impact::DataLoss | Impact::ConfigLoss | Impact::Outage | Impact::Security => {
            Severity::Error
        }
        _ => Severity::Warning,
    }
}

/// Where the fault is mended: in a later patch of the same minor, or in a later minor.
fn help(entry: &KnownBad, version: &ComponentVersion, names: &str) -> String {
    match (fixed_beside(entry, version), entry.fixes()) {
        (Some(fixed), _) => format!("bring {} on {names} to {fixed} or later", product(entry)),
        (None, fixes) if fixes.is_empty() => "no release without it is known".to_owned(),
        (None, fixes) => format!("it is mended in {}", fixes.join(", ")),
    }
}

/// The first patch without the fault in the minor that runs.
fn fixed_beside(entry: &KnownBad, version: &ComponentVersion) -> Option<String> {
    match (&entry.affected, version) {
        (Affected::Kubernetes(_), ComponentVersion::Kubernetes(version)) => {
            entry.has_fix_in(version.minor()).map(ToString::to_string)
        }
        (Affected::Etcd(fault), ComponentVersion::Etcd(version)) => {
            let mut fixed = fault.fixed_in.iter().filter(|it| it.minor() == version.minor());
            fixed.next().map(ToString::to_string)
        }
        _ => None,
    }
}

/// What has the fault, as a person calls it.
const fn product(entry: &KnownBad) -> &'static str {
    match entry.component {
        Area::Kubernetes | Area::All => "Kubernetes",
        area => area.name(),
    }
}

/// A sentence of the catalog as part of a longer one.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}
