//! etcd: how it is asked, saved, judged and, at the very end of all options, restored.
//!
//! Stacked members are asked inside their pod, whose etcdctl always fits the server (the image has
//! no shell since 3.5.7, so nothing but the tool itself can run there). Members on hosts of their own
//! are asked over ssh, with the settings of `/etc/etcd/etcdctl-local.env`.
//!
//! Sources: <https://etcd.io/docs/v3.7/op-guide/recovery/>, etcd's changelogs (snapshot status and
//! restore: `etcdctl` before 3.5, `etcdutl` from 3.5 on, the only one from 3.6 on).

use crate::cluster::EtcdTopology;
use crate::cluster::Provider;
use crate::component::Component;
use crate::plan::Checkpoint;
use crate::plan::Command;
use crate::plan::Probe;
use crate::plan::ProbeKind;
use crate::plan::shell_word;
use crate::version::EtcdMinor;
use crate::version::EtcdVersion;

use super::Site;
use super::checks::check;
use super::script::as_root;
use super::script::as_script;
use super::script::fill;
use super::script::jq_text;
use super::script::operator;

const TLS: &str = "--cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key";
const GATE: &str = include_str!("scripts/etcd-gate.sh");
const TOOLS: &str = include_str!("scripts/etcd-tools.sh");
const SNAPSHOT: &str = include_str!("scripts/etcd-snapshot.sh");
const SETTINGS: &str = include_str!("scripts/etcdctl-settings.sh");
const WRAPPER: &str = include_str!("scripts/etcdctl-local.sh");
/// Lines for a root shell: another image for the static pod of a member, once it is on the host.
pub(super) const POD: &str = include_str!("scripts/etcd-host-pod.sh");
/// Lines for a root shell: the manifest from before that.
pub(super) const POD_BACK: &str = include_str!("scripts/etcd-host-pod-back.sh");
const RESTORE: &str = include_str!("scripts/restore-stacked.sh");

/// The first etcd with `etcdutl`.
pub(super) const ETCDUTL_FROM: EtcdMinor = EtcdMinor::new(3, 5);
/// The first etcd that reports a storage version, that has `etcdctl downgrade`, and that has no v2 API
/// (<https://etcd.io/docs/v3.7/downgrades/downgrade_3_6/>).
pub(super) const STORAGE_VERSION_FROM: EtcdMinor = EtcdMinor::new(3, 6);
/// The first etcd that refuses `--experimental-` flags
/// (<https://etcd.io/docs/v3.7/upgrades/upgrade_3_7/>).
pub(super) const NO_EXPERIMENTAL_FROM: EtcdMinor = EtcdMinor::new(3, 7);
/// The first release whose restore surely can bump the revision: it came between 3.5.9 and 3.5.11
/// (etcd changelog 3.5, pull 16029).
const BUMP_FROM: EtcdVersion = EtcdVersion::new(EtcdMinor::new(3, 5), 11);

/// Whether etcd runs as static pods that kubeadm writes.
pub(super) fn in_pods(site: &Site<'_>) -> bool {
    site.provider == Provider::Kubeadm && site.topology == EtcdTopology::Stacked
}

/// The member that is asked where any would do.
fn first_member<'a>(site: &Site<'a>) -> &'a str {
    site.etcd_members.first().or(site.control_plane.first()).map_or("etcd-1", |name| name.as_str())
}

/// How many members there must be.
fn expected(site: &Site<'_>) -> usize {
    site.etcd_members.len().max(1)
}

/// The host on which snapshots are taken.
pub(super) fn snapshot_host<'a>(site: &Site<'a>) -> &'a str {
    first_member(site)
}

/// etcdctl from the operator's machine, without its arguments.
fn etcdctl(site: &Site<'_>) -> String {
    let member = first_member(site);
    if in_pods(site) {
        let pod = shell_word(&format!("etcd-{member}"));
        format!(
            "kubectl -n kube-system exec {pod} -c etcd -- etcdctl --endpoints=https://127.0.0.1:2379 {TLS}"
        )
    } else {
        format!("ssh {} sudo /usr/local/sbin/etcdctl-local", shell_word(member))
    }
}

/// etcdctl as a shell function, for commands that are written for any site.
pub(super) fn function(site: &Site<'_>) -> String {
    let wrapper = if in_pods(site) {
        ""
    } else {
        "# The first step of the first hop puts this wrapper on every etcd host: do that part of it first.\n"
    };
    format!("{wrapper}etcdctl() {{ {} \"$@\"; }}", etcdctl(site))
}

/// A question to etcd from the operator's machine.
pub(super) fn ask(site: &Site<'_>, arguments: &str) -> String {
    format!("{} {arguments}", etcdctl(site))
}

/// A settings file and a wrapper, so that every later command for a member on a host of its own is
/// short and the same. The paths are the site's, so a person looks at them once.
pub(super) fn local_wrapper(site: &Site<'_>) -> [Command; 3] {
    let members = super::script::words(site.etcd_members);
    [
        operator(as_script(SETTINGS)),
        operator("\"${EDITOR:-vi}\" etcdctl-local.env").expecting(
            "the values are those of your etcd unit; a host that has its file already keeps it",
        ),
        operator(as_script(&fill(WRAPPER, &[("MEMBERS", &members)])))
            .expecting("each member says that it is healthy"),
    ]
}

/// Writes `etcd-gate.sh`, the health gate that every member of a rolling change passes, and passes it
/// once.
pub(super) fn gate(site: &Site<'_>) -> [Command; 2] {
    let script = fill(
        GATE,
        &[("MEMBERS", &expected(site).to_string()), ("ETCDCTL", etcdctl(site).as_str())],
    );
    [operator(format!("cat > etcd-gate.sh <<'SCRIPT'\n{script}SCRIPT")), pass_gate()]
}

/// Passes the gate.
pub(super) fn pass_gate() -> Command {
    operator("bash etcd-gate.sh").expecting("`etcd gate: passed`")
}

/// Lines for a root shell: etcdctl and etcdutl of this version in `/usr/local/bin`.
pub(super) fn tools(version: &EtcdVersion) -> String {
    let tools = if version.minor() >= ETCDUTL_FROM { "etcdctl etcdutl" } else { "etcdctl" };
    fill(TOOLS, &[("BARE", &version.bare()), ("TOOLS", tools)])
}

/// The tool that reads and restores snapshots of this version.
pub(super) fn snapshot_tool(version: &EtcdVersion) -> &'static str {
    if version.minor() >= ETCDUTL_FROM {
        "/usr/local/bin/etcdutl"
    } else {
        "/usr/local/bin/etcdctl"
    }
}

/// A verified snapshot on its host, as one paste.
pub(super) fn snapshot(site: &Site<'_>, etcd: &EtcdVersion, before: Component) -> String {
    let (etcdctl, local) = if in_pods(site) {
        (format!("/usr/local/bin/etcdctl {TLS}"), "--endpoints=https://127.0.0.1:2379 ")
    } else {
        ("/usr/local/sbin/etcdctl-local".to_owned(), "")
    };
    let lines = fill(
        SNAPSHOT,
        &[
            ("ETCDCTL", &etcdctl),
            ("LOCAL", local),
            ("BEFORE", before.name()),
            ("STATUS", snapshot_tool(etcd)),
        ],
    );
    as_root(&lines)
}

/// Writes `restore-etcd.sh` while all is well: with the members as they are called now.
pub(super) fn write_restore(site: &Site<'_>, etcd: &EtcdVersion) -> Command {
    let extra =
        if *etcd >= BUMP_FROM { " \\\n  --bump-revision 1000000000 --mark-compacted" } else { "" };
    let script = fill(
        RESTORE,
        &[
            ("MINOR", &etcd.minor().to_string()),
            ("NODES", &super::script::words(site.etcd_members)),
            ("RESTORE", snapshot_tool(etcd)),
            ("EXTRA", extra),
        ],
    );
    let (head, tail) = script.split_once("@CLUSTER@").unwrap_or((&script, ""));
    let lines = format!(
        "members=$({} | jq -r '\"members=\" + ([.members[]|\"\\(.name)=\\(.peerURLs[0])\"]|join(\",\")|@sh)')\n{{\ncat <<'SCRIPT'\n{head}SCRIPT\nprintf '%s\\n' \"${{members:?no answer from etcd}}\"\ncat <<'SCRIPT'\n{}SCRIPT\n}} > upgrade-backup/restore-etcd.sh\nbash -n upgrade-backup/restore-etcd.sh\ngrep '^members=' upgrade-backup/restore-etcd.sh",
        ask(site, "member list -w json"),
        tail.trim_start_matches('\n'),
    );
    operator(format!(
        "# The way back of last resort, written while the members can still be asked for their addresses.\n{}",
        as_script(&lines)
    ))
    .expecting("a line `members=` with the name and the address of every member")
}

fn etcd_check(
    site: &Site<'_>,
    id: &str,
    title: &str,
    question: &str,
    jq: &str,
    expect: impl Into<String>,
) -> Checkpoint {
    let run = format!("{} | jq -c {}", ask(site, question), shell_word(jq));
    check(id, title, Probe::command(ProbeKind::Etcd, run), expect)
}

/// All members answer.
pub(super) fn healthy(site: &Site<'_>) -> Checkpoint {
    etcd_check(
        site,
        "etcd-healthy",
        "every etcd member is healthy",
        "endpoint health --cluster -w json",
        "[length,all(.[];.health)]",
        format!("[{},true]", expected(site)),
    )
}

/// All members run the version.
pub(super) fn at_version(site: &Site<'_>, version: &EtcdVersion) -> Checkpoint {
    etcd_check(
        site,
        "etcd-version",
        "every etcd member runs the version",
        "endpoint status --cluster -w json",
        "[.[].Status.version]|unique",
        format!("[\"{}\"]", version.bare()),
    )
}

/// The members run the versions that a hop starts from.
pub(super) fn versions(site: &Site<'_>, jq: &str, expect: String) -> Checkpoint {
    etcd_check(
        site,
        "start-etcd",
        "etcd runs what the plan starts from: version, how many members",
        "endpoint status --cluster -w json",
        jq,
        expect,
    )
}

/// One leader, one term, no errors, nobody behind.
pub(super) fn in_step(site: &Site<'_>) -> Checkpoint {
    etcd_check(
        site,
        "etcd-in-step",
        "one leader, one term, no errors, no member more than 1000 entries behind",
        "endpoint status --cluster -w json",
        "([.[].Status.leader]|unique|length)==1 and ([.[].Status.raftTerm]|unique|length)==1 and all(.[];((.Status.errors//[])|length)==0) and ([.[].Status.raftIndex]|max-min)<=1000",
        "true",
    )
}

/// No alarm.
pub(super) fn no_alarm(site: &Site<'_>) -> Checkpoint {
    etcd_check(
        site,
        "etcd-alarms",
        "etcd has no alarm",
        "alarm list -w json",
        "(.alarms//[])|length",
        "0",
    )
}

/// No learner is left over from a replaced member.
pub(super) fn no_learner(site: &Site<'_>) -> Checkpoint {
    etcd_check(
        site,
        "etcd-members",
        "the member list is complete and has no learner",
        "member list -w json",
        "[(.members|length),all(.members[];(.isLearner//false)|not)]",
        format!("[{},true]", expected(site)),
    )
}

/// The data has moved to the new minor as well: from here on the old binary cannot read it.
pub(super) fn storage_version(site: &Site<'_>, version: &EtcdVersion) -> Checkpoint {
    let minor = version.minor();
    etcd_check(
        site,
        "etcd-storage-version",
        "the storage version has followed (a minute after the last member)",
        "endpoint status --cluster -w json",
        "[.[].Status.storageVersion//\"\"|split(\".\")[:2]|join(\".\")]|unique",
        format!("[{}]", jq_text(&minor.to_string())),
    )
}
