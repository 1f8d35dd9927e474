//! From simple commands to calls of tools: through sudo, ssh, xargs, inner shells, scripts in
//! here-documents and commands that run inside a pod.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::parse::CLOSE;
use super::parse::Document;
use super::parse::OPEN;
use super::parse::Parsed;
use super::parse::Simple;
use super::parse::parse;

/// The tools whose calls are looked up.
pub(crate) const TOOLS: [&str; 10] = [
    "kubectl",
    "kubeadm",
    "etcdctl",
    "etcdutl",
    "crictl",
    "apt-get",
    "apt-mark",
    "dnf",
    "yum",
    "systemctl",
];

/// A here-document with one of these delimiters holds a script; one with the others holds data.
const SCRIPTS: [&str; 5] = ["BLOCK", "SCRIPT", "HOST", "ROOT", "WRAPPER"];
const DATA: [&str; 2] = ["REPO", "ENV"];

/// A tool with its arguments, without quotes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) tool: String,
    pub(crate) arguments: Vec<String>,
}

/// What a text calls.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) calls: Vec<Call>,
    /// The name of every command, builtin and function that is called.
    pub(crate) names: BTreeSet<String>,
    /// Every word of every command that is run here, and of every one that is run elsewhere.
    pub(crate) words: Vec<String>,
    /// jq programs, with the names of the variables that they are given.
    pub(crate) programs: Vec<(String, Vec<String>)>,
    /// Values that variables are set to.
    pub(crate) variables: BTreeMap<String, BTreeSet<String>>,
    pub(crate) comments: Vec<String>,
    /// The text itself and every script inside it.
    pub(crate) scripts: BTreeSet<String>,
}

/// Every call in a text.
pub(crate) fn find(text: &str) -> Result<Found, String> {
    let mut found = Found::default();
    read(text, &mut found, &[])?;
    Ok(found)
}

fn read(text: &str, found: &mut Found, input: &[Document]) -> Result<(), String> {
    let Parsed { commands, comments, .. } = parse(text)?;
    found.comments.extend(comments);
    found.scripts.insert(text.to_owned());
    let mut input = Some(input);
    for Simple { words, assignments, mut documents, defines } in commands {
        for (name, value) in assignments {
            found.words.push(value.clone());
            found.variables.entry(name).or_default().insert(value);
        }
        found.words.extend(words.iter().cloned());
        if defines {
            continue;
        }
        if documents.is_empty() && !words.is_empty() {
            documents.extend_from_slice(input.take().unwrap_or_default());
        }
        command(&words, found, &documents)?;
    }
    Ok(())
}

/// The words after the options of a wrapper; an option in `valued` takes the next word along.
fn after_options<'a>(words: &'a [String], valued: &[&str]) -> &'a [String] {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-') && word.len() > 1) {
        at += if valued.contains(&word.as_str()) { 2 } else { 1 };
        if word == "--" {
            break;
        }
    }
    words.get(at..).unwrap_or_default()
}

/// One command with its wrappers taken off.
fn command(words: &[String], found: &mut Found, input: &[Document]) -> Result<(), String> {
    let Some((name, rest)) = words.split_first() else {
        return scripts(input, found);
    };
    let base = name.rsplit('/').next().unwrap_or(name);
    if name.trim_matches([OPEN, CLOSE]) == "EDITOR" {
        return Ok(());
    }
    if base.is_empty() || base.starts_with(OPEN) {
        return Err(format!("a command that nobody can name: {}", show(words)));
    }
    found.names.insert(base.to_owned());
    match base {
        "sudo" => command(after_options(rest, &["-u", "-g"]), found, input),
        "command" if rest.first().is_some_and(|word| word.starts_with("-v")) => Ok(()),
        "exec" | "nohup" | "builtin" | "time" | "command" => command(rest, found, input),
        "chroot" => command(rest.get(1..).unwrap_or_default(), found, input),
        "timeout" => {
            let rest = after_options(rest, &["-k", "-s"]);
            command(rest.get(1..).unwrap_or_default(), found, input)
        }
        "xargs" => {
            let inner = after_options(rest, &["-d", "-n", "-P", "-I", "-L", "-a", "-E", "-s"]);
            if inner.is_empty() { Ok(()) } else { command(inner, found, input) }
        }
        "find" => {
            if let Some(at) = rest.iter().position(|word| word.starts_with("-exec")) {
                let inner = rest[at + 1..].iter().take_while(|word| *word != ";" && *word != "+");
                command(&inner.cloned().collect::<Vec<_>>(), found, &[])?;
            }
            Ok(())
        }
        "ssh" => {
            let inner = after_options(rest, &["-o", "-i", "-p", "-l", "-F", "-J"]);
            let inner = inner.get(1..).unwrap_or_default().join(" ");
            if inner.is_empty() {
                return Err(format!("ssh without a command: {}", show(words)));
            }
            read(&inner, found, input)
        }
        "bash" | "sh" => shell(rest, found, input),
        "jq" => {
            scripts(input, found)?;
            program(rest, found)
        }
        _ => {
            scripts(input, found)?;
            tool(base, rest, found)
        }
    }
}

fn shell(words: &[String], found: &mut Found, input: &[Document]) -> Result<(), String> {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        if word == "-c" || (!word.starts_with("--") && word.ends_with('c')) {
            let text = words.get(at + 1).ok_or("a shell with -c and no text")?;
            scripts(input, found)?;
            return read(text, found, &[]);
        }
        at += if !word.starts_with("--") && word.ends_with('o') { 2 } else { 1 };
        if word == "-s" {
            break;
        }
    }
    for document in input {
        read(&document.body, found, &[])?;
    }
    Ok(())
}

/// Here-documents that are written to a file or sent elsewhere.
fn scripts(input: &[Document], found: &mut Found) -> Result<(), String> {
    for Document { delimiter, body } in input {
        if SCRIPTS.contains(&delimiter.as_str()) {
            read(body, found, &[])?;
        } else if !DATA.contains(&delimiter.as_str()) {
            return Err(format!("here-document {delimiter}: is it a script or data?"));
        }
    }
    Ok(())
}

fn program(words: &[String], found: &mut Found) -> Result<(), String> {
    let mut variables = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "--arg" | "--argjson" | "--rawfile" | "--slurpfile" => {
                variables.push(words.get(at + 1).ok_or("a jq variable without a name")?.clone());
                at += 3;
            }
            word if word.starts_with('-') => at += 1,
            word => {
                found.programs.push((word.to_owned(), variables));
                return Ok(());
            }
        }
    }
    Err(format!("jq without a program: {}", show(words)))
}

fn tool(base: &str, rest: &[String], found: &mut Found) -> Result<(), String> {
    let base = if base == "etcdctl-local" { "etcdctl" } else { base };
    if !TOOLS.contains(&base) {
        return Ok(());
    }
    let mut arguments = rest.to_vec();
    if let Some(at) = rest.iter().position(|word| word == "--").filter(|_| base == "kubectl") {
        arguments.truncate(at);
        command(&rest[at + 1..], found, &[])?;
    } else if let Some(at) = rest.iter().position(|word| word == "--command" && base == "kubectl") {
        return Err(format!("--command without `--`: {}", show(&rest[at..])));
    }
    found.calls.push(Call { tool: base.to_owned(), arguments });
    Ok(())
}

/// Words as a person reads them.
pub(crate) fn show(words: &[String]) -> String {
    words.join(" ").replace(OPEN, "${").replace(CLOSE, "}")
}
