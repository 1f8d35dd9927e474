//! After the change: proof of a hop, time in which it is watched, and the end of the plan.

use crate::cluster::Provider;
use crate::component::Component;
use crate::plan::Checkpoint;
use crate::plan::Command;
use crate::plan::KubeProxyMode;
use crate::plan::Rollback;
use crate::version::EtcdVersion;

use super::HopFrame;
use super::Procedure;
use super::Site;
use super::checks;
use super::durations;
use super::etcd;
use super::kubeadm;
use super::preflight;
use super::script::EACH_TARGET;
use super::script::as_root;
use super::script::as_script;
use super::script::fill;
use super::script::on;
use super::script::operator;
use super::script::save_once;
use super::script::words;

const SMOKE: &str = include_str!("scripts/smoke-test.sh");
const UNPIN: &str = include_str!("scripts/etcd-unpin.sh");

/// Answers with an error of its own making, since this API server started.
const SERVER_ERRORS: &str = r#"kubectl get --raw /metrics | awk '/^apiserver_request_total\{.*code="5/ { n += $NF } END { print "answers 5xx: " n + 0 }'"#;
const RESTARTS: &str = r#"kubectl -n kube-system get pods -o json | jq -r '.items[]|"\(.metadata.name) \([.status.containerStatuses[]?.restartCount]|add//0)"' | sort"#;
/// kubeadm's etcd serves plain metrics on this port of the loopback interface.
const ETCD_METRICS: &str = "curl -fsS http://127.0.0.1:2381/metrics | awk '/^etcd_disk_wal_fsync_duration_seconds_sum/ { s = $2 } /^etcd_disk_wal_fsync_duration_seconds_count/ { c = $2 } /^etcd_server_leader_changes_seen_total/ { l = $2 } /^etcd_server_proposals_failed_total/ { f = $2 } END { printf \"fsync mean %.1f ms, leader changes %d, failed proposals %d\\n\", c ? 1000 * s / c : 0, l, f }'";

fn nothing_to_undo(text: &str) -> Rollback {
    Rollback {
        possible: true,
        until: "none: this step only looks".to_owned(),
        commands: Vec::new(),
        text: Some(text.to_owned()),
    }
}

fn hop_checks(site: &Site<'_>, hop: &HopFrame<'_>) -> Vec<Checkpoint> {
    let mut list = Vec::new();
    if site.provider == Provider::Kubeadm {
        list.push(checks::static_pods(site.control_plane.len(), hop.to));
        if hop.control_plane_moves {
            list.push(checks::cluster_configuration(hop.to));
        }
    } else {
        list.push(manual_apiservers(site, hop));
    }
    list.push(checks::kubelets(hop.kubelets_after));
    list.push(checks::nodes_ready());
    list.push(checks::none_cordoned());
    if site.kube_proxy == KubeProxyMode::DaemonSet && hop.control_plane_moves {
        list.push(checks::kube_proxy(hop.to));
    }
    list.push(etcd::at_version(site, hop.etcd_after));
    list.push(checks::api_services());
    list.push(checks::by_hand(
        "no-new-failures",
        "nothing is unhealthy that was healthy before the hop",
        preflight::new_failures(hop),
        "0",
    ));
    list
}

fn manual_apiservers(site: &Site<'_>, hop: &HopFrame<'_>) -> Checkpoint {
    checks::by_hand(
        "apiserver-version",
        format!("every kube-apiserver answers as {}", hop.to.upstream()),
        format!(
            "for host in {}; do ssh \"$host\" curl -ks https://127.0.0.1:6443/version </dev/null | jq -r .gitVersion; done | sort -u",
            words(site.control_plane)
        ),
        hop.to.upstream().to_string(),
    )
}

/// Proof that the hop is complete.
pub(super) fn validate(site: &Site<'_>, hop: &HopFrame<'_>) -> Procedure {
    let mut commands =
        vec![operator("kubectl get nodes -o wide && kubectl -n kube-system get pods -o wide")];
    if hop.control_plane_moves && site.provider == Provider::Kubeadm {
        commands.push(
            on(
                preflight::first_node(site),
                format!("sudo {}", kubeadm::certs_command(hop.to.minor())),
            )
            .expecting("about 364 days are left: the upgrade has renewed all but the CAs"),
        );
    }
    commands.push(smoke());
    Procedure {
        commands,
        checkpoints: hop_checks(site, hop),
        abort: "Do not start the soak, and not the next hop, while a check fails: two versions of one part may stay side by side for hours, not for days.".to_owned(),
        rollback: nothing_to_undo("If a check fails, go to the step that owns the part and follow its way back, or repair forward."),
        duration: durations::VALIDATE,
    }
}

fn smoke() -> Command {
    operator(format!(
        "# A smoke test in a namespace of its own: schedule, resolve, serve, replace, delete.\n{}",
        as_script(SMOKE)
    ))
    .expecting("`smoke test: passed`")
}

/// Time in which the cluster is watched.
pub(super) fn soak(site: &Site<'_>, hop: &HopFrame<'_>) -> Procedure {
    let duration =
        if hop.control_plane_moves { durations::HOP_SOAK } else { durations::LEVELLING_SOAK };
    let mut commands = vec![
        operator(format!("{{ {SERVER_ERRORS}; {RESTARTS}; }}")).expecting(format!(
            "nothing is changed for {} (elapsed time; the work is three looks: at the start, once in between, at the end), and no counter grows faster than before the hop",
            hours(duration.likely)
        )),
    ];
    if site.provider == Provider::Kubeadm && etcd::in_pods(site) {
        commands.push(
            on(preflight::first_node(site), ETCD_METRICS)
                .expecting("the mean fsync is well under 10 ms, and no leader is new"),
        );
    }
    Procedure {
        commands,
        checkpoints: vec![
            checks::nodes_ready(),
            checks::api_ready(),
            checks::leases(),
            etcd::healthy(site),
            checks::by_hand(
                "no-new-failures",
                "nothing is unhealthy that was healthy before the hop",
                preflight::new_failures(hop),
                "0",
            ),
            checks::by_hand(
                "alerts",
                "no alert fired that did not fire in the week before, and nobody called",
                "# Look at the alerts and at the service desk, over the whole time",
                "yes",
            ),
        ],
        abort: "If API errors, restarts or leader changes grow against the time before the hop, stay on this minor, find the cause, and begin the soak again.".to_owned(),
        rollback: nothing_to_undo("Single nodes and add-ons can still go back as their steps say; the control plane cannot."),
        duration,
    }
}

/// Time in which etcd is watched.
pub(super) fn etcd_soak(site: &Site<'_>, etcd_now: &EtcdVersion, minor_changed: bool) -> Procedure {
    let duration =
        if minor_changed { durations::ETCD_SOAK_MINOR } else { durations::ETCD_SOAK_PATCH };
    let metrics = if etcd::in_pods(site) {
        ETCD_METRICS.to_owned()
    } else {
        format!(
            "# 2381 is the port of --listen-metrics-urls; set it to that of your unit.\n{ETCD_METRICS}"
        )
    };
    let limit = if minor_changed {
        " Not longer than a day: older API servers on a newer etcd minor are a passage, not a place to stay."
    } else {
        ""
    };
    Procedure {
        commands: vec![
            operator(format!("bash etcd-gate.sh && {SERVER_ERRORS}")).expecting(format!(
                "`etcd gate: passed`, and nothing is changed for {} (elapsed time; the work is two looks: now and at the end).{limit}",
                hours(duration.likely)
            )),
            on(EACH_TARGET, metrics).expecting(
                "at the start and at the end: the mean fsync is well under 10 ms, no leader is new, no proposal has failed",
            ),
        ],
        checkpoints: vec![
            etcd::healthy(site),
            etcd::at_version(site, etcd_now),
            etcd::in_step(site),
            etcd::no_alarm(site),
            etcd::no_learner(site),
            checks::api_ready(),
        ],
        abort: "If a member restarts, the leader changes more than once, or fsync becomes slower than before the change, do not go on to the API servers.".to_owned(),
        rollback: nothing_to_undo("The way back is that of the etcd step before this one, with its point of no return."),
        duration,
    }
}

fn hours(minutes: u64) -> String {
    match minutes {
        0..120 => format!("{minutes} minutes"),
        1440 => "one day".to_owned(),
        _ => format!("{} hours", minutes / 60),
    }
}

/// Proof that the whole upgrade is complete.
pub(super) fn close_validate(site: &Site<'_>, hop: &HopFrame<'_>) -> Procedure {
    let mut checkpoints = hop_checks(site, hop);
    checkpoints.push(checks::system_pods());
    checkpoints.push(checks::removed_apis(hop.to.minor().next()));
    Procedure {
        commands: vec![
            operator("kubectl get nodes -o wide && kubectl -n kube-system get pods -o wide"),
            smoke(),
        ],
        checkpoints,
        abort: "Do not close the change while a check fails.".to_owned(),
        rollback: nothing_to_undo(
            "If a check fails, repair forward; the ways back of the single steps hold with their limits.",
        ),
        duration: durations::VALIDATE,
    }
}

/// Pins and holds restored, backups pruned, records filed.
pub(super) fn clean_up(site: &Site<'_>, hop: &HopFrame<'_>, etcd_pinned: bool) -> Procedure {
    let mut commands = Vec::new();
    let mut undo = Vec::new();
    if etcd_pinned && etcd::in_pods(site) {
        let saved = save_once(
            "kubeadm-config-pinned.yaml",
            "kubectl -n kube-system get configmap kubeadm-config -o yaml",
        );
        commands.push(operator(format!(
            "# Take the pin away: kubeadm chooses the etcd image again at the next upgrade. Nothing restarts now.\n{}",
            as_script(&fill(UNPIN, &[("SAVE", &saved)]))
        )));
        undo.push(operator(
            "# The pin as it was.\nkubectl -n kube-system patch configmap kubeadm-config --type merge -p \"$(kubectl create --dry-run=client -o json -f upgrade-backup/kubeadm-config-pinned.yaml | jq '{data: .data}')\"",
        ));
    }
    let nodes = words(site.control_plane);
    if site.provider == Provider::Kubeadm {
        commands.push(operator(format!(
            "# kubeadm never cleans up after itself: its copies of old manifests and of etcd's data, older than 30 days.\nfor node in {nodes}; do\n  ssh \"$node\" \"sudo find /etc/kubernetes/tmp -mindepth 1 -maxdepth 1 -name 'kubeadm-*' -mtime +30 -exec rm -r {{}} +\" </dev/null\ndone"
        )));
    }
    commands.push(on(
        etcd::snapshot_host(site),
        format!(
            "# Keep the last snapshot on the node, drop those older than 30 days.\n{}",
            as_root("find /var/backups/etcd -name '*-before-*.db*' -mtime +30 -delete\nls -l /var/backups/etcd")
        ),
    ));
    commands.push(operator(
        "# Hand over: the ticket gets the times per step and what was accepted; upgrade-backup/ goes where snapshots\n# with Secrets belong, and off this machine.\nls -l upgrade-backup",
    ));
    let mut checkpoints = vec![checks::by_hand(
        "records",
        "the ticket holds the times of the steps, the deviations and the place of the backups",
        "# Look in the change ticket",
        "yes",
    )];
    if etcd_pinned && etcd::in_pods(site) {
        checkpoints.insert(0, unpinned());
    }
    if site.provider == Provider::Kubeadm {
        checkpoints.push(holds(site, hop));
    }
    Procedure {
        commands,
        checkpoints,
        abort: "Do not delete anything before the closing validation has passed.".to_owned(),
        rollback: Rollback {
            possible: true,
            until: "the old copies are deleted".to_owned(),
            commands: undo,
            text: Some("Copies in upgrade-backup/ outlive this step; what is deleted on the nodes is gone.".to_owned()),
        },
        duration: durations::CLEAN_UP,
    }
}

fn unpinned() -> Checkpoint {
    checks::check(
        "etcd-unpinned",
        "kubeadm's record pins no etcd image",
        crate::plan::Probe::api(
            "configmaps",
            Some("kube-system"),
            r#".data.ClusterConfiguration|test("    imageTag:")"#,
        )
        .named("kubeadm-config"),
        "false",
    )
}

/// V16: nothing can be upgraded by accident.
fn holds(site: &Site<'_>, hop: &HopFrame<'_>) -> Checkpoint {
    let nodes = words(site.control_plane);
    let (run, expect) = match (super::packages::packaged(site, hop.to), site.os) {
        (true, crate::cluster::OsFamily::Debian) => (
            "apt-mark showhold | grep -xE 'kubeadm|kubectl|kubelet' | xargs",
            "kubeadm kubectl kubelet",
        ),
        (true, crate::cluster::OsFamily::Rhel) => {
            ("grep -c '^exclude=kubelet kubeadm kubectl' /etc/yum.repos.d/kubernetes.repo", "1")
        }
        (false, _) => ("kubeadm version -o short", "its version"),
    };
    let expect =
        if expect == "its version" { hop.to.upstream().to_string() } else { expect.to_owned() };
    checks::by_hand(
        "held",
        format!("no routine update can move {} and its fellows", Component::Kubelet),
        format!(
            "for node in {nodes}; do ssh \"$node\" {} </dev/null; done | sort -u",
            crate::plan::shell_word(run)
        ),
        expect,
    )
}
