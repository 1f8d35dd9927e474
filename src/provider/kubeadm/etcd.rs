//! Stacked etcd, apart from and before the API servers.
//!
//! kubeadm has no etcd phase. It does honour `etcd.local.imageTag`, so with the tag raised and
//! kubeadm itself unchanged, `upgrade node phase control-plane` finds a difference in the etcd
//! manifest only, swaps that one with its own health check, copy of the data and way back, and skips
//! the other three as equal. Each part is documented; the composition is ours, hence the rehearsal.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::plan::Checkpoint;
use crate::plan::Command;
use crate::plan::Probe;
use crate::plan::Rollback;
use crate::plan::shell_word;
use crate::provider::EtcdImage;
use crate::provider::Procedure;
use crate::provider::Site;
use crate::provider::checks::check;
use crate::provider::checks::on_host;
use crate::provider::durations;
use crate::provider::etcd;
use crate::provider::script::EACH_TARGET;
use crate::provider::script::as_root;
use crate::provider::script::as_script;
use crate::provider::script::fill;
use crate::provider::script::on;
use crate::provider::script::operator;
use crate::provider::script::save_once;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::OLD_REGISTRY_BEFORE;

/// The kubeadm releases whose node phase `control-plane` applies the add-ons as well (source of
/// `cmd/phases/upgrade/node/controlplane.go` in 1.27, 1.28, 1.31 and 1.32).
const ADDONS_IN_PHASE: std::ops::RangeInclusive<MinorVersion> =
    MinorVersion::new(1, 28)..=MinorVersion::new(1, 31);
/// The first kubeadm that writes an etcd manifest without `--experimental-` flags, for etcd 3.6 and
/// later (<https://github.com/kubernetes/kubernetes/pull/132838>).
const STABLE_FLAGS_FROM: MinorVersion = MinorVersion::new(1, 34);
const RESTORE: &str = "upgrade-backup/restore-etcd.sh, which loses everything written since";
const PIN: &str = include_str!("../scripts/etcd-pin.sh");
const PIN_WHY: &str = "# Pin the etcd image in kubeadm's record: kubeadm then deploys exactly this one, and never moves etcd on\n# its own. Only the lines imageTag and imageRepository under etcd.local change.\n";
const MEMBER: &str = include_str!("../scripts/etcd-stacked-member.sh");
const RECORD_FLAGS: &str = include_str!("../scripts/etcd-flags-record.sh");
const HOST_FLAGS: &str = include_str!("../scripts/etcd-flags-host.sh");
const MANIFEST_BACK: &str = include_str!("../scripts/etcd-manifest-back.sh");

/// Moves every member, followers first.
pub(in crate::provider) fn procedure(
    site: &Site<'_>,
    (from, to): (&EtcdVersion, &EtcdVersion),
    moving: u64,
    image: EtcdImage<'_>,
    running: &KubernetesVersion,
) -> Procedure {
    let running = running.upstream();
    let minor_changes = from.minor() != to.minor();
    // This kubeadm writes the manifest anew, without the flags that an older one wrote.
    let rendered_anew =
        to.minor() >= etcd::NO_EXPERIMENTAL_FROM && running.minor() >= STABLE_FLAGS_FROM;
    let mut commands = Vec::from(etcd::gate(site));
    if minor_changes {
        commands.extend(flag_check(to.minor(), rendered_anew));
    }
    commands.push(pull(image, to, &running));
    commands.push(pin(image, to));
    let running_text = running.to_string();
    commands.push(
        on(EACH_TARGET, as_root(&fill(MEMBER, &[("RUNNING", &running_text)]))).expecting(
            "`dry run: passed`, and above it no line with `+` or `-` but those of your own patches. This way is put together from documented parts (a pinned imageTag, and the kubeadm that runs already), so it must have been rehearsed in staging",
        ),
    );
    commands.push(
        on(
            EACH_TARGET,
            format!(
                "# One member at a time, in the order that the gate printed: followers first, the leader last. kubeadm\n# waits up to 5 minutes; it also renews admin.conf on this node. Add --patches DIR if you use patches.{}\nsudo kubeadm upgrade node phase control-plane",
                if ADDONS_IN_PHASE.contains(&running.minor()) {
                    "\n# This kubeadm applies kube-proxy and CoreDNS again at the version that runs: changes made to the CoreDNS\n# Deployment by hand are in upgrade-backup/."
                } else {
                    ""
                }
            ),
        )
        .expecting(
            "`Component \"etcd\" upgraded successfully!`, for the other three components `are equal, skipping upgrade`, and the gate below passes. Only then the next member",
        ),
    );
    commands.push(etcd::pass_gate());
    let mut checkpoints = checkpoints(site, from, to);
    if !minor_changes || to.minor() < etcd::STORAGE_VERSION_FROM {
        checkpoints.push(on_host(
            "apiserver-untouched",
            "kubeadm moved nothing but etcd on this node in its last run",
            "sudo sh -c 'ls \"$(ls -dt /etc/kubernetes/tmp/kubeadm-backup-manifests-* | head -n 1)\"'",
            "etcd.yaml",
        ));
    }
    Procedure {
        commands,
        checkpoints,
        abort: format!(
            "Stop if `kubeadm upgrade diff {running}` shows a difference or the run prints `Preparing for \"kube-apiserver\" upgrade` followed by a moved manifest: files on that node were edited by hand, and kubeadm would restart more than etcd. Stop if the gate does not pass within five minutes of a member's restart; never touch a second member while one is down."
        ),
        rollback: rollback(from, to, old_manifest(from)),
        duration: durations::etcd(moving),
    }
}

/// Flags that the next minor refuses, before it meets them. Those that kubeadm itself writes go with
/// the manifest that the kubeadm of this step writes anew; those of the operator come back with it.
pub(super) fn flag_check(to: EtcdMinor, rendered_anew: bool) -> Vec<Command> {
    let (pattern, why) = flags_refused(to);
    let record = operator(as_script(&fill(RECORD_FLAGS, &[("WHY", why), ("PATTERN", pattern)])));
    let files = if rendered_anew { "" } else { " /etc/kubernetes/manifests/etcd.yaml" };
    let places = fill(HOST_FLAGS, &[("FILES", files), ("PATTERN", pattern)]);
    vec![record.expecting("`clean`"), on(EACH_TARGET, as_root(&places)).expecting("`clean`")]
}

/// The flags that this minor refuses, and what to say about it.
pub(in crate::provider) fn flags_refused(to: EtcdMinor) -> (&'static str, &'static str) {
    if to >= etcd::NO_EXPERIMENTAL_FROM {
        ("--experimental-", "etcd 3.7 does not start with any --experimental- flag.")
    } else if to >= etcd::STORAGE_VERSION_FROM {
        (
            "--enable-v2|--experimental-enable-v2v3|--proxy",
            "etcd 3.6 has no v2 API and no proxy. If the v2 API was ever enabled, run `etcdutl check v2store`\n# (from 3.5.18 on) on a stopped copy of the data directory as well.",
        )
    } else {
        (
            "--logger=capnslog|--log-output[ =]|--debug|--log-package-levels",
            "etcd 3.5 has another logger and refuses the flags of the old one.",
        )
    }
}

fn pull(image: EtcdImage<'_>, to: &EtcdVersion, running: &KubernetesVersion) -> Command {
    let EtcdImage { tag, shipped } = image;
    let word = shell_word(tag);
    let mut text = String::from(
        "# The phase below pulls nothing ahead: have the image on every control-plane node before it starts.\n",
    );
    if !shipped {
        _ = write!(
            text,
            "# No kubeadm release is known to ship {tag}. If registry and mirror do not have it, use etcd's own\n# image instead (`gcr.io/etcd-development/etcd:{to}`) and set both values in the next block accordingly.\n"
        );
    }
    if running.minor() < OLD_REGISTRY_BEFORE {
        text += "# A cluster of this age may still name k8s.gcr.io, which is frozen: if the pull fails, pull from\n# registry.k8s.io and set repository=registry.k8s.io in the next block.\n";
    }
    text += &as_root(&format!(
        "registry=$(sed -n 's#^ *image: *\\(.*\\)/etcd:.*#\\1#p' /etc/kubernetes/manifests/etcd.yaml)\ncrictl pull \"$registry/etcd:\"{word} || ctr -n k8s.io images pull \"$registry/etcd:\"{word}"
    ));
    on(EACH_TARGET, text).expecting("every control-plane node has pulled it")
}

pub(super) fn pin(image: EtcdImage<'_>, to: &EtcdVersion) -> Command {
    let fallback = if image.shipped {
        String::new()
    } else {
        format!("\n# etcd's own image:  tag={to}  repository=gcr.io/etcd-development")
    };
    let saved = save_once(
        &format!("kubeadm-config-before-etcd-{}.yaml", to.bare()),
        "kubectl -n kube-system get configmap kubeadm-config -o yaml",
    );
    let values = [("TAG", &*shell_word(image.tag)), ("FALLBACK", &*fallback), ("SAVE", &*saved)];
    operator(format!("{PIN_WHY}{}", as_script(&fill(PIN, &values))))
        .expecting("the difference is `imageTag` (and `imageRepository`, where you set it), and the record is patched")
}

pub(super) fn checkpoints(
    site: &Site<'_>,
    from: &EtcdVersion,
    to: &EtcdVersion,
) -> Vec<Checkpoint> {
    let jq = format!(
        r#"[.items[]|(.spec.containers[0].image|sub("@.*$";"")|split(":")|last|ltrimstr("v")|sub("-[0-9]+$";""))|select(.!="{}")]"#,
        to.bare()
    );
    let image = check(
        "etcd-image",
        format!("every etcd pod has the image of {to}"),
        Probe::api("pods", Some("kube-system"), &jq).labelled("component=etcd"),
        "[]",
    );
    let mut list = vec![
        etcd::healthy(site),
        etcd::at_version(site, to),
        etcd::in_step(site),
        etcd::no_alarm(site),
        image,
    ];
    if from.minor() != to.minor() && to.minor() >= etcd::STORAGE_VERSION_FROM {
        list.push(etcd::storage_version(site, to));
    }
    list
}

/// kubeadm's own copy of the manifest goes back.
fn old_manifest(from: &EtcdVersion) -> String {
    let version = from.bare().replace('.', "\\.");
    format!(
        "# On each member that has moved, one at a time: kubeadm's own copy of the old manifest goes back.\n{}",
        as_root(&fill(MANIFEST_BACK, &[("VERSION", &version)]))
    )
}

/// The way back, with how the old manifest is put back.
pub(super) fn rollback(from: &EtcdVersion, to: &EtcdVersion, manifest: String) -> Rollback {
    let minor_changes = from.minor() != to.minor();
    let record = format!(
        "# Once all are back: the record as it was before the pin, so that kubeadm does not move etcd again.\nkubectl -n kube-system patch configmap kubeadm-config --type merge -p \"$(kubectl create --dry-run=client -o json -f upgrade-backup/kubeadm-config-before-etcd-{}.yaml | jq '{{data: .data}}')\"",
        to.bare()
    );
    let commands = vec![
        on(EACH_TARGET, manifest).expecting("the gate below passes. Only then the next member"),
        etcd::pass_gate(),
        operator(record),
    ];
    let by_itself = "If a member fails to come up, kubeadm puts the old manifest back and ends with an error; look first whether it already has. In a cluster of several members never restore the old data directory of one member: remove and re-add that member. If this way of moving etcd does not work here (found in staging, not tonight): edit the image in /etc/kubernetes/manifests/etcd.yaml node by node, or `kubeadm init phase etcd local --config FILE`; both lack kubeadm's copy and way back.";
    let (until, text) = if minor_changes {
        let formal = match to.minor().cmp(&etcd::STORAGE_VERSION_FROM) {
            Ordering::Less => {
                format!("After that only the snapshot, with {RESTORE}.")
            }
            Ordering::Equal => format!(
                "After that: `etcdctl downgrade validate {0}`, `etcdctl downgrade enable {0}`, then the old image member by member, without flags that {0} does not know (https://etcd.io/docs/v3.7/downgrades/downgrade_3_6/); or the snapshot with {RESTORE}.",
                from.minor()
            ),
            Ordering::Greater => format!(
                "After that: `etcdctl downgrade validate {0}`, `etcdctl downgrade enable {0}`, then the old image member by member (https://etcd.io/docs/v3.7/downgrades/); or the snapshot with {RESTORE}.",
                from.minor()
            ),
        };
        (
            format!(
                "the last member has started {to}: the cluster version then follows to {}",
                to.minor()
            ),
            format!("{formal} {by_itself}"),
        )
    } else {
        ("none: patches of one minor read each other's data".to_owned(), by_itself.to_owned())
    };
    // Before 3.6 etcd has no way down by a minor.
    let possible = !minor_changes || to.minor() >= etcd::STORAGE_VERSION_FROM;
    Rollback { possible, until, commands, text: Some(text) }
}
