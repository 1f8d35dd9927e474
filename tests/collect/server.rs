//! As much of an API server as kubectl needs to read the objects of a fixture, over plain HTTP.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;

use serde_json::Value;
use serde_json::json;

use super::texts;

/// A server that answers until the test ends.
pub(crate) struct Server {
    pub(crate) address: String,
}

impl Server {
    /// Serves what stands in the texts of a cluster.
    pub(crate) fn of(cluster: &str) -> Self {
        let mut objects = Vec::new();
        let mut version = json!({"gitVersion": "v1.30.8"});
        for (_, text) in texts(cluster) {
            let Ok(mut value) = serde_json::from_slice::<Value>(&text) else { continue };
            match value.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => objects.extend(items),
                _ if value["serverVersion"].is_object() => version = value["serverVersion"].clone(),
                _ => objects.push(value),
            }
        }
        if !objects.iter().any(|object| object["kind"] == "Namespace") {
            let metadata = json!({"name": "kube-system", "uid": "0"});
            objects.push(json!({"kind": "Namespace", "apiVersion": "v1", "metadata": metadata}));
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                _ = answer(&stream, &objects, &version);
            }
        });
        Self { address }
    }
}

fn answer(mut stream: &TcpStream, objects: &[Value], version: &Value) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (status, body) = match body(path, query, objects, version) {
        Some(body) => ("200 OK", body),
        None => (
            "404 Not Found",
            json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}),
        ),
    };
    let body = body.to_string();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn resource(name: &str, kind: &str, namespaced: bool) -> Value {
    json!({"name": name, "singularName": "", "kind": kind, "namespaced": namespaced, "verbs": ["get", "list"]})
}

const RESOURCES: [(&str, &str); 6] = [
    ("nodes", "Node"),
    ("namespaces", "Namespace"),
    ("pods", "Pod"),
    ("configmaps", "ConfigMap"),
    ("daemonsets", "DaemonSet"),
    ("deployments", "Deployment"),
];

fn body(path: &str, query: &str, objects: &[Value], version: &Value) -> Option<Value> {
    match path {
        "/version" => return Some(version.clone()),
        "/api" => return Some(json!({"kind": "APIVersions", "versions": ["v1"]})),
        "/apis" => {
            let version = json!({"groupVersion": "apps/v1", "version": "v1"});
            let group = json!({"name": "apps", "versions": [version], "preferredVersion": version});
            return Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]}));
        }
        "/api/v1" | "/apis/apps/v1" => {
            let apps = path != "/api/v1";
            let here = RESOURCES.iter().enumerate().filter(|(at, _)| (*at >= 4) == apps);
            let here: Vec<Value> =
                here.map(|(at, (name, kind))| resource(name, kind, at >= 2)).collect();
            let group = if apps { "apps/v1" } else { "v1" };
            return Some(
                json!({"kind": "APIResourceList", "groupVersion": group, "resources": here}),
            );
        }
        _ => {}
    }
    let mut parts = path.split('/').skip_while(|part| *part != "v1").skip(1);
    let mut part = parts.next()?;
    let mut name = parts.next();
    if part == "namespaces"
        && name.is_some()
        && let Some(inside) = parts.next()
    {
        (part, name) = (inside, parts.next());
    }
    let kind = RESOURCES.iter().find(|(known, _)| *known == part)?.1;
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    if let Some(name) = name {
        return found.find(|object| object["metadata"]["name"] == name).cloned();
    }
    let label = ["component", "k8s-app"].into_iter().find(|label| {
        query.contains(&format!("labelSelector={label}+"))
            || query.contains(&format!("labelSelector={label}%20"))
    });
    let items: Vec<&Value> = found
        .filter(|object| label.is_none_or(|label| object["metadata"]["labels"][label].is_string()))
        .collect();
    let group = if matches!(kind, "DaemonSet" | "Deployment") { "apps/v1" } else { "v1" };
    Some(
        json!({"kind": format!("{kind}List"), "apiVersion": group, "metadata": {"resourceVersion": "1"}, "items": items}),
    )
}
