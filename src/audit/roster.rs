//! Every instance of the cluster, measured against the policy: what it may run, and what is wrong
//! with what it runs. Reasons are data here; the sentences are made in `checks`.

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::inventory::ControlPlaneNode;
use crate::inventory::Inventory;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::policy::Excess;
use crate::policy::RuleId;
use crate::policy::SkewRule;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::model::Allowed;
use super::model::Verdict;

/// What is wrong with the version of an instance; the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It breaks a rule of the policy, beside this reference.
    Outside { rule: RuleId, excess: Excess, reference: MinorVersion },
    /// It fits now, and falls out of its range when the kube-apiservers reach the next minor.
    Edge,
    /// The policy permits the next hop, kubeadm refuses it.
    ToolWindow,
    /// It fits, but is older than the kube-apiserver that it belongs to.
    Lags,
}

/// One instance.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) component: Component,
    pub(super) instance: InstanceName,
    pub(super) pool: Option<PoolName>,
    pub(super) version: Option<ComponentVersion>,
    pub(super) allowed: Allowed,
    pub(super) fault: Option<Fault>,
    pub(super) verdict: Verdict,
}

impl Row {
    /// The minor, unless this is etcd or not known.
    pub(super) fn minor(&self) -> Option<MinorVersion> {
        self.version.as_ref()?.kubernetes().map(KubernetesVersion::minor)
    }

    /// Whether it is outside a rule of the policy.
    pub(super) const fn breaks_policy(&self) -> bool {
        matches!(self.fault, Some(Fault::Outside { .. }))
    }
}

/// The oldest and the newest minor of the kube-apiservers that are known.
pub(super) fn apiserver_minors(inventory: &Inventory) -> Option<(MinorVersion, MinorVersion)> {
    let oldest = inventory.oldest_apiserver()?.minor();
    let newest = inventory.newest_apiserver()?.minor();
    Some((oldest, newest))
}

/// What instances are measured with.
struct Measure<'a> {
    policy: &'a VersionSkewPolicy,
    tool: Option<&'a ToolRules>,
    /// The minors of the kube-apiservers, without repetition, oldest first.
    apiservers: Vec<MinorVersion>,
}

/// Every instance, in canonical order: by component, control plane before pools.
pub(super) fn rows(
    inventory: &Inventory,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
) -> Vec<Row> {
    let mut apiservers: Vec<MinorVersion> = inventory
        .control_plane
        .iter()
        .filter_map(|node| node.apiserver.as_ref().map(KubernetesVersion::minor))
        .collect();
    apiservers.sort_unstable();
    apiservers.dedup();
    let tool = (inventory.provider == Provider::Kubeadm).then_some(tool);
    let measure = Measure { policy, tool, apiservers };
    let mut rows = Vec::new();
    rows.extend(inventory.etcd.members.iter().map(|member| Row {
        component: Component::Etcd,
        instance: member.name.clone(),
        pool: None,
        version: member.version.clone().map(ComponentVersion::Etcd),
        allowed: Allowed::default(),
        fault: None,
        verdict: if member.version.is_some() { Verdict::Ok } else { Verdict::Unknown },
    }));
    let nodes = &inventory.control_plane;
    rows.extend((0..nodes.len()).map(|at| measure.apiserver(nodes, at)));
    rows.extend(nodes.iter().map(|node| {
        measure.controller(node, Component::KubeControllerManager, node.controller_manager.as_ref())
    }));
    rows.extend(
        nodes.iter().map(|node| {
            measure.controller(node, Component::KubeScheduler, node.scheduler.as_ref())
        }),
    );
    for machine in machines(inventory) {
        rows.extend(machine.has_kubelet.then(|| measure.kubelet(&machine)));
    }
    for machine in machines(inventory) {
        rows.extend(machine.proxy.map(|proxy| measure.kube_proxy(&machine, proxy)));
    }
    rows.extend(inventory.clients.iter().map(|client| {
        let rule = &policy.kubectl;
        let row = row(Component::Kubectl, &client.name, None, client.kubectl.as_ref());
        measure.before_next(against(row, rule, &measure.apiservers), rule)
    }));
    rows
}

/// A node with what runs on it beside the control plane.
struct Machine<'a> {
    name: &'a InstanceName,
    pool: Option<&'a PoolName>,
    has_kubelet: bool,
    kubelet: Option<&'a KubernetesVersion>,
    proxy: Option<&'a KubernetesVersion>,
}

fn machines(inventory: &Inventory) -> impl Iterator<Item = Machine<'_>> {
    let everywhere = inventory.kube_proxy.as_ref();
    let control_plane = inventory.control_plane.iter().map(move |node| {
        // Under kubeadm every node has a kubelet; elsewhere none is named where none runs.
        let has_kubelet = node.kubelet.is_some() || inventory.provider == Provider::Kubeadm;
        Machine {
            name: &node.name,
            pool: None,
            has_kubelet,
            kubelet: node.kubelet.as_ref(),
            proxy: node.kube_proxy.as_ref().or(everywhere.filter(|_| has_kubelet)),
        }
    });
    let workers = inventory.pools.iter().flat_map(move |pool| {
        pool.nodes.iter().map(move |node| Machine {
            name: &node.name,
            pool: Some(&pool.name),
            has_kubelet: true,
            kubelet: Some(&node.kubelet),
            proxy: node.kube_proxy.as_ref().or(everywhere),
        })
    });
    control_plane.chain(workers)
}

fn row(
    component: Component,
    instance: &InstanceName,
    pool: Option<&PoolName>,
    version: Option<&KubernetesVersion>,
) -> Row {
    Row {
        component,
        instance: instance.clone(),
        pool: pool.cloned(),
        version: version.cloned().map(ComponentVersion::Kubernetes),
        allowed: Allowed::default(),
        fault: None,
        verdict: Verdict::Unknown,
    }
}

/// Measures an instance against every reference that it may reach.
fn against(mut row: Row, rule: &SkewRule, references: &[MinorVersion]) -> Row {
    row.allowed = row.allowed.and(Allowed::beside_all(rule, references.iter().copied()));
    if references.is_empty() {
        return row;
    }
    if let Some(minor) = row.minor() {
        row.fault = row.fault.or_else(|| outside(rule, minor, references));
        row.verdict = verdict(row.fault);
    }
    row
}

impl Measure<'_> {
    /// A kube-apiserver beside the others.
    fn apiserver(&self, nodes: &[ControlPlaneNode], at: usize) -> Row {
        let node = &nodes[at];
        let others = nodes.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<MinorVersion> = others
            .filter_map(|(_, node)| node.apiserver.as_ref().map(KubernetesVersion::minor))
            .collect();
        let row = row(Component::KubeApiserver, &node.name, None, node.apiserver.as_ref());
        let mut row = against(row, &self.policy.apiserver, &others);
        if let Some(minor) = row.minor() {
            let newest = others.iter().copied().max();
            let lags = newest.is_some_and(|newest| minor < newest).then_some(Fault::Lags);
            row.fault = row.fault.or(lags);
            row.verdict = verdict(row.fault);
        }
        row
    }

    /// Under kubeadm a controller talks to the kube-apiserver of its own node, elsewhere to any.
    fn controller(
        &self,
        node: &ControlPlaneNode,
        component: Component,
        version: Option<&KubernetesVersion>,
    ) -> Row {
        let own = node.apiserver.as_ref().filter(|_| self.tool.is_some());
        let own = own.map(|apiserver| vec![apiserver.minor()]);
        let references = own.as_ref().unwrap_or(&self.apiservers);
        let row = row(component, &node.name, None, version);
        let mut row = against(row, &self.policy.controllers, references);
        if let (Some(minor), Some(oldest)) = (row.minor(), references.iter().min()) {
            row.fault = row.fault.or((minor < *oldest).then_some(Fault::Lags));
            row.verdict = verdict(row.fault);
        }
        row
    }

    fn kubelet(&self, machine: &Machine<'_>) -> Row {
        let row = row(Component::Kubelet, machine.name, machine.pool, machine.kubelet);
        let rule = &self.policy.kubelet;
        self.before_next(against(row, rule, &self.apiservers), rule)
    }

    fn kube_proxy(&self, machine: &Machine<'_>, version: &KubernetesVersion) -> Row {
        let row = row(Component::KubeProxy, machine.name, machine.pool, Some(version));
        let beside: Vec<MinorVersion> =
            machine.kubelet.map(KubernetesVersion::minor).into_iter().collect();
        let rule = &self.policy.kube_proxy;
        let row = against(row, rule, &self.apiservers);
        let row = against(row, &self.policy.kube_proxy_kubelet, &beside);
        self.before_next(row, rule)
    }

    /// What the next hop would make of it. While two minors run the hop is not finished, and finishing
    /// it moves nodes and clients anyway.
    fn before_next(&self, mut row: Row, rule: &SkewRule) -> Row {
        let (Some(minor), [newest], None) = (row.minor(), &self.apiservers[..], row.fault) else {
            return row;
        };
        let next = newest.next();
        let window = |tool: &ToolRules| {
            minor.behind(next) > i64::from(tool.kubelet_max_older(next))
                && row.component == Component::Kubelet
        };
        row.fault = if rule.excess(minor, next).is_some() {
            Some(Fault::Edge)
        } else {
            self.tool.is_some_and(window).then_some(Fault::ToolWindow)
        };
        row.verdict = verdict(row.fault);
        row
    }
}

/// The worst that a rule says beside any of the references.
fn outside(rule: &SkewRule, minor: MinorVersion, references: &[MinorVersion]) -> Option<Fault> {
    let over = |reference: &MinorVersion| {
        let excess = rule.excess(minor, *reference)?;
        let (Excess::TooOld(by) | Excess::TooNew(by)) = excess;
        Some((by, Fault::Outside { rule: rule.id, excess, reference: *reference }))
    };
    references.iter().filter_map(over).max_by_key(|(by, _)| *by).map(|(_, fault)| fault)
}

const fn verdict(fault: Option<Fault>) -> Verdict {
    match fault {
        None => Verdict::Ok,
        Some(Fault::Outside { .. }) => Verdict::Bad,
        Some(Fault::Edge | Fault::ToolWindow | Fault::Lags) => Verdict::Warn,
    }
}
