//! Proxies, of the kubeconfig and of the environment.

use rcgen::SanType;
use serde_json::json;

use crate::certificates::Authority;
use crate::cluster::answer;
use crate::server::Server;
use crate::server::proxy;
use crate::session::Session;
use crate::session::refused;
use crate::session::run;

#[test]
fn a_proxy_leads_to_the_server_unless_the_host_is_excepted() {
    let authority = Authority::new();
    let name = SanType::DnsName("api.proxied.invalid".try_into().unwrap());
    let server = Server::tls(authority.identity(&[name], 2099).server(None), answer);
    let (port, asked) = proxy(&server);
    let address = format!("http://127.0.0.1:{port}");
    let cluster = authority.cluster("https://api.proxied.invalid:6443");
    let session = Session::with("proxy", &cluster, &json!({}));
    let inventory = || {
        let mut command = session.command(&["inventory", "-o", "json", "--kubeconfig"]);
        command.arg(session.folder.join("config"));
        command
    };
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        asked.lock().unwrap().clear();
        let ran = run(inventory().env(variable, &address));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(asked.lock().unwrap()[0], "CONNECT api.proxied.invalid:6443");
    }
    asked.lock().unwrap().clear();
    let direct = inventory().env("HTTPS_PROXY", &address).env("NO_PROXY", ".invalid").output();
    assert_eq!(direct.unwrap().status.code(), Some(2), "there is no such host");
    assert!(asked.lock().unwrap().is_empty());

    let mut own = cluster;
    own["proxy-url"] = json!(address);
    let session = Session::with("own-proxy", &own, &json!({}));
    let mut command = session.command(&["inventory", "--kubeconfig"]);
    command.arg(session.folder.join("config")).env("HTTPS_PROXY", "http://127.0.0.1:1");
    let ran = run(command.env("NO_PROXY", "*"));
    assert_eq!(ran.code, Some(0), "that of the kubeconfig always counts: {ran:?}");
}

#[test]
fn a_proxy_that_cannot_be_used_is_not_shown_with_its_password() {
    let session = Session::new("odd-proxy", "https://api.example:6443");
    let mut command = session.command(&["inventory", "--kubeconfig"]);
    command.arg(session.folder.join("config")).env("HTTPS_PROXY", "ftp://jane:hidden@proxy");
    let text = refused(run(&mut command));
    assert!(text.contains("not supported") && !text.contains("hidden"), "{text}");
}
