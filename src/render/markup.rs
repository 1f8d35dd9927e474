//! The filter for Jira's wiki markup. What stands between backticks becomes code; everything else is text,
//! whatever it holds.

use super::filters::spans;

/// Text in Jira's wiki markup
/// (<https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all>).
pub(super) fn jira(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (is_code, piece) in spans(text) {
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
}
