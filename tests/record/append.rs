//! What an entry must satisfy, and that whatever is written is read back, here and elsewhere.

use kubehop::diagnostic::SourceFile;
use kubehop::plan::Resumption;
use kubehop::record;
use kubehop::record::NewEntry;
use kubehop::record::Outcome;
use kubehop::record::Pace;
use kubehop::record::Report;
use kubehop::record::Standings;
use kubehop::record::State;
use proptest::prelude::*;

use super::at;
use super::entry;
use super::plan;
use super::support::read_by_python;
use super::written;

/// Names and notes that break what is careless.
const HOSTILE: &[&str] = &[
    "O'Neil \"the\" Third",
    "line one\nline two",
    "- sequence: 7\n  step: '1.01'",
    "end:\n  entries: 99",
    "\nend:\n  entries: ",
    "---\n...",
    "# not a comment",
    ": {x}, [y]",
    "*alias &anchor !tag",
    "no",
    "12:30",
    " leading and trailing ",
    "\t tab",
    "bell \u{7} escape \u{1b}[31m delete \u{7f} next \u{85} null-ish \u{0}",
    "\u{FEFF}mark \u{2028} \u{FFFE} \u{FFFF} \u{1F6D1} é",
    "back\\slash \\n",
    "carriage\r\nreturn",
    "trailing \n spaces \n\n",
    "{{ jinja }} <script>alert(1)</script> | table",
];

#[test]
fn hostile_names_and_notes_come_back_here_and_in_python() {
    let plan = plan();
    let entries: Vec<NewEntry> = HOSTILE
        .iter()
        .zip(0..)
        .map(|(text, minute)| {
            let note = Some((*text).to_owned());
            NewEntry { by: format!("{text}x"), note, ..entry("1.01", minute) }
        })
        .collect();
    let last = written(&plan, &entries);
    let file = SourceFile::new("r.yaml", last.text.as_str());
    let read = record::read(&file, &plan).unwrap();
    assert_eq!(read.entries.len(), HOSTILE.len());
    for (entry, text) in read.entries.iter().zip(HOSTILE) {
        assert_eq!(entry.note.as_deref(), Some(*text));
        assert_eq!(entry.by, format!("{text}x"));
    }
    assert_eq!(read_by_python(&last.text), serde_json::to_value(&read).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_text_comes_back(texts in prop::collection::vec(("\\PC{1,40}|[\\s\\S]{1,40}", "[\\s\\S]{0,200}"), 1..5)) {
        let plan = plan();
        let entries: Vec<NewEntry> = texts
            .iter()
            .zip(0..)
            .map(|((by, note), minute)| {
                NewEntry { by: format!("{by}."), note: Some(note.clone()), ..entry("1.02", minute) }
            })
            .collect();
        let last = written(&plan, &entries);
        let read = record::read(&SourceFile::new("r.yaml", last.text), &plan).unwrap();
        for (entry, (by, note)) in read.entries.iter().zip(&texts) {
            prop_assert_eq!(&entry.by, &format!("{by}."));
            prop_assert_eq!(entry.note.as_ref(), Some(note));
        }
    }
}

#[test]
fn the_text_of_earlier_entries_stays_byte_for_byte() {
    let plan = plan();
    let one = written(&plan, &[entry("1.01", 0)]);
    let text = one.text.replace("- sequence: 1\n", "- sequence: 1\n# seen by the auditor\n");
    // A remark of a person is no part of an entry, and stays.
    let text = text.replace("\n# seen by the auditor\n", "\n  # seen by the auditor\n");
    let file = SourceFile::new("r.yaml", text.as_str());
    let two = record::append(Some(&file), &plan, &entry("1.02", 5)).unwrap();
    let before = text.strip_suffix("end:\n  entries: 1\n").unwrap();
    assert!(two.text.starts_with(before), "{}", two.text);
    assert!(two.text.ends_with("end:\n  entries: 2\n"), "{}", two.text);
}

#[test]
fn a_record_in_another_layout_is_read_and_goes_on() {
    let plan = plan();
    let one = written(&plan, &[entry("1.01", 0)]);
    let file = SourceFile::new("r.yaml", one.text);
    let json = serde_json::to_string_pretty(&record::read(&file, &plan).unwrap()).unwrap();
    let file = SourceFile::new("r.json", json);
    assert!(record::is_record(&file));
    let two = record::append(Some(&file), &plan, &entry("1.02", 5)).unwrap();
    let read = record::read(&SourceFile::new("r.yaml", two.text), &plan).unwrap();
    assert_eq!(read.entries.len(), 2);
}

#[test]
fn what_cannot_be_is_refused() {
    let plan = plan();
    let refuse = |new: &NewEntry, said: &str| {
        let text = record::append(None, &plan, new).unwrap_err().render(false);
        assert!(text.contains(said) && text.contains("help"), "{text}");
    };
    refuse(&entry("1.99", 0), "the plan has no step `1.99`");
    refuse(&entry("1.99", 0), "did you mean 1.09");
    refuse(&NewEntry { by: " \n".into(), ..entry("1.01", 0) }, "is empty");
    refuse(&NewEntry { by: "x".repeat(201), ..entry("1.01", 0) }, "201 letters");
    refuse(&NewEntry { note: Some("x".repeat(10_001)), ..entry("1.01", 0) }, "10001 letters");
    let skipped = NewEntry { result: Outcome::Skipped, ..entry("1.01", 0) };
    refuse(&skipped, "without a reason");
    refuse(&NewEntry { note: Some(" ".into()), ..skipped.clone() }, "without a reason");
    assert!(record::append(None, &plan, &NewEntry { note: Some("why".into()), ..skipped }).is_ok());
    let mut backwards = entry("1.01", 0);
    backwards.moment.started = Some(at(1));
    refuse(&backwards, "before it begins");
}

#[test]
fn no_note_can_make_a_record_unreadable() {
    // The reader refuses a document with more than 10,000 open brackets, wherever they stand.
    let plan = plan();
    let note = Some("[".repeat(9_000));
    let one = written(&plan, &[NewEntry { note: note.clone(), ..entry("1.01", 0) }]);
    let file = SourceFile::new("r.yaml", one.text);
    let error = record::append(Some(&file), &plan, &NewEntry { note, ..entry("1.02", 0) });
    assert!(error.unwrap_err().message.contains("could not be read back"));
    assert!(record::append(Some(&file), &plan, &entry("1.02", 0)).is_ok());
}

#[test]
fn what_is_odd_is_said_and_written_all_the_same() {
    let plan = plan();
    let warnings = |entries: &[NewEntry]| -> Vec<String> {
        written(&plan, entries).warnings.into_iter().map(|warning| warning.message).collect()
    };
    assert_eq!(warnings(&[entry("1.01", 0)]), [] as [&str; 0]);
    assert!(warnings(&[entry("1.02", 0)])[0].contains("and 1.01 before it is not"));
    assert!(warnings(&[entry("1.03", 0)])[0].contains("and 1.01 and 1.02 before it are not"));
    assert!(warnings(&[entry("1.05", 0)])[0].contains("1.01 to 1.04, 4 in all, before it are not"));
    let again = warnings(&[entry("1.01", 0), entry("1.01", 5)]);
    assert!(again[0].contains("signed off before, as done by Jane Doe"), "{again:?}");
    let earlier = warnings(&[entry("1.01", 5), entry("1.02", 0)]);
    assert!(earlier[0].contains("lies before that of the entry written last"), "{earlier:?}");
    let mut future = entry("1.01", 10);
    future.moment.now = at(0);
    assert!(warnings(&[future])[0].contains("in the future"));
}

#[test]
fn a_later_entry_counts_and_the_report_knows_both() {
    let plan = plan();
    let failed =
        NewEntry { result: Outcome::Failed, note: Some("disk".into()), ..entry("1.03", 30) };
    let mut done = entry("1.03", 200);
    done.moment.started = Some(at(100));
    let mut failed_with_start = failed.clone();
    failed_with_start.moment.started = Some(at(20));
    let skipped =
        NewEntry { result: Outcome::Skipped, note: Some("not ours".into()), ..entry("1.04", 210) };
    let entries = [entry("1.01", 0), entry("1.02", 10), failed_with_start, done, skipped];
    let last = written(&plan, &entries);
    assert_eq!(last.next.unwrap().to_string(), "1.05");
    let record = record::read(&SourceFile::new("r.yaml", last.text), &plan).unwrap();
    let standing = Standings::new(&plan, &record).of("1.03".parse().unwrap());
    assert_eq!((standing.state, standing.entries.len()), (State::Done, 2));

    let report = Report::new(&plan, &record);
    let step = |id: &str| report.steps.iter().find(|step| step.step.to_string() == id).unwrap();
    let third = step("1.03");
    // Ten minutes of the try that failed and a hundred of the one that did not.
    assert_eq!((third.minutes, third.failed_tries, third.entries), (Some(110), 1, 2));
    let planned = plan.step(third.step).unwrap().duration;
    assert!(planned.high < 110, "{planned:?}");
    assert_eq!(third.pace, Some(Pace::Slower));
    assert_eq!((step("1.02").minutes, step("1.02").at_most), (None, Some(10)));
    assert_eq!((step("1.01").minutes, step("1.01").at_most), (None, None));
    let totals = report.totals;
    assert_eq!((totals.done, totals.skipped, totals.failed, totals.failed_tries), (3, 1, 0, 1));
    assert_eq!((totals.time.minutes, totals.time.measured), (110, 1));
    assert_eq!(totals.time.estimated, planned);
    let deviations: Vec<String> = report.deviations.iter().map(ToString::to_string).collect();
    assert_eq!(deviations, ["1.03", "1.04"]);
    assert_eq!(report.signers.len(), 1);
    assert_eq!((report.signers[0].done, report.signers[0].failed), (3, 1));
    assert_eq!(report.open.len(), plan.steps().count() - 4);
    assert!(!report.complete);
}

/// A plan that is taken up again keeps its ids, so what was signed for it before holds on.
#[test]
fn the_record_goes_on_where_a_plan_is_taken_up_again() {
    let plan = plan();
    let before = written(&plan, &[entry("1.01", 0), entry("3.05", 5)]).text;
    let mut new = plan.clone();
    new.hops[2].steps.retain(|step| step.id != "3.05".parse().unwrap());
    let file = SourceFile::new("plan.record.yaml", before.as_str());
    assert!(record::read(&file, &new).is_err(), "an edited plan is another one");
    new.resumed.push(Resumption {
        before: "1.02".parse().unwrap(),
        plan: plan.digest(),
        observed_at: None,
        inventory: "sha256:00".to_owned(),
        because: vec!["a node came".to_owned()],
        unproven: Vec::new(),
        state: plan.initial_state.clone(),
    });
    let read = record::read(&file, &new).unwrap();
    assert_eq!(read.entries.len(), 2, "also of a step that is gone");
    let next = record::append(Some(&file), &new, &entry("1.02", 9)).unwrap();
    assert!(next.text.starts_with(before.split("\nend:").next().unwrap()));
    assert!(record::read(&SourceFile::new("r.yaml", next.text), &new).is_ok());
    let gone = record::append(Some(&file), &new, &entry("3.05", 9));
    assert!(gone.is_err(), "nobody signs a step any more that is gone");
}
