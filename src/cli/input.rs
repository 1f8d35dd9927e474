//! Reading files and standard input.

use std::io::Read as _;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;

/// The most bytes of one file: forty times a plan for 5,000 nodes over thirteen hops would still
/// fit, and a wrong path such as `/dev/zero` ends in a message.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a file, or standard input for `-`.
pub(super) fn read(path: &Path) -> Result<SourceFile, Diagnostic> {
    let stdin = path == Path::new("-");
    let name = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let failed = |error: &std::io::Error| {
        Diagnostic::error(format!("cannot read `{name}`: {error}"))
            .help("name a readable file, or `-` for standard input")
    };
    let mut bytes = Vec::new();
    let read = if stdin {
        std::io::stdin().lock().take(MOST_BYTES).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes))
    };
    read.map_err(|error| failed(&error))?;
    if bytes.len() as u64 == MOST_BYTES {
        return Err(Diagnostic::error(format!("`{name}` is larger than 1 GiB"))
            .help("name a plan, an inventory or a catalog file"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..good].split(|byte| *byte == b'\n').count();
        Diagnostic::error(format!("`{name}` is not UTF-8 text from line {line} on"))
            .help("save it as UTF-8 text")
    })?;
    // Windows editors put a byte order mark in front.
    let text = text.strip_prefix('\u{FEFF}').map_or(text.clone(), str::to_owned);
    Ok(SourceFile::new(name, text))
}

/// Standard input can be read once.
pub(super) fn only_one_from_stdin<const N: usize>(
    paths: [Option<&Path>; N],
) -> Result<(), Diagnostic> {
    let many = paths.into_iter().flatten().filter(|path| *path == Path::new("-")).count() > 1;
    if many {
        return Err(Diagnostic::error("`-` is given twice, and standard input can be read once")
            .help("name a file for one of the two"));
    }
    Ok(())
}
