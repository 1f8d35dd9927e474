//! The control plane: kube-apiservers beside one another, controllers beside their kube-apiserver.

use std::collections::BTreeSet;

use crate::component::Component;
use crate::diagnostic::Severity;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::roster::Fault;
use super::super::roster::Row;
use super::super::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) {
    apart(scene, report);
    half_way(scene, report);
    patches(scene, report);
    controllers(scene, report);
    recorded(scene, report);
}

fn is_apiserver(row: &Row) -> bool {
    row.component == Component::KubeApiserver
}

/// More than one minor lies between two kube-apiservers.
fn apart(scene: &Scene<'_>, report: &mut Report) {
    let outside = scene.select(|row| is_apiserver(row) && row.breaks_policy());
    let (Some((oldest, newest)), false) = (scene.minors, outside.is_empty()) else { return };
    let behind = scene.select(|row| is_apiserver(row) && row.minor().is_some_and(|it| it < newest));
    report.add(
        Draft::new(Code::ApiserversApart, "kube-apiserver")
            .says(format!(
                "kube-apiservers run {oldest} and {newest}, {} minors apart; clients and controllers \
                 reach any of them, and objects are compatible over one minor only",
                oldest.behind(newest)
            ))
            .help(format!(
                "upgrade the kube-apiserver of {} to {newest}, one minor at a time",
                scene.names(&behind)
            ))
            .first(Stage::Finish)
            .rows(&outside),
    );
}

/// Two minors run: a hop was begun and not finished.
fn half_way(scene: &Scene<'_>, report: &mut Report) {
    let behind = scene.select(|row| is_apiserver(row) && row.fault == Some(Fault::Lags));
    let Some((oldest, newest)) = scene.minors.filter(|(oldest, newest)| oldest.next() == *newest)
    else {
        return;
    };
    let names = scene.names(&behind);
    report.add(
        Draft::new(Code::HalfWay, "kube-apiserver")
            .says(format!(
                "the hop from {oldest} to {newest} is not finished: kube-apiserver still runs \
                 {oldest} on {names}; until it is, every range is narrower, and fields that {oldest} \
                 does not know can be lost"
            ))
            .help(format!("finish the hop: upgrade the control plane of {names} to {newest}"))
            .first(Stage::Finish)
            .rows(&behind),
    );
}

/// Several patches of one minor run.
fn patches(scene: &Scene<'_>, report: &mut Report) {
    let versions: BTreeSet<_> =
        scene.inventory.control_plane.iter().filter_map(|node| node.apiserver.as_ref()).collect();
    let one_minor = scene.minors.is_some_and(|(oldest, newest)| oldest == newest);
    let (Some(newest), true) = (versions.last(), one_minor && versions.len() > 1) else { return };
    let behind = scene.select(|row| {
        is_apiserver(row)
            && row.version.as_ref().and_then(|it| it.kubernetes()).is_some_and(|it| it < *newest)
    });
    let names = scene.names(&behind);
    report.add(
        Draft::new(Code::HalfWay, "kube-apiserver")
            .weighs(Severity::Info)
            .says(format!(
                "kube-apiserver runs an older patch than {newest} on {names}: a patch upgrade is not \
                 finished"
            ))
            .help(format!("bring the control plane of {names} to {newest}"))
            .rows(&behind),
    );
}

/// kube-controller-manager and kube-scheduler.
fn controllers(scene: &Scene<'_>, report: &mut Report) {
    let is_controller = |row: &Row| {
        matches!(row.component, Component::KubeControllerManager | Component::KubeScheduler)
            && row.fault.is_some()
    };
    for (group, rows) in scene.groups(is_controller) {
        let row = &scene.rows[rows[0]];
        let names = scene.names(&rows);
        let component = group.component;
        let help = match row.allowed.max {
            Some(max) if !row.allowed.is_empty() => {
                format!("bring {component} on {names} to {max}, the minor of its kube-apiserver")
            }
            _ => format!("finish the hop of the control plane, {component} on {names} with it"),
        };
        let version = &group.version;
        let draft = match row.fault {
            Some(Fault::Outside { reference, .. }) => Draft::new(
                Code::Controllers,
                group.subject(),
            )
            .says(format!(
                "{component} {version} on {names} does not fit kube-apiserver {reference}: it may \
                     be of the same minor or one older; it may call what that kube-apiserver does \
                     not serve"
            )),
            _ => Draft::new(Code::ControllersLag, group.subject()).says(format!(
                "{component} {version} on {names} is one minor older than its kube-apiserver: an \
                 upgrade was not finished, and the next hop would leave it two minors behind"
            )),
        };
        report.add(draft.help(help).first(Stage::Controllers).rows(&rows));
    }
}

/// The release that kubeadm wrote down.
fn recorded(scene: &Scene<'_>, report: &mut Report) {
    let recorded = scene.inventory.kubeadm.as_ref().and_then(|it| it.kubernetes_version.as_ref());
    let newest = scene.inventory.newest_apiserver();
    let (Some(recorded), Some(newest)) = (recorded, newest) else { return };
    let runs = |row: &Row| row.version.as_ref().and_then(|it| it.kubernetes()) == Some(recorded);
    if scene.rows.iter().any(|row| is_apiserver(row) && runs(row)) {
        return;
    }
    let same_minor = recorded.minor() == newest.minor();
    let draft = Draft::new(Code::KubeadmVersion, "kubeadm-config: kubernetesVersion")
        .says(format!(
            "kubeadm-config records {recorded}, the newest kube-apiserver runs {newest}: an upgrade \
             went past kubeadm, or stopped before its end; nodes that join, and kubeadm's own \
             checks, take the record for the truth"
        ))
        .help(format!(
            "find out how {newest} was installed, and let `kubeadm upgrade apply {newest}` complete \
             it and write the record"
        ));
    report.add(if same_minor { draft.weighs(Severity::Info) } else { draft.first(Stage::Finish) });
}
