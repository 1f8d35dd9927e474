//! A real kube-apiserver on a real etcd, with nothing else of a cluster.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::kubeconfig::Credentials;
use crate::kubeconfig::Kubeconfig;
use crate::parts::Parts;
use crate::pki::Identity;
use crate::pki::Pki;
use crate::pki::Validity;
use crate::process::Kept;
use crate::proxy::free_port;

/// A debug build of neither is used, but machines of CI are slow and shared.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Objects are taken as they are: no controller runs that would make service accounts, priorities
/// or tolerations, and the taints of the tests are the tests' own.
const NO_ADMISSION: &str = "ServiceAccount,TaintNodesByCondition,DefaultTolerationSeconds,Priority,\
    RuntimeClass,PodSecurity,ResourceQuota,LimitRanger";

/// A running API server; it ends with this value.
pub(crate) struct Server {
    /// Where it answers.
    pub(crate) url: String,
    pub(crate) pki: Pki,
    /// A client that may do everything.
    pub(crate) admin: Client,
    folder: PathBuf,
    /// First, so that it ends before its etcd.
    _apiserver: Kept,
    _etcd: Kept,
}

impl Server {
    /// Starts both programs on free ports and waits until the server says that it is ready.
    pub(crate) fn start(parts: &Parts) -> Self {
        let folder = fresh_folder();
        let pki = Pki::new(&folder);
        let (client, peer, port) = (free_port(), free_port(), free_port());
        let etcd_log = folder.join("etcd.log");
        let etcd = Kept::start(&parts.etcd, &etcd(&folder, client, peer), &folder, &etcd_log);
        let log = folder.join("kube-apiserver.log");
        let arguments = apiserver(&pki, client, port);
        let apiserver = Kept::start(&parts.apiserver, &arguments, &folder, &log);
        let url = format!("https://127.0.0.1:{port}");
        let admin = pki.user("kubernetes-admin", &["system:masters"], Validity::Now);
        let admin = Client::new(&url, &pki.authority, &admin);
        wait_until_ready(&admin, &[&log, &etcd_log]);
        Self { url, pki, admin, folder, _apiserver: apiserver, _etcd: etcd }
    }

    /// A file of this server's folder, which goes away with the server.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A user with a certificate and without any permission.
    pub(crate) fn user(&self, name: &str) -> Identity {
        self.pki.user(name, &[], Validity::Now)
    }

    /// A client of a user.
    pub(crate) fn client(&self, user: &Identity) -> Client {
        Client::new(&self.url, &self.pki.authority, user)
    }

    /// A token of a service account, which is made where there is none.
    pub(crate) fn token(&self, namespace: &str, account: &str) -> String {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let object = json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account},
        });
        let made = self.admin.create(&path, &object);
        assert!(made.status == 409 || made.status < 300, "{made:?}");
        let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"});
        let answer = self.admin.create(&format!("{path}/{account}/token"), &request).good("token");
        answer["status"]["token"].as_str().unwrap().to_owned()
    }

    /// Writes a kubeconfig whose contexts are these: name, server and credentials.
    pub(crate) fn kubeconfig(&self, name: &str, contexts: &[(&str, &str, Credentials)]) -> PathBuf {
        let path = self.file(name);
        let mut file = Kubeconfig::new(&self.pki.authority);
        for (context, server, credentials) in contexts {
            file = file.with(context, server, credentials.clone());
        }
        file.write(&path);
        path
    }
}

fn fresh_folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("live-{}-{count}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn etcd(folder: &Path, client: u16, peer: u16) -> Vec<String> {
    let client = format!("http://127.0.0.1:{client}");
    let peer = format!("http://127.0.0.1:{peer}");
    vec![
        "--name=live".to_owned(),
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=live={peer}"),
        // Nothing here has to outlive a loss of power.
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ]
}

fn apiserver(pki: &Pki, etcd: u16, port: u16) -> Vec<String> {
    let file = |flag: &str, name: &str| format!("--{flag}={}", pki.file(name).display());
    vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--secure-port={port}"),
        "--service-cluster-ip-range=10.96.0.0/12".to_owned(),
        "--authorization-mode=Node,RBAC".to_owned(),
        "--allow-privileged=true".to_owned(),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
        format!("--disable-admission-plugins={NO_ADMISSION}"),
        file("cert-dir", "."),
        file("tls-cert-file", "server.crt"),
        file("tls-private-key-file", "server.key"),
        file("client-ca-file", "ca.crt"),
        file("service-account-key-file", "sa.pub"),
        file("service-account-signing-key-file", "sa.key"),
    ]
}

fn wait_until_ready(admin: &Client, logs: &[&Path]) {
    let start = Instant::now();
    // The namespace comes a moment after the server calls itself ready.
    for path in ["/readyz", "/api/v1/namespaces/kube-system"] {
        while !admin.try_get(path).is_ok_and(|answer| answer.status == 200) {
            if start.elapsed() > START_LIMIT {
                let ends: Vec<_> = logs.iter().map(|log| end_of(log)).collect();
                panic!("{path} gave no 200 within {START_LIMIT:?}:\n{}", ends.join("\n"));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn end_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let end = lines[lines.len().saturating_sub(20)..].join("\n");
    format!("{}:\n{end}", log.display())
}
