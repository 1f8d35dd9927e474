//! Nodes and clients: which groups move together, why now, and which kubeadm releases they pass.

use super::super::reasons::because;
use super::super::reasons::plainly;
use super::super::roster::Group;
use super::super::roster::Roster;
use super::Change;
use super::MOST_PARALLEL;
use super::Writer;
use super::moved;
use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::plan::Batch;
use crate::plan::Disruption;
use crate::plan::KubeProxyMode;
use crate::plan::Reason;
use crate::policy::RuleId;
use crate::provider::Act;
use crate::search::Cohort;
use crate::search::Level;
use crate::search::PathStep;
use crate::version::KubernetesVersion;

impl Writer<'_> {
    /// The nodes of a cohort: one step for the control plane, one a pool for workers.
    pub(in crate::planner) fn nodes(
        &mut self,
        roster: &mut Roster,
        taken: &PathStep,
        cohort: &Cohort,
        stop: &KubernetesVersion,
    ) -> Result<(), Diagnostic> {
        let mode = self.lowering.site().kube_proxy;
        for group in roster.groups(&self.lowering.problem.ladder, cohort) {
            let mut moves = Vec::new();
            if group.oldest < *stop {
                moves.push(moved(Component::Kubelet, group.oldest.clone(), stop.clone()));
            }
            if let Some(proxy) = group.oldest_proxy.clone().filter(|proxy| proxy < stop) {
                moves.push(moved(Component::KubeProxy, proxy, stop.clone()));
            }
            let mut reasons = self.node_reasons(taken, &group, stop);
            let stops = self.kubeadm_stops(&group.oldest, stop)?;
            reasons.extend(self.kubeadm_reason(&group.oldest, stop, &stops));
            let count = group.nodes.len();
            let batch = if group.pool.is_some() {
                let size = count.div_ceil(10).clamp(1, MOST_PARALLEL) as u64;
                Batch { size, canary: u64::from(count > 1) }
            } else {
                Batch { size: 1, canary: 0 }
            };
            let list = group.pool.as_ref().map(|pool| roster.list(pool, &group.nodes));
            let act = match &group.pool {
                None => {
                    Act::ControlPlaneKubelets { nodes: &group.nodes, from: &group.oldest, to: stop }
                }
                Some(pool) => Act::Workers {
                    pool,
                    list: list.as_deref().unwrap_or_default(),
                    nodes: &group.nodes,
                    counted: group.counted,
                    from: &group.oldest,
                    to: stop,
                    stops: &stops,
                    batch,
                    with_kube_proxy: mode == KubeProxyMode::PerNode,
                },
            };
            let change = Change {
                // Where the kubelet has moved already and kube-proxy has not, the step is about that.
                component: moves.first().map_or(Component::Kubelet, |change| change.component),
                moves,
                targets: &group.nodes,
                pool: group.pool.as_ref(),
                batch: Some(batch),
                disruption: Disruption::Drain,
            };
            self.change(&act, change, reasons);
            roster.move_nodes(&group, stop);
        }
        Ok(())
    }

    fn node_reasons(
        &self,
        taken: &PathStep,
        group: &Group,
        stop: &KubernetesVersion,
    ) -> Vec<Reason> {
        let problem = self.lowering.problem;
        let kubelet = &group.oldest;
        let mut reasons = Vec::new();
        // Which rule would refuse the next hop if these nodes stayed behind?
        let next = (taken.before.hop < problem.ladder.last())
            .then(|| problem.ladder.stop(taken.before.hop + 1).version.minor());
        let by_policy =
            next.filter(|next| problem.policy.kubelet.excess(kubelet.minor(), *next).is_some());
        let by_tool = next.filter(|next| {
            problem.provider == Provider::Kubeadm
                && kubelet.minor().behind(*next) > i64::from(problem.tool.kubelet_max_older(*next))
        });
        if taken.before.hop == 0 {
            let behind = match &group.oldest_proxy {
                Some(proxy) if kubelet >= stop => format!("kube-proxy {proxy}"),
                _ => format!("kubelet {kubelet}"),
            };
            reasons.push(because(
                RuleId::LevelFirst,
                format!("{behind} is behind the API servers, which run {stop} already"),
            ));
        }
        if let Some(next) = by_policy {
            reasons.push(because(
                RuleId::Kubelet,
                format!(
                    "kube-apiserver {next} would leave kubelet {} further behind than the \
                  policy permits",
                    kubelet.minor()
                ),
            ));
        } else if let Some(next) = by_tool {
            reasons.push(because(
                RuleId::KubeadmKubelets,
                format!(
                    "kubeadm {next} refuses to start while a kubelet is at {}, although the \
                  skew policy would permit it",
                    kubelet.minor()
                ),
            ));
        }
        if taken.before.hop == problem.ladder.last() {
            reasons.push(because(
                RuleId::Kubelet,
                format!("{stop} is the target, and every kube-apiserver runs it"),
            ));
        } else if problem.strategy == Strategy::EveryHop && taken.before.hop > 0 {
            reasons.push(plainly(RuleId::EveryHop));
        } else if problem.strategy == Strategy::MinDrains {
            reasons.push(plainly(RuleId::MinDrains));
        }
        reasons.push(plainly(RuleId::KubeletDrain));
        reasons
    }

    /// What kubeadm does on a node that skips minors, and where that leaves its documented range.
    fn kubeadm_reason(
        &self,
        from: &KubernetesVersion,
        to: &KubernetesVersion,
        stops: &[KubernetesVersion],
    ) -> Option<Reason> {
        let skips = from.minor().behind(to.minor()) > 1;
        if self.lowering.problem.provider != Provider::Kubeadm || !skips {
            return None;
        }
        let passed: Vec<String> = stops.iter().map(|stop| stop.minor().to_string()).collect();
        let first = stops.first().map(|stop| from.minor().behind(stop.minor()));
        let text = if first.is_some_and(|minors| minors <= 1) {
            format!("kubeadm passes {} on each node, one minor at a time", passed.join(", "))
        } else {
            let or_else = match self.lowering.problem.strategy {
                Strategy::MinDrains => ", or plan with `every-hop`",
                Strategy::EveryHop => "",
            };
            format!(
                "kubeadm goes from {} to {} at once, which is more than its documented one minor: \
                 the kubeadm releases between cannot read the configuration format that the \
                 control plane stores since 1.31. Where that is not acceptable, drain, reset and \
                 join the node again{or_else}",
                from.minor(),
                passed.first().map_or("", String::as_str)
            )
        };
        Some(because(RuleId::KubeadmOneMinor, text))
    }

    /// The releases that kubeadm passes through on a node which skips minors: one a minor, as far as
    /// that kubeadm can read the configuration which the control plane's kubeadm stores.
    fn kubeadm_stops(
        &self,
        from: &KubernetesVersion,
        to: &KubernetesVersion,
    ) -> Result<Vec<KubernetesVersion>, Diagnostic> {
        let catalog = self.lowering.request.catalog;
        let (components, releases) = (catalog.components()?, catalog.releases()?);
        let stored = components.kubeadm_config_api(to.minor()).map(|api| api.preferred.clone());
        let mut stops = Vec::new();
        let mut minor = from.minor().next();
        while minor < to.minor() {
            let reads = components
                .kubeadm_config_api(minor)
                .zip(stored.as_ref())
                .is_some_and(|(api, stored)| api.accepted.contains(stored));
            let ladder = self.lowering.problem.ladder.stops().iter().map(|stop| &stop.version);
            let release = ladder
                .filter(|version| version.minor() == minor)
                .max()
                .or_else(|| releases.minor(minor).and_then(|release| release.newest()));
            if let Some(release) = release.filter(|_| reads) {
                stops.push(release.clone());
            }
            minor = minor.next();
        }
        stops.push(to.clone());
        Ok(stops)
    }

    /// The clients of a level, one step each.
    pub(in crate::planner) fn clients(
        &mut self,
        roster: &mut Roster,
        from: Level,
        stop: &KubernetesVersion,
    ) {
        for (name, kubectl) in roster.clients_at(&self.lowering.problem.ladder, from) {
            let reason = because(
                RuleId::Kubectl,
                format!(
                    "kubectl {} is brought to the API servers' {} before they move on",
                    kubectl.minor(),
                    stop.minor()
                ),
            );
            let act = Act::Client { client: &name, to: stop };
            let targets = [name.clone()];
            let change = Change {
                component: Component::Kubectl,
                moves: vec![moved(Component::Kubectl, kubectl, stop.clone())],
                targets: &targets,
                pool: None,
                batch: None,
                disruption: Disruption::Client,
            };
            self.change(&act, change, vec![reason]);
            roster.move_client(&name, stop);
        }
    }
}
