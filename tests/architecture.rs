//! Who may use whom: data flows one way, and the verifier shares no logic with the planner.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Each room and the rooms it may use. `cli` may use all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("version", &[]),
    ("name", &[]),
    ("cluster", &[]),
    ("component", &["version"]),
    ("diagnostic", &[]),
    ("digest", &[]),
    ("finding", &["diagnostic", "policy"]),
    ("yaml", &["diagnostic"]),
    ("catalog", &["version", "component", "cluster", "diagnostic", "yaml"]),
    ("inventory", &["version", "component", "cluster", "name", "diagnostic", "digest", "yaml"]),
    ("live", &["diagnostic", "inventory", "yaml"]),
    ("policy", &["version", "component", "catalog"]),
    ("facts", &["cluster", "inventory", "catalog"]),
    (
        "search",
        &["version", "component", "cluster", "diagnostic", "inventory", "catalog", "policy"],
    ),
    ("plan", &["version", "component", "cluster", "name", "diagnostic", "digest", "yaml"]),
    ("record", &["version", "diagnostic", "digest", "yaml", "plan"]),
    ("check", &["diagnostic", "plan"]),
    (
        "estimate",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "yaml",
            "inventory",
            "catalog",
            "plan",
            "record",
        ],
    ),
    ("compare", &["version", "cluster", "plan", "estimate"]),
    ("provider", &["version", "component", "cluster", "name", "policy", "plan"]),
    (
        "planner",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "facts",
            "inventory",
            "catalog",
            "policy",
            "search",
            "plan",
            "provider",
        ],
    ),
    (
        "verify",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "inventory",
            "catalog",
            "policy",
            "plan",
        ],
    ),
    (
        "audit",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "yaml",
            "inventory",
            "facts",
            "catalog",
            "policy",
        ],
    ),
    ("diff", &["version", "component", "cluster", "name", "finding", "plan"]),
    ("progress", &["version", "component", "cluster", "name", "inventory", "plan"]),
    (
        "resume",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "inventory",
            "catalog",
            "policy",
            "plan",
            "planner",
            "verify",
            "progress",
        ],
    ),
    (
        "review",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "yaml",
            "inventory",
            "facts",
            "catalog",
            "policy",
            "plan",
            "record",
            "verify",
            "estimate",
            "diff",
        ],
    ),
    (
        "lint",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "yaml",
            "inventory",
            "catalog",
            "policy",
            "plan",
            "verify",
        ],
    ),
    (
        "render",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "finding",
            "policy",
            "plan",
            "record",
            "check",
            "audit",
            "verify",
            "review",
            "lint",
            "estimate",
            "compare",
            "diff",
            "progress",
        ],
    ),
    (
        "cli",
        &[
            "version",
            "component",
            "cluster",
            "name",
            "diagnostic",
            "digest",
            "finding",
            "yaml",
            "inventory",
            "live",
            "catalog",
            "policy",
            "search",
            "plan",
            "planner",
            "provider",
            "verify",
            "audit",
            "estimate",
            "compare",
            "record",
            "check",
            "diff",
            "progress",
            "resume",
            "review",
            "lint",
            "render",
        ],
    ),
];

/// Files may have this many lines.
const MOST_LINES: usize = 450;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn room(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.iter().next().unwrap().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a line of code names.
fn uses(line: &str) -> impl Iterator<Item = String> + '_ {
    line.match_indices("crate::").filter_map(|(at, _)| {
        let rest = &line[at + "crate::".len()..];
        let end =
            rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}

#[test]
fn rooms_use_only_what_they_may() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        MAY_USE.iter().map(|(room, rooms)| (*room, rooms.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for path in sources(Path::new("src")) {
        let room = room(&path);
        if room == "lib" || room == "main" {
            continue;
        }
        let may =
            allowed.get(room.as_str()).unwrap_or_else(|| panic!("{room} is not in the table"));
        seen.insert(room.clone());
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            assert!(!line.contains("use crate::{"), "{}: one use a line", path.display());
            for used in uses(line) {
                if used != room && !may.contains(used.as_str()) {
                    wrong.push(format!("{}:{}: {room} uses {used}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let listed: BTreeSet<String> = allowed.keys().map(|room| (*room).to_owned()).collect();
    assert_eq!(seen, listed, "the table and the rooms agree");
}

#[test]
fn only_the_yaml_room_names_the_yaml_crate_and_only_versions_name_semver() {
    for path in sources(Path::new("src")) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let names = |word: &str| {
            code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
        };
        assert!(!names("serde_yaml::") || room(&path) == "yaml", "{}", path.display());
        assert!(!names("semver::") || room(&path) == "version", "{}", path.display());
        assert!(!names("petgraph::") || room(&path) == "search", "{}", path.display());
        assert!(!names("minijinja::") || room(&path) == "render", "{}", path.display());
        for network in ["kube::", "tokio::", "hyper::", "http::", "rustls::", "std::net::TcpStream"]
        {
            assert!(!names(network) || room(&path) == "live", "{network} in {}", path.display());
        }
        assert!(!names("clap::") || room(&path) == "cli", "{}", path.display());
    }
}

#[test]
fn files_are_rooms_and_not_halls() {
    let long: Vec<String> = sources(Path::new("src"))
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
