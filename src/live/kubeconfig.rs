//! The files of a kubeconfig, read and merged.
//!
//! kube reads and merges them; the rules by which files are chosen and passed over are kubectl's.
//! Nothing of a file's text is ever shown: the line that is wrong may hold a token.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use kube::config::Kubeconfig;
use kube::config::KubeconfigError;

use crate::diagnostic::Diagnostic;

use super::access::Files;

/// The contexts of a kubeconfig by name, and which of them is the current one.
///
/// # Errors
///
/// A file that cannot be read.
pub fn contexts(files: &Files) -> Result<(BTreeSet<String>, Option<String>), Diagnostic> {
    let kubeconfig = load(files)?;
    let names = kubeconfig.contexts.into_iter().map(|context| context.name).collect();
    Ok((names, kubeconfig.current_context.filter(|name| !name.is_empty())))
}

/// Reads the files and merges them; of two values the first one counts.
pub(super) fn load(files: &Files) -> Result<Kubeconfig, Diagnostic> {
    let paths: Vec<&PathBuf> = match files {
        Files::Named(path) => vec![path],
        Files::Usual(paths) => paths.iter().filter(|path| path.exists()).collect(),
    };
    if paths.is_empty() {
        return Err(Diagnostic::error(format!("there is no kubeconfig: {}", shown(files))).help(
            "name one with `--kubeconfig FILE`, or list some in the environment variable \
             KUBECONFIG",
        ));
    }
    let mut merged = Kubeconfig::default();
    for path in paths {
        let mut kubeconfig =
            Kubeconfig::read_from(path).map_err(|error| unreadable(&error, path))?;
        for info in &mut kubeconfig.auth_infos {
            let exec = info.auth_info.as_mut().and_then(|info| info.exec.as_mut());
            if let Some(command) = exec.and_then(|exec| exec.command.as_mut()) {
                *command = beside(path, command);
            }
        }
        merged = merged.merge(kubeconfig).map_err(|error| unreadable(&error, path))?;
    }
    Ok(merged)
}

/// A command with a slash counts from the file that names it, one without is looked up.
fn beside(file: &Path, command: &str) -> String {
    let path = Path::new(command);
    match file.parent() {
        Some(folder) if path.is_relative() && path.components().count() > 1 => {
            folder.join(path).display().to_string()
        }
        _ => command.to_owned(),
    }
}

fn unreadable(error: &KubeconfigError, path: &Path) -> Diagnostic {
    let path = path.display();
    match error {
        KubeconfigError::ReadConfig(error, _) => {
            Diagnostic::error(format!("cannot read the kubeconfig `{path}`: {error}"))
                .help("name a readable file with `--kubeconfig FILE`, or set KUBECONFIG")
        }
        KubeconfigError::Parse(error) => {
            let line = error.location().map(|location| format!(", line {}", location.line()));
            let line = line.unwrap_or_default();
            Diagnostic::error(format!("`{path}`{line} is not a kubeconfig"))
                .help("`kubectl config view` with the same file says more; it needs valid YAML of `kind: Config`")
        }
        other => Diagnostic::error(format!("cannot use the kubeconfig `{path}`: {other}"))
            .help("files that are listed together must be of the same kind and version"),
    }
}

/// The files, for a message.
pub(super) fn shown(files: &Files) -> String {
    match files {
        Files::Named(path) => format!("`{}`", path.display()),
        Files::Usual(paths) => {
            let paths: Vec<String> =
                paths.iter().map(|path| format!("`{}`", path.display())).collect();
            if paths.is_empty() { "the kubeconfig".to_owned() } else { paths.join(", ") }
        }
    }
}

/// The names of the contexts that there are.
pub(super) fn known(kubeconfig: &Kubeconfig) -> String {
    const MOST: usize = 20;
    let names: BTreeSet<&str> =
        kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "there are no contexts in it".to_owned(),
        1 => format!("the only context is {}", shown.join("")),
        count if count > MOST => {
            format!("the contexts are {} and {} more", shown.join(", "), count - MOST)
        }
        _ => format!("the contexts are {}", shown.join(", ")),
    }
}

/// The context that may have been meant.
pub(super) fn alike(name: &str, kubeconfig: &Kubeconfig) -> String {
    let names = kubeconfig.contexts.iter().map(|context| context.name.as_str());
    let nearest = names
        .map(|other| (strsim::jaro_winkler(name, other), other))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    nearest.map(|(_, other)| format!("did you mean `{other}`? ")).unwrap_or_default()
}
