//! What a hop can break for this cluster: from the catalog, settled by the inventory, worst first.

use std::fmt::Write as _;

use crate::catalog::Action;
use crate::catalog::ApiRemoval;
use crate::catalog::Applicability;
use crate::catalog::Area;
use crate::catalog::Catalog;
use crate::catalog::ClusterFacts;
use crate::catalog::Hop;
use crate::diagnostic::Diagnostic;
use crate::plan::Covered;
use crate::plan::Detect;
use crate::plan::Hazard;
use crate::plan::HazardSeverity;
use crate::plan::RuledOut;
use crate::plan::Step;
use crate::provider::Site;
use crate::provider::etcdctl_function;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

/// What is known of a hop when its hazards are looked up.
pub(super) struct OfHop<'a> {
    pub(super) from: &'a KubernetesVersion,
    pub(super) to: &'a KubernetesVersion,
    /// etcd after it.
    pub(super) etcd: &'a EtcdVersion,
    /// Whether it is the first of the plan.
    pub(super) first: bool,
    pub(super) site: &'a Site<'a>,
    pub(super) steps: &'a [Step],
}

/// The hazards of a hop, sorted out.
#[derive(Default)]
pub(super) struct Sorted {
    /// For a person to settle or to know.
    pub(super) hazards: Vec<Hazard>,
    /// Taken care of by the plan.
    pub(super) covered: Vec<Covered>,
    /// Not to be met by this cluster.
    pub(super) ruled_out: Vec<RuledOut>,
}

/// The hazards of a hop, and those that this cluster cannot meet.
pub(super) fn of_hop(
    catalog: &Catalog,
    facts: &ClusterFacts,
    hop: &OfHop<'_>,
) -> Result<Sorted, Diagnostic> {
    let OfHop { from, to, etcd, first, site, steps } = *hop;
    let minor = to.minor();
    let Sorted { mut hazards, mut covered, ruled_out: mut left_out } = Sorted::default();
    for entry in catalog.hazards()?.of_hop(minor) {
        let mut leave_out = |because: String| {
            left_out.push(RuledOut { id: entry.id.clone(), because });
        };
        if !entry.meets(from, to) {
            leave_out(format!("concerns other patches than {from} to {to}"));
            continue;
        }
        if entry.hop == Hop::Any && entry.starts_in.is_none() && !first {
            leave_out("listed in the first hop; the preflight looks again".to_owned());
            continue;
        }
        if entry.applies.settle(facts) != Applicability::No
            && let Some(entry) =
                super::covered::covered((&entry.id, &entry.title), minor, etcd, steps)
        {
            covered.push(entry);
            continue;
        }
        match entry.applies.settle(facts) {
            Applicability::No => {
                let when =
                    entry.when.clone().unwrap_or_else(|| "another kind of cluster".to_owned());
                leave_out(format!("concerns only: {when}"));
            }
            settled => hazards.push(Hazard {
                id: entry.id.clone(),
                severity: severity(entry.severity),
                component: entry.component.to_string(),
                title: entry.title.clone(),
                when: entry.when.clone().filter(|_| settled == Applicability::Unknown),
                breaks: entry.breaks.clone(),
                detect: Some(Detect {
                    command: asked_here(site, &entry.detect.command),
                    meaning: entry.detect.meaning.clone(),
                }),
                remedy: entry.fix.clone(),
                source: entry.source.clone(),
                verified: entry.verified,
            }),
        }
    }
    let told =
        Told(hazards.iter().map(|hazard| format!("{}\n{}", hazard.title, hazard.breaks)).collect());
    hazards.extend(removed_apis(catalog, minor, &told)?);
    hazards.extend(gates(catalog, minor)?);
    hazards.extend(removed_flags(catalog, minor, &told)?);
    hazards.extend(faults(catalog, facts, to)?);
    hazards.sort_by(|left, right| {
        let key = |hazard: &Hazard| (hazard.severity, hazard.component.clone(), hazard.id.clone());
        key(left).cmp(&key(right))
    });
    Ok(Sorted { hazards, covered, ruled_out: left_out })
}

/// The command with the site's own etcdctl, where it asks etcd.
fn asked_here(site: &Site<'_>, command: &str) -> String {
    if command.split_whitespace().any(|word| word == "etcdctl") {
        format!("{}\n{command}", etcdctl_function(site))
    } else {
        command.to_owned()
    }
}

fn severity(severity: crate::catalog::HazardSeverity) -> HazardSeverity {
    match severity {
        crate::catalog::HazardSeverity::Blocker => HazardSeverity::Blocker,
        crate::catalog::HazardSeverity::ActionRequired => HazardSeverity::ActionRequired,
        crate::catalog::HazardSeverity::Warning => HazardSeverity::Warning,
        crate::catalog::HazardSeverity::Info => HazardSeverity::Info,
    }
}

/// What the catalog's own hazards of the hop say already, so that nobody ticks a thing twice.
struct Told(Vec<String>);

impl Told {
    fn api(&self, api: &ApiRemoval) -> bool {
        let kind = |text: &String| api.kinds.iter().any(|kind| text.contains(kind.as_str()));
        self.0.iter().any(|text| {
            text.contains(&api.group_version()) || (kind(text) && text.contains(&api.version))
        })
    }

    fn word(&self, word: &str) -> bool {
        self.0.iter().any(|text| text.contains(word))
    }
}

/// The API versions that the hop's API servers no longer serve, as one hazard.
fn removed_apis(
    catalog: &Catalog,
    minor: MinorVersion,
    told: &Told,
) -> Result<Option<Hazard>, Diagnostic> {
    let removed: Vec<_> = catalog
        .api_removals()?
        .removed_in(minor)
        .filter(|api| api.category.is_served() && !told.api(api))
        .collect();
    if removed.is_empty() {
        return Ok(None);
    }
    let served = removed.iter().any(|api| api.served_by_default);
    let lines: Vec<String> = removed
        .iter()
        .map(|api| {
            let replacement = api.replacement.as_deref().unwrap_or("nothing replaces it");
            let default = if api.served_by_default { "" } else { ", off by default" };
            format!(
                "{} {}{default} (use {replacement}): {}",
                api.group_version(),
                api.kinds.join(", "),
                api.migration
            )
        })
        .collect();
    let mut source: Vec<String> = removed.iter().flat_map(|api| api.source.clone()).collect();
    source.sort();
    source.dedup();
    Ok(Some(Hazard {
        id: format!("removed-apis-{}", minor.number()),
        severity: if served { HazardSeverity::Blocker } else { HazardSeverity::ActionRequired },
        component: "apiserver".to_owned(),
        title: format!(
            "{minor} no longer serves {}",
            listed(removed.iter().map(|api| api.group_version()))
        ),
        when: None,
        breaks: format!(
            "Manifests, charts, controllers and scripts that use these versions \
          fail:\n{}",
            lines.join("\n")
        ),
        detect: Some(Detect {
            command: format!(
                "kubectl get --raw /metrics | grep '^apiserver_requested_deprecated_apis{{' | \
                  grep 'removed_release=\"{minor}\"'"
            ),
            meaning: "A line with value 1 is a version that somebody has called since this API \
              server started; ask every API server. No line is no proof: the counter starts anew \
              with the process, so look into repositories and charts too."
                .to_owned(),
        }),
        remedy: "Move every caller and every stored manifest to the replacement before the hop."
            .to_owned(),
        source,
        verified: removed.iter().all(|api| api.verified),
    }))
}

/// The feature gates that stop a component which names them, as one hazard.
fn gates(catalog: &Catalog, minor: MinorVersion) -> Result<Option<Hazard>, Diagnostic> {
    let Some(changes) = catalog.feature_gates()?.per_minor(minor) else { return Ok(None) };
    if changes.removed.is_empty() && changes.newly_locked.is_empty() {
        return Ok(None);
    }
    let mut breaks = String::from(
        "A component that names a removed gate does not start, nor does one that sets a locked \
          gate to the other value.",
    );
    if !changes.removed.is_empty() {
        // Writing to a String cannot fail.
        _ = write!(breaks, "\nRemoved: {}.", changes.removed.join(", "));
    }
    if !changes.newly_locked.is_empty() {
        let locked: Vec<String> =
            changes.newly_locked.iter().map(|(gate, value)| format!("{gate}={value}")).collect();
        _ = write!(breaks, "\nNewly locked: {}.", locked.join(", "));
    }
    let names: Vec<&str> =
        changes.removed.iter().chain(changes.newly_locked.keys()).map(String::as_str).collect();
    Ok(Some(Hazard {
        id: format!("feature-gates-{}", minor.number()),
        severity: HazardSeverity::Blocker,
        component: "apiserver".to_owned(),
        title: format!(
            "{} feature gates removed, {} locked in {minor}",
            changes.removed.len(),
            changes.newly_locked.len()
        ),
        when: None,
        breaks,
        detect: Some(Detect {
            command: format!(
                "GATES='{}'\n{{ kubectl -n kube-system get pods -l tier=control-plane -o yaml; \
                  kubectl -n kube-system get cm kubelet-config kube-proxy kubeadm-config -o \
                  yaml; }} | grep -nwE \"$GATES\"\nfor n in $(kubectl get nodes -o name | cut \
                  -d/ -f2); do kubectl get --raw \"/api/v1/nodes/$n/proxy/configz\" | jq -c \
                  .kubeletconfig.featureGates | grep -wE \"$GATES\" | sed \"s/^/$n: /\"; done",
                names.join("|")
            ),
            meaning: "No output: no component names one of these gates. A removed gate must go; \
              a locked gate must go or have the value above."
                .to_owned(),
        }),
        remedy: "Delete the gate from the flags, from kubeadm-config, from the kubelet and \
          kube-proxy configuration and from drop-in files before the hop."
            .to_owned(),
        source: vec![
            "\
          https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/"
                .to_owned(),
        ],
        verified: true,
    }))
}

/// The flags that stop a component which is started with them, as one hazard.
fn removed_flags(
    catalog: &Catalog,
    minor: MinorVersion,
    told: &Told,
) -> Result<Option<Hazard>, Diagnostic> {
    let flags = catalog.removed_flags()?;
    let removed: Vec<_> = flags
        .removed_in(minor)
        .filter(|entry| !entry.flags.iter().all(|flag| told.word(flag)))
        .collect();
    let plugins: Vec<_> = flags
        .admission_plugins()
        .iter()
        .filter(|plugin| plugin.removed_in == minor && !told.word(&plugin.name))
        .collect();
    if removed.is_empty() && plugins.is_empty() {
        return Ok(None);
    }
    let mut lines: Vec<String> = removed
        .iter()
        .map(|entry| {
            let replacement =
                entry.replacement.as_ref().map(|text| format!(" (use {text})")).unwrap_or_default();
            format!("{}: {}{replacement}", entry.component, entry.flags.join(", "))
        })
        .collect();
    lines.extend(plugins.iter().map(|plugin| format!("admission plugin {}", plugin.name)));
    // Only what a component of the cluster is started with can be found in it; flags of kubeadm and
    // kubectl stand in scripts and pipelines.
    let of_a_command = |area: Area| matches!(area, Area::Kubeadm | Area::Kubectl);
    // kubeadm-config spells a flag without its dashes.
    let words: Vec<&str> = removed
        .iter()
        .filter(|entry| !of_a_command(entry.component))
        .flat_map(|entry| entry.flags.iter().map(|flag| flag.trim_start_matches('-')))
        .chain(plugins.iter().map(|plugin| plugin.name.as_str()))
        .collect();
    let count = plugins.len() + removed.iter().map(|entry| entry.flags.len()).sum::<usize>();
    let mut source: Vec<String> = removed
        .iter()
        .flat_map(|entry| entry.source.clone())
        .chain(plugins.iter().flat_map(|plugin| plugin.source.clone()))
        .collect();
    source.sort();
    source.dedup();
    Ok(Some(Hazard {
        id: format!("removed-flags-{}", minor.number()),
        severity: if words.is_empty() {
            HazardSeverity::ActionRequired
        } else {
            HazardSeverity::Blocker
        },
        component: "apiserver".to_owned(),
        title: format!("{count} flags and admission plugins are gone in {minor}"),
        when: None,
        breaks: format!(
            "A component that is started with one of these exits; a command that is \
          given one fails:\n{}",
            lines.join("\n")
        ),
        detect: (!words.is_empty()).then(|| Detect {
            command: format!(
                "sudo grep -rnwE '{}' /etc/kubernetes/manifests \
                  /var/lib/kubelet/kubeadm-flags.env /etc/default/kubelet /etc/sysconfig/kubelet \
                  2>/dev/null  # on every node\nkubectl -n kube-system get cm kubeadm-config \
                  kube-proxy -o yaml | grep -nwE '{}'",
                words.join("|"),
                words.join("|")
            ),
            meaning: "No output: no component of this cluster is started with one of these. Look \
              into scripts and pipelines for the kubeadm and kubectl ones."
                .to_owned(),
        }),
        remedy: "Remove the flag, or use its replacement, before the hop; under kubeadm in \
          kubeadm-config first, so that the next manifest does not bring it back."
            .to_owned(),
        source,
        verified: removed.iter().all(|entry| entry.verified)
            && plugins.iter().all(|plugin| plugin.verified),
    }))
}

/// What is known against the release that the hop stops at.
fn faults(
    catalog: &Catalog,
    facts: &ClusterFacts,
    to: &KubernetesVersion,
) -> Result<Vec<Hazard>, Diagnostic> {
    let hits = catalog.known_bad()?.hits(to).into_iter();
    let hits = hits.filter_map(|entry| {
        let settled = entry.applies.settle(facts);
        let severity = match (entry.action, settled) {
            (_, Applicability::No) => return None,
            (Action::Avoid, _) | (Action::AvoidIf, Applicability::Yes) => {
                HazardSeverity::ActionRequired
            }
            (Action::AvoidIf, Applicability::Unknown) => HazardSeverity::Warning,
            (Action::PreferNewer, _) => HazardSeverity::Info,
        };
        let fixes = entry.fixes();
        let mended = if fixes.is_empty() {
            "No release with a fix is known.".to_owned()
        } else {
            format!("Fixed in {}.", fixes.join(", "))
        };
        Some(Hazard {
            id: format!("known-bad-{}", entry.id),
            severity,
            component: entry.component.to_string(),
            title: format!("{to} has a known fault: {}", entry.id),
            when: entry.when.clone(),
            breaks: entry.what.clone(),
            detect: None,
            remedy: entry
                .workaround
                .as_ref()
                .map_or_else(|| mended.clone(), |way| format!("{way} {mended}")),
            source: entry.source.clone(),
            verified: entry.verified,
        })
    });
    Ok(hits.collect())
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names.join(", ")
}
