//! Whether the cluster still is what the plan takes it to be: a plan that has become stale is caught
//! before anything is changed.

use crate::cluster::Provider;
use crate::component::Component;
use crate::plan::Checkpoint;
use crate::plan::KubeProxyMode;
use crate::plan::Probe;
use crate::version::KubernetesVersion;

use super::HopFrame;
use super::Site;
use super::checks::by_hand;
use super::checks::check;
use super::checks::cluster_configuration;
use super::etcd;
use super::script::jq_text;
use super::script::words;

/// How many run each version, as jq groups texts: by their bytes.
const COUNTED: &str = "group_by(.)|map([.[0],length])";
const TAG: &str = r#"(.spec.containers[0].image|sub("@.*$";"")|split(":")|last)"#;

/// The versions of a component before the hop and how many instances run each, as jq prints them;
/// `None` where it has none.
fn counts(hop: &HopFrame<'_>, component: Component, image: bool) -> Option<String> {
    let change = hop.start.iter().find(|change| change.component == component)?;
    let mut counts: Vec<(String, u64)> = Vec::new();
    for entry in &change.before {
        let version = match (entry.version.kubernetes(), entry.version.etcd()) {
            (Some(version), _) if image => version.upstream().to_string(),
            (_, Some(version)) => version.bare(),
            _ => entry.version.to_string(),
        };
        match counts.iter_mut().find(|(known, _)| *known == version) {
            Some((_, count)) => *count += entry.count,
            None => counts.push((version, entry.count)),
        }
    }
    counts.sort();
    let counts: Vec<String> =
        counts.iter().map(|(version, count)| format!("[{},{count}]", jq_text(version))).collect();
    (!counts.is_empty()).then(|| format!("[{}]", counts.join(",")))
}

/// The one version that every kube-apiserver runs before the hop. Where a hop was left half done
/// there is none, and kubeadm's record names the old version or the new one: it depends on whether
/// `kubeadm upgrade apply` got that far. The steps that complete such a hop look at it themselves.
fn level_apiserver<'a>(hop: &HopFrame<'a>) -> Option<&'a KubernetesVersion> {
    let change = hop.start.iter().find(|change| change.component == Component::KubeApiserver)?;
    let [only] = &change.before[..] else { return None };
    only.version.kubernetes()
}

/// The versions from which the hop starts.
pub(super) fn checks(site: &Site<'_>, hop: &HopFrame<'_>) -> Vec<Checkpoint> {
    let mut list = Vec::new();
    let parts =
        [Component::KubeApiserver, Component::KubeControllerManager, Component::KubeScheduler];
    for component in parts {
        let name = component.name();
        let Some(expect) = counts(hop, component, true) else { continue };
        let id = format!("start-{name}");
        let title = format!("{name} runs what the plan starts from: version, how many");
        if site.provider == Provider::Kubeadm {
            let jq = format!("[.items[]|{TAG}]|{COUNTED}");
            let probe =
                Probe::api("pods", Some("kube-system"), &jq).labelled(&format!("component={name}"));
            list.push(check(&id, title, probe, expect));
        } else {
            let run = format!(
                "for host in {}; do ssh \"$host\" \"sudo sh -c '/proc/\\$(systemctl show -p MainPID --value {name})/exe --version'\" </dev/null; done | jq -cR 'split(\" \")|last' | jq -cs '{COUNTED}'",
                words(site.control_plane)
            );
            list.push(by_hand(&id, title, run, expect));
        }
    }
    if let Some(expect) = counts(hop, Component::Kubelet, false) {
        let jq = format!("[.items[].status.nodeInfo.kubeletVersion]|{COUNTED}");
        list.push(check(
            "start-kubelets",
            "kubelets run what the plan starts from: version, how many",
            Probe::api("nodes", None, &jq),
            expect,
        ));
    }
    if site.kube_proxy == KubeProxyMode::DaemonSet
        && let Some(expect) = counts(hop, Component::KubeProxy, true)
    {
        let jq = format!(
            "[{}]|{COUNTED}",
            TAG.replace(".spec.containers", ".spec.template.spec.containers")
        );
        list.push(check(
            "start-kube-proxy",
            "kube-proxy runs what the plan starts from",
            Probe::api("daemonsets.apps", Some("kube-system"), &jq).named("kube-proxy"),
            expect,
        ));
    }
    if let Some(expect) = counts(hop, Component::Etcd, false) {
        list.push(etcd::versions(site, &format!("[.[].Status.version]|{COUNTED}"), expect));
    }
    if site.provider == Provider::Kubeadm
        && hop.control_plane_moves
        && let Some(version) = level_apiserver(hop)
    {
        list.push(cluster_configuration(version));
    }
    list
}
