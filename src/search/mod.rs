//! The search: from the state of a cluster to the target, over all states that the rules permit.
//!
//! A state is the *joint* state: every control-plane node, etcd, the cohorts of kubelets, kube-proxy
//! and the clients. Nodes that the rules cannot tell apart form one cohort, so 5,000 nodes in 100
//! pools cost no more than a few. The reachable states become a `petgraph` graph; the same graph
//! gives the cheapest path and the explanation of why there is none.
//!
//! What this room does not do: it names no instance and writes no sentence. `planner` turns a path
//! into steps, and reasons into text.

mod cost;
mod graph;
mod guard;
mod level;
mod moves;
mod no_path;
mod problem;
mod skew;
mod state;
mod stops;

pub use cost::Cost;
pub use graph::Path;
pub use graph::PathStep;
pub use graph::SearchError;
pub use graph::search;
pub use guard::Blocked;
pub use level::Ladder;
pub use level::Level;
pub use level::Stop;
pub use moves::Transition;
pub use no_path::Lift;
pub use no_path::NoPath;
pub use problem::EtcdNeed;
pub use problem::EtcdRules;
pub use problem::Problem;
pub use state::ClusterState;
pub use state::Cohort;
pub use state::ControlPlane;
pub use state::Role;
pub use state::Stage;
pub use stops::NoStop;
pub use stops::Question;
pub use stops::Rejected;
pub use stops::problem;
