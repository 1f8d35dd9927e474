//! What holds for any plan and calendar.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kubehop::estimate::Answer;
use kubehop::estimate::Calendar;
use kubehop::estimate::Durations;
use kubehop::estimate::EnvironmentEstimate;
use kubehop::estimate::Estimate;
use kubehop::estimate::EstimateProfile;
use kubehop::estimate::Needs;
use kubehop::estimate::Table;
use kubehop::estimate::Work;
use kubehop::plan::Duration;
use proptest::prelude::*;

use crate::build::Question;
use crate::build::calendar_of;
use crate::build::planned;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

/// A calendar as its lines, so that a test can add to it or put it into another order.
#[derive(Debug, Clone)]
struct Lines {
    zone: &'static str,
    environments: Vec<Place>,
    freezes: Vec<(u32, u32)>,
    ahead: bool,
}

#[derive(Debug, Clone)]
struct Place {
    days: Vec<usize>,
    from: u32,
    hours: u32,
    cap: Option<u64>,
    parallel: Option<u64>,
    people: u64,
    reserve: u32,
    soak: Option<u64>,
}

impl Lines {
    fn calendar(&self, backwards: bool) -> Calendar {
        let mut text = format!(
            "timezone: {}\nworkingDays: [mon, tue, wed, thu, fri]\nworkingHours: {{from: '08:30', to: '17:30'}}\n",
            self.zone
        );
        let order = |mut lines: Vec<String>| {
            if backwards {
                lines.reverse();
            }
            lines
        };
        let freezes = self.freezes.iter().map(|(day, length)| freeze(*day, *length)).collect();
        _ = write!(
            text,
            "freezes: [{}]\nstagingAhead: {}\nenvironments:\n",
            order(freezes).join(", "),
            self.ahead
        );
        for (number, place) in self.environments.iter().enumerate() {
            text += &place.lines(number, &order);
        }
        calendar_of(&text)
    }
}

fn freeze(day: u32, length: u32) -> String {
    let first = jiff::civil::date(2027, 3, 1);
    let from = first.checked_add(jiff::ToSpan::days(i64::from(day))).unwrap();
    let to = from.checked_add(jiff::ToSpan::days(i64::from(length / 24))).unwrap();
    format!("{{name: f{day}, from: '{from}T{:02}:30', to: '{to}T23:45'}}", length % 24)
}

impl Place {
    fn lines(&self, number: usize, order: &impl Fn(Vec<String>) -> Vec<String>) -> String {
        let to = (self.from + self.hours) % 24;
        let windows = self.days.iter().map(|day| {
            format!("{{days: [{}], from: '{:02}:00', to: '{to:02}:00'}}", DAYS[*day], self.from)
        });
        let mut text = format!(
            "- name: env-{number}\n  windows: [{}]\n  reserveMinutes: {}\n  people: {}\n",
            order(windows.collect()).join(", "),
            self.reserve,
            self.people
        );
        for (key, value) in
            [("maxNodesPerWindow", self.cap), ("parallel", self.parallel), ("soak", self.soak)]
        {
            if let Some(value) = value {
                _ = writeln!(text, "  {key}: {value}");
            }
        }
        text
    }
}

fn place() -> impl Strategy<Value = Place> {
    (
        proptest::sample::subsequence((0..7).collect::<Vec<usize>>(), 1..=5),
        0_u32..24,
        4_u32..=12,
        proptest::option::of(1_u64..30),
        proptest::option::of(1_u64..12),
        1_u64..4,
        prop_oneof![Just(0_u32), Just(30), Just(45)],
        proptest::option::of(0_u64..3000),
    )
        .prop_map(|(days, from, hours, cap, parallel, people, reserve, soak)| Place {
            days,
            from,
            hours,
            cap,
            parallel,
            people,
            reserve,
            soak,
        })
}

fn lines() -> impl Strategy<Value = Lines> {
    (
        proptest::sample::select(ZONES.as_slice()),
        proptest::collection::vec(place(), 1..=3),
        proptest::collection::vec((0_u32..60, 0_u32..100), 0..4),
        any::<bool>(),
    )
        .prop_map(|(zone, environments, freezes, ahead)| Lines {
            zone,
            environments,
            freezes,
            ahead,
        })
}

fn pools() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(1_u64..60, 0..4)
}

fn plan(control_plane: usize, pools: &[u64]) -> kubehop::plan::Plan {
    let names = ["a", "b", "c", "d", "e"];
    let pools: Vec<(&str, u64)> = names.into_iter().zip(pools.iter().copied()).collect();
    planned(control_plane, &pools, "1.29")
}

fn ask(plan: &kubehop::plan::Plan, calendar: Calendar) -> Option<Estimate> {
    let mut question = Question::new(plan, calendar, "2027-03-01");
    question.runs = 20;
    match question.answer() {
        Answer::Estimate(estimate) => Some(*estimate),
        Answer::DoesNotFit(_, findings) => {
            assert!(!findings.is_empty());
            None
        }
    }
}

fn all(estimate: &Estimate) -> impl Iterator<Item = &EnvironmentEstimate> {
    estimate.hops.iter().flat_map(|hop| &hop.environments).chain(&estimate.closing)
}

fn sum(durations: impl Iterator<Item = Duration>) -> Duration {
    durations.fold(Duration::default(), Duration::plus)
}

/// The parts that are printed add up to the totals that are printed.
fn check_sums(estimate: &Estimate) {
    for entry in all(estimate) {
        for step in &entry.steps {
            assert_eq!(step.minutes, sum(step.parts.iter().map(kubehop::estimate::Part::minutes)));
            let placed: i64 =
                step.placed.iter().map(|placed| placed.end.minute() - placed.start.minute()).sum();
            assert_eq!(placed.unsigned_abs(), step.minutes.likely, "{}", step.step);
            assert!(
                step.minutes.low <= step.minutes.likely && step.minutes.likely <= step.minutes.high
            );
            assert!(step.hands_on_minutes.likely <= step.minutes.likely);
        }
        let work = entry.steps.iter().filter(|step| step.needs != Needs::Clock);
        assert_eq!(entry.work_minutes, sum(work.map(|step| step.minutes)));
        assert_eq!(
            entry.hands_on_minutes,
            sum(entry.steps.iter().map(|step| step.hands_on_minutes))
        );
        let own = entry.windows_used.iter().filter(|window| !window.counted_before);
        assert_eq!(entry.windows, own.clone().count() as u64);
        assert_eq!(entry.window_minutes, own.map(|window| window.minutes).sum::<u64>());
        let in_windows: u64 = entry.windows_used.iter().map(|window| window.work_minutes).sum();
        let of_steps = entry.steps.iter().filter(|step| step.needs == Needs::Window);
        assert_eq!(in_windows, of_steps.map(|step| step.minutes.likely).sum::<u64>());
    }
    let total = &estimate.total;
    assert_eq!(total.work_minutes, sum(all(estimate).map(|entry| entry.work_minutes)));
    assert_eq!(total.hands_on_minutes, sum(all(estimate).map(|entry| entry.hands_on_minutes)));
    assert_eq!(total.windows, all(estimate).map(|entry| entry.windows).sum::<u64>());
    assert_eq!(total.window_minutes, all(estimate).map(|entry| entry.window_minutes).sum::<u64>());
    assert!(estimate.finish.p50.minute() <= estimate.finish.p90.minute());
    assert!(total.calendar_days.p50 <= total.calendar_days.p90);
}

/// Work stands in its window, before the reserve and outside of freezes; groups are whole.
fn check_places(estimate: &Estimate, lines: &Lines) {
    for (entry, place) in all(estimate).zip(lines.environments.iter().cycle()) {
        let mut nodes: BTreeMap<usize, u64> = BTreeMap::new();
        let mut groups: BTreeMap<u32, Vec<(i64, i64, usize)>> = BTreeMap::new();
        for step in &entry.steps {
            for placed in &step.placed {
                let (start, end) = (placed.start.minute(), placed.end.minute());
                assert_eq!(placed.window.is_some(), step.needs == Needs::Window);
                if let Some(window) = placed.window {
                    let used = &entry.windows_used[window];
                    assert!(used.start.minute() <= start);
                    assert!(end <= used.end.minute() - i64::from(place.reserve));
                    assert!(used.steps.contains(&step.step));
                    *nodes.entry(window).or_default() += placed.nodes;
                    if let Some(group) = step.group {
                        groups.entry(group).or_default().push((start, end, window));
                    }
                }
                let frozen = estimate
                    .freezes
                    .iter()
                    .any(|freeze| freeze.start.minute() < end && start < freeze.end.minute());
                assert!(step.needs == Needs::Clock || !frozen, "{} in a freeze", step.step);
            }
        }
        for (window, nodes) in nodes {
            assert_eq!(nodes, entry.windows_used[window].nodes);
            assert!(place.cap.is_none_or(|cap| nodes <= cap), "{nodes} nodes in a window");
        }
        for group in groups.values() {
            assert!(group.len() > 1);
            for pair in group.windows(2) {
                assert_eq!(pair[0].2, pair[1].2, "one window");
                assert_eq!(pair[0].1, pair[1].0, "without a gap");
            }
        }
    }
}

/// Hops and environments follow one another.
fn check_order(estimate: &Estimate, ahead: bool) {
    let mut ended = i64::MIN;
    for hop in &estimate.hops {
        for (place, entry) in hop.environments.iter().enumerate() {
            if place > 0 || !ahead {
                assert!(ended <= entry.start.minute());
            }
            assert!(entry.start.minute() <= entry.end.minute());
            ended = entry.end.minute();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn sums_add_up_and_everything_stands_where_it_may(
        lines in lines(), pools in pools(), control_plane in 1_usize..=3,
    ) {
        let plan = plan(control_plane, &pools);
        if let Some(estimate) = ask(&plan, lines.calendar(false)) {
            check_sums(&estimate);
            check_places(&estimate, &lines);
            check_order(&estimate, lines.ahead);
            crate::forms::check_sums(&estimate);
            crate::forms::check_ics(&estimate);
        }
    }

    #[test]
    fn a_freeze_never_shortens(
        lines in lines(), pools in pools(), more in (0_u32..60, 0_u32..100),
    ) {
        let plan = plan(1, &pools);
        let mut longer = lines.clone();
        longer.freezes.push(more);
        let (before, after) = (ask(&plan, lines.calendar(false)), ask(&plan, longer.calendar(false)));
        if let (Some(before), Some(after)) = (before, after) {
            prop_assert!(before.end.minute() <= after.end.minute());
            prop_assert!(before.finish.p50.minute() <= after.finish.p50.minute());
            prop_assert!(before.finish.p90.minute() <= after.finish.p90.minute());
            prop_assert!(before.total.calendar_days.p90 <= after.total.calendar_days.p90);
        }
    }

    #[test]
    fn more_parallelism_never_lengthens(
        lines in lines(), pools in pools(), parallel in 1_u64..12, more in 1_u64..12,
    ) {
        let plan = plan(1, &pools);
        let with = |parallel: u64| {
            let mut lines = lines.clone();
            for place in &mut lines.environments {
                place.parallel = Some(parallel);
            }
            ask(&plan, lines.calendar(false))
        };
        if let (Some(few), Some(many)) = (with(parallel), with(parallel + more)) {
            prop_assert!(many.end.minute() <= few.end.minute());
            prop_assert!(many.finish.p50.minute() <= few.finish.p50.minute());
            prop_assert!(many.finish.p90.minute() <= few.finish.p90.minute());
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(lines in lines(), pools in pools(), days in 1_i64..30) {
        let plan = plan(1, &pools);
        let later = jiff::civil::date(2027, 3, 1).checked_add(jiff::ToSpan::days(days)).unwrap();
        let later = later.to_string();
        if let Some(before) = ask(&plan, lines.calendar(false)) {
            let mut question = Question::new(&plan, lines.calendar(false), &later);
            question.runs = 20;
            let after = question.estimate();
            prop_assert!(before.end.minute() <= after.end.minute());
            prop_assert!(before.finish.p90.minute() <= after.finish.p90.minute());
        }
    }

    #[test]
    fn a_pool_more_never_lowers_the_work(lines in lines(), pools in pools(), more in 1_u64..60) {
        let calendar = lines.calendar(false);
        let profile = EstimateProfile::default();
        let durations = Durations::new(Table::embedded().unwrap(), &profile, 0);
        let mut larger = pools.clone();
        larger.push(more);
        for environment in &calendar.environments {
            let before = Work::new(&plan(1, &pools), environment, &durations).minutes();
            let after = Work::new(&plan(1, &larger), environment, &durations).minutes();
            prop_assert!(before.low < after.low);
            prop_assert!(before.likely < after.likely);
            prop_assert!(before.high < after.high);
        }
    }

    #[test]
    fn the_order_of_windows_and_freezes_changes_nothing(lines in lines(), pools in pools()) {
        let plan = plan(1, &pools);
        let (forwards, backwards) = (ask(&plan, lines.calendar(false)), ask(&plan, lines.calendar(true)));
        let text = |estimate: Option<Estimate>| serde_json::to_string(&estimate).unwrap();
        prop_assert_eq!(text(forwards), text(backwards));
    }
}
