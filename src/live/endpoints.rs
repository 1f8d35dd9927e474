//! What a collection asks the API server for, as one table.
//!
//! The requests, the permissions that they take, the printed manifest and the commands by which a
//! person settles what could not be read all follow from it, so that they cannot drift apart.

use std::fmt;

const KUBE_SYSTEM: &str = "kube-system";

/// One thing that the API server is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// A stable name, such as `scheduler-pods`.
    pub id: &'static str,
    /// What it tells, in words.
    pub what: &'static str,
    /// What is asked for.
    pub target: Target,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The release of the API server that answers.
    Version,
    /// Objects of a kind, page by page.
    List {
        /// The kind.
        resource: Resource,
        /// Which of them, as a label selector.
        selector: Option<&'static str>,
    },
    /// One object: the first of these names that there is.
    Object {
        /// The kind.
        resource: Resource,
        /// The names.
        names: &'static [&'static str],
    },
}

/// A kind of object, as the API server's paths spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    group: &'static str,
    plural: &'static str,
    namespace: Option<&'static str>,
}

const NODES: Resource = Resource { group: "", plural: "nodes", namespace: None };
const PODS: Resource = Resource { group: "", plural: "pods", namespace: Some(KUBE_SYSTEM) };
const CONFIG_MAPS: Resource =
    Resource { group: "", plural: "configmaps", namespace: Some(KUBE_SYSTEM) };
const DAEMON_SETS: Resource =
    Resource { group: "apps", plural: "daemonsets", namespace: Some(KUBE_SYSTEM) };
const DEPLOYMENTS: Resource =
    Resource { group: "apps", plural: "deployments", namespace: Some(KUBE_SYSTEM) };

/// kubeadm named the kubelets' configuration after the minor until 1.23.
const KUBELET_CONFIGS: &[&str] = &[
    "kubelet-config",
    "kubelet-config-1.23",
    "kubelet-config-1.22",
    "kubelet-config-1.21",
    "kubelet-config-1.20",
    "kubelet-config-1.19",
];

const fn pods(id: &'static str, what: &'static str, selector: &'static str) -> Endpoint {
    Endpoint { id, what, target: Target::List { resource: PODS, selector: Some(selector) } }
}

const fn object(
    id: &'static str,
    what: &'static str,
    resource: Resource,
    names: &'static [&'static str],
) -> Endpoint {
    Endpoint { id, what, target: Target::Object { resource, names } }
}

/// Everything that a collection asks for, in this order. Nothing else is ever requested.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        id: "version",
        what: "the release of the kube-apiserver that answers",
        target: Target::Version,
    },
    Endpoint {
        id: "nodes",
        what: "the nodes, their kubelets, systems and taints",
        target: Target::List { resource: NODES, selector: None },
    },
    pods("apiserver-pods", "the release of every kube-apiserver", "component=kube-apiserver"),
    pods(
        "controller-manager-pods",
        "the release of every kube-controller-manager",
        "component=kube-controller-manager",
    ),
    pods("scheduler-pods", "the release of every kube-scheduler", "component=kube-scheduler"),
    pods("etcd-pods", "the release of every stacked etcd member", "component=etcd"),
    pods("kube-proxy-pods", "the kube-proxy of every node", "k8s-app=kube-proxy"),
    object("kube-proxy", "the DaemonSet of kube-proxy", DAEMON_SETS, &["kube-proxy"]),
    object("coredns", "the Deployment of CoreDNS", DEPLOYMENTS, &["coredns"]),
    object(
        "kubeadm-config",
        "what kubeadm was told: external etcd, image tags, feature gates, flags",
        CONFIG_MAPS,
        &["kubeadm-config"],
    ),
    object(
        "kubelet-config",
        "the feature gates and flags of the kubelets",
        CONFIG_MAPS,
        KUBELET_CONFIGS,
    ),
    object("kube-proxy-config", "the configuration of kube-proxy", CONFIG_MAPS, &["kube-proxy"]),
];

/// What a user must be permitted for an endpoint, in the words of RBAC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// A path that is no resource.
    Path(&'static str),
    /// A verb on a kind of object.
    Resource {
        /// Where; `None`: the whole cluster.
        namespace: Option<&'static str>,
        /// The API group; empty: the core group.
        group: &'static str,
        /// The kind.
        resource: &'static str,
        /// `get` or `list`.
        verb: &'static str,
        /// The objects by name; empty where a verb cannot be limited to names, as `list` cannot.
        names: &'static [&'static str],
    },
}

#[cfg(feature = "live")]
impl Permission {
    /// A short name for it, such as `pods`.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Path(path) => path.trim_start_matches('/').replace('/', "-"),
            Self::Resource { resource, names, .. } => match names {
                [name, ..] => format!("{resource}-{name}"),
                [] => (*resource).to_owned(),
            },
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(formatter, "`get` on the path `{path}`"),
            Self::Resource { namespace, group, resource, verb, names } => {
                let dot = if group.is_empty() { "" } else { "." };
                write!(formatter, "`{verb}` on `{resource}{dot}{group}`")?;
                if let [name, ..] = names {
                    write!(formatter, " named `{name}`")?;
                }
                match namespace {
                    Some(namespace) => write!(formatter, " in namespace `{namespace}`"),
                    None => formatter.write_str(" in the whole cluster"),
                }
            }
        }
    }
}

impl Resource {
    fn path(&self) -> String {
        let Self { group, plural, namespace } = self;
        let root =
            if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }
    }

    /// The command that prints all of them, without a form.
    pub(super) fn kubectl(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("kubectl -n {namespace} get {}", self.plural),
            None => format!("kubectl get {}", self.plural),
        }
    }
}

impl Endpoint {
    /// The paths that are requested, without limit and continuation: the next one where the one
    /// before is not there.
    pub fn paths(&self) -> Vec<String> {
        match self.target {
            Target::Version => vec!["/version".to_owned()],
            Target::List { resource, selector: None } => vec![resource.path()],
            Target::List { resource, selector: Some(selector) } => {
                vec![format!("{}?labelSelector={}", resource.path(), encoded(selector))]
            }
            Target::Object { resource, names } => {
                names.iter().map(|name| format!("{}/{name}", resource.path())).collect()
            }
        }
    }

    /// Whether the answer is a list that may come in pages.
    pub fn is_list(&self) -> bool {
        matches!(self.target, Target::List { .. })
    }

    /// Whether the answer is one object, which may not be there.
    pub fn is_object(&self) -> bool {
        matches!(self.target, Target::Object { .. })
    }

    /// What a user must be permitted to read it.
    pub fn permission(&self) -> Permission {
        let of = |resource: Resource, verb, names| Permission::Resource {
            namespace: resource.namespace,
            group: resource.group,
            resource: resource.plural,
            verb,
            names,
        };
        match self.target {
            Target::Version => Permission::Path("/version"),
            Target::List { resource, .. } => of(resource, "list", &[]),
            Target::Object { resource, names } => of(resource, "get", names),
        }
    }

    /// The command by which a person who may read it finds out.
    pub fn settle(&self) -> String {
        match self.target {
            Target::Version => "kubectl version -o json".to_owned(),
            Target::List { resource, selector: None } => format!("{} -o json", resource.kubectl()),
            Target::List { resource, selector: Some(selector) } => {
                format!("{} -l {selector} -o json", resource.kubectl())
            }
            Target::Object { resource, names } => {
                let name = names.first().copied().unwrap_or_default();
                format!("{} {name} -o json", resource.kubectl())
            }
        }
    }
}

/// A value of a query, percent-encoded.
pub(super) fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ENDPOINTS;

    fn endpoint(id: &str) -> super::Endpoint {
        *ENDPOINTS.iter().find(|endpoint| endpoint.id == id).unwrap()
    }

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.id).collect();
        assert_eq!(ids.len(), ENDPOINTS.len());
    }

    #[test]
    fn paths_permissions_and_commands_follow_from_the_target() {
        for (id, path, permission, settle) in [
            ("version", "/version", "`get` on the path `/version`", "kubectl version -o json"),
            (
                "nodes",
                "/api/v1/nodes",
                "`list` on `nodes` in the whole cluster",
                "kubectl get nodes -o json",
            ),
            (
                "etcd-pods",
                "/api/v1/namespaces/kube-system/pods?labelSelector=component%3Detcd",
                "`list` on `pods` in namespace `kube-system`",
                "kubectl -n kube-system get pods -l component=etcd -o json",
            ),
            (
                "coredns",
                "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
                "`get` on `deployments.apps` named `coredns` in namespace `kube-system`",
                "kubectl -n kube-system get deployments coredns -o json",
            ),
        ] {
            let endpoint = endpoint(id);
            assert_eq!(endpoint.paths()[0], path);
            assert_eq!(endpoint.permission().to_string(), permission);
            assert_eq!(endpoint.settle(), settle);
        }
        assert_eq!(endpoint("kubelet-config").paths().len(), 6);
    }
}
