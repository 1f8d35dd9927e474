//! A template error as a diagnostic with file, line and range.

use std::error::Error as _;

use minijinja::Error;
use minijinja::ErrorKind;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;

use super::environment;
use super::overrides::Overrides;

/// Speaks of the innermost error: an include says only that something inside it failed.
pub(super) fn diagnostic(error: &Error, overrides: &Overrides) -> Diagnostic {
    let mut at = error;
    let mut inner = error;
    while let Some(next) = inner.source().and_then(|source| source.downcast_ref::<Error>()) {
        inner = next;
        if inner.name().is_some() && inner.line().is_some() {
            at = inner;
        }
    }
    let diagnostic = Diagnostic::error(message(inner)).help(help(inner, overrides));
    let file = at.name().and_then(|name| environment::source(overrides, name));
    match file {
        Some(file) => {
            let position = position(at, file.text());
            diagnostic.at(Place { file, path: None, position })
        }
        None => diagnostic,
    }
}

fn message(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel => "the template takes too much work".to_owned(),
        ErrorKind::UndefinedError => match detail.split_once(" is undefined") {
            // The rest tells where a value came from that went through a macro first.
            Some((name, origin)) => {
                format!("the template uses {name}, which does not exist{origin}")
            }
            None if detail.is_empty() => {
                format!("the template uses `{}`, which does not exist", shown(error))
            }
            None => format!("the template uses a value that does not exist: {detail}"),
        },
        ErrorKind::TemplateNotFound => missing(detail),
        kind if detail.is_empty() => format!("the template fails: {kind}"),
        kind => format!("the template fails: {kind}: {detail}"),
    }
}

/// The engine says it in two ways, with two kinds of quotes.
fn missing(detail: &str) -> String {
    let name = detail
        .strip_prefix("tried to include non-existing template ")
        .or_else(|| detail.strip_prefix("template ")?.strip_suffix(" does not exist"));
    match name {
        Some(name) => format!("template `{}` does not exist", name.trim_matches(['"', '\''])),
        None => format!("a template does not exist: {detail}"),
    }
}

/// The piece of the template that the error is about.
fn shown(error: &Error) -> &str {
    let text = error.template_source().zip(error.range());
    text.and_then(|(text, range)| text.get(range)).unwrap_or("a value").trim()
}

fn help(error: &Error, overrides: &Overrides) -> String {
    match error.kind() {
        ErrorKind::OutOfFuel => {
            "look for a loop over a large range, or a template that includes itself".into()
        }
        ErrorKind::UndefinedError => {
            "compare with `builtin/runbook.md.j2`; guard with `{% if x is defined %}`".into()
        }
        ErrorKind::TemplateNotFound => {
            let own = overrides.names().collect::<Vec<_>>();
            let built_in =
                environment::BUILTINS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            if own.is_empty() {
                format!("names are relative to `--templates`; built in are {built_in}")
            } else {
                format!("`--templates` holds {}; built in are {built_in}", own.join(", "))
            }
        }
        ErrorKind::UnknownFilter => {
            "filters of its own are md, prose, spans, code, html, fence, sh, url and csp".into()
        }
        ErrorKind::SyntaxError => {
            "the language is described at https://docs.rs/minijinja/latest/minijinja/syntax/".into()
        }
        _ => "compare with `builtin/runbook.md.j2`".into(),
    }
}

/// Line and column, from 1; the column counts characters.
fn position(error: &Error, text: &str) -> Option<(usize, usize)> {
    let line = error.line()?;
    let column = error.range().filter(|range| !range.is_empty()).and_then(|range| {
        let before = text.get(..range.start)?;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        // The range must lie on the line that the error names.
        (before.matches('\n').count() + 1 == line).then(|| before[start..].chars().count() + 1)
    });
    let indented = text
        .lines()
        .nth(line - 1)
        .map_or(1, |line| line.chars().take_while(|char| char.is_whitespace()).count() + 1);
    Some((line, column.unwrap_or(indented)))
}
