//! Templates of the user's own: one file in place of the runbook, or a directory of them by name.
//!
//! They are read once, before anything is rendered. A template can name only what was read, so it
//! reaches no file outside, and no environment.

use std::collections::BTreeMap;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;

use super::environment::BUILTINS;

/// More than anybody writes by hand; a directory above this was meant for something else.
const MOST_FILES: usize = 500;
/// In bytes.
const LARGEST_FILE: u64 = 1_000_000;

/// Templates of the user's own.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    main: Option<SourceFile>,
    named: BTreeMap<String, SourceFile>,
}

impl Overrides {
    /// No templates but the built-in ones.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes the place of the document's main template.
    #[must_use]
    pub fn with_main(mut self, file: SourceFile) -> Self {
        self.main = Some(file);
        self
    }

    /// Takes the place of the built-in template `name`, or adds one.
    #[must_use]
    pub fn with_named(mut self, name: impl Into<String>, file: SourceFile) -> Self {
        self.named.insert(name.into(), file);
        self
    }

    /// Reads `--template FILE` and `--templates DIR`.
    ///
    /// # Errors
    ///
    /// A diagnostic for a file or a directory that cannot be read.
    pub fn read(template: Option<&Path>, directory: Option<&Path>) -> Result<Self, Diagnostic> {
        let mut overrides = Self::none();
        if let Some(path) = template {
            overrides.main = Some(read_file(path)?);
        }
        if let Some(directory) = directory {
            let root = directory.canonicalize().map_err(|error| failed(directory, &error))?;
            overrides.walk(directory, directory, &root, 0)?;
            if overrides.named.is_empty() {
                let message = format!("`{}` holds no template", directory.display());
                return Err(Diagnostic::error(message).help(
                    "a template is a file whose name ends in `.j2`, such as `runbook.md.j2`",
                ));
            }
        }
        Ok(overrides)
    }

    fn walk(
        &mut self,
        top: &Path,
        directory: &Path,
        root: &Path,
        depth: usize,
    ) -> Result<(), Diagnostic> {
        let entries = std::fs::read_dir(directory).map_err(|error| failed(directory, &error))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(directory, &error))?;
        paths.sort();
        for path in paths {
            let real = path.canonicalize().map_err(|error| failed(&path, &error))?;
            if !real.starts_with(root) {
                let message = format!("`{}` leads out of `{}`", path.display(), top.display());
                return Err(Diagnostic::error(message)
                    .help("templates must lie in the directory that `--templates` names"));
            }
            if real.is_dir() {
                // A link to a directory above would be walked for ever.
                if depth < 8 && !path.is_symlink() {
                    self.walk(top, &path, root, depth + 1)?;
                }
            } else if path.extension().is_some_and(|extension| extension == "j2") {
                if self.named.len() == MOST_FILES {
                    let message =
                        format!("`{}` holds more than {MOST_FILES} templates", top.display());
                    return Err(Diagnostic::error(message));
                }
                let relative = path.strip_prefix(top).unwrap_or(&path);
                let parts: Vec<_> =
                    relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                self.named.insert(parts.join("/"), read_file(&path)?);
            }
        }
        Ok(())
    }

    /// A warning for each file of the directory that has no effect: no built-in template has its name,
    /// and no template of the user's own names it.
    pub fn without_effect(&self) -> Vec<Diagnostic> {
        let builtin = |name: &str| BUILTINS.iter().any(|(known, _)| *known == name);
        let named = |name: &str| {
            let own = self.named.iter().filter(|(other, _)| *other != name).map(|(_, file)| file);
            own.chain(&self.main).any(|file| file.text().contains(name))
        };
        let idle = self.named.iter().filter(|(name, _)| !builtin(name) && !named(name));
        idle.map(|(name, file)| {
            let message = format!(
                "the template `{}` has no effect: no built-in template is called `{name}`, and no \
                 template of yours names it",
                file.name()
            );
            Diagnostic::warning(message).help(meant(name))
        })
        .collect()
    }

    pub(super) fn main(&self) -> Option<&SourceFile> {
        self.main.as_ref()
    }

    pub(super) fn named(&self, name: &str) -> Option<&SourceFile> {
        self.named.get(name)
    }

    /// The names that the directory defines.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }
}

/// The built-in template that was probably meant.
fn meant(name: &str) -> String {
    let alike = BUILTINS.iter().map(|(known, _)| (strsim::jaro_winkler(name, known), *known));
    // A file put beside its directory has the right name in the wrong place.
    let same_file = |known: &str| known.rsplit('/').next() == name.rsplit('/').next();
    let displaced = BUILTINS.iter().map(|(known, _)| *known).find(|known| same_file(known));
    let best = alike.filter(|(similarity, _)| *similarity > 0.8);
    let best = best.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, known)| known);
    if let Some(known) = displaced.or(best) {
        return format!("did you mean `{known}`?");
    }
    let names: Vec<String> = BUILTINS.iter().map(|(known, _)| format!("`{known}`")).collect();
    format!("the built-in templates are {}", names.join(", "))
}

fn read_file(path: &Path) -> Result<SourceFile, Diagnostic> {
    let size = std::fs::metadata(path).map_err(|error| failed(path, &error))?.len();
    if size > LARGEST_FILE {
        let message = format!("`{}` is larger than a template may be", path.display());
        return Err(Diagnostic::error(message).help("a template has at most one million bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    Ok(SourceFile::new(path.to_string_lossy(), text))
}

fn failed(path: &Path, error: &std::io::Error) -> Diagnostic {
    let help = match error.kind() {
        std::io::ErrorKind::InvalidData => "save it as UTF-8 text",
        _ => "`--template` names a readable file, `--templates` a directory",
    };
    Diagnostic::error(format!("cannot read the template `{}`: {error}", path.display())).help(help)
}
