//! What a collection is given: how to log in, how long to wait, where answers go.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::inventory::Unknown;

use super::proxy::ProxySettings;

/// Everything that decides how the API server is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// How to log in.
    pub login: Login,
    /// The longest that connecting and any one request may take.
    pub timeout: Duration,
    /// The proxies that the environment names; one in the kubeconfig goes before them.
    pub proxy: ProxySettings,
    /// The present moment, to say of a certificate that it has expired.
    pub now: Timestamp,
    /// Whether somebody sits at standard input, whom a credential plugin may ask.
    pub interactive: bool,
}

/// How to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// As a kubeconfig says.
    Kubeconfig {
        /// Its files.
        files: Files,
        /// The context; `None`: the current one.
        context: Option<String>,
    },
    /// As the service account of the pod that the program runs in.
    InCluster,
}

/// The files of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// One that was named on the command line, and must be there.
    Named(PathBuf),
    /// Those of `KUBECONFIG`, or the usual one, as kubectl takes them: those that are not there are
    /// passed over, and of two values the first one counts.
    Usual(Vec<PathBuf>),
}

/// Where the answers go.
pub trait Sink {
    /// Takes an answer: the bytes of one page or one object, and what they are an answer to.
    ///
    /// # Errors
    ///
    /// A diagnostic where the answer is not what the API server of Kubernetes would say.
    fn answer(&mut self, source: &str, bytes: &[u8]) -> Result<(), Diagnostic>;

    /// Takes what could not be read.
    fn unknown(&mut self, unknown: Unknown);
}

/// Who is told how far the collection is.
pub trait Progress {
    /// `what` is being read, and so many objects of it have come.
    fn reading(&mut self, what: &str, objects: usize);
}
