//! Plans Kubernetes upgrades: from what runs now to a proven plan and a runbook.
//!
//! ```text
//! files, live ───► inventory ─┐
//! embedded data ─► catalog ───┼─► search ─► planner ─► plan ─► verify ─► render ─► runbook, summary
//!                  policy ────┘            provider ──┘  └─► diff, progress ─► resume
//! ```
//!
//! Data flows to the right only. [`inventory`] is what runs, [`catalog`] what exists, [`policy`] what
//! is permitted. [`search`] finds the cheapest legal path over the joint states of a cluster;
//! [`planner`] turns it into steps, with [`provider`] for how each is done; the [`plan`] is the one
//! value that every document is a view of. [`verify`] replays it without trusting the planner, [`diff`]
//! compares it with another one, [`progress`] with the cluster as it runs now, [`resume`] goes on with it
//! from there, and [`render`] shows it all. Everything but [`cli`] and [`live`], which reads a live cluster, is pure: the same
//! input gives the same bytes, and no clock, network, terminal or environment is read.
//!
//! The small rooms below them: [`version`], [`component`], [`cluster`] and [`name`] are the words,
//! [`diagnostic`] and [`finding`] what is said to people, [`facts`] what an inventory settles,
//! [`yaml`] reads and writes files.

pub mod audit;
pub mod catalog;
pub mod cli;
pub mod cluster;
pub mod component;
pub mod diagnostic;
pub mod diff;
pub mod estimate;
pub mod facts;
pub mod finding;
pub mod inventory;
pub mod lint;
pub mod live;
pub mod name;
pub mod plan;
pub mod planner;
pub mod policy;
pub mod progress;
pub mod provider;
pub mod render;
pub mod resume;
pub mod review;
pub mod search;
pub mod verify;
pub mod version;
pub mod yaml;
