//! What can be wrong with a text. None of it repeats what stands there: that may be secret.

use crate::diagnostic::Diagnostic;

/// What is wrong with a text, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It could not be read.
    Input(String),
    /// It is packed.
    Packed,
    /// It ends in the middle of an object.
    CutOff {
        /// The line in which the object begins.
        line: usize,
    },
    /// It is not JSON, YAML or UTF-8 there.
    Syntax {
        /// The line.
        line: usize,
    },
    /// The object has another form than it must have.
    Form {
        /// The line, near the place.
        line: usize,
    },
    /// One object is larger than any can be.
    TooLarge {
        /// The line in which the object begins.
        line: usize,
    },
    /// It is fine, but says something that cannot be.
    Said(Box<Diagnostic>),
}

impl Fault {
    /// Whether a text of another kind gives this fault too.
    pub(crate) fn may_be_another_kind(&self) -> bool {
        match self {
            Self::CutOff { .. }
            | Self::Syntax { .. }
            | Self::Form { .. }
            | Self::TooLarge { .. } => true,
            Self::Input(_) | Self::Packed | Self::Said(_) => false,
        }
    }

    /// The message for a person.
    pub(crate) fn diagnostic(self, source: &str) -> Diagnostic {
        match self {
            Self::Input(why) => Diagnostic::error(format!("cannot read `{source}`: {why}"))
                .help("name a readable file, a folder, or `-` for standard input"),
            Self::Packed => Diagnostic::error(format!("`{source}` is packed with gzip"))
                .help("unpack it first: gzip -dc FILE | kubehop inventory --from-dump -"),
            Self::CutOff { line } => Diagnostic::error(format!(
                "`{source}` ends in the middle of the object that begins in line {line}"
            ))
            .help("the dump is not complete; write it again"),
            Self::Syntax { line } => {
                Diagnostic::error(format!("`{source}` cannot be read from line {line} on"))
                    .help("give it as kubectl, etcdctl or kubeadm printed it: JSON or YAML")
            }
            Self::Form { line } => Diagnostic::error(format!(
                "`{source}` has an object near line {line} that is not of the form that Kubernetes \
                 gives it"
            ))
            .help("give it as kubectl, etcdctl or kubeadm printed it"),
            Self::TooLarge { line } => Diagnostic::error(format!(
                "`{source}` has an object in line {line} that is larger than 16 MiB"
            ))
            .help("an object of Kubernetes has 1.5 MiB at most; is this a dump of a cluster?"),
            Self::Said(diagnostic) => *diagnostic,
        }
    }
}

impl From<Diagnostic> for Fault {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Said(Box::new(diagnostic))
    }
}
