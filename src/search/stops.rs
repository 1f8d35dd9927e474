//! From an inventory and a target to a question for the search: which release each hop stops at,
//! and what it asks of etcd.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::Action;
use crate::catalog::Applicability;
use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::catalog::EtcdMatrix;
use crate::catalog::KnownBad;
use crate::catalog::KnownBadReleases;
use crate::catalog::Releases;
use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::policy::RuleId;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::version::EtcdMinor;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

use super::ClusterState;
use super::EtcdNeed;
use super::EtcdRules;
use super::Ladder;
use super::Problem;
use super::Stop;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What runs now; every version known.
    pub inventory: &'a Inventory,
    /// What exists.
    pub catalog: &'a Catalog,
    /// The target.
    pub to: &'a VersionRequest,
    /// What is weighed and permitted.
    pub strategy: Strategy,
    /// The release to stop at, by minor, where the user chose one.
    pub pins: &'a BTreeMap<MinorVersion, KubernetesVersion>,
    /// Releases that the user forbids.
    pub avoid: &'a BTreeSet<KubernetesVersion>,
    /// The version skew policy.
    pub policy: &'a VersionSkewPolicy,
    /// kubeadm's own rules.
    pub tool: &'a ToolRules,
    /// What is known of the cluster, for faults that concern some clusters only.
    pub facts: &'a ClusterFacts,
}

/// Why a question cannot be put to the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStop {
    /// The target is older than what runs.
    Downgrade {
        /// The newest kube-apiserver.
        from: KubernetesVersion,
        /// The target.
        to: VersionRequest,
    },
    /// The target's minor is announced, but there is no release of it.
    NotReleased {
        /// The minor.
        minor: MinorVersion,
        /// Its pre-releases.
        tags: Vec<KubernetesVersion>,
        /// The newest minor with a release.
        newest: MinorVersion,
    },
    /// The minor is not known at all.
    UnknownMinor {
        /// The minor.
        minor: MinorVersion,
        /// The oldest and the newest minor that are known.
        known: (MinorVersion, MinorVersion),
    },
    /// No release of a minor is left to stop at.
    NothingLeft {
        /// The minor.
        minor: MinorVersion,
        /// Every release of it and what speaks against it, newest first.
        rejected: Vec<(KubernetesVersion, Rejected)>,
    },
    /// API servers are more than one minor apart, which no upgrade repairs.
    ApiserversApart {
        /// The oldest.
        oldest: KubernetesVersion,
        /// The newest.
        newest: KubernetesVersion,
    },
    /// The embedded data or an overlay cannot be read.
    Catalog(Diagnostic),
}

/// What speaks against stopping at a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// The user forbids it.
    Forbidden,
    /// The user pinned another release of the minor.
    Pinned {
        /// The other release.
        to: KubernetesVersion,
    },
    /// The data marks it `avoid`.
    KnownBad {
        /// The entry.
        id: String,
        /// What happens.
        what: String,
    },
}

/// Puts the question: chooses the stops and gathers what they ask of etcd.
///
/// # Errors
///
/// Everything that makes the question itself impossible, before any search.
pub fn problem(question: &Question<'_>) -> Result<Problem, NoStop> {
    let catalog = question.catalog;
    let releases = catalog.releases().map_err(NoStop::Catalog)?;
    let known_bad = catalog.known_bad().map_err(NoStop::Catalog)?;
    let matrix = catalog.etcd().map_err(NoStop::Catalog)?;

    let ladder = ladder(question, releases, known_bad, matrix)?;
    let start = ClusterState::of(question.inventory, &ladder);
    Ok(Problem {
        provider: question.inventory.provider,
        topology: question.inventory.etcd.topology,
        strategy: question.strategy,
        etcd: etcd_rules(question, &ladder, known_bad, matrix),
        policy: question.policy.clone(),
        tool: question.tool.clone(),
        ladder,
        start,
    })
}

fn ladder(
    question: &Question<'_>,
    releases: &Releases,
    known_bad: &KnownBadReleases,
    matrix: &EtcdMatrix,
) -> Result<Ladder, NoStop> {
    let inventory = question.inventory;
    let (Some(oldest), Some(newest)) = (inventory.oldest_apiserver(), inventory.newest_apiserver())
    else {
        // An inventory has at least one control-plane node; were there none, nothing would be to do.
        let nothing = KubernetesVersion::new(question.to.minor(), 0);
        return Ok(Ladder::new(Stop { version: nothing, etcd: None, hazards: 0 }, Vec::new()));
    };
    if question.policy.apiserver.excess(oldest.minor(), newest.minor()).is_some() {
        return Err(NoStop::ApiserversApart { oldest: oldest.clone(), newest: newest.clone() });
    }
    let base = Stop { version: newest.clone(), etcd: None, hazards: 0 };
    let target = target(question, releases, newest)?;
    let chooser = Chooser { question, releases, known_bad, matrix };
    let mut hops = Vec::new();
    let pinned_base = question.pins.get(&newest.minor()).filter(|pin| *pin > newest);
    if let Some(pin) = pinned_base.filter(|_| target > newest.minor()) {
        hops.push(chooser.stop(pin.minor(), None)?);
    }
    let mut minor = newest.minor();
    while minor < target {
        minor = minor.next();
        let exact = match question.to {
            VersionRequest::Release(version) if version.minor() == minor => Some(version),
            _ => None,
        };
        hops.push(chooser.stop(minor, exact)?);
    }
    if target == newest.minor() {
        let exact = match question.to {
            VersionRequest::Release(version) => Some(version),
            VersionRequest::Minor(_) => None,
        };
        let stop = match exact {
            // What runs is what was asked for, whatever is known against it.
            Some(version) if version.upstream() == newest.upstream() => base.clone(),
            _ => chooser.stop(target, exact)?,
        };
        if stop.version > *newest {
            hops.push(stop);
        }
    }
    Ok(Ladder::new(base, hops))
}

/// The minor of the target, once it is clear that it can be one.
fn target(
    question: &Question<'_>,
    releases: &Releases,
    newest: &KubernetesVersion,
) -> Result<MinorVersion, NoStop> {
    let minor = question.to.minor();
    let older = match question.to {
        VersionRequest::Minor(minor) => *minor < newest.minor(),
        VersionRequest::Release(version) => version.upstream() < newest.upstream(),
    };
    if older {
        return Err(NoStop::Downgrade { from: newest.clone(), to: question.to.clone() });
    }
    let (first, last) = known_minors(releases, minor);
    if releases.minor(minor).is_none() && minor > newest.minor() {
        return Err(match releases.announced().get(&minor) {
            Some(announced) => NoStop::NotReleased {
                minor,
                tags: announced.tags.keys().cloned().collect(),
                newest: last,
            },
            None => NoStop::UnknownMinor { minor, known: (first, last) },
        });
    }
    Ok(minor)
}

/// The oldest and the newest minor with a release; `fallback` where none is known at all.
fn known_minors(releases: &Releases, fallback: MinorVersion) -> (MinorVersion, MinorVersion) {
    let minors: BTreeSet<_> = releases.minors().map(|release| release.minor).collect();
    let first = minors.first().copied().unwrap_or(fallback);
    (first, minors.last().copied().unwrap_or(fallback))
}

struct Chooser<'a> {
    question: &'a Question<'a>,
    releases: &'a Releases,
    known_bad: &'a KnownBadReleases,
    matrix: &'a EtcdMatrix,
}

impl Chooser<'_> {
    /// The release of a minor to stop at: the one asked for or pinned, else the newest without a
    /// fault that a newer patch of it mends.
    fn stop(&self, minor: MinorVersion, exact: Option<&KubernetesVersion>) -> Result<Stop, NoStop> {
        let release = self.releases.minor(minor).ok_or_else(|| NoStop::UnknownMinor {
            minor,
            known: known_minors(self.releases, minor),
        })?;
        let pin = self.question.pins.get(&minor);
        if let (Some(exact), Some(pin)) = (exact, pin)
            && exact != pin
        {
            let rejected = vec![(exact.clone(), Rejected::Pinned { to: pin.clone() })];
            return Err(NoStop::NothingLeft { minor, rejected });
        }
        let wanted = exact.or(pin);
        let mut versions: Vec<KubernetesVersion> = release.patches.keys().rev().cloned().collect();
        if let Some(wanted) = wanted.filter(|wanted| !versions.contains(wanted)) {
            versions.insert(0, wanted.clone());
        }
        let mut rejected = Vec::new();
        for version in versions {
            if let Some(wanted) = wanted.filter(|wanted| **wanted != version) {
                rejected.push((version, Rejected::Pinned { to: wanted.clone() }));
            } else if self.question.avoid.contains(&version) {
                rejected.push((version, Rejected::Forbidden));
            } else if let Some(fault) = self.fault(&version, minor) {
                let (id, what) = (fault.id.clone(), fault.what.clone());
                rejected.push((version, Rejected::KnownBad { id, what }));
            } else {
                return Ok(self.at(version));
            }
        }
        Err(NoStop::NothingLeft { minor, rejected })
    }

    fn at(&self, version: KubernetesVersion) -> Stop {
        let accepted = self.serious(&version).count();
        Stop { etcd: self.need(&version), hazards: accepted as u64, version }
    }

    /// What the data marks `avoid`, for everybody or for clusters like this one.
    fn serious(&self, version: &KubernetesVersion) -> impl Iterator<Item = &KnownBad> {
        self.known_bad.hits(version).into_iter().filter(|entry| {
            let applies = entry.applies.settle(self.question.facts);
            match entry.action {
                Action::Avoid => applies != Applicability::No,
                Action::AvoidIf => applies == Applicability::Yes,
                Action::PreferNewer => false,
            }
        })
    }

    /// A fault for which the release must not be a stop. One without a fixed release in this minor
    /// is no reason to stop elsewhere, since there is no elsewhere: it becomes a hazard of the hop.
    fn fault(&self, version: &KubernetesVersion, minor: MinorVersion) -> Option<&KnownBad> {
        self.serious(version).find(|entry| entry.has_fix_in(minor).is_some())
    }

    /// The version that kubeadm deploys or, for external etcd, the minimum that it asks of a new
    /// cluster, whichever is higher.
    fn need(&self, version: &KubernetesVersion) -> Option<EtcdNeed> {
        let default = self
            .matrix
            .kubeadm_default(version)
            .map(|default| EtcdNeed { at_least: default.version, rule: RuleId::EtcdDefault });
        let external = self.question.inventory.etcd.topology == EtcdTopology::External;
        let minimum = self
            .matrix
            .minimum(version)
            .filter(|_| external)
            .map(|minimum| EtcdNeed { at_least: minimum.version, rule: RuleId::EtcdMinimum });
        match (default, minimum) {
            (Some(default), Some(minimum)) if minimum.at_least > default.at_least => Some(minimum),
            (default, minimum) => default.or(minimum),
        }
    }
}

fn etcd_rules(
    question: &Question<'_>,
    ladder: &Ladder,
    known_bad: &KnownBadReleases,
    matrix: &EtcdMatrix,
) -> EtcdRules {
    let bad = |version: &_| {
        let hits = known_bad.hits_etcd(version).into_iter();
        let marked = hits.filter(|entry| {
            entry.action == Action::Avoid
                && entry.applies.settle(question.facts) != Applicability::No
        });
        marked.count() > 0 || matrix.is_avoided(version)
    };
    let mut stops: BTreeMap<_, _> = matrix
        .releases()
        .keys()
        .filter_map(|minor| matrix.recommended(*minor).map(|version| (*minor, version)))
        .collect();
    // A stop may ask for more than the data recommends, for example in a newer matrix.
    for need in ladder.stops().iter().filter_map(|stop| stop.etcd.as_ref()) {
        let known = stops.entry(need.at_least.minor()).or_insert_with(|| need.at_least.clone());
        if *known < need.at_least && !bad(&need.at_least) {
            *known = need.at_least.clone();
        }
    }
    let floors: BTreeMap<_, _> = matrix
        .entries()
        .iter()
        .filter_map(|entry| entry.floor.clone().map(|floor| (entry.to, floor)))
        .collect();
    // A floor above the stop of its minor moves the stop: to the newest good patch, even where its
    // image is not known to exist, since nothing below the floor will do.
    for floor in floors.values() {
        let patches = matrix.releases().get(&floor.minor()).map(|release| &release.patches);
        let good = patches.into_iter().flat_map(BTreeMap::keys).rev().find(|patch| !bad(patch));
        if let Some(patch) = good.filter(|patch| *patch >= floor)
            && stops.get(&floor.minor()).is_none_or(|stop| stop < floor)
        {
            stops.insert(floor.minor(), patch.clone());
        }
    }
    let members = question.inventory.etcd.members.iter();
    let running: BTreeSet<_> = members.filter_map(|member| member.version.clone()).collect();
    let ceilings = ladder.stops().iter().map(|stop| stop.version.minor());
    let ceilings = ceilings.filter_map(|minor| Some((minor, ceiling(question, matrix, minor)?)));
    EtcdRules {
        ceilings: ceilings.collect(),
        stops,
        floors,
        avoid: running.into_iter().filter(|version| bad(version)).collect(),
    }
}

/// The newest etcd minor beside a Kubernetes minor, as far as kubeadm or data of the user's own are
/// certain of it. The embedded ranges are derived from what kubeadm deploys and refuse nothing.
fn ceiling(question: &Question<'_>, matrix: &EtcdMatrix, minor: MinorVersion) -> Option<EtcdMinor> {
    let inventory = question.inventory;
    let accepted = matrix.accepted(minor).filter(|accepted| accepted.verified);
    let known = accepted.and_then(|accepted| accepted.minors.last().copied());
    let (before, refuses) = question.tool.stacked_etcd_flags_before;
    let stacked = inventory.provider == Provider::Kubeadm
        && inventory.etcd.topology == EtcdTopology::Stacked
        && minor < before;
    let flags = refuses.previous().filter(|_| stacked);
    [known, flags].into_iter().flatten().min()
}
