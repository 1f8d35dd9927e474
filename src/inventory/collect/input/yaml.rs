//! Finds the objects in YAML: documents, and the items of lists as kubectl writes them.
//!
//! A line at the left edge that is no entry of a sequence ends whatever stood before it, also inside
//! of block scalars; so lines are enough to cut at, and the items stream.

use super::Form;
use super::Piece;
use super::Role;
use super::Sink;
use super::fault::Fault;
use super::window::LARGEST;
use super::window::Window;

/// Keys that only what is read here has at its left edge.
const MARKS: [&str; 6] =
    ["apiVersion:", "kind:", "items:", "clientVersion:", "serverVersion:", "kustomizeVersion:"];

/// Reads documents, one after the other.
pub(super) fn read(window: &mut Window<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    let mut document = Document { line: window.line(), ..Document::default() };
    while let Some(length) = window.line_length()? {
        let number = window.line();
        let line = std::str::from_utf8(&window.bytes()[..length])
            .map_err(|_| Fault::Syntax { line: number })?;
        if is_marker(line) {
            document.end(sink)?;
            document = Document { line: number + 1, ..Document::default() };
        } else {
            document.add(line, number, sink)?;
        }
        window.consume(length);
    }
    document.end(sink)
}

/// `---` and `...`, which separate documents wherever they stand at the left edge.
fn is_marker(line: &str) -> bool {
    let rest = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// A document that is read line by line.
#[derive(Debug, Default)]
struct Document {
    /// What stands around the items, and where it begins.
    whole: String,
    line: usize,
    /// Whether it has marks of what is read here.
    known: bool,
    place: Place,
    /// The item that is being read, and where it begins.
    item: String,
    item_line: usize,
    /// The kind of the items, where it stands in front of them.
    kind: Option<String>,
}

/// Where in a document a line stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Not among the items.
    #[default]
    Around,
    /// Behind `items:`, before the first of them.
    Before,
    /// Among the items, which are indented this far.
    Among(usize),
}

impl Document {
    fn add(&mut self, line: &str, number: usize, sink: &mut dyn Sink) -> Result<(), Fault> {
        if self.whole.len() + self.item.len() + line.len() > LARGEST {
            return Err(Fault::TooLarge { line: number });
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let content = line[indent..].trim_end();
        let entry = content == "-" || content.starts_with("- ");
        let inside = |indentation: usize| {
            content.is_empty()
                || indent > indentation
                || (!self.item.is_empty() && content.starts_with('#'))
        };
        match self.place {
            Place::Among(indentation) if indent == indentation && entry => {
                self.end_item(sink)?;
                self.begin_item(line, number);
            }
            Place::Among(indentation) if inside(indentation) => self.item.push_str(line),
            Place::Before if content.is_empty() || content.starts_with('#') => {}
            Place::Before if entry && self.known => {
                self.place = Place::Among(indent);
                self.begin_item(line, number);
            }
            _ => {
                self.end_item(sink)?;
                self.around(line, sink);
            }
        }
        Ok(())
    }

    fn begin_item(&mut self, line: &str, number: usize) {
        self.item_line = number;
        self.item.push_str(line);
    }

    fn around(&mut self, line: &str, sink: &mut dyn Sink) {
        self.place = Place::Around;
        if MARKS.iter().any(|mark| line.starts_with(mark)) {
            self.known = true;
            sink.known();
        }
        if let Some(kind) = line.strip_prefix("kind:") {
            let kind = kind.trim().trim_matches(['"', '\'']);
            self.kind =
                kind.strip_suffix("List").filter(|kind| !kind.is_empty()).map(str::to_owned);
        }
        if line.trim_end() == "items:" {
            self.place = Place::Before;
        }
        self.whole.push_str(line);
    }

    fn end_item(&mut self, sink: &mut dyn Sink) -> Result<(), Fault> {
        if !self.item.is_empty() {
            sink.piece(&Piece {
                form: Form::YamlItem(&self.item),
                role: Role::Item(self.kind.as_deref()),
                line: self.item_line,
            })?;
            self.item.clear();
        }
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Fault> {
        self.end_item(sink)?;
        if self.known {
            let form = Form::Yaml(&self.whole);
            sink.piece(&Piece { form, role: Role::Whole, line: self.line })?;
        }
        Ok(())
    }
}
