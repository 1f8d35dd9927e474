//! The command line: reads arguments, files and standard input, calls the library, prints.
//!
//! Data goes to standard output, everything else to standard error, all through `Printer`. A
//! command receives settings and a printer and returns an `ExitStatus`.

mod args;
mod audit;
mod catalog;
mod check;
mod compare;
mod diff;
mod dump;
mod estimate;
mod explain;
#[cfg(feature = "live")]
mod filter;
mod input;
mod inventory;
mod lint;
mod live;
mod plan;
mod printer;
mod program;
mod record;
mod refusal;
mod render;
mod resume;
mod review;
mod schedule;
mod schema;
mod settings;
mod shell;
mod source;
mod status;
mod store;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::Arguments;
use args::Command;
use printer::Printer;
use program::Program;

/// How a run ended; the numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExitStatus {
    /// Done.
    Done,
    /// The answer is no: no legal path, or findings at or above the threshold.
    No,
    /// Wrong usage, unreadable or invalid input, failure.
    Failed,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Done => Self::SUCCESS,
            ExitStatus::No => Self::from(1),
            ExitStatus::Failed => Self::from(2),
        }
    }
}

/// Runs the program.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let program = Program::of(words.first());
    if words.get(1).is_some_and(|word| word == program::COMPLETE) {
        let mut printer = Printer::new(args::Color::Never, true, program);
        printer.data(&program.complete(&words[2..]));
        return printer.finish(ExitStatus::Done).into();
    }
    #[cfg(feature = "live")]
    if words.get(1).is_some_and(|word| word == filter::WORD) {
        let mut printer = Printer::new(args::Color::Never, true, program);
        filter::serve(&words[2..], &mut printer);
        return printer.finish(ExitStatus::Done).into();
    }
    let parsed = program.command().try_get_matches_from(words);
    let parsed = parsed.and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` are answers, everything else is wrong usage.
            let wanted = !error.use_stderr();
            _ = error.print();
            return if wanted { ExitCode::SUCCESS } else { ExitStatus::Failed.into() };
        }
    };
    let mut printer = Printer::new(arguments.color, arguments.quiet, program);
    let status = dispatch(&arguments.command, &mut printer);
    let status = match status {
        Ok(status) => status,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            ExitStatus::Failed
        }
    };
    printer.finish(status).into()
}

fn dispatch(
    command: &Command,
    printer: &mut Printer,
) -> Result<ExitStatus, crate::diagnostic::Diagnostic> {
    match command {
        Command::Plan(arguments) => plan::run(arguments, printer),
        Command::Inventory(arguments) => inventory::run(arguments, printer),
        Command::Render(arguments) => render::run(arguments, printer),
        Command::Verify(arguments) => verify::run(arguments, printer),
        Command::Audit(arguments) => audit::run(arguments, printer),
        Command::Check(arguments) => check::run(arguments, printer),
        Command::Record(arguments) => record::run(arguments, printer),
        Command::Diff(arguments) => diff::run(arguments, printer),
        Command::Status(arguments) => status::run(arguments, printer),
        Command::Estimate(arguments) => estimate::run(arguments, printer),
        Command::Review(arguments) => review::run(arguments, printer),
        Command::Lint(arguments) => lint::run(arguments, printer),
        Command::Explain(arguments) => explain::run(arguments, printer),
        Command::Catalog(arguments) => catalog::run(arguments, printer),
        Command::Schema(arguments) => schema::run(arguments, printer),
        Command::Completions(arguments) => Ok(shell::completions(arguments, printer)),
        Command::Man(arguments) => shell::man(arguments, printer),
    }
}
