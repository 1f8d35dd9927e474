//! Why a step stands where it stands: a rule, applied.

use crate::plan::Reason;
use crate::policy::RuleId;

/// A rule applied to a step.
pub(super) fn because(rule: RuleId, text: impl Into<String>) -> Reason {
    Reason {
        rule: rule.name().to_owned(),
        text: text.into(),
        source: rule.rule().source.to_owned(),
    }
}

/// A rule in its own words.
pub(super) fn plainly(rule: RuleId) -> Reason {
    because(rule, rule.rule().text)
}
