//! A cluster whose binaries and units are installed by hand or by site automation, component by
//! component over all instances, in the order of the skew policy
//! (<https://kubernetes.io/releases/version-skew-policy/#supported-component-upgrade-order>).
//!
//! Assumed, and said in the commands: systemd units with the component's name, binaries in
//! `/usr/local/bin`, the default ports.

use crate::component::Component;
use crate::name::InstanceName;
use crate::plan::Checkpoint;
use crate::plan::Rollback;
use crate::plan::shell_word;
use crate::version::KubernetesVersion;

use super::Procedure;
use super::checks;
use super::durations;
use super::packages;
use super::script::EACH_TARGET;
use super::script::as_root;
use super::script::on;
use super::script::operator;

const DIRECTORY: &str = "/usr/local/bin";

/// Lines for a root shell: the binary of this version, with the one that was there kept beside it
/// under its own version. The unit is not restarted.
pub(super) fn swap(name: &str, version: &KubernetesVersion) -> String {
    format!(
        "old=$({DIRECTORY}/{name} --version | awk '{{print $2}}')\nif [ ! -e \"{DIRECTORY}/{name}.$old\" ]; then cp -p {DIRECTORY}/{name} \"{DIRECTORY}/{name}.$old\"; fi\n{}",
        packages::binaries(version, &[name], DIRECTORY)
    )
}

/// Where a component says that it is well. With anonymous access off these need a client certificate.
fn health(component: Component) -> &'static str {
    match component {
        Component::KubeControllerManager => "curl -ks -w '\\n' https://127.0.0.1:10257/healthz",
        Component::KubeScheduler => "curl -ks -w '\\n' https://127.0.0.1:10259/healthz",
        _ => "curl -ks -w '\\n' https://127.0.0.1:6443/livez https://127.0.0.1:6443/readyz",
    }
}

fn restart(component: Component) -> String {
    let (name, health) = (component.name(), health(component));
    format!(
        "systemctl restart {name}\nfor try in $(seq 1 60); do\n  if [ \"$({health} | sort -u)\" = ok ]; then break; fi\n  sleep 5\ndone\n[ \"$({health} | sort -u)\" = ok ]\necho '{name}: healthy'"
    )
}

fn checks_of(
    component: Component,
    nodes: &[InstanceName],
    to: &KubernetesVersion,
) -> Vec<Checkpoint> {
    let name = component.name();
    let hosts = super::script::words(nodes);
    let mut list = vec![
        checks::by_hand(
            "versions",
            format!("the running {name} of every node is {to}, not just the file"),
            format!(
                "for host in {hosts}; do ssh \"$host\" \"sudo sh -c '/proc/\\$(systemctl show -p MainPID --value {name})/exe --version'\" </dev/null; done | sort -u"
            ),
            format!("Kubernetes {to}"),
        ),
        checks::by_hand(
            "instances-healthy",
            format!("every {name} is healthy by its own word"),
            format!(
                "for host in {hosts}; do ssh \"$host\" {} </dev/null; done | sort -u",
                shell_word(health(component))
            ),
            "ok",
        ),
        checks::api_ready(),
    ];
    if component == Component::KubeApiserver {
        list.push(checks::api_services());
    } else {
        list.push(checks::leases());
    }
    list
}

/// One component on all control-plane nodes, one node at a time.
pub(super) fn control_plane_component(
    component: Component,
    nodes: &[InstanceName],
    from: &KubernetesVersion,
    to: &KubernetesVersion,
) -> Procedure {
    let (from, to) = (from.upstream(), to.upstream());
    let name = component.name();
    let several = if nodes.len() > 1 { ". Only then the next node" } else { "" };
    Procedure {
        commands: vec![
            operator(format!(
                "ssh {} systemctl cat {name}",
                nodes.first().map_or_else(|| "HOST".to_owned(), |node| shell_word(node.as_str()))
            ))
            .expecting(format!(
                "none of its flags is one that {name} {to} no longer knows (release notes): such a flag keeps it from starting"
            )),
            on(
                EACH_TARGET,
                format!(
                    "# Unit {name}, binary in {DIRECTORY}: change both names here if yours differ.\n{}",
                    as_root(&format!("{}{}", swap(name, &to), restart(component)))
                ),
            )
            .expecting(format!("`{name}: healthy`{several}")),
        ],
        checkpoints: checks_of(component, nodes, &to),
        abort: format!(
            "Stop if {name} of a node is not healthy within five minutes of its restart; put its old binary back before the next node is touched."
        ),
        rollback: rollback(component, nodes, &from, &to),
        duration: durations::times(durations::MANUAL_COMPONENT, nodes.len() as u64),
    }
}

fn rollback(
    component: Component,
    nodes: &[InstanceName],
    from: &KubernetesVersion,
    to: &KubernetesVersion,
) -> Rollback {
    let name = component.name();
    let back = on(
        EACH_TARGET,
        as_root(&format!(
            "install -m 755 {DIRECTORY}/{name}.{from} {DIRECTORY}/{name}\n{}",
            restart(component)
        )),
    )
    .expecting(format!("`{name}: healthy`"));
    let beside = "The old binary lies beside the new one, with its version behind its name.";
    if component == Component::KubeApiserver && from.minor() != to.minor() {
        let node = if nodes.len() > 1 { "the last" } else { "the only" };
        return Rollback {
            possible: false,
            until: format!(
                "kube-apiserver {to} of {node} node is ready: none of {from} is left, and Kubernetes supports no way down by a minor"
            ),
            commands: vec![back],
            text: Some(format!(
                "{beside} Before that point the nodes that have moved can go back, as long as nobody has used a field or an API version that is new in {}: {from} cannot read it. After that point repair forward; the last resort is the snapshot of the backup step with the old binaries on all nodes, which loses everything written since.",
                to.minor()
            )),
        };
    }
    Rollback {
        possible: true,
        until: if component == Component::KubeApiserver {
            "none: patches of one minor read each other's objects".to_owned()
        } else {
            format!("none while kube-apiserver is at {to} or one minor older")
        },
        commands: vec![back],
        text: Some(beside.to_owned()),
    }
}

/// The three components of one node, in their order, for a site that works node by node.
pub(super) fn control_plane_node(
    node: &InstanceName,
    from: &KubernetesVersion,
    to: &KubernetesVersion,
) -> Procedure {
    let nodes = std::slice::from_ref(node);
    let mut whole = control_plane_component(Component::KubeApiserver, nodes, from, to);
    for component in [Component::KubeControllerManager, Component::KubeScheduler] {
        let part = control_plane_component(component, nodes, from, to);
        whole.commands.extend(part.commands);
        whole.rollback.commands.extend(part.rollback.commands);
        whole.duration = durations::sum(&[whole.duration, part.duration]);
    }
    whole.checkpoints.push(checks::leases());
    whole
}
