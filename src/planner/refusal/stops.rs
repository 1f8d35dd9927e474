//! Why a target or a stop is impossible before any search.

use crate::component::Component;
use crate::policy::RuleId;
use crate::search::NoStop;
use crate::search::Rejected;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

use super::Conflict;
use super::Refusal;
use super::conflict;

pub(super) fn etcd_unknown(
    version: &EtcdVersion,
    known: Option<(EtcdMinor, EtcdMinor)>,
) -> Refusal {
    let range = known.map_or_else(
        || "no minor".to_owned(),
        |(first, last)| format!("etcd from {first} to {last}"),
    );
    Refusal {
        summary: format!("etcd {} is not known: the catalog knows {range}", version.minor()),
        conflicts: vec![conflict(
            Component::Etcd,
            format!("a member runs {version}"),
            RuleId::EtcdOneMinor,
        )],
        reached: String::new(),
        ways_out: vec![
            "check what etcd runs: etcdctl endpoint status --cluster -w table".to_owned(),
            format!(
                "lay an etcd matrix over the data that knows releases of {}: --etcd-matrix FILE",
                version.minor()
            ),
        ],
    }
}

pub(super) fn no_stop(why: &NoStop) -> Option<Refusal> {
    let apiserver = Component::KubeApiserver;
    let refusal = match why {
        NoStop::Catalog(_) => return None,
        NoStop::Downgrade { from, to } => Refusal {
            summary: format!(
                "{to} is older than what runs ({from}): Kubernetes has no downgrade \
              of the control plane"
            ),
            conflicts: vec![conflict(apiserver, format!("runs {from}"), RuleId::OneMinor)],
            reached: String::new(),
            ways_out: vec![
                format!("stay at {from}, or choose a target above it"),
                "to undo an upgrade, follow the way back of its own runbook: the etcd snapshot \
                  and the manifests taken before it"
                    .to_owned(),
            ],
        },
        NoStop::NotReleased { minor, tags, newest } => {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            Refusal {
                summary: format!("{minor} is not released: only {} exist", tags.join(", ")),
                conflicts: vec![conflict(
                    apiserver,
                    format!(
                        "the newest minor with a release is \
                  {newest}"
                    ),
                    RuleId::NewestPatch,
                )],
                reached: String::new(),
                ways_out: vec![
                    format!("choose {newest} or an older minor"),
                    format!(
                        "once {minor} is out, lay newer data over the catalog with --catalog \
                      FILE"
                    ),
                ],
            }
        }
        NoStop::UnknownMinor { minor, known: (first, last) } => Refusal {
            summary: format!("{minor} is not known: the catalog reaches from {first} to {last}"),
            conflicts: vec![conflict(
                apiserver,
                format!("no release of {minor} is known"),
                RuleId::NewestPatch,
            )],
            reached: String::new(),
            ways_out: vec![
                format!("choose a target from {first} to {last}"),
                "lay newer data over the catalog with --catalog FILE".to_owned(),
            ],
        },
        NoStop::NothingLeft { minor, rejected } => nothing_left(*minor, rejected),
        NoStop::ApiserversApart { oldest, newest } => Refusal {
            summary: format!(
                "API servers run {oldest} and {newest}: more than one minor apart, \
              which no upgrade repairs"
            ),
            conflicts: vec![conflict(
                apiserver,
                format!(
                    "the oldest is {oldest}, the newest \
              {newest}"
                ),
                RuleId::ApiserverHa,
            )],
            reached: String::new(),
            ways_out: vec![format!(
                "take the control-plane nodes at {oldest} out of the cluster and join them again \
                  at {newest}, then plan again"
            )],
        },
    };
    Some(refusal)
}

fn nothing_left(minor: MinorVersion, rejected: &[(KubernetesVersion, Rejected)]) -> Refusal {
    if let [(asked, Rejected::Pinned { to: pinned })] = rejected {
        return contradiction(minor, asked, pinned);
    }
    let pinned = rejected.iter().find_map(|(_, why)| match why {
        Rejected::Pinned { to } => Some(to),
        _ => None,
    });
    let forbidden: Vec<&KubernetesVersion> = rejected
        .iter()
        .filter(|(_, why)| *why == Rejected::Forbidden)
        .map(|(version, _)| version)
        .collect();
    let mut conflicts = Vec::new();
    let mut ways_out = Vec::new();
    if let Some(pinned) = pinned {
        ways_out.push(format!(
            "ask for another release of {minor} than {pinned}, or for {minor} alone"
        ));
    }
    if let (Some(newest), Some(oldest)) = (forbidden.first(), forbidden.last()) {
        let fact = match forbidden.len() {
            1 => format!("{newest} is forbidden"),
            count => format!("{count} releases from {oldest} to {newest} are forbidden"),
        };
        conflicts.push(on_the_command_line(fact, "--avoid"));
        ways_out.push(match forbidden.len() {
            1 => format!("drop `--avoid {newest}`"),
            _ => format!("drop one of them, such as `--avoid {newest}`"),
        });
    }
    for (version, why) in rejected {
        if let Rejected::KnownBad { id, what } = why {
            conflicts.push(Conflict {
                component: Component::KubeApiserver.to_string(),
                fact: format!("{version} is marked `avoid` ({id}): {what}"),
                rule: RuleId::NewestPatch.name().to_owned(),
                source: "kubehop catalog show known-bad".to_owned(),
            });
        }
    }
    if ways_out.is_empty() {
        ways_out.push("lay newer data over the catalog with --catalog FILE".to_owned());
    }
    Refusal {
        summary: format!("no release of {minor} is left to stop at, and no minor may be skipped"),
        conflicts,
        reached: String::new(),
        ways_out,
    }
}

fn on_the_command_line(fact: String, flag: &str) -> Conflict {
    Conflict {
        component: Component::KubeApiserver.to_string(),
        fact,
        rule: flag.to_owned(),
        source: "the command line".to_owned(),
    }
}

/// The target is one release of a minor, and the pin another one.
fn contradiction(
    minor: MinorVersion,
    asked: &KubernetesVersion,
    pinned: &KubernetesVersion,
) -> Refusal {
    Refusal {
        summary: format!("`--to {asked}` and `--pin {minor}={pinned}` contradict each other"),
        conflicts: vec![
            on_the_command_line(format!("{asked} is the target"), "--to"),
            on_the_command_line(
                format!("{pinned} is the one release of {minor} to stop at"),
                "--pin",
            ),
        ],
        reached: String::new(),
        ways_out: vec![format!("drop `--pin {minor}={pinned}`, or ask for `--to {minor}`")],
    }
}

/// A pre-release is no stop of a plan.
pub(super) fn prerelease(version: &KubernetesVersion) -> Refusal {
    let minor = version.minor();
    Refusal {
        summary: format!("{version} is a pre-release, and a plan goes to releases only"),
        conflicts: vec![Conflict {
            component: Component::KubeApiserver.to_string(),
            fact: format!(
                "{version} is made for tests: its packages are not in the repository of {minor}, and \
                 kubeadm takes it with `--allow-release-candidate-upgrades` or \
                 `--allow-experimental-upgrades` only"
            ),
            rule: RuleId::NewestPatch.name().to_owned(),
            source: "https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-upgrade/"
                .to_owned(),
        }],
        reached: String::new(),
        ways_out: vec![
            format!("ask for {minor}: its newest known patch, once it is released"),
            "try a pre-release in a cluster that is made for that and thrown away".to_owned(),
        ],
    }
}

/// What runs was given as a minor only, and the target is one of its older patches.
pub(super) fn older_than_assumed(assumed: &KubernetesVersion, to: &VersionRequest) -> Refusal {
    let minor = assumed.minor();
    Refusal {
        summary: format!(
            "{to} is older than {assumed}, which is taken to run since `--from {minor}` names no \
             patch: Kubernetes has no downgrade of the control plane"
        ),
        conflicts: vec![conflict(
            Component::KubeApiserver,
            format!("{assumed}, the newest known patch of {minor}, is assumed to run"),
            RuleId::OneMinor,
        )],
        reached: String::new(),
        ways_out: vec![
            format!(
                "say what runs, `--from v{minor}.N`: kubectl version -o json | jq -r \
                 .serverVersion.gitVersion"
            ),
            format!("choose a target above {assumed}"),
        ],
    }
}
