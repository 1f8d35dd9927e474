//! Lays a checked document over the data and says, line by line, what changed.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::etcd::AcceptedEtcd;
use crate::catalog::etcd::DefaultRange;
use crate::catalog::etcd::EtcdAvoid;
use crate::catalog::etcd::EtcdEntry;
use crate::catalog::etcd::EtcdMatrix;
use crate::catalog::etcd::EtcdRelease;
use crate::catalog::etcd::EtcdRequirement;
use crate::catalog::etcd::EtcdTag;
use crate::catalog::etcd::MinimumRange;
use crate::catalog::releases::Release;
use crate::catalog::releases::Releases;
use crate::diagnostic::Diagnostic;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::document::CatalogDocument;
use super::document::EtcdEntryOverlay;
use super::document::EtcdOverlay;
use super::document::EtcdReleaseOverlay;
use super::document::EtcdRequirementOverlay;
use super::document::ReleaseOverlay;

/// Applies an etcd section.
pub(super) fn etcd(matrix: &mut EtcdMatrix, overlay: &EtcdOverlay, layer: &str) -> Vec<String> {
    let EtcdOverlay { kubernetes, entries, releases, avoid, recommended } = overlay;
    let mut changed = Vec::new();
    for (minor, given) in kubernetes {
        requirement(matrix, *minor, given, layer, &mut changed);
    }
    for given in entries {
        entry(matrix, given, layer, &mut changed);
    }
    for (minor, EtcdReleaseOverlay { images, patches }) in releases {
        let release = matrix.releases.entry(*minor).or_insert_with(|| EtcdRelease {
            released: patches.values().min().copied(),
            end_of_life: None,
            end_of_life_verified: false,
            note: None,
            patches: BTreeMap::new(),
            images: BTreeMap::new(),
            source: vec![layer.to_owned()],
        });
        for (version, date) in patches {
            if release.patches.insert(version.clone(), *date) != Some(*date) {
                changed.push(format!("etcd {version}: released {date}"));
            }
        }
        for tag in images {
            let image = EtcdTag { source: vec![layer.to_owned()], decided_by: layer.to_owned() };
            release.images.insert(tag.clone(), image);
            changed.push(format!("etcd image {tag}: exists"));
        }
    }
    for range in avoid {
        changed.push(format!("etcd {} to {}: avoided, {}", range.from, range.to, range.reason));
        matrix.avoid.push(EtcdAvoid {
            id: None,
            kind: None,
            from: range.from.clone(),
            to: range.to.clone(),
            fixed_in: None,
            reason: range.reason.clone(),
            note: None,
            verified: true,
            source: range.source.clone(),
            decided_by: layer.to_owned(),
        });
    }
    for (minor, version) in recommended {
        matrix.recommended.insert(*minor, version.clone());
        changed.push(format!("etcd {minor}: recommended {version}"));
    }
    changed
}

fn requirement(
    matrix: &mut EtcdMatrix,
    minor: MinorVersion,
    given: &EtcdRequirementOverlay,
    layer: &str,
    changed: &mut Vec<String>,
) {
    let EtcdRequirementOverlay { default, minimum, accepted } = given;
    let target = matrix.kubernetes.entry(minor).or_insert_with(|| EtcdRequirement {
        default: Vec::new(),
        default_verified: true,
        source: vec![layer.to_owned()],
        minimum: Vec::new(),
        accepted: AcceptedEtcd {
            minors: minimum.iter().chain(default).map(EtcdVersion::minor).collect(),
            verified: false,
            decided_by: layer.to_owned(),
        },
        notes: Vec::new(),
    });
    if let Some(version) = default {
        target.default = vec![DefaultRange {
            from: KubernetesVersion::new(minor, 0),
            to: None,
            etcd: version.clone(),
            image_tag: None,
            decided_by: layer.to_owned(),
        }];
        target.default_verified = true;
        target.source = vec![layer.to_owned()];
        // What is deployed works: the derived set must not say otherwise.
        target.accepted.minors.insert(version.minor());
        changed.push(format!("Kubernetes {minor}: default etcd {version}"));
    }
    if let Some(version) = minimum {
        target.minimum = vec![MinimumRange {
            from: KubernetesVersion::new(minor, 0),
            to: None,
            etcd: version.clone(),
            verified: true,
            basis: None,
            source: vec![layer.to_owned()],
            decided_by: layer.to_owned(),
        }];
        target.accepted.minors.retain(|accepted| *accepted >= version.minor());
        changed.push(format!("Kubernetes {minor}: minimum etcd {version}"));
    }
    if let Some(minors) = accepted {
        target.accepted =
            AcceptedEtcd { minors: minors.clone(), verified: true, decided_by: layer.to_owned() };
        let names: Vec<String> = minors.iter().map(ToString::to_string).collect();
        changed.push(format!("Kubernetes {minor}: accepts etcd {}", names.join(", ")));
    }
}

fn entry(
    matrix: &mut EtcdMatrix,
    given: &EtcdEntryOverlay,
    layer: &str,
    changed: &mut Vec<String>,
) {
    let EtcdEntryOverlay { from, to, floor, safety_floor, conditions, source } = given;
    let place = matrix.entries.iter().position(|entry| entry.from == *from && entry.to == *to);
    let before = place.map(|place| matrix.entries.remove(place));
    let shown =
        |floor: Option<&EtcdVersion>| floor.map_or_else(|| "none".to_owned(), ToString::to_string);
    let old = before.as_ref().and_then(|entry| entry.floor.clone());
    let mut entry = before.unwrap_or_else(|| EtcdEntry {
        from: *from,
        to: *to,
        floor: None,
        safety_floor: None,
        why: None,
        conditions: Vec::new(),
        history: Vec::new(),
        flags_removed: Vec::new(),
        defaults_changed: Vec::new(),
        verified: true,
        source: Vec::new(),
        decided_by: String::new(),
    });
    if let Some(floor) = floor {
        entry.floor = Some(floor.clone());
        // A floor below the built-in safety floor is the user's own decision.
        let keeps = entry.safety_floor.as_ref().is_some_and(|safety| safety <= floor);
        if !keeps {
            entry.safety_floor = None;
        }
    }
    if let Some(safety_floor) = safety_floor {
        entry.safety_floor = Some(safety_floor.clone());
    }
    if let Some(conditions) = conditions {
        entry.conditions.clone_from(conditions);
    }
    if !source.is_empty() {
        entry.source.clone_from(source);
    }
    layer.clone_into(&mut entry.decided_by);
    changed.push(format!(
        "etcd {from} to {to}: floor {} (was {})",
        shown(entry.floor.as_ref()),
        shown(old.as_ref())
    ));
    matrix.entries.push(entry);
    matrix.entries.sort_by_key(|entry| entry.from);
}

/// Applies a catalog document.
pub(super) fn catalog(
    catalog: &mut Catalog,
    document: &CatalogDocument,
    layer: &str,
) -> Result<Vec<String>, Diagnostic> {
    let mut changed = Vec::new();
    if !document.releases.is_empty() {
        let releases = catalog.releases.edit()?;
        for (minor, given) in &document.releases {
            release(releases, *minor, given, layer, &mut changed);
        }
    }
    changed.extend(etcd(catalog.etcd.edit()?, &document.etcd, layer));
    for (minor, components) in &document.components {
        catalog.components.edit()?.kubernetes.insert(*minor, components.clone());
        changed.push(format!("Kubernetes {minor}: components"));
    }
    for api in &document.api_removals {
        catalog.api_removals.edit()?.apis.push(api.clone());
        changed.push(format!("API {} ({})", api.group_version(), api.kinds.join(", ")));
    }
    for (minor, gates) in &document.feature_gates {
        catalog.feature_gates.edit()?.per_minor.insert(*minor, gates.clone());
        changed.push(format!("Kubernetes {minor}: feature gates"));
    }
    for flag in &document.removed_flags {
        catalog.removed_flags.edit()?.flags.push(flag.clone());
        changed.push(format!(
            "{} {}: {} removed",
            flag.component,
            flag.removed_in,
            flag.flags.join(", ")
        ));
    }
    for hazard in &document.hazards {
        let hazards = &mut catalog.hazards.edit()?.hazards;
        put(hazards, hazard, |entry| entry.id == hazard.id);
        changed.push(format!("hazard {}", hazard.id));
    }
    for entry in &document.known_bad {
        let entries = &mut catalog.known_bad.edit()?.known_bad;
        put(entries, entry, |other| other.id == entry.id);
        changed.push(format!("known bad {}", entry.id));
    }
    Ok(changed)
}

/// Replaces the entry that is meant, or adds it.
fn put<T: Clone>(list: &mut Vec<T>, new: &T, is_it: impl Fn(&T) -> bool) {
    match list.iter_mut().find(|entry| is_it(entry)) {
        Some(entry) => *entry = new.clone(),
        None => list.push(new.clone()),
    }
}

fn release(
    releases: &mut Releases,
    minor: MinorVersion,
    given: &ReleaseOverlay,
    layer: &str,
    changed: &mut Vec<String>,
) {
    let ReleaseOverlay { released, maintenance_start, end_of_life, patches, source } = given;
    if let Some(release) = releases.minor_mut(minor) {
        release.released = released.unwrap_or(release.released);
        release.maintenance_start = maintenance_start.or(release.maintenance_start);
        release.end_of_life = end_of_life.unwrap_or(release.end_of_life);
        for (version, date) in patches {
            if release.patches.insert(version.clone(), *date) != Some(*date) {
                changed.push(format!("Kubernetes {version}: released {date}"));
            }
        }
        let patches = &release.patches;
        release.unconfirmed.retain(|patch| !patches.contains_key(&patch.version));
        release.source.extend(source.iter().cloned());
        if released.is_some() || maintenance_start.is_some() || end_of_life.is_some() {
            changed.push(format!("Kubernetes {minor}: dates"));
        }
    } else if let (Some(released), Some(end_of_life)) = (released, end_of_life) {
        changed.push(format!("Kubernetes {minor}: new, {} patches", patches.len()));
        releases.put(Release {
            minor,
            released: *released,
            maintenance_start: *maintenance_start,
            end_of_life: *end_of_life,
            patches: patches.clone(),
            unconfirmed: Vec::new(),
            notes: Vec::new(),
            source: if source.is_empty() { vec![layer.to_owned()] } else { source.clone() },
        });
    }
}
