//! How fast a dump of a large cluster is read: `cargo bench --bench collect`.
//!
//! Target: 5,000 nodes as `kubectl get nodes -o json` prints them (images included, over 100 MB) at
//! 300 MB/s or more, with at most 100 MB of memory above the result. The dump stays in the folder
//! that is printed first, for a look from outside:
//!
//! ```text
//! /usr/bin/time -v target/release/kubehop inventory --from-dump nodes.json
//! jq -c '.items[] | [.metadata.name, .metadata.labels, .spec.unschedulable, .spec.taints,
//!   .status.nodeInfo.kubeletVersion, .status.nodeInfo.osImage, .status.nodeInfo.kernelVersion,
//!   .status.nodeInfo.containerRuntimeVersion, .status.nodeInfo.architecture,
//!   (.status.conditions[] | select(.type == "Ready") | .status)]' nodes.json
//! ```
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed benchmark")]

use std::fs;
use std::fs::File;
use std::io::BufWriter;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use divan::counter::BytesCount;
use kubehop::inventory::Inventory;
use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;
use serde::Serialize as _;
use serde_json::Value;
use serde_json::json;
use serde_json::ser::PrettyFormatter;

const NODES: usize = 5_000;
/// As many as a kubelet reports (`nodeStatusMaxImages`).
const IMAGES: usize = 50;

#[expect(clippy::print_stdout, reason = "a benchmark answers on the terminal")]
fn main() {
    println!("{}", dump("nodes.json", NODES).display());
    divan::main();
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("collect");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The dump, written the first time that it is asked for.
fn dump(name: &str, nodes: usize) -> PathBuf {
    let path = folder().join(name);
    if !path.exists() {
        let unfinished = path.with_extension("unfinished");
        write(&unfinished, nodes);
        fs::rename(unfinished, &path).unwrap();
    }
    path
}

/// A list as kubectl prints it: indented by four, keys in order of the alphabet.
fn write(path: &Path, nodes: usize) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let items: Vec<Value> = (0..nodes).map(node).collect();
    let list = json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}});
    let formatter = PrettyFormatter::with_indent(b"    ");
    list.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter)).unwrap();
    out.write_all(b"\n").unwrap();
    out.flush().unwrap();
}

/// A digest of nothing in particular.
fn digest(seed: usize) -> String {
    let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let words = (0..4).map(|_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{state:016x}")
    });
    words.collect()
}

fn condition(name: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({
        "lastHeartbeatTime": "2026-11-20T07:58:41Z",
        "lastTransitionTime": "2026-02-11T16:20:13Z",
        "message": message,
        "reason": reason,
        "status": status,
        "type": name,
    })
}

fn node(number: usize) -> Value {
    let name = format!("worker-{number:04}.prod-eu-1.example.com");
    let address = format!("10.{}.{}.{}", number / 62_500, number / 250 % 250, number % 250 + 1);
    let kubelet = ["v1.30.8", "v1.30.8", "v1.29.6"][number % 3];
    let images: Vec<Value> = (0..IMAGES)
        .map(|image| {
            let repository =
                format!("registry.example.com/platform/team-{}/service-{image}", image % 7);
            json!({
                "names": [
                    format!("{repository}@sha256:{}", digest(image)),
                    format!("{repository}:2026.11.{}-{}", image % 28 + 1, &digest(image)[..12]),
                ],
                "sizeBytes": 18_000_000 + 7_654_321 * image,
            })
        })
        .collect();
    let resources = json!({
        "cpu": "64", "ephemeral-storage": "912423104Ki", "hugepages-1Gi": "0", "hugepages-2Mi": "0",
        "memory": "263834672Ki", "pods": "110",
    });
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {
                "kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock",
                "node.alpha.kubernetes.io/ttl": "300",
                "projectcalico.org/IPv4Address": format!("{address}/16"),
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
            "creationTimestamp": "2026-02-11T16:19:42Z",
            "labels": {
                "beta.kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": "bare-metal-64",
                "node.kubernetes.io/pool": format!("pool-{}", number % 40),
                "topology.kubernetes.io/region": "eu-1",
                "topology.kubernetes.io/zone": format!("eu-1-{}", number % 3),
            },
            "name": name,
            "resourceVersion": format!("{}", 884_213_000 + number),
            "uid": format!("{}-7f3c-4d59-9a55-{}", &digest(number)[..8], &digest(number)[..12]),
        },
        "spec": {"podCIDR": format!("10.128.{}.0/24", number % 250), "podCIDRs": [format!("10.128.{}.0/24", number % 250)]},
        "status": {
            "addresses": [
                {"address": address, "type": "InternalIP"},
                {"address": name, "type": "Hostname"},
            ],
            "allocatable": resources,
            "capacity": resources,
            "conditions": [
                condition("NetworkUnavailable", "False", "CalicoIsUp", "Calico is running on this node"),
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": images,
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": format!("{}-90e0-49a1-8a0a-{}", &digest(number + 1)[..8], &digest(number)[..12]),
                "containerRuntimeVersion": "containerd://1.7.22",
                "kernelVersion": "5.15.0-124-generic",
                "kubeProxyVersion": "v1.30.8",
                "kubeletVersion": kubelet,
                "machineID": digest(number + 2)[..32],
                "operatingSystem": "linux",
                "osImage": "Ubuntu 22.04.5 LTS",
                "systemUUID": format!("{}-d08c-4a4c-a9ce-{}", &digest(number + 3)[..8], &digest(number)[..12]),
            },
        },
    })
}

fn read(path: &Path) -> Inventory {
    let mut observations = Observations::new(Options::default());
    observations.read("nodes.json", File::open(path).unwrap()).unwrap();
    observations.finish().unwrap()
}

/// The whole way from the file to the inventory.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn nodes_as_json(bencher: divan::Bencher<'_, '_>) {
    let path = dump("nodes.json", NODES);
    let size = fs::metadata(&path).unwrap().len();
    bencher.counter(BytesCount::from(size)).bench(|| read(&path));
}

/// What serde alone would need: all in memory, and read as one value that keeps nothing.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn serde_json_from_slice_of_nothing(bencher: divan::Bencher<'_, '_>) {
    let path = dump("nodes.json", NODES);
    let size = fs::metadata(&path).unwrap().len();
    bencher.counter(BytesCount::from(size)).bench(|| {
        let bytes = fs::read(&path).unwrap();
        serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).unwrap()
    });
}

/// What serde needs where it reads from a file.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn serde_json_from_reader_of_nothing(bencher: divan::Bencher<'_, '_>) {
    let path = dump("nodes.json", NODES);
    let size = fs::metadata(&path).unwrap().len();
    bencher.counter(BytesCount::from(size)).bench(|| {
        let file = std::io::BufReader::with_capacity(256 << 10, File::open(&path).unwrap());
        serde_json::from_reader::<_, serde::de::IgnoredAny>(file).unwrap()
    });
}
