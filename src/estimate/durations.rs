//! Which minutes hold: the table, the plan's own numbers and the site's profile, joined.

use std::collections::BTreeSet;

use crate::plan::Duration;
use crate::plan::Step;

use super::keys::Key;
use super::keys::Measure;
use super::keys::Table;
use super::minutes::scaled_duration;
use super::profile::EstimateProfile;
use super::profile::Override;
use super::profile::PoolOverride;

/// The source of what a profile says.
pub(super) const FROM_PROFILE: &str = "profile";
/// The source of what only the plan says.
pub(super) const FROM_PLAN: &str = "plan";

/// Which minutes hold.
#[derive(Debug, Clone)]
pub struct Durations<'a> {
    /// The table as it is embedded: what the steps of a plan were made from.
    pub(super) base: Table,
    /// The table with the keys of the profile laid over it.
    pub(super) table: Table,
    profile: &'a EstimateProfile,
    changed: BTreeSet<Key>,
    /// Nodes of a pool at once, on top of what plan, calendar and profile say.
    pub(super) more_parallel: u64,
}

impl<'a> Durations<'a> {
    /// The table with a profile laid over it.
    pub fn new(base: Table, profile: &'a EstimateProfile, more_parallel: u64) -> Self {
        let mut table = base.clone();
        let mut changed = BTreeSet::new();
        for (key, over) in &profile.keys {
            let entry = table.entry_mut(*key);
            entry.minutes = over.minutes.get();
            entry.reason = over.because();
            FROM_PROFILE.clone_into(&mut entry.source);
            changed.insert(*key);
        }
        Self { base, table, profile, changed, more_parallel }
    }

    /// Whether the profile has minutes of its own for a key.
    pub(super) fn is_changed(&self, key: Key) -> bool {
        self.changed.contains(&key)
    }

    /// What the profile says of the whole step: by its id, or else by its kind.
    pub(super) fn of_step(&self, step: &Step) -> Option<&'a Override> {
        self.profile.steps.get(&step.id).or_else(|| self.profile.kinds.get(&step.kind))
    }

    /// What the profile says of the step by its id.
    pub(super) fn of_id(&self, step: &Step) -> Option<&'a Override> {
        self.profile.steps.get(&step.id)
    }

    /// What the profile says of the pool of a step.
    pub(super) fn of_pool(&self, step: &Step) -> Option<&'a PoolOverride> {
        self.profile.pools.get(step.pool.as_ref()?)
    }

    /// Work in per cent of what is written; time that passes is left alone.
    pub(super) fn paced(&self, minutes: Duration, measure: Measure) -> Duration {
        match (measure, self.profile.work_percent) {
            (Measure::Work, Some(percent)) => scaled_duration(minutes, percent.get(), 100),
            _ => minutes,
        }
    }
}
