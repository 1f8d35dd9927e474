//! One request at a time, with a time limit, and again where that may help.

use std::time::Duration;

use http::Request;
use http::StatusCode;
use http::header::ACCEPT;
use http::header::HeaderName;
use http::header::HeaderValue;
use http::header::RETRY_AFTER;
use http::header::USER_AGENT;
use http::response::Parts;
use http_body_util::BodyExt as _;
use http_body_util::Limited;
use hyper::body::Bytes;
use kube::Client;
use kube::Config;
use kube::client::Body;
use serde::Deserialize;

use super::failure::Failure;
use super::failure::Trouble;

/// How often a request is made at most.
const ATTEMPTS: u32 = 5;
/// The first pause before another attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The most bytes of one answer. A page of 500 nodes has some ten million.
const MOST_BYTES: usize = 1 << 30;
/// The most letters of what the API server says about a failure.
const MOST_LETTERS: usize = 300;

/// A connection to an API server that only ever reads.
pub(super) struct Connection {
    client: Client,
    timeout: Duration,
    /// Whether the API server has answered before, so that a broken connection may be chance.
    answered: bool,
}

impl Connection {
    /// Makes ready to connect. Must be called inside of the runtime.
    pub(super) fn new(mut config: Config, timeout: Duration) -> Result<Self, Failure> {
        // Without a choice rustls wants exactly one provider compiled in, which is not for this
        // crate to say where it is a library. A second choice changes nothing.
        _ = rustls::crypto::ring::default_provider().install_default();
        let agent = HeaderValue::from_static(concat!("kubehop/", env!("CARGO_PKG_VERSION")));
        let headers: [(HeaderName, HeaderValue); 2] =
            [(USER_AGENT, agent), (ACCEPT, HeaderValue::from_static("application/json"))];
        config.headers.extend(headers);
        let client = Client::try_from(config).map_err(|error| Failure::of(&error))?;
        Ok(Self { client, timeout, answered: false })
    }

    /// The answer to `GET path`.
    pub(super) async fn get(&mut self, path: &str) -> Result<Vec<u8>, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let once = tokio::time::timeout(self.timeout, self.once(path)).await;
            let failure = match once.unwrap_or(Err(Failure::TimedOut)) {
                Ok(bytes) => {
                    self.answered = true;
                    return Ok(bytes);
                }
                Err(failure) => failure,
            };
            let wait = match &failure {
                Failure::Status { code, retry_after, .. } => {
                    self.answered = true;
                    (*code == 429 || *code >= 500).then(|| retry_after.unwrap_or(pause))
                }
                Failure::Transport(Trouble::Closed | Trouble::Refused) => {
                    self.answered.then_some(pause)
                }
                Failure::TimedOut | Failure::TooLarge | Failure::Transport(_) => None,
            };
            let Some(wait) = wait.filter(|_| attempt < ATTEMPTS) else { return Err(failure) };
            tokio::time::sleep(wait.min(LONGEST_PAUSE)).await;
            pause *= 2;
            attempt += 1;
        }
    }

    /// The status and the text of one answer to `GET path`, whatever the status is: an API server
    /// that is not well says what it lacks.
    pub(super) async fn whatever(&mut self, path: &str) -> Result<(u16, Vec<u8>), Failure> {
        let once = tokio::time::timeout(self.timeout, self.answer(path)).await;
        let (head, body) = once.unwrap_or(Err(Failure::TimedOut))?;
        self.answered = true;
        Ok((head.status.as_u16(), body.into()))
    }

    async fn once(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let (head, body) = self.answer(path).await?;
        if head.status == StatusCode::OK {
            return Ok(body.into());
        }
        let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| value.trim().parse().ok());
        Err(Failure::Status {
            code: head.status.as_u16(),
            message: said(&body),
            retry_after: retry_after.map(Duration::from_secs),
        })
    }

    async fn answer(&self, path: &str) -> Result<(Parts, Bytes), Failure> {
        let request = Request::get(path)
            .body(Body::empty())
            .map_err(|error| Failure::Transport(Trouble::Other(error.to_string())))?;
        let response = self.client.send(request).await.map_err(|error| Failure::of(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await;
        let body = body.map_err(|error| Failure::of(error.as_ref()))?.to_bytes();
        Ok((head, body))
    }
}

/// What the API server says about a failure, as one short line; empty if it is no `Status`.
fn said(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Status {
        message: String,
    }
    let message = serde_json::from_slice(body).map(|Status { message }| message);
    let message = message.unwrap_or_default();
    let line = message.lines().next().unwrap_or_default();
    line.chars().filter(|letter| !letter.is_control()).take(MOST_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn what_is_said_is_one_short_line() {
        assert_eq!(said(br#"{"kind":"Status","message":"no\u0007\nmore"}"#), "no");
        assert_eq!(said(b"<html>"), "");
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(1000));
        assert_eq!(said(long.as_bytes()).len(), 300);
    }
}
