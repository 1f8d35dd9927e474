//! `kubehop completions` and `kubehop man`.

use clap::CommandFactory as _;

use crate::diagnostic::Diagnostic;

use super::ExitStatus;
use super::args::Arguments;
use super::args::CompletionsArguments;
use super::printer::Printer;

pub(super) fn completions(arguments: &CompletionsArguments, printer: &mut Printer) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "kubehop", &mut script);
    printer.data(&String::from_utf8_lossy(&script));
    ExitStatus::Done
}

pub(super) fn man(printer: &mut Printer) -> Result<ExitStatus, Diagnostic> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| Diagnostic::error(format!("cannot make the manual page: {error}")))?;
    printer.data(&String::from_utf8_lossy(&page));
    Ok(ExitStatus::Done)
}
