//! What a Markdown document must be, whatever it says: closed, square, and free of foreign HTML.

use std::collections::BTreeSet;

/// Every fault, with its line.
pub(crate) fn lint(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut table: Option<usize> = None;
    let mut details = 0i32;
    let mut blank = true;
    let (mut anchors, mut links) = (BTreeSet::new(), Vec::new());
    let (mut defined, mut cited) = (BTreeSet::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let mut fault = |what: &str| faults.push(format!("{number}: {what}: {line}"));
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
        if let Some((length, _)) = open {
            if ticks >= length && line.trim().len() == ticks {
                open = None;
            }
            blank = false;
            continue;
        }
        if ticks >= 3 && !line.trim_start()[ticks..].contains('`') {
            if !blank {
                fault("a fence needs a blank line before it");
            }
            open = Some((ticks, number));
            table = None;
            continue;
        }
        if line.is_empty() {
            if blank {
                fault("a second blank line");
            }
            (blank, table) = (true, None);
            continue;
        }
        if line.ends_with(' ') {
            fault("a trailing space");
        }
        let bare = without_code(line);
        if bare.split(|char: char| !char.is_alphanumeric()).any(|word| word == "undefined")
            || ["None", "none", "null"].contains(&line.trim())
            || ["| None |", "| none |", "| null |", "None,", "(None)"]
                .iter()
                .any(|bad| bare.contains(bad))
        {
            fault("an absent value");
        }
        if line.starts_with('|') {
            let cells = cells(line);
            match table {
                None if !blank => fault("a table needs a blank line before it"),
                Some(columns) if columns != cells => fault("another number of columns"),
                _ => {}
            }
            table = Some(table.unwrap_or(cells));
        } else if table.is_some() {
            fault("a table needs a blank line after it");
            table = None;
        }
        if line.starts_with('#') && !blank {
            fault("a heading needs a blank line before it");
        }
        details += i32::try_from(bare.matches("<details>").count()).unwrap();
        details -= i32::try_from(bare.matches("</details>").count()).unwrap();
        if !(0..=1).contains(&details) {
            fault("details are not balanced");
        }
        for tag in tags(&bare) {
            let allowed =
                ["details", "/details", "summary", "/summary", "b", "/b", "code", "/code", "/a"];
            if let Some(id) = tag.strip_prefix("a id=\"").and_then(|rest| rest.strip_suffix('"')) {
                if !anchors.insert(id.to_owned()) {
                    fault("an anchor twice");
                }
            } else if !allowed.contains(&tag.as_str()) && !tag.starts_with("https://") {
                fault("foreign HTML");
            }
        }
        for part in bare.split("](#").skip(1) {
            links.push((number, part.split(')').next().unwrap().to_owned()));
        }
        for part in bare.split("[[").skip(1) {
            cited.push((number, part.split("]]").next().unwrap().to_owned()));
        }
        if let Some((key, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            defined.insert(key.to_owned());
        }
        blank = false;
    }
    if let Some((_, number)) = open {
        faults.push(format!("{number}: a fence is not closed"));
    }
    if details != 0 {
        faults.push("details are not closed".to_owned());
    }
    for (number, link) in links {
        if !anchors.contains(&link) {
            faults.push(format!("{number}: nothing is called #{link}"));
        }
    }
    for (number, key) in cited {
        if !defined.contains(&key) {
            faults.push(format!("{number}: source {key} is not defined"));
        }
    }
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        faults.push("the text must end in one newline".to_owned());
    }
    faults
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

fn tags(line: &str) -> Vec<String> {
    line.split('<').skip(1).map(|rest| rest.split('>').next().unwrap().to_owned()).collect()
}
