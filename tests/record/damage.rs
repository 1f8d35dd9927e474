//! Damage is noticed and named, with its line and what to do.

use kubehop::diagnostic::SourceFile;
use kubehop::plan::Plan;
use kubehop::record;
use kubehop::record::NewEntry;

use super::entry;
use super::plan;
use super::written;

fn three(plan: &Plan) -> String {
    let note = Some("line one\n- sequence: 9\nend".to_owned());
    let second = NewEntry { note, ..entry("1.02", 5) };
    written(plan, &[entry("1.01", 0), second, entry("1.03", 9)]).text
}

fn said(text: &str, plan: &Plan) -> String {
    let file = SourceFile::new("plan.record.yaml", text);
    record::read(&file, plan).unwrap_err().render(false)
}

/// The lines of one entry.
fn lines_of(text: &str, sequence: usize) -> &str {
    let start = text.find(&format!("\n- sequence: {sequence}\n")).unwrap() + 1;
    let rest = &text[start..];
    let end = rest[1..].find("\n- sequence: ").or_else(|| rest.find("\nend:").map(|at| at - 1));
    &rest[..end.unwrap() + 2]
}

#[test]
fn each_damage_is_named_with_its_line() {
    let plan = plan();
    let good = three(&plan);
    let without = |sequence| good.replacen(lines_of(&good, sequence), "", 1);
    let twice = good.replacen(lines_of(&good, 2), &lines_of(&good, 2).repeat(2), 1);
    let line = |text: &str, start: &str| {
        text.lines()
            .position(|line| line.starts_with(start))
            .map(|at| format!(":{}:", at + 1))
            .unwrap()
    };
    let second = line(&good, "- sequence: 2");
    let first = line(&good, "- sequence: 1");
    let cases = [
        (
            "an edited name",
            good.replacen("Jane Doe", "John Doe", 1),
            "entry 1, or the head before it, was changed",
            first.clone(),
        ),
        (
            "an edited result",
            good.replacen("1.02'\n  result: done", "1.02'\n  result: failed", 1),
            "entry 2 was changed",
            second.clone(),
        ),
        (
            "an edited note",
            good.replacen("line one", "line won", 1),
            "entry 2 was changed",
            second.clone(),
        ),
        (
            "a note that was added",
            good.replacen("  at: '2026-01-12T20:09", "  note: x\n  at: '2026-01-12T20:09", 1),
            "entry 3 was changed",
            line(&good, "- sequence: 3"),
        ),
        (
            "another name of the plan",
            good.replacen("name: lab-1", "name: lab-2", 1),
            "entry 1, or the head",
            first.clone(),
        ),
        (
            "an entry that is missing",
            without(2),
            "entry 2 is missing: entry 3 stands in its place",
            second.clone(),
        ),
        ("the first one is missing", without(1), "entry 1 is missing: entry 2 stands", first),
        (
            "the last one is missing",
            without(3),
            "saying that it has 3 entries, and has 2",
            line(&without(3), "end:"),
        ),
        ("an entry twice", twice.clone(), "entry 2 stands a second time", String::new()),
        (
            "no end",
            good.replacen("end:\n  entries: 3\n", "", 1),
            "cut off behind entry 3",
            String::new(),
        ),
        (
            "a wrong end",
            good.replacen("  entries: 3\n", "  entries: 4\n", 1),
            "saying that it has 4 entries, and has 3",
            line(&good, "end:"),
        ),
    ];
    for (name, text, message, place) in cases {
        assert_ne!(text, good, "{name}");
        let said = said(&text, &plan);
        assert!(said.contains("the record is damaged") && said.contains(message), "{name}: {said}");
        assert!(said.contains(&format!("plan.record.yaml{place}")), "{name} {place}: {said}");
        assert!(said.contains("restore the file"), "{name}: {said}");
        // Nothing is added to what is damaged.
        let file = SourceFile::new("plan.record.yaml", text.as_str());
        assert!(record::append(Some(&file), &plan, &entry("1.04", 20)).is_err(), "{name}");
    }
}

#[test]
fn a_record_that_is_cut_off_anywhere_is_noticed() {
    let plan = plan();
    let good = three(&plan);
    let ends: Vec<usize> = good.char_indices().map(|(at, _)| at).collect();
    for end in ends {
        let cut = &good[..end];
        let file = SourceFile::new("plan.record.yaml", cut);
        let read = record::read(&file, &plan);
        // Only the line end behind the last word may be missing.
        assert_eq!(read.is_ok(), end + 1 == good.len(), "{cut}");
    }
}

#[test]
fn the_record_of_another_plan_is_no_damage_but_not_this_plans() {
    let plan = plan();
    let good = three(&plan);
    let mut other = plan.clone();
    other.metadata.name = "another".to_owned();
    let text = said(&good, &other);
    assert!(text.contains("the record is of the plan `lab-1-v1.24.3-to-v1.27.16`"), "{text}");
    assert!(!text.contains("damaged"), "{text}");
    let mut newer = plan.clone();
    newer.closing.pop();
    let text = said(&good, &newer);
    assert!(text.contains("another state of the plan `lab-1-v1.24.3-to-v1.27.16`"), "{text}");
    assert!(text.contains("plan.record.yaml: plan.digest:5:3"), "{text}");
    let inventory = std::fs::read_to_string("plans/lab-1.inventory.yaml").unwrap();
    let text = said(&inventory, &plan);
    assert!(text.contains("kind `ClusterInventory`") && !text.contains("damaged"), "{text}");
}
