//! The template environment: strict, bounded in work, and blind to files and environment.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::AutoEscape;
use minijinja::Environment;
use minijinja::Error;
use minijinja::ErrorKind;
use minijinja::UndefinedBehavior;
use minijinja::escape_formatter;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use sha2::Digest as _;
use sha2::Sha256;

use crate::diagnostic::SourceFile;

use super::filters;
use super::markup;
use super::overrides::Overrides;

/// In front of the name of a built-in template, where an override of that name must not answer.
const BUILTIN: &str = "builtin/";
/// In front of the name of the file that `--template` names; no template can be called so.
const MAIN: &str = "<main>/";
/// Work that any document may cost. Thirteen hops and 5,000 nodes in 100 pools take a tenth of it.
const FUEL: u64 = 5_000_000;
/// Work that a step, or ten targets, may add; a row of a table takes a tenth of it.
const FUEL_PER_STEP: u64 = 2_000;

/// The work that a document of so many steps may cost.
pub(super) fn fuel(steps: u64) -> u64 {
    FUEL.saturating_add(steps.saturating_mul(FUEL_PER_STEP))
}

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Every built-in template: its name and its text.
        pub const BUILTINS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../templates/", $name)))),+];
    };
}
templates!(
    "audit.md.j2",
    "compare.md.j2",
    "diff.md.j2",
    "estimate.md.j2",
    "explain.md.j2",
    "gantt.mmd.j2",
    "page/chart.html.j2",
    "page/chrome.html.j2",
    "page/findings.html.j2",
    "page/hazards.html.j2",
    "page/head.html.j2",
    "page/hop.html.j2",
    "page/icons.html.j2",
    "page/keys.html.j2",
    "page/lists.html.j2",
    "page/macros.html.j2",
    "page/overview.html.j2",
    "page/schedule.html.j2",
    "page/script.js.j2",
    "page/script/copy.js.j2",
    "page/script/filter.js.j2",
    "page/script/keys.js.j2",
    "page/script/steps.js.j2",
    "page/script/store.js.j2",
    "page/script/theme.js.j2",
    "page/signoff.html.j2",
    "page/step.html.j2",
    "page/style.css.j2",
    "page/style/base.css.j2",
    "page/style/chrome.css.j2",
    "page/style/content.css.j2",
    "page/style/print.css.j2",
    "page/style/step.css.j2",
    "partials/appendix.md.j2",
    "partials/findings.md.j2",
    "partials/hazards.md.j2",
    "partials/header.md.j2",
    "partials/hop.md.j2",
    "partials/macros.md.j2",
    "partials/overview.md.j2",
    "partials/rollback.md.j2",
    "partials/schedule.md.j2",
    "partials/signoff.md.j2",
    "partials/step.md.j2",
    "partials/windows.md.j2",
    "record.md.j2",
    "review.github.md.j2",
    "review.html.j2",
    "review.jira.j2",
    "review.md.j2",
    "runbook.html.j2",
    "runbook.md.j2",
    "servicenow/backout_plan.txt.j2",
    "servicenow/implementation_plan.txt.j2",
    "servicenow/justification.txt.j2",
    "servicenow/risk_impact_analysis.txt.j2",
    "servicenow/short_description.txt.j2",
    "servicenow/test_plan.txt.j2",
    "status.md.j2",
);

fn builtin(name: &str) -> Option<&'static str> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The name under which the environment finds the main template.
pub(super) fn main_name(overrides: &Overrides, document: &str) -> String {
    match overrides.main() {
        Some(file) => {
            let name = file.name().rsplit(['/', '\\']).next().unwrap_or_default();
            format!("{MAIN}{name}")
        }
        None => document.to_owned(),
    }
}

/// The text behind a name, and the file that the user knows it by.
pub(super) fn source(overrides: &Overrides, name: &str) -> Option<SourceFile> {
    let of_builtin =
        |bare: &str| builtin(bare).map(|text| SourceFile::new(format!("{BUILTIN}{bare}"), text));
    if name.starts_with(MAIN) {
        return overrides.main().cloned();
    }
    match name.strip_prefix(BUILTIN) {
        Some(bare) => of_builtin(bare),
        None => overrides.named(name).cloned().or_else(|| of_builtin(name)),
    }
}

/// Sentences as pairs: whether it is code, and the text.
fn spans(text: &str) -> Value {
    let pair = |(code, text): (bool, &str)| Value::from(vec![Value::from(code), Value::from(text)]);
    filters::spans(text).into_iter().map(pair).collect()
}

/// What a Content-Security-Policy calls a script or a style by, without the quotes
/// (<https://www.w3.org/TR/CSP3/#grammardef-hash-source>).
fn csp(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

pub(super) fn environment(overrides: Arc<Overrides>) -> Result<Environment<'static>, Error> {
    let mut env = Environment::new();
    env.set_debug(true);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(fuel(0)));
    env.set_auto_reload(false);
    env.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    // A serde `None` would print as `None`, in the middle of a document that people follow.
    env.set_formatter(|out, state, value: &Value| {
        if value.is_none() {
            return Err(Error::new(ErrorKind::InvalidOperation, "the value is absent"));
        }
        if matches!(state.auto_escape(), AutoEscape::Html)
            && let Some(text) = value.as_str().filter(|text| filters::hides_something(text))
        {
            return escape_formatter(out, state, &Value::from(filters::in_plain_sight(text)));
        }
        escape_formatter(out, state, value)
    });
    env.add_filter("md", filters::md);
    env.add_filter("prose", filters::prose);
    env.add_filter("spans", spans);
    env.add_filter("code", filters::code);
    env.add_filter("html", filters::html);
    env.add_filter("fence", filters::fence);
    env.add_filter("sh", filters::sh);
    env.add_filter("url", filters::url);
    env.add_filter("mermaid", filters::mermaid);
    env.add_filter("csp", csp);
    env.add_filter("jira", markup::jira);
    env.set_loader(move |name| Ok(source(&overrides, name).map(|file| file.text().to_owned())));
    Ok(env)
}
