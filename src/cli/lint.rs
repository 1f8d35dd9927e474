//! `kubehop lint`: what is wrong with somebody else's plan?

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::finding::any_at_or_above;
use crate::lint;
use crate::lint::StepList;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::render;

use super::ExitStatus;
use super::args::LintArguments;
use super::args::LintFormat;
use super::input;
use super::printer::Printer;
use super::render::json as to_json;
use super::render::yaml;
use super::settings;

pub(super) fn run(
    arguments: &LintArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let catalog = settings::catalog(&arguments.data)?;
    let listed = StepList::read(&input::read(&arguments.file)?)?;
    let (skew, tool) = (VersionSkewPolicy::upstream(), ToolRules::kubeadm());
    let findings = lint::lint(&listed, &catalog, &skew, &tool)?;
    let threshold = arguments.fail_on.threshold();
    let name = &listed.inventory.name;
    let file = arguments.file.to_str().filter(|name| *name != "-");
    match arguments.output {
        LintFormat::Text => printer.data(&render::lint_text(name, &findings)),
        LintFormat::Json => printer.line(&to_json(&json!({ "findings": findings }))?),
        LintFormat::Yaml => printer.data(&yaml(&json!({ "findings": findings }))?),
        LintFormat::Sarif => printer.line(&to_json(&render::lint_sarif(name, &findings, file))?),
        LintFormat::Junit => printer.line(&render::lint_junit(name, &findings, threshold)?),
    }
    let no = threshold.is_some_and(|threshold| any_at_or_above(&findings, threshold));
    Ok(if no { ExitStatus::No } else { ExitStatus::Done })
}
