//! Access rules: a manifest bound to a user, whole or with one permission taken out.

use std::thread;
use std::time::Duration;
use std::time::Instant;

use serde::Deserialize as _;
use serde_json::Value;
use serde_json::json;

use crate::client::Client;

/// What a collection needs, as long as the program prints no manifest of its own.
pub(crate) const STAND_IN: &str = include_str!("access.yaml");

/// One verb on one kind of object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Permission {
    group: String,
    pub(crate) resource: String,
    pub(crate) verb: String,
    /// The one object that is meant; empty: all.
    object: String,
    /// Empty: the whole cluster.
    namespace: String,
}

impl Permission {
    fn rule(&self) -> Value {
        let Self { group, resource, verb, object, namespace: _ } = self;
        if resource.starts_with('/') {
            return json!({"nonResourceURLs": [resource], "verbs": [verb]});
        }
        let mut rule = json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
        if !object.is_empty() {
            rule["resourceNames"] = json!([object]);
        }
        rule
    }

    fn question(&self) -> Value {
        let Self { group, resource, verb, object, namespace } = self;
        let asked = if resource.starts_with('/') {
            json!({"nonResourceAttributes": {"path": resource, "verb": verb}})
        } else {
            json!({"resourceAttributes": {
                "group": group, "resource": resource, "verb": verb, "name": object,
                "namespace": namespace,
            }})
        };
        json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": asked,
        })
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { group, resource, verb, object, namespace } = self;
        write!(f, "{verb} {resource}")?;
        for (word, text) in [(".", group), ("/", object), (" in ", namespace)] {
            if !text.is_empty() {
                write!(f, "{word}{text}")?;
            }
        }
        Ok(())
    }
}

/// Every single permission of the roles of a manifest.
pub(crate) fn permissions(manifest: &str) -> Vec<Permission> {
    let mut found = Vec::new();
    for role in documents(manifest).iter().filter(|object| is_role(object)) {
        let namespace = text(&role["metadata"]["namespace"]);
        for rule in list(&role["rules"]) {
            let objects = or_all(list(&rule["resourceNames"]));
            for verb in list(&rule["verbs"]) {
                for path in list(&rule["nonResourceURLs"]) {
                    found.push(Permission {
                        group: String::new(),
                        resource: text(path),
                        verb: text(verb),
                        object: String::new(),
                        namespace: String::new(),
                    });
                }
                for (group, resource) in pairs(rule) {
                    found.extend(objects.iter().map(|object| Permission {
                        group: group.clone(),
                        resource: resource.clone(),
                        verb: text(verb),
                        object: object.clone(),
                        namespace: namespace.clone(),
                    }));
                }
            }
        }
    }
    found
}

/// Creates roles of exactly these permissions, bound to the user.
pub(crate) fn grant(admin: &Client, user: &str, permissions: &[Permission]) {
    let mut namespaces: Vec<_> = permissions.iter().map(|each| each.namespace.clone()).collect();
    namespaces.sort();
    namespaces.dedup();
    for namespace in namespaces {
        let rules: Vec<_> = permissions
            .iter()
            .filter(|each| each.namespace == namespace)
            .map(Permission::rule)
            .collect();
        let (prefix, path) = if namespace.is_empty() {
            ("Cluster", String::new())
        } else {
            ("", format!("/namespaces/{namespace}"))
        };
        let base = format!("/apis/rbac.authorization.k8s.io/v1{path}");
        let metadata = json!({"name": user});
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": format!("{prefix}Role"),
            "metadata": metadata,
            "rules": rules,
        });
        let binding = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": format!("{prefix}RoleBinding"),
            "metadata": metadata,
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": format!("{prefix}Role"),
                "name": user,
            },
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
        });
        let kind = prefix.to_lowercase();
        admin.create(&format!("{base}/{kind}roles"), &role).good("role");
        admin.create(&format!("{base}/{kind}rolebindings"), &binding).good("binding");
    }
}

/// Creates the objects of a manifest as they are, for a user that the manifest itself names.
pub(crate) fn apply(admin: &Client, manifest: &str) {
    for object in documents(manifest) {
        let (kind, version) = (text(&object["kind"]), text(&object["apiVersion"]));
        let root = if version.contains('/') { "apis" } else { "api" };
        let namespace = text(&object["metadata"]["namespace"]);
        let namespace =
            if namespace.is_empty() { namespace } else { format!("/namespaces/{namespace}") };
        let path = format!("/{root}/{version}{namespace}/{}s", kind.to_lowercase());
        let answer = admin.create(&path, &object);
        assert!(answer.status == 409 || answer.status < 300, "{kind}: {answer:?}");
    }
}

/// Whether the API server lets the user of this client do this.
pub(crate) fn may(user: &Client, permission: &Permission) -> bool {
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = user.create(path, &permission.question()).good("access review");
    answer["status"]["allowed"] == json!(true)
}

/// Waits until the server knows of the user's permissions: it reads its own roles with a delay.
pub(crate) fn wait_until_granted(user: &Client, permissions: &[Permission]) {
    let start = Instant::now();
    for permission in permissions {
        while !may(user, permission) {
            assert!(start.elapsed() < Duration::from_secs(20), "not granted: {permission}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn documents(manifest: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(manifest)
        .map(|document| Value::deserialize(document).unwrap())
        .filter(|document| !document.is_null())
        .collect()
}

fn is_role(object: &Value) -> bool {
    ["Role", "ClusterRole"].iter().any(|kind| object["kind"] == *kind)
}

fn pairs(rule: &Value) -> Vec<(String, String)> {
    let groups = list(&rule["apiGroups"]);
    let of_group = |group: &Value| {
        let group = text(group);
        list(&rule["resources"])
            .iter()
            .map(move |each| (group.clone(), text(each)))
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn or_all(names: &[Value]) -> Vec<String> {
    if names.is_empty() { vec![String::new()] } else { names.iter().map(text).collect() }
}

/// The service account that a manifest binds its roles to, as namespace and name.
pub(crate) fn service_account(manifest: &str) -> Option<(String, String)> {
    let subjects =
        documents(manifest).into_iter().flat_map(|each| list(&each["subjects"]).to_vec());
    subjects
        .filter(|subject| subject["kind"] == "ServiceAccount")
        .map(|subject| (text(&subject["namespace"]), text(&subject["name"])))
        .next()
}
