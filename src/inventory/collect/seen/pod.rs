//! What the pods and workloads of `kube-system` say.

use super::super::image;
use super::super::object::Container;
use super::super::object::Object;

/// A part of the cluster that runs as pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Part {
    /// A static pod.
    Apiserver,
    /// A static pod.
    ControllerManager,
    /// A static pod.
    Scheduler,
    /// A static pod, where etcd is stacked.
    Etcd,
    /// A pod of a daemon set, or a static pod.
    KubeProxy,
    /// Pods of a deployment.
    CoreDns,
}

impl Part {
    const ALL: [Self; 6] = [
        Self::Apiserver,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Etcd,
        Self::KubeProxy,
        Self::CoreDns,
    ];

    /// The value of the labels `component` and `k8s-app`, and the name of the container.
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Apiserver => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
            Self::KubeProxy => "kube-proxy",
            Self::CoreDns => "coredns",
        }
    }

    /// The part that a pod belongs to: by the label `component` that kubeadm, RKE2, GKE and AKS give
    /// it, or by `k8s-app`. A pod named after a part is not one.
    pub(super) fn of_pod(object: &Object) -> Option<Self> {
        let labels = &object.metadata.labels;
        let named = |key: &str, value: &str| labels.get(key).is_some_and(|label| label == value);
        Self::ALL.into_iter().find(|part| match part {
            // CoreDNS has kept the label of kube-dns; kube-dns itself has no container of its name.
            Self::CoreDns => {
                named("k8s-app", "kube-dns") && part.image(&object.spec.containers).is_some()
            }
            part => named("component", part.name()) || named("k8s-app", part.name()),
        })
    }

    /// The part that a workload is for.
    pub(super) fn of_workload(object: &Object) -> Option<Self> {
        let containers = &object.spec.template.spec.containers;
        [Self::KubeProxy, Self::CoreDns].into_iter().find(|part| part.image(containers).is_some())
    }

    /// The image of the container of this part.
    fn image(self, containers: &[Container]) -> Option<&str> {
        let container = containers.iter().find(|container| container.name == self.name());
        container.map(|container| container.image.as_str())
    }
}

/// A pod of a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct SeenPod {
    /// Whether it runs: a pod that waits, has ended or is being deleted says nothing of what runs.
    pub(in super::super) running: bool,
    /// The image of its container; empty where there is none.
    pub(in super::super) image: String,
}

impl SeenPod {
    pub(super) fn of(object: &Object, part: Part) -> Self {
        let Object { metadata, spec, status, .. } = object;
        let asked = part.image(&spec.containers).unwrap_or_default();
        let reported = part.image(&status.container_statuses).unwrap_or_default();
        // The runtime reports any name of the image, so what was asked for is better where it has a tag.
        let image = if image::tag(asked).is_some() { asked } else { reported };
        let phase = status.phase.as_str();
        Self {
            running: metadata.deletion_timestamp.is_none() && matches!(phase, "Running" | ""),
            image: image.to_owned(),
        }
    }
}

/// What a workload is to run. Ordered by generation, so that the later look wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Workload {
    pub(super) generation: i64,
    /// The image of its container.
    pub(in super::super) image: String,
    /// Whether every pod of it is of the newest template.
    pub(in super::super) rolled_out: bool,
}

impl Workload {
    pub(super) fn of(object: &Object, part: Part) -> Self {
        let Object { metadata, spec, status, .. } = object;
        Self {
            generation: metadata.generation,
            image: part.image(&spec.template.spec.containers).unwrap_or_default().to_owned(),
            rolled_out: status.observed_generation >= metadata.generation
                && status.updated_number_scheduled >= status.desired_number_scheduled,
        }
    }
}
