//! What differs between two plans, on a terminal.

use std::fmt::Write as _;

use crate::diff::Difference;

use super::super::text::wrapped;
use super::view::Line;
use super::view::View;

/// The changes by hop; `width`: the columns of the terminal.
pub fn text(difference: &Difference, width: u16) -> String {
    let view = View::new(difference);
    let mut out = String::new();
    let mut line = |text: &str| _ = writeln!(out, "{}", wrapped(width, text));
    line(&view.verdict);
    for basis in &view.basis {
        line(&format!("  {basis}"));
    }
    for group in &view.groups {
        line("");
        line(&group.title);
        for change in &group.lines {
            line(&format!("  {} {}", change.symbol, sentence(change)));
            if !change.reason.is_empty() {
                line(&format!("    why: {}", change.reason));
            }
        }
    }
    if !view.groups.is_empty() {
        line("");
        line("+ added, - removed, ~ changed, > moved, = done where the new plan starts");
    }
    out
}

fn sentence(change: &Line) -> String {
    let Line { what, aspect, before, after, .. } = change;
    let sides = match (before.is_empty(), after.is_empty()) {
        (false, false) => format!("{before} -> {after}"),
        (false, true) => before.clone(),
        (true, _) => after.clone(),
    };
    let subject = match (what.is_empty(), aspect.is_empty()) {
        (true, _) => (*aspect).to_owned(),
        (false, true) => what.clone(),
        (false, false) => format!("{what}, {aspect}"),
    };
    if sides.is_empty() { subject } else { format!("{subject}: {sides}") }
}
