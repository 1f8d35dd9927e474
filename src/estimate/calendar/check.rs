//! What no single value of a calendar can say: names that agree, windows that do not overlap.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;

use super::Calendar;
use super::Day;
use super::Environment;
use super::Window;

/// The minutes of a week.
const WEEK: u64 = 7 * 24 * 60;

/// The longest name of an environment.
const LONGEST_NAME: usize = 63;

pub(super) fn check(calendar: &Calendar, file: &SourceFile) -> Result<(), Diagnostic> {
    let error = |path: String, message: String, help: &str| {
        let place = Place { file: file.clone(), path: Some(path), position: None };
        Err(Diagnostic::error(message).at(place).help(help))
    };
    if calendar.working_days.is_empty() {
        return error(
            "workingDays".to_owned(),
            "there is no working day".to_owned(),
            "name the days on which people are at work, such as `[mon, tue, wed, thu, fri]`",
        );
    }
    if calendar.environments.is_empty() {
        return error(
            "environments".to_owned(),
            "there is no environment".to_owned(),
            "name the places that a hop goes through, such as staging and production",
        );
    }
    let mut names = BTreeSet::new();
    for (index, environment) in calendar.environments.iter().enumerate() {
        let path = format!("environments[{index}]");
        let name = &environment.name;
        if name.trim().is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control)
        {
            return error(
                format!("{path}.name"),
                format!("`{}` is not a name", name.chars().take(40).collect::<String>()),
                "requires 1 to 63 printable characters",
            );
        }
        if !names.insert(name.as_str()) {
            return error(
                format!("{path}.name"),
                format!("two environments are called `{name}`"),
                "give each a name of its own",
            );
        }
        if environment.windows.is_empty() {
            return error(
                format!("{path}.windows"),
                format!("`{name}` has no window, so nothing can be changed there"),
                "requires at least one, such as `{days: [tue], from: '20:00', to: '02:00'}`",
            );
        }
        if let Some((first, second, day)) = overlap(&environment.windows) {
            return error(
                format!("{path}.windows[{second}]"),
                format!("the windows {first} and {second} of `{name}` overlap on {}", day.name()),
                "make one window of the two, or let one begin where the other ends",
            );
        }
        if let Some(index) = swallowed(environment) {
            return error(
                format!("{path}.windows[{index}]"),
                format!(
                    "the window has {} minutes, all of which are kept for the way back",
                    environment.windows[index].length()
                ),
                "make the window longer, or `reserveMinutes` smaller",
            );
        }
    }
    for (index, freeze) in calendar.freezes.iter().enumerate() {
        for name in &freeze.environments {
            if !names.contains(name.as_str()) {
                let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                return error(
                    format!("freezes[{index}].environments"),
                    format!("no environment is called `{name}`"),
                    &format!("requires one of {}", known.join(", ")),
                );
            }
        }
    }
    Ok(())
}

/// A window that the reserve leaves nothing of.
fn swallowed(environment: &Environment) -> Option<usize> {
    let reserve = u64::from(environment.reserve_minutes);
    environment.windows.iter().position(|window| window.length() <= reserve)
}

/// Where in the week a window opens and closes; it may close in the week after.
fn spans(window: &Window) -> impl Iterator<Item = (u64, u64, Day)> + '_ {
    window.days.iter().map(|day| {
        let from = *day as u64 * 24 * 60 + window.from.minutes();
        (from, from + window.length(), *day)
    })
}

/// Two windows that are open at once, and the day on which the later one opens.
pub(in crate::estimate) fn overlap(windows: &[Window]) -> Option<(usize, usize, Day)> {
    let mut all: Vec<(u64, u64, Day, usize)> = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        all.extend(spans(window).map(|(from, to, day)| (from, to, day, index)));
    }
    all.sort_unstable();
    let pairs = all.windows(2).map(|pair| (pair[0], pair[1]));
    let around = all
        .last()
        .zip(all.first())
        .map(|(last, first)| (*last, (first.0 + WEEK, first.1 + WEEK, first.2, first.3)));
    pairs.chain(around).find_map(|(early, late)| {
        (late.0 < early.1).then(|| (early.3.min(late.3), early.3.max(late.3), late.2))
    })
}
