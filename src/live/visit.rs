//! Single questions to a live cluster, for whoever has others than the table of endpoints.

use tokio::runtime::Runtime;

use crate::diagnostic::Diagnostic;

use super::connection::Connection;
use super::failure::Failure;
use super::pages;
use super::pages::Stopped;
use super::reading::Cluster;
use super::reading::runtime;

const OK: u16 = 200;

/// A live cluster that is asked one thing after the other, always by `GET`.
pub struct Visit<'a> {
    cluster: &'a Cluster<'a>,
    runtime: Option<Runtime>,
    connection: Connection,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// The API server gave another status, with a text.
    Status {
        /// The HTTP status.
        code: u16,
        /// What it said.
        text: String,
    },
    /// It could not be reached, or what it gave is not what it should be.
    Unreachable(Diagnostic),
}

impl<'a> Visit<'a> {
    pub(super) fn new(cluster: &'a Cluster<'a>) -> Result<Self, Diagnostic> {
        let runtime = runtime()?;
        let connection = {
            let _inside = runtime.enter();
            cluster.connection()?
        };
        Ok(Self { cluster, runtime: Some(runtime), connection })
    }

    /// The pages of a list.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub fn list(&mut self, path: &str) -> Result<Vec<Vec<u8>>, Missed> {
        let Some(runtime) = &self.runtime else { return Ok(Vec::new()) };
        let mut pages = Vec::new();
        let mut seen = 0;
        let mut take = |bytes: &[u8], objects: usize| {
            // The list was begun again, because the server no longer knew where it stood.
            if objects < seen {
                pages.clear();
            }
            seen = objects;
            pages.push(bytes.to_vec());
            Ok(())
        };
        let read = runtime.block_on(pages::read(&mut self.connection, path, &mut take));
        match read {
            Ok(()) => Ok(pages),
            Err(Stopped::Refused(diagnostic)) => Err(Missed::Unreachable(diagnostic)),
            Err(Stopped::Failed(failure)) => Err(self.missed(path, failure)),
        }
    }

    /// One object.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn object(&mut self, path: &str) -> Result<Vec<u8>, Missed> {
        let Some(runtime) = &self.runtime else { return Ok(Vec::new()) };
        let answer = runtime.block_on(self.connection.get(path));
        answer.map_err(|failure| self.missed(path, failure))
    }

    /// What the API server says of itself, as text. It is asked once.
    ///
    /// # Errors
    ///
    /// Why it says nothing, or with which status it says it.
    pub fn raw(&mut self, path: &str) -> Result<Vec<u8>, Missed> {
        let Some(runtime) = &self.runtime else { return Ok(Vec::new()) };
        match runtime.block_on(self.connection.whatever(path)) {
            Ok((OK, body)) => Ok(body),
            Ok((code, body)) => {
                Err(Missed::Status { code, text: String::from_utf8_lossy(&body).into_owned() })
            }
            Err(failure) => Err(self.missed(path, failure)),
        }
    }

    fn missed(&self, path: &str, failure: Failure) -> Missed {
        match failure {
            Failure::Status { code, message, .. } => Missed::Status { code, text: message },
            failure => Missed::Unreachable(self.cluster.failed(path, &failure)),
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        // A look-up of a name that hangs must not be waited for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
