//! `kubehop diff`: what differs between two plans.

use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::plan;
use crate::render as documents;

use super::ExitStatus;
use super::args::DiffArguments;
use super::args::ReportFormat;
use super::input;
use super::printer::Printer;
use super::render;

pub(super) fn run(
    arguments: &DiffArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let DiffArguments { old, new, output } = arguments;
    input::only_one_from_stdin([Some(old.as_path()), Some(new.as_path())])?;
    let old = plan::read(&input::read(old)?)?;
    let new = plan::read(&input::read(new)?)?;
    let difference = diff::diff(&old, &new);
    match output {
        ReportFormat::Text => printer.data(&documents::diff_text(&difference, Printer::page())),
        ReportFormat::Json => printer.line(&render::json(&difference)?),
        ReportFormat::Yaml => printer.data(&render::yaml(&difference)?),
        ReportFormat::Md => printer.line(&documents::diff_markdown(&difference)?),
    }
    Ok(if difference.equal { ExitStatus::Done } else { ExitStatus::No })
}
