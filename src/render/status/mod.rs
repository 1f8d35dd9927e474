//! Where a plan stands: on a terminal, and as Markdown for a ticket.

mod text;
mod view;

pub use text::text as status_text;

use crate::diagnostic::Diagnostic;
use crate::estimate::Ahead;
use crate::plan::Plan;
use crate::progress::Progress;

use super::Overrides;
use super::Renderer;
use view::View;

const STATUS: &str = "status.md.j2";

/// Where a plan stands, in Markdown.
///
/// # Errors
///
/// A template that fails would be a fault of this program.
pub fn status_markdown(
    plan: &Plan,
    progress: &Progress,
    ahead: Option<&Ahead>,
) -> Result<String, Diagnostic> {
    let view = View::new(plan, progress, ahead);
    let size = (view.partial.len() + view.conflicts.len() + view.hops.len()) as u64;
    Renderer::new(Overrides::none())?.render(STATUS, &view, size)
}
