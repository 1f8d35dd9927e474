//! Credential plugins.

use serde_json::json;

use crate::cluster::answer;
use crate::server::Reply;
use crate::server::Server;
use crate::session::SECRET;
use crate::session::Session;

fn session(name: &str, server: &Server, exec: &serde_json::Value) -> Session {
    Session::with(name, &json!({"server": server.url}), &json!({"exec": exec}))
}

#[test]
fn a_plugin_is_run_once_and_found_beside_the_kubeconfig() {
    let server = Server::plain(answer);
    let session = session(
        "plugin",
        &server,
        &json!({
            "apiVersion": "client.authentication.k8s.io/v1", "command": "./bin/login",
            "interactiveMode": "Never",
        }),
    );
    std::fs::create_dir(session.folder.join("bin")).unwrap();
    let credential = json!({
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
        "status": {"token": SECRET, "expirationTimestamp": "2099-01-01T00:00:00Z"},
    });
    let log = session.folder.join("log");
    let script = format!("#!/bin/sh\necho run >> '{}'\necho '{credential}'\n", log.display());
    let path = session.write("bin/login", &script);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(path, executable).unwrap();
    session.inventory();
    assert_eq!(std::fs::read_to_string(log).unwrap(), "run\n");
    let header = format!("authorization: Bearer {SECRET}");
    assert!(server.requests().iter().all(|request| request.headers.contains(&header)));
}

#[test]
fn a_plugin_that_is_missing_or_fails_is_named() {
    let server = Server::plain(answer);
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1", "command": "no-such-login",
        "installHint": "get it from the portal",
    });
    let text = session("plugin-missing", &server, &exec).refusal(&[]);
    assert!(text.contains("`no-such-login` of user `jane` is not installed"), "{text}");
    assert!(text.contains("get it from the portal"), "{text}");
    let print = format!("echo {SECRET}; exit 4");
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", print],
        "interactiveMode": "Never",
    });
    let text = session("plugin-fails", &server, &exec).refusal(&[]);
    assert!(text.contains("failed with exit status: 4"), "{text}");
    assert!(server.requests().is_empty());
}

#[test]
fn what_a_plugin_gives_may_be_refused() {
    let server = Server::plain(|_| Reply::failure(401, "Unauthorized"));
    let line = format!("echo '{{\"status\":{{\"token\":\"{SECRET}\"}}}}'");
    let exec = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", line],
        "interactiveMode": "Never",
    });
    let text = session("plugin-refused", &server, &exec).refusal(&[]);
    assert!(text.contains("credential plugin `sh`") && text.contains("log in anew"), "{text}");
}
