//! The chain of digests, and what is found where it is broken.

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::plan::ApiVersion;
use crate::plan::Plan;

use super::document::Entry;
use super::document::Kind;
use super::document::PlanReference;
use super::document::Record;
use crate::digest::sha256;

/// What the first entry follows: the head of the document.
pub(super) fn head(plan: &PlanReference) -> String {
    let PlanReference { name, digest } = plan;
    sha256(&json!([ApiVersion::V1Alpha1, Kind::UpgradeRecord, name, digest]).to_string())
}

/// The digest of an entry, with that of what it follows.
pub(super) fn link(before: &str, entry: &Entry) -> String {
    let Entry { sequence, step, result, by, started, at, note, digest: _ } = entry;
    sha256(&json!([before, sequence, step, result, by, started, at, note]).to_string())
}

/// Whether a record is whole, and of this plan, which has this digest, or of the plan before it was taken
/// up again.
///
/// # Errors
///
/// The first thing that is wrong, with its line and what to do.
pub(super) fn check(
    record: &Record,
    plan: &Plan,
    digest: &str,
    file: &SourceFile,
) -> Result<(), Diagnostic> {
    let Record { api_version: ApiVersion::V1Alpha1, kind: Kind::UpgradeRecord, plan: of, .. } =
        record;
    let earlier = plan.was_once(&of.digest);
    if of.digest != digest && !earlier {
        return Err(other_plan(of, plan, digest, file));
    }
    let mut before = head(of);
    for (index, entry) in record.entries.iter().enumerate() {
        let number = index as u64 + 1;
        let line = line_of(file, index, record.entries.len());
        if entry.sequence != number {
            let message = if entry.sequence > number {
                format!("entry {number} is missing: entry {} stands in its place", entry.sequence)
            } else {
                format!(
                    "entry {} stands a second time, in the place of entry {number}",
                    entry.sequence
                )
            };
            return Err(damaged(file, line, &message, index));
        }
        let digest = link(&before, entry);
        if entry.digest != digest {
            let message = if index == 0 {
                "entry 1, or the head before it, was changed after it was written".to_owned()
            } else {
                format!("entry {number} was changed after it was written")
            };
            return Err(damaged(file, line, &message, index));
        }
        // Where the plan was taken up again, a step that was signed may be gone.
        if !earlier && !plan.steps().any(|(_, step)| step.id == entry.step) {
            let message =
                format!("entry {number} is of step {}, which the plan has not", entry.step);
            return Err(damaged(file, line, &message, index));
        }
        before = digest;
    }
    let count = record.entries.len();
    match record.end {
        Some(end) if end.entries == count as u64 => Ok(()),
        Some(end) => {
            let message = format!(
                "the record ends by saying that it has {} entries, and has {count}",
                end.entries
            );
            let last = file.text().lines().count();
            Err(damaged(file, Some(line_starting(file, "end:").unwrap_or(last)), &message, count))
        }
        None => {
            let message = format!("the record is cut off behind entry {count}: its end is missing");
            Err(damaged(file, Some(file.text().lines().count()), &message, count))
        }
    }
}

fn other_plan(of: &PlanReference, plan: &Plan, digest: &str, file: &SourceFile) -> Diagnostic {
    let short = |digest: &str| digest.chars().take("sha256:".len() + 12).collect::<String>();
    let name = &plan.metadata.name;
    let message = if of.name == *name {
        format!(
            "the record is of another state of the plan `{name}`: {}, and this one is {}",
            short(&of.digest),
            short(digest)
        )
    } else {
        format!("the record is of the plan `{}`, and this one is `{name}`", of.name)
    };
    let place = Place {
        file: file.clone(),
        path: Some("plan.digest".to_owned()),
        position: line_starting(file, "  digest:").map(|line| (line, 3)),
    };
    Diagnostic::error(message).at(place).help(
        "give the plan that the record was begun with, or one that takes it up; a plan that was \
         made anew has a record of its own, which --record FILE can name",
    )
}

/// What to do about a record that cannot be read as far as its entry `sound + 1`.
pub(super) fn remedy(sound: Option<usize>) -> String {
    let sound = match sound {
        Some(0) => "no entry before it is sound".to_owned(),
        Some(1) => "entry 1 is sound".to_owned(),
        Some(count) => format!("entries 1 to {count} are sound"),
        None => "nothing was written to it now".to_owned(),
    };
    format!(
        "{sound}; restore the file from version control or a backup; where there is none, keep it \
         under another name for the ticket and sign off in a new one, which --record FILE names"
    )
}

fn damaged(file: &SourceFile, line: Option<usize>, message: &str, sound: usize) -> Diagnostic {
    let place = Place {
        file: file.clone(),
        path: None,
        position: line.filter(|line| *line > 0).map(|line| (line, 1)),
    };
    Diagnostic::error(format!("the record is damaged: {message}"))
        .at(place)
        .help(remedy(Some(sound)))
}

/// The line of an entry, where the file is written as this program writes it: each entry begins at
/// the beginning of a line, and nothing else does with a dash.
pub fn line_of(file: &SourceFile, index: usize, count: usize) -> Option<usize> {
    let lines = file.text().lines().enumerate();
    let starts: Vec<usize> =
        lines.filter(|(_, line)| line.starts_with("- ")).map(|(at, _)| at + 1).collect();
    (starts.len() == count).then(|| starts.get(index).copied()).flatten()
}

fn line_starting(file: &SourceFile, start: &str) -> Option<usize> {
    file.text().lines().position(|line| line.starts_with(start)).map(|at| at + 1)
}
