//! kubelets, kube-proxy and kubectl: outside their range, at its edge, or uneven.

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Severity;
use crate::policy::Excess;
use crate::policy::RuleId;
use crate::version::MinorVersion;

use super::super::codes::Code;
use super::super::model::Allowed;
use super::super::range::beside;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::roster::Fault;
use super::super::roster::Row;
use super::super::scene::Group;
use super::super::scene::Scene;

/// The code of a fault of a component, and when it must be mended. Faults of the control plane are
/// not here.
fn code(component: Component, fault: Fault) -> Option<(Code, Stage)> {
    let code = match (component, fault) {
        (Component::Kubelet, Fault::Outside { excess: Excess::TooOld(_), .. }) => {
            Code::KubeletTooOld
        }
        (Component::Kubelet, Fault::Outside { .. }) => Code::KubeletTooNew,
        (Component::Kubelet, Fault::Edge) => Code::KubeletEdge,
        (Component::Kubelet, Fault::ToolWindow) => Code::KubeadmWindow,
        (Component::KubeProxy, Fault::Outside { rule: RuleId::KubeProxyKubelet, .. }) => {
            Code::KubeProxyKubelet
        }
        (Component::KubeProxy, Fault::Outside { .. }) => Code::KubeProxy,
        (Component::KubeProxy, Fault::Edge) => Code::KubeProxyEdge,
        (Component::Kubectl, Fault::Outside { .. }) => Code::Kubectl,
        (Component::Kubectl, Fault::Edge) => Code::KubectlEdge,
        _ => return None,
    };
    let stage = if component == Component::Kubectl { Stage::Clients } else { Stage::Nodes };
    Some((code, stage))
}

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) {
    let faulty = |row: &Row| row.fault.is_some_and(|fault| code(row.component, fault).is_some());
    for (group, rows) in scene.groups(faulty) {
        // Beside kubelets of several minors one kube-proxy can be at fault in several ways.
        for rows in split(scene, rows) {
            fault(scene, &group, &rows, report);
        }
    }
    stragglers(scene, report);
    rollout(scene, report);
}

/// By kind of fault.
fn split(scene: &Scene<'_>, rows: Vec<usize>) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for at in rows {
        let same = |part: &&mut Vec<usize>| scene.rows[part[0]].fault == scene.rows[at].fault;
        match parts.iter_mut().find(same) {
            Some(part) => part.push(at),
            None => parts.push(vec![at]),
        }
    }
    parts
}

fn fault(scene: &Scene<'_>, group: &Group, rows: &[usize], report: &mut Report) {
    let row = &scene.rows[rows[0]];
    let (Some(fault), Some(minor), Some(next)) = (row.fault, row.minor(), scene.next()) else {
        return;
    };
    let Some((code, stage)) = code(row.component, fault) else { return };
    let (component, version) = (group.component, &group.version);
    let names = scene.names(rows);
    let subject = match component {
        Component::Kubectl => format!("kubectl {version}"),
        _ => group.subject(),
    };
    let message = match fault {
        Fault::Outside { rule, excess, reference } => outside(
            scene,
            &format!("{component} {version} on {names}"),
            rule,
            excess,
            (minor, reference),
        ),
        Fault::ToolWindow => format!(
            "{component} {version} on {names} is older than kubeadm {next} accepts: it refuses the \
             upgrade while a kubelet is more than {} behind, although the policy permits it",
            minors(i64::from(scene.tool.kubelet_max_older(next)))
        ),
        Fault::Edge | Fault::Lags => format!(
            "{component} {version} on {names} is at the edge of its range: once kube-apiservers run \
             {next} it is {} behind, which the policy does not permit",
            minors(minor.behind(next))
        ),
    };
    let of_pool = group.pool.as_ref().map(|pool| format!(" of pool {pool}")).unwrap_or_default();
    let help =
        format!("bring {component} on {names}{of_pool} to {}", wanted(scene, row, fault, next));
    report.add(Draft::new(code, subject).says(message).help(help).first(stage).rows(rows));
}

/// What is outside, by how much, and what follows.
fn outside(
    scene: &Scene<'_>,
    who: &str,
    rule: RuleId,
    excess: Excess,
    (minor, reference): (MinorVersion, MinorVersion),
) -> String {
    let beside = if rule == RuleId::KubeProxyKubelet { "the kubelet" } else { "kube-apiserver" };
    let policy = scene.policy;
    let rules = [policy.kubelet, policy.kube_proxy, policy.kube_proxy_kubelet, policy.kubectl];
    let limits = rules.iter().find(|known| known.id == rule).map(|rule| rule.limits(minor));
    let (older, newer) = limits.unwrap_or_default();
    match excess {
        Excess::TooOld(_) => format!(
            "{who} is {} older than {beside} {reference}, {} permitted; it may call what is no \
             longer served",
            minors(minor.behind(reference)),
            permitted(older)
        ),
        Excess::TooNew(_) => format!(
            "{who} is {} newer than {beside} {reference}, {} permitted; it may call what is not \
             served yet",
            minors(reference.behind(minor)),
            permitted(newer)
        ),
    }
}

fn minors(count: i64) -> String {
    match count {
        1 => "one minor".to_owned(),
        more => format!("{more} minors"),
    }
}

fn permitted(limit: u32) -> String {
    match limit {
        0 => "and none is".to_owned(),
        1 => "and one is".to_owned(),
        more => format!("and {more} are"),
    }
}

/// Where an instance must be brought: into its range, or into that of the next hop.
fn wanted(scene: &Scene<'_>, row: &Row, fault: Fault, next: MinorVersion) -> String {
    let rule = match row.component {
        Component::KubeProxy => &scene.policy.kube_proxy,
        Component::Kubectl => &scene.policy.kubectl,
        _ => &scene.policy.kubelet,
    };
    let ahead = beside(rule, next).min;
    let range = match fault {
        Fault::Outside { .. } => row.allowed,
        _ => row.allowed.and(Allowed { min: ahead, max: None }),
    };
    let floor = match fault {
        Fault::ToolWindow => {
            let older = scene.tool.kubelet_max_older(next);
            (0..older).try_fold(next, |minor, _| minor.previous())
        }
        _ => range.min,
    };
    match (floor, range.max) {
        (Some(min), Some(max)) if min < max => format!("{min} or later, up to {max}"),
        (Some(min), Some(max)) if min == max => max.to_string(),
        (_, Some(_)) if range.is_empty() => {
            "one minor of all of them, after the kube-apiservers are on one".to_owned()
        }
        (Some(min), None) => format!("{min} or later"),
        (_, max) => max.map_or_else(|| "a minor that fits".to_owned(), |max| max.to_string()),
    }
}

/// kubelets of several versions.
fn stragglers(scene: &Scene<'_>, report: &mut Report) {
    let is_kubelet = |row: &Row| row.component == Component::Kubelet;
    let versions = scene
        .rows
        .iter()
        .filter(|row| is_kubelet(row) && row.fault.is_none())
        .filter_map(|row| row.version.as_ref());
    let Some(newest) = versions.filter_map(ComponentVersion::kubernetes).max() else { return };
    let behind = |row: &Row| {
        is_kubelet(row)
            && row.fault.is_none()
            && row.version.as_ref().and_then(|it| it.kubernetes()).is_some_and(|it| it < newest)
    };
    for (group, rows) in scene.groups(behind) {
        let names = scene.names(&rows);
        let minor = scene.rows[rows[0]].minor();
        let draft = Draft::new(Code::Stragglers, group.subject()).rows(&rows);
        report.add(if minor == Some(newest.minor()) {
            draft
                .weighs(Severity::Info)
                .says(format!(
                    "kubelet {} on {names} is an older patch than {newest}, which other nodes run",
                    group.version
                ))
                .help(format!("bring {names} to {newest} when it suits"))
        } else {
            draft
                .says(format!(
                    "kubelet {} on {names} was left behind: other nodes run {newest}; stragglers are \
                     what blocks a later hop, and every hop in between must bear them",
                    group.version
                ))
                .help(format!("bring {names} to {newest} before the next upgrade is planned"))
        });
    }
}

/// kube-proxy of single nodes differs from that of the rest.
fn rollout(scene: &Scene<'_>, report: &mut Report) {
    let Some(everywhere) = &scene.inventory.kube_proxy else { return };
    let differs = |row: &Row| {
        row.component == Component::KubeProxy
            && row.fault.is_none()
            && row
                .version
                .as_ref()
                .and_then(|it| it.kubernetes())
                .is_some_and(|it| it != everywhere)
    };
    for (group, rows) in scene.groups(differs) {
        let names = scene.names(&rows);
        report.add(
            Draft::new(Code::KubeProxyRollout, group.subject())
                .says(format!(
                    "kube-proxy {} still runs on {names}, the rest runs {everywhere}: the rollout has \
                     stopped or still goes on",
                    group.version
                ))
                .help(format!(
                    "see why the pods of {names} were not replaced: `kubectl -n kube-system rollout \
                     status daemonset/kube-proxy`"
                ))
                .rows(&rows),
        );
    }
}
