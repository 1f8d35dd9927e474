//! Reading a record.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::plan::Plan;
use crate::yaml;

use super::damage;
use super::document::Record;

/// Reads the record of a plan. What is returned is whole: every entry is as it was written.
///
/// # Errors
///
/// A diagnostic with file and line for a document that is no record, that is damaged, or that is of
/// another plan; it says what to do.
pub fn read(file: &SourceFile, plan: &Plan) -> Result<Record, Diagnostic> {
    read_for(file, plan, &plan.digest())
}

/// The same where the digest of the plan is known already: that of a large one takes time.
pub(super) fn read_for(file: &SourceFile, plan: &Plan, digest: &str) -> Result<Record, Diagnostic> {
    let record = parse(file)?;
    damage::check(&record, plan, digest, file)?;
    Ok(record)
}

/// Whether a text is meant to be a record, and not a table of times or another document.
pub fn is_record(file: &SourceFile) -> bool {
    let mut lines = file.text().lines().map(str::trim_start);
    lines.any(|line| {
        line.strip_prefix("kind:").is_some_and(|kind| kind.trim() == "UpgradeRecord")
            || line.contains("\"UpgradeRecord\"")
    })
}

fn parse(file: &SourceFile) -> Result<Record, Diagnostic> {
    yaml::read(file).map_err(|fault| {
        // Another document in its place is no damage.
        if fault.message.starts_with("the document is of kind") {
            return fault;
        }
        let message = format!("the record is damaged: {}", fault.message);
        Diagnostic { message, help: Some(damage::remedy(None)), ..fault }
    })
}
