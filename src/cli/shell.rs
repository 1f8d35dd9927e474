//! `kubehop completions` and `kubehop man`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::diagnostic::Diagnostic;

use super::ExitStatus;
use super::args::Arguments;
use super::args::CompletionsArguments;
use super::args::ManArguments;
use super::args::ShellArgument;
use super::printer::Printer;

/// The program that kubectl runs to complete the words after `kubectl hop`.
const KUBECTL: &str = include_str!("../../plugin/kubectl_complete-hop");

pub(super) fn completions(arguments: &CompletionsArguments, printer: &mut Printer) -> ExitStatus {
    let shell = match arguments.shell {
        ShellArgument::Bash => Shell::Bash,
        ShellArgument::Elvish => Shell::Elvish,
        ShellArgument::Fish => Shell::Fish,
        ShellArgument::PowerShell => Shell::PowerShell,
        ShellArgument::Zsh => Shell::Zsh,
        ShellArgument::Kubectl => {
            printer.data(KUBECTL);
            return ExitStatus::Done;
        }
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "kubehop", &mut script);
    printer.data(&String::from_utf8_lossy(&script));
    ExitStatus::Done
}

pub(super) fn man(
    arguments: &ManArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let mut program = Arguments::command();
    program.build();
    let command = match &arguments.command {
        None => program,
        Some(name) => {
            let commands: Vec<&str> =
                program.get_subcommands().map(clap::Command::get_name).collect();
            let help = format!("the commands are {}", commands.join(", "));
            let found = program.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| {
                Diagnostic::error(format!("`{name}` is not a command")).help(help)
            })?;
            let title = format!("kubehop-{name}");
            found.name(title)
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Diagnostic::error(format!("cannot make the manual page: {error}")))?;
    printer.data(&String::from_utf8_lossy(&page));
    Ok(ExitStatus::Done)
}
