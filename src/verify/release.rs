//! The releases at which a plan stops: known, not marked `avoid`, supported, and as asked for.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::diagnostic::Severity;
use crate::plan::Hop;
use crate::plan::Plan;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::VersionRequest;

use super::codes::Code;
use super::facts::Facts;
use super::report::Place;
use super::report::Report;

/// The assumption by which a plan admits that the catalog does not know a patch.
const UNKNOWN_PATCH: &str = "unknown-patch";

/// The same of a patch of etcd.
const UNKNOWN_ETCD_PATCH: &str = "unknown-etcd-patch";

/// Checks each release once, where the plan first stops at it.
pub(super) fn check(plan: &Plan, facts: &dyn Facts, report: &mut Report) {
    for (version, place) in stops(plan) {
        known(plan, version, place, facts, report);
        known_bad(plan, version, place, facts, report);
        forbidden(plan, version, place, report);
    }
    etcd_known(plan, facts, report);
    pinned(plan, report);
    asked_for(plan, report);
    supported(plan, facts, report);
}

/// The hops of which a step is not over: where a plan was taken up again, nobody can choose other
/// releases for what is done.
fn hops_ahead(plan: &Plan) -> impl Iterator<Item = &Hop> {
    let mut steps = 0;
    plan.hops.iter().filter(move |hop| {
        steps += hop.steps.len();
        steps > plan.over() || plan.resumed.is_empty()
    })
}

/// Every Kubernetes release at which something stops, and where first.
fn stops(plan: &Plan) -> BTreeMap<&KubernetesVersion, Place> {
    let mut stops = BTreeMap::new();
    for hop in hops_ahead(plan) {
        stops.entry(&hop.to).or_insert(Place::Hop(hop.number));
    }
    for (_, step) in plan.ahead() {
        for version in step.transitions.iter().filter_map(|at| at.to.kubernetes()) {
            stops.entry(version).or_insert(Place::Step(step.id));
        }
    }
    stops
}

/// A minor must be known; a patch may be unknown where the plan says so.
fn known(
    plan: &Plan,
    version: &KubernetesVersion,
    place: Place,
    facts: &dyn Facts,
    report: &mut Report,
) {
    if !facts.knows_minor(version.minor()) {
        let detail = version.minor().number();
        let severity = Code::UnknownMinor.entry().severity;
        report.add_as(severity, Code::UnknownMinor, place, detail, || {
            [
                format!("the catalog knows nothing of {}", version.minor()),
                "lay newer data over the catalog with `--catalog FILE`".to_owned(),
            ]
        });
    } else if !facts.knows_release(version) {
        let assumed = plan.assumptions.iter().any(|assumption| assumption.id == UNKNOWN_PATCH);
        let severity = if assumed { Severity::Info } else { Severity::Warning };
        report.add_as(severity, Code::UnknownPatch, place, version.patch(), || {
            [
                format!("the catalog does not know {version}"),
                "confirm that it was released, and read its notes".to_owned(),
            ]
        });
    }
}

/// The same of etcd, also of what runs at the start: whether a release is bad, and what it may go to, can
/// only be told of one that is known.
fn etcd_known(plan: &Plan, facts: &dyn Facts, report: &mut Report) {
    let running = plan.found().instances.iter();
    let running = running.filter_map(|group| Some((group.version.etcd()?, Place::Initial)));
    let steps = plan.ahead().flat_map(|(_, step)| {
        let stops = step.transitions.iter().filter_map(|at| at.to.etcd());
        stops.map(|version| (version, Place::Step(step.id)))
    });
    let mut versions: BTreeMap<&EtcdVersion, Place> = BTreeMap::new();
    for (version, place) in running.chain(steps) {
        versions.entry(version).or_insert(place);
    }
    for (version, place) in versions {
        if !facts.knows_etcd_minor(version.minor()) {
            report.add(Code::UnknownMinor, place, || {
                [
                    format!("the catalog knows nothing of etcd {}", version.minor()),
                    "lay newer data over the catalog with `--etcd-matrix FILE`".to_owned(),
                ]
            });
        } else if !facts.knows_etcd(version) {
            let assumed = plan.assumptions.iter().any(|it| it.id == UNKNOWN_ETCD_PATCH);
            let severity = if assumed { Severity::Info } else { Severity::Warning };
            report.add_as(severity, Code::UnknownPatch, place, version.patch(), || {
                [
                    format!("the catalog does not know etcd {version}"),
                    "confirm that it was released, and read its notes".to_owned(),
                ]
            });
        }
    }
}

/// Whether a person asked for this very release.
fn is_asked_for(plan: &Plan, version: &KubernetesVersion) -> bool {
    let options = &plan.provenance.options;
    options.pin.values().any(|pinned| pinned == version)
        || options.to.parse() == Ok(VersionRequest::Release(version.clone()))
}

/// Whether a kube-apiserver runs this release before the first step that is not over, so that
/// a half-done hop is completed to it.
fn runs_already(plan: &Plan, version: &KubernetesVersion) -> bool {
    plan.found().instances.iter().any(|group| {
        group.component == Component::KubeApiserver && group.version.kubernetes() == Some(version)
    })
}

/// A plan does not stop at a release marked `avoid`. What a person asked for by its patch is their
/// decision; what the control plane runs already is not made worse by levelling to it.
fn known_bad(
    plan: &Plan,
    version: &KubernetesVersion,
    place: Place,
    facts: &dyn Facts,
    report: &mut Report,
) {
    let Some(avoid) = facts.avoid(version) else { return };
    let severity = if runs_already(plan, version) {
        Severity::Info
    } else if is_asked_for(plan, version) {
        Severity::Warning
    } else {
        Code::KnownBad.entry().severity
    };
    let new = report.add_as(severity, Code::KnownBad, place, version.patch(), || {
        [
            format!("{version} is known to be bad ({}): {}", avoid.id, avoid.what),
            "take another patch of the same minor".to_owned(),
        ]
    });
    if new && !avoid.source.is_empty() {
        report.source(&avoid.source);
    }
}

/// A version that was forbidden is not a stop; to complete a half-done hop to it is none.
fn forbidden(plan: &Plan, version: &KubernetesVersion, place: Place, report: &mut Report) {
    let forbidden = plan.provenance.options.avoid.contains(version);
    if forbidden && !runs_already(plan, version) {
        report.add(Code::OptionIgnored, place, || {
            [
                format!("{version} was forbidden with `--avoid`"),
                "take another patch of the same minor".to_owned(),
            ]
        });
    }
}

/// A hop to a minor that was pinned goes to that patch. A half-done hop is completed to what runs, and
/// the pinned patch is a hop of its own.
fn pinned(plan: &Plan, report: &mut Report) {
    for hop in hops_ahead(plan) {
        let pinned = plan.provenance.options.pin.get(&hop.to.minor());
        let raises = hop.to.minor() > hop.from.minor() && !runs_already(plan, &hop.to);
        if let Some(pinned) = pinned.filter(|pinned| raises && **pinned != hop.to) {
            report.add(Code::OptionIgnored, Place::Hop(hop.number), || {
                [
                    format!("the hop goes to {}, but {pinned} was pinned", hop.to),
                    "plan again, or take the pin back".to_owned(),
                ]
            });
        }
    }
}

/// The target is the release, or a patch of the minor, that was asked for.
fn asked_for(plan: &Plan, report: &mut Report) {
    let asked = &plan.provenance.options.to;
    let met = match asked.parse() {
        Ok(VersionRequest::Minor(minor)) => minor == plan.to.minor(),
        Ok(VersionRequest::Release(version)) => version == plan.to,
        Err(_) => false,
    };
    if !met {
        report.add(Code::OptionIgnored, Place::Key("to"), || {
            let asked: String = asked.chars().take(60).collect();
            [
                format!("the plan goes to {}, but `{asked}` was asked for", plan.to),
                "plan again for the target that is meant".to_owned(),
            ]
        });
    }
}

/// The target is supported on the day up to which the catalog reaches.
fn supported(plan: &Plan, facts: &dyn Facts, report: &mut Report) {
    let minor = plan.to.minor();
    if let Some(end) = facts.end_of_life(minor).filter(|end| *end < facts.as_of()) {
        report.add(Code::EndOfLife, Place::Key("to"), || {
            [
                format!("{minor} gets no fixes since {end}"),
                "go on to a supported minor soon".to_owned(),
            ]
        });
    }
}
