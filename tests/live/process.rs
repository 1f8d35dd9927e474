//! Processes that do not outlive the test, and programs that must answer in time.

use std::io::Read;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// Runs a program, and ends it and removes the folder once standard input is closed. A shared server
/// lives in a static, which Rust never drops: closing the pipe is what the system does for us
/// however the test ends, by a panic or by a kill.
const KEEPER: &str = r#"
folder=$1 log=$2
shift 2
"$@" >"$log" 2>&1 </dev/null &
pid=$!
cat >/dev/null
kill -9 "$pid"
wait "$pid"
rm -rf "$folder"
"#;

/// A server that ends with this value, or with the test.
pub(crate) struct Kept {
    keeper: Child,
}

impl Kept {
    /// Starts a program whose output goes to `log`; `folder` is removed when it ends.
    pub(crate) fn start(program: &Path, arguments: &[String], folder: &Path, log: &Path) -> Self {
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([folder, log, program])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { keeper }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// What a program did.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Ran {
    /// Everything that was said, for messages of failed tests.
    pub(crate) fn all(&self) -> String {
        let Self { code, stdout, stderr, took } = self;
        let shown: String = stdout.chars().take(4_000).collect();
        format!("exit code {code:?} after {took:?}\nstdout: {shown}\nstderr: {stderr}")
    }
}

/// Runs a program to its end, which must come within the limit.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Ran {
    let start = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!(
                "{command:?} did not end within {limit:?}; it said: {}{}",
                stdout.join().unwrap(),
                stderr.join().unwrap()
            );
        }
        thread::sleep(Duration::from_millis(10));
    };
    let took = start.elapsed();
    Ran {
        code: status.code(),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        took,
    }
}

fn reader(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
