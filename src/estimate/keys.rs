//! The table of durations: what is done, how long it takes once, and where that is known from.
//!
//! The numbers are data (`data/estimates.yaml`); the steps of a plan are made from the same file.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::plan::Duration;
use crate::yaml;

const EMBEDDED: &str = include_str!("data/estimates.yaml");

/// Gives the enum of keys its `name`, `Display` and list of all.
macro_rules! keys {
    ($($(#[$doc:meta])+ $variant:ident = $word:literal),+ $(,)?) => {
        /// What is done: the key of an entry in the table of durations.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Key {
            $($(#[$doc])+ $variant),+
        }

        impl Key {
            /// Every key, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word, as documents spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

keys! {
    /// The reads before a hop.
    Preflight = "preflight",
    /// A decision.
    Gate = "gate",
    /// A snapshot.
    Backup = "backup",
    /// What surrounds the members of an etcd step.
    EtcdFrame = "etcd-frame",
    /// One member of etcd.
    EtcdMember = "etcd-member",
    /// etcd is watched after a patch.
    EtcdSoakPatch = "etcd-soak-patch",
    /// etcd is watched after a minor.
    EtcdSoakMinor = "etcd-soak-minor",
    /// The control plane of one node.
    ControlPlaneNode = "control-plane-node",
    /// One component of one node, by hand.
    ManualComponent = "manual-component",
    /// kube-proxy and CoreDNS.
    Addons = "addons",
    /// One node, or one batch of nodes at once.
    Node = "node",
    /// One more kubeadm for a node that skips a minor.
    KubeadmStop = "kubeadm-stop",
    /// A look at the canary.
    CanaryLook = "canary-look",
    /// One kubectl.
    Client = "client",
    /// Proof of a hop.
    Validate = "validate",
    /// The cluster is watched after a hop.
    HopSoak = "hop-soak",
    /// The cluster is watched after a levelling.
    LevellingSoak = "levelling-soak",
    /// The end of all work.
    CleanUp = "clean-up",
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Whether the minutes are work, or time that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Somebody or a script is busy.
    Work,
    /// Time passes and the cluster is watched.
    Elapsed,
}

/// An entry of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// What is done.
    pub key: Key,
    /// How long it takes, once, in minutes.
    pub minutes: Duration,
    /// Work, or time that passes.
    pub measure: Measure,
    /// The share of the minutes, in per cent, in which a person is busy.
    pub hands_on: u64,
    /// What the minutes are made of.
    pub reason: String,
    /// An address, or `judgement`.
    pub source: String,
}

/// The whole table: one entry a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    #[serde(rename = "asOf")]
    _as_of: String,
    sources: std::collections::BTreeMap<String, Source>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    url: String,
}

impl Table {
    /// The table that the program brings along.
    ///
    /// # Errors
    ///
    /// A diagnostic for data that are malformed or lack a key: a fault of the program.
    pub fn embedded() -> Result<Self, Diagnostic> {
        let file = SourceFile::new("estimates.yaml", EMBEDDED);
        let document: Document = yaml::read(&file)?;
        let Document { _as_of, sources, mut entries } = document;
        for entry in &mut entries {
            if let Some(source) = sources.get(&entry.source) {
                entry.source.clone_from(&source.url);
            }
        }
        entries.sort_by_key(|entry| entry.key);
        if entries.iter().map(|entry| entry.key).ne(Key::ALL.iter().copied()) {
            return Err(Diagnostic::error("the built-in table of durations is not complete")
                .help("this is a fault of kubehop; please report it"));
        }
        Ok(Self { entries })
    }

    /// The entry of a key.
    pub fn entry(&self, key: Key) -> &Entry {
        // `embedded` holds one entry a key, in the order of the keys.
        &self.entries[key as usize]
    }

    /// Every entry, in the order of the keys.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a key, to change.
    pub(super) fn entry_mut(&mut self, key: Key) -> &mut Entry {
        &mut self.entries[key as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use super::Measure;
    use super::Table;

    #[test]
    fn the_table_holds_every_key_with_ordered_minutes_a_reason_and_a_source() {
        let table = Table::embedded().unwrap();
        for key in Key::ALL {
            let entry = table.entry(*key);
            assert_eq!(entry.key, *key);
            assert!(entry.minutes.low <= entry.minutes.likely, "{key}");
            assert!(entry.minutes.likely <= entry.minutes.high, "{key}");
            assert!(entry.hands_on <= 100 && !entry.reason.is_empty(), "{key}");
            assert!(entry.source == "judgement" || entry.source.starts_with("https://"), "{key}");
            assert_eq!(entry.measure == Measure::Elapsed, key.name().contains("soak"), "{key}");
        }
    }
}
