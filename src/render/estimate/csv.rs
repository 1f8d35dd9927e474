//! The schedule as CSV: a line for each window, each stretch of working hours, and each soak. The sums
//! of its columns are the totals of the estimate.

use crate::diagnostic::Diagnostic;
use crate::estimate::Estimate;

use super::super::text::steps;
use super::blocks::blocks;

const HEADER: [&str; 14] = [
    "plan",
    "hop",
    "from",
    "to",
    "environment",
    "kind",
    "number",
    "start",
    "end",
    "window_minutes",
    "work_minutes",
    "soak_minutes",
    "nodes",
    "steps",
];

/// The schedule as CSV (RFC 4180), with a head line; lines end in a line feed.
///
/// # Errors
///
/// None for an estimate that was made; a writer that fails would be a fault of this program.
pub fn csv(estimate: &Estimate) -> Result<String, Diagnostic> {
    let failed = |error: String| Diagnostic::error(format!("cannot write CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|error| failed(error.to_string()))?;
    for block in blocks(estimate) {
        let ids: Vec<_> = block.steps.iter().map(|(id, _)| *id).collect();
        let hop =
            |of: fn(&crate::estimate::HopEstimate) -> String| block.hop.map(of).unwrap_or_default();
        let record = [
            text(&estimate.plan),
            block.hop.map_or_else(|| "final".to_owned(), |hop| hop.number.to_string()),
            hop(|hop| hop.from.to_string()),
            hop(|hop| hop.to.to_string()),
            text(block.environment),
            block.kind.name().to_owned(),
            block.number.to_string(),
            block.start.to_string(),
            block.end.to_string(),
            block.window_minutes.to_string(),
            block.work_minutes.to_string(),
            block.soak_minutes.to_string(),
            block.nodes.to_string(),
            steps(&ids),
        ];
        writer.write_record(&record).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

/// A name, so that no spreadsheet takes it for a formula.
fn text(name: &str) -> String {
    let formula = name.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{name}") } else { name.to_owned() }
}
