//! kubeconfig files, as kubeadm, a cloud's helper and a service account's owner would write them.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::pki::Identity;

/// How a user proves who they are.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    /// Certificate and key inside the file, as kubeadm's `admin.conf` has them.
    Inline(Identity),
    /// Certificate and key in files beside it.
    Files(Identity),
    /// A bearer token, as a service account has it.
    Token(String),
    /// A program that prints the certificate, as the clouds have them.
    Exec(Identity),
}

/// A kubeconfig in the making: the first context is the current one.
pub(crate) struct Kubeconfig {
    authority: String,
    contexts: Vec<(String, String, Credentials)>,
}

impl Kubeconfig {
    /// An empty one for servers that the authority vouches for.
    pub(crate) fn new(authority: &str) -> Self {
        Self { authority: authority.to_owned(), contexts: Vec::new() }
    }

    /// One more context.
    #[must_use]
    pub(crate) fn with(mut self, context: &str, server: &str, credentials: Credentials) -> Self {
        self.contexts.push((context.to_owned(), server.to_owned(), credentials));
        self
    }

    /// Writes the file, and what it refers to beside it.
    pub(crate) fn write(&self, path: &Path) {
        let folder = path.parent().unwrap();
        let mut clusters = Vec::new();
        let mut contexts = Vec::new();
        let mut users = Vec::new();
        for (name, server, credentials) in &self.contexts {
            let authority = base64(self.authority.as_bytes());
            clusters.push(json!({
                "name": name,
                "cluster": {"server": server, "certificate-authority-data": authority},
            }));
            contexts.push(json!({"name": name, "context": {"cluster": name, "user": name}}));
            users.push(json!({"name": name, "user": user(folder, name, credentials)}));
        }
        let current = self.contexts.first().map_or("", |(name, ..)| name);
        let document = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": current,
            "clusters": clusters,
            "contexts": contexts,
            "users": users,
        });
        fs::write(path, serde_yaml::to_string(&document).unwrap()).unwrap();
    }
}

fn user(folder: &Path, name: &str, credentials: &Credentials) -> Value {
    match credentials {
        Credentials::Inline(Identity { certificate, key }) => json!({
            "client-certificate-data": base64(certificate.as_bytes()),
            "client-key-data": base64(key.as_bytes()),
        }),
        Credentials::Files(Identity { certificate, key }) => {
            fs::write(folder.join(format!("{name}.crt")), certificate).unwrap();
            fs::write(folder.join(format!("{name}.key")), key).unwrap();
            // Relative paths count from the file that names them.
            json!({"client-certificate": format!("{name}.crt"), "client-key": format!("{name}.key")})
        }
        Credentials::Token(token) => json!({"token": token}),
        Credentials::Exec(Identity { certificate, key }) => {
            let answer = json!({
                "apiVersion": "client.authentication.k8s.io/v1",
                "kind": "ExecCredential",
                "status": {"clientCertificateData": certificate, "clientKeyData": key},
            });
            let file = folder.join(format!("{name}.credential.json"));
            fs::write(&file, answer.to_string()).unwrap();
            json!({"exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": "cat",
                "args": [file],
                "interactiveMode": "Never",
            }})
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            let digit = (number >> (18 - 6 * place)) & 63;
            let shown = place <= chunk.len();
            text.push(if shown { char::from(ALPHABET[digit as usize]) } else { '=' });
        }
    }
    text
}

#[test]
fn base64_is_that_of_the_standard() {
    let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
    for (plain, coded) in cases {
        assert_eq!(base64(plain.as_bytes()), coded);
    }
}
