//! What no single value of a policy can say.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;

use super::Policy;

pub(super) fn check(policy: &Policy, file: &SourceFile) -> Result<(), Diagnostic> {
    let error = |path: String, value: &str, message: String, help: &str| {
        let position = line(file, value);
        let place = Place { file: file.clone(), path: Some(path), position };
        Err(Diagnostic::error(message).at(place).help(help))
    };
    let mut seen = BTreeSet::new();
    for (at, role) in policy.rules.approvals.iter().enumerate() {
        if !seen.insert(role) {
            return error(
                format!("rules.approvals[{at}]"),
                role.as_str(),
                format!("`{role}` is asked for twice"),
                "name each role once",
            );
        }
    }
    let mut seen = BTreeSet::new();
    for (at, hazard) in policy.rules.acknowledge.hazards.iter().enumerate() {
        if !seen.insert(hazard) {
            return error(
                format!("rules.acknowledge.hazards[{at}]"),
                hazard.as_str(),
                format!("`{hazard}` is named twice"),
                "name each hazard once",
            );
        }
    }
    for (at, approval) in policy.approvals.iter().enumerate() {
        let named = |role: &super::Words| *role == approval.role || *role == approval.by;
        if policy.rules.approvals.iter().any(named) {
            continue;
        }
        let role = &approval.role;
        let asked: Vec<String> =
            policy.rules.approvals.iter().map(|role| format!("`{role}`")).collect();
        let help = match nearest(role.as_str(), &policy.rules.approvals) {
            Some(near) => format!("did you mean `{near}`?"),
            None if asked.is_empty() => {
                "name the roles that must approve under `rules.approvals`".to_owned()
            }
            None => format!("requires one of {}", asked.join(", ")),
        };
        return error(
            format!("approvals[{at}].role"),
            role.as_str(),
            format!("nobody asks for the approval of `{role}`"),
            &help,
        );
    }
    Ok(())
}

/// The role that was probably meant.
fn nearest<'a>(word: &str, known: &'a [super::Words]) -> Option<&'a str> {
    let near =
        known.iter().map(|known| (strsim::jaro_winkler(word, known.as_str()), known.as_str()));
    let near = near.filter(|(similarity, _)| *similarity > 0.75);
    near.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, known)| known)
}

/// The last line that holds a value, and its column: of two that are equal the second is at fault.
fn line(file: &SourceFile, value: &str) -> Option<(usize, usize)> {
    let found = file.text().lines().enumerate().filter_map(|(at, line)| {
        line.find(value).map(|column| (at + 1, line[..column].chars().count() + 1))
    });
    found.last()
}
