//! What cannot be true of one cluster is an error that names both texts.

use serde_json::Value;
use serde_json::json;

use super::Text;
use super::collected;
use super::text_of;
use super::texts;
use super::unknowns;

/// The message of the error that these texts give, in both orders.
fn refused(one: Text, other: Text) -> String {
    let (first, second) = (one.0.clone(), other.0.clone());
    let turned = collected(&[other.clone(), one.clone()]).unwrap_err().to_string();
    let message = collected(&[one, other]).unwrap_err().to_string();
    for source in [first, second] {
        assert!(message.contains(&source) && turned.contains(&source), "{message}\n{turned}");
    }
    message
}

fn node(name: &str, kubelet: &str, uid: &str, control_plane: bool) -> Value {
    let labels = if control_plane {
        json!({"node-role.kubernetes.io/control-plane": ""})
    } else {
        json!({})
    };
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": uid, "labels": labels},
        "status": {"nodeInfo": {"kubeletVersion": kubelet}},
    })
}

fn list(source: &str, items: &[Value]) -> Text {
    text_of(source, &json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())
}

#[test]
fn a_node_has_one_kubelet() {
    let message = refused(
        list("old.json", &[node("w-1", "v1.29.9", "a", false)]),
        list("new.json", &[node("w-1", "v1.30.1", "a", false)]),
    );
    assert!(message.contains("the node `w-1` has the kubelets v1.29.9 and v1.30.1"), "{message}");
}

#[test]
fn a_node_has_one_uid() {
    refused(
        list("a.json", &[node("w-1", "v1.29.9", "a", false)]),
        list("b.json", &[node("w-1", "v1.29.9", "b", false)]),
    );
}

#[test]
fn two_whole_clusters_are_not_one() {
    let cluster = |source: &str, number: u32| {
        let cp = node(&format!("cp-{number}"), "v1.30.1", "", true);
        list(source, &[cp, node(&format!("w-{number}"), "v1.30.1", "", false)])
    };
    let message = refused(cluster("a.json", 1), cluster("b.json", 2));
    assert!(message.contains("no control-plane node in common"), "{message}");
    // Two parts of one cluster are no contradiction.
    let parts = [
        list("cp.json", &[node("cp-1", "v1.30.1", "", true)]),
        list("more.json", &[node("cp-2", "v1.30.1", "", true)]),
        list("workers.json", &[node("w-1", "v1.30.1", "", false)]),
    ];
    assert_eq!(collected(&parts).unwrap().control_plane.len(), 2);
}

#[test]
fn a_cluster_has_one_system_namespace() {
    let namespace = |source: &str, uid: &str| {
        let namespace =
            json!({"kind": "Namespace", "metadata": {"name": "kube-system", "uid": uid}});
        text_of(source, &namespace.to_string())
    };
    refused(namespace("a.json", "1"), namespace("b.json", "2"));
}

#[test]
fn pods_and_nodes_are_of_one_cluster() {
    let pods: Vec<Text> =
        texts("rke2").into_iter().filter(|(source, _)| source.contains("pods")).collect();
    let message =
        refused(pods[0].clone(), list("nodes.json", &[node("w-1", "v1.30.1", "a", false)]));
    assert!(message.contains("no pod is on a node that is listed"), "{message}");
}

#[test]
fn a_cluster_has_one_configuration() {
    let configuration = |source: &str, version: &str| {
        text_of(
            source,
            &format!(
                "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nkubernetesVersion: {version}\n"
            ),
        )
    };
    refused(configuration("a.yaml", "v1.30.1"), configuration("b.yaml", "v1.30.2"));
}

#[test]
fn etcd_is_one_cluster_and_a_member_has_one_version() {
    let status = |source: &str, cluster: u64, version: &str| {
        let header = json!({"cluster_id": cluster, "member_id": 7});
        let answer = json!([{"Endpoint": "10.0.0.1:2379", "Status": {"header": header, "version": version}}]);
        text_of(source, &answer.to_string())
    };
    refused(status("a.json", 1, "3.5.9"), status("b.json", 2, "3.5.9"));
    let message = refused(status("a.json", 1, "3.5.9"), status("b.json", 1, "3.5.12"));
    assert!(message.contains("v3.5.9 and v3.5.12"), "{message}");
}

fn static_pod(name: &str, image: &str, phase: &str) -> Value {
    json!({
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "kube-system", "labels": {"component": "kube-apiserver"}},
        "spec": {"nodeName": "cp-1", "containers": [{"name": "kube-apiserver", "image": image}]},
        "status": {"phase": phase},
    })
}

/// In the middle of an upgrade a node may have two pods of one part.
#[test]
fn the_pod_that_runs_counts() {
    let with = |pods: &[Value]| {
        let mut items = vec![node("cp-1", "v1.29.9", "a", true)];
        items.extend_from_slice(pods);
        let inventory = collected(&[list("all.json", &items)]).unwrap();
        let version = inventory.control_plane[0].apiserver.as_ref().map(ToString::to_string);
        let unknown = unknowns(&inventory).contains(&"kube-apiserver-version");
        assert_eq!(version.is_none(), unknown);
        version
    };
    let old = |phase| static_pod("kube-apiserver-cp-1", "x/kube-apiserver:v1.29.9", phase);
    let new = |phase| static_pod("kube-apiserver-cp-1-2", "x/kube-apiserver:v1.30.1", phase);
    assert_eq!(with(&[old("Running"), new("Pending")]).as_deref(), Some("v1.29.9"));
    assert_eq!(with(&[old("Failed"), new("Running")]).as_deref(), Some("v1.30.1"));
    assert_eq!(with(&[old("Running"), new("Running")]), None);
    assert_eq!(with(&[new("Pending")]), None);
    assert_eq!(with(&[static_pod("a", "x/kube-apiserver@sha256:00", "Running")]), None);
    assert_eq!(with(&[]), None);
}

/// The answer of an API server is that of one of them: only where there is one, it is its version.
#[test]
fn what_a_server_answers_is_the_version_of_the_only_one() {
    let answer = text_of("version.json", r#"{"serverVersion": {"gitVersion": "v1.30.1"}}"#);
    let one = [list("nodes.json", &[node("cp-1", "v1.30.1", "a", true)]), answer.clone()];
    let inventory = collected(&one).unwrap();
    assert!(inventory.control_plane[0].apiserver.is_some());
    let nodes = [node("cp-1", "v1.30.1", "a", true), node("cp-2", "v1.30.1", "b", true)];
    let inventory = collected(&[list("nodes.json", &nodes), answer]).unwrap();
    assert!(inventory.control_plane.iter().all(|node| node.apiserver.is_none()));
    assert!(unknowns(&inventory).contains(&"kube-apiserver-version"));
}

/// kubeadm runs a member of etcd on every node of the control plane and none elsewhere, and so says an
/// inventory; a member that a node left behind is told of.
#[test]
fn a_member_that_a_node_left_behind_is_told_of() {
    let nodes = list(
        "nodes.json",
        &[node("cp-1", "v1.30.1", "a", true), node("cp-2", "v1.30.1", "b", true)],
    );
    let member = |id: u64, name: &str| json!({"ID": id, "name": name, "clientURLs": ["https://10.0.0.1:2379"]});
    let answer =
        json!({"header": {"cluster_id": 1}, "members": [member(1, "cp-1"), member(2, "cp-9")]});
    let inventory = collected(&[nodes, text_of("members.json", &answer.to_string())]).unwrap();
    let members: Vec<&str> =
        inventory.etcd.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(members, ["cp-1", "cp-2"]);
    assert!(unknowns(&inventory).contains(&"stray-etcd-members"));
}
