//! An audit as a document: the table for a terminal, Markdown, SARIF and `JUnit`. JSON and YAML are the
//! audit itself and need nothing from here.

mod groups;
mod junit;
mod sarif;
mod table;
mod view;

pub use junit::junit as audit_junit;
pub use sarif::sarif as audit_sarif;
pub use table::TableOptions;
pub use table::table as audit_table;

use crate::audit::Audit;
use crate::diagnostic::Diagnostic;

use super::Overrides;
use super::Renderer;

/// The main template of an audit.
const AUDIT: &str = "audit.md.j2";

/// The audit in Markdown; `wide` lists every instance.
///
/// # Errors
///
/// None for an audit that was made; a template that fails would be a fault of this program.
pub fn audit_markdown(audit: &Audit, wide: bool) -> Result<String, Diagnostic> {
    let view = view::View::new(audit, wide);
    let size = view.rows.len() as u64 + view.findings.len() as u64;
    Renderer::new(Overrides::none())?.render(AUDIT, &view, size)
}
