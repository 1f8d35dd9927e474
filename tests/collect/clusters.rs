//! Whole clusters: what comes out, in whatever form and order it goes in.

use std::io::Read;

use kubehop::diagnostic::SourceFile;
use kubehop::inventory::Inventory;
use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;
use serde_json::Value;

use super::CLUSTERS;
use super::SECRET;
use super::Text;
use super::collected;
use super::folder;
use super::support::compare_or_write;
use super::texts;
use super::unknowns;
use super::written;

#[test]
fn clusters_give_their_inventories() {
    for cluster in CLUSTERS {
        let inventory = collected(&texts(cluster)).unwrap();
        let expected = folder(cluster).join("inventory.yaml");
        let how = "KUBEHOP_UPDATE=1 cargo test --test collect";
        compare_or_write(&expected, &written(&inventory), how);
    }
}

/// What is written can be read, and is the same cluster.
#[test]
fn inventories_are_read_back() {
    for cluster in CLUSTERS {
        let inventory = collected(&texts(cluster)).unwrap();
        let file = SourceFile::new("inventory.yaml", written(&inventory));
        let back = Inventory::read(&file).unwrap_or_else(|error| panic!("{}", error.render(false)));
        assert_eq!(back, inventory, "{cluster}");
    }
}

#[test]
fn no_secret_comes_out() {
    for cluster in CLUSTERS {
        let texts = texts(cluster);
        let shown = written(&collected(&texts).unwrap());
        assert!(!shown.contains(SECRET), "{cluster}");
    }
    let with_secrets = texts("kubeadm-ha");
    assert!(with_secrets.iter().any(|(_, text)| String::from_utf8_lossy(text).contains(SECRET)));
}

/// A JSON text as the YAML that kubectl would have printed.
fn twin((source, text): &Text) -> Text {
    let twin = serde_json::from_slice::<Value>(text)
        .map_or_else(|_| text.clone(), |value| kubehop::yaml::write(&value).unwrap().into_bytes());
    (source.clone(), twin)
}

#[test]
fn yaml_and_json_give_the_same() {
    for cluster in CLUSTERS {
        // etcdctl prints no YAML.
        let (etcd, texts): (Vec<Text>, Vec<Text>) =
            texts(cluster).into_iter().partition(|(source, _)| source.contains("etcd-"));
        let twins: Vec<Text> = texts.iter().map(twin).chain(etcd.clone()).collect();
        let texts: Vec<Text> = texts.into_iter().chain(etcd).collect();
        assert!(twins.iter().any(|(_, text)| !text.starts_with(b"{")));
        assert_eq!(collected(&twins).unwrap(), collected(&texts).unwrap(), "{cluster}");
    }
}

/// Several documents in one text, with markers between them.
#[test]
fn documents_in_one_text_give_the_same() {
    let texts = texts("kubeadm-ha");
    let yaml: Vec<String> =
        texts.iter().map(|text| String::from_utf8(twin(text).1).unwrap()).collect();
    let yaml = format!("---\n{}", yaml.join("---\n"));
    let json: Vec<u8> = texts.iter().flat_map(|(_, text)| text.clone()).collect();
    let expected = collected(&texts).unwrap();
    for text in [yaml.clone().into_bytes(), yaml.replace('\n', "\r\n").into_bytes(), json] {
        assert_eq!(collected(&[("one".to_owned(), text)]).unwrap(), expected);
    }
}

#[test]
fn order_does_not_matter() {
    for cluster in CLUSTERS {
        let expected = written(&collected(&texts(cluster)).unwrap());
        let mut turned = texts(cluster);
        turned.reverse();
        for (_, text) in &mut turned {
            let Ok(mut value) = serde_json::from_slice::<Value>(text) else { continue };
            if let Some(items) = value.get_mut("items").and_then(Value::as_array_mut) {
                items.reverse();
            }
            if let Some(answers) = value.as_array_mut() {
                answers.reverse();
            }
            *text = serde_json::to_vec(&value).unwrap();
        }
        assert_eq!(written(&collected(&turned).unwrap()), expected, "{cluster}");
        let twice: Vec<Text> = texts(cluster).into_iter().chain(texts(cluster)).collect();
        assert_eq!(written(&collected(&twice).unwrap()), expected, "{cluster}, twice");
    }
}

/// An input that gives one byte at a time, as a slow pipe may.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let one = out.len().min(1);
        self.0.read(&mut out[..one])
    }
}

#[test]
fn it_does_not_matter_how_much_a_read_gives() {
    for cluster in CLUSTERS {
        let texts = texts(cluster);
        let mut observations = Observations::new(Options::default());
        for (source, text) in &texts {
            observations.read(source, Slow(text)).unwrap();
        }
        assert_eq!(observations.finish().unwrap(), collected(&texts).unwrap(), "{cluster}");
    }
}

/// `kubectl cluster-info dump` without a folder prints one text after the other, logs among them.
#[test]
fn a_dump_in_one_stream_is_the_dump_in_a_folder() {
    let texts = texts("cluster-info-dump");
    let stream: Vec<u8> = texts.iter().flat_map(|(_, text)| text.clone()).collect();
    assert!(String::from_utf8_lossy(&stream).contains("==== START logs"));
    let one = collected(&[("<stdin>".to_owned(), stream)]).unwrap();
    assert_eq!(one, collected(&texts).unwrap());
}

#[test]
fn pool_labels_and_names_can_be_given() {
    let mut options = Options { name: Some("mine".to_owned()), ..Options::default() };
    options = options.with_pool_labels(&["kubernetes.io/arch".to_owned()]);
    let mut observations = Observations::new(options);
    for (source, text) in texts("kubeadm-ha") {
        observations.read(&source, &text[..]).unwrap();
    }
    let inventory = observations.finish().unwrap();
    let pools: Vec<&str> = inventory.pools.iter().map(|pool| pool.name.as_str()).collect();
    assert_eq!((inventory.name.as_str(), pools), ("mine", vec!["amd64", "arm64"]));
}

/// Less that is read is more that is not known; never a version that nobody said.
#[test]
fn what_is_not_given_is_not_known() {
    let only = |cluster: &str, part: &str| {
        let texts = texts(cluster);
        let some: Vec<Text> =
            texts.into_iter().filter(|(source, _)| source.contains(part)).collect();
        collected(&some).unwrap()
    };
    let nodes = only("kubeadm-ha", "nodes.json");
    assert!(nodes.control_plane.iter().all(|node| node.apiserver.is_none()));
    assert!(nodes.kube_proxy.is_none() && nodes.kubeadm.is_none() && nodes.clients.is_empty());
    assert_eq!(
        unknowns(&nodes),
        [
            "cgroup",
            "clients",
            "etcd-version",
            "kube-apiserver-version",
            "kube-controller-manager-version",
            "kube-proxy",
            "kube-scheduler-version",
            "kubeadm-config",
        ]
    );
    let pods = only("kubeadm-ha", "system.json");
    assert!(pods.pools.is_empty() && pods.control_plane.iter().all(|node| node.kubelet.is_none()));
    assert!(unknowns(&pods).contains(&"nodes"));
    let etcd = only("external-etcd", "system.json");
    assert!(etcd.etcd.members.iter().all(|member| member.version.is_none()));
    assert!(unknowns(&etcd).contains(&"external-etcd-version"));
    let version = only("eks", "version.json");
    assert_eq!(version.control_plane.len(), 1);
    assert!(version.control_plane[0].apiserver.is_some());
    for inventory in [&nodes, &pods, &etcd, &version] {
        assert!(inventory.unknowns.iter().all(|unknown| !unknown.settle.is_empty()));
    }
}
