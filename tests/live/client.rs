//! A plain HTTPS client: objects are loaded without the code that is under test.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::Certificate;
use ureq::tls::ClientCert;
use ureq::tls::PrivateKey;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;

use crate::pki::Identity;

/// One answer of the API server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The object; a string where the answer was no JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// The object of an answer that must be a success.
    pub(crate) fn good(self, what: &str) -> Value {
        let Self { status, body } = self;
        assert!((200..300).contains(&status), "{what}: {status}: {body}");
        body
    }
}

/// One user's view of one API server.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    /// A client that trusts the authority and shows the user's certificate.
    pub(crate) fn new(url: &str, authority: &str, user: &Identity) -> Self {
        let chain = [Certificate::from_pem(user.certificate.as_bytes()).unwrap()];
        let key = PrivateKey::from_pem(user.key.as_bytes()).unwrap();
        let authority = Certificate::from_pem(authority.as_bytes()).unwrap();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[authority]))
            .client_cert(Some(ClientCert::new_with_certs(&chain, key)))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_idle_connections_per_host(8)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self { agent, url: url.to_owned() }
    }

    /// Reads; an error where no answer came.
    pub(crate) fn try_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        self.agent.get(self.at(path)).call().map(answer)
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_get(path).unwrap()
    }

    /// Creates an object in a collection.
    pub(crate) fn create(&self, path: &str, object: &Value) -> Answer {
        answer(self.agent.post(self.at(path)).content_type(JSON).send(object.to_string()).unwrap())
    }

    /// Replaces an object or its status.
    pub(crate) fn replace(&self, path: &str, object: &Value) -> Answer {
        answer(self.agent.put(self.at(path)).content_type(JSON).send(object.to_string()).unwrap())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

const JSON: &str = "application/json";

/// No list of the tests is longer than this many bytes.
const MOST_BYTES: u64 = 256 << 20;

fn answer(mut response: Response<ureq::Body>) -> Answer {
    let text = response.body_mut().with_config().limit(MOST_BYTES).read_to_string().unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status: response.status().as_u16(), body }
}
