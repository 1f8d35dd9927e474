//! A review as a document: text for a terminal, a page as Markdown or HTML, a comment on a pull request,
//! Jira's wiki markup, the fields of a change request, SARIF and `JUnit`. JSON and YAML are the review
//! itself and need nothing from here.

mod notes;
mod rows;
mod servicenow;
mod table;
mod view;

pub use servicenow::ChangeRequest;
pub use servicenow::change_request as review_change_request;
pub use table::text as review_text;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::estimate;
use crate::finding::CodeEntry;
use crate::finding::Finding;
use crate::review;
use crate::review::Review;
use crate::verify;

use super::Overrides;
use super::Renderer;
use super::filters;
use super::findings::Cases;
use super::findings::Log;
use view::View;

/// The page in Markdown.
const PAGE: &str = "review.md.j2";
/// The page in HTML.
const HTML: &str = "review.html.j2";
/// The comment on a pull request.
const COMMENT: &str = "review.github.md.j2";
/// Jira's wiki markup.
const JIRA: &str = "review.jira.j2";

fn render(review: &Review, template: &str) -> Result<String, Diagnostic> {
    let view = View::new(review);
    let size = view.size();
    Renderer::new(Overrides::none())?.render(template, &view, size)
}

/// The page in Markdown.
///
/// # Errors
///
/// None for a review that was made; a template that fails would be a fault of this program. So for all
/// forms of a review.
pub fn review_markdown(review: &Review) -> Result<String, Diagnostic> {
    render(review, PAGE)
}

/// The page in HTML: one file, nothing is loaded from elsewhere.
///
/// # Errors
///
/// See [`review_markdown`].
pub fn review_html(review: &Review) -> Result<String, Diagnostic> {
    render(review, HTML)
}

/// A comment on a pull request, in the Markdown of GitHub, short, with the details folded.
///
/// # Errors
///
/// See [`review_markdown`].
pub fn review_comment(review: &Review) -> Result<String, Diagnostic> {
    render(review, COMMENT)
}

/// The wiki markup of Jira.
///
/// # Errors
///
/// See [`review_markdown`].
pub fn review_jira(review: &Review) -> Result<String, Diagnostic> {
    Ok(filters::tidy(&render(review, JIRA)?))
}

/// A SARIF log with one run; `file` is the plan, where there is a file.
pub fn review_sarif(review: &Review, file: Option<&str>) -> Value {
    let log = Log {
        id: format!("kubehop-review/{}", review.plan.cluster),
        codes: codes(),
        findings: &review.findings,
        known: Vec::new(),
        file,
    };
    log.sarif()
}

/// A `JUnit` report with a test case for each code; a finding that `fails` fails its case.
///
/// # Errors
///
/// See [`review_markdown`].
pub fn review_junit(
    review: &Review,
    fails: impl Fn(&Finding) -> bool,
) -> Result<String, Diagnostic> {
    let cases = Cases {
        what: "review",
        subject: &review.plan.name,
        codes: codes(),
        findings: &review.findings,
        known: Vec::new(),
    };
    cases.junit(fails)
}

/// Every code that a review may report.
fn codes() -> Vec<CodeEntry> {
    verify::codes().chain(review::codes()).chain(estimate::codes()).collect()
}
