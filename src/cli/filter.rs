//! Running the jq filters of a plan where they can be stopped: in a process of their own.
//!
//! A plan is not trusted, and a filter may run without end, take all memory, or recurse until the
//! stack is used up. The process is this program again, started with one hidden word. It gets a filter
//! and its input, has an empty environment, limits its own memory and processor time before it looks
//! at either (where the system can do that), and is killed when its time is over.

use std::ffi::OsString;
use std::io::BufRead as _;
use std::io::Read;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::check::Evaluator;
use crate::check::filter;

use super::printer::Printer;

/// The word that starts the process.
pub(super) const WORD: &str = "__filter";

/// How long a filter may run, in seconds: so much, and one more for so many bytes of input. The nodes
/// of a cluster of 5,000 are some 40 MB, for which the provider's filters take seconds.
const SECONDS: u64 = 10;
const BYTES_PER_SECOND: u64 = 4 << 20;
/// The most bytes that it may print.
const MOST_BYTES: u64 = 4 << 20;
/// The memory that it may take: so much, and so many times the size of its input.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;
#[cfg(unix)]
const MEMORY_PER_BYTE: u64 = 24;

/// What the process is asked; the input follows.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    filter: String,
    now: f64,
    size: u64,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Values(Vec<Value>),
    Nothing(String),
}

/// Runs filters, each in a process of its own.
pub(super) struct Sandbox {
    program: PathBuf,
    /// What filters take for the present moment, in seconds since 1970.
    pub(super) now: f64,
}

impl Sandbox {
    /// Of this program.
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, now: 0.0 })
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .arg(WORD)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

impl Evaluator for Sandbox {
    fn evaluate(&mut self, filter: &str, input: &[u8]) -> Result<Vec<Value>, String> {
        let cannot = |error: std::io::Error| format!("the filter could not be run: {error}");
        let question =
            Question { filter: filter.to_owned(), now: self.now, size: input.len() as u64 };
        let head = serde_json::to_string(&question).map_err(|error| error.to_string())?;
        let mut child = self.start().map_err(cannot)?;
        let pipes = (child.stdin.take(), child.stdout.take());
        let (Some(mut to), Some(from)) = pipes else {
            return Err("the filter could not be run: it has no pipes".to_owned());
        };
        let seconds = seconds(question.size);
        let (send, receive) = mpsc::channel();
        let (printed, status) = thread::scope(|scope| {
            scope.spawn(move || {
                // It may end before it has read all: that is seen by what it prints.
                _ = writeln!(to, "{head}").and_then(|()| to.write_all(input));
            });
            scope.spawn(move || {
                let mut text = Vec::new();
                _ = from.take(MOST_BYTES).read_to_end(&mut text);
                _ = send.send(text);
            });
            let printed = receive.recv_timeout(Duration::from_secs(seconds));
            // Whatever it still does, nobody waits for.
            _ = child.kill();
            (printed, child.wait())
        });
        match printed {
            Err(_) => Err(format!("the filter was stopped after {seconds} seconds")),
            Ok(text) if text.len() as u64 == MOST_BYTES => {
                Err("the filter was stopped: it gives more than 4 MiB".to_owned())
            }
            Ok(text) => match serde_json::from_slice(&text) {
                Ok(Reply::Values(values)) => Ok(values),
                Ok(Reply::Nothing(why)) => Err(why),
                Err(_) => Err(ended(status.ok())),
            },
        }
    }
}

fn seconds(size: u64) -> u64 {
    SECONDS + size / BYTES_PER_SECOND
}

fn ended(status: Option<ExitStatus>) -> String {
    let how = status.map_or_else(|| "in an unknown way".to_owned(), |status| status.to_string());
    format!(
        "the filter was stopped: it takes more memory, stack or processor time than it may ({how})"
    )
}

/// What the process does.
pub(super) fn serve(words: &[OsString], printer: &mut Printer) {
    let reply = if words.is_empty() { answer() } else { Err("it takes no words".to_owned()) };
    let reply = reply.map_or_else(Reply::Nothing, Reply::Values);
    printer.data(&serde_json::to_string(&reply).unwrap_or_default());
}

fn answer() -> Result<Vec<Value>, String> {
    let mut from = std::io::stdin().lock();
    let mut head = String::new();
    from.read_line(&mut head).map_err(|error| error.to_string())?;
    let question: Question = serde_json::from_str(&head).map_err(|error| error.to_string())?;
    limit(question.size);
    let mut input = Vec::new();
    from.take(question.size).read_to_end(&mut input).map_err(|error| error.to_string())?;
    filter::run(&question.filter, &input, question.now).map_err(|error| error.to_string())
}

/// Limits what this process may take, for good.
#[cfg(unix)]
fn limit(size: u64) {
    use rustix::process::Resource;
    use rustix::process::Rlimit;
    use rustix::process::setrlimit;
    let memory = MEMORY.saturating_add(size.saturating_mul(MEMORY_PER_BYTE));
    let limits = [(Resource::As, memory), (Resource::Cpu, seconds(size) + 1), (Resource::Core, 0)];
    for (resource, most) in limits {
        // Where the system cannot do it, time is still limited by whoever started this.
        _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(unix))]
fn limit(_: u64) {}
