//! Filters for Jira's wiki markup and for HTML. What stands between backticks becomes code; everything
//! else is text, whatever it holds.

use minijinja::value::Value;

/// The text as pieces: code or not.
fn pieces(text: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('`') {
        let Some(close) = rest[open + 1..].find('`').map(|at| at + open + 1) else { break };
        if rest[open + 1..close].trim().is_empty() {
            pieces.push((false, &rest[..=open]));
            rest = &rest[open + 1..];
            continue;
        }
        pieces.push((false, &rest[..open]));
        pieces.push((true, &rest[open + 1..close]));
        rest = &rest[close + 1..];
    }
    pieces.push((false, rest));
    pieces
}

/// Text in HTML with its code in `<code>`.
pub(super) fn spans(text: &str) -> Value {
    let mut out = String::with_capacity(text.len() + 16);
    for (is_code, piece) in pieces(text) {
        if is_code {
            out.push_str("<code>");
        }
        for char in piece.chars() {
            match char {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                char if char.is_control() => out.push(' '),
                char => out.push(char),
            }
        }
        if is_code {
            out.push_str("</code>");
        }
    }
    Value::from_safe_string(out)
}

/// Text in Jira's wiki markup
/// (<https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all>).
pub(super) fn jira(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (is_code, piece) in pieces(text) {
        if is_code {
            out.push_str("{{");
        }
        jira_text(&mut out, piece);
        if is_code {
            out.push_str("}}");
        }
    }
    out
}

/// What Jira turns into pictures, as far as the characters inside are not escaped anyway.
const PICTURES: [&str; 9] =
    ["(y)", "(n)", "(i)", "(/)", "(x)", "(on)", "(off)", "(flag)", "(flagoff)"];

fn jira_text(out: &mut String, text: &str) {
    for (at, char) in text.char_indices() {
        let rest = &text[at..];
        match char {
            ':' | ';' if rest[1..].starts_with([')', '(', 'P', 'D', 'p', '|']) => {
                out.push_str(if char == ':' { "&#58;" } else { "&#59;" });
            }
            '(' if !PICTURES.iter().any(|picture| rest.starts_with(picture)) => out.push(char),
            // A backslash before a backslash ends the line, so neither can be escaped by another.
            '\\' => out.push_str("&#92;"),
            '&' => out.push_str("&amp;"),
            '{' | '}' | '[' | ']' | '|' | '*' | '_' | '+' | '^' | '~' | '!' | '?' | '-' | '#'
            | '(' | '@' => {
                if !is_plain(out, char) {
                    out.push('\\');
                }
                out.push(char);
            }
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
}

/// Whether a character is text where it stands: inside a word, or where nothing begins with it.
fn is_plain(before: &str, char: char) -> bool {
    let inside = before.chars().next_back().is_some_and(char::is_alphanumeric);
    match char {
        '-' | '_' | '+' | '#' | '@' => inside,
        // Two of them are a citation.
        '?' => !before.ends_with('?'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::jira;
    use super::spans;

    #[test]
    fn jira_text_stays_text() {
        for (input, expected) in [
            ("cp-1", "cp-1"),
            ("kube_proxy", "kube_proxy"),
            ("-x-", r"\-x-"),
            ("*bold* {color:red}", r"\*bold\* \{color:red\}"),
            ("a|b", r"a\|b"),
            ("[~admin] !image.png!", r"\[\~admin\] \!image.png\!"),
            (r"a\b", "a&#92;b"),
            ("&lt;", "&amp;lt;"),
            ("(/) (h:mm) ??cite?? :) :D", r"\(/) (h:mm) ?\?cite?\? &#58;) &#58;D"),
            ("run `kubectl get` now", "run {{kubectl get}} now"),
            ("a `}}*` b", r"a {{\}\}\*}} b"),
            ("one ` alone", "one ` alone"),
        ] {
            assert_eq!(jira(input), expected, "{input}");
        }
    }

    #[test]
    fn html_spans_are_escaped() {
        assert_eq!(
            spans("`<b>` & \"c\"").to_string(),
            "<code>&lt;b&gt;</code> &amp; &quot;c&quot;"
        );
        assert_eq!(spans("`` x").to_string(), "`` x");
        assert!(spans("x").is_safe());
    }
}
