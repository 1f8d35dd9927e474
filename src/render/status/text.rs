//! Where a plan stands, on a terminal.

use std::fmt::Write as _;

use comfy_table::CellAlignment;

use crate::estimate::Ahead;
use crate::plan::Plan;
use crate::progress::Progress;

use super::super::text::print;
use super::super::text::table;
use super::super::text::wrapped;
use super::view::View;

/// The place, what is half done, what contradicts, what is left; `width`: the columns of the terminal.
pub fn text(plan: &Plan, progress: &Progress, ahead: Option<&Ahead>, width: u16) -> String {
    let view = View::new(plan, progress, ahead);
    let mut out = String::new();
    let line = |out: &mut String, text: &str| _ = writeln!(out, "{}", wrapped(width, text));
    line(&mut out, &view.plan);
    line(&mut out, &view.seen);
    conflicts(&mut out, &view, width);
    out.push('\n');
    line(&mut out, &view.place);
    if !view.next.is_empty() {
        line(&mut out, &format!("Next: {}", view.next));
    }
    if !view.doubt.is_empty() {
        line(&mut out, &format!("  {}", view.doubt));
    }
    for partial in &view.partial {
        if partial.step != view.next {
            out.push('\n');
            line(&mut out, &format!("Half done: {}", partial.step));
        }
        for (what, names) in [
            ("done", &partial.done),
            ("remaining", &partial.remaining),
            ("not known", &partial.unknown),
        ] {
            if !names.is_empty() {
                line(&mut out, &format!("  {what} {names}"));
            }
        }
        for within in &partial.within {
            line(&mut out, &format!("  {within}"));
        }
    }
    if !view.notes.is_empty() {
        out.push_str("\nMind:\n");
        for note in &view.notes {
            line(&mut out, &format!("  {note}"));
        }
    }
    hops(&mut out, &view, width);
    if !view.left.is_empty() {
        out.push('\n');
        line(&mut out, &format!("Left: {}", view.left));
        line(&mut out, &format!("  {}", view.time));
        if !view.ahead.is_empty() {
            line(&mut out, &format!("  {}", view.ahead));
        }
    }
    out
}

fn conflicts(out: &mut String, view: &View, width: u16) {
    if view.conflicts.is_empty() {
        return;
    }
    let count = view.conflicts.len();
    let what = if count == 1 { "1 conflict".to_owned() } else { format!("{count} conflicts") };
    _ = writeln!(out, "\n{what}: settle this before anything else is done.");
    for conflict in &view.conflicts {
        _ = writeln!(out, "{}", wrapped(width, &format!("  {}", conflict.message)));
        if !conflict.steps.is_empty() {
            _ = writeln!(out, "{}", wrapped(width, &format!("    steps: {}", conflict.steps)));
        }
        _ = writeln!(out, "{}", wrapped(width, &format!("    do: {}", conflict.help)));
    }
}

fn hops(out: &mut String, view: &View, width: u16) {
    let mut table = table(width, &["Hop", "From", "To", "State", "Steps", "Targets"]);
    for hop in &view.hops {
        table.add_row([&hop.number, &hop.from, &hop.to, hop.state, &hop.steps, &hop.targets]);
    }
    for column in [4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if table.row_count() > 0 {
        print(out, &table);
    }
}
