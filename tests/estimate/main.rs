//! Estimates: cases worked out by hand (as in `docs/concepts/estimate.md`), what must hold for any
//! plan and calendar, and what is refused.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod build;
mod cases;
mod command;
mod dates;
mod forms;
mod inputs;
mod learning;
mod overrides;
mod properties;
