//! What whoever resumes a plan wants to be other than in it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::cluster::OsFamily;
use crate::cluster::Strategy;
use crate::inventory::Inventory;
use crate::plan::Options;
use crate::plan::Plan;
use crate::planner;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

use super::Request;

/// What is to be other than in the plan; what is not said stays as it was asked for then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Another target.
    pub to: Option<VersionRequest>,
    /// Another strategy.
    pub strategy: Option<Strategy>,
    /// Commands for another family of distributions.
    pub os: Option<OsFamily>,
    /// Further releases to stop at, by minor.
    pub pins: BTreeMap<MinorVersion, KubernetesVersion>,
    /// Further releases that must not be a stop.
    pub avoid: BTreeSet<KubernetesVersion>,
    /// Whether unknowns are refused instead of assumed.
    pub strict: bool,
}

impl Wishes {
    /// What is asked for otherwise than in the plan, in words.
    pub(super) fn against(&self, plan: &Plan) -> Vec<String> {
        let Self { to, strategy, os, pins, avoid, strict: _ } = self;
        let mut other = Vec::new();
        let reached = |to: &VersionRequest| match to {
            VersionRequest::Minor(minor) => plan.to.minor() == *minor,
            VersionRequest::Release(version) => plan.to == *version,
        };
        if let Some(to) = to.as_ref().filter(|to| !reached(to)) {
            other.push(format!("the target is to be {to} instead of {}", plan.to));
        }
        if let Some(strategy) = strategy.filter(|strategy| *strategy != plan.strategy) {
            other.push(format!("the strategy is to be {strategy} instead of {}", plan.strategy));
        }
        let then = plan.provenance.options.os;
        if let Some(os) = os.filter(|os| *os != then) {
            other.push(format!("the commands are to be for {os} instead of {then}"));
        }
        let stops = || plan.hops.iter().map(|hop| &hop.to);
        for pin in pins.values() {
            if stops().any(|stop| stop.minor() == pin.minor() && stop != pin) {
                other.push(format!("the plan is to stop at {pin}"));
            }
        }
        for avoided in avoid.iter().filter(|avoided| stops().any(|stop| stop == *avoided)) {
            other.push(format!("the plan is not to stop at {avoided}"));
        }
        other
    }

    /// The options of the new plan.
    pub(super) fn options(&self, plan: &Plan) -> Options {
        let then = &plan.provenance.options;
        let mut pin = then.pin.clone();
        pin.extend(self.pins.clone());
        let avoid: BTreeSet<KubernetesVersion> =
            then.avoid.iter().chain(&self.avoid).cloned().collect();
        pin.retain(|_, version| !self.avoid.contains(version));
        Options {
            to: self.to.as_ref().map_or_else(|| then.to.clone(), ToString::to_string),
            etcd: then.etcd.clone(),
            os: self.os.unwrap_or(then.os),
            pin,
            avoid: avoid.into_iter().collect(),
        }
    }
}

/// What the planner is asked.
pub(super) fn request<'a>(
    request: &'a Request<'_>,
    inventory: &'a Inventory,
) -> planner::Request<'a> {
    let plan = request.progress.plan;
    let options = request.wishes.options(plan);
    let then = options.to.parse().unwrap_or_else(|_| VersionRequest::Release(plan.to.clone()));
    planner::Request {
        inventory,
        catalog: request.catalog,
        to: request.wishes.to.clone().unwrap_or(then),
        strategy: super::strategy(request),
        pins: options.pin,
        avoid: options.avoid.into_iter().collect(),
        os: options.os,
        strict: request.wishes.strict,
        etcd: options.etcd,
        from_minor: None,
        policy: request.policy.clone(),
        tool: request.tool.clone(),
    }
}
