//! The script for clusters that only somebody else may look at.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use kubehop::inventory::Inventory;
use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;
use kubehop::inventory::collect::SCRIPT;

use super::SECRET;
use super::server::Server;
use super::support::quiet;
use super::texts;
use super::unknowns;

/// The shells that are tried, where they are installed.
const SHELLS: [&[&str]; 4] = [&["sh"], &["dash"], &["bash", "--posix"], &["busybox", "sh"]];

/// A folder of its own for each test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("script-{name}"));
        _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("bin")).unwrap();
        fs::write(path.join("look.sh"), SCRIPT).unwrap();
        Self(path)
    }

    fn tool(&self, name: &str, text: &str) {
        let path = self.0.join("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the script with these arguments; `None` where there is no such shell.
    fn run(&self, shell: &[&str], arguments: &[&str]) -> Option<Output> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.0.join("bin")).chain(std::env::split_paths(&path));
        let mut command: Command = quiet(shell[0]);
        command.args(&shell[1..]).arg("look.sh").args(arguments).current_dir(&self.0);
        command.env("PATH", std::env::join_paths(paths).unwrap()).env("HOME", &self.0);
        command.env_remove("KUBECONFIG").env_remove("ETCDCTL_ENDPOINTS");
        command.output().ok()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

fn inventory(text: &str) -> Inventory {
    let options =
        Options { observed_at: "2026-11-20T08:00:00Z".parse().ok(), ..Options::default() };
    let mut observations = Observations::new(options);
    let read = observations.read("kubehop-inventory.txt", text.as_bytes());
    read.unwrap_or_else(|error| panic!("{}\n{text}", error.render(false)));
    observations.finish().unwrap()
}

/// A kubectl of a cluster with one node, which may not list pods.
const KUBECTL: &str = r#"#!/bin/sh
case "$*" in
  *"get pods"*) echo 'proxy http://me:hunter2@proxy:3128: pods is forbidden' >&2; exit 1 ;;
  *"get nodes"*) printf 'cp-1\tu\tnode-role.kubernetes.io/control-plane= a=b \tkubeadm\t\ta=b:NoSchedule c=:NoExecute \tTrue\t2026-11-20T08:00:00Z\t10.0.0.1 \tv1.30.1\tUbuntu 22.04.5 LTS\t5.15\tcontainerd://1.7.22\tamd64\n'
    printf '\t\traw data was: hunter2\n' ;;
  *"get configmaps"*) printf 'configmap/kubelet-config-1.9\nconfigmap/kubelet-config-1.22\nconfigmap/kube-proxy\n' ;;
  *"get configmap kubelet-config-1.22"*) printf 'featureGates:\n  A: true\nkind: KubeletConfiguration\nsecret: hunter2\n' ;;
  *"get configmap kubeadm-config"*) cat "${0%/*}/../kubeadm-config" ;;
  *"version -o json"*) echo '{"clientVersion": {"gitVersion": "v1.29.1"}, "kustomizeVersion": "v5"}'; exit 1 ;;
  *"get configmap"*) ;;
  *) ;;
esac
"#;

const CONFIGURATION: &str = r#"apiServer:
  extraArgs:
  - name: feature-gates
    value: A=true,B=false
  - name: oidc-client-secret
    value: hunter2
  - name: odd
    value: |
      hunter2
      feature-gates: hunter2
  extraEnvs:
  - name: HTTPS_PROXY
    value: http://user:hunter2@proxy
  extraVolumes:
  - hostPath: /hunter2
    name: feature-gates
apiVersion: kubeadm.k8s.io/v1beta4
clusterName: prod
controllerManager:
  extraArgs:
    runtime-config: api/all=false
    cloud-config: hunter2
    long: "hunter2
      hunter2"
etcd:
  external:
    endpoints:
    - https://root:hunter2@10.0.0.9:2379
    keyFile: /hunter2
featureGates:
  C: true
kind: ClusterConfiguration
kubernetesVersion: v1.30.1
scheduler: {}
unknown: {hunter2: hunter2}
"#;

#[test]
fn it_goes_on_when_a_call_fails_and_writes_no_secret() {
    for shell in SHELLS {
        let place = Place::new(&format!("fake-{}", shell.join("-")));
        place.tool("kubectl", KUBECTL);
        fs::write(place.0.join("kubeadm-config"), CONFIGURATION).unwrap();
        let Some(output) = place.run(shell, &[]) else { continue };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{shell:?}: {said}");
        assert!(said.contains("could not read: kubectl-version pods pods"), "{shell:?}: {said}");
        let text = place.read("kubehop-inventory.txt");
        assert!(!text.contains(SECRET), "{shell:?}: {text}");
        assert!(text.contains("#! proxy http://proxy:3128: pods is forbidden"), "{text}");
        let inventory = inventory(&text);
        assert_eq!(inventory.control_plane.len(), 1);
        let node = &inventory.control_plane[0];
        assert_eq!(node.facts.taints, ["a=b:NoSchedule", "c:NoExecute"]);
        assert_eq!(node.facts.os.as_deref(), Some("Ubuntu 22.04.5 LTS"));
        assert!(unknowns(&inventory).contains(&"not-read-pods"));
        let kubeadm = inventory.kubeadm.unwrap();
        let gates: Vec<&str> = kubeadm.feature_gates.keys().map(String::as_str).collect();
        assert_eq!(gates, ["kube-apiserver", "kubeadm", "kubelet"]);
        let flags: Vec<&String> = kubeadm.flags["kube-apiserver"].iter().collect();
        assert_eq!(flags, ["feature-gates", "odd", "oidc-client-secret"]);
        let flags: Vec<&String> = kubeadm.flags["kube-controller-manager"].iter().collect();
        assert_eq!(flags, ["cloud-config", "long", "runtime-config"]);
        assert_eq!(inventory.etcd.endpoints, ["https://10.0.0.9:2379"]);
    }
}

#[test]
fn it_overwrites_nothing() {
    for shell in SHELLS {
        let place = Place::new(&format!("there-{}", shell.join("-")));
        place.tool("kubectl", KUBECTL);
        fs::write(place.0.join("mine"), "mine").unwrap();
        let Some(output) = place.run(shell, &["mine"]) else { continue };
        assert_eq!(output.status.code(), Some(2), "{shell:?}");
        assert_eq!(place.read("mine"), "mine");
    }
}

#[test]
fn etcdctl_and_kubeadm_are_asked_where_they_are() {
    let place = Place::new("etcdctl");
    place.tool("kubectl", KUBECTL);
    place.tool("kubeadm", "#!/bin/sh\necho '{\"clientVersion\": {\"gitVersion\": \"v1.30.1\"}}'\n");
    place.tool(
        "etcdctl",
        "#!/bin/sh\ncase \"$*\" in\n  *'member list'*) echo '{\"header\":{\"cluster_id\":1},\"members\":[{\"ID\":7,\"name\":\"cp-1\"}]}' ;;\n  *) echo '[{\"Endpoint\":\"127.0.0.1:2379\",\"Status\":{\"header\":{\"cluster_id\":1,\"member_id\":7},\"version\":\"3.5.15\"}}]' ;;\nesac\n",
    );
    fs::write(place.0.join("kubeadm-config"), "").unwrap();
    let look = place.0.join("look.sh");
    let text = fs::read_to_string(&look).unwrap();
    fs::write(&look, text.replacen("set -u", "set -u\nETCDCTL_ENDPOINTS=127.0.0.1:2379", 1))
        .unwrap();
    assert!(place.run(&["sh"], &["out.txt"]).unwrap().status.success());
    let inventory = inventory(&place.read("out.txt"));
    assert_eq!(inventory.etcd.members.len(), 1);
    assert_eq!(inventory.etcd.members[0].version, "3.5.15".parse().ok());
}

/// The real kubectls that are at hand: those of `KUBEHOP_KUBECTL` (paths, separated as in `PATH`), else
/// the one on the `PATH`.
fn kubectls() -> Vec<PathBuf> {
    if let Some(paths) = std::env::var_os("KUBEHOP_KUBECTL") {
        return std::env::split_paths(&paths).collect();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("kubectl"));
    found.filter(|path| path.is_file()).take(1).collect()
}

/// What the script tells of a cluster is what the dumps of it tell, with whichever kubectl.
#[test]
fn it_tells_what_the_dumps_tell() {
    let kubectls = kubectls();
    if kubectls.is_empty() {
        println!("skipped: no kubectl on the PATH, and KUBEHOP_KUBECTL names none");
    }
    for kubectl in kubectls {
        for cluster in ["kubeadm-ha", "rke2"] {
            let place = Place::new("real");
            std::os::unix::fs::symlink(&kubectl, place.0.join("bin/kubectl")).unwrap();
            let server = Server::of(cluster);
            let arguments = ["out.txt", "--server", server.address.as_str()];
            let output = place.run(&["sh"], &arguments).unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let text = place.read("out.txt");
            assert!(!said.contains("could not read"), "{}: {said}\n{text}", kubectl.display());
            assert!(!text.contains(SECRET), "{text}");
            let options =
                Options { observed_at: "2026-11-20T08:00:00Z".parse().ok(), ..Options::default() };
            let mut dumps = Observations::new(options);
            for (source, text) in texts(cluster) {
                dumps.read(&source, &text[..]).unwrap();
            }
            let mut expected = dumps.finish().unwrap();
            let mut told = inventory(&text);
            // kubectl says its own version.
            for inventory in [&mut expected, &mut told] {
                inventory.clients.clear();
                inventory.unknowns.retain(|unknown| {
                    unknown.id != "clients" && unknown.id != "kube-apiserver-answer"
                });
            }
            assert_eq!(told, expected, "{}", kubectl.display());
        }
    }
}

#[test]
fn shellcheck_finds_nothing() {
    let place = Place::new("shellcheck");
    let check = quiet("shellcheck").args(["-s", "sh", "look.sh"]).current_dir(&place.0).output();
    let Ok(output) = check else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
