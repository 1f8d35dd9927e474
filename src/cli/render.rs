//! `kubehop render`, and the forms that a plan can be printed in.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::finding::Finding;
use crate::plan;
use crate::plan::Plan;
use crate::render;
use crate::render::Overrides;
use crate::render::Renderer;
use crate::yaml as yaml_file;

use super::ExitStatus;
use super::args::PlanFormat;
use super::args::RenderArguments;
use super::args::TemplateArguments;
use super::input;
use super::printer::Printer;

pub(super) fn run(
    arguments: &RenderArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    let text = show(&plan, arguments.output, &arguments.templates, None, printer)?;
    match arguments.output {
        PlanFormat::Summary => printer.advice(&text),
        _ => printer.line(&text),
    }
    Ok(ExitStatus::Done)
}

/// The plan in one of its forms; `findings` is what the verifier said, where it was asked.
pub(super) fn show(
    plan: &Plan,
    format: PlanFormat,
    templates: &TemplateArguments,
    findings: Option<&[Finding]>,
    printer: &mut Printer,
) -> Result<String, Diagnostic> {
    let TemplateArguments { template, templates } = templates;
    let options = render::Options { findings };
    let own = template.is_some() || templates.is_some();
    if own && !matches!(format, PlanFormat::Md | PlanFormat::Html) {
        return Err(Diagnostic::error("`--template` and `--templates` need `-o md` or `-o html`")
            .help("templates make the runbook; other forms are fixed"));
    }
    match format {
        PlanFormat::Summary => Ok(render::summary(plan, &options)),
        PlanFormat::Yaml => yaml(plan),
        PlanFormat::Json => json(plan),
        PlanFormat::Md | PlanFormat::Html => {
            let overrides = Overrides::read(template.as_deref(), templates.as_deref())?;
            for warning in overrides.without_effect() {
                printer.diagnostic(&warning);
            }
            let renderer = Renderer::new(overrides)?;
            match format {
                PlanFormat::Html => renderer.page(plan, &options),
                _ => renderer.runbook(plan, &options),
            }
        }
    }
}

/// A value as JSON for people and programs.
pub(super) fn json(value: &impl Serialize) -> Result<String, Diagnostic> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Diagnostic::error(format!("cannot write JSON: {error}")))
}

/// A value as YAML.
pub(super) fn yaml(value: &impl Serialize) -> Result<String, Diagnostic> {
    yaml_file::write(value)
        .map_err(|error| Diagnostic::error(format!("cannot write YAML: {error}")))
}
