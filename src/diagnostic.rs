//! Messages to a person: what is wrong, where, and what to do.
//!
//! A message is a lower-case fragment without a full stop; values stand in backticks. Colour is
//! chosen by whoever prints: the text carries the whole meaning.

use std::fmt;
use std::sync::Arc;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// How much a message or finding weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended.
    Error,
    /// Should be looked at.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A text that was read, with the name that the user knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
}

impl SourceFile {
    /// `name` is a path or `<stdin>`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The name that the user knows it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte range of the rest of a line from a column on; both count from 1.
    fn range(&self, line: usize, column: usize) -> Option<std::ops::Range<usize>> {
        let mut start = 0;
        for (number, text) in self.text.split_inclusive('\n').enumerate() {
            if number + 1 == line {
                let content = text.trim_end_matches(['\n', '\r']);
                let skip: usize =
                    content.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
                let rest = &content[skip.min(content.len())..];
                let word = rest.find(" #").map_or(rest, |comment| &rest[..comment]).trim_end();
                let from = start + skip.min(content.len());
                return Some(
                    from..from + word.len().max(1).min(text.len() - skip.min(content.len())),
                );
            }
            start += text.len();
        }
        None
    }
}

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: SourceFile,
    /// The path of the value inside the document, such as `nodePools[0].nodes[2].kubelet`.
    pub path: Option<String>,
    /// Line and column, both from 1, where they are known.
    pub position: Option<(usize, usize)>,
}

/// A message with its code, its place and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// How much it weighs.
    pub severity: Severity,
    /// The stable code, such as `SKEW003`, where there is one.
    pub code: Option<&'static str>,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Option<Box<Place>>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code: None,
            message: message.into(),
            place: None,
            help: None,
        }
    }

    /// A warning without a place yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds where it stands.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// The message as a person reads it, with the line of the file where it is known.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let mut title = level.primary_title(self.message.as_str());
        if let Some(code) = self.code {
            title = title.id(code);
        }
        let place = self.place.as_deref();
        let name = place.map(|place| match &place.path {
            Some(path) => format!("{}: {path}", place.file.name()),
            None => place.file.name().to_owned(),
        });
        let snippet = place.zip(name.as_deref()).map(|(place, name)| {
            let range = place.position.and_then(|(line, column)| place.file.range(line, column));
            let snippet = Snippet::source(place.file.text()).path(name);
            range.map(|range| snippet.annotation(AnnotationKind::Primary.span(range)))
        });
        let mut group = Group::with_title(title);
        match snippet {
            Some(Some(snippet)) => group = group.element(snippet),
            Some(None) => {
                if let Some(name) = name.as_deref() {
                    group = group.element(annotate_snippets::Origin::path(name));
                }
            }
            None => {}
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

#[cfg(test)]
mod tests {
    use super::Diagnostic;
    use super::Place;
    use super::SourceFile;

    #[test]
    fn shows_the_line_where_it_is_known() {
        let file = SourceFile::new("inventory.yaml", "a: 1\nnodes:\n- kubelet: v1.26.9 # old\n");
        let diagnostic = Diagnostic::error("kubelet `v1.26.9` is too old")
            .at(Place { file, path: Some("nodes[0].kubelet".into()), position: Some((3, 12)) })
            .help("upgrade it first");
        let text = diagnostic.render(false);
        for part in [
            "error: kubelet",
            "inventory.yaml: nodes[0].kubelet:3:12",
            "3 | - kubelet",
            "^^^^^^^",
            "help: upgrade",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(!text.contains("^^^^^^^^"), "the comment is not underlined:\n{text}");
    }

    #[test]
    fn names_the_file_where_the_line_is_not_known() {
        let file = SourceFile::new("x.yaml", "");
        let text = Diagnostic::error("empty")
            .at(Place { file, path: None, position: Some((9, 9)) })
            .render(false);
        assert!(text.contains("--> x.yaml"), "{text}");
    }
}
