//! Whether what a step's checkpoints demand holds, as far as the Kubernetes API can tell.
//!
//! The same probe gives the command of the runbook and what is done here: its resource becomes one
//! `GET`, its jq filter runs over what kubectl would print, and the outcome is compared with what the
//! checkpoint expects. Probes that need a shell on a node, or a person, are listed with their command.
//!
//! A plan is not trusted. A [`Request`] can only be a `GET` of a kind of [`RESOURCES`], or of a path by
//! which an API server tells of its own health; Secrets are refused; what is shown is masked and cut.
//! [`filter::run`] computes and nothing else, but how long it computes is up to the filter: who runs
//! one that was not made here runs it where it can be stopped (`cli` does, in a process of its own).
//!
//! This room makes no requests and reads no clock.

pub mod filter;

mod answer;
mod expect;
mod mask;
mod report;
mod request;
mod resources;

pub use answer::Answer;
pub use answer::Evaluator;
pub use answer::look;
pub use expect::Expectation;
pub use mask::evidence;
pub use report::Check;
pub use report::Counts;
pub use report::Report;
pub use report::Status;
pub use request::Refusal;
pub use request::Request;
pub use resources::RESOURCES;
pub use resources::Resource;
