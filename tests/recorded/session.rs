//! One kubeconfig and the runs of the program with it. Every run is searched for the secrets.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use crate::support::PROGRAM;
use crate::support::quiet;

/// A text that must never be printed; every kubeconfig here has it as a token.
pub(crate) const SECRET: &str = "s3cr3t-t0ken";

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// A folder with a kubeconfig.
pub(crate) struct Session {
    pub(crate) folder: PathBuf,
}

impl Session {
    /// A folder of this name, with a kubeconfig for this server, with a token.
    pub(crate) fn new(name: &str, server: &str) -> Self {
        Self::with(name, &json!({"server": server}), &json!({"token": SECRET}))
    }

    /// The same with the cluster and the user as given.
    pub(crate) fn with(name: &str, cluster: &Value, user: &Value) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("recorded").join(name);
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let session = Self { folder };
        session.write("config", &kubeconfig("prod", cluster, user).to_string());
        session
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, with nothing of the environment that has to do with clusters.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = quiet(PROGRAM);
        command.args(arguments).env("HOME", &self.folder);
        for name in ["KUBECONFIG", "KUBERNETES_SERVICE_HOST"] {
            command.env_remove(name);
        }
        for name in ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command
    }

    /// Runs the program with the kubeconfig of the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let config = self.folder.join("config");
        let mut command = self.command(arguments);
        run(command.arg("--kubeconfig").arg(config))
    }

    /// The inventory that the program collects.
    pub(crate) fn inventory(&self) -> Value {
        let ran = self.run(&["inventory", "-o", "json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// What the program says where it can read nothing.
    pub(crate) fn refusal(&self, arguments: &[&str]) -> String {
        refused(self.run(&[&["inventory"], arguments].concat()))
    }
}

/// A kubeconfig of one context.
pub(crate) fn kubeconfig(context: &str, cluster: &Value, user: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": context,
        "clusters": [{"name": "the-cluster", "cluster": cluster}],
        "users": [{"name": "jane", "user": user}],
        "contexts": [{"name": context, "context": {"cluster": "the-cluster", "user": "jane"}}],
    })
}

/// Runs a command; no secret may be in what it says.
pub(crate) fn run(command: &mut Command) -> Ran {
    let start = Instant::now();
    let output = command.output().unwrap();
    let ran = Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        took: start.elapsed(),
    };
    assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{ran:?}");
    ran
}

/// The message of a run that had to fail as a whole.
pub(crate) fn refused(ran: Ran) -> String {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
    assert!(ran.stderr.contains("help:"), "says what to do: {ran:?}");
    ran.stderr
}
