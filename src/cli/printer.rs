//! The only place that prints: data to standard output, everything else to standard error.

use std::io;
use std::io::ErrorKind;
use std::io::Write as _;

use anstream::AutoStream;
use anstream::ColorChoice;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;

use super::ExitStatus;
use super::args::Color;
use super::program::Program;

/// Columns where there is no terminal.
const COLUMNS: u16 = 80;
/// Below this a table is no table any more.
const NARROWEST: u16 = 60;
/// Longer lines are hard to read.
const WIDEST: u16 = 120;

/// The columns of the terminal that data goes to, where it goes to one.
fn columns() -> Option<u16> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0)
}

/// Prints, and remembers whether that still works.
pub(super) struct Printer {
    color: ColorChoice,
    quiet: bool,
    program: Program,
    failed: Option<io::Error>,
}

impl Printer {
    pub(super) fn new(color: Color, quiet: bool, program: Program) -> Self {
        let color = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { color, quiet, program, failed: None }
    }

    /// The columns that a table may take: those of the terminal, or many where there is none.
    pub(super) fn width() -> usize {
        /// Wide enough for most rows on one line, narrow enough to be read in an editor.
        const WITHOUT_TERMINAL: usize = 200;
        columns().map_or(WITHOUT_TERMINAL, usize::from)
    }

    /// The columns of a page of text: those of the terminal within reason, or 80 where there is none.
    pub(super) fn page() -> u16 {
        columns().map_or(COLUMNS, |columns| columns.clamp(NARROWEST, WIDEST))
    }

    /// Data, as it is.
    pub(super) fn data(&mut self, text: &str) {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.remember(written);
    }

    /// Data, with a line end.
    pub(super) fn line(&mut self, text: &str) {
        let mut line = text.to_owned();
        if !line.ends_with('\n') {
            line.push('\n');
        }
        self.data(&line);
    }

    /// Data for a person at the terminal, with the commands in it as they are typed.
    pub(super) fn advice(&mut self, text: &str) {
        self.line(&self.program.text(text));
    }

    /// Something that a person may want to know while they wait.
    #[cfg(feature = "live")]
    pub(super) fn note(&mut self, text: &str) {
        self.diagnostic(&Diagnostic { severity: Severity::Info, ..Diagnostic::error(text) });
    }

    /// Whether only errors are to be said.
    #[cfg(feature = "live")]
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A message, with the line of the file where it is known.
    pub(super) fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        if self.quiet && diagnostic.severity != Severity::Error {
            return;
        }
        let mut text = self.program.text(&diagnostic.render(true));
        text.push('\n');
        let mut err = AutoStream::new(io::stderr().lock(), self.color);
        // Where standard error is closed there is nobody to tell.
        _ = err.write_all(text.as_bytes());
    }

    fn remember(&mut self, written: io::Result<()>) {
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.failed.get_or_insert(error);
        }
    }

    /// The exit status, once everything is printed: a closed pipe is a normal end, a full disk is not.
    pub(super) fn finish(mut self, status: ExitStatus) -> ExitStatus {
        match self.failed.take() {
            None => status,
            Some(error) => {
                self.diagnostic(&Diagnostic::error(format!("cannot write the answer: {error}")));
                ExitStatus::Failed
            }
        }
    }
}
