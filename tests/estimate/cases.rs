//! Cases worked out by hand; `docs/concepts/estimate.md` shows the arithmetic.

use kubehop::estimate::Answer;
use kubehop::estimate::Calendar;
use kubehop::estimate::Estimate;

use crate::build::Question;
use crate::build::placed;
use crate::build::planned;
use crate::build::production;

/// The windows that a hop uses in an environment, by their begin and the work in them.
fn windows(estimate: &Estimate, hop: usize, environment: usize) -> Vec<String> {
    let used = &estimate.hops[hop].environments[environment].windows_used;
    used.iter()
        .map(|window| {
            format!(
                "{} {} of {} minutes, {} nodes",
                window.start.zoned().strftime("%a %d %b %H:%M"),
                window.work_minutes,
                window.minutes,
                window.nodes
            )
        })
        .collect()
}

/// The rule of thumb: 1 to 2 days in staging and 1 to 2 days in production a hop, three hops in two to
/// three weeks. One control-plane node, three workers, the calendar that holds where none is given.
#[test]
fn three_hops_on_a_small_cluster_take_two_to_three_weeks() {
    let plan = planned(1, &[("workers", 3)], "1.30");
    let mut question = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    question.runs = 1000;
    let estimate = question.estimate();

    // A hop: 40 + 15 + (10 + 15 + 8) + 12 + (3 x 12 + 10) + 10 + 25 = 181 minutes of work.
    let hop = &estimate.hops[0];
    for environment in &hop.environments {
        let minutes = environment.work_minutes;
        assert_eq!((minutes.low, minutes.likely, minutes.high), (89, 181, 435));
    }
    // Twice three hops and twice the closing of 25 + 30.
    assert_eq!(estimate.total.work_minutes.likely, 2 * (3 * 181 + 55));

    let staging = &hop.environments[0];
    assert_eq!(placed(staging, "1.01"), ["Mon 11 09:00 to 09:40"]);
    assert_eq!(placed(staging, "1.03"), ["Mon 11 10:00 to 10:10"]);
    assert_eq!(
        placed(staging, "1.07"),
        [
            "Mon 11 10:45 to 10:57 1 nodes in 1 rounds",
            "Mon 11 10:57 to 11:07",
            "Mon 11 11:07 to 11:31 2 nodes in 2 rounds"
        ]
    );
    assert_eq!(staging.end.to_string(), "2027-01-12T12:06:00+00:00");

    let production = &hop.environments[1];
    assert_eq!(windows(&estimate, 0, 1), ["Tue 12 Jan 20:00 91 of 360 minutes, 4 nodes"]);
    assert_eq!(placed(production, "1.08"), ["Wed 13 09:00 to 09:10"]);
    assert_eq!(production.end.to_string(), "2027-01-14T09:35:00+00:00");

    let ends: Vec<String> = estimate
        .hops
        .iter()
        .flat_map(|hop| &hop.environments)
        .map(|environment| environment.end.zoned().strftime("%a %d %H:%M").to_string())
        .collect();
    assert_eq!(
        ends,
        [
            "Tue 12 12:06",
            "Thu 14 09:35",
            "Fri 15 12:36",
            "Wed 20 09:35",
            "Thu 21 12:36",
            "Sat 23 09:35"
        ]
    );
    // The closing of production waits for Monday: 09:00 + 25 + 30.
    assert_eq!(estimate.end.to_string(), "2027-01-25T09:55:00+00:00");

    let days = &estimate.total.calendar_days;
    assert!((14..=21).contains(&days.p50), "{}", days.p50);
    assert!((14..=21).contains(&days.p90), "{}", days.p90);
}

/// 3,000 nodes, windows of 8 hours with one kept for the way back, 20 nodes at once.
#[test]
fn three_thousand_nodes_take_five_windows() {
    let plan = planned(3, &[("workers", 3000)], "1.28");
    let calendar = production(
        "UTC",
        "",
        "windows: [{days: [tue, wed, thu], from: '20:00', to: '04:00'}]\nreserveMinutes: 60\nparallel: 20",
    );
    let estimate = Question::new(&plan, calendar, "2027-01-11").estimate();
    // Window 1: 63 for the control plane, 36 for its kubelets, 12 for the canary, 10 for the look; it
    // is 22:01. A round may need 30, so the last one begins by 02:30: 269 / 12 = 22, so 23 rounds.
    // Windows 2 to 4: the last round begins after 390 of 420 minutes: 390 / 12 = 32, so 33 rounds.
    // Window 5: 2999 - 23 x 20 - 3 x 33 x 20 = 559 nodes are left: 28 rounds.
    let nodes = &estimate.hops[0].environments[0];
    assert_eq!(
        placed(nodes, "1.09"),
        [
            "Tue 12 21:39 to 21:51 1 nodes in 1 rounds",
            "Tue 12 21:51 to 22:01",
            "Tue 12 22:01 to 02:37 460 nodes in 23 rounds",
            "Wed 13 20:00 to 02:36 660 nodes in 33 rounds",
            "Thu 14 20:00 to 02:36 660 nodes in 33 rounds",
            "Tue 19 20:00 to 02:36 660 nodes in 33 rounds",
            "Wed 20 20:00 to 01:36 559 nodes in 28 rounds",
        ]
    );
    assert_eq!(nodes.windows, 5);
    assert_eq!(nodes.window_minutes, 5 * 480);
    // 151 rounds of 12 and the look.
    let rollout = nodes.steps.iter().find(|step| step.pool.is_some()).unwrap();
    assert_eq!(rollout.minutes.likely, 151 * 12 + 10);
}

/// The freeze begins inside a window: what cannot end before it waits, and a rollout is cut.
#[test]
fn a_freeze_over_the_end_of_a_window_cuts_a_rollout_and_moves_a_group() {
    let plan = planned(1, &[("workers", 40)], "1.28");
    let windows = "windows: [{days: [tue, wed, thu], from: '20:00', to: '02:00'}]\nparallel: 4";
    let steps = |freeze: &str| {
        let calendar = production("UTC", freeze, windows);
        let estimate = Question::new(&plan, calendar, "2027-01-11").estimate();
        let entry = estimate.hops[0].environments[0].clone();
        (placed(&entry, "1.04"), placed(&entry, "1.07"), estimate.freezes.len())
    };
    // Until 22:00: control plane 20:00 to 20:33, its kubelet to 20:45, canary to 20:57, look to 21:07.
    // The last round begins by 21:30: two rounds. The other 31 nodes wait for
    // what the freeze leaves of the window that opens on Wednesday: Thursday, 00:00 to 02:00.
    let (control_plane, nodes, freezes) =
        steps("{name: audit, from: 2027-01-12T22:00, to: 2027-01-13}");
    assert_eq!(control_plane, ["Tue 12 20:10 to 20:25"]);
    assert_eq!(
        nodes,
        [
            "Tue 12 20:45 to 20:57 1 nodes in 1 rounds",
            "Tue 12 20:57 to 21:07",
            "Tue 12 21:07 to 21:31 8 nodes in 2 rounds",
            "Thu 14 00:00 to 01:36 31 nodes in 8 rounds",
        ]
    );
    assert_eq!(freezes, 1);
    // Until 21:00: the group of backup, API server and add-ons may need 20 + 45 + 20 = 85 minutes and
    // has 60, so it does not begin.
    let (control_plane, _, _) = steps("{name: audit, from: 2027-01-12T21:00, to: 2027-01-13}");
    assert_eq!(control_plane, ["Thu 14 00:10 to 00:25"]);
    // Until 21:25 it is exactly enough.
    let (control_plane, _, _) = steps("{name: audit, from: 2027-01-12T21:25, to: 2027-01-13}");
    assert_eq!(control_plane, ["Tue 12 20:10 to 20:25"]);
}

/// Saturday 22:00 to Sunday 06:00 in Berlin: 7 hours in March, 9 in October, 8 otherwise.
#[test]
fn a_window_in_the_night_in_which_the_clocks_change_is_as_long_as_it_is() {
    let plan = planned(1, &[("workers", 2000)], "1.28");
    let window = "windows: [{days: [sat], from: '22:00', to: '06:00'}]\nparallel: 10";
    let first = |start: &str| {
        let calendar = production("Europe/Berlin", "", window);
        let mut question = Question::new(&plan, calendar, start);
        question.runs = 1;
        let entry = question.estimate().hops[0].environments[0].clone();
        (entry.windows_used[0].minutes, placed(&entry, "1.07")[2].clone())
    };
    // 67 minutes until the rounds begin at 23:07; the last begins 30 minutes before the end.
    // 480: (450 - 67) / 12 = 31, so 32 rounds, 384 minutes: until 05:31.
    assert_eq!(first("2027-03-19"), (480, "Sat 20 23:07 to 05:31 320 nodes in 32 rounds".into()));
    // 420: (390 - 67) / 12 = 26, so 27 rounds, 324 minutes: 05:31 by clocks that skip an hour.
    assert_eq!(first("2027-03-26"), (420, "Sat 27 23:07 to 05:31 270 nodes in 27 rounds".into()));
    // 540: (510 - 67) / 12 = 36, so 37 rounds, 444 minutes: 05:31 by clocks that repeat an hour.
    assert_eq!(first("2027-10-29"), (540, "Sat 30 23:07 to 05:31 370 nodes in 37 rounds".into()));
}

/// Three API servers of two minors are never left over night.
#[test]
fn what_fits_into_no_window_is_told_with_its_numbers() {
    let plan = planned(3, &[("workers", 3)], "1.29");
    let calendar = production(
        "UTC",
        "",
        "windows: [{days: [tue], from: '20:00', to: '22:30'}]\nreserveMinutes: 30",
    );
    let question = Question::new(&plan, calendar, "2027-01-11");
    let Answer::DoesNotFit(long, findings) = question.answer() else { panic!("it does not fit") };
    // Backup 20, three nodes of 45, add-ons 20.
    assert_eq!(long.len(), 2, "one a hop");
    assert_eq!(
        (long[0].needs_minutes, long[0].longest_minutes, long[0].reserve_minutes),
        (175, 120, 30)
    );
    assert_eq!(findings[0].code, "EST001");
    assert_eq!(findings[0].subject, "1.03 to 1.07 in production");
    assert_eq!(
        findings[0].message,
        "must stand in one window and need 175 minutes at worst; the longest window of production has 120 (150 less 30 for the way back)"
    );
}

/// A limit of nodes a window cuts a round in two: both halves take as long as a whole one.
#[test]
fn a_limit_of_nodes_a_window_costs_rounds_which_are_counted() {
    let plan = planned(1, &[("workers", 21)], "1.28");
    let calendar = production(
        "UTC",
        "",
        "windows: [{days: [mon, tue, wed, thu, fri], from: '20:00', to: '04:00'}]\nparallel: 7\nmaxNodesPerWindow: 10",
    );
    let estimate = Question::new(&plan, calendar, "2027-01-11").estimate();
    let entry = &estimate.hops[0].environments[0];
    // The kubelet of the control plane counts, so the first window takes 1 + 1 + 8, then 10, then 2.
    assert_eq!(
        placed(entry, "1.07"),
        [
            "Mon 11 20:45 to 20:57 1 nodes in 1 rounds",
            "Mon 11 20:57 to 21:07",
            "Mon 11 21:07 to 21:31 8 nodes in 2 rounds",
            "Tue 12 20:00 to 20:24 10 nodes in 2 rounds",
            "Wed 13 20:00 to 20:12 2 nodes in 1 rounds",
        ]
    );
    // 1 + 20 / 7 is 4 rounds; 6 were needed.
    let step = entry.steps.iter().find(|step| step.pool.is_some()).unwrap();
    assert_eq!(step.minutes.likely, 6 * 12 + 10);
    assert!(step.parts.iter().any(|part| part.count == 2 && part.source == "calendar"));
    assert!(entry.windows_used.iter().all(|window| window.nodes <= 10));
}

/// Two people roll out two pools side by side.
#[test]
fn people_roll_out_pools_side_by_side() {
    let plan = planned(1, &[("a", 5), ("b", 4), ("c", 2)], "1.28");
    let window = "windows: [{days: [mon, tue, wed, thu, fri], from: '20:00', to: '04:00'}]";
    let entry = |people: u64| {
        let calendar = production("UTC", "", &format!("{window}\npeople: {people}"));
        Question::new(&plan, calendar, "2027-01-11").estimate().hops[0].environments[0].clone()
    };
    let (alone, two) = (entry(1), entry(2));
    // a: 5 x 12 + 10 = 70, b: 4 x 12 + 10 = 58, c: 2 x 12 + 10 = 34; from 20:45 on.
    let begins = |entry: &kubehop::estimate::EnvironmentEstimate| {
        ["1.07", "1.08", "1.09"].map(|step| placed(entry, step)[0][7..12].to_owned())
    };
    assert_eq!(begins(&alone), ["20:45", "21:55", "22:53"]);
    // The first takes a (5 nodes), the second b and then c (4 + 2).
    assert_eq!(begins(&two), ["20:45", "20:45", "21:43"]);
    assert_eq!(alone.work_minutes, two.work_minutes, "it is the same work");
}
