//! An organisation's own rules for plans: `kind: ReviewPolicy`.

mod apply;
mod check;
mod words;

pub(super) use apply::Case;
pub(super) use apply::apply;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::plan::HazardSeverity;
use crate::yaml;

use words::Count;
use words::Words;

/// Rules that an organisation has for plans, and what its people have decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ReviewPolicy")]
pub struct Policy {
    /// `kubehop.dev/v1alpha1`.
    pub(super) api_version: ApiVersion,
    /// `ReviewPolicy`.
    pub(super) kind: Kind,
    /// The name of the policy.
    pub(super) metadata: Metadata,
    /// What a plan must keep.
    #[serde(default)]
    pub(super) rules: Rules,
    /// The approvals that were given.
    #[serde(default)]
    pub(super) approvals: Vec<Approval>,
    /// The hazards that somebody answers for.
    #[serde(default)]
    pub(super) acknowledgements: Vec<Acknowledgement>,
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Kind {
    /// An organisation's own rules.
    ReviewPolicy,
}

/// The name of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    /// Such as `production`.
    pub(super) name: Words,
}

/// What a plan must keep. A rule that is left out asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rules {
    /// The strategy that the plan must be made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) strategy: Option<Strategy>,
    /// The least time for which the cluster is watched.
    #[serde(default)]
    pub(super) least_soak_minutes: LeastSoak,
    /// Whether a plan must not stop at the first patch of a minor, `.0`.
    #[serde(default)]
    pub(super) no_zero_patches: bool,
    /// The days that a patch must have been out on the day of the review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) least_patch_age_days: Option<Count>,
    /// Whether the target must still get fixes, on the day of the review and when the plan is done.
    #[serde(default)]
    pub(super) supported_only: bool,
    /// How many nodes may be drained in one maintenance window; needs a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) most_drains_per_window: Option<Count>,
    /// The roles, or the people, that must approve.
    #[serde(default)]
    pub(super) approvals: Vec<Words>,
    /// The hazards that somebody must answer for.
    #[serde(default)]
    pub(super) acknowledge: Acknowledge,
}

/// The least time for which the cluster is watched, in minutes; the `low` duration of a soak counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LeastSoak {
    /// At the end of each hop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after_hop: Option<Count>,
    /// After a new minor of etcd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after_etcd_minor: Option<Count>,
}

/// The hazards that somebody must answer for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledge {
    /// All of these weights.
    #[serde(default)]
    pub(super) severities: Vec<HazardSeverity>,
    /// These, whatever they weigh.
    #[serde(default)]
    pub(super) hazards: Vec<Words>,
}

/// An approval that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    /// The role in which it was given.
    pub(super) role: Words,
    /// By whom.
    pub(super) by: Words,
    /// When (RFC 3339).
    #[schemars(with = "String")]
    pub(super) at: Timestamp,
    /// The name of the plan that it is for; absent: for the plan that is reviewed, whichever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Words>,
}

/// Somebody answers for a hazard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledgement {
    /// The hazard, by its id in the plan.
    pub(super) id: Words,
    /// Who answers for it.
    pub(super) by: Words,
    /// The last day on which that holds.
    #[schemars(with = "String")]
    pub(super) until: Date,
    /// What was found, or decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<Words>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// A diagnostic with file, line and path for a document that is no policy, or that contradicts
    /// itself.
    pub fn read(file: &SourceFile) -> Result<Self, Diagnostic> {
        let policy: Self = yaml::read(file)?;
        check::check(&policy, file)?;
        Ok(policy)
    }

    /// The JSON Schema of a policy.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
