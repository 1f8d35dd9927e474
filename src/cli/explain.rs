//! `kubehop explain`: a rule, a finding, or why a step stands where it stands.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::audit;
use crate::diagnostic::Diagnostic;
use crate::estimate;
use crate::finding::CodeEntry;
use crate::lint;
use crate::plan;
use crate::plan::StepId;
use crate::policy::Rule;
use crate::policy::all_rules;
use crate::policy::find_rule;
use crate::render::explain_step;
use crate::review;
use crate::verify;

use super::ExitStatus;
use super::args::ExplainArguments;
use super::args::TextFormat;
use super::input;
use super::printer::Printer;
use super::render::json as to_json;

pub(super) fn run(
    arguments: &ExplainArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let json_wanted = arguments.output == TextFormat::Json;
    match (&arguments.what, &arguments.step) {
        (None, _) => {
            if json_wanted {
                let rules: Vec<Rule> = all_rules().collect();
                printer.line(&to_json(&json!({ "rules": rules }))?);
            } else {
                printer.data(&list());
            }
        }
        (Some(plan), Some(step)) => {
            let plan = plan::read(&input::read(Path::new(plan))?)?;
            let step: StepId = step.parse().map_err(|error: plan::InvalidStepId| {
                Diagnostic::error(error.to_string())
                    .help("the steps of a plan are listed by `kubehop render PLAN -o md`")
            })?;
            if json_wanted {
                let found = plan.steps().find(|(_, known)| known.id == step).map(|(_, step)| step);
                match found {
                    Some(step) => printer.line(&to_json(step)?),
                    None => printer.line(&explain_step(&plan, step)?),
                }
            } else {
                printer.line(&explain_step(&plan, step)?);
            }
        }
        (Some(word), None) => {
            if let Some(rule) = find_rule(word) {
                if json_wanted {
                    printer.line(&to_json(&rule)?);
                } else {
                    printer.data(&text(&rule));
                }
            } else if let Some(code) = find_code(word) {
                let section = code.section();
                if json_wanted {
                    printer.line(&to_json(&json!({
                        "code": code.code,
                        "severity": code.severity,
                        "title": code.title,
                        "rule": code.rule,
                        "text": section,
                    }))?);
                } else {
                    printer.line(&format!("{}: {}\n\n{section}", code.code, code.title));
                }
            } else {
                return Err(unknown(word));
            }
        }
    }
    Ok(ExitStatus::Done)
}

fn unknown(word: &str) -> Diagnostic {
    let best = all_rules()
        .map(|rule| rule.id.name())
        .map(|name| (strsim::jaro_winkler(word, name), name))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    let help = best.map_or_else(
        || {
            "`kubehop explain` lists all of them; to explain a step, name the plan and the step"
                .to_owned()
        },
        |(_, name)| format!("did you mean `{name}`? `kubehop explain` lists all of them"),
    );
    Diagnostic::error(format!("`{word}` is neither a rule nor a finding's code")).help(help)
}

/// Every code of every check.
fn codes() -> impl Iterator<Item = CodeEntry> {
    let found = verify::codes().chain(audit::codes()).chain(estimate::codes());
    found.chain(review::codes()).chain(lint::codes())
}

fn find_code(word: &str) -> Option<CodeEntry> {
    codes().find(|entry| entry.code.eq_ignore_ascii_case(word))
}

fn list() -> String {
    let mut text = String::from("Rules\n");
    let width = all_rules().map(|rule| rule.id.name().len()).max().unwrap_or_default();
    for rule in all_rules() {
        _ = writeln!(text, "  {:<width$}  {}", rule.id.name(), rule.text);
    }
    text.push_str("\nFindings\n");
    for code in codes() {
        _ = writeln!(text, "  {:<width$}  {}", code.code, code.title);
    }
    text
}

fn text(rule: &Rule) -> String {
    let Rule { id, layer, holds, text, consequence, source } = rule;
    format!(
        "{id}\n\n  {text}.\n\n  so:      {consequence}\n  layer:   {layer}\n  holds:   {holds}\
         \n  source:  {source}\n"
    )
}
