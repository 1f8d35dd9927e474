//! Credential plugins: programs that a kubeconfig names, as `aws` or `kubelogin`.
//!
//! kube can run them, but does so three times for one connection, which asks a person three times
//! for a password, and its errors quote what the plugin printed: a token. So it is done here, once,
//! by the protocol of `client.authentication.k8s.io`.

use std::io::ErrorKind;
use std::process::Command;
use std::process::Stdio;

use kube::config::ExecConfig;
use kube::config::ExecInteractiveMode;
use serde::Deserialize;
use serde_json::json;

use crate::diagnostic::Diagnostic;

/// What a plugin gave.
pub(super) struct Answer {
    /// A bearer token.
    pub(super) token: Option<String>,
    /// A certificate and its key, as PEM.
    pub(super) certificate: Option<(String, String)>,
}

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs the plugin. It may take its time, for it may ask a person; what it says on standard error
/// passes through.
pub(super) fn run(
    exec: &ExecConfig,
    user: &str,
    somebody_is_there: bool,
) -> Result<Answer, Diagnostic> {
    let Some(name) = exec.command.as_deref().filter(|command| !command.is_empty()) else {
        return Err(Diagnostic::error(format!(
            "user `{user}` has a credential plugin without a command"
        ))
        .help("add `command` under `exec` in the kubeconfig"));
    };
    let interactive =
        match exec.interactive_mode {
            Some(ExecInteractiveMode::Never) => false,
            Some(ExecInteractiveMode::Always) if !somebody_is_there => {
                return Err(Diagnostic::error(format!(
                "the credential plugin `{name}` of user `{user}` must ask a person, and standard \
                 input is not a terminal"
            ))
            .help("run the command in a terminal, or use a user that logs in without being asked"));
            }
            _ => somebody_is_there,
        };
    let mut command = Command::new(name);
    command
        .args(exec.args.iter().flatten())
        .env("KUBERNETES_EXEC_INFO", info(exec, interactive))
        .stdin(if interactive { Stdio::inherit() } else { Stdio::null() })
        .stderr(Stdio::inherit());
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    let output = command.output().map_err(|error| not_started(exec, name, user, &error))?;
    if !output.status.success() {
        return Err(Diagnostic::error(format!(
            "the credential plugin `{name}` of user `{user}` failed with {}",
            output.status
        ))
        .help("log in with it anew; what it said stands above"));
    }
    answer(&output.stdout).ok_or_else(|| {
        Diagnostic::error(format!(
            "the credential plugin `{name}` of user `{user}` gave neither a token nor a \
             certificate"
        ))
        .help("it must print an ExecCredential with a `status`; log in with it anew")
    })
}

/// What the plugin is told.
fn info(exec: &ExecConfig, interactive: bool) -> String {
    let mut spec = json!({"interactive": interactive});
    if exec.provide_cluster_info {
        spec["cluster"] = json!(exec.cluster);
    }
    json!({"kind": "ExecCredential", "apiVersion": exec.api_version, "spec": spec}).to_string()
}

fn not_started(exec: &ExecConfig, name: &str, user: &str, error: &std::io::Error) -> Diagnostic {
    if error.kind() != ErrorKind::NotFound {
        return Diagnostic::error(format!(
            "the credential plugin `{name}` of user `{user}` cannot be started: {error}"
        ))
        .help("check the command in the kubeconfig");
    }
    let hint = exec.install_hint.as_deref().unwrap_or_default().trim();
    let help = if hint.is_empty() {
        "install it, and put its folder into PATH".to_owned()
    } else {
        format!("the kubeconfig says: {hint}")
    };
    Diagnostic::error(format!("the credential plugin `{name}` of user `{user}` is not installed"))
        .help(help)
}

fn answer(output: &[u8]) -> Option<Answer> {
    let credential: Credential = serde_json::from_slice(output).ok()?;
    let Status { token, client_certificate_data, client_key_data } = credential.status?;
    let token = token.filter(|token| !token.is_empty());
    let certificate = client_certificate_data.zip(client_key_data);
    (token.is_some() || certificate.is_some()).then_some(Answer { token, certificate })
}

#[cfg(test)]
mod tests {
    use kube::config::ExecConfig;
    use kube::config::ExecInteractiveMode;

    use super::run;

    /// A plugin that is a line of shell.
    fn shell(line: &str) -> ExecConfig {
        ExecConfig {
            command: Some("sh".to_owned()),
            args: Some(vec!["-c".to_owned(), line.to_owned()]),
            ..ExecConfig::default()
        }
    }

    fn failure(exec: &ExecConfig) -> String {
        let diagnostic = run(exec, "jane", false).err().unwrap();
        format!("{}; {}", diagnostic.message, diagnostic.help.unwrap_or_default())
    }

    #[test]
    fn takes_a_token_or_a_certificate() {
        let token = run(&shell(r#"echo '{"status":{"token":"abc"}}'"#), "jane", false).unwrap();
        assert_eq!((token.token.as_deref(), token.certificate), (Some("abc"), None));
        let line = r#"echo '{"status":{"clientCertificateData":"C","clientKeyData":"K"}}'"#;
        let certificate = run(&shell(line), "jane", false).unwrap();
        assert_eq!(certificate.certificate, Some(("C".to_owned(), "K".to_owned())));
    }

    #[test]
    fn tells_the_plugin_what_it_must_know() {
        let line = r#"echo "{\"status\":{\"token\":\"$(echo "$KUBERNETES_EXEC_INFO$WHO" | tr -d '"')\"}}""#;
        let mut exec = shell(line);
        exec.api_version = Some("client.authentication.k8s.io/v1".to_owned());
        exec.env = Some(vec![
            [("name", "WHO"), ("value", "jane")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        ]);
        let token = run(&exec, "jane", false).unwrap().token.unwrap();
        for part in
            ["kind:ExecCredential", "client.authentication.k8s.io/v1", "interactive:false", "jane"]
        {
            assert!(token.contains(part), "{token}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_shows_no_secret() {
        let mut missing = shell("");
        missing.command = Some("no-such-plugin".to_owned());
        assert!(
            failure(&missing).contains("`no-such-plugin` of user `jane` is not installed; install")
        );
        missing.install_hint = Some("brew install it".to_owned());
        assert!(failure(&missing).contains("brew install it"));
        let mut asking = shell("echo");
        asking.interactive_mode = Some(ExecInteractiveMode::Always);
        assert!(failure(&asking).contains("must ask a person"));
        for line in ["echo secret; exit 3", "echo secret", r#"echo '{"status":{},"x":"secret"}'"#] {
            let text = failure(&shell(line));
            assert!(!text.contains("secret"), "{text}");
        }
        assert!(failure(&shell("exit 3")).contains("exit status: 3"));
    }
}
