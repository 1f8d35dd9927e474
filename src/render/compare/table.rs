//! Several plans side by side on a terminal.

use std::fmt::Write as _;

use comfy_table::CellAlignment;

use crate::compare::Comparison;

use super::super::text::one_line;
use super::super::text::print;
use super::super::text::table as new_table;
use super::super::text::wrapped;
use super::view::ComparisonView;

/// What the names of the numbers take.
const NAMES: u16 = 24;
/// What a plan takes.
const COLUMN: u16 = 14;

/// A row for each number, a column for each plan; `width` columns wide, in several tables where the plans
/// do not fit beside one another.
pub fn table(comparison: &Comparison, width: u16) -> String {
    let view = ComparisonView::new(comparison);
    let mut out = String::new();
    let line = |out: &mut String, text: &str| {
        _ = writeln!(out, "{}", wrapped(width, &one_line(text)));
    };
    if !view.columns.is_empty() {
        let when = match view.start.as_str() {
            "" => String::new(),
            start => format!(", from {start}"),
        };
        line(&mut out, &format!("Work in {}{when}", view.environments));
    }
    let beside = usize::from(width.saturating_sub(NAMES) / COLUMN).max(1);
    for (chunk, columns) in view.columns.chunks(beside).enumerate() {
        let first = chunk * beside;
        let mut header = vec![""];
        header.extend(columns.iter().map(|column| column.target.as_str()));
        let mut table = new_table(width, &header);
        let mut strategies = vec!["Strategy"];
        strategies.extend(columns.iter().map(|column| column.strategy));
        table.add_row(strategies);
        for row in &view.rows {
            let mut cells = vec![row.what];
            let values = row.values.iter().skip(first).take(columns.len());
            cells.extend(values.map(String::as_str));
            table.add_row(cells);
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        print(&mut out, &table);
    }
    if !view.unfit.is_empty() {
        out.push_str("\nFits into no window:\n");
        for unfit in &view.unfit {
            line(&mut out, &format!("- {unfit}"));
        }
    }
    for other in &view.others {
        out.push('\n');
        let text = format!("{} ({}): {}", other.to, other.strategies.join(", "), other.reason);
        line(&mut out, &text);
        for way in &other.ways_out {
            line(&mut out, &format!("- {way}"));
        }
    }
    if view.start.is_empty() && !view.columns.is_empty() {
        line(
            &mut out,
            "\nWindows, calendar days and days past the end of life need a start: --start DATE",
        );
    }
    out
}
