//! What a collection must find in the cluster of `objects`, as an inventory of its own.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::objects::CONTROL_PLANE;
use crate::objects::CURRENT;
use crate::objects::Member;
use crate::objects::POOLS;
use crate::objects::Pool;
use crate::objects::STRAGGLER_KUBELET;
use crate::objects::STRAGGLERS;

/// The inventory, written from the tables that the objects were made from.
pub(crate) fn inventory() -> Value {
    let control_plane = |member: &Member| {
        json!({
            "name": member.name,
            "kubeApiserver": member.apiserver,
            "kubeControllerManager": member.controllers,
            "kubeScheduler": member.controllers,
            "kubelet": CURRENT,
        })
    };
    let etcd = |member: &Member| {
        let version = format!("v{}", member.etcd.trim_end_matches("-0"));
        json!({"name": member.name, "version": version})
    };
    let pool = |pool: &Pool| {
        let node = |number: usize| {
            let name = format!("{}-{number:03}", pool.name);
            let straggles = STRAGGLERS.contains(&name.as_str());
            let kubelet = if straggles { STRAGGLER_KUBELET } else { pool.kubelet };
            json!({"name": name, "kubelet": kubelet})
        };
        json!({"name": pool.name, "nodes": (1..=pool.count).map(node).collect::<Vec<_>>()})
    };
    json!({
        "apiVersion": "kubehop.dev/v1alpha1",
        "kind": "ClusterInventory",
        "metadata": {"name": "live"},
        "provider": "kubeadm",
        "controlPlane": {
            "endpoint": "api.live.example:6443",
            "nodes": CONTROL_PLANE.iter().map(control_plane).collect::<Vec<_>>(),
        },
        "etcd": {
            "topology": "stacked",
            "members": CONTROL_PLANE.iter().map(etcd).collect::<Vec<_>>(),
        },
        "kubeProxy": CURRENT,
        "nodePools": POOLS.iter().map(pool).collect::<Vec<_>>(),
    })
}

/// The versions of an inventory, by instance; workers by pool and kubelet, so that it does not matter
/// whether a pool is listed or counted.
pub(crate) fn versions(inventory: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut note = |what: String, version: &Value| {
        found.insert(what, version.as_str().unwrap_or("unknown").to_owned());
    };
    for node in list(&inventory["controlPlane"]["nodes"]) {
        for key in ["kubeApiserver", "kubeControllerManager", "kubeScheduler", "kubelet"] {
            note(format!("{} {key}", text(&node["name"])), &node[key]);
        }
    }
    for member in list(&inventory["etcd"]["members"]) {
        note(format!("{} etcd", text(&member["name"])), &member["version"]);
    }
    note("kube-proxy".to_owned(), &inventory["kubeProxy"]);
    let mut workers: BTreeMap<String, u64> = BTreeMap::new();
    for pool in list(&inventory["nodePools"]) {
        let listed = list(&pool["nodes"]).iter().map(|node| (&node["kubelet"], 1));
        let counted = pool["count"].as_u64().map(|count| (&pool["kubelet"], count));
        for (kubelet, count) in listed.chain(counted) {
            *workers.entry(format!("{} {}", text(&pool["name"]), text(kubelet))).or_default() +=
                count;
        }
    }
    found.extend(workers.into_iter().map(|(what, count)| (what, count.to_string())));
    found
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("unknown")
}
