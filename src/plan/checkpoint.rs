//! What must hold after a step, as a typed probe: one source for the shell command of the runbook
//! and for what the program evaluates itself.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What must hold after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// A stable name inside the step, such as `nodes-ready`.
    pub id: String,
    /// What is looked at.
    pub title: String,
    /// How it is looked at.
    pub probe: Probe,
    /// The probe as a shell command.
    pub run: String,
    /// The answer that lets the upgrade go on. Of an `api` probe it is the JSON that the filter must give,
    /// as `jq -c` prints it, and of a `raw` probe the text of the answer, so that it can be compared.
    pub expect: String,
}

/// How something is looked at. Which keys are set depends on `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// What sort of look it is.
    pub kind: ProbeKind,
    /// `api`: the resource, such as `nodes` or `deployments.apps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// `api`: the namespace; absent for cluster-wide resources, `*` for all namespaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `api`: one object by name; absent for a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `api`: a label selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// `api`: the jq filter over the answer; it must print what `expect` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jq: Option<String>,
    /// `raw`: the path under the API server, such as `/readyz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `etcd`, `node`, `manual`: the shell command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// What sort of look a probe is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeKind {
    /// A resource read through the Kubernetes API.
    Api,
    /// A raw path of the Kubernetes API.
    Raw,
    /// An etcd endpoint, asked from a host that has its certificates.
    Etcd,
    /// A command on a node.
    Node,
    /// A person looks.
    Manual,
}

impl Probe {
    /// Objects of a resource, filtered by jq.
    pub fn api(resource: &str, namespace: Option<&str>, jq: &str) -> Self {
        Self {
            kind: ProbeKind::Api,
            resource: Some(resource.to_owned()),
            namespace: namespace.map(str::to_owned),
            jq: Some(jq.to_owned()),
            ..Self::empty(ProbeKind::Api)
        }
    }

    /// A raw path of the API server.
    pub fn raw(path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::empty(ProbeKind::Raw) }
    }

    /// A command for etcd, a node or a person.
    pub fn command(kind: ProbeKind, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..Self::empty(kind) }
    }

    fn empty(kind: ProbeKind) -> Self {
        Self {
            kind,
            resource: None,
            namespace: None,
            name: None,
            selector: None,
            jq: None,
            path: None,
            command: None,
        }
    }

    /// Narrows an `api` probe to one object.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Narrows an `api` probe by label.
    #[must_use]
    pub fn labelled(mut self, selector: &str) -> Self {
        self.selector = Some(selector.to_owned());
        self
    }

    /// The probe as a shell command. Every text in it is quoted.
    pub fn shell(&self) -> String {
        let quote = |text: &str| shell_word(text);
        match self.kind {
            ProbeKind::Api => {
                let mut line = String::from("kubectl get ");
                line.push_str(&quote(self.resource.as_deref().unwrap_or_default()));
                if let Some(name) = &self.name {
                    line.push(' ');
                    line.push_str(&quote(name));
                }
                match self.namespace.as_deref() {
                    Some("*") => line.push_str(" -A"),
                    Some(namespace) => _ = write!(line, " -n {}", quote(namespace)),
                    None => {}
                }
                if let Some(selector) = &self.selector {
                    _ = write!(line, " -l {}", quote(selector));
                }
                line.push_str(" -o json | jq -c ");
                line.push_str(&quote(self.jq.as_deref().unwrap_or(".")));
                line
            }
            ProbeKind::Raw => {
                format!("kubectl get --raw {}", quote(self.path.as_deref().unwrap_or("/")))
            }
            ProbeKind::Etcd | ProbeKind::Node | ProbeKind::Manual => {
                self.command.clone().unwrap_or_default()
            }
        }
    }
}

/// A word that a POSIX shell gives back as it is.
pub fn shell_word(text: &str) -> String {
    // A NUL cannot stand in a command; names cannot contain one, so this only guards.
    shlex::try_quote(&text.replace('\0', "")).map_or_else(|_| "''".to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::Probe;

    #[test]
    fn the_shell_command_quotes_what_it_was_given() {
        let probe = Probe::api("pods", Some("kube-system"), "[.items[]|.metadata.name]")
            .labelled("component=etcd");
        assert_eq!(
            probe.shell(),
            "kubectl get pods -n kube-system -l 'component=etcd' -o json | jq -c '[.items[]|.metadata.name]'"
        );
        assert_eq!(
            Probe::api("nodes", None, ".").named("a;b").shell(),
            "kubectl get nodes 'a;b' -o json | jq -c ."
        );
        assert_eq!(Probe::raw("/readyz").shell(), "kubectl get --raw /readyz");
    }
}
