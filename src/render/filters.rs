//! Filters that put a text into Markdown, HTML or a shell command without letting it act there.
//!
//! Names come from outside: a node may be called `<script>` or `a|b`, and stays text.

use std::fmt::Write as _;

use crate::plan::shell_word;

/// Text inside a paragraph or a table cell: nothing in it is Markdown or HTML.
pub(super) fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    let mut rest = text.trim().chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' | '\t' => {
                if before.is_some_and(|before| !before.is_whitespace()) {
                    out.push(' ');
                }
            }
            // Inside a word an underscore emphasises nothing, and `kube_proxy` reads better so.
            '_' if before.is_some_and(char::is_alphanumeric)
                && rest.peek().is_some_and(|next| next.is_alphanumeric()) =>
            {
                out.push('_');
            }
            // GitHub takes text between dollar signs for a formula.
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(char);
            }
            '#' | '-' | '+' | '=' if before.is_none() => {
                out.push('\\');
                out.push(char);
            }
            '.' | ')'
                if !out.is_empty()
                    && out.bytes().all(|byte| byte.is_ascii_digit())
                    && rest.peek().is_none_or(|next| next.is_whitespace()) =>
            {
                out.push('\\');
                out.push(char);
            }
            char if char.is_control() => {}
            char => out.push(char),
        }
        before = Some(char);
    }
    out
}

/// Sentences in which `` `words` `` stand for code, as pairs: whether it is code, and the text.
pub(super) fn spans(text: &str) -> Vec<(bool, &str)> {
    let text = text.trim();
    let mut parts: Vec<(bool, &str)> = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(open) = text[from..].find('`').map(|at| at + from) {
        let Some(close) = text[open + 1..].find('`').map(|at| at + open + 1) else { break };
        if text[open + 1..close].trim().is_empty() {
            from = open + 1;
            continue;
        }
        parts.push((false, &text[start..open]));
        parts.push((true, &text[open + 1..close]));
        start = close + 1;
        from = start;
    }
    parts.push((false, &text[start..]));
    parts
}

/// Sentences in which `` `words` `` stand for code: the spans stay code, everything else is text.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (is_code, part) in spans(text) {
        if is_code {
            out.push_str(&code(part));
            continue;
        }
        // `md` trims and looks at the start of a line: only the outer ends are one.
        let inner = md(part);
        if part.starts_with(char::is_whitespace) && !out.is_empty() {
            out.push(' ');
        }
        if out.is_empty() {
            out.push_str(&inner);
        } else {
            out.push_str(
                inner.strip_prefix('\\').filter(|rest| starts_a_line(rest)).unwrap_or(&inner),
            );
        }
        if part.ends_with(char::is_whitespace) && !inner.is_empty() {
            out.push(' ');
        }
    }
    out.trim_end().to_owned()
}

/// Whether `md` escapes the first character only because it thinks that it starts a line.
fn starts_a_line(text: &str) -> bool {
    text.starts_with(['#', '-', '+', '='])
}

/// A code span, safe in a paragraph and in a table cell, whatever it holds.
pub(super) fn code(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.chars().any(|char| matches!(char, '`' | '|') || char.is_control());
    if plain {
        return format!("`{text}`");
    }
    let mut out = String::from("<code>");
    for char in text.chars() {
        match char {
            '\n' | '\r' | '\t' => out.push(' '),
            char if char.is_control() => {}
            // A numbered entity is text and nothing else, to Markdown as to HTML.
            char if char.is_ascii_punctuation() && !matches!(char, '-' | '.' | ',' | '/') => {
                _ = write!(out, "&#{};", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push_str("</code>");
    out
}

/// Text inside an HTML element on one line, such as `<summary>`, where Markdown is not read.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.trim().chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char if char.is_whitespace() || char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

/// Whether a character is none that is seen, or turns the order in which others are seen: a command
/// must not look other than what is copied (<https://trojansource.codes/>).
fn is_hidden(char: char) -> bool {
    (char.is_control() && char != '\n' && char != '\t')
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text has such a character.
pub(super) fn hides_something(text: &str) -> bool {
    text.chars().any(is_hidden)
}

/// The text with a mark in place of each of them.
pub(super) fn in_plain_sight(text: &str) -> String {
    text.chars()
        .map(|char| if is_hidden(char) { char::REPLACEMENT_CHARACTER } else { char })
        .collect()
}

/// A fenced code block; the fence is longer than any run of backticks inside.
pub(super) fn fence(text: &str, language: Option<&str>) -> String {
    let text = text.trim_end();
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language = language.unwrap_or("sh");
    format!("{fence}{language}\n{text}\n{fence}")
}

/// A word that a POSIX shell gives back as it is.
pub(super) fn sh(text: &str) -> String {
    shell_word(text)
}

/// The target of a link; empty for anything but a web address.
pub(super) fn url(text: &str) -> String {
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return String::new();
    }
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_whitespace()
            || char.is_control()
            || matches!(char, '<' | '>' | '(' | ')' | '"' | '\'' | '`' | '\\' | '[' | ']' | '|')
        {
            let mut bytes = [0; 4];
            for byte in char.encode_utf8(&mut bytes).bytes() {
                _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(char);
        }
    }
    out
}

/// Text in a Mermaid chart: what could end it, or act there or on the page around it, is a numbered
/// entity.
pub(super) fn mermaid(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.trim().chars() {
        match char {
            char if char.is_control() => out.push(' '),
            char if char.is_ascii_punctuation() && !matches!(char, '-' | '.' | ',' | '(' | ')') => {
                _ = write!(out, "#{};", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out
}

/// Removes what a template leaves behind: trailing spaces and more than one blank line. Fenced
/// blocks stay as they are.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    let mut blank = true;
    for line in text.lines() {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        if let Some(length) = open {
            out.push_str(line);
            out.push('\n');
            if ticks >= length && line.trim().len() == ticks {
                open = None;
            }
            continue;
        }
        let line = line.trim_end();
        if line.is_empty() {
            if !blank {
                out.push('\n');
            }
            blank = true;
            continue;
        }
        blank = false;
        if ticks >= 3 && !line.trim_start()[ticks..].contains('`') {
            open = Some(ticks);
        }
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::code;
    use super::fence;
    use super::html;
    use super::md;
    use super::mermaid;
    use super::prose;
    use super::tidy;
    use super::url;

    #[test]
    fn text_stays_text() {
        for (input, expected) in [
            ("cp-1", "cp-1"),
            ("<script>", "&lt;script&gt;"),
            ("a|b", r"a\|b"),
            ("`rm -rf`", r"\`rm -rf\`"),
            ("*_[]", r"\*\_\[\]"),
            ("kube_proxy", "kube_proxy"),
            ("# title", r"\# title"),
            ("1. item", r"1\. item"),
            ("1.30", "1.30"),
            ("two\nlines", "two lines"),
            ("&amp;", "&amp;amp;"),
            ("$x$", r"\$x\$"),
        ] {
            assert_eq!(md(input), expected, "{input}");
        }
    }

    #[test]
    fn prose_keeps_code_and_nothing_else() {
        for (input, expected) in [
            ("run `kubectl get` now", "run `kubectl get` now"),
            ("`a|b` *no*", r"<code>a&#124;b</code> \*no\*"),
            ("one ` alone", r"one \` alone"),
            ("`` empty", r"\`\` empty"),
            ("pool `<x>`-old", "pool `<x>`-old"),
            ("- item", r"\- item"),
        ] {
            assert_eq!(prose(input), expected, "{input}");
        }
    }

    #[test]
    fn code_is_code_whatever_it_holds() {
        assert_eq!(code("<script>"), "`<script>`");
        assert_eq!(code("a`b"), "<code>a&#96;b</code>");
        assert_eq!(code("a|*b*"), "<code>a&#124;&#42;b&#42;</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(html("</summary>\n<b>"), "&lt;/summary&gt; &lt;b&gt;");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("ls\n", None), "```sh\nls\n```");
        assert_eq!(fence("a\n````\nb", Some("text")), "`````text\na\n````\nb\n`````");
    }

    #[test]
    fn text_in_a_chart_cannot_end_its_line() {
        for (input, expected) in [
            ("staging, window 1 (of 2)", "staging, window 1 (of 2)"),
            ("a:b;c#d", "a#58;b#59;c#35;d"),
            ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
            ("<b>\nx", "#60;b#62; x"),
        ] {
            assert_eq!(mermaid(input), expected, "{input}");
        }
    }

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(url("javascript:alert(1)"), "");
        assert_eq!(url("https://a/b (c)"), "https://a/b%20%28c%29");
    }

    #[test]
    fn tidy_leaves_fences_alone() {
        let text = "\n\na  \n\n\n\nb\n````sh\nx  \n\n\n```\n````\nc\n\n\n";
        assert_eq!(tidy(text), "a\n\nb\n````sh\nx  \n\n\n```\n````\nc\n");
    }
}
