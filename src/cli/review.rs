//! `kubehop review`: may this plan be carried out?

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::estimate::Answer;
use crate::finding::Finding;
use crate::plan;
use crate::plan::Plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::record::Report;
use crate::render;
use crate::review;
use crate::review::Policy;
use crate::review::Request;
use crate::review::Review;
use crate::review::Verdict;

use super::ExitStatus;
use super::args::FailOnVerdict;
use super::args::ReviewArguments;
use super::args::ReviewFormat;
use super::input;
use super::printer::Printer;
use super::record;
use super::render::json;
use super::render::yaml;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;
use super::source;

pub(super) fn run(
    arguments: &ReviewArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let ReviewArguments { plan: path, previous, policy, source, .. } = arguments;
    let (previous, policy) = (previous.as_deref(), policy.as_deref());
    input::only_one_from_stdin([Some(path), previous, policy, source::stdin(source)])?;
    let catalog = settings::catalog(&arguments.data)?;
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    let policy = match &arguments.policy {
        Some(path) => Some(Policy::read(&input::read(path)?)?),
        None => None,
    };
    let since = match &arguments.previous {
        Some(path) => Some(review::since(&plan::read(&input::read(path)?)?, &plan)),
        None => None,
    };
    let record = match &arguments.record {
        Some(path) => Some(Report::new(&plan, &record::read(path, &plan)?)),
        None => None,
    };
    let inventory = source::inventory(&arguments.source, printer)?;
    let schedule = schedule(arguments, &plan, &catalog)?;
    let (estimate, schedule_findings) = match &schedule {
        Some(Answer::Estimate(estimate)) => (Some(estimate.as_ref()), &estimate.findings[..]),
        Some(Answer::DoesNotFit(_, findings)) => (None, &findings[..]),
        None => (None, &[][..]),
    };
    let review = review::review(&Request {
        plan: &plan,
        catalog: &catalog,
        skew: &VersionSkewPolicy::upstream(),
        tool: &ToolRules::kubeadm(),
        inventory: inventory.as_ref(),
        policy: policy.as_ref(),
        estimate,
        schedule_findings,
        since: since.as_ref(),
        record: record.as_ref(),
        as_of: arguments.as_of.unwrap_or_else(today),
    })?;
    show(&review, arguments, printer)?;
    let no = arguments.fail_on.verdict().is_some_and(|least| review.verdict >= least);
    Ok(if no { ExitStatus::No } else { ExitStatus::Done })
}

impl FailOnVerdict {
    /// The verdict from which on the answer is no.
    const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Reject => Some(Verdict::Reject),
            Self::Conditions => Some(Verdict::Conditions),
            Self::Never => None,
        }
    }

    /// The weight of a finding that leads to that verdict.
    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Reject => Some(Severity::Error),
            Self::Conditions => Some(Severity::Warning),
            Self::Never => None,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock")]
fn today() -> Date {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// When the plan can happen, where a start is given.
fn schedule(
    arguments: &ReviewArguments,
    plan: &Plan,
    catalog: &Catalog,
) -> Result<Option<Answer>, Diagnostic> {
    let Some(schedule) = Schedule::read(&arguments.schedule)? else { return Ok(None) };
    schedule.answer(plan, catalog.releases()?, Question::default()).map(Some)
}

fn show(
    review: &Review,
    arguments: &ReviewArguments,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    let file = arguments.plan.to_str().filter(|name| *name != "-");
    let threshold = arguments.fail_on.severity();
    let stands_against = |finding: &Finding| {
        let counts = threshold.is_some_and(|least| finding.severity <= least);
        counts && review.reasons.iter().any(|reason| reason.code == finding.code)
    };
    match arguments.output {
        ReviewFormat::Text => printer.advice(&render::review_text(review, Printer::page())),
        ReviewFormat::Md => printer.data(&render::review_markdown(review)?),
        ReviewFormat::Html => printer.data(&render::review_html(review)?),
        ReviewFormat::Json => printer.line(&json(review)?),
        ReviewFormat::Yaml => printer.data(&yaml(review)?),
        ReviewFormat::Sarif => printer.line(&json(&render::review_sarif(review, file))?),
        ReviewFormat::Junit => printer.line(&render::review_junit(review, stands_against)?),
        ReviewFormat::Github => printer.data(&render::review_comment(review)?),
        ReviewFormat::Jira => printer.data(&render::review_jira(review)?),
        ReviewFormat::ServiceNow => printer.line(&json(&render::review_change_request(review)?)?),
    }
    Ok(())
}
