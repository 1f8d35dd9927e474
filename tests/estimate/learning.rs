//! Measured times become a profile.

use std::fmt::Write as _;

use kubehop::diagnostic::SourceFile;
use kubehop::estimate::EstimateProfile;
use kubehop::estimate::Key;
use kubehop::estimate::learn;
use kubehop::plan::Duration;
use kubehop::plan::Plan;

use crate::build::planned;

fn plan() -> Plan {
    planned(3, &[("workers", 8)], "1.28")
}

fn learnt(plan: &Plan, rows: &str) -> Result<EstimateProfile, String> {
    let file = SourceFile::new("r.csv", format!("step,start,end,target\n{rows}"));
    let rows = learn::read(&file, plan).map_err(|error| error.render(false))?;
    learn::learn(plan, &rows).map_err(|error| error.render(false))
}

/// `1.09` is the pool of 8 nodes: canary 1, then the rest one by one.
#[test]
fn medians_and_extremes_become_three_points() {
    let plan = plan();
    let rows = "\
1.01,2027-01-11T09:00:00+01:00,2027-01-11T09:31:00+01:00,
1.04,2027-01-12T20:00:00Z,2027-01-12T20:11:30Z,cp-1
1.05,2027-01-12T20:12:00Z,2027-01-12T20:30:00Z,cp-2
1.06,2027-01-12T20:31:00Z,2027-01-12T20:41:00Z,
1.09,2027-01-12T21:00:00Z,2027-01-12T21:09:00Z,workers-1
1.09,2027-01-12T21:20:00Z,2027-01-12T21:27:00Z,workers-2
1.09,2027-01-12T21:20:00Z,2027-01-12T21:41:00Z,workers-3
";
    let profile = learnt(&plan, rows).unwrap();
    let of = |key: Key| {
        let over = &profile.keys[&key];
        (over.minutes.get(), over.samples)
    };
    let three = |low, likely, high| Duration { low, likely, high };
    assert_eq!(of(Key::Preflight), (three(31, 31, 31), Some(1)));
    assert_eq!(of(Key::ControlPlaneNode), (three(10, 12, 18), Some(3)), "10, 11.5 and 18 minutes");
    let pool = &profile.pools[&"workers".parse().unwrap()];
    assert_eq!(pool.node.as_ref().unwrap().minutes.get(), three(7, 9, 21));
    // The profile reads back as it is written.
    let text = kubehop::yaml::write(&profile).unwrap();
    let back: EstimateProfile = kubehop::yaml::read(&SourceFile::new("p.yaml", text)).unwrap();
    assert_eq!(back, profile);
}

/// 8 rounds and a look of 10 minutes: 106 minutes are 12 a round.
#[test]
fn a_whole_rollout_is_divided_by_its_rounds() {
    let plan = plan();
    let rows = "1.09,2027-01-12T21:00:00Z,2027-01-12T22:46:00Z,\n";
    let profile = learnt(&plan, rows).unwrap();
    let pool = &profile.pools[&"workers".parse().unwrap()];
    assert_eq!(pool.node.as_ref().unwrap().minutes.get().likely, 12);
}

#[test]
fn from_ten_measurements_on_one_bad_night_does_not_decide() {
    let plan = planned(1, &[("workers", 20)], "1.28");
    let mut rows = String::new();
    for number in 1..=20 {
        let minutes = if number == 20 { 59 } else { number };
        _ = writeln!(
            rows,
            "1.07,2027-01-12T{number:02}:00:00Z,2027-01-12T{number:02}:{minutes:02}:00Z,workers-{number}"
        );
    }
    let profile = learnt(&plan, &rows).unwrap();
    let over = profile.pools[&"workers".parse().unwrap()].node.clone().unwrap();
    let Duration { low, likely, high } = over.minutes.get();
    assert_eq!((low, likely, high, over.samples), (2, 10, 18, Some(20)));
}

#[test]
fn nonsense_is_refused_with_its_line() {
    let plan = plan();
    let cases = [
        ("1.01,2027-01-11T10:00:00Z,2027-01-11T09:00:00Z,\n", "before it begins"),
        ("7.01,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z,\n", "the plan has no step `7.01`"),
        ("x,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z,\n", "is not a step id"),
        ("1.01,yesterday,2027-01-11T10:00:00Z,\n", "`yesterday` is not a time"),
        ("1.01,2027-01-11T09:00:00,2027-01-11T10:00:00Z,\n", "is not a time"),
        ("1.04,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z,cp-9\n", "has no target `cp-9`"),
        ("1.01,2027-01-11T09:00:00Z\n", "the line has 2 fields"),
        (
            "1.01,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z,\n1.02,2027-01-11T09:59:00Z,2027-01-11T10:10:00Z,\n",
            "step 1.02 and step 1.01 (line 2) were done at the same time",
        ),
        (
            "1.09,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z,workers-1\n1.09,2027-01-11T09:30:00Z,2027-01-11T10:10:00Z,workers-1\n",
            "at the same time",
        ),
        ("", "nothing can be learnt"),
    ];
    for (rows, expected) in cases {
        let text = learnt(&plan, rows).unwrap_err();
        assert!(text.contains(expected), "{rows}\nrequires {expected}\n{text}");
    }
    let headless = SourceFile::new("r.csv", "1.01,2027-01-11T09:00:00Z,2027-01-11T10:00:00Z\n");
    let text = learn::read(&headless, &plan).unwrap_err().render(false);
    assert!(text.contains("no head line") && text.contains("step,start,end[,target]"), "{text}");
}

/// Sign-offs say when a step was done, not when it was begun: that is when the one before it was done.
#[test]
fn sign_offs_alone_are_times_between_one_another() {
    let plan = plan();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let signed = [
        ("1.01", "2027-01-12T09:45:00Z"),
        ("1.02", "2027-01-12T10:00:00Z"),
        // The backup waited for the night: ten hours are no backup.
        ("1.03", "2027-01-12T20:10:00Z"),
        ("1.04", "2027-01-12T20:22:00Z"),
        ("1.05", "2027-01-12T20:40:00Z"),
        // 1.06 was not signed off, so nobody knows when 1.07 began.
        ("1.07", "2027-01-12T21:00:00Z"),
        ("1.08", "2027-01-12T21:40:00Z"),
        // Signed off twice: it was done the second time.
        ("1.05", "2027-01-12T20:42:00Z"),
    ];
    let signed = signed.map(|(step, time)| (step.parse().unwrap(), at(time)));
    let rows = learn::between(&plan, signed);
    let shown: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.step, row.end.duration_since(row.start).as_mins()))
        .collect();
    assert_eq!(shown, ["1.02 15", "1.04 12", "1.05 20", "1.08 40"]);
    let profile = learn::learn(&plan, &rows).unwrap();
    let over = &profile.keys[&Key::ControlPlaneNode];
    assert_eq!(over.minutes.get(), Duration { low: 12, likely: 12, high: 20 });
}
