//! What a Markdown document must be, whatever it says: closed, square, and free of foreign HTML.

use std::collections::BTreeSet;

/// Every fault, with its line.
pub(crate) fn lint(text: &str) -> Vec<String> {
    let mut lint = Lint { blank: true, ..Lint::default() };
    for (index, line) in text.lines().enumerate() {
        lint.number = index + 1;
        lint.line(line);
    }
    lint.finish(text)
}

#[derive(Default)]
struct Lint {
    number: usize,
    faults: Vec<String>,
    /// The length of the open fence, and where it opened.
    fence: Option<(usize, usize)>,
    /// The columns of the table.
    table: Option<usize>,
    details: usize,
    /// Whether the line before is blank.
    blank: bool,
    anchors: BTreeSet<String>,
    links: Vec<(usize, String)>,
    defined: BTreeSet<String>,
    cited: Vec<(usize, String)>,
}

impl Lint {
    fn fault(&mut self, what: &str, line: &str) {
        self.faults.push(format!("{}: {what}: {line}", self.number));
    }

    fn line(&mut self, line: &str) {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        if let Some((length, _)) = self.fence {
            if ticks >= length && line.trim().len() == ticks {
                self.fence = None;
            }
            self.blank = false;
            return;
        }
        if ticks >= 3 && !line.trim_start()[ticks..].contains('`') {
            if !self.blank {
                self.fault("a fence needs a blank line before it", line);
            }
            (self.fence, self.table) = (Some((ticks, self.number)), None);
            return;
        }
        if line.is_empty() {
            if self.blank {
                self.fault("a second blank line", line);
            }
            (self.blank, self.table) = (true, None);
            return;
        }
        self.text(line);
        self.row(line);
        self.html(&without_code(line), line);
        self.blank = false;
    }

    fn text(&mut self, line: &str) {
        let bare = without_code(line);
        if line.ends_with(' ') {
            self.fault("a trailing space", line);
        }
        if line.starts_with('#') && !self.blank {
            self.fault("a heading needs a blank line before it", line);
        }
        let cells = ["| None |", "| none |", "| null |", " None,", "(None)"];
        if ["None", "none", "null"].contains(&line.trim())
            || cells.iter().any(|cell| bare.contains(cell))
            || bare.split(|char: char| !char.is_alphanumeric()).any(|word| word == "undefined")
        {
            self.fault("an absent value", line);
        }
        let number = self.number;
        let after = |start, end| {
            let parts = bare.split(start).skip(1);
            parts.map(move |part: &str| (number, part.split(end).next().unwrap().to_owned()))
        };
        self.links.extend(after("](#", ")"));
        self.cited.extend(after("[[", "]]"));
        if let Some((key, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            self.defined.insert(key.to_owned());
        }
    }

    fn row(&mut self, line: &str) {
        if !line.starts_with('|') {
            if self.table.take().is_some() {
                self.fault("a table needs a blank line after it", line);
            }
            return;
        }
        let cells = cells(line);
        match self.table {
            None if !self.blank => self.fault("a table needs a blank line before it", line),
            Some(columns) if columns != cells => self.fault("another number of columns", line),
            _ => {}
        }
        self.table = Some(self.table.unwrap_or(cells));
    }

    fn html(&mut self, bare: &str, line: &str) {
        const ALLOWED: [&str; 7] = ["summary", "/summary", "b", "/b", "code", "/code", "/a"];
        for rest in bare.split('<').skip(1) {
            let tag = rest.split('>').next().unwrap();
            let anchor = tag.strip_prefix("a id=\"").and_then(|rest| rest.strip_suffix('"'));
            match (tag, anchor) {
                (_, Some(id)) => {
                    if !self.anchors.insert(id.to_owned()) {
                        self.fault("an anchor twice", line);
                    }
                }
                ("details", _) if self.details == 0 => self.details = 1,
                ("/details", _) if self.details == 1 => self.details = 0,
                ("details" | "/details", _) => self.fault("details are not balanced", line),
                _ if ALLOWED.contains(&tag) || tag.starts_with("https://") => {}
                _ => self.fault("foreign HTML", line),
            }
        }
    }

    fn finish(mut self, text: &str) -> Vec<String> {
        if let Some((_, number)) = self.fence {
            self.faults.push(format!("{number}: a fence is not closed"));
        }
        if self.details != 0 {
            self.faults.push("details are not closed".to_owned());
        }
        for (number, link) in self.links {
            if !self.anchors.contains(&link) {
                self.faults.push(format!("{number}: nothing is called #{link}"));
            }
        }
        for (number, key) in self.cited {
            if !self.defined.contains(&key) {
                self.faults.push(format!("{number}: source {key} is not defined"));
            }
        }
        if !text.ends_with('\n') || text.ends_with("\n\n") {
            self.faults.push("the text must end in one newline".to_owned());
        }
        self.faults
    }
}

/// The cells of a table row; a pipe counts unless a backslash stands before it.
fn cells(line: &str) -> usize {
    let mut before = ' ';
    let mut count = 0usize;
    for char in line.chars() {
        if char == '|' && before != '\\' {
            count += 1;
        }
        before = char;
    }
    count - 1
}

/// The line with its code spans blanked.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        if rest[..at].ends_with('\\') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        let ticks = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        let fence = &rest[at..at + ticks];
        let Some(close) = rest[at + ticks..].find(fence) else { break };
        out.push_str(&rest[..at]);
        rest = &rest[at + ticks + close + ticks..];
    }
    out + rest
}
