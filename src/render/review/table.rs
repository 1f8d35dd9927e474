//! A review on a terminal.

use std::fmt::Write as _;

use comfy_table::ColumnConstraint;

use crate::review::Review;

use super::super::symbol::Symbol;
use super::super::text::print;
use super::super::text::table as new_table;
use super::super::text::wrapped;
use super::notes::ReasonView;
use super::view::View;

/// Items of one code that are shown in full; the rest is counted.
const SHOWN: usize = 6;

/// The verdict with its reasons, what changes, the risk, what fails of the checklist, and what was not
/// looked at. With colours: whoever prints strips them.
pub fn text(review: &Review, width: u16) -> String {
    let view = View::new(review);
    let mut out = String::new();
    line(&mut out, width, &format!("{} {}. {}", view.symbol, view.headline, view.sentence));
    line(&mut out, width, &view.scope);
    for reason in &view.rejecting {
        reasons(&mut out, width, reason, Symbol::Bad);
    }
    for reason in &view.conditions {
        reasons(&mut out, width, reason, Symbol::Warn);
    }
    components(&mut out, width, &view);
    hops(&mut out, width, &view);
    _ = writeln!(out, "\nRisk and impact");
    for text in &view.disturbs {
        line(&mut out, width, &format!("  {text}"));
    }
    for row in &view.no_return {
        let text = format!("  no way back after {}: {} (gate: {})", row.step, row.title, row.gate);
        line(&mut out, width, &text);
    }
    for row in view.skew_windows.iter().take(SHOWN) {
        let text = format!(
            "  {} {} apart, {} to {}: {}",
            row.what, row.apart, row.from, row.to, row.minutes
        );
        line(&mut out, width, &text);
    }
    let more = view.skew_windows.len().saturating_sub(SHOWN);
    if more > 0 {
        _ = writeln!(out, "  and {more} more stretches with components apart (-o md shows all)");
    }
    let (hazards, lesser) = (view.hazards.len(), view.lesser_hazards.len());
    line(&mut out, width, &format!("  hazards: {hazards} to settle, {lesser} to know of"));
    for approval in &view.approvals {
        let by = if approval.by.is_empty() { "missing" } else { &approval.by };
        line(&mut out, width, &format!("  approval of {}: {by}", approval.role));
    }
    _ = writeln!(out, "\nCommon mistakes: {}", view.checks);
    for row in &view.failing {
        line(&mut out, width, &format!("{} {}: {}", row.symbol, row.title, row.evidence));
    }
    _ = writeln!(out, "\nNot looked at");
    for row in &view.not_assessed {
        line(&mut out, width, &format!("? {}", row.text));
    }
    if !view.previous.is_empty() {
        _ = writeln!(out, "\nSince {}", view.previous);
        for text in &view.since {
            line(&mut out, width, &format!("  {text}"));
        }
        if view.since.is_empty() {
            _ = writeln!(out, "  nothing differs");
        }
    }
    if !view.progress.is_empty() {
        _ = writeln!(out, "\nDone so far: {}", view.progress);
        for row in view.signed.iter().filter(|row| row.state != "done") {
            line(
                &mut out,
                width,
                &format!("  {} {} by {}: {}", row.step, row.state, row.by, row.notes),
            );
        }
    }
    _ = writeln!(out, "\nFindings: {}", view.counts);
    for note in view.findings.iter().filter(|finding| finding.is_note) {
        line(&mut out, width, &format!("· {} {}: {}", note.code, note.subject, note.message));
    }
    out
}

fn line(out: &mut String, width: u16, text: &str) {
    for line in wrapped(width, text).lines() {
        _ = writeln!(out, "{}", Symbol::paint(line));
    }
}

fn reasons(out: &mut String, width: u16, reason: &ReasonView, symbol: Symbol) {
    out.push('\n');
    line(out, width, &format!("{} {} {}", symbol.text(), reason.code, reason.title));
    for item in reason.items.iter().take(SHOWN) {
        line(out, width, &format!("  {}: {}", item.subject, item.text));
        line(out, width, &format!("    do: {}", item.to_do));
    }
    let more = reason.items.len().saturating_sub(SHOWN);
    if more > 0 {
        _ = writeln!(out, "  and {more} more (-o md shows all)");
    }
}

fn components(out: &mut String, width: u16, view: &View) {
    let mut table = new_table(width, &["Component", "Before", "After"]);
    for row in &view.components {
        let after = if row.changes { row.after.as_str() } else { "the same" };
        table.add_row([row.component, &row.before, after]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    print(out, &table);
}

fn hops(out: &mut String, width: u16, view: &View) {
    let mut table =
        new_table(width, &["Hop", "From", "To", "Steps", "Drains", "etcd", "Work (h:mm)", "Soak"]);
    for hop in &view.hops {
        table.add_row([
            hop.number.to_string(),
            hop.from.clone(),
            hop.to.clone(),
            hop.steps.to_string(),
            hop.drains.to_string(),
            hop.etcd.clone(),
            hop.work.clone(),
            hop.soak.clone(),
        ]);
    }
    print(out, &table);
    if !view.environments.is_empty() {
        let mut table =
            new_table(width, &["Environment", "First step (UTC)", "Done (UTC)", "Windows"]);
        for row in &view.environments {
            table.add_row([&row.name, &row.start, &row.end, &row.windows]);
        }
        print(out, &table);
    }
}
