//! Plans built by hand, so that the verifier is tried without the planner.
#![allow(unreachable_pub, reason = "a module of a test is reached by that test only")]

use std::collections::BTreeMap;

use jiff::civil::Date;
use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::cluster::Strategy;
use kubehop::component::Component;
use kubehop::component::ComponentVersion;
use kubehop::name::InstanceName;
use kubehop::plan::*;
use kubehop::verify::Avoid;
use kubehop::verify::Facts;
use kubehop::version::EtcdMinor;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

/// A version of Kubernetes.
pub fn k(text: &str) -> KubernetesVersion {
    text.parse().unwrap()
}

/// A version of any component.
pub fn v(component: Component, text: &str) -> ComponentVersion {
    match component {
        Component::Etcd => ComponentVersion::Etcd(text.parse().unwrap()),
        _ => ComponentVersion::Kubernetes(k(text)),
    }
}

pub fn names(prefix: &str, count: usize) -> Vec<InstanceName> {
    (1..=count).map(|number| format!("{prefix}-{number}").parse().unwrap()).collect()
}

/// A small catalog whose few facts the tests can see.
#[derive(Clone, Default)]
pub struct Known {
    pub overlays: Vec<Layer>,
}

impl Facts for Known {
    fn as_of(&self) -> Date {
        "2026-11-22".parse().unwrap()
    }
    fn digest(&self) -> String {
        "sha256:catalog".to_owned()
    }
    fn overlays(&self) -> Vec<Layer> {
        self.overlays.clone()
    }
    fn knows_minor(&self, minor: MinorVersion) -> bool {
        (20..=36).contains(&minor.number())
    }
    fn knows_release(&self, version: &KubernetesVersion) -> bool {
        self.knows_minor(version.minor()) && version.patch() <= 16
    }
    fn knows_etcd_minor(&self, minor: EtcdMinor) -> bool {
        (EtcdMinor::new(3, 4)..=EtcdMinor::new(3, 7)).contains(&minor)
    }
    fn knows_etcd(&self, version: &EtcdVersion) -> bool {
        self.knows_etcd_minor(version.minor()) && version.patch() <= 40
    }
    fn end_of_life(&self, minor: MinorVersion) -> Option<Date> {
        let past = minor == MinorVersion::new(1, 32);
        Some(if past { "2026-02-28" } else { "2027-02-28" }.parse().unwrap())
    }
    fn avoid(&self, version: &KubernetesVersion) -> Option<Avoid> {
        (version.patch() == 0).then(|| avoid("bad-zero"))
    }
    fn avoid_etcd(&self, version: &EtcdVersion) -> Option<Avoid> {
        (version.patch() == 33).then(|| avoid("bad-etcd"))
    }
    fn etcd_floor(&self, to: EtcdMinor) -> Option<EtcdVersion> {
        match to.to_string().as_str() {
            "3.6" => Some("3.5.32".parse().unwrap()),
            "3.7" => Some("3.6.11".parse().unwrap()),
            _ => None,
        }
    }
    fn etcd_floor_decided_by(&self, _: EtcdMinor) -> Option<String> {
        None
    }
    fn etcd_minimum(&self, version: &KubernetesVersion, _: EtcdTopology) -> Option<EtcdVersion> {
        (version.minor() >= MinorVersion::new(1, 31)).then(|| "3.5.11".parse().unwrap())
    }
    fn etcd_ceiling(&self, minor: MinorVersion) -> Option<(EtcdMinor, bool)> {
        match minor.number() {
            ..=28 => Some((EtcdMinor::new(3, 6), true)),
            29..=33 => Some((EtcdMinor::new(3, 6), false)),
            _ => None,
        }
    }
    fn etcd_default(&self, version: &KubernetesVersion) -> Option<EtcdVersion> {
        (version.minor() >= MinorVersion::new(1, 30)).then(|| "3.5.15".parse().unwrap())
    }
}

fn avoid(id: &str) -> Avoid {
    Avoid { id: id.to_owned(), what: "it breaks".to_owned(), source: String::new() }
}

/// What plan to build.
#[derive(Clone)]
pub struct Shape {
    /// The versions of the control plane, the first one being the start.
    pub stops: Vec<&'static str>,
    /// The versions of etcd, likewise; all of them in the first hop.
    pub etcd: Vec<&'static str>,
    pub control_plane: usize,
    /// Pools with their node counts.
    pub pools: Vec<(String, usize)>,
    /// Whether nodes move after the last hop only.
    pub deferred: bool,
    pub batch: usize,
}

impl Shape {
    /// 3 control-plane nodes, 2 pools, stacked etcd.
    pub fn new(stops: &[&'static str], etcd: &[&'static str]) -> Self {
        Self {
            stops: stops.to_vec(),
            etcd: etcd.to_vec(),
            control_plane: 3,
            pools: vec![("general".to_owned(), 3), ("batch".to_owned(), 2)],
            deferred: false,
            batch: 50,
        }
    }

    pub fn build(&self) -> Plan {
        let mut plan = self.draft();
        seal(&mut plan);
        plan
    }

    /// The plan before ids, `from`, tables, final state and summary are derived from its steps.
    pub fn draft(&self) -> Plan {
        let control_plane = names("cp", self.control_plane);
        let group =
            |component, version: &str, names: &[InstanceName], pool: Option<&str>| InstanceGroup {
                component,
                version: v(component, version),
                pool: pool.map(|pool| pool.parse().unwrap()),
                names: names.to_vec(),
            };
        let first = self.stops[0];
        let mut instances = vec![
            group(Component::Etcd, self.etcd[0], &control_plane, None),
            group(Component::KubeApiserver, first, &control_plane, None),
            group(Component::KubeControllerManager, first, &control_plane, None),
            group(Component::KubeScheduler, first, &control_plane, None),
            group(Component::Kubelet, first, &control_plane, None),
            group(Component::KubeProxy, first, &["kube-proxy".parse().unwrap()], None),
            group(Component::Kubectl, first, &["ci".parse().unwrap()], None),
        ];
        for (pool, count) in &self.pools {
            instances.push(group(Component::Kubelet, first, &names(pool, *count), Some(pool)));
        }
        let initial_state = State {
            provider: Provider::Kubeadm,
            etcd_topology: EtcdTopology::Stacked,
            kube_proxy: KubeProxyMode::DaemonSet,
            instances,
        };
        let count = self.stops.len() - 1;
        let hops = (1..=count).map(|number| self.hop(number, number == count)).collect();
        Plan {
            api_version: ApiVersion::V1Alpha1,
            kind: Kind::UpgradePlan,
            metadata: Metadata { name: "test".to_owned() },
            provenance: Provenance {
                tool: Provenance::TOOL.to_owned(),
                catalog: CatalogProvenance {
                    as_of: "2026-11-22".parse().unwrap(),
                    digest: "sha256:catalog".to_owned(),
                    overlays: Vec::new(),
                },
                inventory: InventoryProvenance {
                    digest: "sha256:inventory".to_owned(),
                    observed_at: None,
                    synthetic: false,
                },
                options: Options {
                    to: k(self.stops[count]).minor().to_string(),
                    etcd: None,
                    os: OsFamily::Debian,
                    pin: BTreeMap::new(),
                    avoid: Vec::new(),
                },
            },
            strategy: Strategy::EveryHop,
            from: k(first),
            to: k(self.stops[count]),
            assumptions: Vec::new(),
            summary: Summary::default(),
            final_state: initial_state.clone(),
            resumed: Vec::new(),
            initial_state,
            hops,
            closing: vec![step(StepKind::Validate)],
        }
    }

    fn hop(&self, number: usize, last: bool) -> Hop {
        let to = self.stops[number];
        let control_plane = names("cp", self.control_plane);
        let mut steps = vec![step(StepKind::Preflight), step(StepKind::Gate)];
        if number == 1 {
            for version in &self.etcd[1..] {
                steps.push(step(StepKind::Backup));
                steps.push(moving(&[Component::Etcd], version, &control_plane));
                steps.push(step(StepKind::Soak));
            }
        }
        steps.push(step(StepKind::Backup));
        let proxy_first = k(to).minor() < MinorVersion::new(1, 28);
        for (at, name) in control_plane.iter().enumerate() {
            let mut parts = vec![
                Component::KubeApiserver,
                Component::KubeControllerManager,
                Component::KubeScheduler,
            ];
            let with_proxy = if proxy_first { at == 0 } else { at + 1 == self.control_plane };
            if with_proxy {
                parts.push(Component::KubeProxy);
            }
            let mut step = moving(&parts, to, std::slice::from_ref(name));
            step.disruption = Disruption::ControlPlane;
            if with_proxy {
                step.because.push(because("kubeadm-addons"));
            }
            steps.push(step);
        }
        if last || !self.deferred {
            for name in &control_plane {
                steps.push(kubelets(to, std::slice::from_ref(name), None));
            }
            for (pool, count) in &self.pools {
                for batch in names(pool, *count).chunks(self.batch) {
                    steps.push(kubelets(to, batch, Some(pool)));
                }
            }
        }
        let mut client = moving(&[Component::Kubectl], to, &["ci".parse().unwrap()]);
        client.kind = StepKind::Client;
        steps.push(client);
        steps.push(step(StepKind::Validate));
        Hop {
            number: u32::try_from(number).unwrap(),
            from: k(self.stops[number - 1]),
            to: k(to),
            versions: Vec::new(),
            hazards: Vec::new(),
            covered: Vec::new(),
            ruled_out: Vec::new(),
            steps,
        }
    }
}

pub fn because(rule: &str) -> Reason {
    Reason { rule: rule.to_owned(), text: "so it is".to_owned(), source: String::new() }
}

pub fn step(kind: StepKind) -> Step {
    let probe = Probe::raw("/readyz");
    Step {
        id: StepId::Final { place: 0 },
        title: kind.to_string(),
        kind,
        component: None,
        transitions: Vec::new(),
        targets: Vec::new(),
        pool: None,
        batch: None,
        because: vec![because("component-order")],
        commands: vec![Command { on: "operator".to_owned(), run: "true".to_owned(), expect: None }],
        checkpoints: vec![Checkpoint {
            id: "ready".to_owned(),
            title: "the API server answers".to_owned(),
            run: probe.shell(),
            probe,
            expect: "ok".to_owned(),
        }],
        abort: "stop when it is not ready".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "the next step".to_owned(),
            commands: Vec::new(),
            text: Some("nothing was changed".to_owned()),
        },
        disruption: Disruption::None,
        duration: Duration { low: 1, likely: 2, high: 3 },
    }
}

pub fn moving(components: &[Component], to: &str, targets: &[InstanceName]) -> Step {
    let transitions = components
        .iter()
        .map(|component| Transition {
            component: *component,
            from: v(*component, to),
            to: v(*component, to),
        })
        .collect();
    let component = components.first().copied();
    Step { component, transitions, targets: targets.to_vec(), ..step(StepKind::Upgrade) }
}

pub fn kubelets(to: &str, targets: &[InstanceName], pool: Option<&str>) -> Step {
    Step {
        disruption: Disruption::Drain,
        pool: pool.map(|pool| pool.parse().unwrap()),
        batch: Some(Batch { size: 10, canary: 1 }),
        ..moving(&[Component::Kubelet], to, targets)
    }
}

type Versions = BTreeMap<(Component, InstanceName), ComponentVersion>;

/// Derives whatever follows from the steps, as an honest planner with a fault elsewhere would.
pub fn seal(plan: &mut Plan) {
    let mut now = Versions::new();
    for group in &plan.initial_state.instances {
        for name in &group.names {
            now.insert((group.component, name.clone()), group.version.clone());
        }
    }
    let mut summary = Summary {
        every_hop_drains: None,
        hops: plan.hops.len() as u64,
        control_plane_nodes: now.keys().filter(|key| key.0 == Component::KubeApiserver).count()
            as u64,
        ..Summary::default()
    };
    let kubelets = now.keys().filter(|key| key.0 == Component::Kubelet).count() as u64;
    summary.worker_nodes = kubelets - summary.control_plane_nodes;
    for (hop_at, hop) in plan.hops.iter_mut().enumerate() {
        hop.number = u32::try_from(hop_at + 1).unwrap();
        let before = table(&now);
        for (at, step) in hop.steps.iter_mut().enumerate() {
            step.id = StepId::Hop { hop: hop.number, place: u32::try_from(at + 1).unwrap() };
            apply(step, &mut now, &mut summary);
        }
        let after = table(&now);
        hop.versions = before
            .into_iter()
            .map(|(component, before)| {
                let after = after[&component].clone();
                VersionChange { component, before, after }
            })
            .collect();
    }
    for (at, step) in plan.closing.iter_mut().enumerate() {
        step.id = StepId::Final { place: u32::try_from(at + 1).unwrap() };
        apply(step, &mut now, &mut summary);
    }
    plan.summary = summary;
    plan.final_state = plan.initial_state.clone();
    plan.final_state.instances = now
        .into_iter()
        .map(|((component, name), version)| InstanceGroup {
            component,
            version,
            pool: None,
            names: vec![name],
        })
        .collect();
}

fn apply(step: &mut Step, now: &mut Versions, summary: &mut Summary) {
    summary.steps += 1;
    if step.disruption == Disruption::Drain {
        summary.drains += step.targets.len() as u64;
    }
    let all = step.targets.clone();
    for transition in &mut step.transitions {
        let component = transition.component;
        let proxy: [InstanceName; 1] = ["kube-proxy".parse().unwrap()];
        let daemon_set = now.contains_key(&(component, proxy[0].clone()));
        let targets = if daemon_set { &proxy[..] } else { &all };
        let keys = targets.iter().map(|name| (component, name.clone()));
        let keys: Vec<_> = keys.filter(|key| now.contains_key(key)).collect();
        if let Some(oldest) = keys.iter().map(|key| now[key].clone()).min() {
            transition.from = oldest;
        }
        for key in keys {
            let before = now.insert(key, transition.to.clone());
            if before.as_ref() != Some(&transition.to) {
                summary.etcd_restarts += u64::from(component == Component::Etcd);
                summary.client_upgrades += u64::from(component == Component::Kubectl);
            }
        }
        summary.etcd_upgrades += u64::from(component == Component::Etcd);
    }
}

fn table(now: &Versions) -> BTreeMap<Component, Vec<VersionCount>> {
    let mut counts: BTreeMap<Component, BTreeMap<&ComponentVersion, u64>> = BTreeMap::new();
    for ((component, _), version) in now {
        *counts.entry(*component).or_default().entry(version).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(component, counts)| {
            let counts = counts
                .into_iter()
                .map(|(version, count)| VersionCount { version: version.clone(), count });
            (component, counts.collect())
        })
        .collect()
}
