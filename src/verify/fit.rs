//! Whether the plan fits the cluster as it is now, instance by instance.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::plan::InstanceGroup;
use crate::plan::KubeProxyMode;
use crate::plan::Plan;
use crate::version::KubernetesVersion;

use super::codes::Code;
use super::report::Place;
use super::report::Report;

/// How many instances are named; the rest is counted.
const NAMED: usize = 20;

type Instances<'a> = BTreeMap<(Component, &'a str), Option<ComponentVersion>>;

/// How a cluster is not as the plan has it at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How much it weighs for the plan; information where the plan itself brings the instance there.
    pub severity: Severity,
    /// What sort of difference it is.
    pub kind: DifferenceKind,
    /// The instance; none where the cluster as a whole is meant.
    pub instance: Option<(Component, String)>,
    /// What the plan has.
    pub planned: Option<ComponentVersion>,
    /// What is there.
    pub found: Option<ComponentVersion>,
    /// The difference as a sentence.
    pub text: String,
}

/// What sort of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// The cluster is run in another way.
    Frame,
    /// An instance is gone.
    Gone,
    /// An instance runs another version.
    Moved,
    /// An instance is not in the plan.
    New,
}

/// Whether the findings say that the plan is not for the cluster that it was compared with.
pub fn does_not_fit(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| concerns_fit(finding) && finding.severity < Severity::Info)
}

/// Whether a finding is about the cluster that the plan was compared with, not about the plan.
pub fn concerns_fit(finding: &Finding) -> bool {
    finding.code == Code::InstanceMoved.entry().code
}

/// Names what differs between the initial state and the inventory. Where the digest says that they
/// are the same, the plan contradicts what it was made from.
pub(super) fn check(plan: &Plan, inventory: &Inventory, same: bool, report: &mut Report) {
    let mut differences: Vec<(Severity, String)> =
        differences(plan, inventory).into_iter().map(|it| (it.severity, it.text)).collect();
    if same {
        for (severity, _) in &mut differences {
            *severity = Severity::Error;
        }
    }
    // The weightiest first, so that they are the ones that are named.
    differences.sort_by_key(|(severity, _)| *severity);
    let rest = differences.split_off(differences.len().min(NAMED));
    if let Some((worst, _)) = rest.first() {
        differences.push((*worst, format!("{} more instances differ", rest.len())));
    }
    for (detail, (severity, difference)) in differences.into_iter().enumerate() {
        let place = Place::Key(if plan.resumed.is_empty() { "initialState" } else { "resumed" });
        report.add_as(severity, Code::InstanceMoved, place, detail as u64, || {
            let help = match severity {
                _ if same => "the state must be that of the inventory whose digest the plan names",
                Severity::Error | Severity::Warning => "plan again from this inventory",
                Severity::Info => "the plan is under way; go on where it stands",
            };
            [difference, help.to_owned()]
        });
    }
}

/// Everything in which the cluster is not as the plan has it at its start, or where it was taken up again,
/// instance by instance.
pub fn differences(plan: &Plan, inventory: &Inventory) -> Vec<Difference> {
    let mut differences = frame(plan, inventory);
    differences.extend(instances(plan, inventory));
    differences
}

/// What a plan is made for as a whole.
fn frame(plan: &Plan, inventory: &Inventory) -> Vec<Difference> {
    let start = plan.found();
    let difference = |text| Difference {
        severity: Severity::Error,
        kind: DifferenceKind::Frame,
        instance: None,
        planned: None,
        found: None,
        text,
    };
    let mut differences = Vec::new();
    if start.provider != inventory.provider {
        let (made_for, is) = (start.provider, inventory.provider);
        differences.push(difference(format!(
            "the plan is for provider {made_for}, and this cluster has {is}"
        )));
    }
    if start.etcd_topology != inventory.etcd.topology {
        let (made_for, is) = (start.etcd_topology, inventory.etcd.topology);
        differences.push(difference(format!(
            "the plan is for {made_for} etcd, and that of this cluster is {is}"
        )));
    }
    differences
}

/// Every instance that is not as the plan has it at its start.
fn instances(plan: &Plan, inventory: &Inventory) -> Vec<Difference> {
    let observed = observed(plan, inventory);
    let stated: BTreeMap<(Component, &str), &ComponentVersion> =
        each(&plan.found().instances).collect();
    let moved: Vec<_> = stated
        .iter()
        .filter(|(key, version)| match observed.get(*key) {
            Some(now) => now.as_ref().is_some_and(|now| now != **version),
            None => true,
        })
        .collect();
    let new: Vec<_> = observed
        .iter()
        .filter(|(key, _)| !stated.contains_key(*key))
        .filter_map(|(key, version)| version.as_ref().map(|version| (key, version)))
        .collect();
    if moved.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let way = Way::of(plan);
    let mut differences = Vec::new();
    for ((component, name), start) in moved {
        let what = format!("{component} of `{name}`");
        let instance = Some((*component, (*name).to_owned()));
        let planned = Some((*start).clone());
        differences.push(match observed.get(&(*component, *name)) {
            Some(Some(now)) => {
                let (severity, why) = way.judge((*component, name), start, now);
                let text = format!("{what} runs {now}, not {start}{why}");
                let found = Some(now.clone());
                Difference { severity, kind: DifferenceKind::Moved, instance, planned, found, text }
            }
            _ => Difference {
                severity: gravity(*component),
                kind: DifferenceKind::Gone,
                instance,
                planned,
                found: None,
                text: format!("{what} is gone"),
            },
        });
    }
    for ((component, name), version) in new {
        // A node that joined where the plan ends asks nothing of it.
        let severity = match gravity(*component) {
            Severity::Warning if way.ends_at(version) => Severity::Info,
            severity => severity,
        };
        differences.push(Difference {
            severity,
            kind: DifferenceKind::New,
            instance: Some((*component, (*name).to_owned())),
            planned: None,
            found: Some(version.clone()),
            text: format!("{component} of `{name}` at {version} is not in the plan"),
        });
    }
    differences
}

/// The plan rests on every member and every part of the control plane; nodes and clients come and go.
fn gravity(component: Component) -> Severity {
    match component {
        Component::Kubelet | Component::KubeProxy | Component::Kubectl => Severity::Warning,
        _ => Severity::Error,
    }
}

fn each(groups: &[InstanceGroup]) -> impl Iterator<Item = ((Component, &str), &ComponentVersion)> {
    groups.iter().flat_map(|group| {
        group.names.iter().map(|name| ((group.component, name.as_str()), &group.version))
    })
}

/// Where the plan brings each instance, stop by stop.
struct Way<'a> {
    plan: &'a Plan,
    stops: BTreeMap<(Component, &'a str), Vec<&'a ComponentVersion>>,
}

impl<'a> Way<'a> {
    fn of(plan: &'a Plan) -> Self {
        let daemon_set = plan.found().kube_proxy == KubeProxyMode::DaemonSet;
        let mut stops: BTreeMap<_, Vec<&ComponentVersion>> = BTreeMap::new();
        for (_, step) in plan.ahead() {
            for transition in &step.transitions {
                let component = transition.component;
                if component == Component::KubeProxy && daemon_set {
                    stops.entry((component, "kube-proxy")).or_default().push(&transition.to);
                    continue;
                }
                for target in &step.targets {
                    stops.entry((component, target.as_str())).or_default().push(&transition.to);
                }
            }
        }
        Self { plan, stops }
    }

    /// How much it weighs that an instance runs something else than at the start, and why.
    fn judge(
        &self,
        instance: (Component, &str),
        start: &ComponentVersion,
        now: &ComponentVersion,
    ) -> (Severity, String) {
        let stops = self.stops.get(&instance).map_or(&[][..], Vec::as_slice);
        if stops.contains(&now) {
            return (Severity::Info, ", where the plan brings it".to_owned());
        }
        match (now.cmp(start), stops.iter().max()) {
            (Ordering::Less, _) => (Severity::Error, ": it is behind the start".to_owned()),
            (_, Some(last)) if now < *last => {
                (Severity::Warning, ", which is no stop of the plan".to_owned())
            }
            (_, Some(last)) => (Severity::Error, format!(": the plan ends at {last}")),
            (_, None) => (Severity::Warning, ", and the plan does not move it".to_owned()),
        }
    }

    /// Whether a version is that of the target.
    fn ends_at(&self, version: &ComponentVersion) -> bool {
        version.kubernetes().is_some_and(|version| {
            version.minor() == self.plan.to.minor() && *version >= self.plan.to
        })
    }
}

/// What the inventory holds; `None` where a version is not known, which the plan may assume.
fn observed<'a>(plan: &Plan, inventory: &'a Inventory) -> Instances<'a> {
    let mut observed: Instances<'a> = BTreeMap::new();
    let version =
        |version: Option<&KubernetesVersion>| version.cloned().map(ComponentVersion::Kubernetes);
    for node in &inventory.control_plane {
        let name = node.name.as_str();
        for (component, known) in [
            (Component::KubeApiserver, node.apiserver.as_ref()),
            (Component::KubeControllerManager, node.controller_manager.as_ref()),
            (Component::KubeScheduler, node.scheduler.as_ref()),
            (Component::Kubelet, node.kubelet.as_ref()),
        ] {
            observed.insert((component, name), version(known));
        }
    }
    for member in &inventory.etcd.members {
        let known = member.version.clone().map(ComponentVersion::Etcd);
        observed.insert((Component::Etcd, member.name.as_str()), known);
    }
    for node in inventory.pools.iter().flat_map(|pool| &pool.nodes) {
        observed.insert((Component::Kubelet, node.name.as_str()), version(Some(&node.kubelet)));
    }
    for client in &inventory.clients {
        let known = version(client.kubectl.as_ref());
        observed.insert((Component::Kubectl, client.name.as_str()), known);
    }
    let proxy = version(inventory.kube_proxy.as_ref());
    match plan.found().kube_proxy {
        KubeProxyMode::DaemonSet => {
            observed.insert((Component::KubeProxy, "kube-proxy"), proxy);
        }
        KubeProxyMode::PerNode => {
            let own: BTreeMap<&str, &KubernetesVersion> =
                inventory.own_kube_proxies().map(|(name, own)| (name.as_str(), own)).collect();
            // A control-plane node without a kubelet has no pods to route for.
            let nodes: Vec<&str> = observed
                .iter()
                .filter(|((component, _), version)| {
                    *component == Component::Kubelet && version.is_some()
                })
                .map(|((_, name), _)| *name)
                .collect();
            observed.extend(nodes.into_iter().map(|name| {
                let runs = own.get(name).map(|it| ComponentVersion::Kubernetes((*it).clone()));
                ((Component::KubeProxy, name), runs.or_else(|| proxy.clone()))
            }));
        }
        KubeProxyMode::None if inventory.provider == Provider::Kubeadm => {
            if proxy.is_some() {
                observed.insert((Component::KubeProxy, "kube-proxy"), proxy);
            }
        }
        KubeProxyMode::None => {}
    }
    observed
}
