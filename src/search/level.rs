//! The ladder of stops, and levels: versions as far as the rules can tell them apart.

use crate::version::KubernetesVersion;
use crate::version::MinorVersion;

use super::EtcdNeed;

/// A release at which every kube-apiserver stands when a hop is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The release.
    pub version: KubernetesVersion,
    /// What it asks of etcd; nothing for the stop at which the cluster stands already.
    pub etcd: Option<EtcdNeed>,
    /// How many known faults of the release are accepted because no release of the minor is without.
    pub hazards: u64,
}

/// The stops of a plan in order: the first is where the control plane stands (or what a half-done
/// hop is completed to), the last is the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    stops: Vec<Stop>,
}

/// A version as far as the rules can tell it apart: its minor, and how many stops of that minor it
/// has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level {
    /// The minor.
    pub minor: MinorVersion,
    /// How many stops of that minor are at or below the version.
    pub reached: u8,
}

impl Ladder {
    /// `base` is where the control plane stands, `hops` the stops above it in ascending order.
    pub fn new(base: Stop, hops: Vec<Stop>) -> Self {
        let mut stops = vec![base];
        stops.extend(hops);
        Self { stops }
    }

    /// The stop of a hop; hop 0 is the levelling before the first one.
    pub fn stop(&self, hop: usize) -> &Stop {
        &self.stops[hop.min(self.last())]
    }

    /// The index of the last hop.
    pub fn last(&self) -> usize {
        self.stops.len() - 1
    }

    /// All stops, the base first.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The level of a version.
    pub fn level(&self, version: &KubernetesVersion) -> Level {
        let minor = version.minor();
        let same_minor = self.stops.iter().map(|stop| &stop.version);
        let reached = same_minor.filter(|stop| stop.minor() == minor && *stop <= version).count();
        Level { minor, reached: u8::try_from(reached).unwrap_or(u8::MAX) }
    }

    /// The level of a hop's stop.
    pub fn stop_level(&self, hop: usize) -> Level {
        self.level(&self.stop(hop).version)
    }
}

#[cfg(test)]
mod tests {
    use super::Ladder;
    use super::Stop;

    fn stop(version: &str) -> Stop {
        Stop { version: version.parse().unwrap(), etcd: None, hazards: 0 }
    }

    #[test]
    fn versions_between_two_stops_of_a_minor_are_one_level() {
        let ladder = Ladder::new(stop("v1.28.5"), vec![stop("v1.28.15"), stop("v1.29.3")]);
        let level = |text: &str| ladder.level(&text.parse().unwrap());
        assert!(level("v1.28.3") < level("v1.28.5"));
        assert_eq!(level("v1.28.5"), level("v1.28.14"));
        assert!(level("v1.28.14") < level("v1.28.15"));
        assert_eq!(level("v1.27.1"), level("v1.27.16"));
        assert_eq!(level("v1.29.3"), ladder.stop_level(2));
        assert_eq!(level("v1.29.3+k3s1"), ladder.stop_level(2));
    }
}
