//! What kubeadm-config sets and a hop takes away: feature gates, flags, admission plugins, APIs, and
//! the version of the configuration itself.

use crate::catalog::ApiRemoval;
use crate::catalog::Area;
use crate::catalog::FeatureGates;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::inventory::KubeadmConfig;
use crate::version::MinorVersion;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let (Some(kubeadm), Some((_, running))) = (&scene.inventory.kubeadm, scene.minors) else {
        return Ok(());
    };
    if !kubeadm.feature_gates.is_empty() {
        gates(running, kubeadm, scene.catalog.feature_gates()?, report);
    }
    if !kubeadm.flags.is_empty() {
        flags(scene, running, kubeadm, report)?;
    }
    if !kubeadm.admission_plugins.is_empty() {
        plugins(scene, running, kubeadm, report)?;
    }
    if !kubeadm.runtime_config.is_empty() {
        apis(scene, running, kubeadm, report)?;
    }
    version(scene, kubeadm, report)
}

/// When something that is set goes away, seen from the minor that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Gone,
    NextHop,
    Later,
}

impl When {
    fn of(removed: MinorVersion, running: MinorVersion) -> Self {
        match running.behind(removed) {
            ..=0 => Self::Gone,
            1 => Self::NextHop,
            _ => Self::Later,
        }
    }

    /// What is gone or goes blocks; what goes later is worth a note.
    fn weigh(self, draft: Draft) -> Draft {
        match self {
            Self::Gone | Self::NextHop => draft.first(Stage::Configuration),
            Self::Later => draft.weighs(Severity::Info),
        }
    }

    fn text(self, minor: MinorVersion) -> String {
        match self {
            Self::Gone => format!("since {minor}"),
            Self::NextHop => format!("in {minor}, the next hop"),
            Self::Later => format!("in {minor}, a later hop"),
        }
    }
}

/// What becomes of a gate that is set to a value.
enum Fate {
    Removed(MinorVersion),
    Locked(MinorVersion, bool),
}

fn fate(
    gates: &FeatureGates,
    component: &str,
    gate: &str,
    value: bool,
) -> Option<(Fate, String, bool)> {
    if component == "kubeadm" {
        let gate = gates.kubeadm_gates().iter().find(|known| known.name == gate)?;
        return Some((Fate::Removed(gate.removed_in?), gate.source.clone(), gate.verified));
    }
    let gate = gates.gate(gate)?;
    let locked = gate.locked_in.zip(gate.locked_value).filter(|(_, locked)| *locked != value);
    let fate = match (locked, gate.removed_in) {
        (Some((minor, locked)), _) => Fate::Locked(minor, locked),
        (None, Some(minor)) => Fate::Removed(minor),
        (None, None) => return None,
    };
    let source = match &fate {
        Fate::Removed(_) => gate.removal_source.as_ref().unwrap_or(&gate.source),
        Fate::Locked(..) => &gate.source,
    };
    Some((fate, source.clone(), gate.verified))
}

/// Feature gates: what names a removed one, or sets a locked one to the other value, does not start.
fn gates(
    running: MinorVersion,
    kubeadm: &KubeadmConfig,
    known: &FeatureGates,
    report: &mut Report,
) {
    for (component, gates) in &kubeadm.feature_gates {
        for (gate, value) in gates {
            let Some((fate, source, verified)) = fate(known, component, gate, *value) else {
                continue;
            };
            let (minor, what, way) = match fate {
                // A gate that was locked and then removed is gone, whatever its value.
                Fate::Locked(minor, _) if removed_by(known, gate, running) => {
                    (minor, "is gone".to_owned(), "delete the gate".to_owned())
                }
                Fate::Locked(minor, locked) => (
                    minor,
                    format!("is locked to {locked}"),
                    format!("delete the gate, or set it to {locked}"),
                ),
                Fate::Removed(minor) => (minor, "is gone".to_owned(), "delete the gate".to_owned()),
            };
            let when = When::of(minor, running);
            let draft = Draft::new(Code::FeatureGate, format!("{component}: feature gate {gate}"))
                .says(format!(
                    "{component} sets {gate}={value}, which {what} {}: it does not start with it",
                    when.text(minor)
                ))
                .help(format!(
                    "{way} `{gate}` of {component} in the configuration of kubeadm and on the nodes"
                ))
                .source(source);
            report.add(when.weigh(draft).unless(verified));
        }
    }
}

fn removed_by(gates: &FeatureGates, gate: &str, running: MinorVersion) -> bool {
    gates.gate(gate).and_then(|gate| gate.removed_in).is_some_and(|removed| removed <= running)
}

/// Flags: a component that is given one that it does not know exits.
fn flags(
    scene: &Scene<'_>,
    running: MinorVersion,
    kubeadm: &KubeadmConfig,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let known = scene.catalog.removed_flags()?;
    for (component, flags) in &kubeadm.flags {
        for entry in known.flags() {
            if entry.component != Area::All && entry.component.name() != component {
                continue;
            }
            for flag in
                entry.flags.iter().filter(|flag| flags.contains(flag.trim_start_matches('-')))
            {
                let when = When::of(entry.removed_in, running);
                let instead = entry.replacement.as_ref();
                let instead = instead.map(|text| format!("; use {text}")).unwrap_or_default();
                let draft = Draft::new(Code::RemovedFlag, format!("{component}: {flag}"))
                    .says(format!(
                        "{component} is given {flag}, which is gone {}: it exits with `unknown flag`",
                        when.text(entry.removed_in)
                    ))
                    .help(format!("remove {flag} of {component} from kubeadm-config and from the nodes{instead}"))
                    .source(entry.source.first().cloned().unwrap_or_default());
                report.add(when.weigh(draft).unless(entry.verified));
            }
        }
    }
    Ok(())
}

/// Admission plugins: naming one that is gone stops kube-apiserver.
fn plugins(
    scene: &Scene<'_>,
    running: MinorVersion,
    kubeadm: &KubeadmConfig,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let known = scene.catalog.removed_flags()?.admission_plugins();
    for entry in known.iter().filter(|entry| kubeadm.admission_plugins.contains(&entry.name)) {
        let when = When::of(entry.removed_in, running);
        let name = &entry.name;
        let draft = Draft::new(Code::AdmissionPlugin, format!("kube-apiserver: plugin {name}"))
            .says(format!(
                "kube-apiserver is told of the admission plugin {name}, which is gone {}: it does not \
                 start",
                when.text(entry.removed_in)
            ))
            .help(format!("take {name} out of the admission plugins in kubeadm-config, and replace what it did"))
            .source(entry.source.first().cloned().unwrap_or_default());
        report.add(when.weigh(draft).unless(entry.verified));
    }
    Ok(())
}

/// APIs of `--runtime-config`.
fn apis(
    scene: &Scene<'_>,
    running: MinorVersion,
    kubeadm: &KubeadmConfig,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    for entry in &kubeadm.runtime_config {
        let named = |api: &&ApiRemoval| {
            let name = api.group_version();
            entry == &name || entry.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
        };
        let removed = scene.catalog.api_removals()?.iter().filter(named);
        let removed = removed.filter_map(|api| Some((api.removed_in?, api)));
        // Kinds of one version go at different times; the last one decides that it is gone.
        let Some((minor, api)) = removed.max_by_key(|(minor, _)| *minor) else { continue };
        let when = When::of(minor, running);
        let draft = Draft::new(Code::RuntimeConfig, format!("kube-apiserver: runtime-config {entry}"))
            .says(format!(
                "--runtime-config names {entry}, which is no longer served {}: it has no effect then, and \
                 kube-apiserver may refuse to start with it",
                when.text(minor)
            ))
            .help(format!("take {entry} out of `runtime-config` in kubeadm-config, after its users have moved"))
            .source(api.source.first().cloned().unwrap_or_default());
        report.add(when.weigh(draft).unless(api.verified));
    }
    Ok(())
}

/// The version of the configuration's own API.
fn version(
    scene: &Scene<'_>,
    kubeadm: &KubeadmConfig,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let (Some(version), Some(next)) = (&kubeadm.api_version, scene.next()) else { return Ok(()) };
    let short = version.strip_prefix("kubeadm.k8s.io/").unwrap_or(version);
    let Some(api) = scene.catalog.components()?.kubeadm_config_api(next) else { return Ok(()) };
    if api.accepted.iter().any(|accepted| accepted == short) {
        return Ok(());
    }
    report.add(
        Draft::new(Code::KubeadmApi, "kubeadm-config: apiVersion")
            .says(format!(
                "kubeadm-config is written in {version}; kubeadm {next} reads {} only",
                api.accepted.join(", ")
            ))
            .help(format!(
                "let the running kubeadm write it anew in {} (`kubeadm config migrate`), and upload it",
                api.preferred
            ))
            .source(api.source.first().cloned().unwrap_or_default())
            .first(Stage::Configuration)
            .unless(api.verified),
    );
    Ok(())
}
