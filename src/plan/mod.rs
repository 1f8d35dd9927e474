//! The plan: the one value that is reviewed, scheduled, followed and checked off.
//!
//! Types only. `planner` builds it, `verify` replays it, `render` shows it. The field order here is
//! the key order of the file, and other programs rely on the spellings.

mod checkpoint;
mod digest;
mod file;
mod hop;
mod lookup;
mod provenance;
mod resumption;
mod state;
mod step;
mod summary;

pub use checkpoint::Checkpoint;
pub use checkpoint::Probe;
pub use checkpoint::ProbeKind;
pub use checkpoint::shell_word;
pub use file::read;
pub use file::schema;
pub use hop::Covered;
pub use hop::Detect;
pub use hop::Hazard;
pub use hop::HazardSeverity;
pub use hop::Hop;
pub use hop::RuledOut;
pub use hop::VersionChange;
pub use hop::VersionCount;
pub use provenance::CatalogProvenance;
pub use provenance::InventoryProvenance;
pub use provenance::Layer;
pub use provenance::Options;
pub use provenance::Provenance;
pub use resumption::Resumption;
pub use state::Groups;
pub use state::InstanceGroup;
pub use state::KubeProxyMode;
pub use state::State;
pub use step::Batch;
pub use step::Command;
pub use step::Disruption;
pub use step::Duration;
pub use step::InvalidStepId;
pub use step::Reason;
pub use step::Rollback;
pub use step::Step;
pub use step::StepId;
pub use step::StepKind;
pub use step::Transition;
pub use summary::Summary;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::Strategy;
use crate::version::KubernetesVersion;

/// A whole upgrade, from what runs now to the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UpgradePlan")]
pub struct Plan {
    /// `kubehop.dev/v1alpha1`.
    pub api_version: ApiVersion,
    /// `UpgradePlan`.
    pub kind: Kind,
    /// The name of the plan.
    pub metadata: Metadata,
    /// What the plan was made from, and with.
    pub provenance: Provenance,
    /// What the search weighed and permitted.
    pub strategy: Strategy,
    /// The oldest kube-apiserver before the first step.
    pub from: KubernetesVersion,
    /// The version of the control plane after the last step.
    pub to: KubernetesVersion,
    /// What was not known and is taken to hold, with the command that settles it.
    pub assumptions: Vec<Assumption>,
    /// The plan in numbers.
    pub summary: Summary,
    /// Every instance and its version before the first step.
    pub initial_state: State,
    /// Every instance and its version after the last step.
    pub final_state: State,
    /// Where the plan was taken up again with another rest, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<Resumption>,
    /// The hops, one minor each, in order.
    pub hops: Vec<Hop>,
    /// The steps after the last hop.
    #[serde(rename = "final")]
    pub closing: Vec<Step>,
}

impl Plan {
    /// The cluster: the name of the plan without the versions that it ends in.
    pub fn cluster(&self) -> &str {
        let name = &self.metadata.name;
        let cut = name.rfind("-to-v").and_then(|end| name[..end].rfind("-v"));
        cut.map(|at| &name[..at]).filter(|cluster| !cluster.is_empty()).unwrap_or(name)
    }

    /// Every step in the order in which it is done, with the number of its hop (`None`: after the
    /// last one).
    pub fn steps(&self) -> impl Iterator<Item = (Option<u32>, &Step)> {
        let hops =
            self.hops.iter().flat_map(|hop| hop.steps.iter().map(|step| (Some(hop.number), step)));
        hops.chain(self.closing.iter().map(|step| (None, step)))
    }
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// A whole upgrade.
    UpgradePlan,
}

/// The name of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Cluster, start and target, such as `prod-eu-1-v1.27-to-v1.30`.
    pub name: String,
}

/// Something that was not known and is taken to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// A stable name, such as `etcd-version`.
    pub id: String,
    /// What is taken to hold, and what follows if it does not.
    pub text: String,
    /// The command that settles it.
    pub settle: String,
}
