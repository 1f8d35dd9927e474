//! Reads bash well enough to find every simple command in a text, however deep: pipes, lists, groups,
//! functions, loops, `case`, substitutions, here-documents. It reads; it expands nothing.

/// Stands before the name of something that the shell would put in; [`CLOSE`] stands behind it. Both
/// are private characters, so a text that is read again is not expanded a second time.
pub(crate) const OPEN: char = '\u{E000}';
pub(crate) const CLOSE: char = '\u{E001}';

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Simple {
    /// Its words without quotes.
    pub(crate) words: Vec<String>,
    /// The assignments before it, or alone.
    pub(crate) assignments: Vec<(String, String)>,
    /// Its here-documents.
    pub(crate) documents: Vec<Document>,
    /// Whether it sets its words aside: the words of `for`, the name of a function.
    pub(crate) defines: bool,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) delimiter: String,
    pub(crate) body: String,
}

/// What a text holds.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) commands: Vec<Simple>,
    pub(crate) comments: Vec<String>,
    /// How many commands a person types who pastes the text: what stands on its own at the top.
    pub(crate) statements: usize,
}

/// Every simple command of a text, and its comments.
pub(crate) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parser = Parser {
        chars: text.chars().collect(),
        at: 0,
        parsed: Parsed::default(),
        waiting: Vec::new(),
        nested: 0,
    };
    parser.list(false)?;
    if parser.waiting.is_empty() {
        Ok(parser.parsed)
    } else {
        Err("a here-document does not begin".to_owned())
    }
}

struct Waiting {
    command: usize,
    delimiter: String,
    quoted: bool,
    tabs: bool,
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    parsed: Parsed,
    waiting: Vec<Waiting>,
    /// How many `{`, `if`, loops are open.
    nested: i32,
}

const GO_ON: [&str; 9] = ["if", "then", "elif", "else", "while", "until", "do", "{", "!"];
const ENDS: [&str; 4] = ["fi", "done", "}", "esac"];

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, char)| self.chars.get(self.at + index) == Some(&char))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.looking_at(text);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn blanks(&mut self) {
        while self.eat(" ") || self.eat("\t") || self.eat("\\\n") {}
    }

    fn comment(&mut self) {
        let start = self.at;
        while self.peek().is_some_and(|char| char != '\n') {
            self.at += 1;
        }
        self.parsed.comments.push(self.chars[start + 1..self.at].iter().collect());
    }

    /// A list of commands, up to the end or to the `)` that closes a substitution.
    fn list(&mut self, inside: bool) -> Result<(), String> {
        let (mut depth, mut cases, mut pattern) = (0_usize, 0_usize, false);
        // Whether a command has begun that no line or `;` has ended yet, and whether one must follow.
        let (mut begun, mut open) = (false, false);
        loop {
            self.blanks();
            let Some(char) = self.peek() else {
                if inside || depth > 0 || cases > 0 {
                    return Err("a `(` or a `case` is not closed".to_owned());
                }
                self.parsed.statements += usize::from(begun);
                self.end_of_line()?;
                return Ok(());
            };
            let top = !inside && depth == 0 && cases == 0 && self.nested == 0;
            if top && begun && !open && (char == '\n' || char == ';') {
                self.parsed.statements += 1;
                begun = false;
            }
            if !char.is_whitespace() && char != '#' && char != ';' {
                begun = true;
                open = matches!(char, '|' | '&');
            }
            match char {
                '\n' => {
                    self.at += 1;
                    self.end_of_line()?;
                }
                '#' => self.comment(),
                _ if pattern && !self.looking_at("esac") => {
                    self.pattern()?;
                    pattern = false;
                }
                ';' if self.eat(";;") => pattern = cases > 0,
                ';' | '&' | '|' => self.at += 1,
                '(' if self.eat("((") => self.arithmetic()?,
                '(' => {
                    self.at += 1;
                    depth += 1;
                }
                ')' => {
                    self.at += 1;
                    match (depth, inside) {
                        (0, true) => return Ok(()),
                        (0, false) => return Err("a `)` too many".to_owned()),
                        _ => depth -= 1,
                    }
                }
                _ => match self.simple()? {
                    Keyword::Case => {
                        cases += 1;
                        pattern = true;
                    }
                    Keyword::Esac => {
                        cases = cases.checked_sub(1).ok_or("`esac` without `case`")?;
                        pattern = false;
                    }
                    Keyword::None => {}
                },
            }
        }
    }

    fn pattern(&mut self) -> Result<(), String> {
        self.eat("(");
        loop {
            self.blanks();
            if self.eat(")") {
                return Ok(());
            }
            if !self.eat("|") && self.word()?.is_none() {
                return Err("a pattern of `case` does not end".to_owned());
            }
        }
    }

    fn arithmetic(&mut self) -> Result<(), String> {
        let mut depth = 0_usize;
        while let Some(char) = self.peek() {
            if depth == 0 && self.eat("))") {
                return Ok(());
            }
            match char {
                '(' => depth += 1,
                ')' => depth = depth.checked_sub(1).ok_or("arithmetic is not closed")?,
                _ => {}
            }
            self.at += 1;
        }
        Err("arithmetic is not closed".to_owned())
    }

    fn end_of_line(&mut self) -> Result<(), String> {
        for waiting in std::mem::take(&mut self.waiting) {
            let mut body = String::new();
            loop {
                if self.at >= self.chars.len() {
                    return Err(format!("here-document {} does not end", waiting.delimiter));
                }
                let end = self.chars[self.at..].iter().position(|char| *char == '\n');
                let end = end.map_or(self.chars.len(), |length| self.at + length);
                let line: String = self.chars[self.at..end].iter().collect();
                self.at = (end + 1).min(self.chars.len());
                let line = if waiting.tabs { line.trim_start_matches('\t') } else { &line };
                if line == waiting.delimiter {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            if !waiting.quoted {
                body = self.expanded(&body)?;
            }
            let Waiting { command, delimiter, .. } = waiting;
            self.parsed.commands[command].documents.push(Document { delimiter, body });
        }
        Ok(())
    }

    /// A text as within double quotes; the commands of its substitutions are kept.
    fn expanded(&mut self, text: &str) -> Result<String, String> {
        let chars = text.chars().collect();
        let mut inner =
            Self { chars, at: 0, parsed: Parsed::default(), waiting: Vec::new(), nested: 0 };
        let mut out = String::new();
        while inner.peek().is_some() {
            inner.quoted_char(&mut out, false)?;
        }
        self.parsed.commands.append(&mut inner.parsed.commands);
        Ok(out)
    }

    fn simple(&mut self) -> Result<Keyword, String> {
        let index = self.parsed.commands.len();
        self.parsed.commands.push(Simple::default());
        loop {
            self.blanks();
            let Some(char) = self.peek() else { break };
            if "\n;&|)".contains(char) && !self.looking_at("&>") {
                break;
            }
            if char == '#' {
                self.comment();
                break;
            }
            if self.redirection(index)? {
                continue;
            }
            if self.words(index).is_empty() && self.assignment(index)? {
                continue;
            }
            let start = self.at;
            let Some(word) = self.word()? else { return Err(format!("`{char}` is not expected")) };
            let raw: String = self.chars[start..self.at].iter().collect();
            if self.words(index).is_empty() && self.parsed.commands[index].assignments.is_empty() {
                if let Some(keyword) = self.keyword(index, &raw)? {
                    return Ok(keyword);
                }
                if self.eat("()") {
                    let command = &mut self.parsed.commands[index];
                    command.words = vec![word];
                    command.defines = true;
                    return Ok(Keyword::None);
                }
            }
            self.parsed.commands[index].words.push(word);
        }
        Ok(Keyword::None)
    }

    fn words(&self, index: usize) -> &[String] {
        &self.parsed.commands[index].words
    }

    fn keyword(&mut self, index: usize, raw: &str) -> Result<Option<Keyword>, String> {
        match raw {
            "esac" => Ok(Some(Keyword::Esac)),
            "if" | "while" | "until" | "{" | "fi" | "done" | "}" => {
                self.nested += if ENDS.contains(&raw) { -1 } else { 1 };
                Ok(Some(Keyword::None))
            }
            _ if GO_ON.contains(&raw) || ENDS.contains(&raw) => Ok(Some(Keyword::None)),
            "[[" => {
                while self.word()?.is_none_or(|word| word != "]]") {
                    self.blanks();
                    if self.peek().is_none_or(|char| char == '\n') {
                        return Err("`[[` is not closed".to_owned());
                    }
                    if self.peek().is_some_and(|char| "&|<>()".contains(char)) {
                        self.at += 1;
                    }
                }
                Ok(Some(Keyword::None))
            }
            "case" => {
                self.blanks();
                self.word()?;
                self.blanks();
                let word = self.word()?;
                if word.as_deref() == Some("in") {
                    Ok(Some(Keyword::Case))
                } else {
                    Err("`case` without `in`".to_owned())
                }
            }
            "for" | "select" => {
                self.nested += 1;
                self.parsed.commands[index].defines = true;
                loop {
                    self.blanks();
                    if self.peek().is_none_or(|char| ";\n#".contains(char)) {
                        return Ok(Some(Keyword::None));
                    }
                    let word = self.word()?.ok_or("a loop without words")?;
                    self.parsed.commands[index].words.push(word);
                }
            }
            _ => Ok(None),
        }
    }

    /// `NAME=value` before a command.
    fn assignment(&mut self, index: usize) -> Result<bool, String> {
        let rest = &self.chars[self.at..];
        let length = rest.iter().take_while(|char| char.is_ascii_alphanumeric() || **char == '_');
        let length = length.count();
        let plus = usize::from(rest.get(length) == Some(&'+'));
        if length == 0 || rest[0].is_ascii_digit() || rest.get(length + plus) != Some(&'=') {
            return Ok(false);
        }
        let name: String = rest[..length].iter().collect();
        self.at += length + plus + 1;
        if self.eat("(") {
            loop {
                self.blanks();
                if self.eat(")") {
                    return Ok(true);
                }
                if !self.eat("\n") && self.word()?.is_none() {
                    return Err(format!("the list {name} is not closed"));
                }
            }
        }
        let value = self.word()?.unwrap_or_default();
        self.parsed.commands[index].assignments.push((name, value));
        Ok(true)
    }

    fn redirection(&mut self, index: usize) -> Result<bool, String> {
        let start = self.at;
        while self.peek().is_some_and(|char| char.is_ascii_digit()) {
            self.at += 1;
        }
        if self.looking_at("<(") || self.looking_at(">(") {
            self.at = start;
            return Ok(false);
        }
        for operator in ["<<<", "<<-", "<<", "&>>", "&>", ">>", ">&", "<&", ">|", "<>", ">", "<"] {
            if !self.eat(operator) {
                continue;
            }
            self.blanks();
            let from = self.at;
            let word = self.word()?.ok_or("a redirection without a word")?;
            if operator == "<<" || operator == "<<-" {
                let quoted = self.chars[from..self.at].iter().any(|char| "'\"\\".contains(*char));
                let tabs = operator == "<<-";
                self.waiting.push(Waiting { command: index, delimiter: word, quoted, tabs });
            }
            return Ok(true);
        }
        self.at = start;
        Ok(false)
    }

    /// A word without its quotes; `None` where none begins here.
    fn word(&mut self) -> Result<Option<String>, String> {
        let mut out = String::new();
        let start = self.at;
        while let Some(char) = self.peek() {
            match char {
                '<' | '>' if self.at == start && self.chars.get(self.at + 1) == Some(&'(') => {
                    self.at += 2;
                    self.list(true)?;
                    out.extend([OPEN, 'p', CLOSE]);
                }
                ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                '\'' => {
                    self.at += 1;
                    loop {
                        let char = self.peek().ok_or("a `'` is not closed")?;
                        self.at += 1;
                        if char == '\'' {
                            break;
                        }
                        out.push(char);
                    }
                }
                '"' => {
                    self.at += 1;
                    while !self.eat("\"") {
                        self.quoted_char(&mut out, true)?;
                    }
                }
                '\\' => {
                    self.at += 1;
                    let char = self.peek().ok_or("a text ends in a backslash")?;
                    self.at += 1;
                    if char != '\n' {
                        out.push(char);
                    }
                }
                '$' if self.eat("$'") => loop {
                    let char = self.peek().ok_or("a `$'` is not closed")?;
                    self.at += 1;
                    match char {
                        '\'' => break,
                        // Only what stands for itself behind a backslash; that is enough here.
                        '\\' => {
                            out.extend(self.peek());
                            self.at += 1;
                        }
                        char => out.push(char),
                    }
                },
                '$' | '`' => self.expansion(&mut out)?,
                char => {
                    out.push(char);
                    self.at += 1;
                }
            }
        }
        Ok((self.at > start).then_some(out))
    }

    /// One character within double quotes, or an expansion.
    fn quoted_char(&mut self, out: &mut String, in_quotes: bool) -> Result<(), String> {
        match self.peek().ok_or("a `\"` is not closed")? {
            '\\' => {
                self.at += 1;
                let char = self.peek().ok_or("a text ends in a backslash")?;
                self.at += 1;
                if !("$`\\".contains(char) || (in_quotes && char == '"')) && char != '\n' {
                    out.push('\\');
                }
                if char != '\n' {
                    out.push(char);
                }
            }
            '$' | '`' => self.expansion(out)?,
            char => {
                out.push(char);
                self.at += 1;
            }
        }
        Ok(())
    }

    fn expansion(&mut self, out: &mut String) -> Result<(), String> {
        if self.eat("$((") {
            self.arithmetic()?;
            out.extend([OPEN, '0', CLOSE]);
        } else if self.eat("$(") {
            self.list(true)?;
            out.extend([OPEN, 's', CLOSE]);
        } else if self.eat("${") {
            let mut inner = String::new();
            while !self.eat("}") {
                match self.peek().ok_or("a `${` is not closed")? {
                    '"' => {
                        self.at += 1;
                        while !self.eat("\"") {
                            self.quoted_char(&mut inner, true)?;
                        }
                    }
                    _ => self.quoted_char(&mut inner, true)?,
                }
            }
            // The name only: what stands behind it would be taken apart when the text is read again.
            let name = |char: &char| char.is_ascii_alphanumeric() || *char == '_';
            out.push(OPEN);
            out.extend(inner.chars().take_while(name));
            out.push(CLOSE);
        } else if self.eat("`") {
            let start = self.at;
            while !self.eat("`") {
                self.at +=
                    if self.peek().ok_or("a backtick is not closed")? == '\\' { 2 } else { 1 };
            }
            let inner: String = self.chars[start..self.at - 1].iter().collect();
            self.parsed.commands.append(&mut parse(&inner)?.commands);
            out.extend([OPEN, 's', CLOSE]);
        } else {
            self.at += 1;
            let rest = &self.chars[self.at..];
            let length = match rest.first() {
                Some(first) if first.is_ascii_alphabetic() || *first == '_' => rest
                    .iter()
                    .take_while(|char| char.is_ascii_alphanumeric() || **char == '_')
                    .count(),
                Some(first) if first.is_ascii_digit() || "@*#?$!-".contains(*first) => 1,
                _ => 0,
            };
            if length == 0 {
                out.push('$');
                return Ok(());
            }
            out.push(OPEN);
            out.extend(&rest[..length]);
            out.push(CLOSE);
            self.at += length;
        }
        Ok(())
    }
}

enum Keyword {
    None,
    Case,
    Esac,
}
