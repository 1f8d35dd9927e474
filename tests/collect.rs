//! Inventories of real clusters: what kubectl, etcdctl and kubeadm print gives the inventory beside it.
//!
//! Each folder under `tests/collect/` is a cluster; `inventory.yaml` in it is what must come out.
//! `KUBEHOP_UPDATE=1 cargo test --test collect` writes it anew.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "collect/cli.rs"]
mod cli;
#[path = "collect/clusters.rs"]
mod clusters;
#[path = "collect/contradictions.rs"]
mod contradictions;
#[path = "collect/forms.rs"]
mod forms;
#[path = "collect/hostile.rs"]
mod hostile;
#[path = "collect/script.rs"]
mod script;
#[path = "collect/server.rs"]
mod server;
mod support;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use kubehop::diagnostic::Diagnostic;
use kubehop::inventory::Inventory;
use kubehop::inventory::collect::Observations;
use kubehop::inventory::collect::Options;

/// The clusters, by the names of their folders.
const CLUSTERS: [&str; 7] =
    ["cluster-info-dump", "eks", "external-etcd", "gke", "k3s", "kubeadm-ha", "rke2"];

/// What must never be printed: it stands in the fixtures wherever a secret may stand.
const SECRET: &str = "hunter2";

fn folder(cluster: &str) -> PathBuf {
    support::root().join("tests/collect").join(cluster)
}

/// A text and what messages call it.
type Text = (String, Vec<u8>);

/// The texts of a cluster, by name.
fn texts(cluster: &str) -> Vec<Text> {
    fn walk(folder: &Path, found: &mut Vec<Text>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if !path.ends_with("inventory.yaml") {
                found.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&folder(cluster), &mut found);
    found.sort();
    found
}

fn collected(texts: &[Text]) -> Result<Inventory, Diagnostic> {
    let mut observations = Observations::new(Options::default());
    for (source, text) in texts {
        observations.read(source, &text[..])?;
    }
    observations.finish()
}

fn text_of(source: &str, text: &str) -> Text {
    (source.to_owned(), text.as_bytes().to_vec())
}

/// The inventory as its file.
fn written(inventory: &Inventory) -> String {
    kubehop::yaml::write(&inventory.document()).unwrap()
}

fn unknowns(inventory: &Inventory) -> Vec<&str> {
    inventory.unknowns.iter().map(|unknown| unknown.id.as_str()).collect()
}
