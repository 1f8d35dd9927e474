//! What a change ticket asks for: risk, what is touched, and where the plan comes from.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::finding::Finding;
use crate::name::InstanceName;
use crate::name::PoolName;
use crate::plan::Disruption;
use crate::plan::Layer;
use crate::plan::Plan;
use crate::plan::Provenance;
use crate::plan::State;
use crate::plan::Summary;

use super::names::Lists;
use super::names::Names;
use super::step::anchor;

/// The plan in numbers, spelled as templates spell everything else.
#[derive(Debug, Serialize)]
pub struct Totals {
    /// The hops.
    pub hops: u64,
    /// The steps, those after the last hop included.
    pub steps: u64,
    /// How often a node is drained.
    pub drains: u64,
    /// With `min-drains`: how many drains that saves against `every-hop`.
    pub drains_saved: u64,
    /// How often etcd as a whole changes its version.
    pub etcd_upgrades: u64,
    /// How often a member of etcd restarts into another version.
    pub etcd_restarts: u64,
    /// How often a client changes its kubectl.
    pub client_upgrades: u64,
    /// The hazards that must be settled before their hop.
    pub blockers: u64,
    /// All other hazards.
    pub other_hazards: u64,
    /// Control-plane nodes.
    pub control_plane_nodes: u64,
    /// Worker nodes.
    pub worker_nodes: u64,
}

impl Totals {
    pub(super) fn new(summary: Summary) -> Self {
        let Summary {
            hops,
            steps,
            drains,
            every_hop_drains,
            etcd_upgrades,
            etcd_restarts,
            client_upgrades,
            blockers,
            other_hazards,
            control_plane_nodes,
            worker_nodes,
        } = summary;
        Self {
            hops,
            steps,
            drains,
            drains_saved: every_hop_drains.unwrap_or(drains).saturating_sub(drains),
            etcd_upgrades,
            etcd_restarts,
            client_upgrades,
            blockers,
            other_hazards,
            control_plane_nodes,
            worker_nodes,
        }
    }
}

/// What a plan disturbs, and where it cannot be taken back.
#[derive(Debug, Serialize)]
pub struct Risk {
    /// Steps in which requests to the API stall.
    pub control_plane_steps: usize,
    /// Steps in which pods move.
    pub drain_steps: usize,
    /// How often a node is drained.
    pub drains: usize,
    /// Steps that disturb people and pipelines.
    pub client_steps: usize,
    /// Steps without a way back short of a restore.
    pub no_return: Vec<StepRef>,
}

/// A step by name.
#[derive(Debug, Serialize)]
pub struct StepRef {
    /// The step.
    pub id: String,
    /// Its anchor.
    pub anchor: String,
    /// What is done.
    pub title: String,
    /// Its point of no return.
    pub until: String,
}

impl Risk {
    pub(super) fn new(plan: &Plan) -> Self {
        let count =
            |disruption| plan.steps().filter(|(_, step)| step.disruption == disruption).count();
        let drains = plan.steps().filter(|(_, step)| step.disruption == Disruption::Drain);
        Self {
            control_plane_steps: count(Disruption::ControlPlane),
            drain_steps: count(Disruption::Drain),
            drains: drains.map(|(_, step)| step.targets.len()).sum(),
            client_steps: count(Disruption::Client),
            no_return: plan
                .steps()
                .filter(|(_, step)| !step.rollback.possible)
                .map(|(_, step)| StepRef {
                    id: step.id.to_string(),
                    anchor: anchor(&step.id.to_string()),
                    title: step.title.clone(),
                    until: step.rollback.until.clone(),
                })
                .collect(),
        }
    }
}

/// What is touched.
#[derive(Debug, Serialize)]
pub struct Affected<'a> {
    /// The control-plane nodes.
    pub control_plane: Vec<Names<'a>>,
    /// The members of etcd, where they are not the control-plane nodes.
    pub etcd: Vec<Names<'a>>,
    /// The worker pools.
    pub pools: Vec<PoolView<'a>>,
    /// The clients.
    pub clients: Vec<Names<'a>>,
}

/// A worker pool.
#[derive(Debug, Serialize)]
pub struct PoolView<'a> {
    /// The pool.
    pub pool: &'a str,
    /// How many nodes.
    pub nodes: usize,
    /// The kubelets before, oldest first.
    pub before: Vec<String>,
    /// The kubelets after.
    pub after: Vec<String>,
}

impl<'a> Affected<'a> {
    pub(super) fn new(plan: &'a Plan, lists: &mut Lists<'a>) -> Self {
        let state = &plan.initial_state;
        let names = |component: Component| {
            state
                .instances
                .iter()
                .filter(move |group| group.component == component)
                .map(|group| group.names.as_slice())
        };
        let servers: Vec<&InstanceName> = names(Component::KubeApiserver).flatten().collect();
        let stacked =
            |members: &[InstanceName]| members.iter().all(|member| servers.contains(&member));
        let control_plane =
            names(Component::KubeApiserver).map(|names| lists.plain("control plane", names, None));
        let control_plane = control_plane.collect();
        let etcd = names(Component::Etcd).filter(|members| !stacked(members));
        let etcd = etcd.map(|names| lists.plain("etcd", names, None)).collect();
        let clients = names(Component::Kubectl).map(|names| lists.plain("kubectl", names, None));
        let clients = clients.collect();
        Self { control_plane, etcd, pools: pools(plan), clients }
    }
}

fn pools(plan: &Plan) -> Vec<PoolView<'_>> {
    let before = kubelets(&plan.initial_state);
    let mut after = kubelets(&plan.final_state);
    before
        .into_iter()
        .map(|(pool, (nodes, before))| {
            let after = after.remove(pool).map(|(_, versions)| versions).unwrap_or_default();
            let text = |versions: Vec<&ComponentVersion>| -> Vec<String> {
                versions.iter().map(ToString::to_string).collect()
            };
            PoolView { pool: pool.as_str(), nodes, before: text(before), after: text(after) }
        })
        .collect()
}

type Kubelets<'a> = BTreeMap<&'a PoolName, (usize, Vec<&'a ComponentVersion>)>;

fn kubelets(state: &State) -> Kubelets<'_> {
    let mut pools = Kubelets::new();
    for group in &state.instances {
        if let (Component::Kubelet, Some(pool)) = (group.component, &group.pool) {
            let (nodes, versions) = pools.entry(pool).or_default();
            *nodes += group.names.len();
            versions.push(&group.version);
        }
    }
    for (_, versions) in pools.values_mut() {
        versions.sort();
        versions.dedup();
    }
    pools
}

/// Where a plan comes from.
#[derive(Debug, Serialize)]
pub struct ProvenanceView<'a> {
    /// The program and its version.
    pub tool: &'a str,
    /// The day up to which the data reaches.
    pub catalog_as_of: String,
    /// The digest of the data, shortened.
    pub catalog_digest: String,
    /// The user's own data.
    pub overlays: &'a [Layer],
    /// The digest of the inventory, shortened.
    pub inventory_digest: String,
    /// When the cluster was looked at; empty where that is not known.
    pub observed_at: String,
    /// Whether the inventory was made from two versions.
    pub synthetic: bool,
    /// The target as it was asked for.
    pub target: &'a str,
    /// The etcd version that was given; empty where none was.
    pub etcd: String,
    /// The family of distributions.
    pub os: &'static str,
    /// The patches that were pinned.
    pub pins: Vec<String>,
    /// The versions that were forbidden.
    pub avoid: Vec<String>,
}

impl<'a> ProvenanceView<'a> {
    pub(super) fn new(provenance: &'a Provenance) -> Self {
        let Provenance { tool, catalog, inventory, options } = provenance;
        Self {
            tool,
            catalog_as_of: catalog.as_of.to_string(),
            catalog_digest: shortened(&catalog.digest),
            overlays: &catalog.overlays,
            inventory_digest: shortened(&inventory.digest),
            observed_at: inventory.observed_at.map_or_else(String::new, |at| at.to_string()),
            synthetic: inventory.synthetic,
            target: &options.to,
            etcd: options.etcd.as_ref().map_or_else(String::new, ToString::to_string),
            os: options.os.name(),
            pins: options.pin.values().map(ToString::to_string).collect(),
            avoid: options.avoid.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Enough of a digest to tell two plans apart by eye.
fn shortened(digest: &str) -> String {
    const SHOWN: usize = 12;
    match digest.split_once(':') {
        Some((kind, hex)) => format!("{kind}:{}", hex.chars().take(SHOWN).collect::<String>()),
        None => digest.chars().take(SHOWN).collect(),
    }
}

/// What the verifier said.
#[derive(Debug, Serialize)]
pub struct Verification<'a> {
    /// Whether it was asked.
    pub asked: bool,
    /// Findings that must be mended.
    pub errors: usize,
    /// Findings that should be looked at.
    pub warnings: usize,
    /// Every finding, worst first.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Verification<'a> {
    pub(super) fn new(findings: Option<&'a [Finding]>) -> Self {
        let count = |severity| {
            findings.unwrap_or_default().iter().filter(|found| found.severity == severity).count()
        };
        let mut sorted: Vec<&Finding> = findings.unwrap_or_default().iter().collect();
        sorted.sort_by_key(|finding| finding.severity);
        Self {
            asked: findings.is_some(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            findings: sorted,
        }
    }
}
