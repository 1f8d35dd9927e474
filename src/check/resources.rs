//! The kinds of objects that a probe may name.

/// A kind of object, as a probe and as the API server's paths spell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty: the core group.
    pub group: &'static str,
    /// The kind, as paths spell it.
    pub plural: &'static str,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

const fn cluster(group: &'static str, plural: &'static str) -> Resource {
    Resource { group, plural, namespaced: false }
}

const fn namespaced(group: &'static str, plural: &'static str) -> Resource {
    Resource { group, plural, namespaced: true }
}

/// Every kind that a probe may name, all at version `v1` of their group. Secrets are not among them,
/// nor is anything that has `exec`, `proxy` or the like without being named for its own sake.
pub const RESOURCES: &[Resource] = &[
    cluster("", "nodes"),
    cluster("", "namespaces"),
    cluster("", "persistentvolumes"),
    cluster("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    cluster("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    cluster("apiextensions.k8s.io", "customresourcedefinitions"),
    cluster("apiregistration.k8s.io", "apiservices"),
    cluster("scheduling.k8s.io", "priorityclasses"),
    cluster("storage.k8s.io", "csidrivers"),
    cluster("storage.k8s.io", "csinodes"),
    cluster("storage.k8s.io", "storageclasses"),
    cluster("storage.k8s.io", "volumeattachments"),
    namespaced("", "configmaps"),
    namespaced("", "endpoints"),
    namespaced("", "persistentvolumeclaims"),
    namespaced("", "pods"),
    namespaced("", "services"),
    namespaced("apps", "daemonsets"),
    namespaced("apps", "deployments"),
    namespaced("apps", "replicasets"),
    namespaced("apps", "statefulsets"),
    namespaced("autoscaling", "horizontalpodautoscalers"),
    namespaced("batch", "cronjobs"),
    namespaced("batch", "jobs"),
    namespaced("coordination.k8s.io", "leases"),
    namespaced("discovery.k8s.io", "endpointslices"),
    namespaced("networking.k8s.io", "ingresses"),
    namespaced("networking.k8s.io", "networkpolicies"),
    namespaced("policy", "poddisruptionbudgets"),
];

impl Resource {
    /// The name by which kubectl knows it, such as `nodes` or `deployments.apps`.
    pub fn name(&self) -> String {
        let Self { group, plural, namespaced: _ } = self;
        if group.is_empty() { (*plural).to_owned() } else { format!("{plural}.{group}") }
    }

    /// The kind that goes by a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RESOURCES.iter().find(|resource| resource.name() == name)
    }

    /// The path of all of them, or of those in one namespace.
    pub(super) fn path(&self, namespace: Option<&str>) -> String {
        let Self { group, plural, namespaced: _ } = self;
        let root =
            if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }
    }
}
