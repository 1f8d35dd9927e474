//! Deadlines, support dates and what weighs.

use jiff::ToSpan as _;
use kubehop::catalog::Catalog;
use kubehop::cluster::Strategy;
use kubehop::estimate::Calendar;
use kubehop::estimate::DeadlineQuestion;
use kubehop::estimate::Milestone;
use kubehop::plan::Plan;
use kubehop::planner;

use crate::build::Question;
use crate::build::date;
use crate::build::inventory;
use crate::build::planned;
use crate::build::planned_with;

fn small() -> Plan {
    planned(1, &[("workers", 3)], "1.30")
}

fn question<'a>(plan: &'a Plan, start: &'a str, deadline: &str) -> Question<'a> {
    let mut question = Question::new(plan, Calendar::embedded().unwrap(), start);
    question.deadline = DeadlineQuestion::Done(date(deadline));
    question
}

/// Three hops need two and a half weeks: by the Friday of the first week is impossible.
#[test]
fn a_deadline_that_cannot_be_met_is_told_with_what_would_help() {
    let plan = small();
    let estimate = question(&plan, "2027-01-11", "2027-01-15").estimate();
    let deadline = estimate.deadline.unwrap();
    assert!(!deadline.holds);
    assert_eq!(deadline.milestone, Milestone::Finish);
    assert_eq!(deadline.reached, estimate.finish.p90);
    assert!(deadline.days_late >= 10, "{}", deadline.days_late);
    assert!(deadline.latest_start.unwrap() < date("2027-01-11"));
    assert!(deadline.relaxations.iter().all(|relaxation| !relaxation.holds));
    let finding = estimate.findings.iter().find(|finding| finding.code == "EST004").unwrap();
    assert!(finding.help.contains("nothing that was tried alone is enough"), "{}", finding.help);

    // A week later it holds with one more window: hop 2 goes into production on Friday night.
    let estimate = question(&plan, "2027-01-11", "2027-01-22").estimate();
    let deadline = estimate.deadline.unwrap();
    assert!(!deadline.holds);
    let helps: Vec<&str> = deadline
        .relaxations
        .iter()
        .filter(|relaxation| relaxation.holds)
        .map(|relaxation| relaxation.change.as_str())
        .collect();
    assert_eq!(helps[0], "one more window a week in production: Friday, 20:00 to 02:00");
}

/// The latest start is the one that trying every day finds.
#[test]
fn the_latest_start_is_the_last_day_that_holds() {
    let plan = small();
    let deadline = date("2027-03-05");
    let found = question(&plan, "2027-01-11", "2027-03-05").estimate().deadline.unwrap();
    assert!(found.holds && found.days_late == 0 && found.relaxations.is_empty());
    let latest = found.latest_start.unwrap();
    let holds = |day: jiff::civil::Date| {
        let text = day.to_string();
        let estimate = Question::new(&plan, Calendar::embedded().unwrap(), &text).estimate();
        estimate.finish.p90.date() <= deadline
    };
    assert!(holds(latest));
    for days in 1..=10 {
        assert!(!holds(latest.checked_add(days.days()).unwrap()), "{latest} + {days}");
    }
}

/// A deadline that is past before anything begins is not searched for.
#[test]
fn the_end_of_life_of_the_first_version_is_a_deadline_too() {
    let plan = small();
    let mut ask = question(&plan, "2027-01-11", "2027-01-15");
    ask.deadline = DeadlineQuestion::EndOfLife;
    let deadline = ask.estimate().deadline.unwrap();
    assert_eq!(deadline.date, date("2024-07-16"), "1.27");
    assert!(deadline.past_at_start && !deadline.holds && deadline.latest_start.is_none());

    // In time: 1.27 is left when the last worker of production is, on 9 January 2024.
    let mut ask = question(&plan, "2024-01-08", "2024-01-15");
    ask.deadline = DeadlineQuestion::EndOfLife;
    let estimate = ask.estimate();
    let deadline = estimate.deadline.unwrap();
    assert_eq!(deadline.milestone, Milestone::LeavesTheFirstMinor);
    assert!(deadline.holds);
    assert_eq!(deadline.reached.date(), date("2024-01-09"));
    assert!(deadline.latest_start.unwrap() > date("2024-07-01"));
}

/// Another plan to the same end may be what helps.
#[test]
fn an_alternative_plan_is_tried_as_well() {
    let pools = [("workers", 400)];
    let plan = planned(1, &pools, "1.30");
    let other = planned_with(&inventory(1, &pools), "1.30", Strategy::MinDrains);
    let mut ask = question(&plan, "2027-01-11", "2027-01-29");
    let profile = crate::build::profile_of("pools: {workers: {parallel: 2}}");
    ask.profile = profile;
    ask.alternatives = vec![("min-drains".to_owned(), other)];
    let deadline = ask.estimate().deadline.unwrap();
    let relaxation = deadline
        .relaxations
        .iter()
        .find(|relaxation| relaxation.change == "another plan: min-drains")
        .unwrap();
    assert!(relaxation.days_gained > 0);
}

/// 1.27 ended on 2024-07-16, 1.28 on 2024-10-22, 1.29 on 2025-02-28.
#[test]
fn days_past_an_end_of_life_are_counted_to_the_day_on_which_it_is_left() {
    let plan = planned(1, &[("workers", 3)], "1.28");
    let estimate = Question::new(&plan, Calendar::embedded().unwrap(), "2024-07-15").estimate();
    let support = &estimate.support;
    let shown: Vec<String> = support
        .past_end_of_life
        .iter()
        .map(|past| {
            format!(
                "{} {} {} {}..{}",
                past.environment, past.component, past.minor, past.from, past.to
            )
        })
        .collect();
    // Monday the 15th in staging, Tuesday the 16th, the last day, in production: no day too many.
    assert_eq!(shown, Vec::<String>::new());
    // A week later both environments run it past its end, staging for a day, production for two.
    let estimate = Question::new(&plan, Calendar::embedded().unwrap(), "2024-07-22").estimate();
    let days: Vec<(String, i64)> = estimate
        .support
        .past_end_of_life
        .iter()
        .map(|past| (format!("{} {}", past.environment, past.component), past.days))
        .collect();
    let expected = [
        ("staging kube-apiserver", 1),
        ("staging kubelet", 1),
        ("production kube-apiserver", 2),
        ("production kubelet", 2),
    ];
    assert_eq!(days, expected.map(|(name, days)| (name.to_owned(), days)));
    assert_eq!(estimate.support.days_past_end_of_life, 2);
    let target = &estimate.support.target;
    assert_eq!(target.end_of_life, Some(date("2024-10-22")));
    assert!(target.days_left.as_ref().unwrap().p90 > 80);
}

/// Staging that goes ahead is never later; soaks weigh most in a small cluster.
#[test]
fn what_weighs_is_sorted_and_staging_ahead_gains() {
    let plan = small();
    let mut ask = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    let estimate = ask.estimate();
    assert!(estimate.weighs.is_sorted_by_key(|weight| -weight.minutes));
    assert_eq!(estimate.weighs[0].assumption, "hop-soak");
    assert!(estimate.weighs.iter().any(|weight| weight.assumption == "windows of production"));
    ask.calendar.staging_ahead = true;
    assert!(ask.estimate().end.minute() < estimate.end.minute());
}

/// Another seed moves P50 and P90 a little, the schedule not at all; the same seed moves nothing.
#[test]
fn the_seed_decides_the_runs_and_nothing_else() {
    let plan = small();
    let mut ask = Question::new(&plan, Calendar::embedded().unwrap(), "2027-01-11");
    let first = ask.estimate();
    assert_eq!(first, ask.estimate());
    ask.seed = 2;
    let second = ask.estimate();
    assert_eq!((second.seed, &second.end), (2, &first.end));
    assert_eq!(second.total.work_minutes, first.total.work_minutes);
}

/// The plan alone is enough to ask what another strategy would have made of it.
#[test]
fn another_strategy_is_planned_from_the_plan_alone() {
    let catalog = Catalog::embedded();
    let text = inventory(3, &[("a", 4), ("b", 2)]);
    let every = planned_with(&text, "1.30", Strategy::EveryHop);
    let seldom = planned_with(&text, "1.30", Strategy::MinDrains);
    let made = planner::with_strategy(&every, &catalog, Strategy::MinDrains).unwrap();
    assert_eq!(made.summary, seldom.summary);
    let ids = |plan: &Plan| -> Vec<String> {
        plan.steps().map(|(_, step)| format!("{} {}", step.id, step.title)).collect()
    };
    assert_eq!(ids(&made), ids(&seldom));
    // A plan that was edited is not what the planner makes, so nothing is said.
    let mut edited = every.clone();
    edited.hops[0].steps.remove(3);
    assert_eq!(planner::with_strategy(&edited, &catalog, Strategy::MinDrains), None);
}
