//! Shell text from templates. A template is a file in `scripts/`, or a constant, with `@NAME@` where
//! a value goes; a value is put in once and never read again, so that it cannot bring in another.

use crate::name::InstanceName;
use crate::plan::Command;
use crate::plan::shell_word;

/// The machine with the admin kubeconfig, kubectl, jq and ssh to every host.
pub(super) const OPERATOR: &str = "operator";
/// Every target of the step, one after the other.
pub(super) const EACH_TARGET: &str = "each target";

/// A command on a host.
pub(super) fn on(host: &str, run: impl Into<String>) -> Command {
    Command { on: host.to_owned(), run: run.into().trim_end().to_owned(), expect: None }
}

/// A command on the operator's machine.
pub(super) fn operator(run: impl Into<String>) -> Command {
    on(OPERATOR, run)
}

/// Lines for a root shell, as one paste that stops at the first failure. The braces make bash read
/// all of it before it runs any: a command that reads its input cannot eat the rest.
pub(super) fn as_root(lines: &str) -> String {
    format!("sudo bash -euo pipefail <<'ROOT'\n{{\n{}\n}} </dev/null\nROOT", lines.trim_end())
}

/// Lines for a shell of its own on the operator's machine, in the same way. They may hold scripts
/// that end in `SCRIPT`.
pub(super) fn as_script(lines: &str) -> String {
    format!("bash -euo pipefail <<'BLOCK'\n{{\n{}\n}} </dev/null\nBLOCK", lines.trim_end())
}

/// Lines that save what a command prints as `upgrade-backup/FILE`, whole or not at all, and only once:
/// where the step is begun again, the state before it is what was saved the first time.
pub(super) fn save_once(file: &str, command: &str) -> String {
    let file = format!("upgrade-backup/{file}");
    format!(
        "install -d -m 700 upgrade-backup\nif [ ! -e {file} ]; then\n  {command} > {file}.part\n  mv {file}.part {file}\nfi\nls -l {file}\n"
    )
}

/// The template with its values. What stands between two `@` and is no key stays as it is.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        let (before, after) = rest.split_at(start);
        filled.push_str(before);
        let known = values.iter().find_map(|(key, value)| {
            let tail = after.strip_prefix('@')?.strip_prefix(key)?.strip_prefix('@')?;
            Some((value, tail))
        });
        if let Some((value, tail)) = known {
            filled.push_str(value.trim_end_matches('\n'));
            rest = tail;
        } else {
            filled.push('@');
            rest = &after[1..];
        }
    }
    filled.push_str(rest);
    filled
}

/// Names as words of a shell, one space between them.
pub(super) fn words(names: &[InstanceName]) -> String {
    names.iter().map(|name| shell_word(name.as_str())).collect::<Vec<_>>().join(" ")
}

/// A text as a jq string.
pub(super) fn jq_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_put_in_once() {
        let values = [("A", "@B@"), ("B", "two")];
        assert_eq!(fill("1 @A@ @B@ root@host @C@ @", &values), "1 @B@ two root@host @C@ @");
    }
}
