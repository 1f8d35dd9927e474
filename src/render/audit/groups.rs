//! Instances as few lines: what is well is one line a version, what is not is named.

use std::collections::BTreeMap;

use crate::audit::ComponentRow;
use crate::audit::Verdict;
use crate::component::Component;
use crate::component::ComponentVersion;
use crate::finding::some;
use crate::name::PoolName;

/// Pools that a line may count one by one.
const POOLS_NAMED: usize = 4;
/// Instances outside pools that are named though all is well.
const NAMED: usize = 3;
/// Lines a component may take for what is not well, before its pools are merged.
const LINES: usize = 6;

/// Instances that share a line.
pub(super) struct Group<'a> {
    pub(super) first: &'a ComponentRow,
    rows: Vec<&'a ComponentRow>,
}

/// What makes two instances share a line. Components stay in their order, the worst comes first.
type Key<'a> =
    (Component, Verdict, Option<&'a ComponentVersion>, crate::audit::Allowed, Option<&'a PoolName>);

const fn key(row: &ComponentRow, by_pool: bool) -> Key<'_> {
    let pool = if by_pool { row.pool.as_ref() } else { None };
    (row.component, row.verdict, row.version.as_ref(), row.allowed, pool)
}

/// The lines for all instances.
pub(super) fn groups(rows: &[ComponentRow]) -> Vec<Group<'_>> {
    let mut found = Vec::new();
    for of_one in rows.chunk_by(|left, right| left.component == right.component) {
        let lines = |by_pool: bool| {
            let mut lines: BTreeMap<Key<'_>, Vec<&ComponentRow>> = BTreeMap::new();
            for row in of_one {
                lines.entry(key(row, by_pool && row.verdict != Verdict::Ok)).or_default().push(row);
            }
            lines
        };
        let named = lines(true);
        let chosen = if named.len() > LINES { lines(false) } else { named };
        found.extend(chosen.into_values().map(|rows| Group { first: rows[0], rows }));
    }
    found
}

impl Group<'_> {
    /// Where they are: by name what is not well, by pool and count what is.
    pub(super) fn place(&self) -> String {
        let mut pools: BTreeMap<Option<&PoolName>, Vec<String>> = BTreeMap::new();
        for row in &self.rows {
            pools.entry(row.pool.as_ref()).or_default().push(row.instance.to_string());
        }
        let total = self.rows.len();
        let well = self.first.verdict == Verdict::Ok;
        let on_nodes = matches!(self.first.component, Component::Kubelet | Component::KubeProxy);
        match pools.first_key_value() {
            Some((None, names)) if pools.len() == 1 && (names.len() <= NAMED || !well) => {
                some(names)
            }
            Some((None, names)) if pools.len() == 1 => {
                let what = match self.first.component {
                    Component::Etcd => "members",
                    Component::Kubectl => "clients",
                    _ => "control-plane nodes",
                };
                format!("{} {what}", names.len())
            }
            Some((Some(pool), names)) if pools.len() == 1 && !well => {
                format!("{pool}: {}", some(names))
            }
            _ if on_nodes && pools.len() > POOLS_NAMED => {
                let named = pools.keys().filter(|pool| pool.is_some()).count();
                let and = if named < pools.len() { " and the control plane" } else { "" };
                format!("{total} nodes in {named} pools{and}")
            }
            _ => {
                let counts = pools.iter().map(|(pool, names)| match pool {
                    Some(pool) => format!("{pool} ({})", names.len()),
                    None => format!("control plane ({})", names.len()),
                });
                counts.collect::<Vec<_>>().join(", ")
            }
        }
    }
}
