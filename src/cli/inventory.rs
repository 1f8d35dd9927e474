//! `kubehop inventory`: an inventory of a cluster, live or made of what tools print.

use crate::diagnostic::Diagnostic;
use crate::inventory::collect;
use crate::live;

use super::ExitStatus;
use super::args::DataFormat;
use super::args::InventoryArguments;
use super::printer::Printer;
use super::render;
use super::source;

pub(super) fn run(
    arguments: &InventoryArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    if arguments.script {
        printer.data(collect::SCRIPT);
        return Ok(ExitStatus::Done);
    }
    if let Some(subject) = &arguments.rbac {
        printer.data(&live::manifest(subject)?);
        return Ok(ExitStatus::Done);
    }
    let inventory = source::observed(&arguments.observed, printer)?;
    let document = inventory.document();
    match arguments.output {
        DataFormat::Yaml => printer.data(&render::yaml(&document)?),
        DataFormat::Json => printer.line(&render::json(&document)?),
    }
    if !inventory.unknowns.is_empty() {
        let ids: Vec<&str> = inventory.unknowns.iter().map(|unknown| unknown.id.as_str()).collect();
        let what = ids.join(", ");
        printer.diagnostic(
            &Diagnostic::warning(format!("could not be found out: {what}"))
                .help("`unknowns` in the inventory says for each which command settles it"),
        );
    }
    Ok(ExitStatus::Done)
}
