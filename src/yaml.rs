//! Reading and writing YAML; the only module that names the YAML crate.
//!
//! `serde_yaml` is no longer developed and has habits to guard against here: it writes strings such
//! as `no`, `12:30` or a date without quotes, which YAML 1.1 readers turn into other types. So it
//! reads, and a small emitter writes: strings are quoted unless no reader could take them for
//! anything else, long strings are literal blocks, key order is that of the type; no folding.

mod marks;
mod write;

pub use write::write;

use serde::de::DeserializeOwned;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;

/// Reads one document. JSON is YAML, so a JSON file is read as well.
///
/// # Errors
///
/// A diagnostic with file, line and path of the value for a syntax error, a wrong type, an unknown
/// or a missing key.
pub fn read<T: DeserializeOwned>(file: &SourceFile) -> Result<T, Diagnostic> {
    let at = |line| Place { file: file.clone(), path: None, position: line };
    if marks::is_blank(file.text()) {
        return Err(Diagnostic::error("the document is empty").at(at(None)).help(FORM));
    }
    if let Some(line) = marks::second_document(file.text()) {
        return Err(Diagnostic::error(
            "the file holds more than one document; the next one begins here",
        )
        .at(at(Some((line, 1))))
        .help("put each document into a file of its own"));
    }
    if let Some(line) = too_deep(file.text()) {
        return Err(Diagnostic::error(format!("more than {DEEPEST} brackets are open"))
            .at(at(Some((line, 1))))
            .help("close what was opened; no document of kubehop is nested that deeply"));
    }
    serde_yaml::from_str(file.text()).map_err(|error| diagnostic(file, &error))
}

/// Reads one document of a text that must not be shown, such as a dump with secrets in it.
///
/// # Errors
///
/// The line in which it is not what is asked for, and nothing of what stands there.
pub(crate) fn read_unshown<T: DeserializeOwned>(text: &str) -> Result<T, usize> {
    if let Some(line) = too_deep(text) {
        return Err(line);
    }
    serde_yaml::from_str(text).map_err(|error| error.location().map_or(1, |at| at.line()))
}

/// What to do where nothing more precise can be said.
const FORM: &str = "the form of every document is printed by `kubehop schema plan|inventory|record|matrix|catalog|baseline|calendar|estimates|policy|steps`";

/// The most brackets that may be open. The parser needs time in the square of their number. Scripts
/// in a plan hold a few that are never closed, so this is not the depth of a real document.
const DEEPEST: usize = 10_000;

/// The line in which too many brackets are open, without a look at quotes.
fn too_deep(text: &str) -> Option<usize> {
    let (mut open, mut line) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => line += 1,
            _ => {}
        }
        if open > DEEPEST {
            return Some(line);
        }
    }
    None
}

fn diagnostic(file: &SourceFile, error: &serde_yaml::Error) -> Diagnostic {
    let position = error.location().map(|at| (at.line(), at.column()));
    let mut text = error.to_string();
    if let Some(end) = text.rfind(" at line ") {
        text.truncate(end);
    }
    // serde_yaml puts the path in front: `nodePools[0].nodes[2].kubelet: message`.
    let (path, message) = match text.split_once(": ") {
        Some((path, message)) if is_path(path) => (Some(path.to_owned()), message.to_owned()),
        _ => (None, text),
    };
    let position = match duplicate(&message) {
        // The parser names the beginning of the mapping.
        Some(key) if path.is_none() => second(file.text(), key).map(|line| (line, 1)),
        Some(_) => None,
        None => position,
    };
    let help = help(&message, path.as_deref());
    let message = plainly(&message, path.as_deref());
    Diagnostic::error(message).at(Place { file: file.clone(), path, position }).help(help)
}

fn duplicate(message: &str) -> Option<&str> {
    message.strip_prefix("duplicate field `")?.strip_suffix('`')
}

/// The line of the second occurrence of a key at the top of a document.
fn second(text: &str, key: &str) -> Option<usize> {
    let lines = text.lines().enumerate().filter(|(_, line)| {
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))
    });
    lines.map(|(at, _)| at + 1).nth(1)
}

/// serde's "unknown variant `x`, expected `y`" for the kind of a document.
fn kinds(message: &str) -> Option<(&str, &str)> {
    let (found, expected) =
        message.strip_prefix("unknown variant `")?.split_once("`, expected `")?;
    Some((found, expected.strip_suffix('`')?))
}

/// The message without the names of Rust types.
fn plainly(message: &str, path: Option<&str>) -> String {
    if let (Some("kind"), Some((found, expected))) = (path, kinds(message)) {
        return format!("the document is of kind `{found}`; requires kind `{expected}`");
    }
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let expected = match expected {
        "usize" | "u8" | "u16" | "u32" | "u64" => "a whole number, 0 or more",
        "field identifier" => "a key",
        "a sequence" => "a list",
        expected if expected.starts_with("struct ") || expected == "a map" => {
            "a mapping of keys to values"
        }
        _ => return message.to_owned(),
    };
    format!("{}; requires {expected}", found.trim_end_matches(" as u128"))
}

/// Where a document goes that was given in the place of another.
const GOES_TO: &[(&str, &str)] = &[
    ("ClusterInventory", "an inventory goes to `kubehop plan --inventory FILE`"),
    ("UpgradePlan", "a plan goes to `kubehop render`, `verify`, `review` and `explain`"),
    ("UpgradeRecord", "a record goes to `kubehop record PLAN --record FILE`"),
    ("EtcdMatrix", "an etcd matrix goes to `--etcd-matrix FILE`"),
    ("Catalog", "catalog data go to `--catalog FILE`"),
    ("AuditBaseline", "a baseline goes to `kubehop audit --baseline FILE`"),
    ("Calendar", "a calendar goes to `kubehop estimate --calendar FILE`"),
    ("EstimateProfile", "a profile goes to `kubehop estimate --estimates FILE`"),
    ("ReviewPolicy", "a policy goes to `kubehop review --policy FILE`"),
    ("StepList", "a list of steps goes to `kubehop lint`"),
];

/// What to do about it.
fn help(message: &str, path: Option<&str>) -> String {
    if let (Some("kind"), Some((found, _))) = (path, kinds(message))
        && let Some((_, goes)) = GOES_TO.iter().find(|(kind, _)| *kind == found)
    {
        return (*goes).to_owned();
    }
    if let Some(suggestion) = suggestion(message) {
        return suggestion;
    }
    if duplicate(message).is_some() {
        return "keep one of the two".to_owned();
    }
    if message.contains("more than one document") {
        return "put each document into a file of its own".to_owned();
    }
    FORM.to_owned()
}

fn is_path(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.[]/\"".contains(&byte))
}

/// For serde's "unknown field `x`, expected …": the key that was probably meant.
fn suggestion(message: &str) -> Option<String> {
    let (unknown, expected) = message
        .strip_prefix("unknown field ")
        .or_else(|| message.strip_prefix("unknown variant "))?
        .split_once(", expected ")?;
    let unknown = unknown.trim_matches('`');
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|candidate| (strsim::jaro_winkler(unknown, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;
    use serde_json::json;

    use super::SourceFile;
    use super::read;
    use super::write;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only reading is tested")]
    struct Document {
        kubelet: String,
        pools: Vec<u32>,
    }

    fn error(text: &str) -> String {
        read::<Document>(&SourceFile::new("d.yaml", text)).unwrap_err().render(false)
    }

    #[test]
    fn an_unknown_key_gets_a_place_and_a_suggestion() {
        let text = error("kubelte: a\npools: []\n");
        assert!(text.contains("unknown field `kubelte`"), "{text}");
        assert!(text.contains("d.yaml"), "{text}");
        assert!(text.contains("did you mean `kubelet`?"), "{text}");
    }

    #[test]
    fn a_wrong_type_names_line_and_path() {
        let text = error("kubelet: a\npools: [1, x]\n");
        assert!(text.contains("d.yaml: pools[1]:2:12"), "{text}");
    }

    #[test]
    fn broken_syntax_and_emptiness_are_told_apart() {
        assert!(error("a: [1").contains("error:"));
        assert!(error(" \n").contains("the document is empty"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let value = json!({
            "words": ["no", "on", "12:30", "2026-11-22", "1.30", "~", "null", "0x1f", "", " a", "a ", "y", "=", "1_000", "é", "a: b", "# c", "- d", "'q'", "\"", "a\tb", "!t", "&x", "*y", "{", "v1.30.4", "…", "\u{85}", "\u{2028}"],
            "short": ["cp-1", "cp-2"],
            "script": "line one\n  indented # not a comment\n\nlast",
            "ends": "one\ntwo\n",
            "odd": [" x\ny", "a\n\n", "\n", "tab\there\nx"],
            "empty": {"list": [], "map": {}},
            "nested": [[1, 2], [{"a": 1, "b": [true, null]}], -1.5],
            "12:30": "key",
        });
        let text = write(&value).unwrap();
        let back: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(back, value, "\n{text}");
    }

    #[test]
    fn reads_well() {
        let value = json!({
            "kind": "UpgradePlan",
            "steps": [{"id": "1.03", "targets": ["cp-1"], "run": "a\nb"}],
        });
        assert_eq!(
            write(&value).unwrap(),
            "kind: UpgradePlan\nsteps:\n- id: '1.03'\n  targets: [cp-1]\n  run: |-\n    a\n    b\n"
        );
    }
}
