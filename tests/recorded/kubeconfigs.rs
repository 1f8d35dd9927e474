//! Which kubeconfig, which context, and what is wrong with it.

use serde_json::json;

use crate::cluster::answer;
use crate::server::Server;
use crate::session::SECRET;
use crate::session::Session;
use crate::session::kubeconfig;
use crate::session::refused;
use crate::session::run;

#[test]
fn the_environment_names_files_and_the_first_one_counts() {
    let server = Server::plain(answer);
    let session = Session::new("list", "http://127.0.0.1:1");
    let cluster = json!({"server": server.url});
    let one = json!({
        "apiVersion": "v1", "kind": "Config",
        "contexts": [{"name": "one", "context": {"cluster": "the-cluster", "user": "jane"}}],
    });
    session.write("one.yaml", &one.to_string());
    session.write("two.yaml", &kubeconfig("two", &cluster, &json!({"token": SECRET})).to_string());
    let files = ["missing.yaml", "one.yaml", "two.yaml"].map(|name| session.folder.join(name));
    let files = std::env::join_paths(files).unwrap();
    for context in [&["--context", "one"][..], &["--context", "two"], &[]] {
        let mut command = session.command(&["inventory", "-o", "json"]);
        let ran = run(command.args(context).env("KUBECONFIG", &files));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let name = context.last().unwrap_or(&"two");
        assert!(ran.stdout.contains(&format!("\"name\": \"{name}\"")), "{name}");
    }
}

#[test]
fn the_usual_place_is_the_home_folder() {
    let server = Server::plain(answer);
    let session = Session::new("home", "http://127.0.0.1:1");
    std::fs::create_dir(session.folder.join(".kube")).unwrap();
    let user = json!({"token": SECRET});
    let config = kubeconfig("usual", &json!({"server": server.url}), &user);
    session.write(".kube/config", &config.to_string());
    let ran = run(&mut session.command(&["inventory"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("context `usual`"), "says which cluster it reads: {ran:?}");
    let quiet = run(&mut session.command(&["inventory", "--quiet", "--context", "usual"]));
    assert!(quiet.stderr.is_empty(), "{quiet:?}");
}

#[test]
fn a_wrong_context_names_those_that_there_are() {
    let session = Session::new("context", "http://127.0.0.1:1");
    let text = session.refusal(&["--context", "prd"]);
    assert!(text.contains("no context `prd`") && text.contains("did you mean `prod`?"), "{text}");
    assert!(text.contains("the only context is `prod`"), "{text}");
}

#[test]
fn a_wrong_kubeconfig_is_said_to_be_wrong_without_its_text() {
    let session = Session::new("wrong", "http://127.0.0.1:1");
    let of = |name: &str, text: String| {
        let path = session.write(name, &text);
        let mut command = session.command(&["inventory", "--kubeconfig"]);
        refused(run(command.arg(path)))
    };
    let text = of("syntax", format!("users:\n- name: jane\n  user: {{token: {SECRET}\n"));
    assert!(text.contains("is not a kubeconfig"), "{text}");
    let text = of("type", format!("apiVersion: v1\nusers: {SECRET}\n"));
    assert!(text.contains("line 2 is not a kubeconfig"), "{text}");
    let text = of("empty", String::new());
    assert!(text.contains("no current context") && text.contains("no contexts"), "{text}");
    let good = kubeconfig("prod", &json!({"server": "https://api.example"}), &json!({}));
    let mut no_user = good.clone();
    no_user["users"] = json!([]);
    assert!(of("no-user", no_user.to_string()).contains("for user `jane`, whom"));
    let mut no_cluster = good.clone();
    no_cluster["clusters"] = json!([]);
    assert!(of("no-cluster", no_cluster.to_string()).contains("for cluster `the-cluster`, which"));
    let mut no_server = good.clone();
    no_server["clusters"][0]["cluster"] = json!({});
    assert!(of("no-server", no_server.to_string()).contains("has no `server`"));
    let mut authority = good.clone();
    authority["clusters"][0]["cluster"]["certificate-authority"] = json!("missing.crt");
    assert!(of("authority", authority.to_string()).contains("certificate authority"));
    let mut key = good;
    key["users"][0]["user"] = json!({"client-certificate-data": "", "client-key": "missing.key"});
    assert!(of("key", key.to_string()).contains("the key of the user"));
}

#[test]
fn a_missing_kubeconfig_is_said_to_be_missing() {
    let session = Session::new("missing", "http://127.0.0.1:1");
    let named = run(&mut session.command(&["inventory", "--kubeconfig", "/no/such/file"]));
    assert!(refused(named).contains("/no/such/file"));
    let usual = run(&mut session.command(&["inventory", "--context", "prod"]));
    assert!(refused(usual).contains("there is no kubeconfig"));
    let pod = run(&mut session.command(&["inventory", "--in-cluster"]));
    assert!(refused(pod).contains("service account"));
}

#[test]
fn a_token_file_is_read_and_found_beside_the_kubeconfig() {
    let server = Server::plain(answer);
    let cluster = json!({"server": server.url});
    let session = Session::with("token-file", &cluster, &json!({"tokenFile": "token"}));
    assert!(session.refusal(&[]).contains("token file"));
    session.write("token", SECRET);
    session.inventory();
    let header = format!("authorization: Bearer {SECRET}");
    assert!(server.requests()[0].headers.contains(&header), "{:?}", server.requests()[0]);
}
