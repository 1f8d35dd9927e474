//! A further entry: what it must satisfy, and the text of the record with it.

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::plan::ApiVersion;
use crate::plan::Plan;
use crate::plan::StepId;
use crate::yaml;

use super::damage;
use super::document::End;
use super::document::Entry;
use super::document::Kind;
use super::document::Outcome;
use super::document::PlanReference;
use super::document::Record;
use super::file;
use super::standing::Standings;

/// The most letters of a name.
const LONGEST_NAME: usize = 200;
/// The most letters of a note.
const LONGEST_NOTE: usize = 10_000;
/// A time further ahead of the clock than this many seconds is a slip.
const CLOCK_SKEW: i64 = 300;

/// A sign-off that somebody wants to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The step.
    pub step: StepId,
    /// What came of it.
    pub result: Outcome,
    /// Who signs.
    pub by: String,
    /// When it began and ended.
    pub moment: Moment,
    /// What whoever reads this later must know.
    pub note: Option<String>,
}

/// When a step was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When work on it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub at: Timestamp,
    /// The present moment, against which a slip in the others is noticed.
    pub now: Timestamp,
}

/// A record with one entry more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The whole text of the record; that of the entries before is as it was.
    pub text: String,
    /// The entry.
    pub entry: Entry,
    /// What whoever signs should look at; it is written all the same.
    pub warnings: Vec<Diagnostic>,
    /// The first step of the plan in which something is left to do.
    pub next: Option<StepId>,
}

/// Adds an entry to a record, or begins one.
///
/// # Errors
///
/// A diagnostic for an entry that cannot be, or for a record that is damaged or of another plan.
pub fn append(
    existing: Option<&SourceFile>,
    plan: &Plan,
    new: &NewEntry,
) -> Result<Appended, Diagnostic> {
    acceptable(plan, new)?;
    let digest = plan.digest();
    let mut record = match existing {
        Some(file) => file::read_for(file, plan, &digest)?,
        None => begun(plan, &digest),
    };
    let warnings = warnings(plan, &record, new);
    let before = record.entries.last();
    let before = before.map_or_else(|| damage::head(&record.plan), |last| last.digest.clone());
    let NewEntry { step, result, by, moment, note } = new;
    let mut entry = Entry {
        sequence: record.entries.len() as u64 + 1,
        step: *step,
        result: *result,
        by: by.clone(),
        started: moment.started,
        at: moment.at,
        note: note.clone(),
        digest: String::new(),
    };
    entry.digest = damage::link(&before, &entry);
    record.entries.push(entry.clone());
    record.end = Some(End { entries: record.entries.len() as u64 });
    let text = written(existing, &record, &entry)?;
    // What is handed out can be read again: no name and no note may break a record.
    let name = existing.map_or("the record", SourceFile::name);
    let again = file::read_for(&SourceFile::new(name, text.as_str()), plan, &digest);
    if again.ok().as_ref() != Some(&record) {
        return Err(Diagnostic::error("the entry could not be read back, so it is not written")
            .help("leave unusual characters out of `--by` and `--note`"));
    }
    let next = Standings::new(plan, &record).unsettled().next();
    Ok(Appended { text, entry, warnings, next })
}

fn begun(plan: &Plan, digest: &str) -> Record {
    Record {
        api_version: ApiVersion::V1Alpha1,
        kind: Kind::UpgradeRecord,
        plan: PlanReference { name: plan.metadata.name.clone(), digest: digest.to_owned() },
        entries: Vec::new(),
        end: None,
    }
}

/// The text: what stood there, the entry, the end. A record that was laid out by something else is
/// written anew.
fn written(
    existing: Option<&SourceFile>,
    record: &Record,
    entry: &Entry,
) -> Result<String, Diagnostic> {
    let write =
        |error: serde_json::Error| Diagnostic::error(format!("cannot write the record: {error}"));
    let text = existing.map(SourceFile::text).unwrap_or_default();
    let whole = text.rfind("\nend:\n  entries: ").map(|at| &text[..=at]);
    match whole.filter(|text| text.contains("\nentries:\n- sequence: 1\n")) {
        Some(before) => {
            let entry = yaml::write(std::slice::from_ref(entry)).map_err(write)?;
            let end = yaml::write(&serde_json::json!({ "end": record.end })).map_err(write)?;
            Ok(format!("{before}{entry}{end}"))
        }
        None => yaml::write(record).map_err(write),
    }
}

/// What an entry must satisfy, whatever stands in the record.
fn acceptable(plan: &Plan, new: &NewEntry) -> Result<(), Diagnostic> {
    let NewEntry { step, result, by, moment, note } = new;
    plan.step(*step)?;
    if by.trim().is_empty() {
        return Err(Diagnostic::error("the name of whoever signs is empty")
            .help("name a person or a team with `--by`"));
    }
    let too_long = |what: &str, text: &str, most: usize| {
        let letters = text.chars().count();
        let message = format!("{what} has {letters} letters; the most are {most}");
        (letters > most)
            .then(|| Diagnostic::error(message).help("put the rest into the ticket, and name that"))
    };
    let note = note.as_deref().unwrap_or_default();
    let long = too_long("the name", by, LONGEST_NAME);
    if let Some(long) = long.or_else(|| too_long("the note", note, LONGEST_NOTE)) {
        return Err(long);
    }
    if *result == Outcome::Skipped && note.trim().is_empty() {
        return Err(Diagnostic::error(format!("step {step} is skipped without a reason"))
            .help("say with `--note` why it is left out"));
    }
    let Moment { started, at, now: _ } = moment;
    if let Some(started) = started.filter(|started| started > at) {
        return Err(Diagnostic::error(format!(
            "step {step} ends ({at}) before it begins ({started})"
        ))
        .help("look at the offsets of `--started` and `--at`"));
    }
    Ok(())
}

/// A text without anything that a terminal would obey.
fn plainly(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// What is odd about an entry, but may be as it is.
fn warnings(plan: &Plan, record: &Record, new: &NewEntry) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let standings = Standings::new(plan, record);
    let NewEntry { step, moment: Moment { started: _, at, now }, .. } = new;
    let earlier = plan.steps().map(|(_, known)| known.id).take_while(|known| known != step);
    let open: Vec<String> = earlier
        .filter(|known| !standings.of(*known).state.is_settled())
        .map(|known| known.to_string())
        .collect();
    if let [first, rest @ ..] = open.as_slice() {
        let which = match rest {
            [] => first.clone(),
            [last] => format!("{first} and {last}"),
            [.., last] => format!("{first} to {last}, {} in all,", open.len()),
        };
        let verb = if rest.is_empty() { "is" } else { "are" };
        warnings.push(
            Diagnostic::warning(format!(
                "step {step} is signed off, and {which} before it {verb} not"
            ))
            .help("sign them off, or skip them with a note"),
        );
    }
    if let Some(last) = standings.of(*step).last() {
        warnings.push(
            Diagnostic::warning(format!(
                "step {step} was signed off before, as {} by {} at {}: the new entry counts from now on",
                last.result, plainly(&last.by), last.at
            ))
            .help("both stay in the record"),
        );
    }
    if let Some(last) = record.entries.last().filter(|last| last.at > *at) {
        warnings.push(
            Diagnostic::warning(format!(
                "the time of step {step} ({at}) lies before that of the entry written last, step {} ({})",
                last.step, last.at
            ))
            .help("look at the day and the offset of `--at`"),
        );
    }
    if at.as_second() - now.as_second() > CLOCK_SKEW {
        warnings.push(
            Diagnostic::warning(format!(
                "the time of step {step} ({at}) lies in the future; the clock here says {now}"
            ))
            .help("look at the day and the offset of `--at`, and at the clock"),
        );
    }
    warnings
}
