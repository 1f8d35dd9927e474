//! What a review says in words: reasons, findings, notes, checks.

use serde::Serialize;

use crate::component::Component;
use crate::record::Report;
use crate::record::State;
use crate::review::ApprovalRow;
use crate::review::Assumed;
use crate::review::CheckItem;
use crate::review::CheckResult;
use crate::review::Drift;
use crate::review::NotAssessed;
use crate::review::Reason;

use super::super::symbol::Symbol;
use super::super::text::clean;
use super::rows::steps;

/// The findings of one code that stand against a plan.
#[derive(Debug, Serialize)]
pub(super) struct ReasonView {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) items: Vec<ItemView>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct ItemView {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) to_do: String,
}

impl ReasonView {
    pub(super) fn new(reason: &Reason) -> Self {
        let items = reason.items.iter().map(|item| ItemView {
            subject: clean(&item.subject),
            text: clean(&item.text),
            to_do: clean(&item.to_do),
        });
        Self { code: reason.code, title: reason.title, items: items.collect() }
    }
}

/// Something to read: what it is, and what settles it.
#[derive(Debug, Serialize)]
pub(super) struct Note {
    pub(super) symbol: &'static str,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) settle: String,
}

impl Note {
    pub(super) fn assumed(assumed: &Assumed) -> Self {
        let symbol = if assumed.condition { Symbol::Warn } else { Symbol::Note };
        Self {
            symbol: symbol.text(),
            name: clean(&assumed.id),
            text: clean(&assumed.text),
            settle: clean(&assumed.settle),
        }
    }

    pub(super) fn not_assessed(row: &NotAssessed) -> Self {
        let (name, text) = (clean(&row.id), clean(&row.text));
        Self { symbol: Symbol::Unknown.text(), name, text, settle: String::new() }
    }

    pub(super) fn drift(drift: &Drift) -> Self {
        Self {
            symbol: Symbol::from(drift.severity).text(),
            name: drift.component.map_or("cluster", Component::name).to_owned(),
            text: clean(&drift.text),
            settle: drift.steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        }
    }
}

/// An item of the checklist.
#[derive(Debug, Serialize)]
pub(super) struct CheckView {
    pub(super) symbol: &'static str,
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) result: &'static str,
    pub(super) evidence: String,
    pub(super) steps: String,
    pub(super) source: &'static str,
}

impl CheckView {
    pub(super) fn new(item: &CheckItem) -> Self {
        let symbol = match item.result {
            CheckResult::Pass => Symbol::Good,
            CheckResult::Fail => Symbol::Bad,
            CheckResult::NotApplicable => Symbol::Note,
            CheckResult::Unknown => Symbol::Unknown,
        };
        Self {
            symbol: symbol.text(),
            id: item.id,
            title: item.title,
            result: item.result.name(),
            evidence: clean(&item.evidence),
            steps: steps(&item.steps),
            source: item.source,
        }
    }
}

/// An approval that is asked for.
#[derive(Debug, Serialize)]
pub(super) struct ApprovalView {
    pub(super) role: String,
    pub(super) by: String,
    pub(super) at: String,
}

impl ApprovalView {
    pub(super) fn new(row: &ApprovalRow) -> Self {
        Self {
            role: clean(&row.role),
            by: row.by.as_deref().map(clean).unwrap_or_default(),
            at: row.at.map(|at| at.to_string()).unwrap_or_default(),
        }
    }
}

/// A step that somebody has signed.
#[derive(Debug, Serialize)]
pub(super) struct SignedView {
    pub(super) step: String,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) by: String,
    /// In UTC.
    pub(super) at: String,
    pub(super) notes: String,
}

/// Every step on which the record has a word, in the order of the plan.
pub(super) fn signed(report: &Report) -> impl Iterator<Item = SignedView> {
    let signed = report.steps.iter().filter(|step| step.state != State::Open);
    signed.map(|step| SignedView {
        step: step.step.to_string(),
        title: clean(&step.title),
        state: step.state.name(),
        by: step.by.as_deref().map(clean).unwrap_or_default(),
        at: step.at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
        notes: step.notes.iter().map(|note| clean(note)).collect::<Vec<_>>().join("; "),
    })
}

/// How far the plan has come, by its record.
pub(super) fn progress(report: &Report) -> String {
    let totals = &report.totals;
    let mut parts = vec![format!("{} of {} steps done", totals.done, totals.steps)];
    for (count, what) in [(totals.skipped, "skipped"), (totals.failed, "failed")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.push(if report.complete {
        "nothing open".to_owned()
    } else {
        format!("{} open", totals.open)
    });
    parts.join(", ")
}
