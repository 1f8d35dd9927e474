//! What a text is, is told from its content.

use kubehop::inventory::collect::Kind;
use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;
use kubehop::inventory::collect::Recognised;

use super::collected;
use super::folder;
use super::text_of;
use super::texts;

fn read(text: impl AsRef<[u8]>) -> Result<Recognised, String> {
    let mut observations = Observations::new(Options::default());
    observations.read("FILE", text.as_ref()).map_err(|error| error.render(false))
}

#[test]
fn kinds_are_recognised() {
    let cases: [(&str, Kind); 14] = [
        (r#"{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "a"}}"#, Kind::Node),
        (r#"{"items": [{"metadata": {"name": "a"}}], "kind": "NodeList"}"#, Kind::Other),
        (r#"{"kind": "NodeList", "items": [{"metadata": {"name": "a"}}]}"#, Kind::Node),
        (
            r#"{"items": [{"metadata": {"name": "a"}, "status": {"nodeInfo": {}}}], "kind": "NodeList"}"#,
            Kind::Node,
        ),
        ("apiVersion: v1\nkind: NodeList\nitems:\n  - metadata:\n      name: a\n", Kind::Node),
        ("apiVersion: v1\nitems:\n- kind: Node\n  metadata: {name: a}\nkind: List\n", Kind::Node),
        (
            r#"{"clientVersion": {"gitVersion": "v1.30.1"}, "kustomizeVersion": "v5"}"#,
            Kind::Version,
        ),
        (
            "clientVersion:\n  gitVersion: v1.30.1\nserverVersion:\n  gitVersion: v1.30.2\n",
            Kind::Version,
        ),
        (
            r#"{"header": {"cluster_id": 1}, "members": [{"ID": 18249187646912138824, "name": "a"}]}"#,
            Kind::EtcdMember,
        ),
        (
            r#"[{"Endpoint": "a:2379", "Status": {"header": {"member_id": 1}, "version": "3.5.9"}}]"#,
            Kind::EtcdMember,
        ),
        (
            "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\ndns: {type: CoreDNS}\n",
            Kind::Configuration,
        ),
        (
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
            Kind::Configuration,
        ),
        ("\u{feff}{\"kind\": \"Node\", \"metadata\": {\"name\": \"a\"}}", Kind::Node),
        ("# a comment\n---\n# another\n\nkind: Node\nmetadata: {name: a}\n...\n", Kind::Node),
    ];
    for (text, kind) in cases {
        let recognised = read(text).unwrap();
        assert_eq!(recognised.count(kind), 1, "{text}: {recognised}");
        assert_eq!(recognised.is_empty(), kind == Kind::Other, "{text}");
    }
}

#[test]
fn other_texts_are_no_error() {
    for text in [
        "",
        " \n\t\n",
        "hello\n",
        "{\"name\": \"left-pad\", \"version\": \"1.0.0\"}",
        "{\"level\":\"info\"}\n{\"level\":\"warn\"}\nTraceback\n",
        "[1, 2, 3]",
        "[2026-11-20T08:00:00Z] started\n",
        "==== START logs for container a of pod b/c ====\n{\n",
        "kind of a poem\n",
        "key: [1, 2\n",
        "{",
        "[",
        "\u{0}\u{1}\u{2}",
    ] {
        assert!(read(text).unwrap().is_empty(), "{text:?}");
    }
    assert!(read([0xff, 0x00, 0x9f]).unwrap().is_empty());
    assert!(read(vec![b'x'; 40 << 20]).unwrap().is_empty());
}

#[test]
fn objects_of_other_kinds_may_look_as_they_like() {
    let text = r#"{"kind": "List", "items": [
        {"kind": "Widget", "spec": "text", "status": {"conditions": {}}, "metadata": {"labels": [1]}},
        {"kind": "Node", "metadata": {"name": "a"}},
        {"kind": "Secret", "data": {"kubelet": "aHVudGVyMg==", "x": 1}}
    ]}"#;
    let recognised = read(text).unwrap();
    assert_eq!(recognised.to_string(), "1 node, 2 other objects");
}

#[test]
fn broken_texts_are_errors_that_show_nothing_of_them() {
    for (text, message) in [
        (r#"{"kind": "List", "items": [{"kind": "Node", "hunter2": "#, "ends in the middle"),
        ("{\"kind\": \"Node\",\n\"hunter2\" 1}", "cannot be read from line 2"),
        ("{\"items\": [\n{\"kind\": \"Node\", hunter2}\n]}", "cannot be read from line 2"),
        ("{\"kind\": \"Node\",\n \"metadata\": \"hunter2\"}", "near line 1"),
        ("{\"kind\": \"Node\", \"metadata\": {\"name\": \"\"}}", "cannot be one"),
        ("kind: Node\nmetadata:\n  name: [hunter2\n", "near line"),
        ("kind: Node\nmetadata: hunter2\n", "near line 2"),
        ("kind: ClusterConfiguration\netcd: hunter2\n", "near line 2"),
        ("#kubehop-inventory 1\n#begin nodes\na\tb\n#end nodes 0\n#done\n", "near line 3"),
        ("#kubehop-inventory 1\n#begin nodes\n#end nodes 0\n", "ends in the middle"),
        ("{\"kind\": \"Event\"} hunter2", "cannot be read"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(message) && error.contains("FILE"), "{text}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    let error = read(b"\x1f\x8b\x08\x00\x00\x00\x00\x00").unwrap_err();
    assert!(error.contains("packed with gzip"), "{error}");
}

#[test]
fn what_powershell_writes_is_read() {
    for cluster in ["rke2", "kubeadm-ha"] {
        let texts = texts(cluster);
        let wide = texts.iter().map(|(source, text)| {
            let text = String::from_utf8(text.clone()).unwrap().replace('\n', "\r\n");
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            (source.clone(), units.flat_map(u16::to_le_bytes).collect())
        });
        assert_eq!(collected(&wide.collect::<Vec<_>>()), collected(&texts));
    }
}

/// kubeadm, and kubectl before it named kustomize, answer alike: then it is nobody's.
#[test]
fn a_version_that_may_be_of_kubeadm_is_no_client() {
    let nodes = texts("gke");
    let with = |version: &str| {
        let mut texts = nodes.clone();
        texts.push(text_of("version.json", version));
        let clients = collected(&texts).unwrap().clients;
        clients.iter().map(|client| client.name.to_string()).collect::<Vec<_>>()
    };
    assert!(with(r#"{"clientVersion": {"gitVersion": "v1.30.1"}}"#).is_empty());
    assert_eq!(
        with(r#"{"clientVersion": {"gitVersion": "v1.30.1"}, "kustomizeVersion": "v5"}"#),
        ["kubectl"]
    );
}

#[test]
fn nothing_at_all_is_an_error() {
    let error = collected(&[text_of("a", "hello")]).unwrap_err();
    assert!(error.message.contains("nothing was read"), "{error}");
    assert!(folder("rke2").is_dir());
}
