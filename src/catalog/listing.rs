//! The catalog as tables, and as one document.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::version::MinorVersion;

use super::Catalog;
use super::hazards::Hop;
use super::known_bad::Affected;

/// A part of the catalog that can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Kubernetes releases.
    Releases,
    /// The etcd matrix.
    Etcd,
    /// What kubeadm ships.
    Components,
    /// Skew rules.
    Skew,
    /// API versions that go.
    Apis,
    /// Feature gates.
    Gates,
    /// Flags that go.
    Flags,
    /// What hops break.
    Hazards,
    /// Releases not to stop at.
    KnownBad,
}

impl Section {
    /// Every section, in the order of the documents.
    pub const ALL: [Self; 9] = [
        Self::Releases,
        Self::Etcd,
        Self::Components,
        Self::Skew,
        Self::Apis,
        Self::Gates,
        Self::Flags,
        Self::Hazards,
        Self::KnownBad,
    ];

    /// The name as a user writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Releases => "releases",
            Self::Etcd => "etcd",
            Self::Components => "components",
            Self::Skew => "skew",
            Self::Apis => "apis",
            Self::Gates => "gates",
            Self::Flags => "flags",
            Self::Hazards => "hazards",
            Self::KnownBad => "known-bad",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A word that names no section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a section of the catalog; requires one of {}", names())]
pub struct UnknownSection {
    input: String,
}

fn names() -> String {
    Section::ALL.map(|section| format!("`{section}`")).join(", ")
}

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(text: &str) -> Result<Self, UnknownSection> {
        Self::ALL
            .into_iter()
            .find(|section| section.name() == text)
            .ok_or_else(|| UnknownSection { input: text.to_owned() })
    }
}

/// A table: every row has a cell for every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What the table shows.
    pub title: &'static str,
    /// The heads of the columns.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// A section as a table, of one minor only where that is asked for. The skew rules belong to no
/// minor and are always listed.
pub fn list(
    catalog: &Catalog,
    section: Section,
    only: Option<MinorVersion>,
) -> Result<Listing, Diagnostic> {
    let wanted = |minor: MinorVersion| only.is_none_or(|only| only == minor);
    match section {
        Section::Releases => releases(catalog, &wanted),
        Section::Etcd => etcd(catalog, &wanted),
        Section::Components => components(catalog, &wanted),
        Section::Skew => skew(catalog),
        Section::Apis => apis(catalog, only),
        Section::Gates => gates(catalog, &wanted),
        Section::Flags => flags(catalog, &wanted),
        Section::Hazards => hazards(catalog, only),
        Section::KnownBad => known_bad(catalog, only),
    }
}

type Wanted<'a> = &'a dyn Fn(MinorVersion) -> bool;

/// What stands in a cell without a value.
const NONE: &str = "-";

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

fn joined<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    if texts.is_empty() { NONE.to_owned() } else { texts.join(", ") }
}

fn releases(catalog: &Catalog, wanted: Wanted<'_>) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    for release in catalog.releases()?.minors().filter(|release| wanted(release.minor)) {
        rows.push(vec![
            release.minor.to_string(),
            release.released.to_string(),
            text(release.maintenance_start),
            release.end_of_life.to_string(),
            release.patches.len().to_string(),
            text(release.newest()),
            joined(release.unconfirmed.iter().map(|patch| &patch.version)),
        ]);
    }
    let columns =
        vec!["minor", "released", "maintenance", "end of life", "patches", "newest", "unconfirmed"];
    Ok(Listing { title: "Kubernetes releases", columns, rows })
}

fn etcd(catalog: &Catalog, wanted: Wanted<'_>) -> Result<Listing, Diagnostic> {
    let matrix = catalog.etcd()?;
    let releases = catalog.releases()?;
    let mut rows = Vec::new();
    for minor in matrix.kubernetes_minors().filter(|minor| wanted(*minor)) {
        let newest = releases.minor(minor).and_then(|release| release.newest()).cloned();
        let newest = newest.unwrap_or(crate::version::KubernetesVersion::new(minor, 0));
        let default = matrix.kubeadm_default(&newest);
        let minimum = matrix.minimum(&newest);
        let accepted = matrix.accepted(minor);
        let doubt = |verified: bool| if verified { "" } else { " (unverified)" };
        let entry = default.as_ref().and_then(|default| {
            let to = default.version.minor();
            matrix.entries().iter().find(|entry| entry.to == to)
        });
        let deciders = [
            default.as_ref().map(|it| it.decided_by.as_str()),
            minimum.as_ref().map(|it| it.decided_by.as_str()),
            accepted.map(|it| it.decided_by.as_str()),
            entry.map(|it| it.decided_by.as_str()),
        ];
        let deciders: BTreeSet<&str> = deciders.into_iter().flatten().collect();
        rows.push(vec![
            newest.to_string(),
            text(default.as_ref().map(|it| format!("{}{}", it.version, doubt(it.verified)))),
            text(minimum.as_ref().map(|it| format!("{}{}", it.version, doubt(it.verified)))),
            text(matrix.stacked_minimum(minor).map(|it| &it.etcd)),
            accepted.map_or_else(|| NONE.to_owned(), |it| joined(&it.minors)),
            text(default.as_ref().and_then(|it| matrix.recommended(it.version.minor()))),
            text(entry.and_then(|entry| entry.floor.as_ref())),
            joined(&deciders),
        ]);
    }
    let columns = vec![
        "kubernetes",
        "default",
        "minimum",
        "stacked minimum",
        "accepted",
        "recommended",
        "entry floor",
        "decided by",
    ];
    Ok(Listing { title: "etcd per Kubernetes minor", columns, rows })
}

fn components(catalog: &Catalog, wanted: Wanted<'_>) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    for (minor, it) in catalog.components()?.minors().filter(|(minor, _)| wanted(*minor)) {
        rows.push(vec![
            minor.to_string(),
            text(it.coredns.last().map(|range| &range.tag)),
            text(it.pause.last().map(|range| &range.tag)),
            joined(&it.kubeadm_config_api.accepted),
            joined(&it.containerd.recommended),
            joined(&it.cri.versions),
            if it.package_repository { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let columns =
        vec!["minor", "CoreDNS", "pause", "kubeadm API", "containerd", "CRI", "pkgs.k8s.io"];
    Ok(Listing { title: "What comes with a minor", columns, rows })
}

fn skew(catalog: &Catalog) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    for rule in &catalog.skew()?.rules {
        rows.push(vec![
            rule.id.clone(),
            rule.subject.to_string(),
            rule.against.to_string(),
            rule.max_older.to_string(),
            rule.max_newer.to_string(),
            joined(rule.exceptions.iter().map(|it| {
                format!(
                    "before {}: {} older, {} newer",
                    it.subject_before, it.max_older, it.max_newer
                )
            })),
            joined(&rule.source),
        ]);
    }
    let columns = vec!["rule", "subject", "against", "older", "newer", "exceptions", "source"];
    Ok(Listing { title: "Version skew policy", columns, rows })
}

fn apis(catalog: &Catalog, only: Option<MinorVersion>) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    for api in catalog.api_removals()? {
        if only.is_some() && api.removed_in != only {
            continue;
        }
        rows.push(vec![
            text(api.removed_in),
            api.group_version(),
            joined(&api.kinds),
            text(api.replacement.as_ref()),
            if api.served_by_default { "yes" } else { "no" }.to_owned(),
            api.migration.clone(),
        ]);
    }
    let columns = vec!["removed in", "API", "kinds", "replacement", "on by default", "migration"];
    Ok(Listing { title: "API versions that go", columns, rows })
}

fn gates(catalog: &Catalog, wanted: Wanted<'_>) -> Result<Listing, Diagnostic> {
    let gates = catalog.feature_gates()?;
    let mut rows = Vec::new();
    for minor in gates.minors().filter(|minor| wanted(*minor)) {
        let Some(changes) = gates.per_minor(minor) else { continue };
        let locked = changes.newly_locked.iter().map(|(gate, value)| format!("{gate}={value}"));
        let mut row = |what: &str, gates: String| {
            if gates != NONE {
                rows.push(vec![minor.to_string(), what.to_owned(), gates]);
            }
        };
        row("removed", joined(&changes.removed));
        row("locked", joined(locked));
        row("on by default", joined(&changes.default_turned_on));
        row("off by default", joined(&changes.default_turned_off));
        row("new and on", joined(&changes.new_and_on));
        let kubeadm = gates.kubeadm_gates().iter().filter(|gate| gate.removed_in == Some(minor));
        row("removed from kubeadm", joined(kubeadm.map(|gate| &gate.name)));
    }
    let columns = vec!["minor", "change", "gates"];
    Ok(Listing { title: "Feature gates", columns, rows })
}

fn flags(catalog: &Catalog, wanted: Wanted<'_>) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    let removed = catalog.removed_flags()?;
    for flag in removed.flags().iter().filter(|flag| wanted(flag.removed_in)) {
        rows.push(vec![
            flag.removed_in.to_string(),
            flag.component.to_string(),
            joined(&flag.flags),
            text(flag.replacement.as_ref()),
        ]);
    }
    for plugin in removed.admission_plugins().iter().filter(|plugin| wanted(plugin.removed_in)) {
        let name = format!("admission plugin {}", plugin.name);
        let minor = plugin.removed_in.to_string();
        rows.push(vec![minor, "kube-apiserver".to_owned(), name, NONE.to_owned()]);
    }
    let columns = vec!["removed in", "component", "flags", "replacement"];
    Ok(Listing { title: "Flags that go", columns, rows })
}

fn hazards(catalog: &Catalog, only: Option<MinorVersion>) -> Result<Listing, Diagnostic> {
    let hazards = catalog.hazards()?;
    let mut found: Vec<_> =
        hazards.iter().filter(|hazard| only.is_none_or(|to| hazard.hop.includes(to))).collect();
    found.sort_by_key(|hazard| (hazard.hop != Hop::Any, hazard.hop, hazard.severity));
    let rows = found.into_iter().map(|hazard| {
        vec![
            hazard.hop.to_string(),
            hazard.severity.to_string(),
            hazard.component.to_string(),
            hazard.id.clone(),
            hazard.title.clone(),
            text(hazard.when.as_ref()),
        ]
    });
    let columns = vec!["hop", "severity", "component", "id", "title", "when"];
    Ok(Listing { title: "What hops break", columns, rows: rows.collect() })
}

fn known_bad(catalog: &Catalog, only: Option<MinorVersion>) -> Result<Listing, Diagnostic> {
    let mut rows = Vec::new();
    for entry in catalog.known_bad()? {
        let touches = |only: MinorVersion| match &entry.affected {
            Affected::Kubernetes(fault) => fault
                .ranges
                .iter()
                .any(|range| (range.from.minor()..=range.to.minor()).contains(&only)),
            Affected::Etcd(_) | Affected::Other(_) => false,
        };
        if only.is_some_and(|only| !touches(only)) {
            continue;
        }
        rows.push(vec![
            entry.component.to_string(),
            entry.ranges(),
            joined(entry.fixes()),
            entry.action.to_string(),
            entry.id.clone(),
            entry.what.clone(),
            text(entry.when.as_ref()),
        ]);
    }
    let columns = vec!["component", "affected", "fixed in", "action", "id", "what", "when"];
    Ok(Listing { title: "Releases not to stop at", columns, rows })
}

/// Everything as one document, for people to inspect. It is not an overlay: an overlay holds only
/// what differs.
pub fn export(catalog: &Catalog) -> Result<Value, Diagnostic> {
    let value = json!({
        "apiVersion": "kubehop.dev/v1alpha1",
        "kind": "CatalogExport",
        "asOf": catalog.as_of(),
        "digest": catalog.digest(),
        "layers": catalog
            .layers()
            .iter()
            .map(|layer| json!({"name": layer.name, "changed": layer.changed}))
            .collect::<Vec<_>>(),
        "releases": encode(catalog.releases()?)?,
        "etcd": encode(catalog.etcd()?)?,
        "components": encode(catalog.components()?)?,
        "skew": encode(catalog.skew()?)?,
        "apiRemovals": encode(catalog.api_removals()?)?,
        "featureGates": encode(catalog.feature_gates()?)?,
        "removedFlags": encode(catalog.removed_flags()?)?,
        "hazards": encode(catalog.hazards()?)?,
        "knownBad": encode(catalog.known_bad()?)?,
    });
    Ok(value)
}

fn encode(part: &impl serde::Serialize) -> Result<Value, Diagnostic> {
    serde_json::to_value(part).map_err(|error| Diagnostic::error(error.to_string()))
}
