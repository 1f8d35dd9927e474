//! Every act, on every kind of site and for every minor: something to type, to check and to go back
//! to, and all of it is bash.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::print_stdout, reason = "one test prints what a person reads")]

use std::io::Write as _;
use std::process::Command as Process;
use std::process::Stdio;

use kubehop::cluster::EtcdTopology;
use kubehop::cluster::OsFamily;
use kubehop::cluster::Provider;
use kubehop::component::Component;
use kubehop::component::ComponentVersion;
use kubehop::name::InstanceName;
use kubehop::name::PoolName;
use kubehop::plan::Batch;
use kubehop::plan::KubeProxyMode;
use kubehop::plan::ProbeKind;
use kubehop::plan::Rollback;
use kubehop::plan::Transition;
use kubehop::plan::VersionChange;
use kubehop::plan::VersionCount;
use kubehop::provider::Act;
use kubehop::provider::EtcdImage;
use kubehop::provider::HopFrame;
use kubehop::provider::Procedure;
use kubehop::provider::Site;
use kubehop::provider::Turn;
use kubehop::provider::procedure;
use kubehop::version::EtcdVersion;
use kubehop::version::KubernetesVersion;
use kubehop::version::MinorVersion;

const OLDEST: u64 = 22;
const NEWEST: u64 = 37;

fn names(texts: &[&str]) -> Vec<InstanceName> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn version(minor: u64, patch: u64) -> KubernetesVersion {
    KubernetesVersion::new(MinorVersion::new(1, minor), patch)
}

/// The etcd that kubeadm of a minor brings, roughly.
fn etcd_of(minor: u64) -> EtcdVersion {
    let text = match minor {
        ..=21 => "3.4.13",
        22..=33 => "3.5.24",
        34..=36 => "3.6.8",
        _ => "3.7.0",
    };
    text.parse().unwrap()
}

struct Setting {
    provider: Provider,
    os: OsFamily,
    topology: EtcdTopology,
    kube_proxy: KubeProxyMode,
    control_plane: Vec<InstanceName>,
    members: Vec<InstanceName>,
}

impl Setting {
    fn new(provider: Provider, os: OsFamily, topology: EtcdTopology) -> Self {
        Self {
            provider,
            os,
            topology,
            kube_proxy: KubeProxyMode::DaemonSet,
            control_plane: names(&["cp-1", "cp-2", "cp-3"]),
            members: match topology {
                EtcdTopology::Stacked => names(&["cp-1", "cp-2", "cp-3"]),
                EtcdTopology::External => names(&["etcd-1", "etcd-2", "etcd-3"]),
            },
        }
    }

    fn site(&self) -> Site<'_> {
        Site {
            provider: self.provider,
            os: self.os,
            topology: self.topology,
            kube_proxy: self.kube_proxy,
            control_plane: &self.control_plane,
            etcd_members: &self.members,
            packages_from: MinorVersion::new(1, 24),
        }
    }

    fn all() -> Vec<Self> {
        let mut list = Vec::new();
        for provider in Provider::ALL {
            for os in OsFamily::ALL {
                for topology in EtcdTopology::ALL {
                    list.push(Self::new(*provider, *os, *topology));
                }
            }
        }
        list
    }
}

/// What runs before a hop: 3 API servers, 8 kubelets, 3 members.
fn start(
    from: &KubernetesVersion,
    oldest: &KubernetesVersion,
    etcd: &EtcdVersion,
) -> [VersionChange; 3] {
    let counts = |version: ComponentVersion, count| vec![VersionCount { version, count }];
    [
        VersionChange {
            component: Component::KubeApiserver,
            before: counts(from.clone().into(), 3),
            after: Vec::new(),
        },
        VersionChange {
            component: Component::Kubelet,
            before: [counts(oldest.clone().into(), 4), counts(from.clone().into(), 4)].concat(),
            after: Vec::new(),
        },
        VersionChange {
            component: Component::Etcd,
            before: counts(etcd.clone().into(), 3),
            after: Vec::new(),
        },
    ]
}

/// Every act of a hop to `minor`, with its name, made on a site.
/// etcd with an image that is known and one that is not, by kubeadm and by hand.
fn etcd_acts(
    site: &Site<'_>,
    image: EtcdImage<'_>,
    unshipped: EtcdImage<'_>,
    (from, to): (&EtcdVersion, &EtcdVersion),
    running: &KubernetesVersion,
) -> Vec<(String, Procedure)> {
    let mut made = Vec::new();
    for (name, image) in [("etcd", image), ("etcd-unshipped", unshipped)] {
        for (way, level) in [("", true), ("-by-hand", false)] {
            let act = Act::Etcd { from, to, moving: 1, image, running, level };
            made.push((format!("{name}{way}"), procedure(site, &act)));
        }
    }
    made
}

fn moved(component: Component, from: &KubernetesVersion, to: &KubernetesVersion) -> Transition {
    Transition { component, from: from.clone().into(), to: to.clone().into() }
}

fn every_act(site: &Site<'_>, minor: u64) -> Vec<(String, Procedure)> {
    let (from, to) = (version(minor - 1, 5), version(minor, 4));
    let oldest = version(minor - 3, 1);
    let stops = [version(minor - 2, 9), version(minor - 1, 8), to.clone()];
    let (etcd_from, etcd_to) = (etcd_of(minor - 1), etcd_of(minor));
    let after = [to.clone(), from.clone()];
    let start = start(&from, &oldest, &etcd_from);
    let hop = HopFrame {
        start: &start,
        from: &from,
        to: &to,
        kubelets_after: &after,
        etcd_after: &etcd_to,
        coredns: Some("v1.11.3"),
        control_plane_moves: true,
        first: true,
    };
    let levelling = HopFrame { control_plane_moves: false, coredns: None, first: false, ..hop };
    let pool: PoolName = "general".parse().unwrap();
    let nodes = names(&["w-1", "w-2", "w-3", "w-4", "w-5"]);
    let tag = format!("{}-0", etcd_to.bare());
    let image = EtcdImage { tag: &tag, shipped: true };
    let unshipped = EtcdImage { tag: &tag, shipped: false };
    let batch = Batch { size: 2, canary: 1 };
    let client: InstanceName = "ci-runners".parse().unwrap();
    let node = site.control_plane.first().cloned().unwrap_or_else(|| "cp".parse().unwrap());
    let workers = Act::Workers {
        pool: &pool,
        list: "general.nodes",
        nodes: &nodes,
        counted: false,
        from: &from,
        to: &to,
        stops: &stops[2..],
        batch,
        with_kube_proxy: false,
    };
    let deferred = Act::Workers {
        pool: &pool,
        list: "general.nodes",
        nodes: &nodes,
        counted: true,
        from: &oldest,
        to: &to,
        stops: &stops,
        batch: Batch { size: 0, canary: 0 },
        with_kube_proxy: true,
    };
    let moves = [moved(Component::KubeApiserver, &from, &to)];
    let parts = [moved(Component::KubeScheduler, &from, &to)];
    let plane = |turn, moves_addons| Act::ControlPlaneNode {
        node: &node,
        from: &from,
        to: &to,
        moves: if turn == Turn::Completes { &parts } else { &moves },
        turn,
        last: moves_addons,
        moves_addons,
    };
    let component = |component| Act::ControlPlaneComponent {
        component,
        nodes: site.control_plane,
        from: &from,
        to: &to,
    };
    let addons = |by_itself, coredns| Act::Addons { to: &to, coredns, by_itself };
    let acts = [
        ("preflight", Act::Preflight(hop)),
        ("preflight-levelling", Act::Preflight(levelling)),
        ("gate", Act::Gate(hop)),
        ("backup-etcd", Act::Backup { etcd: &etcd_from, before: Component::Etcd }),
        ("backup-plane", Act::Backup { etcd: &etcd_to, before: Component::KubeApiserver }),
        ("soak-etcd", Act::EtcdSoak { etcd: &etcd_to, minor_changed: true }),
        ("soak-etcd-patch", Act::EtcdSoak { etcd: &etcd_to, minor_changed: false }),
        ("plane-first", plane(Turn::First, false)),
        ("plane-last", plane(Turn::Follows, true)),
        ("plane-completes", plane(Turn::Completes, false)),
        ("apiserver", component(Component::KubeApiserver)),
        ("controllers", component(Component::KubeControllerManager)),
        ("scheduler", component(Component::KubeScheduler)),
        ("addons", addons(false, Some("v1.11.3"))),
        ("addons-moved", addons(true, None)),
        (
            "plane-kubelets",
            Act::ControlPlaneKubelets { nodes: site.control_plane, from: &from, to: &to },
        ),
        ("workers", workers),
        ("workers-deferred", deferred),
        ("client", Act::Client { client: &client, to: &to }),
        ("validate", Act::Validate(hop)),
        ("validate-levelling", Act::Validate(levelling)),
        ("soak", Act::Soak(hop)),
        ("close-validate", Act::CloseValidate(hop)),
        ("close-clean-up", Act::CloseCleanUp { hop, etcd_pinned: true }),
        ("close-clean-up-plain", Act::CloseCleanUp { hop, etcd_pinned: false }),
    ];
    let mut made: Vec<(String, Procedure)> =
        acts.iter().map(|(name, act)| ((*name).to_owned(), procedure(site, act))).collect();
    made.extend(etcd_acts(site, image, unshipped, (&etcd_from, &etcd_to), &from));
    made
}

fn texts(procedure: &Procedure) -> impl Iterator<Item = &str> {
    let commands = procedure.commands.iter().chain(&procedure.rollback.commands);
    commands
        .map(|command| command.run.as_str())
        .chain(procedure.checkpoints.iter().map(|checkpoint| checkpoint.run.as_str()))
}

fn whole(procedure: &Procedure) -> String {
    texts(procedure).collect::<Vec<_>>().join("\n")
}

/// One bash reads them all: each text is a function of its own, so that an open quote or loop in one
/// cannot be closed by another.
fn assert_bash(all: &[(String, String)]) {
    let mut child = Process::new("bash")
        .args(["-c", "failed=0; while IFS= read -r -d '' name && IFS= read -r -d '' text; do if ! (eval \"f() {\n$text\n:\n}\") 2>/tmp/bash-$$ || [ -s /tmp/bash-$$ ]; then echo \"$name\"; cat /tmp/bash-$$; failed=1; fi; done; rm -f /tmp/bash-$$; exit $failed"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes: Vec<u8> =
        all.iter().flat_map(|(name, text)| format!("{name}\0{text}\0").into_bytes()).collect();
    let writer = std::thread::spawn(move || input.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_act_is_complete_and_is_bash() {
    let mut all = std::collections::BTreeMap::new();
    for setting in Setting::all() {
        for minor in OLDEST..=NEWEST {
            for (name, made) in every_act(&setting.site(), minor) {
                let at = format!(
                    "{name} {} {} {} 1.{minor}",
                    setting.provider, setting.os, setting.topology
                );
                assert!(!made.commands.is_empty(), "{at}: commands");
                assert!(!made.checkpoints.is_empty(), "{at}: checkpoints");
                assert!(!made.abort.is_empty() && !made.rollback.until.is_empty(), "{at}");
                let back = &made.rollback;
                assert!(back.text.is_some() || !back.commands.is_empty(), "{at}: rollback");
                let duration = made.duration;
                assert!(duration.low > 0, "{at}");
                assert!(duration.low <= duration.likely && duration.likely <= duration.high);
                let mut ids: Vec<&str> =
                    made.checkpoints.iter().map(|one| one.id.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), made.checkpoints.len(), "{at}: ids are not unique");
                for checkpoint in &made.checkpoints {
                    assert_eq!(checkpoint.run, checkpoint.probe.shell(), "{at}");
                    assert!(!checkpoint.run.is_empty() && !checkpoint.expect.is_empty(), "{at}");
                }
                for text in texts(&made) {
                    assert!(!text.contains("@VERSION@") && !text.contains("{}\n"), "{at}: {text}");
                    for word in text.split('@') {
                        let key = !word.is_empty()
                            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                        assert!(!key || !text.contains(&format!("@{word}@")), "{at}: @{word}@");
                    }
                    all.entry(text.to_owned()).or_insert_with(|| at.clone());
                }
            }
        }
    }
    let all: Vec<(String, String)> = all.into_iter().map(|(text, at)| (at, text)).collect();
    assert_bash(&all);
}

/// The scripts that commands write are bash as well, which a check of the outer text cannot see.
#[test]
fn scripts_inside_commands_are_bash() {
    let mut inner = std::collections::BTreeMap::new();
    for setting in Setting::all() {
        for minor in [22, 24, 31, 34, 37] {
            for (name, made) in every_act(&setting.site(), minor) {
                for text in texts(&made) {
                    for delimiter in ["BLOCK", "SCRIPT", "HOST", "ROOT", "WRAPPER"] {
                        let open = format!("<<'{delimiter}'\n");
                        let close = format!("\n{delimiter}\n");
                        let text = format!("{text}\n");
                        for piece in text.split(&open).skip(1) {
                            let (body, _) = piece.split_once(&close).unwrap_or_else(|| {
                                panic!("{name}: {delimiter} does not end in {piece}")
                            });
                            inner.entry(body.to_owned()).or_insert_with(|| name.clone());
                        }
                    }
                }
            }
        }
    }
    let all: Vec<(String, String)> = inner.into_iter().map(|(text, at)| (at, text)).collect();
    assert!(all.len() > 50);
    assert_bash(&all);
}

#[test]
fn odd_names_stay_quoted() {
    let mut setting = Setting::new(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked);
    setting.control_plane = names(&["a;reboot", "<script>", "$(reboot)"]);
    setting.members.clone_from(&setting.control_plane);
    for provider in [Provider::Kubeadm, Provider::Manual] {
        setting.provider = provider;
        let mut all = Vec::new();
        for (name, made) in every_act(&setting.site(), 30) {
            for text in texts(&made) {
                for odd in ["a;reboot", "<script>", "$(reboot)"] {
                    for line in text.lines().filter(|line| line.contains(odd)) {
                        let quoted =
                            [format!("'{odd}'"), format!("'etcd-{odd}'"), format!("\"{odd}\"")]
                                .iter()
                                .any(|form| line.contains(form.as_str()));
                        assert!(quoted, "{name}: {line}");
                    }
                }
                all.push((name.clone(), text.to_owned()));
            }
        }
        assert_bash(&all);
    }
}

fn of(
    provider: Provider,
    os: OsFamily,
    topology: EtcdTopology,
    minor: u64,
    act: &str,
) -> Procedure {
    let setting = Setting::new(provider, os, topology);
    every_act(&setting.site(), minor).into_iter().find(|(name, _)| name == act).unwrap().1
}

fn kubeadm(minor: u64, act: &str) -> String {
    whole(&of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked, minor, act))
}

#[test]
fn packages_fit_the_minor_and_the_family() {
    let deb = kubeadm(30, "workers");
    assert!(deb.contains("https://pkgs.k8s.io/core:/stable:/v1.30/deb/ /"));
    assert!(deb.contains("apt-mark unhold kubelet") && deb.contains("apt-mark hold kubelet"));
    assert!(deb.contains("kubelet='1.30.4-*'"));
    let rpm = whole(&of(Provider::Kubeadm, OsFamily::Rhel, EtcdTopology::Stacked, 30, "workers"));
    assert!(rpm.contains("baseurl=https://pkgs.k8s.io/core:/stable:/v1.30/rpm/"));
    assert!(rpm.contains("dnf install -y kubelet-'1.30.4-*' \"$unlock\""));
    assert!(rpm.contains("exclude=kubelet kubeadm kubectl") && !rpm.contains("apt-"));
    let old = kubeadm(23, "plane-first");
    assert!(
        old.contains("https://dl.k8s.io/release/v1.23.4/bin/linux/") && old.contains(".sha256")
    );
    assert!(!old.contains("pkgs.k8s.io") && !old.contains("apt-get"));
}

#[test]
fn flags_fit_the_version() {
    for minor in OLDEST..=NEWEST {
        let first = kubeadm(minor, "plane-first");
        assert!(
            first.contains(&format!("kubeadm upgrade apply v1.{minor}.4 -y --etcd-upgrade=false"))
        );
        let plan = format!("kubeadm upgrade plan v1.{minor}.4 --etcd-upgrade=false");
        assert_eq!(first.contains(&plan), minor >= 33, "1.{minor}");
        assert!(kubeadm(minor, "plane-last").contains("kubeadm upgrade node --etcd-upgrade=false"));
        let external =
            of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::External, minor, "plane-first");
        assert!(!whole(&external).contains("--etcd-upgrade"));
        let workers = kubeadm(minor, "workers");
        assert!(
            workers.contains("kubectl drain \"$node\" --ignore-daemonsets --delete-emptydir-data")
        );
        let setting = Setting::new(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked);
        for (name, made) in every_act(&setting.site(), minor) {
            let all = whole(&made);
            for gone in ["--short", "--delete-local-data", "componentstatus", "--disable-eviction"]
            {
                assert!(!all.contains(gone), "{name}: {gone}");
            }
        }
    }
    assert!(kubeadm(31, "addons-moved").contains("set image daemonset/kube-proxy"));
    assert!(kubeadm(32, "addons-moved").contains("kubeadm upgrade node phase addon kube-proxy"));
}

#[test]
fn snapshots_are_read_with_the_tool_of_their_minor() {
    let new = kubeadm(34, "backup-plane");
    assert!(new.contains("/usr/local/bin/etcdutl snapshot status"));
    assert!(!new.contains("etcdctl snapshot status") && new.contains("--bump-revision"));
    let old = kubeadm(22, "backup-etcd");
    assert!(
        old.contains("/usr/local/bin/etcdctl snapshot status") && !old.contains("etcdutl snapshot")
    );
    assert!(!old.contains("--bump-revision"));
}

#[test]
fn etcd_moves_without_kubeadm_moving_anything_else() {
    let text = kubeadm(34, "etcd");
    for part in [
        "tag=3.6.8-0",
        "kubeadm upgrade diff v1.33.5",
        "kubeadm upgrade node phase control-plane",
        "--enable-v2",
        "bash etcd-gate.sh",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(kubeadm(37, "etcd").contains("'--experimental-'"));
    assert!(kubeadm(34, "etcd-unshipped").contains("gcr.io/etcd-development"));
    let external =
        whole(&of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::External, 34, "etcd"));
    assert!(!external.contains("kubeadm") && external.contains("systemctl stop etcd"));
}

#[test]
fn kubeadm_passes_the_releases_that_the_plan_names() {
    let both = kubeadm(30, "workers-deferred");
    assert!(both.contains("'kubeadm v1.28.9'") && both.contains("'kubeadm v1.29.8'"));
}

#[test]
fn pools_differ_in_their_first_command_only() {
    let setting = Setting::new(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked);
    let (from, to) = (version(29, 5), version(30, 4));
    let stops = [to.clone()];
    let make = |pool: &str, nodes: &[&str], counted, batch| {
        let (pool, nodes): (PoolName, _) = (pool.parse().unwrap(), names(nodes));
        let list = format!("{pool}-2.nodes");
        let act = Act::Workers {
            pool: &pool,
            list: &list,
            nodes: &nodes,
            counted,
            from: &from,
            to: &to,
            stops: &stops,
            batch,
            with_kube_proxy: false,
        };
        procedure(&setting.site(), &act)
    };
    let one = make("general", &["w-1"], false, Batch { size: 1, canary: 1 });
    let two = make("a;b", &["x-1", "x-2", "x-3"], true, Batch { size: 4, canary: 2 });
    assert_eq!(
        one.commands[0].run,
        "export POOL=general LIST=general-2.nodes COUNT=1 CANARY=1 PARALLEL=1 SELECTOR="
    );
    assert_eq!(
        two.commands[0].run,
        "export POOL='a;b' LIST='a;b-2.nodes' COUNT=3 CANARY=2 PARALLEL=4 SELECTOR='pool=a;b'"
    );
    assert_eq!(one.commands[1..], two.commands[1..]);
    assert_eq!(one.checkpoints, two.checkpoints);
    assert_eq!((one.abort, one.rollback), (two.abort, two.rollback));
}

#[test]
fn nothing_panics_without_names() {
    let mut setting = Setting::new(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked);
    setting.control_plane.clear();
    setting.members.clear();
    setting.kube_proxy = KubeProxyMode::None;
    for provider in Provider::ALL {
        setting.provider = *provider;
        assert!(every_act(&setting.site(), 30).len() > 20);
    }
}

/// An empty directory of this test's own.
fn scratch(name: &str) -> std::path::PathBuf {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn external(minor: u64) -> Procedure {
    of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::External, minor, "etcd")
}

/// Runs the pod's branch of the script of a member's host on a manifest: its output, the manifest
/// afterwards and whether it ended well. `crictl` and `ctr` are stubs; `pulls` says whether they can.
fn on_a_manifest(procedure: &Procedure, image: &str, pulls: bool) -> (String, String, bool) {
    let etc = scratch("etcd-pod").join("etc");
    std::fs::create_dir_all(etc.join("manifests")).unwrap();
    let manifest = etc.join("manifests/etcd.yaml");
    std::fs::write(&manifest, format!("    image: {image}\n    name: etcd\n")).unwrap();
    let script = &procedure.commands.iter().find(|one| one.run.contains("crictl")).unwrap().run;
    let (_, script) = script.split_once("<<'ROOT'\n").unwrap();
    let script = script.trim_end_matches("ROOT").replace("/etc/kubernetes", etc.to_str().unwrap());
    let stubs = format!(
        "systemctl() {{ false; }}; crictl() {{ {pulls}; }}; ctr() {{ {pulls}; }}\n{script}"
    );
    let output = Process::new("bash").args(["-euo", "pipefail", "-c", &stubs]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (said, std::fs::read_to_string(&manifest).unwrap(), output.status.success())
}

/// etcd as static pods on hosts of its own got `v3.6.8` from a registry whose tag is `3.6.8-0`, and the
/// manifest was in place before anybody had tried to pull.
#[test]
fn a_pod_of_etcd_gets_the_tag_of_its_registry_once_it_is_there() {
    let made = external(35);
    for (image, tag) in [
        ("registry.k8s.io/etcd:3.6.4-0", "registry.k8s.io/etcd:3.6.8-0"),
        ("k8s.gcr.io/etcd:3.6.4-0", "k8s.gcr.io/etcd:3.6.8-0"),
        ("quay.io/coreos/etcd:v3.6.4", "quay.io/coreos/etcd:v3.6.8"),
        ("gcr.io/etcd-development/etcd:v3.6.4", "gcr.io/etcd-development/etcd:v3.6.8"),
    ] {
        let (said, manifest, good) = on_a_manifest(&made, image, true);
        assert!(good && manifest == format!("    image: {tag}\n    name: etcd\n"), "{said}");
        let (_, untouched, good) = on_a_manifest(&made, image, false);
        assert!(!good && untouched.contains(image), "moved without the image");
    }
    for image in ["mirror.example/k8s/etcd:3.6.4", "registry.k8s.io/etcd:3.6.4-0@sha256:12"] {
        let (said, manifest, good) = on_a_manifest(&made, image, true);
        assert!(!good && said.contains("STOP") && manifest.contains(image), "{said}");
    }
}

/// The flags that kubeadm 1.33 wrote stopped every chain at etcd 3.7, although the step itself removes
/// them; what the operator set was not looked at.
#[test]
fn the_flags_of_kubeadm_itself_do_not_stop_etcd_37() {
    let text = kubeadm(37, "etcd");
    assert!(text.contains("kubeadm-config") && text.contains("/etc/kubernetes/patches"));
    let checks = of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked, 37, "etcd");
    let check = |part: &str| checks.commands.iter().find(|one| one.run.contains(part)).unwrap();
    assert!(!check("patches=").run.contains("manifests/etcd.yaml"));
    let record = &check("record.yaml").run;
    let (_, script) = record.split_once("<<'BLOCK'\n").unwrap();
    let script = script.trim_end_matches("BLOCK");
    let list = "etcd:\n  local:\n    extraArgs:\n    - name: experimental-x\n      value: \"1\"\n";
    let map = "etcd:\n  local:\n    extraArgs:\n      experimental-x: \"1\"\n";
    let elsewhere = "apiServer:\n  extraArgs:\n    experimental-x: \"1\"\netcd:\n  local:\n    dataDir: /var/lib/etcd\n";
    for (configuration, clean) in [(list, false), (map, false), (elsewhere, true)] {
        let directory = scratch("etcd-record");
        let output = Process::new("bash")
            .current_dir(&directory)
            .env("CONFIGURATION", configuration)
            .args(["-euo", "pipefail", "-c"])
            .arg(format!("kubectl() {{ printf '%s' \"$CONFIGURATION\"; }}\n{script}"))
            .output()
            .unwrap();
        assert_eq!(output.status.success(), clean, "{configuration}");
    }
}

/// A second run after a broken session saved the record with the pin over the one without it.
#[test]
fn what_is_saved_before_a_change_is_saved_once() {
    let made = of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked, 35, "etcd");
    let pin = &made.commands.iter().find(|one| one.run.contains("kubeadm-config-before")).unwrap();
    let (_, script) = pin.run.split_once("<<'BLOCK'\n").unwrap();
    let directory = scratch("etcd-pin");
    let record = directory.join("upgrade-backup/kubeadm-config-before-etcd-3.6.8.yaml");
    for answer in ["first", "second"] {
        let kubectl = format!(
            "kubectl() {{ case \"$*\" in *ClusterConfiguration}}) printf 'etcd:\\n  local:\\n    dataDir: /x\\ndns: {{}}\\n' ;; *'-o yaml') echo {answer} ;; esac; }}; jq() {{ :; }}"
        );
        let output = Process::new("bash")
            .current_dir(&directory)
            .args(["-euo", "pipefail", "-c"])
            .arg(format!("{kubectl}\n{}", script.trim_end_matches("BLOCK")))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(std::fs::read_to_string(&record).unwrap(), "first\n");
    }
}

/// Two nodes of three named the same point of no return, but only the last had no way back, and then
/// told one all the same.
#[test]
fn the_last_node_is_the_point_of_no_return_and_the_others_are_not() {
    let setting = Setting::new(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked);
    let (from, to) = (version(33, 9), version(34, 4));
    let moves = [moved(Component::KubeApiserver, &from, &to)];
    for (at, node) in setting.control_plane.iter().enumerate() {
        let last = at == 2;
        let act = Act::ControlPlaneNode {
            node,
            from: &from,
            to: &to,
            moves: &moves,
            turn: if at == 0 { Turn::First } else { Turn::Follows },
            last,
            moves_addons: last,
        };
        let Rollback { possible, until, commands, .. } = procedure(&setting.site(), &act).rollback;
        assert_eq!(possible, !last, "{node}");
        let moves = commands.iter().any(|one| one.run.contains("mv ") || one.run.contains("apt-"));
        assert_eq!(moves, !last, "{node}");
        assert_eq!(until.contains("the last control-plane node has moved"), !last, "{until}");
        assert_eq!(until.contains("kube-proxy"), last, "{until}");
    }
}

/// Nothing compared what runs with what the plan starts from.
#[test]
fn a_preflight_looks_at_the_start_first() {
    let made = of(Provider::Kubeadm, OsFamily::Debian, EtcdTopology::Stacked, 30, "preflight");
    let expect = |id: &str| {
        let check = made.checkpoints.iter().find(|check| check.id == id).unwrap();
        (check.probe.kind, check.expect.as_str())
    };
    assert_eq!(made.checkpoints[0].id, "start-kube-apiserver");
    assert_eq!(expect("start-kube-apiserver"), (ProbeKind::Api, r#"[["v1.29.5",3]]"#));
    assert_eq!(expect("start-kubelets"), (ProbeKind::Api, r#"[["v1.27.1",4],["v1.29.5",4]]"#));
    assert_eq!(expect("start-etcd"), (ProbeKind::Etcd, r#"[["3.5.24",3]]"#));
    assert_eq!(expect("cluster-configuration"), (ProbeKind::Api, "\"v1.29.5\""));
}
