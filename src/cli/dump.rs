//! Opens what was printed elsewhere: files, folders, standard input.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::inventory::collect::Observations;
use crate::inventory::collect::Recognised;

/// How deep folders are looked into; `kubectl cluster-info dump` makes two levels.
const DEEPEST: usize = 16;

/// Reads a file, every file of a folder, or standard input for `-`.
pub(super) fn read(path: &Path, observations: &mut Observations) -> Result<Recognised, Diagnostic> {
    if path == Path::new("-") {
        return observations.read("<stdin>", io::stdin().lock());
    }
    let mut recognised = Recognised::default();
    for file in files(path)? {
        let opened = fs::File::open(&file).map_err(|error| failed(&file, &error))?;
        recognised.merge(&observations.read(&file.display().to_string(), opened)?);
    }
    Ok(recognised)
}

/// The file, or those in the folder by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    if fs::metadata(path).map_err(|error| failed(path, &error))?.is_dir() {
        walk(path, DEEPEST, &mut found)?;
        found.sort();
    } else {
        found.push(path.to_owned());
    }
    Ok(found)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let path = entry.path();
        // A link to a folder may lead back up; one to a file is as good as the file.
        let kind = entry.file_type().map_err(|error| failed(&path, &error))?;
        if kind.is_dir() {
            if depth > 0 {
                walk(&path, depth - 1, found)?;
            }
        } else if fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            found.push(path);
        }
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot read `{}`: {error}", path.display()))
        .help("name a readable file, a folder, or `-` for standard input")
}
