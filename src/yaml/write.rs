//! The emitter: text that YAML 1.1 and 1.2 readers take for the same values.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

/// Writes a document that every YAML 1.1 and 1.2 reader understands alike.
///
/// # Errors
///
/// Whatever the `Serialize` implementation of `value` refuses.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let value = serde_json::to_value(value)?;
    let mut text = String::new();
    match &value {
        Value::Object(_) | Value::Array(_) if !is_empty(&value) => block(&mut text, &value, 0),
        _ => {
            flow_or_scalar(&mut text, &value, 0);
        }
    }
    Ok(text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// A non-empty mapping or sequence, one entry a line.
fn block(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) => {
            for (position, (key, value)) in map.iter().enumerate() {
                if position > 0 {
                    pad(text, indent);
                }
                scalar(text, key);
                text.push(':');
                nested(text, value, indent);
            }
        }
        Value::Array(list) => {
            for (position, value) in list.iter().enumerate() {
                if position > 0 {
                    pad(text, indent);
                }
                text.push('-');
                item(text, value, indent);
            }
        }
        _ => flow_or_scalar(text, value, indent),
    }
}

/// The value behind `key:`. Sequences stand at the indentation of their key.
fn nested(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            pad(text, indent + 2);
            block(text, value, indent + 2);
        }
        Value::Array(list) if !list.is_empty() && !short(list) => {
            text.push('\n');
            pad(text, indent);
            block(text, value, indent);
        }
        _ => {
            text.push(' ');
            flow_or_scalar(text, value, indent + 2);
        }
    }
}

/// The value behind `-`.
fn item(text: &mut String, value: &Value, indent: usize) {
    text.push(' ');
    match value {
        Value::Object(_) | Value::Array(_) if !is_empty(value) => block(text, value, indent + 2),
        _ => flow_or_scalar(text, value, indent + 2),
    }
}

/// A list of plain words that fits a line reads better on one.
fn short(list: &[Value]) -> bool {
    const WIDTH: usize = 100;
    let words = list.iter().map(|value| match value {
        Value::String(word) if is_plain(word) => Some(word.len() + 2),
        _ => None,
    });
    words.sum::<Option<usize>>().is_some_and(|width| width <= WIDTH)
}

fn flow_or_scalar(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => text.push_str("null\n"),
        Value::Bool(bool) => _ = writeln!(text, "{bool}"),
        Value::Number(number) => _ = writeln!(text, "{number}"),
        Value::String(string) if is_literal_block(string) => literal(text, string, indent),
        Value::String(string) => {
            scalar(text, string);
            text.push('\n');
        }
        Value::Object(_) => text.push_str("{}\n"),
        Value::Array(list) => {
            text.push('[');
            for (position, value) in list.iter().enumerate() {
                if position > 0 {
                    text.push_str(", ");
                }
                scalar(text, value.as_str().unwrap_or_default());
            }
            text.push_str("]\n");
        }
    }
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn scalar(text: &mut String, string: &str) {
    if is_plain(string) {
        text.push_str(string);
    } else if string.chars().any(must_be_escaped) {
        double_quoted(text, string);
    } else {
        text.push('\'');
        text.push_str(&string.replace('\'', "''"));
        text.push('\'');
    }
}

/// What readers refuse as it is, or take for the end of a line or the beginning of a file.
fn must_be_escaped(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

fn double_quoted(text: &mut String, string: &str) {
    text.push('"');
    for char in string.chars() {
        match char {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            char if must_be_escaped(char) => {
                _ = write!(text, "\\u{:04X}", u32::from(char));
            }
            char => text.push(char),
        }
    }
    text.push('"');
}

/// Whether no reader, of YAML 1.1 or 1.2, takes the text for anything but itself.
fn is_plain(string: &str) -> bool {
    const WORDS: [&str; 11] =
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];
    let mut bytes = string.bytes();
    let starts_plain = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on_plain =
        bytes.all(|byte| byte.is_ascii_alphanumeric() || b" _./+-()=@%~".contains(&byte));
    starts_plain
        && goes_on_plain
        && !string.ends_with(' ')
        && !WORDS.contains(&string.to_ascii_lowercase().as_str())
}

/// Whether a literal block (`|`) gives the text back exactly.
fn is_literal_block(string: &str) -> bool {
    string.contains('\n')
        && !string.starts_with([' ', '\n', '\t'])
        && !string.ends_with("\n\n")
        && !string.chars().any(|char| char != '\n' && must_be_escaped(char))
}

fn literal(text: &mut String, string: &str, indent: usize) {
    text.push_str(if string.ends_with('\n') { "|\n" } else { "|-\n" });
    for line in string.lines() {
        if !line.is_empty() {
            pad(text, indent);
            text.push_str(line);
        }
        text.push('\n');
    }
}
