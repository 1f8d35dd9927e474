//! `kubehop check`: do the checkpoints of a step hold?

use std::fmt::Write as _;

use crate::check::Check;
use crate::check::Counts;
use crate::check::Report;
use crate::check::Status;
use crate::diagnostic::Diagnostic;
use crate::plan;
use crate::plan::Plan;
use crate::plan::Step;

use super::ExitStatus;
use super::args::CheckArguments;
use super::args::FindingsFormat;
use super::input;
use super::printer::Printer;
use super::render::json;
use super::render::yaml;

pub(super) fn run(
    arguments: &CheckArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    let mut steps: Vec<&Step> = Vec::new();
    for id in &arguments.step {
        let step = plan.step(*id)?;
        if !steps.iter().any(|known| known.id == *id) {
            steps.push(step);
        }
    }
    let report = looking::look(&plan, &steps, arguments, printer)?;
    match arguments.output {
        FindingsFormat::Text => printer.data(&text(&report, &steps)),
        FindingsFormat::Json => printer.line(&json(&report)?),
        FindingsFormat::Yaml => printer.data(&yaml(&report)?),
    }
    match report.counts.verdict() {
        Status::Pass => Ok(ExitStatus::Done),
        Status::Fail => Ok(ExitStatus::No),
        Status::Unknown => Ok(ExitStatus::Failed),
        Status::Manual => {
            printer.diagnostic(
                &Diagnostic::warning("none of the checkpoints can be asked of the Kubernetes API")
                    .help("run the commands that stand beside them"),
            );
            Ok(ExitStatus::Failed)
        }
    }
}

/// The evidence as a person reads it, and pastes it into a ticket.
fn text(report: &Report, steps: &[&Step]) -> String {
    let Report { plan, context, server, at, waited, looks, counts, checks, steps: _ } = report;
    let cluster = context
        .as_deref()
        .map_or_else(|| server.clone(), |context| format!("{context} at {server}"));
    let mut text = format!("{}, cluster {}, {at}\n", plain(plan), plain(&cluster));
    for step in steps {
        _ = writeln!(text, "\nStep {}: {}", step.id, plain(&step.title));
        if step.checkpoints.is_empty() {
            text.push_str("  it has no checkpoints\n");
        }
        for check in checks.iter().filter(|check| check.step == step.id) {
            one(&mut text, check);
        }
    }
    let Counts { pass, fail, unknown, manual } = counts;
    _ = write!(text, "\n{pass} pass, {fail} fail, {unknown} unknown, {manual} to be done by hand");
    if *looks > 1 {
        _ = write!(text, "; {looks} looks in {waited} seconds");
    }
    text.push('\n');
    text
}

fn one(text: &mut String, check: &Check) {
    let Check { id, title, status, expect, observed, reason, request, command, waited, .. } = check;
    _ = write!(text, "  {:<8}{}: {}", status.name().to_uppercase(), plain(id), plain(title));
    if *waited > 0 {
        _ = write!(text, " (after {waited} seconds)");
    }
    text.push('\n');
    let mut line = |name: &str, value: &str| {
        let value = lines(value).replace('\n', "\n                    ");
        _ = writeln!(text, "          {name:<10}{value}");
    };
    line("expect", expect);
    if let Some(observed) = observed {
        line("observed", observed);
    }
    if let Some(reason) = reason {
        line("reason", reason);
    }
    if let Some(request) = request {
        line("request", request);
    }
    if matches!(status, Status::Manual | Status::Unknown) {
        line("command", command);
    }
}

/// A text of the plan without anything that a terminal would obey, on its lines.
fn lines(text: &str) -> String {
    text.chars().map(|char| if char.is_control() && char != '\n' { ' ' } else { char }).collect()
}

/// The same on one line.
fn plain(text: &str) -> String {
    lines(text).replace('\n', " ")
}

#[cfg(not(feature = "live"))]
mod looking {
    use super::CheckArguments;
    use super::Diagnostic;
    use super::Plan;
    use super::Printer;
    use super::Report;
    use super::Step;
    use crate::cli::live;

    /// Without the feature nothing can be asked.
    pub(super) fn look(
        _: &Plan,
        _: &[&Step],
        _: &CheckArguments,
        _: &mut Printer,
    ) -> Result<Report, Diagnostic> {
        Err(live::without().help(
            "build it with the cargo feature `live`, which is on by default, or run the commands \
             of the runbook",
        ))
    }
}

#[cfg(feature = "live")]
mod looking {
    use std::collections::BTreeMap;
    use std::thread;
    use std::time::Duration;
    use std::time::Instant;

    use jiff::Timestamp;

    use super::Check;
    use super::CheckArguments;
    use super::Counts;
    use super::Diagnostic;
    use super::Plan;
    use super::Printer;
    use super::Report;
    use super::Status;
    use super::Step;
    use crate::check;
    use crate::check::Answer;
    use crate::check::Request;
    use crate::cli::filter::Sandbox;
    use crate::cli::live;
    use crate::live::Cluster;
    use crate::live::Missed;
    use crate::live::Visit;

    /// The longest that one answer may take.
    const ANSWER: Duration = Duration::from_secs(30);
    /// The longest wait of `--watch`.
    const WATCH: Duration = Duration::from_secs(600);

    /// Looks at the checkpoints, once or until they hold.
    pub(super) fn look(
        plan: &Plan,
        steps: &[&Step],
        arguments: &CheckArguments,
        printer: &mut Printer,
    ) -> Result<Report, Diagnostic> {
        let limit = arguments.live.timeout.unwrap_or(if arguments.watch { WATCH } else { ANSWER });
        let mut login = arguments.live.clone();
        login.timeout = Some(limit.min(ANSWER));
        let access = live::access(&login);
        let cluster = Cluster::open(&access)?;
        let mut visit = cluster.visit()?;
        let mut sandbox = Sandbox::new().map_err(|error| {
            Diagnostic::error(format!("this program cannot start itself anew: {error}"))
                .help("run it from a file that is still there")
        })?;
        let begin = Instant::now();
        let mut looks = 0;
        let mut checks: Vec<Check> = Vec::new();
        loop {
            let at = now();
            let waited = begin.elapsed().as_secs();
            let before = std::mem::take(&mut checks);
            checks = once(steps, &mut visit, &mut sandbox, at);
            looks += 1;
            for (place, check) in checks.iter_mut().enumerate() {
                let same = before.get(place).filter(|before| before.status == check.status);
                check.waited = same.map_or(if looks == 1 { 0 } else { waited }, |same| same.waited);
            }
            let open = |check: &Check| check.may_change && check.status != Status::Pass;
            let left = checks.iter().filter(|check| open(check)).count();
            let rest = limit.saturating_sub(begin.elapsed());
            if !arguments.watch || left == 0 || rest.is_zero() {
                let counts = Counts::of(&checks);
                return Ok(Report {
                    plan: plan.metadata.name.clone(),
                    steps: steps.iter().map(|step| step.id).collect(),
                    context: cluster.context().map(str::to_owned),
                    server: cluster.server().to_owned(),
                    at,
                    waited,
                    looks,
                    counts,
                    checks,
                });
            }
            if looks == 1 {
                printer.note(&format!(
                    "{left} of {} do not hold yet: looking again for {} seconds at most",
                    checks.len(),
                    rest.as_secs()
                ));
            }
            thread::sleep(arguments.interval.min(rest));
        }
    }

    /// One look: everything that was asked is asked once, so that it is of one moment.
    fn once(
        steps: &[&Step],
        visit: &mut Visit<'_>,
        sandbox: &mut Sandbox,
        at: Timestamp,
    ) -> Vec<Check> {
        let mut answers: BTreeMap<Request, Answer> = BTreeMap::new();
        let mut unreachable: Option<Answer> = None;
        let mut checks = Vec::new();
        for step in steps {
            for checkpoint in &step.checkpoints {
                let ask = |request: &Request| {
                    if let Some(answer) = answers.get(request).or(unreachable.as_ref()) {
                        return answer.clone();
                    }
                    let answer = answer(visit, request);
                    if matches!(answer, Answer::Unreachable(_)) {
                        unreachable = Some(answer.clone());
                    }
                    answers.insert(request.clone(), answer.clone());
                    answer
                };
                // Before the answer: what changes while it is on its way is new.
                sandbox.now = now().as_duration().as_secs_f64();
                let mut check = check::look(step.id, checkpoint, ask, sandbox);
                check.at = check.request.is_some().then_some(at);
                checks.push(check);
            }
        }
        checks
    }

    fn answer(visit: &mut Visit<'_>, request: &Request) -> Answer {
        let answer = match request {
            Request::List { path } => visit.list(path),
            Request::Object { path } => visit.object(path).map(|body| vec![body]),
            Request::Raw { path } => visit.raw(path).map(|body| vec![body]),
        };
        match answer {
            Ok(pages) => Answer::of(request, &pages),
            Err(Missed::Status { code, text }) => Answer::Refused { code, text },
            Err(Missed::Unreachable(diagnostic)) => {
                let Diagnostic { message, help, .. } = diagnostic;
                let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                Answer::Unreachable(format!("{message}{help}"))
            }
        }
    }

    fn now() -> Timestamp {
        live::now().unwrap_or_default()
    }
}
