//! The audit on a terminal.

use std::fmt::Write as _;

use comfy_table::CellAlignment;
use comfy_table::ColumnConstraint;

use crate::audit::Audit;

use super::super::findings::FindingView;
use super::super::symbol::Symbol;
use super::super::text::print;
use super::super::text::table as new_table;
use super::super::text::wrapped;
use super::view::View;

/// How the table is laid out.
#[derive(Debug, Clone, Copy)]
pub struct TableOptions {
    /// The columns of the terminal.
    pub width: u16,
    /// Whether every instance, every finding and every note is shown in full.
    pub wide: bool,
}

/// Findings of one code that are shown in full; the rest is counted.
const SHOWN: usize = 4;

/// Things to do first that are listed; the rest is counted.
const STEPS: usize = 6;

/// The two answers, the instances, and what was found. With colours: whoever prints strips them.
pub fn table(audit: &Audit, options: TableOptions) -> String {
    let view = View::new(audit, options.wide);
    let mut out = String::new();
    head(&mut out, &view, options);
    components(&mut out, &view, options.width);
    findings(&mut out, &view, options);
    out
}

fn line(out: &mut String, width: u16, text: &str) {
    let text = wrapped(width, text);
    for line in text.lines() {
        _ = writeln!(out, "{}", Symbol::paint(line));
    }
}

fn head(out: &mut String, view: &View, options: TableOptions) {
    let TableOptions { width, wide } = options;
    line(out, width, &view.title);
    for answer in [&view.policy, &view.hop] {
        line(out, width, &format!("{} {}", answer.symbol, answer.text));
    }
    let first = if wide { view.first.len() } else { STEPS };
    for (at, text) in view.first.iter().take(first).enumerate() {
        line(out, width, &format!("  {}. {text}", at + 1));
    }
    let more = view.first.len().saturating_sub(first);
    if more > 0 {
        _ = writeln!(out, "  and {more} more (--wide)");
    }
    if !view.lifecycle.is_empty() {
        line(out, width, &format!("Maintained: {}", view.lifecycle.join("; ")));
    }
}

fn components(out: &mut String, view: &View, width: u16) {
    let mut table = new_table(width, &["", "Component", "Version", "Behind", "Allowed", "Where"]);
    for row in &view.rows {
        table.add_row([
            row.symbol,
            row.component,
            &row.version,
            &row.behind,
            &row.allowed,
            &row.place,
        ]);
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Only the last column gives way in a narrow terminal.
    for column in table.column_iter_mut().take(5) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = String::new();
    print(&mut text, &table);
    for line in text.lines() {
        // Every cell has a space on its left, that of the symbol too.
        _ = writeln!(out, "{}", Symbol::paint(line.strip_prefix(' ').unwrap_or(line)));
    }
}

fn findings(out: &mut String, view: &View, options: TableOptions) {
    let width = options.width;
    _ = writeln!(out, "\nFindings: {}", view.counts);
    let (notes, others): (Vec<_>, Vec<_>) = view.findings.iter().partition(|it| it.is_note);
    for of_one in others.chunk_by(|left, right| left.code == right.code) {
        let shown = if options.wide { of_one.len() } else { SHOWN };
        for found in of_one.iter().take(shown) {
            finding(out, width, found);
        }
        let more = of_one.len().saturating_sub(shown);
        if more > 0 {
            _ = writeln!(out, "\n  and {more} more {} (--wide)", of_one[0].code);
        }
    }
    if options.wide {
        for note in notes {
            finding(out, width, note);
        }
    } else if !notes.is_empty() {
        out.push('\n');
        for of_one in notes.chunk_by(|left, right| left.code == right.code) {
            for note in of_one.iter().take(SHOWN) {
                let FindingView { symbol, code, subject, message, .. } = note;
                let text = format!("{symbol} {code} {subject}: {message}");
                _ = writeln!(out, "{}", Symbol::paint(&cut(&text, width)));
            }
            let more = of_one.len().saturating_sub(SHOWN);
            if more > 0 {
                _ = writeln!(out, "  and {more} more {} (--wide)", of_one[0].code);
            }
        }
    }
    if !view.accepted.is_empty() {
        out.push_str("\nAccepted by the baseline:\n");
        for accepted in &view.accepted {
            let text = format!(
                "  {} {}: {} (until {})",
                accepted.code, accepted.subject, accepted.reason, accepted.until
            );
            line(out, width, &text);
        }
    }
    if let Some(first) = view.findings.first() {
        _ = writeln!(out, "\n`kubehop explain {}` says more of a code.", first.code);
    }
}

/// The beginning of a text that is longer than a line.
fn cut(text: &str, width: u16) -> String {
    let width = usize::from(width);
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn finding(out: &mut String, width: u16, finding: &FindingView) {
    let FindingView { symbol, code, subject, message, help, source, .. } = finding;
    out.push('\n');
    line(out, width, &format!("{symbol} {code} {subject}"));
    block(out, width, message);
    if !help.is_empty() {
        block(out, width, &format!("do: {help}"));
    }
    if !source.is_empty() {
        _ = writeln!(out, "  see: {source}");
    }
}

/// Lines with one indentation, the first as well.
fn block(out: &mut String, width: u16, text: &str) {
    // `wrapped` indents later lines by two under the first.
    for line in wrapped(width.saturating_sub(2), text).lines() {
        _ = writeln!(out, "  {}", line.strip_prefix("  ").unwrap_or(line));
    }
}
