//! Where a step acts: which part of the cluster, and on which hosts. What a reader filters by.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::plan::State;

use super::step::Block;

const ETCD: &str = "etcd";
const CONTROL_PLANE: &str = "control plane";
const WORKERS: &str = "workers";
const CLIENTS: &str = "clients";
/// A step that names no host: it looks at the cluster, or decides about it.
const WHOLE: &str = "whole cluster";

/// The part that each instance belongs to.
#[derive(Debug)]
pub(super) struct Places<'a> {
    roles: BTreeMap<&'a str, &'static str>,
}

impl<'a> Places<'a> {
    pub(super) fn new(state: &'a State) -> Self {
        let mut roles = BTreeMap::new();
        for group in &state.instances {
            let Some(role) = role(group.component.name(), group.pool.is_some()) else { continue };
            for name in &group.names {
                // A node that runs an API server is control plane, whatever else it runs.
                let known = roles.entry(name.as_str()).or_insert(role);
                if role == CONTROL_PLANE {
                    *known = role;
                }
            }
        }
        Self { roles }
    }
}

/// The part that a component belongs to; kube-proxy of no pool runs everywhere.
fn role(component: &str, of_a_pool: bool) -> Option<&'static str> {
    let named = |one: Component| component == one.name();
    if named(Component::Etcd) {
        Some(ETCD)
    } else if named(Component::Kubectl) {
        Some(CLIENTS)
    } else if of_a_pool {
        Some(WORKERS)
    } else if component.is_empty() || named(Component::KubeProxy) {
        None
    } else {
        Some(CONTROL_PLANE)
    }
}

/// Each word once, in the order in which it first comes.
pub(super) fn in_order<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen
}

impl<'a> Block<'a> {
    /// Says where the block acts.
    pub(super) fn stand(&mut self, places: &Places<'a>) {
        let named = self.scripts.iter().filter(|script| script.place == "host");
        let named = named.map(|script| script.host);
        let shown = self.targets.shown.iter().copied();
        self.hosts = in_order(shown.chain(named));
        let of_target = self.targets.shown.iter().filter_map(|name| places.roles.get(name));
        self.roles = role(self.component, !self.pools.is_empty())
            .map_or_else(|| in_order(of_target.copied()), |role| vec![role]);
        if self.roles.is_empty() {
            self.roles.push(WHOLE);
        }
    }
}
