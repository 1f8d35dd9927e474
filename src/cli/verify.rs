//! `kubehop verify`: is a plan sound, and does it still fit?

use serde_json::json;
use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::finding::any_at_or_above;
use crate::plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::verify;
use crate::verify::CatalogFacts;

use super::ExitStatus;
use super::args::FindingsFormat;
use super::args::VerifyArguments;
use super::input;
use super::printer::Printer;
use super::render;
use super::settings;
use super::source;

pub(super) fn run(
    arguments: &VerifyArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let catalog = settings::catalog(&arguments.data)?;
    input::only_one_from_stdin([Some(&arguments.plan), source::stdin(&arguments.source)])?;
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    let inventory = source::inventory(&arguments.source, printer)?;
    let facts = CatalogFacts::new(&catalog, &plan)?;
    let policy = VersionSkewPolicy::upstream();
    let tool = ToolRules::kubeadm();
    let findings = verify::verify(&plan, &facts, &policy, &tool, inventory.as_ref());
    match arguments.output {
        FindingsFormat::Text => printer.data(&text(&plan.metadata.name, &findings)),
        FindingsFormat::Json => printer.line(&render::json(&json!({ "findings": findings }))?),
        FindingsFormat::Yaml => printer.data(&render::yaml(&json!({ "findings": findings }))?),
    }
    let threshold = arguments.fail_on.threshold();
    let no = threshold.is_some_and(|threshold| any_at_or_above(&findings, threshold));
    Ok(if no { ExitStatus::No } else { ExitStatus::Done })
}

/// The findings as a person reads them.
fn text(plan: &str, findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let mut text = String::new();
    for finding in findings {
        let Finding { code, severity, subject, message, help, source } = finding;
        _ = writeln!(text, "{severity}[{code}] {subject}: {message}");
        if !help.is_empty() {
            _ = writeln!(text, "  help: {help}");
        }
        if !source.is_empty() {
            _ = writeln!(text, "  source: {source}");
        }
    }
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    // That a plan is for another cluster says nothing against the plan itself.
    let unfit = verify::does_not_fit(findings);
    let of_the_plan = |severity| {
        let findings = findings.iter().filter(|finding| finding.severity == severity);
        findings.filter(|finding| !verify::concerns_fit(finding)).count()
    };
    let sound = if of_the_plan(Severity::Error) > 0 {
        "not sound"
    } else if of_the_plan(Severity::Warning) > 0 {
        "sound, with warnings"
    } else {
        "sound"
    };
    let verdict = match (unfit, sound) {
        (false, sound) => sound.to_owned(),
        (true, sound) => format!("does not fit the cluster; in itself {sound}"),
    };
    let counted = |count: usize, noun: &str| match count {
        1 => format!("1 {noun}"),
        more => format!("{more} {noun}s"),
    };
    let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
    _ = writeln!(text, "{plan}: {verdict} ({errors}, {warnings})");
    text
}
