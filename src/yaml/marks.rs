//! Where documents begin in a file, without a parser: it says too little of a file with none or two.

/// Whether there is nothing in a file but remarks and marks of documents.
pub(super) fn is_blank(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#') || is_mark(line))
}

/// The marks of YAML for the beginning and the end of a document.
fn is_mark(line: &str) -> bool {
    matches!(line.split_once(" #").map_or(line, |(mark, _)| mark).trim_end(), "---" | "...")
}

/// The line at which a second document begins. Inside a block of text such a line is indented.
pub(super) fn second_document(text: &str) -> Option<usize> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with(['#', '%']));
    let content = |line: &str| !line.trim().is_empty() && !is_mark(line);
    lines.find(|(_, line)| content(line))?;
    let (mark, _) = lines.find(|(_, line)| line.starts_with("---") && is_mark(line))?;
    // A mark behind which nothing follows ends the document.
    lines.any(|(_, line)| content(line)).then_some(mark + 1)
}

#[cfg(test)]
mod tests {
    use super::is_blank;
    use super::second_document;

    #[test]
    fn a_file_without_a_document_is_blank() {
        for text in ["", " \n", "# only a remark\n", "---\n", "---\n---\n", "--- # x\n...\n"] {
            assert!(is_blank(text), "{text:?}");
        }
        assert!(!is_blank("---\na: 1\n"));
    }

    #[test]
    fn a_second_document_has_a_line() {
        for (text, line) in [
            ("a: 1\n---\nb: 2\n", Some(2)),
            ("---\na: 1\n---\n# b\nb: 2\n", Some(3)),
            ("%YAML 1.2\n---\na: 1\n", None),
            ("---\na: 1\n---\n", None),
            ("---\na: 1\n...\n", None),
            ("a: |\n  x\n  ---\n  y\n", None),
            ("a: --- b\n", None),
        ] {
            assert_eq!(second_document(text), line, "{text:?}");
        }
    }
}
