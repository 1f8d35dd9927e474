//! A server that answers like an API server, or not: plain or with TLS, in this process.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;

/// A request, as far as a test looks at it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: String,
}

impl Request {
    /// The value of a parameter, as it was sent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// An answer with a status, further headers, and a body.
    Status(u16, &'static str, String),
    /// Nothing, with the connection open.
    Silence,
    /// The head and a part of the body, and then nothing.
    Stuck,
    /// The head and a part of the body, and then the end.
    Cut,
}

impl Reply {
    pub(crate) fn ok(body: String) -> Self {
        Self::Status(200, "", body)
    }

    /// A failure as the API server words it.
    pub(crate) fn failure(code: u16, message: &str) -> Self {
        let body = serde_json::json!({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
            "message": message,
        });
        Self::Status(code, "", body.to_string())
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server that lives as long as the test run.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// A server without TLS.
    pub(crate) fn plain(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, handler)
    }

    /// A server with TLS.
    pub(crate) fn tls(
        config: ServerConfig,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), handler)
    }

    fn start(
        tls: Option<Arc<ServerConfig>>,
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (handler, seen): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, handler, seen) = (tls.clone(), Arc::clone(&handler), Arc::clone(&seen));
                thread::spawn(move || match tls {
                    None => talk(stream, &*handler, &seen),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        talk(StreamOwned::new(connection, stream), &*handler, &seen);
                    }
                });
            }
        });
        Self { url: format!("{scheme}://127.0.0.1:{port}"), port, requests }
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How often a path was asked for.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|request| request.path == path).count()
    }
}

/// The first byte of a TLS connection.
const TLS: u8 = 22;

fn talk(stream: impl Read + Write, handler: &Handler, seen: &Mutex<Vec<Request>>) {
    let mut stream = BufReader::new(stream);
    if stream.fill_buf().is_ok_and(|bytes| bytes.first() == Some(&TLS)) {
        _ = stream.get_mut().write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
        return;
    }
    while let Some(request) = request(&mut stream) {
        seen.lock().unwrap().push(request.clone());
        let whole = |status: u16, headers: &str, body: &str| {
            format!(
                "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: \
                 {}\r\n{headers}\r\n{body}",
                body.len()
            )
        };
        let part = "HTTP/1.1 200 -\r\ncontent-length: 1000\r\n\r\n{\"kind\":\"NodeList\",";
        let (text, go_on) = match handler(&request) {
            Reply::Status(status, headers, body) => (whole(status, headers, &body), true),
            Reply::Cut => (part.to_owned(), false),
            Reply::Stuck => {
                _ = stream.get_mut().write_all(part.as_bytes());
                _ = stream.get_mut().flush();
                thread::sleep(Duration::from_secs(60));
                return;
            }
            Reply::Silence => {
                thread::sleep(Duration::from_secs(60));
                return;
            }
        };
        let inner = stream.get_mut();
        if inner.write_all(text.as_bytes()).and_then(|()| inner.flush()).is_err() || !go_on {
            return;
        }
    }
}

fn request(stream: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|count| *count > 0)?;
        if line.trim().is_empty() {
            break;
        }
        headers.push_str(&line);
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers })
}

/// A proxy that opens a tunnel to the server, whatever host it is asked for. The hosts that it was
/// asked for are returned with its port.
pub(crate) fn proxy(server: &Server) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (port, server) = (listener.local_addr().unwrap().port(), server.port);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let mut reader = BufReader::new(client.try_clone().unwrap());
            let Some(request) = request(&mut reader) else { continue };
            seen.lock().unwrap().push(format!("{} {}", request.method, request.path));
            let mut client = client;
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut to));
            let mut upstream = upstream;
            thread::spawn(move || std::io::copy(&mut upstream, &mut client));
        }
    });
    (port, asked)
}

/// A port at which nothing listens.
pub(crate) fn nobody() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
