//! From an answer of the API server to what came of a checkpoint.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::plan::Checkpoint;
use crate::plan::StepId;

use super::expect::Expectation;
use super::expect::same;
use super::mask;
use super::report::Check;
use super::report::Status;
use super::request::Refusal;
use super::request::Request;

const NOT_FOUND: u16 = 404;
const NOT_PERMITTED: [u16; 2] = [401, 403];

/// What the API server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It gave what was asked for: here as kubectl prints it.
    Given(Arc<[u8]>),
    /// It gave something else, and why that is no answer.
    Malformed(String),
    /// It gave another status, with a text.
    Refused {
        /// The HTTP status.
        code: u16,
        /// What it said.
        text: String,
    },
    /// It could not be reached, and why.
    Unreachable(String),
}

impl Answer {
    /// What the API server gave to a request: the pages of a list, or one body. kubectl makes one list of
    /// the pages, and shows nobody's `managedFields`.
    pub fn of(request: &Request, pages: &[Vec<u8>]) -> Self {
        let printed = match request {
            Request::List { .. } => list(pages),
            Request::Object { .. } => object(pages),
            Request::Raw { .. } => Ok(pages.concat()),
        };
        printed.map_or_else(Self::Malformed, |printed| Self::Given(Arc::from(printed)))
    }
}

/// Who runs filters, and sees to it that they end.
pub trait Evaluator {
    /// What a filter gives for an input.
    ///
    /// # Errors
    ///
    /// Why it gives nothing, in words.
    fn evaluate(&mut self, filter: &str, input: &[u8]) -> Result<Vec<Value>, String>;
}

/// Looks at a checkpoint: `ask` makes its request, if it has one.
pub fn look(
    step: StepId,
    checkpoint: &Checkpoint,
    ask: impl FnOnce(&Request) -> Answer,
    evaluator: &mut dyn Evaluator,
) -> Check {
    let Checkpoint { id, title, probe, run, expect } = checkpoint;
    let mut check = Check {
        step,
        id: id.clone(),
        title: title.clone(),
        status: Status::Unknown,
        expect: expect.clone(),
        observed: None,
        reason: None,
        request: None,
        command: run.clone(),
        at: None,
        waited: 0,
        may_change: false,
    };
    // What is evaluated is the probe; somebody who edited only the command must learn of it.
    let edited = (*run != probe.shell())
        .then(|| "the plan's command is not that of its probe, which was evaluated".to_owned());
    let request = match Request::of(probe) {
        Ok(request) => request,
        Err(Refusal::Manual) => {
            check.status = Status::Manual;
            return check;
        }
        Err(refusal) => {
            check.reason = Some(refusal.to_string());
            return check;
        }
    };
    let expectation = match Expectation::of(checkpoint) {
        Ok(Some(expectation)) => expectation,
        Ok(None) => return check,
        Err(error) => {
            check.reason = Some(error.to_string());
            return check;
        }
    };
    check.request = Some(request.to_string());
    let filter = probe.jq.as_deref().unwrap_or(".");
    let found = judge(&request, filter, &expectation, ask(&request), evaluator);
    let Found { status, observed, reason, may_change } = found;
    check.reason = match (reason, edited) {
        (Some(reason), Some(edited)) => Some(format!("{reason}; {edited}")),
        (reason, edited) => reason.or(edited),
    };
    Check { status, observed, may_change, ..check }
}

/// What came of an answer.
struct Found {
    status: Status,
    observed: Option<String>,
    reason: Option<String>,
    may_change: bool,
}

impl Found {
    fn unknown(reason: impl Into<String>, may_change: bool) -> Self {
        Self { status: Status::Unknown, observed: None, reason: Some(reason.into()), may_change }
    }

    fn observed(status: Status, observed: String) -> Self {
        let may_change = status == Status::Fail;
        Self { status, observed: Some(observed), reason: None, may_change }
    }

    fn compared(holds: bool, observed: String) -> Self {
        Self::observed(if holds { Status::Pass } else { Status::Fail }, observed)
    }
}

fn judge(
    request: &Request,
    filter: &str,
    expectation: &Expectation,
    answer: Answer,
    evaluator: &mut dyn Evaluator,
) -> Found {
    let printed = match answer {
        Answer::Given(printed) => printed,
        Answer::Malformed(why) => return Found::unknown(why, false),
        Answer::Unreachable(why) => return Found::unknown(why, true),
        Answer::Refused { code, text } => return refused(request, code, &text),
    };
    match expectation {
        Expectation::Text(expected) => {
            let body = String::from_utf8_lossy(&printed);
            Found::compared(body.trim() == expected, mask::text(&body))
        }
        Expectation::Json(expected) => match evaluator.evaluate(filter, &printed) {
            Ok(values) => {
                let holds = matches!(values.as_slice(), [value] if same(value, expected));
                let observed = match values.as_slice() {
                    [] => "nothing".to_owned(),
                    values => mask::evidence(values),
                };
                Found::compared(holds, observed)
            }
            Err(why) => Found::unknown(why, false),
        },
    }
}

fn refused(request: &Request, code: u16, text: &str) -> Found {
    let said = mask::text(text);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    match (request, code) {
        (_, code) if NOT_PERMITTED.contains(&code) => {
            Found::unknown(format!("the API server does not permit it ({code}){said}"), false)
        }
        (Request::Object { .. }, NOT_FOUND) => {
            Found::observed(Status::Fail, "there is no such object (404)".to_owned())
        }
        (_, NOT_FOUND) => {
            Found::unknown("the API server does not serve this (404)".to_owned(), false)
        }
        // An API server that is not well says so by its status.
        (Request::Raw { .. }, code) if code >= 500 => {
            Found::observed(Status::Fail, format!("status {code}{said}"))
        }
        (_, code) => {
            let may_change = code == 429 || code >= 500;
            Found::unknown(format!("the API server answered {code}{said}"), may_change)
        }
    }
}

/// A list as kubectl prints it: of all pages one list, whose objects say their kind, and nobody's
/// `managedFields`.
fn list(pages: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    #[derive(serde::Deserialize)]
    struct Page<'a> {
        kind: String,
        #[serde(rename = "apiVersion")]
        api_version: String,
        #[serde(borrow, default)]
        items: Option<Vec<&'a RawValue>>,
    }
    let mut text = br#"{"apiVersion":"v1","items":["#.to_vec();
    let mut first = true;
    for page in pages {
        let page: Page<'_> = serde_json::from_slice(page)
            .map_err(|error| format!("the answer is not a list: {error}"))?;
        let kind = page.kind.strip_suffix("List").unwrap_or(&page.kind);
        for item in page.items.unwrap_or_default() {
            let mut item: serde_json::Map<String, Value> = serde_json::from_str(item.get())
                .map_err(|error| format!("the answer is not a list of objects: {error}"))?;
            item.entry("apiVersion").or_insert_with(|| page.api_version.clone().into());
            item.entry("kind").or_insert_with(|| kind.into());
            without_managed_fields(&mut item);
            if !first {
                text.push(b',');
            }
            first = false;
            serde_json::to_writer(&mut text, &item).map_err(|error| error.to_string())?;
        }
    }
    text.extend_from_slice(br#"],"kind":"List","metadata":{"resourceVersion":""}}"#);
    Ok(text)
}

/// One object as kubectl prints it.
fn object(pages: &[Vec<u8>]) -> Result<Vec<u8>, String> {
    let mut object: serde_json::Map<String, Value> = serde_json::from_slice(&pages.concat())
        .map_err(|error| format!("the answer is not an object: {error}"))?;
    without_managed_fields(&mut object);
    serde_json::to_vec(&object).map_err(|error| error.to_string())
}

fn without_managed_fields(object: &mut serde_json::Map<String, Value>) {
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.remove("managedFields");
    }
}
