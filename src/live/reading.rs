//! The walk over the table of endpoints.

use crate::diagnostic::Diagnostic;

use super::access::Access;
use super::access::Progress;
use super::access::Sink;
use super::connection::Connection;
use super::destination;
use super::destination::Destination;
use super::endpoints::ENDPOINTS;
use super::endpoints::Endpoint;
use super::failure::Failure;
use super::pages;
use super::pages::Stopped;
use super::refusal;

const NOT_FOUND: u16 = 404;

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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
            |error| {
                Diagnostic::error(format!("cannot start the network client: {error}"))
                    .help("the system has too few resources for it")
            },
        )?;
        let read = runtime.block_on(self.walk(sink, progress));
        // A look-up of a name that hangs must not be waited for.
        runtime.shutdown_background();
        read
    }

    async fn walk(
        &self,
        sink: &mut dyn Sink,
        progress: &mut dyn Progress,
    ) -> Result<(), Diagnostic> {
        let config = self.destination.config.clone();
        let mut connection = Connection::new(config, self.access.timeout)
            .map_err(|failure| self.failed("/", &failure))?;
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
                    tally.refused(code);
                    sink.unknown(refusal::unknown(endpoint, code, &message));
                }
                Err(Stopped::Failed(failure)) => {
                    let path = endpoint.paths().into_iter().next().unwrap_or_default();
                    return Err(self.failed(&path, &failure));
                }
            }
        }
        tally.verdict(self)
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
                answer => return sink.answer(&source, &answer?).map_err(Stopped::Refused),
            }
        }
        Ok(())
    }

    fn failed(&self, path: &str, failure: &Failure) -> Diagnostic {
        refusal::failed(&self.destination, self.access, path, failure)
    }
}

/// What came of the requests.
#[derive(Default)]
struct Tally {
    /// Endpoints that were read, but for the version, which everybody may read.
    read: usize,
    unauthorized: usize,
    forbidden: usize,
    others: usize,
}

impl Tally {
    fn read(&mut self, endpoint: &Endpoint) {
        self.read += usize::from(endpoint.id != "version");
    }

    fn refused(&mut self, code: u16) {
        match code {
            401 => self.unauthorized += 1,
            403 => self.forbidden += 1,
            _ => self.others += 1,
        }
    }

    /// Whether there is anything to go on with.
    fn verdict(&self, cluster: &Cluster<'_>) -> Result<(), Diagnostic> {
        let Self { read, unauthorized, forbidden, others } = self;
        if *read > 0 || *others > 0 {
            return Ok(());
        }
        let destination = &cluster.destination;
        if *unauthorized > 0 {
            return Err(refusal::unauthorized(destination, cluster.access));
        }
        let nodes = ENDPOINTS.iter().find(|endpoint| endpoint.id == "nodes");
        match nodes {
            Some(nodes) if *forbidden > 0 => Err(refusal::forbidden(destination, nodes)),
            _ => Ok(()),
        }
    }
}
