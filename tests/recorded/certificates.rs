//! TLS: who does not trust whom, and why.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::CertificateParams;
use rcgen::Issuer;
use rcgen::KeyPair;
use rcgen::SanType;
use rustls::RootCertStore;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::WebPkiClientVerifier;
use serde_json::Value;
use serde_json::json;

use crate::cluster::answer;
use crate::server::Reply;
use crate::server::Server;
use crate::session::Session;

/// An authority, as of a cluster.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// A certificate with its key.
pub(crate) struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = params(&[], 2099);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate that is valid until the beginning of a year.
    pub(crate) fn identity(&self, names: &[SanType], until: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, until).signed_by(&key, &self.issuer).unwrap();
        Identity { certificate, key }
    }

    /// As a kubeconfig has it.
    pub(crate) fn cluster(&self, server: &str) -> Value {
        json!({"server": server, "certificate-authority-data": base64(&self.certificate.pem())})
    }
}

fn params(names: &[SanType], until: i32) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = names.to_vec();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params
}

pub(crate) fn here() -> SanType {
    SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

impl Identity {
    /// The settings of a server; `users`: who vouches for those whom it lets in at all.
    pub(crate) fn server(&self, users: Option<&Authority>) -> ServerConfig {
        _ = rustls::crypto::ring::default_provider().install_default();
        let builder = match users {
            None => ServerConfig::builder().with_no_client_auth(),
            Some(users) => {
                let mut roots = RootCertStore::empty();
                roots.add(users.certificate.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
                ServerConfig::builder().with_client_cert_verifier(verifier)
            }
        };
        let chain = vec![CertificateDer::from(self.certificate.der().to_vec())];
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        builder.with_single_cert(chain, key.into()).unwrap()
    }

    /// As a kubeconfig has it.
    fn user(&self) -> Value {
        json!({
            "client-certificate-data": base64(&self.certificate.pem()),
            "client-key-data": base64(&self.key.serialize_pem()),
        })
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn both_sides_trust_each_other() {
    let authority = Authority::new();
    let config = authority.identity(&[here()], 2099).server(Some(&authority));
    let server = Server::tls(config, answer);
    let user = authority.identity(&[], 2099).user();
    Session::with("tls", &authority.cluster(&server.url), &user).inventory();
}

#[test]
fn the_name_of_the_server_can_be_told() {
    let authority = Authority::new();
    let name = SanType::DnsName("api.example".try_into().unwrap());
    let server = Server::tls(authority.identity(&[name], 2099).server(None), answer);
    let mut cluster = authority.cluster(&server.url);
    let text = Session::with("other-name", &cluster, &json!({})).refusal(&[]);
    assert!(text.contains("certificate of the server is for other names"), "{text}");
    cluster["tls-server-name"] = json!("api.example");
    Session::with("told-name", &cluster, &json!({})).inventory();
    let careless = json!({"server": server.url, "insecure-skip-tls-verify": true});
    Session::with("careless", &careless, &json!({})).inventory();
}

#[test]
fn a_server_that_cannot_be_trusted_is_not_talked_to() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (name, server, words) in [
        (
            "server-expired",
            authority.identity(&[here()], 2021),
            "the certificate of the server has expired",
        ),
        (
            "server-untrusted",
            other.identity(&[here()], 2099),
            "vouches for the certificate of the server",
        ),
    ] {
        let server = Server::tls(server.server(None), answer);
        let text = Session::with(name, &authority.cluster(&server.url), &json!({})).refusal(&[]);
        assert!(text.contains(words), "{text}");
        assert!(server.requests().is_empty());
    }
}

/// The API server answers 401 to a certificate that has expired; what stands before it may end the
/// connection.
#[test]
fn a_user_whose_certificate_has_expired_is_told_so() {
    let authority = Authority::new();
    let user = authority.identity(&[], 2021).user();
    let identity = authority.identity(&[here()], 2099);
    let unauthorized = |_: &_| Reply::failure(401, "Unauthorized");
    for (name, server) in [
        ("client-expired", Server::tls(identity.server(None), unauthorized)),
        ("client-expired-tls", Server::tls(identity.server(Some(&authority)), answer)),
    ] {
        let text = Session::with(name, &authority.cluster(&server.url), &user).refusal(&[]);
        let words = "the client certificate of user `jane` expired at 2021-01-01T00:00:00Z";
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[test]
fn a_user_of_another_cluster_is_told_so() {
    let (authority, other) = (Authority::new(), Authority::new());
    let identity = authority.identity(&[here()], 2099);
    let user = other.identity(&[], 2099).user();
    let unauthorized = |_: &_| Reply::failure(401, "Unauthorized");
    for (name, server, words) in [
        (
            "client-other",
            Server::tls(identity.server(None), unauthorized),
            "client certificate of user `jane`",
        ),
        (
            "client-other-tls",
            Server::tls(identity.server(Some(&authority)), answer),
            "does not accept the client certificate",
        ),
    ] {
        let text = Session::with(name, &authority.cluster(&server.url), &user).refusal(&[]);
        assert!(text.contains(words), "{name}: {text}");
    }
}

#[test]
fn plain_text_on_a_port_of_tls_is_noticed() {
    let server = Server::plain(answer);
    let address = server.url.replace("http:", "https:");
    let text = Session::new("plain", &address).refusal(&[]);
    assert!(text.contains("does not speak TLS"), "{text}");
}
