//! The permission that a collection takes, as a manifest: what [`ENDPOINTS`] asks for and no more.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::Value;
use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::yaml;

use super::endpoints::ENDPOINTS;
use super::endpoints::Permission;

/// The name of the roles and their bindings.
const NAME: &str = "kubehop-inventory";
const GROUP: &str = "rbac.authorization.k8s.io";

/// Who is permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user, by the name that the API server knows.
    User(String),
    /// A group of users.
    Group(String),
    /// A service account, which the manifest creates.
    ServiceAccount {
        /// Its namespace, which must be there.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// A text that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{input}` names nobody; expected `user:NAME`, `group:NAME` or `serviceaccount:NAMESPACE/NAME`"
)]
pub struct ParseSubjectError {
    input: String,
}

impl Default for Subject {
    fn default() -> Self {
        Self::ServiceAccount { namespace: "kube-system".to_owned(), name: NAME.to_owned() }
    }
}

impl FromStr for Subject {
    type Err = ParseSubjectError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let error = || ParseSubjectError { input: input.to_owned() };
        let (kind, name) = input.split_once(':').ok_or_else(error)?;
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(error());
        }
        match kind {
            "user" => Ok(Self::User(name.to_owned())),
            "group" => Ok(Self::Group(name.to_owned())),
            "serviceaccount" => match name.split_once('/') {
                Some((namespace, name)) if is_label(namespace) && is_label(name) => {
                    Ok(Self::ServiceAccount { namespace: namespace.into(), name: name.into() })
                }
                _ => Err(error()),
            },
            _ => Err(error()),
        }
    }
}

fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl Subject {
    fn reference(&self) -> Value {
        match self {
            Self::User(name) => json!({"apiGroup": GROUP, "kind": "User", "name": name}),
            Self::Group(name) => json!({"apiGroup": GROUP, "kind": "Group", "name": name}),
            Self::ServiceAccount { namespace, name } => {
                json!({"kind": "ServiceAccount", "name": name, "namespace": namespace})
            }
        }
    }
}

/// The manifest: a cluster role and a role for each namespace, bound to the subject.
///
/// # Errors
///
/// None that is known: the documents are plain.
pub fn manifest(subject: &Subject) -> Result<String, Diagnostic> {
    let mut text = String::from(
        "# What kubehop reads of a live cluster, and nothing else: no verb here changes anything.\n",
    );
    let mut documents = Vec::new();
    if let Subject::ServiceAccount { namespace, name } = subject {
        _ = writeln!(
            text,
            "# A token for it, good for one hour: kubectl -n {namespace} create token {name}"
        );
        documents.push(json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": namespace},
        }));
    }
    for (namespace, rules) in rules() {
        let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
        let mut metadata = json!({"name": NAME});
        if let Some(namespace) = namespace {
            metadata["namespace"] = json!(namespace);
        }
        documents.push(json!({
            "apiVersion": format!("{GROUP}/v1"),
            "kind": kind,
            "metadata": metadata,
            "rules": rules,
        }));
        documents.push(json!({
            "apiVersion": format!("{GROUP}/v1"),
            "kind": format!("{kind}Binding"),
            "metadata": metadata,
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": NAME},
            "subjects": [subject.reference()],
        }));
    }
    for document in documents {
        let document = yaml::write(&document)
            .map_err(|error| Diagnostic::error(format!("cannot write YAML: {error}")))?;
        _ = write!(text, "---\n{document}");
    }
    Ok(text)
}

/// What permissions are merged by: API group, kind, verb, and whether objects are named.
type Key = (&'static str, &'static str, &'static str, bool);

/// The rules for the whole cluster, then those of each namespace.
fn rules() -> BTreeMap<Option<&'static str>, Vec<Value>> {
    let mut paths = BTreeSet::new();
    let mut merged: BTreeMap<Option<&str>, BTreeMap<Key, BTreeSet<&str>>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        match endpoint.permission() {
            Permission::Path(path) => {
                paths.insert(path);
            }
            Permission::Resource { namespace, group, resource, verb, names } => {
                let rules = merged.entry(namespace).or_default();
                rules.entry((group, resource, verb, names.is_empty())).or_default().extend(names);
            }
        }
    }
    let mut rules: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for (namespace, merged) in merged {
        for ((group, resource, verb, _), names) in merged {
            let mut rule = json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
            if !names.is_empty() {
                rule["resourceNames"] = json!(names);
            }
            rules.entry(namespace).or_default().push(rule);
        }
    }
    for path in paths {
        let rule = json!({"nonResourceURLs": [path], "verbs": ["get"]});
        rules.entry(None).or_default().push(rule);
    }
    rules
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::endpoints::ENDPOINTS;
    use super::super::endpoints::Permission;
    use super::Subject;
    use super::manifest;
    use super::rules;

    /// A permission in its smallest pieces: namespace, kind, verb, object.
    type Piece = (String, String, String, String);

    fn asked() -> BTreeSet<Piece> {
        let mut pieces = BTreeSet::new();
        for endpoint in ENDPOINTS {
            match endpoint.permission() {
                Permission::Path(path) => {
                    pieces.insert((String::new(), path.into(), "get".into(), String::new()));
                }
                Permission::Resource { namespace, group, resource, verb, names } => {
                    let names = if names.is_empty() { &[""] } else { names };
                    pieces.extend(names.iter().map(|name| {
                        let namespace = namespace.unwrap_or_default().to_owned();
                        (namespace, format!("{group}/{resource}"), verb.into(), (*name).into())
                    }));
                }
            }
        }
        pieces
    }

    fn permitted() -> BTreeSet<Piece> {
        let list = |rule: &Value, key: &str| -> Vec<String> {
            let list = rule[key].as_array().into_iter().flatten();
            list.map(|item| item.as_str().unwrap().to_owned()).collect()
        };
        let mut pieces = BTreeSet::new();
        for (namespace, rules) in rules() {
            let namespace = namespace.unwrap_or_default();
            for rule in rules {
                let mut kinds = list(&rule, "nonResourceURLs");
                for group in list(&rule, "apiGroups") {
                    let kinds_of = list(&rule, "resources").into_iter();
                    kinds.extend(kinds_of.map(|resource| format!("{group}/{resource}")));
                }
                let mut names = list(&rule, "resourceNames");
                if names.is_empty() {
                    names.push(String::new());
                }
                for kind in &kinds {
                    for verb in list(&rule, "verbs") {
                        pieces.extend(names.iter().map(|name| {
                            (namespace.to_owned(), kind.clone(), verb.clone(), name.clone())
                        }));
                    }
                }
            }
        }
        pieces
    }

    #[test]
    fn permits_what_is_asked_for_and_no_more() {
        assert_eq!(permitted(), asked());
        assert!(asked().iter().all(|(_, _, verb, _)| verb == "get" || verb == "list"));
    }

    #[test]
    fn binds_whom_it_is_told_to() {
        for (text, part) in [
            ("user:jane", "kind: User"),
            ("group:ops:night", "name: 'ops:night'"),
            ("serviceaccount:ops/reader", "create token reader"),
        ] {
            let manifest = manifest(&text.parse().unwrap()).unwrap();
            assert!(manifest.contains(part), "{manifest}");
        }
        for wrong in ["jane", "user:", "robot:jane", "serviceaccount:jane", "serviceaccount:a/B"] {
            assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
        }
        let manifest = manifest(&Subject::default()).unwrap();
        assert_eq!(manifest.matches("\n---\n").count(), 5, "{manifest}");
    }
}
