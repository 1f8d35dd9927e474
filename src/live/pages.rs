//! Lists, page by page.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::diagnostic::Diagnostic;

use super::connection::Connection;
use super::endpoints::encoded;
use super::failure::Failure;

/// The most objects of one page, as kubectl asks for them.
const LIMIT: usize = 500;
/// How often a list is begun again because the server no longer knows where it stood.
const RESTARTS: usize = 3;
const GONE: u16 = 410;

/// Why a list could not be read to its end.
pub(super) enum Stopped {
    /// The API server did not give it.
    Failed(Failure),
    /// What it gave is not what it should be.
    Refused(Diagnostic),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    items: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default, rename = "continue")]
    token: Option<String>,
}

/// Who gets each page and the number of objects so far.
type Take<'a> = dyn FnMut(&[u8], usize) -> Result<(), Diagnostic> + 'a;

/// Reads a list; `take` gets each page and the number of objects so far.
///
/// The server keeps a token for about five minutes. Where it has expired the list is read from its
/// beginning, so that `take` sees objects again: they replace what was known of them.
pub(super) async fn read(
    connection: &mut Connection,
    path: &str,
    take: &mut Take<'_>,
) -> Result<(), Stopped> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let first = format!("{path}{separator}limit={LIMIT}");
    let mut restarts = 0;
    let mut objects = 0;
    let mut token = String::new();
    loop {
        let next = if token.is_empty() {
            first.clone()
        } else {
            format!("{first}&continue={}", encoded(&token))
        };
        let bytes = match connection.get(&next).await {
            Err(Failure::Status { code: GONE, .. }) if !token.is_empty() && restarts < RESTARTS => {
                restarts += 1;
                objects = 0;
                token.clear();
                continue;
            }
            answer => answer?,
        };
        let page: Page = serde_json::from_slice(&bytes).map_err(|error| {
            Stopped::Refused(
                Diagnostic::error(format!("the answer to `GET {path}` is not a list: {error}"))
                    .help("check that `server` in the kubeconfig is a Kubernetes API server"),
            )
        })?;
        objects += page.items.map_or(0, |items| items.len());
        take(&bytes, objects).map_err(Stopped::Refused)?;
        token = page.metadata.token.unwrap_or_default();
        if token.is_empty() {
            return Ok(());
        }
    }
}
