//! `kubehop schema`: the JSON Schema of a document.

use crate::audit::Baseline;
use crate::catalog;
use crate::diagnostic::Diagnostic;
use crate::estimate::calendar;
use crate::estimate::profile;
use crate::inventory;
use crate::lint::StepList;
use crate::plan;
use crate::record;
use crate::review::Policy;

use super::ExitStatus;
use super::args::Document;
use super::args::SchemaArguments;
use super::printer::Printer;
use super::render::json;

pub(super) fn run(
    arguments: &SchemaArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let schema = match arguments.document {
        Document::Plan => plan::schema(),
        Document::Inventory => inventory::schema(),
        Document::Record => record::schema(),
        Document::Matrix => catalog::schema::etcd_matrix(),
        Document::Catalog => catalog::schema::catalog(),
        Document::Calendar => calendar::schema(),
        Document::Estimates => profile::schema(),
        Document::Baseline => Baseline::schema(),
        Document::Policy => Policy::schema(),
        Document::Steps => StepList::schema(),
    };
    printer.line(&json(&schema)?);
    Ok(ExitStatus::Done)
}
