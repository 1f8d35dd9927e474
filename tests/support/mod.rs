//! What the tests share that run the program as a whole.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_kubehop");

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether committed files are to be written anew instead of compared (`KUBEHOP_UPDATE=1`).
pub(crate) fn update() -> bool {
    std::env::var_os("KUBEHOP_UPDATE").is_some_and(|value| !value.is_empty() && value != "0")
}

/// A command that sees nothing of the terminal and of the settings of whoever runs the tests.
pub(crate) fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(std::process::Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// Compares a committed file with what it should be, or writes it.
pub(crate) fn compare_or_write(path: &Path, expected: &str, how: &str) {
    if update() {
        if fs::read_to_string(path).ok().as_deref() != Some(expected) {
            fs::write(path, expected).unwrap();
        }
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    if found == expected {
        return;
    }
    let line = found.lines().zip(expected.lines()).position(|(left, right)| left != right);
    let line = line.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
    panic!(
        "{} is not current, first at line {}:\n  is      {}\n  must be {}\nwrite it anew with `{how}` and look at the difference",
        path.display(),
        line + 1,
        found.lines().nth(line).unwrap_or("(end)"),
        expected.lines().nth(line).unwrap_or("(end)"),
    );
}

/// The document as Python's reader understands it.
pub(crate) fn read_by_python(text: &str) -> serde_json::Value {
    const READER: &str = "import sys, json, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read().decode('utf-8')), sys.stdout)";
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 with the module yaml; .ci/run installs it");
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{text}");
    serde_json::from_slice(&output.stdout).unwrap()
}
