//! Text for a terminal: tables, lines broken at spaces, counted words.

use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets::NOTHING;

use crate::plan::StepId;

/// A table without lines, at most so wide.
pub(super) fn table(width: u16, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_width(width);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    table
}

/// A blank line and the table, without trailing spaces.
pub(super) fn print(out: &mut String, table: &Table) {
    out.push('\n');
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// `1 node`, `2 nodes`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The text with single spaces for all white space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text from a cluster on one line, without characters that act on a terminal or turn it round.
pub(super) fn clean(text: &str) -> String {
    let acts = |char: &char| {
        char.is_control() && !char.is_whitespace()
            || matches!(char, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    one_line(&text.chars().filter(|char| !acts(char)).collect::<String>())
}

/// Broken at spaces to the width of the terminal; later lines are indented under the first.
pub(super) fn wrapped(width: u16, text: &str) -> String {
    let indent = text.len() - text.trim_start().len();
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(indent);
    for word in text.split_whitespace() {
        let used = line.trim_start().is_empty();
        if !used && line.chars().count() + 1 + word.chars().count() > usize::from(width) {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent + 2)));
        } else if !used {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

/// `1.03, 1.05 to 1.08`: runs of steps that follow one another.
pub(super) fn steps(ids: &[StepId]) -> String {
    let follows = |before: &StepId, after: &StepId| match (before, after) {
        (StepId::Hop { hop, place }, StepId::Hop { hop: same, place: next }) => {
            hop == same && place + 1 == *next
        }
        (StepId::Final { place }, StepId::Final { place: next }) => place + 1 == *next,
        _ => false,
    };
    let runs = ids.chunk_by(follows).map(|run| match run {
        [first, .., last] => format!("{first} to {last}"),
        [one] => one.to_string(),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn runs_of_steps_are_folded() {
        for (ids, text) in [
            (vec!["1.03"], "1.03"),
            (vec!["1.03", "1.05", "1.06", "1.07"], "1.03, 1.05 to 1.07"),
            (vec!["1.09", "2.01", "final.01", "final.02"], "1.09, 2.01, final.01 to final.02"),
            (vec![], ""),
        ] {
            let ids: Vec<_> = ids.iter().map(|id| id.parse().unwrap()).collect();
            assert_eq!(steps(&ids), text);
        }
    }
}
