//! Why a request has no usable answer, told apart by types and not by texts where there are types.

use std::error::Error;
use std::io;
use std::time::Duration;

use kube::config::KubeconfigError;
use rustls::AlertDescription;
use rustls::CertificateError;

/// Why a request has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The API server answered, but not with what was asked for.
    Status {
        /// The HTTP status.
        code: u16,
        /// What it said, as one line.
        message: String,
        /// When to come again, if it said so.
        retry_after: Option<Duration>,
    },
    /// No answer came in time.
    TimedOut,
    /// The answer is larger than any that the API server gives.
    TooLarge,
    /// The conversation broke off, or never began.
    Transport(Trouble),
}

/// What went wrong between the program and the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing listens there.
    Refused,
    /// The name of the host is not known.
    NoSuchHost,
    /// No way leads to the host.
    NoRoute,
    /// The connection was closed before the answer was complete.
    Closed,
    /// The certificate of the server has expired.
    ServerExpired,
    /// The certificate of the server is not valid yet.
    ServerNotYetValid,
    /// Nobody whom the kubeconfig trusts vouches for the server.
    ServerUntrusted,
    /// The certificate of the server is for other names.
    ServerOtherName,
    /// The server says that the certificate of the user has expired.
    ClientExpired,
    /// The server does not accept the certificate of the user.
    ClientRefused,
    /// What answers does not speak TLS.
    NotTls,
    /// The certificate or the key of the user cannot be used.
    Identity(String),
    /// Something else, in the words of whoever noticed.
    Other(String),
}

impl Failure {
    /// Classifies an error of the client.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let mut trouble = None;
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::Transport(of_tls(error));
            }
            if error.is::<kube::client::RustlsTlsError>() || error.is::<KubeconfigError>() {
                return Self::Transport(Trouble::Identity(chain(error)));
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                if error.kind() == io::ErrorKind::TimedOut {
                    return Self::TimedOut;
                }
                trouble = of_io(error).or(trouble);
            }
            if error.is::<http_body_util::LengthLimitError>() {
                return Self::TooLarge;
            }
            // Only the words of this error tell that a name was looked up.
            if error.to_string() == "dns error" {
                return Self::Transport(Trouble::NoSuchHost);
            }
            if error.downcast_ref::<hyper::Error>().is_some_and(is_closed) {
                trouble = Some(Trouble::Closed);
            }
            next = below(error);
        }
        Self::Transport(trouble.unwrap_or_else(|| Trouble::Other(chain(error))))
    }
}

fn is_closed(error: &hyper::Error) -> bool {
    error.is_incomplete_message() || error.is_closed() || error.is_canceled()
}

fn of_io(error: &io::Error) -> Option<Trouble> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(Trouble::Refused),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            Some(Trouble::NoRoute)
        }
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(Trouble::Closed),
        _ => None,
    }
}

fn of_tls(error: &rustls::Error) -> Trouble {
    match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Trouble::ServerExpired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Trouble::ServerNotYetValid
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Trouble::ServerUntrusted
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Trouble::ServerOtherName
            }
            other => Trouble::Other(format!("its certificate is not usable: {other}")),
        },
        rustls::Error::AlertReceived(AlertDescription::CertificateExpired) => {
            Trouble::ClientExpired
        }
        rustls::Error::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied,
        ) => Trouble::ClientRefused,
        rustls::Error::InvalidMessage(_) => Trouble::NotTls,
        other => Trouble::Other(other.to_string()),
    }
}

/// The next error below. An I/O error that wraps another one hands out what is below that one, so
/// it must be asked for the one that it wraps.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return Some(inner);
    }
    error.source()
}

/// The texts of an error and of what is below it, each once.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let one = error.to_string();
        if !text.contains(&one) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&one);
        }
        next = below(error);
    }
    text
}
