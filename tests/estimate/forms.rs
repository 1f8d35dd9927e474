//! The forms of an estimate: sums that add up in each of them, calendar files and charts as other
//! programs read them, and names that want to be more than names.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use kubehop::estimate::Answer;
use kubehop::estimate::Calendar;
use kubehop::estimate::Estimate;
use kubehop::render;
use kubehop::render::IcsOptions;
use serde_json::Value;

use crate::build::Question;
use crate::build::calendar_of;
use crate::build::planned;

/// The minutes of `h:mm`.
fn minutes(clock: &str) -> u64 {
    let (hours, minutes) = clock.split_once(':').unwrap_or_else(|| panic!("`{clock}`"));
    hours.parse::<u64>().unwrap() * 60 + minutes.parse::<u64>().unwrap()
}

/// Windows, window time, work, hands-on, soak, nodes.
type Row = [u64; 6];

fn row(cells: &[&str]) -> Row {
    let [windows, window_time, work, hands_on, soak, nodes] = cells else {
        panic!("{cells:?}");
    };
    let number = |text: &str| text.parse::<u64>().unwrap();
    [
        number(windows),
        minutes(window_time),
        minutes(work),
        minutes(hands_on),
        minutes(soak),
        number(nodes),
    ]
}

fn add_up(rows: &[Row]) {
    let (total, parts) = rows.split_last().unwrap();
    for column in 0..total.len() {
        let sum: u64 = parts.iter().map(|row| row[column]).sum();
        assert_eq!(sum, total[column], "column {column} of {rows:?}");
    }
}

/// What the numbers of an estimate are.
fn totals(estimate: &Estimate) -> Row {
    let all = || estimate.hops.iter().flat_map(|hop| &hop.environments).chain(&estimate.closing);
    let nodes = all().flat_map(|entry| &entry.windows_used).map(|window| window.nodes).sum();
    let total = &estimate.total;
    [
        total.windows,
        total.window_minutes,
        total.work_minutes.likely,
        total.hands_on_minutes.likely,
        all().map(|entry| entry.soak_minutes).sum(),
        nodes,
    ]
}

/// The rows of the table and of Markdown add up to the last one, those of CSV to the estimate. The
/// environments have names without spaces.
pub(crate) fn check_sums(estimate: &Estimate) {
    let answer = Answer::Estimate(Box::new(estimate.clone()));
    let table = render::estimate_table(&answer, 120);
    let mut lines = table.lines().skip_while(|line| !line.contains("Window time")).skip(1);
    let mut rows: Vec<Row> = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        rows.push(row(&cells[cells.len() - 6..]));
    }
    assert_eq!(rows.last(), Some(&totals(estimate)), "{table}");
    add_up(&rows);

    let markdown = render::estimate_markdown(&answer).unwrap();
    let lines = markdown.lines().skip_while(|line| !line.starts_with("| Hop |")).skip(2);
    let rows: Vec<Row> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            row(&cells[cells.len() - 6..])
        })
        .collect();
    assert_eq!(rows.last(), Some(&totals(estimate)), "{markdown}");
    add_up(&rows);

    let [_, window_minutes, work, _, soak, nodes] = totals(estimate);
    let text = render::estimate_csv(estimate).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for record in reader.deserialize::<BTreeMap<String, String>>() {
        for (key, value) in record.unwrap() {
            if let (true, Ok(value)) =
                (key.ends_with("minutes") || key == "nodes", value.parse::<u64>())
            {
                *sums.entry(key).or_default() += value;
            }
        }
    }
    for (key, expected) in [
        ("window_minutes", window_minutes),
        ("work_minutes", work),
        ("soak_minutes", soak),
        ("nodes", nodes),
    ] {
        assert_eq!(sums[key], expected, "{key} of\n{text}");
    }
}

const STAMP: &str = "2027-01-04T08:00:00Z";

fn ics(estimate: &Estimate, sequence: u32) -> String {
    let options = IcsOptions { stamp: STAMP.parse().unwrap(), sequence };
    render::estimate_ics(estimate, &options)
}

/// Lines as RFC 5545 wants them, and every event with a name of its own.
pub(crate) fn check_ics(estimate: &Estimate) -> BTreeSet<String> {
    let text = ics(estimate, 3);
    assert!(text.ends_with("END:VCALENDAR\r\n"));
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{line}");
        assert!(!line.contains(['\n', '\r']), "{line:?}");
    }
    let unfolded = text.replace("\r\n ", "");
    let values = |key: &str| -> Vec<String> {
        let lines = unfolded.lines().filter_map(|line| line.strip_prefix(key));
        lines.map(str::to_owned).collect()
    };
    let uids = values("UID:");
    let distinct: BTreeSet<String> = uids.iter().cloned().collect();
    assert_eq!(distinct.len(), uids.len(), "{unfolded}");
    assert_eq!(values("BEGIN:VEVENT").len(), uids.len());
    assert!(values("DTSTAMP:").iter().all(|stamp| stamp == "20270104T080000Z"));
    assert!(values("SEQUENCE:").iter().all(|sequence| sequence == "3"));
    distinct
}

/// Names out of which a form could be broken.
const HOSTILE: &str = r#"timezone: Europe/Berlin
workingDays: [mon, tue, wed, thu, fri]
workingHours: {from: '09:00', to: '17:00'}
holidays: ['2027-03-26']
freezes:
- {name: 'a, b; c: d # e %% <script>alert(1)</script> "q" \ | `x`', from: '2027-03-17', to: '2027-03-18'}
- {name: "two\nlines\r\ttab", from: '2027-03-24T10:00', to: '2027-03-24T12:00', environments: ['click a:b;c#d, %% e']}
environments:
- name: 'click a:b;c#d, %% e'
  windows: [{days: [mon, tue, wed, thu, fri], from: '10:00', to: '16:00'}]
  soak: 1440
- name: '=section 日本語のとても長い環境'
  windows: [{days: [sat], from: '22:00', to: '06:00'}]
  soak: 1440
"#;

fn hostile() -> Estimate {
    let plan = planned(1, &[("workers", 30)], "1.29");
    Question::new(&plan, calendar_of(HOSTILE), "2027-03-15").estimate()
}

#[test]
fn hostile_names_stay_names_in_markdown_and_csv() {
    let estimate = hostile();
    let answer = Answer::Estimate(Box::new(estimate.clone()));
    let markdown = render::estimate_markdown(&answer).unwrap();
    assert!(!markdown.contains("<script>"), "{markdown}");
    for line in markdown.lines().filter(|line| line.starts_with("| 1:")) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 13, "{line}");
    }
    let text = render::estimate_csv(&estimate).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: BTreeSet<String> =
        reader.records().map(|record| record.unwrap()[4].to_owned()).collect();
    let expected = ["'=section 日本語のとても長い環境", "click a:b;c#d, %% e"];
    assert!(names.iter().eq(expected), "{names:?}");
}

/// Another start moves events and makes none anew: what is there in both is the same event.
#[test]
fn an_event_keeps_its_uid_when_the_plan_is_planned_again() {
    let plan = planned(1, &[("workers", 3)], "1.30");
    let of = |start: &str| {
        check_ics(&Question::new(&plan, Calendar::embedded().unwrap(), start).estimate())
    };
    assert_eq!(of("2027-01-11"), of("2027-01-18"));
    // Thursday: a weekend falls elsewhere, and the same things are done all the same.
    assert_eq!(of("2027-01-11"), of("2027-01-14"));
    let other = planned(1, &[("workers", 3)], "1.29");
    let other = Question::new(&other, Calendar::embedded().unwrap(), "2027-01-11").estimate();
    assert!(check_ics(&other).is_disjoint(&of("2027-01-11")), "another plan has events of its own");
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn skipped(why: &str) {
    println!("skipped: {why}");
}

/// What Python's `icalendar` makes of a file; `None` where it is not installed.
fn read_by_python(text: &str) -> Option<Vec<Value>> {
    const READER: &str = r"
import sys, json
try:
    import icalendar
except ImportError:
    sys.exit(3)
from zoneinfo import ZoneInfo
def at(value):
    value = value.dt
    return value.astimezone(ZoneInfo('Europe/Berlin')).isoformat() if hasattr(value, 'hour') else value.isoformat()
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
events = []
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    events.append({'uid': str(event['UID']), 'summary': str(event['SUMMARY']), 'start': at(event['DTSTART']), 'end': at(event['DTEND']), 'stamp': at(event['DTSTAMP']), 'sequence': int(event['SEQUENCE']), 'description': str(event.get('DESCRIPTION', ''))})
json.dump(events, sys.stdout)
";
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    if output.status.code() == Some(3) {
        let required = std::env::var_os("KUBEHOP_ICALENDAR").is_some();
        assert!(!required, "python3 has no module icalendar; .ci/run installs it");
        skipped("python3 has no module icalendar");
        return None;
    }
    assert!(output.status.success(), "{text}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn another_program_reads_the_calendar_file() {
    let estimate = hostile();
    check_ics(&estimate);
    let Some(events) = read_by_python(&ics(&estimate, 2)) else { return };
    let find = |part: &str| {
        let found = events.iter().find(|event| event["summary"].as_str().unwrap().contains(part));
        found.unwrap_or_else(|| panic!("{part}: {events:#?}"))
    };
    // 27 to 28 March: the clock goes forward, and the window is that of the clock on the wall.
    let night = find("=section 日本語のとても長い環境, hop 1 to v1.28.15: window 1");
    assert_eq!(night["start"], "2027-03-20T22:00:00+01:00");
    let night = find("=section 日本語のとても長い環境, hop 2 to v1.29.15: window 1");
    assert_eq!(night["start"], "2027-03-27T22:00:00+01:00");
    assert_eq!(night["end"], "2027-03-28T06:00:00+02:00");
    assert_eq!(night["sequence"], 2);
    assert_eq!(night["stamp"], "2027-01-04T09:00:00+01:00");
    let description = night["description"].as_str().unwrap();
    assert!(description.contains(" of 7:00, 31 nodes\n2.03 "), "{description}");
    let freeze = find(r#"No change: a, b; c: d # e %% <script>alert(1)</script> "q" \ | x"#);
    assert_eq!((&freeze["start"], &freeze["end"]), (&"2027-03-17".into(), &"2027-03-19".into()));
    let timed = find("No change: two lines  tab (click a:b;c#d, %% e)");
    assert_eq!(timed["start"], "2027-03-24T10:00:00+01:00");
    assert_eq!(find("No change: holiday")["start"], "2027-03-26");
    find("click a:b;c#d, %% e, hop 1 to v1.28.15: soak");
}

/// What Mermaid makes of a chart; `None` where `KUBEHOP_MERMAID` names no folder in which
/// `npm install mermaid jsdom` was run.
fn read_by_mermaid(chart: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("KUBEHOP_MERMAID") else {
        skipped("KUBEHOP_MERMAID names no folder with mermaid and jsdom");
        return None;
    };
    let reader = Path::new(&folder).join("kubehop-mermaid.mjs");
    std::fs::write(&reader, include_str!("mermaid.mjs")).unwrap();
    let mut node = Command::new("node")
        .arg(&reader)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node");
    node.stdin.take().unwrap().write_all(chart.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{chart}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn mermaid_reads_the_chart() {
    let estimate = hostile();
    let chart = render::estimate_mermaid(&estimate).unwrap();
    assert!(chart.starts_with("gantt\n"));
    // A bar has one colon before its times, and nothing that ends a line early.
    for line in chart.lines().filter(|line| line.contains(" :")) {
        let (name, _) = line.split_once(" :").unwrap();
        assert!(!name.contains(':') && !name.contains("%%"), "{line}");
    }
    let Some(read) = read_by_mermaid(&chart) else { return };
    let tasks = read["tasks"].as_array().unwrap();
    let find = |name: &str| {
        let found = tasks.iter().find(|task| task["task"].as_str().unwrap().trim() == name);
        found.unwrap_or_else(|| panic!("{name}: {tasks:#?}"))
    };
    let night = find("2 =section 日本語のとても長い環境, window 1");
    assert_eq!(night["start"], "2027-03-27T22:00:00.000Z");
    assert_eq!(night["end"], "2027-03-28T06:00:00.000Z");
    find("1 click a:b;c#d, %% e");
    find(r#"no change, a, b; c: d # e %% <script>alert(1)</script> "q" \ | `x`"#);
    assert_eq!(find("safe, P90")["milestone"], true);
}

/// Mermaid draws no text of more than 50,000 characters.
#[test]
fn a_chart_of_hundreds_of_windows_stays_small() {
    let plan = planned(3, &[("workers", 3000)], "1.34");
    let calendar = crate::build::production(
        "UTC",
        "",
        "windows: [{days: [mon, tue, wed, thu], from: '22:00', to: '02:00'}]\nparallel: 4",
    );
    let estimate = Question::new(&plan, calendar, "2027-01-04").estimate();
    assert!(estimate.total.windows > 150, "{}", estimate.total.windows);
    let chart = render::estimate_mermaid(&estimate).unwrap();
    assert!(chart.len() < 10_000 && chart.contains("windows :active"), "{chart}");
    check_sums(&estimate);
    check_ics(&estimate);
}

#[test]
fn what_does_not_fit_is_said_with_numbers_in_every_document() {
    let plan = planned(3, &[("workers", 3)], "1.28");
    let calendar = crate::build::production(
        "UTC",
        "",
        "windows: [{days: [mon], from: '20:00', to: '21:30'}]\nreserveMinutes: 15",
    );
    let answer = Question::new(&plan, calendar, "2027-01-04").answer();
    let runbook = render::markdown(
        &plan,
        &render::Options { schedule: Some(&answer), ..render::Options::default() },
    );
    let documents = [
        render::estimate_table(&answer, 200),
        render::estimate_markdown(&answer).unwrap(),
        runbook.unwrap(),
    ];
    // A backup of 20, three control-plane nodes of 45 and the add-ons of 20; 90 less 15.
    for text in documents {
        assert!(text.contains("need 175 minutes at worst"), "{text}");
        assert!(text.contains("has 75 (90 less 15 for the way back)"), "{text}");
    }
}

#[test]
fn a_runbook_with_a_schedule_says_when_each_hop_is_planned() {
    let plan = planned(1, &[("workers", 3)], "1.30");
    let answer = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11").answer();
    let options = render::Options { schedule: Some(&answer), ..render::Options::default() };
    let text = render::markdown(&plan, &options).unwrap();
    let planned =
        "| Planned | Mon 2027-01-11 09:00 to Mon 2027-01-25 09:55 (UTC); done safely (P90) by ";
    assert!(text.contains(planned), "{text}");
    let hop = "**Planned:** staging Thu 2027-01-14 09:35 to Fri 2027-01-15 12:36; production Fri 2027-01-15 12:36 to Wed 2027-01-20 09:35.";
    let (_, second) = text.split_once("## Hop 2: ").unwrap();
    assert!(second[..300].contains(hop), "{}", &second[..300]);
    let without = render::markdown(&plan, &render::Options::default()).unwrap();
    assert!(without.contains("| Hop | Environment | Start (UTC) | End (UTC) | Owner |"));
    assert!(!without.contains("Planned"));
}
