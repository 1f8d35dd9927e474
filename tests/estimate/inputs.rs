//! What is wrong with a calendar, and what comes out of a calendar program.

use kubehop::diagnostic::SourceFile;
use kubehop::estimate::calendar;
use kubehop::estimate::calendar::Freeze;
use kubehop::estimate::calendar::Zone;
use kubehop::estimate::calendar::ics;

fn told(body: &str) -> String {
    let text = format!("apiVersion: kubehop.dev/v1alpha1\nkind: Calendar\n{body}");
    match calendar::read(&SourceFile::new("c.yaml", text)) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.render(false),
    }
}

/// A calendar with one line changed: each line is a key of its own.
fn with(line: &str) -> String {
    let mut lines = vec![
        ("timezone", "timezone: Europe/Berlin".to_owned()),
        ("workingDays", "workingDays: [mon, tue]".to_owned()),
        ("workingHours", "workingHours: {from: '09:00', to: '17:00'}".to_owned()),
        ("environments", environment("windows: [{days: [tue], from: '20:00', to: '02:00'}]")),
    ];
    let key = line.split(':').next().unwrap();
    match lines.iter_mut().find(|(known, _)| *known == key) {
        Some((_, value)) => line.clone_into(value),
        None => lines.push((key, line.to_owned())),
    }
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}

fn environment(lines: &str) -> String {
    format!("environments:\n- name: production\n  {}", lines.replace('\n', "\n  "))
}

#[test]
fn a_calendar_in_which_nothing_can_happen_is_refused_with_the_reason() {
    let windows = |windows: &str| environment(&format!("windows: [{windows}]"));
    let cases = [
        ("timezone: Europe/Berln".to_owned(), "did you mean `Europe/Berlin`?"),
        ("timezone: Berlin".to_owned(), "did you mean `Europe/Berlin`?"),
        ("timezone: nowhere at all".to_owned(), "requires an IANA name"),
        ("workingDays: [mo]".to_owned(), "did you mean `mon`?"),
        ("workingDays: []".to_owned(), "there is no working day"),
        (
            "workingHours: {from: '17:00', to: '09:00'}".to_owned(),
            "from before to, not 17:00 to 09:00",
        ),
        ("workingHours: {from: '9', to: '17:00'}".to_owned(), "`9` is not a time of day"),
        ("environments: []".to_owned(), "there is no environment"),
        (environment("windows: []"), "`production` has no window"),
        (windows("{days: [tues], from: '20:00', to: '02:00'}"), "did you mean `tue"),
        (windows("{days: [], from: '20:00', to: '02:00'}"), "opens on no day"),
        (windows("{days: [tue], from: '20:00', to: '20:00'}"), "has no length"),
        (windows("{days: [tue], from: '24:00', to: '02:00'}"), "a window opens at '24:00'"),
        (windows("{days: [tue], from: '25:00', to: '02:00'}"), "`25:00` is not a time of day"),
        (
            windows(
                "{days: [tue], from: '20:00', to: '02:00'}, {days: [wed], from: '01:00', to: '03:00'}",
            ),
            "the windows 0 and 1 of `production` overlap on Wednesday",
        ),
        (
            windows(
                "{days: [mon], from: '01:00', to: '03:00'}, {days: [sun], from: '20:00', to: '02:00'}",
            ),
            "overlap on Monday",
        ),
        (
            environment("windows: [{days: [tue], from: '20:00', to: '21:00'}]\nreserveMinutes: 60"),
            "all of which are kept for the way back",
        ),
        (
            environment("windows: [{days: [tue], from: '20:00', to: '21:00'}]\nsoak: long"),
            "`inherit`",
        ),
        (
            environment("windows: [{days: [tue], from: '20:00', to: '21:00'}]\nsok: 1"),
            "did you mean `soak`?",
        ),
        (
            environment(
                "windows: [{days: [tue], from: '20:00', to: '21:00'}]\nmaxNodesPerWindow: 0",
            ),
            "from 1 to 100000",
        ),
        (
            environment(
                "windows: [{days: [tue], from: '20:00', to: '21:00'}]\n\n- name: production\n  windows: []",
            ),
            "production",
        ),
        (
            "freezes: [{name: x, from: 2026-12-31, to: 2026-12-24}]".to_owned(),
            "ends (2026-12-24) before it begins",
        ),
        (
            "freezes: [{name: x, from: 2026-12-24T18:00, to: 2026-12-24T18:00}]".to_owned(),
            "before it begins",
        ),
        (
            "freezes: [{name: x, from: 2026-12-41, to: 2026-12-24}]".to_owned(),
            "`2026-12-41` is not a date",
        ),
        (
            "freezes: [{name: x, from: 2026-12-24T18:00Z, to: 2026-12-25}]".to_owned(),
            "without an offset",
        ),
        (
            "freezes: [{name: x, from: 2026-12-24, to: 2026-12-25, environments: [prod]}]"
                .to_owned(),
            "no environment is called `prod`",
        ),
        ("holidays: [2026-13-25]".to_owned(), "holidays[0]"),
    ];
    for (line, expected) in cases {
        let text = told(&with(&line));
        assert!(text.contains(expected), "{line}\nrequires {expected}\n{text}");
        assert!(text.contains("c.yaml"), "{text}");
    }
    assert_eq!(told(&with("timezone: UTC")), "nothing");
    let touching = windows(
        "{days: [tue], from: '00:00', to: '24:00'}, {days: [wed], from: '00:00', to: '24:00'}",
    );
    assert_eq!(told(&with(&touching)), "nothing");
}

fn file(events: &str) -> SourceFile {
    let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{events}END:VCALENDAR\n");
    SourceFile::new("h.ics", text.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT\n")
}

fn shown(freezes: &[Freeze]) -> Vec<String> {
    freezes.iter().map(|freeze| format!("{} {} {}", freeze.name, freeze.from, freeze.to)).collect()
}

#[test]
fn events_of_a_calendar_program_become_holidays_and_freezes() {
    let berlin: Zone = "Europe/Berlin".parse().unwrap();
    let christmas =
        event("SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227");
    let day = event(
        "SUMMARY:New\\, year\nDTSTART;VALUE=DATE:20270101\nBEGIN:VALARM\nTRIGGER:-P1D\nDURATION:P9D\nEND:VALARM",
    );
    let days = ics::holidays(&file(&format!("{christmas}{day}"))).unwrap();
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-12-25", "2026-12-26", "2027-01-01"]);

    // Two lines folded, UTC, a zone, no zone, a duration, several days.
    let events = [
        event("SUMMARY:Quarter\n  end\nDTSTART:20261230T170000Z\nDTEND:20270102T050000Z"),
        event(
            "SUMMARY:zone\nDTSTART;TZID=America/New_York:20261230T170000\nDTEND;TZID=America/New_York:20261230T180000",
        ),
        event("SUMMARY:floating\nDTSTART:20261230T170000\nDURATION:PT90M"),
        event("DTSTART;VALUE=DATE:20261224\nDURATION:P3D"),
        event("SUMMARY:gone\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260101"),
    ];
    let freezes = ics::freezes(&file(&events.concat()), &berlin).unwrap();
    assert_eq!(
        shown(&freezes),
        [
            "Quarter end 2026-12-30T18:00 2027-01-02T06:00",
            "zone 2026-12-30T23:00 2026-12-31T00:00",
            "floating 2026-12-30T17:00 2026-12-30T18:30",
            "freeze 2026-12-24 2026-12-26",
        ]
    );
}

#[test]
fn what_is_no_single_event_is_refused_with_its_line() {
    let refused = |file: &SourceFile| ics::holidays(file).unwrap_err().render(false);
    let repeats = event("SUMMARY:Standup\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY");
    let text = refused(&file(&repeats));
    assert!(text.contains("`Standup` repeats (`RRULE`)") && text.contains("h.ics:4"), "{text}");
    let timed = event("SUMMARY:x\nDTSTART:20261230T170000Z\nDTEND:20261230T180000Z");
    assert!(refused(&file(&timed)).contains("`--freezes`"));
    let long = event("SUMMARY:x\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101");
    assert!(refused(&file(&long)).contains("more than 62 days"));
    let backwards = event("SUMMARY:x\nDTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260101");
    assert!(refused(&file(&backwards)).contains("does not end after it begins"));
    let odd = event("SUMMARY:x\nDTSTART;VALUE=DATE:2026-01-02");
    assert!(refused(&file(&odd)).contains("is not a time"));
    let zone = event("SUMMARY:x\nDTSTART;TZID=Berlin:20260102T100000");
    assert!(refused(&file(&zone)).contains("did you mean `Europe/Berlin`?"));
    for text in ["", "no calendar", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"] {
        assert!(refused(&SourceFile::new("h.ics", text)).contains("iCalendar"), "{text:?}");
    }
}
