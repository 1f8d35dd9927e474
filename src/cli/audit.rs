//! `kubehop audit`: is this cluster in a state from which one may start?

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::audit;
use crate::audit::Audit;
use crate::audit::Baseline;
use crate::audit::Options;
use crate::diagnostic::Diagnostic;
use crate::finding::any_at_or_above;
use crate::inventory::Inventory;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::render;
use crate::render::TableOptions;

use super::ExitStatus;
use super::args::AuditArguments;
use super::args::AuditFormat;
use super::input;
use super::printer::Printer;
use super::render::json;
use super::render::yaml;
use super::settings;
use super::source;

/// How long a baseline that is written accepts.
const BASELINE_DAYS: i64 = 90;

pub(super) fn run(
    arguments: &AuditArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let catalog = settings::catalog(&arguments.data)?;
    let (inventory, file) = cluster(arguments, printer)?;
    let baseline = match &arguments.baseline {
        Some(path) => Some(Baseline::read(&input::read(path)?)?),
        None => None,
    };
    let options = Options { today: day(arguments, &inventory), next: arguments.next.clone() };
    let (policy, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let mut audit = audit::audit(&inventory, &catalog, &policy, &tool, &options)?;
    if let Some(baseline) = &baseline {
        baseline.apply(&mut audit);
    }
    if arguments.write_baseline {
        let until = audit.as_of.saturating_add(BASELINE_DAYS.days());
        printer.data(&yaml(&Baseline::of(
            &audit,
            "say here why this is accepted, and by whom",
            until,
        ))?);
        return Ok(ExitStatus::Done);
    }
    show(&audit, arguments, file.as_deref(), printer)?;
    let threshold = arguments.fail_on.threshold();
    let no = threshold.is_some_and(|threshold| any_at_or_above(&audit.findings, threshold));
    Ok(if no { ExitStatus::No } else { ExitStatus::Done })
}

/// The cluster, and the file that it was read from.
fn cluster(
    arguments: &AuditArguments,
    printer: &mut Printer,
) -> Result<(Inventory, Option<String>), Diagnostic> {
    let path = arguments.file.as_ref().or(arguments.source.inventory.as_ref());
    let name = path.and_then(|path| path.to_str()).filter(|name| *name != "-").map(str::to_owned);
    let inventory = match &arguments.file {
        Some(path) => Some(Inventory::read(&input::read(path)?)?),
        None => source::inventory(&arguments.source, printer)?,
    };
    inventory
        .map(|inventory| (inventory, name))
        .ok_or_else(|| Diagnostic::error("no inventory is given"))
}

/// The day that was asked for, that of the inventory, or today.
fn day(arguments: &AuditArguments, inventory: &Inventory) -> Date {
    let seen = || inventory.observed_at.map(|at| at.to_zoned(TimeZone::UTC).date());
    arguments.date.or_else(seen).unwrap_or_else(today)
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock")]
fn today() -> Date {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn show(
    audit: &Audit,
    arguments: &AuditArguments,
    file: Option<&str>,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    let wide = arguments.wide;
    match arguments.output {
        AuditFormat::Table => {
            let options = TableOptions { width: Printer::page(), wide };
            printer.data(&render::audit_table(audit, options));
        }
        AuditFormat::Json => printer.line(&json(audit)?),
        AuditFormat::Yaml => printer.data(&yaml(audit)?),
        AuditFormat::Md => printer.data(&render::audit_markdown(audit, wide)?),
        AuditFormat::Sarif => printer.line(&json(&render::audit_sarif(audit, file))?),
        AuditFormat::Junit => {
            printer.line(&render::audit_junit(audit, arguments.fail_on.threshold())?);
        }
    }
    Ok(())
}
