//! Several plans side by side, as a table for a terminal and as Markdown. JSON and YAML are the
//! comparison itself.

mod table;
mod view;

pub use table::table as comparison_table;

use crate::compare::Comparison;
use crate::diagnostic::Diagnostic;

use super::Overrides;
use super::Renderer;

use view::ComparisonView;

/// The main template of a comparison.
const COMPARE: &str = "compare.md.j2";

/// The comparison in Markdown.
///
/// # Errors
///
/// None for a comparison that was made; a template that fails would be a fault of this program.
pub fn comparison_markdown(comparison: &Comparison) -> Result<String, Diagnostic> {
    let view = ComparisonView::new(comparison);
    Renderer::new(Overrides::none())?.render(COMPARE, &view, view.size())
}
