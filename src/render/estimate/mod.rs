//! An estimate as a document: the table for a terminal, Markdown, a Mermaid chart, a calendar file, CSV.
//! JSON and YAML are the estimate itself and need nothing from here.

mod blocks;
mod chart;
mod csv;
mod dates;
mod ics;
mod rows;
mod table;
mod text;
mod view;

pub use csv::csv as estimate_csv;
pub use dates::DeadlineView;
pub use dates::PastMinorView;
pub use dates::PastView;
pub use ics::IcsOptions;
pub use ics::ics as estimate_ics;
pub use rows::MilestoneView;
pub use rows::RowTotals;
pub use rows::ScheduleRow;
pub use rows::WindowView;
pub use table::table as estimate_table;
pub use view::EstimateView;
pub use view::FreezeView;
pub use view::ScheduleView;

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::estimate::Answer;
use crate::estimate::Estimate;

use super::Overrides;
use super::Renderer;

use chart::Chart;

/// The main template of an estimate.
const ESTIMATE: &str = "estimate.md.j2";
/// The template of the chart.
const CHART: &str = "gantt.mmd.j2";

/// What the template of an estimate sees.
#[derive(Serialize)]
struct Document<'a> {
    schedule: &'a ScheduleView,
    chart: String,
}

/// The estimate in Markdown, with the chart in it; or what does not fit.
///
/// # Errors
///
/// None for an estimate that was made; a template that fails would be a fault of this program.
pub fn estimate_markdown(answer: &Answer) -> Result<String, Diagnostic> {
    let schedule = ScheduleView::new(Some(answer));
    let chart = match answer {
        Answer::Estimate(estimate) => estimate_mermaid(estimate)?,
        Answer::DoesNotFit(..) => String::new(),
    };
    let size = schedule.size();
    Renderer::new(Overrides::none())?.render(
        ESTIMATE,
        &Document { schedule: &schedule, chart },
        size,
    )
}

/// The schedule as a Gantt chart of Mermaid, which GitHub draws.
///
/// # Errors
///
/// As [`estimate_markdown`].
pub fn estimate_mermaid(estimate: &Estimate) -> Result<String, Diagnostic> {
    let chart = Chart::new(estimate);
    Renderer::new(Overrides::none())?.render(CHART, &chart, chart.bars())
}
