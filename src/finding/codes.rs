//! What is known of a code, and the macro that makes a table of them.
//!
//! Each check has a table of its own (`verify`, `audit`, `review`, `lint`, `estimate`); `docs/findings.md` has a section for every
//! code of all tables, which `tests/findings.rs` holds.

use crate::diagnostic::Severity;
use crate::policy::RuleId;

/// The reference page, which holds a section for each code.
const PAGE: &str = include_str!("../../docs/findings.md");

/// What is known of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The stable code, such as `SKEW003`.
    pub code: &'static str,
    /// How much a finding with it weighs, as a rule; the reference page names the exceptions.
    pub severity: Severity,
    /// What it says, in a few words.
    pub title: &'static str,
    /// The rule behind it; `None` for a rule of the document itself.
    pub rule: Option<RuleId>,
}

impl CodeEntry {
    /// The section of the reference page: what, why, an example, what to do. Markdown, without its
    /// heading.
    pub fn section(&self) -> &'static str {
        let heading = format!("## {}: ", self.code);
        let Some(start) = PAGE.find(&heading) else { return "" };
        let section = &PAGE[start..];
        let section = section.split_once('\n').map_or("", |(_, body)| body);
        section.find("\n## ").map_or(section, |end| &section[..end]).trim()
    }

    /// Where the rule behind it is known from; empty without a rule, or where the source is no page.
    pub fn source(&self) -> &'static str {
        let source = self.rule.map(|rule| rule.rule().source);
        source.filter(|at| at.starts_with("http")).unwrap_or_default()
    }
}

/// A table of codes: the enum `Code` with its `entry`, and `codes()`, which lists the table.
macro_rules! codes {
    ($($variant:ident = $code:literal, $severity:ident, $rule:expr, $title:literal;)+) => {
        /// A kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Code {
            $(#[doc = $title] $variant),+
        }

        const ALL: &[Code] = &[$(Code::$variant),+];

        impl Code {
            /// Everything that is known of the code.
            pub(super) const fn entry(self) -> $crate::finding::CodeEntry {
                match self {
                    $(Self::$variant => $crate::finding::CodeEntry {
                        code: $code,
                        severity: $crate::diagnostic::Severity::$severity,
                        title: $title,
                        rule: $rule,
                    }),+
                }
            }
        }

        impl std::fmt::Display for Code {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.entry().code)
            }
        }

        /// Every code of this table, in the order of the reference page.
        pub fn codes() -> impl Iterator<Item = $crate::finding::CodeEntry> {
            ALL.iter().map(|code| code.entry())
        }
    };
}
pub(crate) use codes;
