//! The verdict, its reasons, and what people have decided.

use jiff::Timestamp;
use serde::Serialize;

/// Whether the plan may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing stands against it.
    Approve,
    /// It may, once the reasons are settled.
    Conditions,
    /// It must not; it has to be made anew or mended.
    Reject,
}

impl Verdict {
    /// The word, as documents spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Conditions => "conditions",
            Self::Reject => "reject",
        }
    }
}

/// Why the verdict is not an approval: the findings of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What it leads to.
    pub verdict: Verdict,
    /// The code of the findings.
    pub code: &'static str,
    /// What the code says, in a few words.
    pub title: &'static str,
    /// Each of them.
    pub items: Vec<ReasonItem>,
}

/// One finding behind a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReasonItem {
    /// What it concerns.
    pub subject: String,
    /// What stands against the plan.
    pub text: String,
    /// What settles it.
    pub to_do: String,
}

/// The policy, and how far it is met by people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyFacts {
    /// Its name.
    pub name: String,
    /// The approvals that it asks for.
    pub approvals: Vec<ApprovalRow>,
}

/// An approval that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalRow {
    /// The role or the person.
    pub role: String,
    /// Who has given it; none where it is missing.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// What changed since the plan before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The name of the plan before.
    pub plan: String,
    /// Whether nothing changed.
    pub equal: bool,
    /// What changed, a line each.
    pub changes: Vec<String>,
}
