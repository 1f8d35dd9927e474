//! What is written is read by others: a Python YAML reader (YAML 1.1) gets the same values back.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use kubehop::yaml;
use proptest::prelude::*;
use serde_json::json;

use support::read_by_python;

#[test]
fn ambiguous_words_stay_text() {
    let words = [
        "no",
        "NO",
        "on",
        "off",
        "y",
        "yes",
        "true",
        "null",
        "~",
        "",
        "12:30",
        "12:30:45",
        "2026-11-22",
        "2026-11-22T08:00:00Z",
        "1.30",
        "1e3",
        "0x1f",
        "0o17",
        "017",
        "1_000",
        "+1",
        "-1",
        ".5",
        ".inf",
        ".nan",
        "=",
        "<<",
        "v1.30.4",
        "- a",
        "? a",
        "a: b",
        "a #b",
        "#b",
        "'",
        "\"",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "{a",
        "[a",
        "|",
        ">",
        "a\nb",
        "a\n",
        "\na",
        " a",
        "a ",
        "\ta",
        "é",
        "🙂",
        "cp-1",
        "nan",
        "Inf",
        "1.2.3.4",
        "0b1",
        "1:2",
    ];
    let value = json!({ "words": words.as_slice(), "keys": words.iter().map(|word| (format!("k{word}"), json!(word))).collect::<serde_json::Map<_, _>>() });
    let text = yaml::write(&value).unwrap();
    assert_eq!(read_by_python(&text), value, "\n{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Any text at all, fifty at a time.
    #[test]
    fn any_text_stays_what_it_is(words in prop::collection::vec("\\PC{0,12}|[ -~\\n]{0,20}", 1..50)) {
        let value = json!({ "list": words, "map": { "nested": [{ "word": words[0] }] } });
        let text = yaml::write(&value).unwrap();
        prop_assert_eq!(read_by_python(&text), value, "\n{}", text);
    }
}
