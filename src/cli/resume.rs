//! `kubehop plan --resume`: go on with a plan from what runs now.

use std::path::Path;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::finding::some;
use crate::plan;
use crate::plan::Plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::progress;
use crate::resume::Request;
use crate::resume::ResumeError;
use crate::resume::Resumed;
use crate::resume::Way;
use crate::resume::resume;

use super::ExitStatus;
use super::args::PlanArguments;
use super::input;
use super::plan::nothing_to_do;
use super::plan::proven;
use super::plan::show;
use super::printer::Printer;
use super::record;
use super::refusal;
use super::settings;
use super::source;

pub(super) fn run(
    arguments: &PlanArguments,
    path: &Path,
    catalog: &Catalog,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    input::only_one_from_stdin([Some(path), source::stdin(&arguments.source)])?;
    let plan = plan::read(&input::read(path)?)?;
    let inventory = source::given(&arguments.source, printer)?;
    let request = Request {
        progress: progress::Request {
            plan: &plan,
            inventory: &inventory,
            signed: record::signed(arguments.record.as_deref(), &plan)?,
        },
        catalog,
        wishes: settings::wishes(arguments)?,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    };
    let resumed = match resume(&request) {
        Ok(resumed) => resumed,
        Err(ResumeError::OtherCluster(conflicts)) => {
            let conflict = conflicts.into_iter().next();
            let (message, help) = conflict.map(|it| (it.message, it.help)).unwrap_or_default();
            return Err(Diagnostic::error(message).help(help));
        }
        Err(ResumeError::Plan(error)) => return refusal::print(&error, arguments.output, printer),
    };
    say(&plan, &resumed, printer);
    let findings = proven(resumed.findings)?;
    if let Some(plan) = &resumed.plan {
        return show(plan, arguments, catalog, &findings, printer);
    }
    nothing_to_do(&resumed.at, arguments.output, printer)?;
    Ok(ExitStatus::Done)
}

/// What became of the old plan, and why.
fn say(old: &Plan, resumed: &Resumed, printer: &mut Printer) {
    let progress = &resumed.progress;
    let over = progress.done.len() + progress.passed.len();
    let next = progress.next.map(|next| format!(", {next} is next")).unwrap_or_default();
    let stands = format!("{over} of {} steps are over{next}", old.steps().count());
    let name = &old.metadata.name;
    for reason in &resumed.reasons {
        printer.diagnostic(&Diagnostic::warning(reason.clone()));
    }
    let compare = "kubehop diff OLD NEW says what differs";
    let (severity, text, help) = match resumed.way {
        Way::Kept if progress.reached => (
            Severity::Info,
            format!("{name} stands as it is: {stands}; every version is reached"),
            None,
        ),
        Way::Kept => (Severity::Info, format!("{name} stands as it is: {stands}"), None),
        Way::Continued => (Severity::Warning, continued(resumed), Some(compare)),
        Way::Anew => (
            Severity::Warning,
            "the plan is made anew from what runs now, and its steps are numbered from 1.01"
                .to_owned(),
            Some(compare),
        ),
    };
    let mut diagnostic = Diagnostic { severity, ..Diagnostic::error(text) };
    diagnostic.help = help.map(str::to_owned);
    printer.diagnostic(&diagnostic);
    if !progress.notes.is_empty() {
        printer.diagnostic(&Diagnostic::warning(some(&progress.notes)));
    }
}

/// Where a plan with another rest goes on.
fn continued(resumed: &Resumed) -> String {
    let Some(plan) = &resumed.plan else { return String::new() };
    let (over, all) = (plan.over(), plan.steps().count());
    let next = plan.resumed.last().map(|last| format!(" goes on with {},", last.before));
    format!(
        "{over} of {all} steps are over and stand as they are; the plan{} and its steps keep the ids that \
         they had",
        next.unwrap_or_default()
    )
}
