//! Hazards of the next hop, as far as the nodes themselves settle them.

use crate::catalog::Applicability;
use crate::catalog::Applies;
use crate::catalog::Hazard;
use crate::catalog::HazardSeverity;
use crate::catalog::applies::CgroupVersion;
use crate::catalog::applies::ContainerRuntime;
use crate::catalog::applies::OperatingSystem;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;
use super::is;
use super::plural;

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let Some(next) = scene.next().filter(|_| scene.next_release().is_some()) else {
        return Ok(());
    };
    let mut open = 0;
    for hazard in scene.catalog.hazards()?.of_hop(next) {
        match hazard.applies.settle(&scene.facts) {
            Applicability::No => {}
            Applicability::Yes if is_seen(&hazard.applies) => surely(hazard, report),
            _ => open += usize::from(hazard.severity == HazardSeverity::Blocker),
        }
    }
    report.open_blockers = open;
    if open > 0 {
        report.add(
            Draft::new(Code::HazardsOpen, format!("hop to {next}"))
                .says(format!(
                    "{open} blocker{} of the hop to {next} {} to be looked for on the cluster; an \
                     inventory does not settle them",
                    plural(open),
                    is(open)
                ))
                .help(format!(
                    "`kubehop plan --inventory FILE --to {next} -o md` lists each with the command that \
                     finds it"
                )),
        );
    }
    Ok(())
}

/// Whether the condition is a fact of nodes that is itself the fault: Docker, cgroup v1, Windows. That a
/// node runs containerd, or that the cluster is one of kubeadm, only says whom a hazard can hit.
fn is_seen(applies: &Applies) -> bool {
    applies.container_runtime == Some(ContainerRuntime::Docker)
        || applies.cgroup == Some(CgroupVersion::V1)
        || applies.os == Some(OperatingSystem::Windows)
}

/// A hazard that the nodes meet as they are.
fn surely(hazard: &Hazard, report: &mut Report) {
    let severity = match hazard.severity {
        HazardSeverity::Blocker => Severity::Error,
        HazardSeverity::ActionRequired => Severity::Warning,
        HazardSeverity::Warning | HazardSeverity::Info => Severity::Info,
    };
    let text = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let draft = Draft::new(Code::Hazard, format!("hop to {}: {}", hazard.hop, hazard.id))
        .weighs(severity)
        .says(format!("{}: {}", text(&hazard.title), text(&hazard.breaks)))
        .help(text(&hazard.fix))
        .source(hazard.source.first().cloned().unwrap_or_default());
    let blocks = severity == Severity::Error;
    let draft = if blocks { draft.first(Stage::Configuration) } else { draft };
    report.add(draft.unless(hazard.verified));
}
