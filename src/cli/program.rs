//! Under which name the program runs: alone, or as a plugin of kubectl.
//!
//! Installed as `kubectl-hop` it is typed as `kubectl hop`, so that is what help, examples and hints
//! say. kubectl completes the words after it by a program of its own, `kubectl_complete-hop`, which
//! calls `kubectl-hop __complete WORDS` (`plugin/kubectl_complete-hop`) and prints what Cobra prints:
//! a candidate a line, with its description after a tab, and at last a colon and a number.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::engine::CompletionCandidate;

use super::args::Arguments;

/// The word after which the words to complete stand.
pub(super) const COMPLETE: &str = "__complete";

/// Cobra's `ShellCompDirectiveDefault`: the shell may offer files.
const FILES: u8 = 0;
/// Cobra's `ShellCompDirectiveNoSpace`.
const NO_SPACE: u8 = 2;
/// Cobra's `ShellCompDirectiveNoFileComp`.
const NO_FILES: u8 = 4;

/// How the program was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// `kubehop`.
    Alone,
    /// `kubectl hop`.
    Plugin,
}

impl Program {
    /// By the name of the file that was run.
    pub(super) fn of(file: Option<&OsString>) -> Self {
        let stem = file.map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
        match stem {
            Some("kubectl-hop") => Self::Plugin,
            _ => Self::Alone,
        }
    }

    /// What a person types to run it.
    pub(super) fn typed(self) -> &'static str {
        match self {
            Self::Alone => "kubehop",
            Self::Plugin => "kubectl hop",
        }
    }

    /// The commands, with help that says what to type.
    pub(super) fn command(self) -> clap::Command {
        let command = Arguments::command().bin_name(self.typed());
        match self {
            Self::Alone => command,
            Self::Plugin => self.renamed(command),
        }
    }

    fn renamed(self, command: clap::Command) -> clap::Command {
        let mut command = command.mut_args(|arg| {
            let help = arg.get_help().map(|help| self.text(&help.to_string()));
            let long = arg.get_long_help().map(|help| self.text(&help.to_string()));
            let arg = match help {
                Some(help) => arg.help(help),
                None => arg,
            };
            match long {
                Some(long) => arg.long_help(long),
                None => arg,
            }
        });
        if let Some(examples) = command.get_after_help().map(|text| self.text(&text.to_string())) {
            command = command.after_help(examples);
        }
        command.mut_subcommands(|command| self.renamed(command))
    }

    /// A text with commands in it, as they are typed.
    pub(super) fn text(self, text: &str) -> String {
        if self == Self::Alone {
            return text.to_owned();
        }
        let mut renamed = text.to_owned();
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            renamed = renamed.replace(&format!("kubehop {name}"), &format!("kubectl hop {name}"));
        }
        renamed
    }

    /// What may stand in the place of the last word, as kubectl wants to be told.
    pub(super) fn complete(self, words: &[OsString]) -> String {
        let mut line = vec![OsString::from(self.typed())];
        line.extend_from_slice(words);
        if words.is_empty() {
            line.push(OsString::new());
        }
        let here = std::env::current_dir().ok();
        let last = line.len() - 1;
        let found =
            clap_complete::engine::complete(&mut self.command(), line, last, here.as_deref());
        answer(&found.unwrap_or_default())
    }
}

fn answer(candidates: &[CompletionCandidate]) -> String {
    let mut text = String::new();
    let mut directive = FILES;
    for candidate in candidates.iter().filter(|candidate| !candidate.is_hide_set()) {
        // kubectl reads lines of text; a file of another name is typed by hand.
        let Some(value) = candidate.get_value().to_str().filter(|value| !value.contains('\n'))
        else {
            continue;
        };
        directive |= NO_FILES;
        if value.ends_with(['/', '=']) {
            directive |= NO_SPACE;
        }
        text.push_str(value);
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        if let Some(help) = help.lines().next().filter(|help| !help.is_empty()) {
            _ = write!(text, "\t{help}");
        }
        text.push('\n');
    }
    _ = writeln!(text, ":{directive}");
    text
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Program;

    fn complete(words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        Program::Plugin.complete(&words).lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_name_of_the_file_decides() {
        for (file, program) in [
            ("/usr/local/bin/kubehop", Program::Alone),
            ("kubectl-hop", Program::Plugin),
            ("/home/jane/.krew/bin/kubectl-hop", Program::Plugin),
            ("kubectl-hop.exe", Program::Plugin),
        ] {
            assert_eq!(Program::of(Some(&OsString::from(file))), program, "{file}");
        }
        assert_eq!(Program::of(None), Program::Alone);
    }

    #[test]
    fn only_what_is_typed_is_renamed() {
        let text = "kubehop plan --to 1.30\nkubehop reads; it never writes\nkubehop-1.0";
        let renamed = "kubectl hop plan --to 1.30\nkubehop reads; it never writes\nkubehop-1.0";
        assert_eq!(Program::Plugin.text(text), renamed);
        assert_eq!(Program::Alone.text(text), text);
    }

    #[test]
    fn completes_commands_flags_and_values() {
        let commands = complete(&["pl"]);
        assert!(commands[0].starts_with("plan\tMake a plan"), "{commands:?}");
        assert_eq!(commands[1..], [":4"]);
        assert!(complete(&[""]).iter().any(|line| line.starts_with("verify\t")));
        assert!(complete(&["plan", "--str"]).iter().any(|line| line.starts_with("--strategy")));
        let values = complete(&["plan", "--strategy", ""]);
        assert!(values.iter().any(|line| line.starts_with("min-drains\t")), "{values:?}");
        let values = complete(&["plan", "-o", "j"]);
        assert!(values[0].starts_with("json"), "{values:?}");
    }

    #[test]
    fn files_are_completed_and_what_is_not_known_is_left_to_the_shell() {
        let files = complete(&["render", "Cargo.t"]);
        assert_eq!(files, ["Cargo.toml", ":4"]);
        let folders = complete(&["render", "doc"]);
        assert_eq!(folders, ["docs/", ":6"]);
        assert_eq!(complete(&["explain", "x"]), [":0"]);
    }
}
