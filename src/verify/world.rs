//! The cluster during the replay: every instance with its version, and how many run each minor.
//!
//! Rules compare minors and 5,000 nodes run three of them at most, so the counts per minor are what
//! the checks read; a move costs one look-up of a name and two counts.

use std::collections::BTreeMap;

use crate::cluster::Provider;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::name::InstanceName;
use crate::plan::KubeProxyMode;
use crate::plan::State;
use crate::plan::VersionCount;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// The instance of kube-proxy where it is a `DaemonSet`.
const DAEMON_SET: &str = "kube-proxy";

/// How many there are of each key; few keys, in order.
#[derive(Debug, Clone)]
pub(super) struct Tally<K>(Vec<(K, u64)>);

impl<K: Ord + Copy> Tally<K> {
    fn add(&mut self, key: K) {
        match self.0.binary_search_by_key(&key, |(known, _)| *known) {
            Ok(at) => self.0[at].1 += 1,
            Err(at) => self.0.insert(at, (key, 1)),
        }
    }

    fn remove(&mut self, key: K) {
        if let Ok(at) = self.0.binary_search_by_key(&key, |(known, _)| *known) {
            self.0[at].1 -= 1;
            if self.0[at].1 == 0 {
                self.0.remove(at);
            }
        }
    }

    /// The keys, smallest first, and how many there are of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, u64)> + '_ {
        self.0.iter().copied()
    }

    /// The smallest key.
    pub(super) fn first(&self) -> Option<K> {
        self.0.first().map(|(key, _)| *key)
    }

    /// The largest key.
    pub(super) fn last(&self) -> Option<K> {
        self.0.last().map(|(key, _)| *key)
    }

    /// The number of distinct keys.
    pub(super) fn distinct(&self) -> usize {
        self.0.len()
    }
}

/// A subject and the one part that it talks to, by minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    /// The component whose rule it is.
    pub(super) subject: Component,
    /// Its minor.
    pub(super) minor: MinorVersion,
    /// The minor of the other part.
    pub(super) reference: MinorVersion,
}

/// One instance of a component.
#[derive(Debug)]
struct Instance<'a> {
    component: Component,
    name: &'a str,
    version: usize,
    /// What it is measured against on its own host: a controller's kube-apiserver, the kubelet of a
    /// kube-proxy.
    partner: Option<usize>,
    /// Who is measured against it on its own host.
    dependents: Vec<usize>,
}

/// A moment of the replay.
#[derive(Debug)]
pub(super) struct World<'a> {
    /// What installs and upgrades the cluster.
    pub(super) provider: Provider,
    /// How kube-proxy runs.
    pub(super) kube_proxy: KubeProxyMode,
    versions: Vec<&'a ComponentVersion>,
    version_ids: BTreeMap<&'a ComponentVersion, usize>,
    instances: Vec<Instance<'a>>,
    names: [BTreeMap<&'a str, usize>; Component::ALL.len()],
    minors: [Tally<MinorVersion>; Component::ALL.len()],
    loose: [Tally<MinorVersion>; Component::ALL.len()],
    pairs: Tally<Pair>,
}

/// The minor of a version; etcd's stand apart, since nothing compares them with Kubernetes'.
fn minor(version: &ComponentVersion) -> MinorVersion {
    match version {
        ComponentVersion::Kubernetes(version) => version.minor(),
        ComponentVersion::Etcd(_) => MinorVersion::new(0, 0),
    }
}

impl<'a> World<'a> {
    /// The cluster of a state. Of an instance that the state names twice the first counts.
    pub(super) fn new(state: &'a State) -> Self {
        let mut world = World {
            provider: state.provider,
            kube_proxy: state.kube_proxy,
            versions: Vec::new(),
            version_ids: BTreeMap::new(),
            instances: Vec::new(),
            names: std::array::from_fn(|_| BTreeMap::new()),
            minors: std::array::from_fn(|_| Tally(Vec::new())),
            loose: std::array::from_fn(|_| Tally(Vec::new())),
            pairs: Tally(Vec::new()),
        };
        for group in &state.instances {
            let version = world.intern(&group.version);
            for name in &group.names {
                let id = world.instances.len();
                let names = &mut world.names[group.component as usize];
                if names.contains_key(name.as_str()) {
                    continue;
                }
                names.insert(name.as_str(), id);
                world.minors[group.component as usize].add(minor(&group.version));
                world.instances.push(Instance {
                    component: group.component,
                    name: name.as_str(),
                    version,
                    partner: None,
                    dependents: Vec::new(),
                });
            }
        }
        world.pair_up();
        world
    }

    /// Finds who is measured on its own host. Under kubeadm a controller talks to the
    /// kube-apiserver of its node; elsewhere it may reach any.
    fn pair_up(&mut self) {
        for id in 0..self.instances.len() {
            let other = match self.instances[id].component {
                Component::KubeControllerManager | Component::KubeScheduler
                    if self.provider == Provider::Kubeadm =>
                {
                    Component::KubeApiserver
                }
                Component::KubeProxy if self.kube_proxy == KubeProxyMode::PerNode => {
                    Component::Kubelet
                }
                component => {
                    let minor = self.minor(id);
                    self.loose[component as usize].add(minor);
                    continue;
                }
            };
            let partner = self.names[other as usize].get(self.instances[id].name).copied();
            self.instances[id].partner = partner;
            if let Some(partner) = partner {
                self.instances[partner].dependents.push(id);
            }
            if let Some(pair) = self.pair(id) {
                self.pairs.add(pair);
            } else {
                let minor = self.minor(id);
                self.loose[self.instances[id].component as usize].add(minor);
            }
        }
    }

    fn pair(&self, id: usize) -> Option<Pair> {
        let partner = self.instances[id].partner?;
        Some(Pair {
            subject: self.instances[id].component,
            minor: self.minor(id),
            reference: self.minor(partner),
        })
    }

    /// The number by which the replay knows a version.
    pub(super) fn intern(&mut self, version: &'a ComponentVersion) -> usize {
        let next = self.versions.len();
        let id = *self.version_ids.entry(version).or_insert(next);
        if id == next {
            self.versions.push(version);
        }
        id
    }

    /// The instance of a component with this name.
    pub(super) fn find(&self, component: Component, name: &InstanceName) -> Option<usize> {
        self.names[component as usize].get(name.as_str()).copied()
    }

    /// Whether any component has an instance with this name.
    pub(super) fn is_known(&self, name: &InstanceName) -> bool {
        self.names.iter().any(|names| names.contains_key(name.as_str()))
    }

    /// kube-proxy as a `DaemonSet`.
    pub(super) fn daemon_set(&self) -> Option<usize> {
        let runs = self.kube_proxy == KubeProxyMode::DaemonSet;
        let names = &self.names[Component::KubeProxy as usize];
        names.get(DAEMON_SET).copied().filter(|_| runs)
    }

    /// The name of an instance.
    pub(super) fn name(&self, id: usize) -> &'a str {
        self.instances[id].name
    }

    /// The version of an instance.
    pub(super) fn version(&self, id: usize) -> &'a ComponentVersion {
        self.versions[self.instances[id].version]
    }

    /// The minor of an instance.
    pub(super) fn minor(&self, id: usize) -> MinorVersion {
        minor(self.version(id))
    }

    /// Whether the instance runs the version with this number.
    pub(super) fn runs(&self, id: usize, version: usize) -> bool {
        self.instances[id].version == version
    }

    /// How many instances of a component run each minor.
    pub(super) fn minors(&self, component: Component) -> &Tally<MinorVersion> {
        &self.minors[component as usize]
    }

    /// The pairs that are measured on their own host.
    pub(super) fn pairs(&self) -> &Tally<Pair> {
        &self.pairs
    }

    /// How many instances of a component that are measured against a whole component, not on their
    /// own host, run each minor.
    pub(super) fn loose(&self, component: Component) -> &Tally<MinorVersion> {
        &self.loose[component as usize]
    }

    /// Every instance of a component: number, name, version.
    pub(super) fn each(
        &self,
        component: Component,
    ) -> impl Iterator<Item = (usize, &'a str, &'a ComponentVersion)> + '_ {
        self.names[component as usize].values().map(|id| (*id, self.name(*id), self.version(*id)))
    }

    /// The number of instances of a component.
    pub(super) fn count(&self, component: Component) -> usize {
        self.names[component as usize].len()
    }

    /// The versions of the etcd members.
    pub(super) fn members(&self) -> impl Iterator<Item = &'a EtcdVersion> + '_ {
        self.each(Component::Etcd).filter_map(|(_, _, version)| version.etcd())
    }

    /// The versions of the kube-apiservers.
    pub(super) fn apiservers(&self) -> impl Iterator<Item = &'a KubernetesVersion> + '_ {
        self.each(Component::KubeApiserver).filter_map(|(_, _, version)| version.kubernetes())
    }

    /// Moves an instance to a version.
    pub(super) fn set(&mut self, id: usize, version: usize) {
        let component = self.instances[id].component;
        let (before, after) = (self.minor(id), minor(self.versions[version]));
        if before == after {
            self.instances[id].version = version;
            return;
        }
        for at in 0..=self.instances[id].dependents.len() {
            if let Some(pair) = self.involved(id, at) {
                self.pairs.remove(pair);
            }
        }
        self.instances[id].version = version;
        for at in 0..=self.instances[id].dependents.len() {
            if let Some(pair) = self.involved(id, at) {
                self.pairs.add(pair);
            }
        }
        let loose = self.instances[id].partner.is_none().then_some(&mut self.loose);
        for tallies in [Some(&mut self.minors), loose].into_iter().flatten() {
            tallies[component as usize].remove(before);
            tallies[component as usize].add(after);
        }
    }

    /// The pairs in which an instance takes part: its own, then those of its dependents.
    fn involved(&self, id: usize, at: usize) -> Option<Pair> {
        match at.checked_sub(1) {
            None => self.pair(id),
            Some(at) => self.pair(self.instances[id].dependents[at]),
        }
    }

    /// How many instances of each component run each version, oldest first.
    pub(super) fn census(&self) -> BTreeMap<Component, Vec<VersionCount>> {
        let mut counts = vec![[0_u64; Component::ALL.len()]; self.versions.len()];
        for instance in &self.instances {
            counts[instance.version][instance.component as usize] += 1;
        }
        let mut census: BTreeMap<Component, Vec<VersionCount>> = BTreeMap::new();
        // The map of version numbers is in the order of the versions.
        for (version, id) in &self.version_ids {
            for component in Component::ALL {
                let count = counts[*id][component as usize];
                if count > 0 {
                    let entry = VersionCount { version: (*version).clone(), count };
                    census.entry(component).or_default().push(entry);
                }
            }
        }
        census
    }
}
