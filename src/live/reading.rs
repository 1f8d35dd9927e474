//! The walk over the table of endpoints.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::Diagnostic;

use super::access::Access;
use super::access::Progress;
use super::access::Sink;
use super::connection::Connection;
use super::destination;
use super::destination::Destination;
use super::endpoints::ENDPOINTS;
use super::endpoints::Endpoint;
use super::endpoints::Permission;
use super::endpoints::Target;
use super::failure::Failure;
use super::pages;
use super::pages::Stopped;
use super::refusal;
use super::visit::Visit;

const NOT_FOUND: u16 = 404;
/// Nobody is known by these credentials; this user may not do that.
const NOT_PERMITTED: [u16; 2] = [401, 403];

/// A live cluster that is ready to be asked.
pub struct Cluster<'a> {
    access: &'a Access,
    destination: Destination,
}

impl<'a> Cluster<'a> {
    /// Finds out whom to ask, and logs in where a credential plugin does that. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// What is wrong with the kubeconfig, the context or the plugin.
    pub fn open(access: &'a Access) -> Result<Self, Diagnostic> {
        Ok(Self { access, destination: destination::of(access)? })
    }

    /// The name of the context; inside of a pod there is none.
    pub fn context(&self) -> Option<&str> {
        self.destination.context.as_deref()
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        &self.destination.server
    }

    /// Reads everything of [`ENDPOINTS`] that the user may read.
    ///
    /// # Errors
    ///
    /// What keeps the cluster as a whole from being read, and what to do about it.
    pub fn read(&self, sink: &mut dyn Sink, progress: &mut dyn Progress) -> Result<(), Diagnostic> {
        let runtime = runtime()?;
        let read = runtime.block_on(self.walk(sink, progress));
        // A look-up of a name that hangs must not be waited for.
        runtime.shutdown_background();
        read
    }

    /// Begins a visit with questions of one's own.
    ///
    /// # Errors
    ///
    /// A certificate or a key of the kubeconfig that cannot be used.
    pub fn visit(&self) -> Result<Visit<'_>, Diagnostic> {
        Visit::new(self)
    }

    /// Makes ready to connect. Must be called inside of the runtime.
    pub(super) fn connection(&self) -> Result<Connection, Diagnostic> {
        let config = self.destination.config.clone();
        Connection::new(config, self.access.timeout).map_err(|failure| self.failed("/", &failure))
    }

    async fn walk(
        &self,
        sink: &mut dyn Sink,
        progress: &mut dyn Progress,
    ) -> Result<(), Diagnostic> {
        let mut connection = self.connection()?;
        let mut tally = Tally::default();
        for endpoint in ENDPOINTS {
            progress.reading(endpoint.what, 0);
            match self.ask(&mut connection, endpoint, sink, progress).await {
                Ok(()) => tally.read(endpoint),
                Err(Stopped::Refused(diagnostic)) => return Err(diagnostic),
                Err(Stopped::Failed(Failure::Status { code, message, .. }))
                    // A server that fails at its own version is not well as a whole.
                    if !(code >= 500 && endpoint.id == "version") =>
                {
                    tally.failed(endpoint, code);
                    if !NOT_PERMITTED.contains(&code) {
                        sink.unknown(refusal::not_given(endpoint, code, &message));
                    }
                }
                Err(Stopped::Failed(failure)) => {
                    let path = endpoint.paths().into_iter().next().unwrap_or_default();
                    return Err(self.failed(&path, &failure));
                }
            }
        }
        tally.verdict(self)?;
        for ((code, _), endpoints) in &tally.not_permitted {
            if let Some(unknown) = refusal::not_permitted(*code, endpoints) {
                sink.unknown(unknown);
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        connection: &mut Connection,
        endpoint: &Endpoint,
        sink: &mut dyn Sink,
        progress: &mut dyn Progress,
    ) -> Result<(), Stopped> {
        for path in endpoint.paths() {
            let source = format!("GET {path}");
            if endpoint.is_list() {
                let mut take = |bytes: &[u8], objects| {
                    progress.reading(endpoint.what, objects);
                    sink.answer(&source, bytes)
                };
                return pages::read(connection, &path, &mut take).await;
            }
            match connection.get(&path).await {
                // An object that is not there is an answer too.
                Err(Failure::Status { code: NOT_FOUND, .. }) if endpoint.is_object() => {}
                answer => {
                    let answer = self.as_printed(endpoint, answer?).map_err(Stopped::Refused)?;
                    return sink.answer(&source, &answer).map_err(Stopped::Refused);
                }
            }
        }
        Ok(())
    }

    /// An answer as kubectl prints it, which is what the reader of dumps knows: the version of the
    /// server stands under a key. Who has no version to tell is not the API server of Kubernetes.
    fn as_printed(&self, endpoint: &Endpoint, bytes: Vec<u8>) -> Result<Vec<u8>, Diagnostic> {
        if endpoint.target != Target::Version {
            return Ok(bytes);
        }
        if serde_json::from_slice::<Version>(&bytes).is_err() {
            let server = &self.destination.server;
            return Err(Diagnostic::error(format!(
                "what answers at {server} is not the API server of Kubernetes"
            ))
            .help(
                "check `server` in the kubeconfig, and what stands before it, such as a login page",
            ));
        }
        Ok([b"{\"serverVersion\":", bytes.as_slice(), b"}"].concat())
    }

    pub(super) fn failed(&self, path: &str, failure: &Failure) -> Diagnostic {
        refusal::failed(&self.destination, self.access, path, failure)
    }
}

/// What requests run in.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Diagnostic> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Diagnostic::error(format!("cannot start the network client: {error}"))
            .help("the system has too few resources for it")
    })
}

/// What every API server tells of itself.
#[derive(Deserialize)]
struct Version {
    #[serde(rename = "gitVersion")]
    _git_version: String,
}

/// What came of the requests.
#[derive(Default)]
struct Tally {
    /// Whether anything was answered but the version, which everybody may read.
    answered: bool,
    /// What the user was not permitted, by status and permission.
    not_permitted: BTreeMap<(u16, Permission), Vec<&'static Endpoint>>,
}

impl Tally {
    fn read(&mut self, endpoint: &Endpoint) {
        self.answered |= endpoint.id != "version";
    }

    fn failed(&mut self, endpoint: &'static Endpoint, code: u16) {
        if NOT_PERMITTED.contains(&code) {
            let key = (code, endpoint.permission());
            self.not_permitted.entry(key).or_default().push(endpoint);
        } else {
            self.answered = true;
        }
    }

    /// Whether there is anything to go on with.
    fn verdict(&self, cluster: &Cluster<'_>) -> Result<(), Diagnostic> {
        let destination = &cluster.destination;
        let nobody = self.not_permitted.keys().any(|(code, _)| *code == 401);
        let nodes = ENDPOINTS.iter().find(|endpoint| endpoint.id == "nodes");
        match nodes {
            _ if self.answered => Ok(()),
            _ if nobody => Err(refusal::unauthorized(destination, cluster.access)),
            Some(nodes) => Err(refusal::forbidden(destination, nodes)),
            None => Ok(()),
        }
    }
}
