//! What differs between two plans: on a terminal, and as Markdown for a ticket.

mod text;
mod view;

pub use text::text as diff_text;

use crate::diagnostic::Diagnostic;
use crate::diff::Difference;

use super::Overrides;
use super::Renderer;
use view::View;

const DIFF: &str = "diff.md.j2";

/// What differs, in Markdown.
///
/// # Errors
///
/// A template that fails would be a fault of this program.
pub fn diff_markdown(difference: &Difference) -> Result<String, Diagnostic> {
    let size = difference.changes.len() as u64;
    Renderer::new(Overrides::none())?.render(DIFF, &View::new(difference), size)
}
