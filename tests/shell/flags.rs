//! The table of subcommands and flags, `tests/data/cli-flags.yaml`, and what it says about a call.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_yaml::Value;

use super::calls::Call;
use super::calls::show;
use super::parse::OPEN;

/// Flags of the tools without a version table that take a value of their own word.
const VALUED: [&str; 11] =
    ["-o", "-t", "--type", "-p", "--property", "--state", "-c", "-r", "-i", "-n", "--setopt"];
/// kubectl's flags whose value, if any, is joined with `=`.
const JOINED: [&str; 3] = ["--dry-run", "--cascade", "--validate"];

struct Flag {
    long: String,
    short: Option<String>,
    bool: bool,
    /// The minors in which it works, but is hidden or deprecated.
    hidden: Vec<(u64, u64)>,
    range: (u64, u64),
}

#[derive(Default)]
struct Tool {
    /// The minors that the table knows; `None`: no versions.
    minors: Option<(u64, u64)>,
    global: Vec<Flag>,
    exists: BTreeMap<String, (u64, u64)>,
    flags: BTreeMap<String, Vec<Flag>>,
}

/// The whole table.
pub(crate) struct Table(BTreeMap<String, Tool>);

/// What was looked up.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) calls: usize,
    pub(crate) flags: usize,
    pub(crate) commands: BTreeSet<String>,
}

fn minor(value: &Value) -> Option<u64> {
    value.as_str()?.split('.').nth(1)?.parse().ok()
}

fn range(value: &Value) -> (u64, u64) {
    (minor(&value["from"]).unwrap(), minor(&value["to"]).unwrap_or(u64::MAX))
}

fn flags(value: &Value) -> Vec<Flag> {
    let items = value.as_sequence().unwrap().iter();
    items
        .map(|item| {
            if let Some(word) = item.as_str() {
                return Flag {
                    long: word.to_owned(),
                    short: None,
                    bool: !VALUED.contains(&word),
                    hidden: Vec::new(),
                    range: (0, u64::MAX),
                };
            }
            let hidden = item["hidden"].as_str().unwrap_or_default().split(',');
            let hidden = hidden.filter(|text| !text.is_empty()).map(|text| {
                let (from, to) = text.split_once('-').unwrap_or((text, text));
                (minor(&from.into()).unwrap(), minor(&to.into()).unwrap())
            });
            Flag {
                long: item["flag"].as_str().unwrap().to_owned(),
                short: item["short"].as_str().map(str::to_owned),
                bool: item["bool"].as_bool() == Some(true),
                hidden: hidden.collect(),
                range: range(item),
            }
        })
        .collect()
}

impl Table {
    pub(crate) fn read() -> Self {
        let document: Value = serde_yaml::from_str(include_str!("../data/cli-flags.yaml")).unwrap();
        let tools = document.as_mapping().unwrap().iter().filter(|(_, tool)| tool.is_mapping());
        let tools = tools.map(|(name, value)| {
            let commands = value["commands"].as_mapping().unwrap();
            let versions = value.get("minors").is_some();
            let mut tool = Tool {
                minors: versions.then(|| range(&value["minors"])),
                global: flags(&value["global"]),
                ..Tool::default()
            };
            for (command, value) in commands {
                tool.flags.insert(command.as_str().unwrap().to_owned(), flags(value));
            }
            if let Some(minors) = value.get("command_minors") {
                for (command, minors) in minors.as_mapping().unwrap() {
                    tool.exists.insert(command.as_str().unwrap().to_owned(), range(minors));
                }
            } else {
                let every = tool.flags.keys().map(|command| (command.clone(), (0, u64::MAX)));
                tool.exists = every.collect();
            }
            (name.as_str().unwrap().to_owned(), tool)
        });
        Self(tools.collect())
    }

    /// Whether the tool has versions.
    pub(crate) fn versioned(&self, tool: &str) -> bool {
        self.0[tool].minors.is_some()
    }

    /// Looks a call up for a minor of its tool.
    pub(crate) fn check(
        &self,
        call: &Call,
        minor: u64,
        variables: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Counted, String> {
        let tool = &self.0[&call.tool];
        let fault = |what: String| format!("{} {}: {what}", call.tool, show(&call.arguments));
        if tool.minors.is_some_and(|(from, to)| minor < from || minor > to) {
            return Err(fault(format!("the table does not know minor {minor}")));
        }
        let words = expand(&call.arguments, variables);
        let (positional, given) = tool.split(&words).map_err(&fault)?;
        let holds = |(from, to): (u64, u64)| from <= minor && minor <= to;
        let known = (1..=positional.len().min(5)).rev().find_map(|length| {
            let name = positional[..length].join(" ");
            tool.exists.get(&name).map(|range| (name, length, *range))
        });
        // A wrapper hands on what it is given.
        let handed_on = |words: &[String]| words.first().is_some_and(|word| word.starts_with(OPEN));
        let Some((name, length, range)) = known else {
            let asks_help = given.iter().any(|flag| flag == "--help" || flag == "--version");
            if handed_on(&positional) || (positional.is_empty() && asks_help) {
                tool.all_known("", &given, minor).map_err(&fault)?;
                return Ok(Counted { calls: 1, flags: given.len(), commands: BTreeSet::new() });
            }
            return Err(fault("no such subcommand".to_owned()));
        };
        if !holds(range) {
            return Err(fault(format!("`{name}` does not exist in minor {minor}")));
        }
        let version = |word: &String| word.starts_with('v') || word.starts_with(OPEN);
        let stray = positional[length..]
            .iter()
            .find(|word| !version(word))
            .filter(|_| tool.is_group(&name));
        if let Some(stray) = stray {
            return Err(fault(format!("`{name}` has no subcommand `{stray}`")));
        }
        if tool.is_group(&name) && tool.flags.get(&name).is_none_or(Vec::is_empty) {
            return Err(fault(format!("`{name}` is only a group")));
        }
        tool.all_known(&name, &given, minor).map_err(&fault)?;
        Ok(Counted { calls: 1, flags: given.len(), commands: BTreeSet::from([name]) })
    }
}

/// A variable that holds flags stands for each of its values.
fn expand(words: &[String], variables: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut out = Vec::new();
    for word in words {
        let name = word.trim_matches([OPEN, super::parse::CLOSE]);
        match variables.get(name).filter(|_| word.starts_with(OPEN)) {
            Some(values) if values.iter().all(|value| value.starts_with('-')) => {
                out.extend(values.iter().cloned());
            }
            _ => out.push(word.clone()),
        }
    }
    out
}

impl Tool {
    /// Whether other commands stand below it; one without flags of its own cannot be called then.
    fn is_group(&self, name: &str) -> bool {
        let deeper = format!("{name} ");
        self.exists.keys().any(|other| other.starts_with(&deeper))
    }

    /// Words and flags apart; each flag without its value, bundles of short ones taken apart.
    fn split(&self, words: &[String]) -> Result<(Vec<String>, Vec<String>), String> {
        let (mut positional, mut given) = (Vec::<String>::new(), Vec::new());
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.contains(OPEN) || !word.starts_with('-') || word == "-" {
                if let Some(flag) = word.split('=').next().filter(|flag| flag.starts_with('-')) {
                    given.push(flag.to_owned());
                } else {
                    positional.push(word.clone());
                }
                continue;
            }
            if word == "--" {
                positional.extend(words.cloned());
                break;
            }
            let prefix = positional.join(" ");
            let takes_value = |flag: &str| {
                let first = prefix.split(' ').next().unwrap_or_default();
                let near = self
                    .flags
                    .iter()
                    .filter(|(name, _)| first.is_empty() || name.split(' ').next() == Some(first));
                let mut known = near
                    .flat_map(|(_, flags)| flags)
                    .chain(&self.global)
                    .filter(|known| known.is(flag))
                    .peekable();
                known.peek().is_some()
                    && known.all(|known| !known.bool && !JOINED.contains(&known.long.as_str()))
            };
            if word.starts_with("--") || self.minors.is_none() {
                let (flag, value) = word
                    .split_once('=')
                    .map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
                given.push(flag.to_owned());
                if value.is_none() && takes_value(flag) && words.next().is_none() {
                    return Err(format!("`{flag}` lacks its value"));
                }
                continue;
            }
            let mut letters = word[1..].chars();
            while let Some(letter) = letters.next() {
                let flag = format!("-{letter}");
                let value = takes_value(&flag);
                given.push(flag.clone());
                if value {
                    if letters.as_str().is_empty() && words.next().is_none() {
                        return Err(format!("`{flag}` lacks its value"));
                    }
                    break;
                }
            }
        }
        Ok((positional, given))
    }

    fn all_known(&self, command: &str, given: &[String], minor: u64) -> Result<(), String> {
        for flag in given {
            let own = self.flags.get(command).into_iter().flatten();
            let named: Vec<&Flag> =
                own.chain(&self.global).filter(|known| known.is(flag)).collect();
            let help = ["-h", "--help"].contains(&flag.as_str());
            let now = named.iter().find(|known| known.range.0 <= minor && minor <= known.range.1);
            match now {
                Some(known)
                    if known.hidden.iter().any(|(from, to)| *from <= minor && minor <= *to) =>
                {
                    return Err(format!("`{flag}` is hidden or deprecated in minor {minor}"));
                }
                Some(_) => {}
                None if help => {}
                None if named.is_empty() => {
                    return Err(format!("`{command}` has no flag `{flag}`"));
                }
                None => return Err(format!("`{command}` has no flag `{flag}` in minor {minor}")),
            }
        }
        Ok(())
    }
}

impl Flag {
    fn is(&self, flag: &str) -> bool {
        self.long == flag || self.short.as_deref() == Some(flag)
    }
}
