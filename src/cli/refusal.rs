//! Prints why there is no plan.

use crate::diagnostic::Diagnostic;
use crate::name::InstanceName;
use crate::planner::PlanError;
use crate::planner::Refusal;

use super::ExitStatus;
use super::args::PlanFormat;
use super::printer::Printer;
use super::render;

/// Prints an answer of "no", or passes a failure on. As JSON or YAML the answer is data; as text it
/// is a message.
pub(super) fn print(
    error: &PlanError,
    format: PlanFormat,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let Some(refusal) = Refusal::of(error) else {
        return Err(failure(error));
    };
    let document = serde_json::json!({ "noPath": refusal });
    match format {
        PlanFormat::Json => printer.line(&render::json(&document)?),
        PlanFormat::Yaml => printer.data(&render::yaml(&document)?),
        PlanFormat::Summary | PlanFormat::Md | PlanFormat::Html => {}
    }
    printer.diagnostic(&Diagnostic::error(text(&refusal)));
    Ok(ExitStatus::No)
}

/// What is no answer but a failure.
pub(super) fn failure(error: &PlanError) -> Diagnostic {
    match error {
        PlanError::Catalog(diagnostic) => diagnostic.clone(),
        PlanError::ApiserverUnknown { nodes } => {
            let nodes: Vec<&str> = nodes.iter().map(InstanceName::as_str).collect();
            Diagnostic::error(format!(
                "a plan requires the version of every kube-apiserver; that of {} is not known",
                nodes.join(", ")
            ))
            .help(
                "add `kubeApiserver` in the inventory: kubectl -n kube-system get pods -l \
                 component=kube-apiserver -o wide",
            )
        }
        other => Diagnostic::error(other.to_string()).help(
            "the question is larger than this program is made for; report it with the inventory",
        ),
    }
}

fn text(refusal: &Refusal) -> String {
    let Refusal { summary, conflicts, reached, ways_out } = refusal;
    let mut lines = vec![summary.clone()];
    for conflict in conflicts {
        lines.push(format!("  {}: {}", conflict.component, conflict.fact));
        let rule = if conflict.source.is_empty() {
            format!("    rule {}", conflict.rule)
        } else {
            format!("    rule {} ({})", conflict.rule, conflict.source)
        };
        lines.push(rule);
    }
    if !reached.is_empty() {
        lines.push(format!("how far one gets: {reached}"));
    }
    if !ways_out.is_empty() {
        lines.push("ways out:".to_owned());
        lines.extend(ways_out.iter().map(|way| format!("  - {way}")));
    }
    lines.join("\n")
}
