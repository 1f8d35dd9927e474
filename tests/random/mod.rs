//! Random clusters and what is asked of them: as sketches of small numbers, so that proptest shrinks
//! a failure to something that a person can read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use kubehop::catalog::Catalog;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::inventory::Client;
use kubehop::inventory::ControlPlaneNode;
use kubehop::inventory::Etcd;
use kubehop::inventory::EtcdMember;
use kubehop::inventory::Inventory;
use kubehop::inventory::Node;
use kubehop::inventory::NodeFacts;
use kubehop::inventory::NodePool;
use kubehop::planner::Request;
use kubehop::policy::ToolRules;
use kubehop::policy::VersionSkewPolicy;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;
use kubehop::version::VersionRequest;
use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy as _;
use proptest::prelude::any;
use proptest::prop_oneof;

/// The minors that clusters start from and go to.
const OLDEST: u64 = 22;
const NEWEST: u64 = 37;

/// How large a cluster may become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) control_plane: usize,
    pub(crate) pools: usize,
    pub(crate) nodes: usize,
    pub(crate) clients: usize,
    pub(crate) hops: u64,
}

/// Small enough to try everything.
pub(crate) const SMALL: Bounds =
    Bounds { control_plane: 3, pools: 2, nodes: 2, clients: 2, hops: 3 };

/// Large enough to meet everything, small enough for a short run.
pub(crate) const MEDIUM: Bounds =
    Bounds { control_plane: 3, pools: 3, nodes: 6, clients: 2, hops: 4 };

/// As large as clusters that people have, but for the nodes of a pool.
pub(crate) const LARGE: Bounds =
    Bounds { control_plane: 5, pools: 6, nodes: 30, clients: 3, hops: 15 };

/// A release: how many minors behind the newest kube-apiserver (negative: ahead), and which patch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lag {
    minors: i64,
    patch: u8,
}

/// A cluster and a target.
#[derive(Debug, Clone)]
pub(crate) struct Sketch {
    minor: u64,
    patch: u8,
    hops: u64,
    exact: Option<u8>,
    pin: Option<(u64, u8)>,
    strategy: Strategy,
    provider: Provider,
    topology: EtcdTopology,
    control_plane: Vec<MasterSketch>,
    etcd: Vec<EtcdSketch>,
    kube_proxy: Option<Lag>,
    /// The kubelets of workers: few versions a cluster, as in life.
    palette: Vec<Lag>,
    pools: Vec<PoolSketch>,
    clients: Vec<Option<Lag>>,
}

#[derive(Debug, Clone)]
struct MasterSketch {
    waits: bool,
    controllers_wait: (bool, bool),
    unknown: bool,
    kubelet: Option<Lag>,
}

#[derive(Debug, Clone)]
struct PoolSketch {
    counted: bool,
    /// Each node's place in the palette of the cluster.
    kubelets: Vec<u8>,
}

/// A member of etcd: unknown, what kubeadm deploys, or some release around that.
#[derive(Debug, Clone, Copy)]
enum EtcdSketch {
    Unknown,
    Default,
    Release { minor: i64, patch: u8 },
}

fn lag(worst: i64) -> impl proptest::strategy::Strategy<Value = Lag> {
    let minors = prop_oneof![6 => Just(0), 3 => 1..=2_i64, 2 => -1..=worst];
    (minors, any::<u8>()).prop_map(|(minors, patch)| Lag { minors, patch })
}

fn rarely() -> impl proptest::strategy::Strategy<Value = bool> {
    prop_oneof![5 => Just(false), 1 => Just(true)]
}

fn master() -> impl proptest::strategy::Strategy<Value = MasterSketch> {
    let kubelet = prop_oneof![8 => lag(3).prop_map(Some), 1 => Just(None)];
    (rarely(), (rarely(), rarely()), rarely(), kubelet).prop_map(
        |(waits, controllers_wait, unknown, kubelet)| MasterSketch {
            waits,
            controllers_wait,
            unknown,
            kubelet,
        },
    )
}

fn etcd(most: usize) -> impl proptest::strategy::Strategy<Value = Vec<EtcdSketch>> {
    let one = prop_oneof![
        1 => Just(EtcdSketch::Unknown),
        3 => Just(EtcdSketch::Default),
        4 => (-1..=1_i64, any::<u8>()).prop_map(|(minor, patch)| EtcdSketch::Release { minor, patch }),
    ];
    prop_oneof![
        3 => (one.clone(), 1..=most).prop_map(|(one, count)| vec![one; count]),
        1 => vec(one.clone(), 1..=most),
        // An upgrade that was left half done.
        1 => (0..=1_i64, any::<u8>(), 1..=most).prop_map(|(minor, patch, count)| {
            let member = |at| EtcdSketch::Release { minor: minor - i64::from(at > 0), patch };
            (0..count).map(member).collect()
        }),
    ]
}

/// Any cluster within the bounds, legal or not.
pub(crate) fn sketches(bounds: Bounds) -> impl proptest::strategy::Strategy<Value = Sketch> {
    let question = (
        OLDEST..=NEWEST,
        any::<u8>(),
        0..=bounds.hops,
        prop_oneof![4 => Just(None), 1 => any::<u8>().prop_map(Some)],
        prop_oneof![6 => Just(None), 1 => (0..=bounds.hops, any::<u8>()).prop_map(Some)],
    );
    let kind = (
        prop_oneof![Just(Strategy::EveryHop), Just(Strategy::MinDrains)],
        prop_oneof![2 => Just(Provider::Kubeadm), 1 => Just(Provider::Manual)],
        prop_oneof![Just(EtcdTopology::Stacked), Just(EtcdTopology::External)],
    );
    let pool = (rarely(), vec(any::<u8>(), 0..=bounds.nodes), any::<bool>()).prop_map(
        |(counted, mut kubelets, alike)| {
            if let Some(first) = kubelets.first().copied().filter(|_| alike) {
                kubelets.fill(first);
            }
            PoolSketch { counted, kubelets }
        },
    );
    let cluster = (
        vec(master(), 1..=bounds.control_plane),
        etcd(bounds.control_plane),
        prop_oneof![8 => lag(4).prop_map(Some), 1 => Just(None)],
        vec(lag(5), 1..=4),
        vec(pool, 0..=bounds.pools),
        vec(prop_oneof![6 => lag(3).prop_map(Some), 1 => Just(None)], 0..=bounds.clients),
    );
    (question, kind, cluster).prop_map(|(question, kind, cluster)| {
        let (minor, patch, hops, exact, pin) = question;
        let (strategy, provider, topology) = kind;
        let (control_plane, etcd, kube_proxy, palette, pools, clients) = cluster;
        Sketch {
            minor,
            patch,
            hops: hops.min(NEWEST - minor),
            exact,
            pin,
            strategy,
            provider,
            topology,
            control_plane,
            etcd,
            kube_proxy,
            palette,
            pools,
            clients,
        }
    })
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, number: usize) -> T {
    format!("{prefix}-{number}").parse().unwrap()
}

fn patch_of(catalog: &Catalog, minor: u64, patch: u8) -> KubernetesVersion {
    let release = catalog.releases().unwrap().minor(MinorVersion::new(1, minor)).unwrap();
    let patches: Vec<_> = release.patches.keys().rev().collect();
    patches[usize::from(patch) % patches.len()].clone()
}

fn etcd_version(
    catalog: &Catalog,
    sketch: EtcdSketch,
    apiserver: &KubernetesVersion,
) -> Option<EtcdVersion> {
    let matrix = catalog.etcd().unwrap();
    let default = matrix.kubeadm_default(apiserver)?.version;
    let (offset, patch) = match sketch {
        EtcdSketch::Unknown => return None,
        EtcdSketch::Default => return Some(default),
        EtcdSketch::Release { minor, patch } => (minor, patch),
    };
    let minors: Vec<_> = matrix.releases().keys().copied().collect();
    let at = minors.iter().position(|minor| *minor == default.minor())?;
    let at = usize::try_from(i64::try_from(at).ok()? + offset).unwrap_or_default();
    let release = &matrix.releases()[&minors[at.min(minors.len() - 1)]];
    let patches: Vec<_> = release.patches.keys().rev().collect();
    Some(patches[usize::from(patch) % patches.len()].clone())
}

impl Sketch {
    fn worker(&self, place: u8) -> Lag {
        self.palette[usize::from(place) % self.palette.len()]
    }

    /// The cluster.
    pub(crate) fn inventory(&self, catalog: &Catalog) -> Inventory {
        let known = |number: i64| {
            let (oldest, newest) = (OLDEST.saturating_sub(3), NEWEST);
            u64::try_from(number).unwrap_or_default().clamp(oldest, newest)
        };
        let at = |lag: Lag| {
            patch_of(catalog, known(i64::try_from(self.minor).unwrap() - lag.minors), lag.patch)
        };
        let newest = patch_of(catalog, self.minor, self.patch);
        let before = patch_of(catalog, known(i64::try_from(self.minor).unwrap() - 1), self.patch);
        let control_plane = self.control_plane.iter().enumerate().map(|(number, node)| {
            // The first node has moved, so the newest kube-apiserver is the one of the sketch.
            let waits = node.waits && number > 0;
            let apiserver = if waits { &before } else { &newest };
            let part = |part_waits: bool| {
                let version = if part_waits { &before } else { apiserver };
                (!node.unknown).then(|| version.clone())
            };
            ControlPlaneNode {
                name: name("cp", number + 1),
                apiserver: Some(apiserver.clone()),
                controller_manager: part(node.controllers_wait.0),
                scheduler: part(node.controllers_wait.1),
                kubelet: node.kubelet.map(at),
                kube_proxy: None,
                facts: NodeFacts::default(),
            }
        });
        // kubeadm has one stacked member on each control-plane node.
        let stacked = self.provider == Provider::Kubeadm && self.topology == EtcdTopology::Stacked;
        let (prefix, count) =
            if stacked { ("cp", self.control_plane.len()) } else { ("etcd", self.etcd.len()) };
        let members = self.etcd.iter().cycle().take(count).enumerate();
        let members = members.map(|(number, member)| EtcdMember {
            name: name(prefix, number + 1),
            version: etcd_version(catalog, *member, &newest),
            problems: Vec::new(),
        });
        let pools = self.pools.iter().enumerate().map(|(number, pool)| {
            let nodes = pool.kubelets.iter().enumerate().map(|(at_node, place)| Node {
                name: name(&format!("pool-{}", number + 1), at_node + 1),
                kubelet: at(self.worker(if pool.counted { pool.kubelets[0] } else { *place })),
                kube_proxy: None,
                facts: NodeFacts::default(),
            });
            NodePool {
                name: name("pool", number + 1),
                nodes: nodes.collect(),
                counted: pool.counted && !pool.kubelets.is_empty(),
            }
        });
        let clients = self
            .clients
            .iter()
            .enumerate()
            .map(|(number, lag)| Client { name: name("client", number + 1), kubectl: lag.map(at) });
        Inventory {
            name: "random".to_owned(),
            observed_at: None,
            provider: self.provider,
            endpoint: None,
            control_plane: control_plane.collect(),
            etcd: Etcd {
                topology: self.topology,
                endpoints: Vec::new(),
                members: members.collect(),
            },
            kube_proxy: self.kube_proxy.map(at),
            core_dns: None,
            kubeadm: None,
            pools: pools.collect(),
            clients: clients.collect(),
            unknowns: Vec::new(),
            synthetic: false,
        }
    }

    /// What is asked of the cluster.
    pub(crate) fn request<'a>(
        &self,
        inventory: &'a Inventory,
        catalog: &'a Catalog,
    ) -> Request<'a> {
        let target = self.minor + self.hops;
        let to = match self.exact {
            Some(patch) => VersionRequest::Release(patch_of(catalog, target, patch)),
            None => VersionRequest::Minor(MinorVersion::new(1, target)),
        };
        let pins = self.pin.map(|(hop, patch)| {
            let version = patch_of(catalog, self.minor + hop.min(self.hops), patch);
            (version.minor(), version)
        });
        Request {
            inventory,
            catalog,
            to,
            strategy: self.strategy,
            pins: BTreeMap::from_iter(pins),
            avoid: BTreeSet::new(),
            os: OsFamily::Debian,
            strict: false,
            etcd: None,
            from_minor: None,
            policy: VersionSkewPolicy::upstream(),
            tool: ToolRules::kubeadm(),
        }
    }
}

/// The same cluster with everything known that `planner` would have to assume.
pub(crate) fn settled(mut inventory: Inventory, catalog: &Catalog) -> Inventory {
    let apiserver = inventory.oldest_apiserver().unwrap().clone();
    let default = catalog.etcd().unwrap().kubeadm_default(&apiserver).unwrap().version;
    for member in &mut inventory.etcd.members {
        member.version.get_or_insert_with(|| default.clone());
    }
    for node in &mut inventory.control_plane {
        let own = node.apiserver.clone().unwrap();
        node.controller_manager.get_or_insert_with(|| own.clone());
        node.scheduler.get_or_insert_with(|| own.clone());
        if inventory.provider == Provider::Kubeadm {
            node.kubelet.get_or_insert_with(|| own.clone());
        }
    }
    for client in &mut inventory.clients {
        client.kubectl.get_or_insert_with(|| apiserver.clone());
    }
    inventory
}
