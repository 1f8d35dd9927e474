//! What the documents of an audit show, finished before a table or a template sees it.

use serde::Serialize;

use crate::audit::Allowed;
use crate::audit::Audit;
use crate::audit::ComponentRow;
use crate::audit::Lifecycle;
use crate::component::Component;
use crate::diagnostic::Severity;

use super::super::findings::FindingView;
use super::super::symbol::Symbol;
use super::super::text::clean;
use super::super::text::counted;
use super::groups::groups;

/// An audit for people.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub(super) title: String,
    pub(super) policy: Answer,
    pub(super) hop: Answer,
    pub(super) first: Vec<String>,
    pub(super) lifecycle: Vec<String>,
    pub(super) rows: Vec<RowView>,
    pub(super) counts: String,
    pub(super) findings: Vec<FindingView>,
    pub(super) accepted: Vec<AcceptedView>,
}

/// One of the two answers.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) symbol: &'static str,
    pub(super) text: String,
}

/// A line of the component table.
#[derive(Debug, Serialize)]
pub(super) struct RowView {
    pub(super) symbol: &'static str,
    pub(super) component: &'static str,
    pub(super) version: String,
    pub(super) behind: String,
    pub(super) allowed: String,
    pub(super) place: String,
}

/// An accepted finding.
#[derive(Debug, Serialize)]
pub(super) struct AcceptedView {
    pub(super) code: &'static str,
    pub(super) subject: String,
    pub(super) reason: String,
    pub(super) until: String,
}

impl View {
    pub(super) fn new(audit: &Audit, wide: bool) -> Self {
        let rows = if wide {
            audit.components.iter().map(|row| RowView::new(row, &instance(row))).collect()
        } else {
            let groups = groups(&audit.components);
            groups.iter().map(|group| RowView::new(group.first, &group.place())).collect()
        };
        Self {
            title: title(audit),
            policy: policy(audit),
            hop: hop(audit),
            first: audit.next_hop.first.iter().map(|text| clean(text)).collect(),
            lifecycle: audit.lifecycle.iter().map(lifecycle).collect(),
            rows,
            counts: counts(audit),
            findings: audit.findings.iter().map(FindingView::new).collect(),
            accepted: audit
                .accepted
                .iter()
                .map(|accepted| AcceptedView {
                    code: accepted.finding.code,
                    subject: clean(&accepted.finding.subject),
                    reason: clean(&accepted.reason),
                    until: accepted.until.to_string(),
                })
                .collect(),
        }
    }
}

impl RowView {
    fn new(row: &ComponentRow, place: &str) -> Self {
        let version = row.version.as_ref();
        Self {
            symbol: Symbol::from(row.verdict).text(),
            component: row.component.name(),
            version: version.map_or_else(|| "not known".to_owned(), ToString::to_string),
            behind: row.behind.map_or_else(|| "-".to_owned(), |behind| behind.to_string()),
            allowed: allowed(row.component, row.allowed),
            place: clean(place),
        }
    }
}

fn instance(row: &ComponentRow) -> String {
    match &row.pool {
        Some(pool) => format!("{pool}: {}", row.instance),
        None => row.instance.to_string(),
    }
}

fn allowed(component: Component, allowed: Allowed) -> String {
    match (allowed.min, allowed.max) {
        _ if allowed.is_empty() => "none fits".to_owned(),
        (Some(min), Some(max)) if min == max => max.to_string(),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        _ if component == Component::KubeApiserver => "reference".to_owned(),
        _ => "-".to_owned(),
    }
}

fn title(audit: &Audit) -> String {
    let supposed = audit.supposed.as_ref();
    let supposed = supposed.map(|version| format!(", supposing kube-apiserver {version}"));
    format!(
        "{} ({}), on {}{}",
        clean(&audit.cluster),
        audit.provider,
        audit.as_of,
        supposed.unwrap_or_default()
    )
}

fn policy(audit: &Audit) -> Answer {
    let unknown = match audit.unknown_instances {
        0 => String::new(),
        count => format!(", as far as is known: {} not known", versions(count)),
    };
    let (symbol, text) = match (&audit.reference.newest, audit.within_policy) {
        (None, _) => {
            (Symbol::Unknown, "Nothing was measured: no kube-apiserver is known.".to_owned())
        }
        (Some(_), true) if audit.unknown_instances > 0 => {
            (Symbol::Unknown, format!("Within the version skew policy{unknown}."))
        }
        (Some(_), true) => (Symbol::Good, "Within the version skew policy.".to_owned()),
        (Some(_), false) => (Symbol::Bad, format!("Outside the version skew policy{unknown}.")),
    };
    Answer { symbol: symbol.text(), text }
}

fn versions(count: usize) -> String {
    match count {
        1 => "one version is".to_owned(),
        more => format!("{more} versions are"),
    }
}

fn hop(audit: &Audit) -> Answer {
    let hop = &audit.next_hop;
    let (symbol, text) = match hop.to {
        Some(to) if hop.allowed => {
            let open = match hop.open_blockers as u64 {
                0 => String::new(),
                open => format!("; look for its {} on the cluster", counted(open, "blocker")),
            };
            (
                Symbol::Good,
                format!("The hop to {to} may start, as far as an inventory tells{open}."),
            )
        }
        Some(to) => (Symbol::Bad, format!("The hop to {to} may not start yet. First:")),
        None => (Symbol::Unknown, "No next hop is known. First:".to_owned()),
    };
    Answer { symbol: symbol.text(), text }
}

fn lifecycle(lifecycle: &Lifecycle) -> String {
    let Lifecycle { product, minor, end_of_life, verified, days_left } = lifecycle;
    let doubt = if *verified { "" } else { ", not confirmed" };
    match (end_of_life, days_left) {
        (Some(end), Some(left)) if *left < 0 => {
            format!("{product} {minor} until {end} (past{doubt})")
        }
        (Some(end), _) => format!("{product} {minor} until {end}{doubt}"),
        (None, _) => format!("{product} {minor}: no day is known"),
    }
}

fn counts(audit: &Audit) -> String {
    let count =
        |severity| audit.findings.iter().filter(|it| it.severity == severity).count() as u64;
    let accepted = match audit.accepted.len() as u64 {
        0 => String::new(),
        accepted => format!(", {accepted} accepted"),
    };
    format!(
        "{}, {}, {}{accepted}",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(count(Severity::Info), "note"),
    )
}
