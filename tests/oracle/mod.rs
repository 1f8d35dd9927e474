//! A brute-force oracle: whether a small cluster can be upgraded at all, and at what least cost.
//!
//! It shares no guard, no candidate, no cost and no skew code with `search`. Of a `Problem` it takes
//! the values (stops, policy numbers, tool rules, etcd rules) and never the start: that it reads from
//! the inventory, version by version and instance by instance, without cohorts and levels. Then it
//! tries everything, cheapest first.
//!
//! # The specification
//!
//! A cluster is its single instances. A hop leads to a stop; hop 0 is the levelling before the first
//! hop, and its stop is the newest kube-apiserver that runs.
//!
//! 1. *Order.* The phases of a hop are: etcd, control plane, kube-proxy on its own, kubelets, clients.
//!    A phase that is left does not come back in the hop. The later three need a control plane that
//!    stands at the stop, and so does the next hop.
//! 2. *Control plane.* kubeadm moves the three parts of one node together. A manual install moves
//!    every kube-apiserver, then every kube-controller-manager, then every kube-scheduler. In levelling
//!    it moves only once the members of etcd run one version.
//! 3. *kube-proxy.* One `DaemonSet` under kubeadm, which kubeadm moves itself: with the first
//!    kube-apiserver of a hop before `addons_last_from`, with the last node that is behind from then
//!    on. The node comes first, so what kube-proxy runs until then must be permitted beside it. In a
//!    manual install it is a service of the node and moves with its kubelet.
//! 4. *Nodes.* A node goes to the stop, never down: one whose kubelet is of a newer minor waits for the
//!    hop that reaches it, its kube-proxy too. That is one drain, whichever of its two parts moves.
//! 5. *Clients* go to the stop, from below or from above.
//! 6. *etcd.* All members go to one version: that of the newest member where they differ, or a release
//!    that the rules name as stop. No member goes down or skips a minor. A member enters a minor from
//!    its floor or above only, and only when all members run one version, or when another member is
//!    there already (a half-done upgrade is completed). None goes to a release that is marked `avoid`
//!    while a better one of its minor is known. Levelling stays in the minor of the newest
//!    member and is done only where members differ. No minor is entered that no stop of the plan asks
//!    for. Each member that changes is one restart.
//! 7. *Before the first kube-apiserver of a hop* (not in levelling): etcd runs one version, at least
//!    the one that the stop needs, of no newer minor than the stop works with, and none that is marked
//!    `avoid` while a better release of its minor is known; kubeadm accepts the oldest kubelet; every client is within range of the minor before
//!    and of the minor after. Before every node that kubeadm moves, in levelling too: a stacked etcd is
//!    at kubeadm's own floor for it.
//! 8. *Skew.* Each rule is measured between a subject and everything that it may reach: how many
//!    minors too old, how many too new, at worst. No act may raise either number of any subject. So a
//!    rule that the start breaks may stay broken and never gets worse. Of kube-apiservers the distance
//!    between the oldest and the newest counts. The distance of kube-proxy and its kubelet counts where
//!    both are inside their own windows: otherwise it is a consequence of what is broken already, and
//!    nodes on which both are behind could never be repaired one after the other. Controllers reach the
//!    kube-apiserver of their node under kubeadm, any of them otherwise. While the control plane of a
//!    hop before `addons_last_from` rolls under kubeadm, kube-proxy is measured against the newest
//!    kube-apiserver only.
//! 9. *every-hop.* A hop ends with every node, kube-proxy and client at its minor and stop; levelling
//!    does not ask for that, unless it completes a hop that was left half done: then all of them end
//!    on the minor of that hop.
//! 10. *Goal.* After the last hop everything is at the target, etcd runs one version, no rule is
//!     broken.
//! 11. *Cost*, field by field: hazards of the stops of the hops, drains, etcd restarts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::cluster::EtcdTopology;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::inventory::Inventory;
use kubehop::policy::SkewRule;
use kubehop::search::Problem;
use kubehop::version::EtcdMinor;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

/// The part of the cost that does not depend on how instances are grouped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Price {
    /// Known faults of the stops.
    pub(crate) hazards: u64,
    /// Drains.
    pub(crate) drains: u64,
    /// Members of etcd that change their version.
    pub(crate) etcd_restarts: u64,
}

const ETCD: u8 = 0;
const CONTROL_PLANE: u8 = 1;
const KUBE_PROXY: u8 = 2;
const NODES: u8 = 3;
const CLIENTS: u8 = 4;

/// A Kubernetes version: its place among all versions of the question.
type Version = u8;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    hop: usize,
    phase: u8,
    /// kube-apiserver, kube-controller-manager, kube-scheduler of each node.
    control_plane: Vec<[Version; 3]>,
    etcd: Vec<EtcdVersion>,
    /// Kubelet of each node, and its kube-proxy where that is a service of the node.
    nodes: Vec<(Version, Option<Version>)>,
    daemon_set: Option<Version>,
    clients: Vec<Version>,
}

/// How far outside a rule one subject is: minors too old, minors too new.
type Outside = (i64, i64);

struct Oracle<'a> {
    problem: &'a Problem,
    versions: Vec<KubernetesVersion>,
    /// Whether the cluster was left half way through a hop.
    half_done: bool,
}

/// The least price of an upgrade of this cluster; `None` if there is none.
pub(crate) fn solve(inventory: &Inventory, problem: &Problem) -> Option<Price> {
    let mut oracle = Oracle { problem, versions: versions(inventory, problem), half_done: false };
    let start = oracle.start(inventory);
    oracle.half_done = !control_plane_done(&start, oracle.stop(0));
    let mut best = BTreeMap::from([(start.clone(), Price::default())]);
    let mut queue = BTreeSet::from([(Price::default(), start)]);
    while let Some((price, moment)) = queue.pop_first() {
        if oracle.is_goal(&moment) {
            return Some(price);
        }
        for (next, step) in oracle.acts(&moment) {
            if !oracle.harmless(&moment, &next) {
                continue;
            }
            let total = Price {
                hazards: price.hazards + step.hazards,
                drains: price.drains + step.drains,
                etcd_restarts: price.etcd_restarts + step.etcd_restarts,
            };
            // Instances of a kind are interchangeable once an act is judged.
            let next = sorted(next);
            if best.get(&next).is_none_or(|known| total < *known) {
                if let Some(known) = best.insert(next.clone(), total) {
                    queue.remove(&(known, next.clone()));
                }
                queue.insert((total, next));
            }
        }
    }
    None
}

fn versions(inventory: &Inventory, problem: &Problem) -> Vec<KubernetesVersion> {
    let control_plane = inventory.control_plane.iter().flat_map(|node| {
        [
            node.apiserver.as_ref(),
            node.controller_manager.as_ref(),
            node.scheduler.as_ref(),
            node.kubelet.as_ref(),
        ]
    });
    let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes).map(|node| &node.kubelet);
    let clients = inventory.clients.iter().filter_map(|client| client.kubectl.as_ref());
    let all: BTreeSet<KubernetesVersion> = control_plane
        .flatten()
        .chain(workers)
        .chain(clients)
        .chain(&inventory.kube_proxy)
        .chain(problem.ladder.stops().iter().map(|stop| &stop.version))
        .cloned()
        .collect();
    all.into_iter().collect()
}

fn sorted(mut moment: Moment) -> Moment {
    moment.control_plane.sort_unstable();
    moment.etcd.sort_unstable();
    moment.nodes.sort_unstable();
    moment.clients.sort_unstable();
    moment
}

impl Oracle<'_> {
    fn start(&self, inventory: &Inventory) -> Moment {
        let place = |version: &KubernetesVersion| {
            let found = self.versions.iter().position(|known| known == version).unwrap();
            Version::try_from(found).unwrap()
        };
        let per_node = match self.problem.provider {
            Provider::Kubeadm => None,
            Provider::Manual => inventory.kube_proxy.as_ref().map(place),
        };
        let masters = inventory.control_plane.iter().filter_map(|node| node.kubelet.as_ref());
        let workers = inventory.pools.iter().flat_map(|pool| &pool.nodes).map(|node| &node.kubelet);
        sorted(Moment {
            hop: 0,
            phase: ETCD,
            control_plane: inventory
                .control_plane
                .iter()
                .map(|node| {
                    let apiserver = place(node.apiserver.as_ref().unwrap());
                    let beside =
                        |part: &Option<KubernetesVersion>| part.as_ref().map_or(apiserver, place);
                    [apiserver, beside(&node.controller_manager), beside(&node.scheduler)]
                })
                .collect(),
            etcd: inventory
                .etcd
                .members
                .iter()
                .filter_map(|member| member.version.clone())
                .collect(),
            nodes: masters.chain(workers).map(|kubelet| (place(kubelet), per_node)).collect(),
            daemon_set: match self.problem.provider {
                Provider::Kubeadm => inventory.kube_proxy.as_ref().map(place),
                Provider::Manual => None,
            },
            clients: inventory
                .clients
                .iter()
                .filter_map(|client| client.kubectl.as_ref().map(place))
                .collect(),
        })
    }

    fn last_hop(&self) -> usize {
        self.problem.ladder.stops().len() - 1
    }

    fn stop(&self, hop: usize) -> Version {
        let version = &self.problem.ladder.stops()[hop].version;
        let place = self.versions.iter().position(|known| known == version).unwrap();
        Version::try_from(place).unwrap()
    }

    fn minor(&self, version: Version) -> MinorVersion {
        self.versions[usize::from(version)].minor()
    }

    fn number(&self, version: Version) -> i64 {
        i64::try_from(self.minor(version).number()).unwrap()
    }

    fn kubeadm(&self) -> bool {
        self.problem.provider == Provider::Kubeadm
    }

    /// Rule 10.
    fn is_goal(&self, moment: &Moment) -> bool {
        let stop = self.stop(self.last_hop());
        moment.hop == self.last_hop()
            && control_plane_done(moment, stop)
            && self.rest_done(moment, stop)
            && moment.etcd.windows(2).all(|pair| pair[0] == pair[1])
            && self.outside(moment).iter().all(|outside| *outside == (0, 0))
    }

    fn rest_done(&self, moment: &Moment, stop: Version) -> bool {
        moment
            .nodes
            .iter()
            .all(|(kubelet, proxy)| *kubelet >= stop && proxy.is_none_or(|proxy| proxy >= stop))
            && moment.daemon_set.is_none_or(|proxy| proxy >= stop)
            && moment.clients.iter().all(|client| self.minor(*client) >= self.minor(stop))
    }

    /// Everything that the order of a hop allows now; rule 8 is looked at afterwards.
    fn acts(&self, moment: &Moment) -> Vec<(Moment, Price)> {
        let mut acts = Vec::new();
        let stop = self.stop(moment.hop);
        if moment.phase == ETCD {
            self.etcd_acts(moment, &mut acts);
        }
        if moment.phase <= CONTROL_PLANE {
            self.control_plane_acts(moment, stop, &mut acts);
        }
        if !control_plane_done(moment, stop) {
            return acts;
        }
        if moment.phase <= KUBE_PROXY && moment.daemon_set.is_some_and(|proxy| proxy < stop) {
            let mut next = moment.clone();
            next.phase = KUBE_PROXY;
            next.daemon_set = Some(stop);
            acts.push((next, Price::default()));
        }
        if moment.phase <= NODES {
            for (at, (kubelet, proxy)) in moment.nodes.iter().enumerate() {
                let same_before = at > 0 && moment.nodes[at - 1] == moment.nodes[at];
                let behind = *kubelet < stop || proxy.is_some_and(|proxy| proxy < stop);
                let ahead = self.minor(*kubelet) > self.minor(stop);
                if behind && !ahead && !same_before {
                    let mut next = moment.clone();
                    next.phase = NODES;
                    next.nodes[at] = ((*kubelet).max(stop), proxy.map(|proxy| proxy.max(stop)));
                    acts.push((next, Price { drains: 1, ..Price::default() }));
                }
            }
        }
        for (at, client) in moment.clients.iter().enumerate() {
            if self.minor(*client) != self.minor(stop) {
                let mut next = moment.clone();
                next.phase = CLIENTS;
                next.clients[at] = stop;
                acts.push((next, Price::default()));
            }
        }
        let on_minor = |version: Version| self.minor(version) >= self.minor(stop);
        let levelled = || {
            moment
                .nodes
                .iter()
                .all(|(kubelet, proxy)| on_minor(*kubelet) && proxy.is_none_or(on_minor))
                && moment.daemon_set.is_none_or(on_minor)
                && moment.clients.iter().all(|client| on_minor(*client))
        };
        let complete = self.problem.strategy == Strategy::MinDrains
            || moment.hop == 0 && (!self.half_done || levelled() || self.patch_follows())
            || moment.hop > 0 && self.rest_done(moment, stop);
        if moment.hop < self.last_hop() && complete {
            let mut next = moment.clone();
            next.hop += 1;
            next.phase = ETCD;
            let hazards = self.problem.ladder.stops()[next.hop].hazards;
            acts.push((next, Price { hazards, ..Price::default() }));
        }
        acts
    }

    /// Whether the stop after the start is a patch of its minor, at which nodes are levelled then.
    fn patch_follows(&self) -> bool {
        self.last_hop() > 0 && self.minor(self.stop(0)) == self.minor(self.stop(1))
    }

    /// Rule 6. Members that are older than what is gone to move; where they were left a minor behind
    /// the others, they may catch up inside their minor first.
    fn etcd_acts(&self, moment: &Moment, acts: &mut Vec<(Moment, Price)>) {
        let members = &moment.etcd;
        let (Some(oldest), Some(newest)) = (members.iter().min(), members.iter().max()) else {
            return;
        };
        let mixed = oldest != newest;
        let mut targets: BTreeSet<&EtcdVersion> = self.problem.etcd.stops.values().collect();
        if mixed {
            targets.insert(newest);
        }
        for to in targets {
            let levels = moment.hop == 0;
            let enters = to.minor();
            let catches_up = oldest.minor() == enters && oldest.minor() < newest.minor();
            let permitted = catches_up
                || members.iter().all(|member| {
                    let floor = self.problem.etcd.floors.get(&enters);
                    let entry = member.minor() == enters
                        || floor.is_none_or(|floor| member >= floor)
                            && (!mixed || newest.minor() == enters);
                    member <= to
                        && (member.minor() == enters || member.minor().next() == enters)
                        && entry
                });
            let wanted = catches_up
                || enters == newest.minor()
                || !levels && Some(enters) <= self.highest_etcd();
            let avoided = is_avoided(self.problem, to);
            let changed = members.iter().filter(|member| *member < to).count() as u64;
            if permitted && wanted && !avoided && changed > 0 && (mixed || !levels) {
                let mut next = moment.clone();
                for member in next.etcd.iter_mut().filter(|member| **member < *to) {
                    member.clone_from(to);
                }
                acts.push((next, Price { etcd_restarts: changed, ..Price::default() }));
            }
        }
    }

    /// The newest etcd minor that any stop asks for.
    fn highest_etcd(&self) -> Option<EtcdMinor> {
        let needs = self.problem.ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref());
        let needs = needs.map(|need| need.at_least.minor()).max();
        needs.max(self.stacked_floor(self.stop(self.last_hop())))
    }

    /// The oldest minor of a stacked etcd beside which kubeadm of a stop works.
    fn stacked_floor(&self, stop: Version) -> Option<EtcdMinor> {
        let (from, floor) = self.problem.tool.stacked_etcd_from;
        let stacked = self.kubeadm() && self.problem.topology == EtcdTopology::Stacked;
        (stacked && self.minor(stop) >= from).then_some(floor)
    }

    /// Rules 2 and 3.
    fn control_plane_acts(&self, moment: &Moment, stop: Version, acts: &mut Vec<(Moment, Price)>) {
        let waiting = |part: usize| moment.control_plane.iter().any(|node| node[part] < stop);
        let opens = moment.control_plane.iter().all(|node| node[0] < stop);
        if opens && moment.hop > 0 && !self.may_open(moment, stop) {
            return;
        }
        let one_etcd = moment.etcd.windows(2).all(|pair| pair[0] == pair[1]);
        let floor = self.stacked_floor(stop);
        let too_old = moment.etcd.iter().any(|member| Some(member.minor()) < floor);
        if too_old || moment.hop == 0 && !one_etcd {
            return;
        }
        let mut next = moment.clone();
        next.phase = CONTROL_PLANE;
        for (at, node) in moment.control_plane.iter().enumerate() {
            let mut next = next.clone();
            if self.kubeadm() {
                if node.iter().all(|part| *part >= stop) {
                    continue;
                }
                next.control_plane[at] = node.map(|part| part.max(stop));
                let with_last = self.minor(stop) >= self.problem.tool.addons_last_from;
                if if with_last { control_plane_done(&next, stop) } else { opens } {
                    // The node has moved before kube-proxy follows, and that moment counts too.
                    if !self.harmless(moment, &next) {
                        continue;
                    }
                    next.daemon_set = next.daemon_set.map(|proxy| proxy.max(stop));
                }
            } else {
                let Some(part) = (0..3).find(|part| waiting(*part)) else { continue };
                if node[part] >= stop {
                    continue;
                }
                next.control_plane[at][part] = stop;
            }
            acts.push((next, Price::default()));
        }
    }

    /// Rule 7.
    fn may_open(&self, moment: &Moment, stop: Version) -> bool {
        let problem = self.problem;
        let minor = self.minor(stop);
        if let (Some(oldest), Some(newest)) = (moment.etcd.iter().min(), moment.etcd.iter().max()) {
            let need = problem.ladder.stops()[moment.hop].etcd.as_ref();
            if oldest != newest
                || need.is_some_and(|need| *oldest < need.at_least)
                || is_avoided(problem, oldest)
                || problem.etcd.ceilings.get(&minor).is_some_and(|top| newest.minor() > *top)
            {
                return false;
            }
        }
        let windows = problem.tool.kubelet_windows.iter().filter(|window| window.from <= minor);
        let window = windows.max_by_key(|window| window.from).map_or(0, |window| window.max_older);
        let refused = |kubelet: Version| self.number(stop) - self.number(kubelet) > window.into();
        if self.kubeadm() && moment.nodes.iter().any(|(kubelet, _)| refused(*kubelet)) {
            return false;
        }
        let before = moment.control_plane.iter().map(|node| node[0]).min().unwrap();
        moment.clients.iter().all(|client| {
            [before, stop].iter().all(|apiserver| {
                self.measure(&problem.policy.kubectl, *client, [*apiserver]) == (0, 0)
            })
        })
    }

    /// Rule 8.
    fn harmless(&self, before: &Moment, after: &Moment) -> bool {
        let pairs = self.outside(before).into_iter().zip(self.outside(after));
        pairs.into_iter().all(|(was, is)| is.0 <= was.0 && is.1 <= was.1)
    }

    /// How far each subject is outside each rule, always in the same order.
    fn outside(&self, moment: &Moment) -> Vec<Outside> {
        let policy = &self.problem.policy;
        let apiservers: Vec<Version> = moment.control_plane.iter().map(|node| node[0]).collect();
        let newest = apiservers.iter().max().copied().unwrap();
        let mut found = Vec::new();
        let oldest = apiservers.iter().min().copied().unwrap();
        found.push(self.measure(&policy.apiserver, oldest, [newest]));
        for [own, controller_manager, scheduler] in &moment.control_plane {
            for controller in [controller_manager, scheduler] {
                let reach = if self.kubeadm() { vec![*own] } else { apiservers.clone() };
                found.push(self.measure(&policy.controllers, *controller, reach));
            }
        }
        let mut daemon_set = (0, 0);
        if let Some(proxy) = moment.daemon_set {
            let stop = self.minor(self.stop(moment.hop));
            let rolls = moment.phase == CONTROL_PLANE && stop < self.problem.tool.addons_last_from;
            let reach = if rolls { vec![newest] } else { apiservers.clone() };
            daemon_set = self.measure(&policy.kube_proxy, proxy, reach);
            found.push(daemon_set);
        }
        for (kubelet, own_proxy) in &moment.nodes {
            let node = self.measure(&policy.kubelet, *kubelet, apiservers.clone());
            let proxy = match own_proxy {
                Some(proxy) => self.measure(&policy.kube_proxy, *proxy, apiservers.clone()),
                None => daemon_set,
            };
            let distance = match own_proxy.or(moment.daemon_set) {
                Some(beside) if node == (0, 0) && proxy == (0, 0) => {
                    self.measure(&policy.kube_proxy_kubelet, beside, [*kubelet])
                }
                _ => (0, 0),
            };
            found.extend([node, proxy, distance]);
        }
        for client in &moment.clients {
            found.push(self.measure(&policy.kubectl, *client, apiservers.clone()));
        }
        found
    }

    /// How far a subject is outside a rule at worst.
    fn measure(
        &self,
        rule: &SkewRule,
        subject: Version,
        reach: impl IntoIterator<Item = Version>,
    ) -> Outside {
        let (older, newer) = match rule.old_subject {
            Some(old) if self.minor(subject) < old.before => (old.max_older, old.max_newer),
            _ => (rule.max_older, rule.max_newer),
        };
        let mut worst = (0, 0);
        for reference in reach {
            let behind = self.number(reference) - self.number(subject);
            worst.0 = worst.0.max(behind - i64::from(older));
            worst.1 = worst.1.max(-behind - i64::from(newer));
        }
        worst
    }
}

fn control_plane_done(moment: &Moment, stop: Version) -> bool {
    moment.control_plane.iter().flatten().all(|part| *part >= stop)
}

/// Whether a release of etcd is marked `avoid` while a better one of its minor is known.
fn is_avoided(problem: &Problem, version: &EtcdVersion) -> bool {
    let better = problem.etcd.stops.get(&version.minor()).is_some_and(|stop| stop > version);
    better && problem.etcd.avoid.contains(version)
}
