//! etcd: its members, and whether it is where the next hop asks for it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::EtcdMatrix;
use crate::cluster::EtcdTopology;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;
use super::plural;

/// Why a cluster has an odd number of members.
const FAQ: &str = "https://etcd.io/docs/v3.6/faq/#why-an-odd-number-of-cluster-members";

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    versions(scene, report);
    number(scene, report);
    problems(scene, report);
    let matrix = scene.catalog.etcd()?;
    let members = &scene.inventory.etcd.members;
    if let Some(oldest) = members.iter().filter_map(|member| member.version.as_ref()).min() {
        floor(scene, matrix, oldest, report);
        minimum(scene, matrix, oldest, report);
    }
    Ok(())
}

/// Members of several versions.
fn versions(scene: &Scene<'_>, report: &mut Report) {
    let mut by_version: BTreeMap<&EtcdVersion, Vec<usize>> = BTreeMap::new();
    for (at, row) in scene.rows.iter().enumerate() {
        if let Some(version) = row.version.as_ref().and_then(|version| version.etcd()) {
            by_version.entry(version).or_default().push(at);
        }
    }
    let (Some((oldest, _)), Some((newest, _))) =
        (by_version.first_key_value(), by_version.last_key_value())
    else {
        return;
    };
    if oldest == newest {
        return;
    }
    let shown: Vec<String> = by_version
        .iter()
        .map(|(version, rows)| format!("{version} on {}", scene.names(rows)))
        .collect();
    let behind: Vec<usize> = by_version
        .iter()
        .filter(|(it, _)| *it != newest)
        .flat_map(|(_, rows)| rows.clone())
        .collect();
    let minors: BTreeSet<EtcdMinor> = by_version.keys().map(|version| version.minor()).collect();
    // A rolling upgrade runs two minors side by side for a while; more never belong together.
    let apart = minors.len() > 2
        || oldest.minor() != newest.minor() && oldest.minor().next() != newest.minor();
    let draft = Draft::new(Code::EtcdVersions, "etcd")
        .says(format!(
            "the members run {}: a rolling upgrade was not finished; before a minor upgrade all \
             members must be healthy and run one version",
            shown.join(", ")
        ))
        .help(format!("bring etcd on {} to {newest}, one member at a time", scene.names(&behind)))
        .first(Stage::Etcd)
        .rows(&behind);
    report.add(if apart { draft.weighs(Severity::Error) } else { draft });
}

/// An even number of members, or one.
fn number(scene: &Scene<'_>, report: &mut Report) {
    let count = scene.inventory.etcd.members.len();
    if count == 1 {
        report.add(
            Draft::new(Code::EtcdSingle, "etcd")
                .says(
                    "etcd has one member: while it restarts, and each upgrade restarts it, the API \
                     answers nothing",
                )
                .help("plan the hop as an outage of the API, with a fresh snapshot at hand")
                .source(FAQ),
        );
    } else if count > 0 && count.is_multiple_of(2) {
        report.add(
            Draft::new(Code::EtcdEven, "etcd")
                .says(format!(
                    "etcd has {count} members, which bear the loss of {} member{} as {} would, with \
                     one more that can fail; an upgrade takes one away at a time",
                    (count - 1) / 2,
                    plural((count - 1) / 2),
                    count - 1
                ))
                .help(format!("add a member, or remove one, so that {} or {} run", count - 1, count + 1))
                .source(FAQ),
        );
    }
}

/// What the members said of themselves.
fn problems(scene: &Scene<'_>, report: &mut Report) {
    for member in &scene.inventory.etcd.members {
        for problem in &member.problems {
            let rows =
                scene.select(|row| row.component == Component::Etcd && row.instance == member.name);
            report.add(
                Draft::new(Code::EtcdProblem, format!("etcd member {}", member.name))
                    .says(format!(
                        "{problem}; before an upgrade every member must be healthy and a full member"
                    ))
                    .help(format!(
                        "settle it on {}: `etcdctl endpoint status --cluster -w table`, `etcdctl alarm \
                         list`, `etcdctl member list`",
                        member.name
                    ))
                    .first(Stage::Heal)
                    .rows(&rows),
            );
        }
    }
}

/// The entry floor of the etcd minor that comes next.
///
/// kubeadm moves a stacked etcd to its default and does not look at the floor; an external etcd enters
/// the minor when somebody moves it, so there it is only said.
fn floor(scene: &Scene<'_>, matrix: &EtcdMatrix, oldest: &EtcdVersion, report: &mut Report) {
    let Some(release) = scene.next_release() else { return };
    let Some(default) = matrix.kubeadm_default(release) else { return };
    let (from, to) = (oldest.minor(), oldest.minor().next());
    let Some(entry) = matrix.entry(from, to).filter(|_| default.version.minor() > from) else {
        return;
    };
    let Some(floor) = entry.floor.as_ref().or(entry.safety_floor.as_ref()) else { return };
    if oldest >= floor {
        return;
    }
    let moved = scene.moves_etcd();
    let needs = match (moved, demanded(scene, matrix, release)) {
        (true, _) => format!("kubeadm {} moves it there without a look at that", release.minor()),
        (false, Some((least, ..))) if least.minor() > from => {
            format!("{} needs {least} or later", release.minor())
        }
        _ => format!("kubeadm {} would deploy {}", release.minor(), default.version),
    };
    let bound = moved || demanded(scene, matrix, release).is_some_and(|(it, ..)| it.minor() > from);
    let stop =
        matrix.recommended(from).filter(|stop| stop >= floor).unwrap_or_else(|| floor.clone());
    let source = entry.source.first().cloned().unwrap_or_default();
    let draft = Draft::new(Code::EtcdFloor, "etcd")
        .says(format!(
            "etcd {to} must be entered from {floor} or later, and {oldest} runs; {needs}"
        ))
        .help(format!("bring every member of etcd to {floor} or later, such as {stop}"))
        .source(source);
    report.add(if bound {
        draft.first(Stage::Etcd).rows(&below(scene, floor)).unless(entry.verified)
    } else {
        draft.weighs(Severity::Info)
    });
}

/// The members below a version.
fn below(scene: &Scene<'_>, least: &EtcdVersion) -> Vec<usize> {
    scene.select(|row| {
        row.version.as_ref().and_then(|version| version.etcd()).is_some_and(|it| it < least)
    })
}

/// The oldest etcd that a release takes where etcd runs like this: version, source, whether it
/// is confirmed.
fn demanded(
    scene: &Scene<'_>,
    matrix: &EtcdMatrix,
    release: &KubernetesVersion,
) -> Option<(EtcdVersion, String, bool)> {
    match scene.inventory.etcd.topology {
        EtcdTopology::External => matrix.minimum(release).map(|minimum| {
            let source = minimum.source.first().cloned().unwrap_or_default();
            (minimum.version, source, minimum.verified)
        }),
        EtcdTopology::Stacked => matrix.stacked_minimum(release.minor()).map(|minimum| {
            let source = minimum.source.first().cloned().unwrap_or_default();
            (minimum.etcd.clone(), source, minimum.verified)
        }),
    }
}

/// The oldest etcd that the running minor takes, or else that of the next one.
fn minimum(scene: &Scene<'_>, matrix: &EtcdMatrix, oldest: &EtcdVersion, report: &mut Report) {
    let running = scene.inventory.newest_apiserver();
    for (release, runs) in
        running.map(|it| (it, true)).into_iter().chain(scene.next_release().map(|it| (it, false)))
    {
        let Some((least, source, verified)) = demanded(scene, matrix, release) else { continue };
        if *oldest >= least {
            continue;
        }
        let minor = release.minor();
        let why = match scene.inventory.etcd.topology {
            EtcdTopology::External => {
                "kubeadm init refuses less, and nothing older is tested with it; kubeadm upgrade does \
                 not check"
            }
            EtcdTopology::Stacked => "its manifest uses flags that older etcd does not know",
        };
        let when = if runs { "which runs, " } else { "" };
        report.add(
            Draft::new(Code::EtcdMinimum, "etcd")
                .says(format!(
                    "etcd {oldest} is older than Kubernetes {minor}, {when}takes ({least} or later): {why}"
                ))
                .help(format!("bring every member of etcd to {least} or later"))
                .source(source)
                .first(Stage::Etcd)
                .rows(&below(scene, &least))
                .unless(verified),
        );
        return;
    }
}
