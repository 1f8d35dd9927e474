//! `kubehop estimate`: how long a plan takes, and when it can happen.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::estimate::Answer;
use crate::estimate::DeadlineQuestion;
use crate::estimate::learn;
use crate::plan;

use super::ExitStatus;
use super::args::DataFormat;
use super::args::EstimateArguments;
use super::input;
use super::printer::Printer;
use super::render;
use super::schedule::Question;
use super::schedule::Schedule;
use super::settings;

pub(super) fn run(
    arguments: &EstimateArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    let plan = plan::read(&input::read(&arguments.plan)?)?;
    if let Some(record) = &arguments.learn {
        let sign_offs = learn::read(&input::read(record)?, &plan)?;
        print(&learn::learn(&plan, &sign_offs)?, arguments.output, printer)?;
        return Ok(ExitStatus::Done);
    }
    let Some(schedule) = Schedule::read(&arguments.schedule)? else {
        return Err(Diagnostic::error("`--start` is not given")
            .help("name the first day on which work may be done"));
    };
    let catalog = settings::catalog(&arguments.data)?;
    let question = Question {
        deadline: arguments.deadline.map_or(DeadlineQuestion::EndOfLife, DeadlineQuestion::Done),
        alternatives: &[],
    };
    let answer = schedule.answer(&plan, catalog.releases()?, question)?;
    match answer {
        Answer::Estimate(estimate) => {
            print(&estimate, arguments.output, printer)?;
            let missed = estimate.deadline.is_some_and(|deadline| !deadline.holds);
            let no = arguments.deadline.is_some() && missed;
            Ok(if no { ExitStatus::No } else { ExitStatus::Done })
        }
        Answer::DoesNotFit(steps, findings) => {
            let answer = serde_json::json!({ "doesNotFit": steps, "findings": findings });
            print(&answer, arguments.output, printer)?;
            Ok(ExitStatus::No)
        }
    }
}

fn print(
    value: &impl Serialize,
    format: DataFormat,
    printer: &mut Printer,
) -> Result<(), Diagnostic> {
    match format {
        DataFormat::Yaml => printer.data(&render::yaml(value)?),
        DataFormat::Json => printer.line(&render::json(value)?),
    }
    Ok(())
}
