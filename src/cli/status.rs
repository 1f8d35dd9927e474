//! `kubehop status`: where a plan stands.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plan;
use crate::progress;
use crate::progress::Request;
use crate::render as documents;

use super::ExitStatus;
use super::args::ReportFormat;
use super::args::StatusArguments;
use super::input;
use super::printer::Printer;
use super::render;
use super::source;

pub(super) fn run(
    arguments: &StatusArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let StatusArguments { plan: path, source, output } = arguments;
    input::only_one_from_stdin([Some(path.as_path()), source.inventory.as_deref()])?;
    let plan = plan::read(&input::read(path)?)?;
    let inventory = source::given(source, printer)?;
    let request = Request { plan: &plan, inventory: &inventory, signed: BTreeSet::new() };
    let progress = progress::progress(&request);
    match output {
        ReportFormat::Text => {
            printer.advice(&documents::status_text(&plan, &progress, Printer::page()));
        }
        ReportFormat::Json => printer.line(&render::json(&progress)?),
        ReportFormat::Yaml => printer.data(&render::yaml(&progress)?),
        ReportFormat::Md => printer.line(&documents::status_markdown(&plan, &progress)?),
    }
    Ok(if progress.conflicts.is_empty() { ExitStatus::Done } else { ExitStatus::No })
}
