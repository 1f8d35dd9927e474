//! The estimate on a terminal.

use std::fmt::Write as _;

use comfy_table::CellAlignment;

use crate::estimate::Answer;
use crate::finding::Finding;

use super::super::text::counted;
use super::super::text::one_line;
use super::super::text::print;
use super::super::text::table as new_table;
use super::super::text::wrapped;
use super::dates::DeadlineView;
use super::dates::PastMinorView;
use super::rows::ScheduleRow;
use super::text::days;
use super::view::EstimateView;
use super::view::ScheduleView;

/// Assumptions that are listed.
const WEIGHS: usize = 5;
/// Freezes that are listed.
const FREEZES: usize = 8;

/// When, how much, what it depends on, and what should be looked at; `width` columns wide.
pub fn table(answer: &Answer, width: u16) -> String {
    let view = ScheduleView::new(Some(answer));
    let mut out = String::new();
    if view.fits {
        let estimate = &view.estimate;
        head(&mut out, width, estimate);
        when(&mut out, width, estimate);
        effort(&mut out, width, estimate);
        freezes(&mut out, width, estimate);
        weighs(&mut out, width, estimate);
        support(&mut out, width, estimate);
        deadline(&mut out, width, &estimate.deadline);
    } else {
        out.push_str("Nothing is scheduled: something fits into no window.\n");
    }
    findings(&mut out, width, &view.findings);
    if view.fits {
        let EstimateView { seed, runs, .. } = &view.estimate;
        let runs = counted(u64::from(*runs), "run");
        _ = writeln!(out, "\nP50 and P90 come from {runs} drawn from seed {seed}.");
    }
    out
}

fn line(out: &mut String, width: u16, text: &str) {
    _ = writeln!(out, "{}", wrapped(width, &one_line(text)));
}

/// A line that is indented, its later lines too.
fn item(out: &mut String, width: u16, text: &str) {
    for line in wrapped(width.saturating_sub(2), &one_line(text)).lines() {
        _ = writeln!(out, "  {line}");
    }
}

fn head(out: &mut String, width: u16, view: &EstimateView) {
    let EstimateView { plan, timezone, start, p50, p90, days_p50, days_p90, total, .. } = view;
    line(out, width, &format!("{plan}: from {start}, times in {timezone}"));
    line(
        out,
        width,
        &format!(
            "Done by {p50} (P50, {}), safely by {p90} (P90, {}).",
            days(*days_p50),
            days(*days_p90)
        ),
    );
    line(
        out,
        width,
        &format!(
            "Work {} ({} to {}), hands-on {}, {} of {} in all (h:mm).",
            total.work,
            total.work_low,
            total.work_high,
            total.hands_on,
            counted(total.windows, "window"),
            total.window_time
        ),
    );
}

fn name(row: &ScheduleRow) -> String {
    if row.hop == 0 { "end".to_owned() } else { row.hop.to_string() }
}

fn when(out: &mut String, width: u16, view: &EstimateView) {
    let mut table = new_table(width, &["Hop", "Where", "Start", "End (likely)", "P50", "P90"]);
    for row in &view.rows {
        table.add_row([
            name(row),
            row.environment.clone(),
            row.start.short.clone(),
            row.end.short.clone(),
            row.p50.clone(),
            row.p90.clone(),
        ]);
    }
    print(out, &table);
}

fn effort(out: &mut String, width: u16, view: &EstimateView) {
    let header = ["Hop", "Where", "Windows", "Window time", "Work", "Hands-on", "Soak", "Nodes"];
    let mut table = new_table(width, &header);
    for row in &view.rows {
        table.add_row([
            name(row),
            row.environment.clone(),
            row.windows.to_string(),
            row.window_time.clone(),
            row.work.clone(),
            row.hands_on.clone(),
            row.soak.clone(),
            row.nodes.to_string(),
        ]);
    }
    let total = &view.total;
    table.add_row([
        "all".to_owned(),
        String::new(),
        total.windows.to_string(),
        total.window_time.clone(),
        total.work.clone(),
        total.hands_on.clone(),
        total.soak.clone(),
        total.nodes.to_string(),
    ]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    print(out, &table);
}

fn freezes(out: &mut String, width: u16, view: &EstimateView) {
    if view.freezes.is_empty() {
        return;
    }
    out.push_str("\nOn the way:\n");
    for freeze in view.freezes.iter().take(FREEZES) {
        let places = match freeze.environments.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        let text = format!("{}{places}: {} to {}", freeze.name, freeze.start, freeze.end);
        item(out, width, &text);
    }
    let more = view.freezes.len().saturating_sub(FREEZES);
    if more > 0 {
        _ = writeln!(out, "  and {more} more");
    }
}

fn weighs(out: &mut String, width: u16, view: &EstimateView) {
    if view.weighs.is_empty() {
        return;
    }
    out.push_str("\nWhat weighs most, each changed alone:\n");
    for weight in view.weighs.iter().take(WEIGHS) {
        item(out, width, &format!("{}: {}, {}", weight.assumption, weight.change, weight.moves));
    }
}

fn support(out: &mut String, width: u16, view: &EstimateView) {
    out.push('\n');
    line(out, width, &format!("Support: {}.", view.target));
    if view.past_days > 0 {
        line(out, width, &format!("Past an end of life on {}:", days(view.past_days)));
        for past in &view.past_minors {
            let PastMinorView { minor, end_of_life, from, to, stays } = past;
            let stays = if *stays { ", and stays" } else { "" };
            let text = format!("{minor} ({end_of_life}): runs from {from} to {to}{stays}");
            item(out, width, &text);
        }
    }
}

fn deadline(out: &mut String, width: u16, deadline: &DeadlineView) {
    if deadline.date.is_empty() {
        return;
    }
    let DeadlineView { name, date, what, reached, holds, late, latest_start, relaxations, advice } =
        deadline;
    let verdict = if *holds { "in time".to_owned() } else { format!("{late} late") };
    line(
        out,
        width,
        &format!("{name} {date}: {what} on {reached} (P90), {verdict}; {latest_start}."),
    );
    for relaxation in relaxations {
        let holds = if relaxation.holds { ": it holds" } else { "" };
        item(
            out,
            width,
            &format!(
                "{}; then {}, {} earlier{holds}",
                relaxation.change, relaxation.reached, relaxation.gains
            ),
        );
    }
    if !advice.is_empty() {
        let mut letters = advice.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        line(out, width, &format!("{}{}.", first.unwrap_or_default(), letters.as_str()));
    }
}

fn findings(out: &mut String, width: u16, findings: &[Finding]) {
    for finding in findings {
        let Finding { code, severity, subject, message, help, .. } = finding;
        out.push('\n');
        line(out, width, &format!("{severity}[{code}] {subject}: {message}"));
        if !help.is_empty() {
            item(out, width, &format!("help: {help}"));
        }
    }
    if let Some(first) = findings.first() {
        _ = writeln!(out, "\n`kubehop explain {}` says more of a code.", first.code);
    }
}
