//! Changing a file that others change too, so that nothing is lost and nothing half-written.
//!
//! Who changes a file holds a lock beside it. The new text goes to a file of its own, reaches the
//! disk, and takes the place of the old one at once: whoever reads sees one or the other. A program
//! that is killed leaves the old text, and a lock that nobody holds.
//!
//! No link is followed: neither that of the file, which might lead anywhere, nor one that somebody
//! put in the place of the two helping files.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::ErrorKind;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use fs4::FileExt;
use fs4::TryLockError;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;

use super::input;

/// How long to wait before the next look at a lock.
const PAUSE: Duration = Duration::from_millis(10);

/// Changes a file: `make` gets the text that stands there, if there is one, and gives the new one.
/// When this returns, the new text is on the disk.
pub(super) fn change<T>(
    path: &Path,
    wait: Duration,
    make: impl FnOnce(Option<&SourceFile>) -> Result<(String, T), Diagnostic>,
) -> Result<T, Diagnostic> {
    is_there(path)?;
    let lock = Lock::take(path, wait)?;
    let existing = if is_there(path)? { Some(input::read(path)?) } else { None };
    let (text, result) = make(existing.as_ref())?;
    write(path, &text).map_err(|error| cannot("write", path, &error))?;
    drop(lock);
    Ok(result)
}

/// Reads a file that others change; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<SourceFile>, Diagnostic> {
    if is_there(path)? { input::read(path).map(Some) } else { Ok(None) }
}

/// Whether there is a file; anything else in its place is an error.
fn is_there(path: &Path) -> Result<bool, Diagnostic> {
    let name = path.display();
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        metadata => metadata.map_err(|error| cannot("read", path, &error))?,
    };
    if metadata.is_symlink() {
        let target = fs::read_link(path).unwrap_or_default();
        return Err(Diagnostic::error(format!("`{name}` is a symbolic link, and is not followed"))
            .help(format!("name the file itself: --record {}", target.display())));
    }
    if !metadata.is_file() {
        return Err(Diagnostic::error(format!("`{name}` is no file"))
            .help("name a file, or one that does not exist yet, with --record"));
    }
    Ok(true)
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot {what} `{}`: {error}", path.display()))
        .help("name a file in a folder that you may write to, with --record FILE")
}

/// A file beside another, named after it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    path.with_file_name(name)
}

/// Puts a text in the place of a file, at once, and waits until it is on the disk.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path, ".new");
    // Whoever was killed left it; nobody else writes while the lock is held.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| {
        if let Ok(old) = fs::symlink_metadata(path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        _ = fs::remove_file(&new);
    }
    written?;
    sync_folder(path)
}

/// Waits until the names in a folder are on the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Elsewhere a folder cannot be opened, and a new name is written with its file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A lock on a file, held by a file beside it.
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn take(of: &Path, wait: Duration) -> Result<Self, Diagnostic> {
        let path = beside(of, ".lock");
        let begin = Instant::now();
        loop {
            let file = open(&path).map_err(|error| cannot("lock", of, &error))?;
            match FileExt::try_lock(&file) {
                // Whoever held it before has taken it away: another one may stand in its place.
                Ok(()) if !stands_at(&file, &path) => continue,
                Ok(()) => return Ok(Self { path, file }),
                Err(TryLockError::Error(error)) => return Err(cannot("lock", of, &error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if begin.elapsed() >= wait {
                let seconds = wait.as_secs();
                return Err(Diagnostic::error(format!(
                    "somebody else has been writing to `{}` for {seconds} seconds",
                    of.display()
                ))
                .help(format!(
                    "try again, or allow more time with `--wait`; who holds it is told by: lsof {}",
                    path.display()
                )));
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is held, nobody else can take it for theirs.
        if cfg!(unix) {
            _ = fs::remove_file(&self.path);
        }
        _ = FileExt::unlock(&self.file);
    }
}

/// The file of a lock: made, or opened where it is there already, but never through a link.
fn open(path: &Path) -> io::Result<File> {
    loop {
        match OpenOptions::new().read(true).write(true).create_new(true).open(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            file => return file,
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => {
                let message = format!("`{}` is no file", path.display());
                return Err(io::Error::new(ErrorKind::InvalidInput, message));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            file => return file,
        }
    }
}

/// Whether an open file is the one that stands at a path.
#[cfg(unix)]
fn stands_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(path)) => file.dev() == path.dev() && file.ino() == path.ino(),
        _ => false,
    }
}

/// Elsewhere the file of a lock is never taken away.
#[cfg(not(unix))]
fn stands_at(_: &File, _: &Path) -> bool {
    true
}
