//! What is permitted: the version skew policy of Kubernetes, and the tighter rules of the tool.
//!
//! Every rule has an id, a source and the releases it holds for. The numbers are values of
//! [`VersionSkewPolicy`] and [`ToolRules`], never bare numbers in a branch, so that a stricter
//! policy can be tried. Who may move when is not decided here: `search` and `verify` each read these
//! values on their own.

mod rules;
mod skew;
mod tool;

pub use rules::Layer;
pub use rules::Rule;
pub use rules::RuleId;
pub use rules::all as all_rules;
pub use rules::find as find_rule;
pub use skew::Excess;
pub use skew::OldSubject;
pub use skew::SkewRule;
pub use skew::VersionSkewPolicy;
pub use tool::KubeletWindow;
pub use tool::ToolRules;
