//! What a path costs, compared field by field: no magic weights.

use std::ops::Add;

/// The cost of a path. The order of the fields is the order of comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Known faults of the stops that had to be accepted.
    pub hazards: u64,
    /// Node drains; a node drained twice counts twice.
    pub drains: u64,
    /// Restarts of an etcd member into another version.
    pub etcd_restarts: u64,
    /// Transitions that disturb somebody.
    pub disruptive: u64,
    /// Minors that nodes are behind at the end of each hop, over all nodes and hops.
    pub skew_at_rest: u64,
    /// etcd changes count for every hop that still lies ahead, so that none is made before the hop
    /// that needs it.
    pub order: u64,
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            hazards: self.hazards + other.hazards,
            drains: self.drains + other.drains,
            etcd_restarts: self.etcd_restarts + other.etcd_restarts,
            disruptive: self.disruptive + other.disruptive,
            skew_at_rest: self.skew_at_rest + other.skew_at_rest,
            order: self.order + other.order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cost;

    #[test]
    fn one_drain_outweighs_any_number_of_etcd_restarts() {
        let drain = Cost { drains: 1, ..Cost::default() };
        let restarts = Cost { etcd_restarts: 1_000, disruptive: 1_000, ..Cost::default() };
        assert!(restarts < drain);
        assert!(Cost { hazards: 1, ..Cost::default() } > drain + restarts);
    }
}
