//! A symbol and a colour for each weight: the colour never carries the meaning alone.

use anstyle::AnsiColor;
use anstyle::Style;

use crate::audit::Verdict;
use crate::diagnostic::Severity;

/// What a line is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Good,
    Warn,
    Bad,
    Unknown,
    Note,
}

impl Symbol {
    const ALL: [Self; 5] = [Self::Good, Self::Warn, Self::Bad, Self::Unknown, Self::Note];

    /// One column wide.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Warn => "!",
            Self::Bad => "✗",
            Self::Unknown => "?",
            Self::Note => "·",
        }
    }

    const fn style(self) -> Style {
        let color = match self {
            Self::Good => AnsiColor::Green,
            Self::Warn => AnsiColor::Yellow,
            Self::Bad => AnsiColor::Red,
            Self::Unknown => AnsiColor::Magenta,
            Self::Note => AnsiColor::Cyan,
        };
        color.on_default().bold()
    }

    /// Paints the symbol that a line starts with. Whoever prints strips colours where none are wanted.
    pub(super) fn paint(line: &str) -> String {
        let start = line.trim_start();
        let indent = &line[..line.len() - start.len()];
        for symbol in Self::ALL {
            if let Some(rest) = start.strip_prefix(symbol.text()).filter(|it| it.starts_with(' ')) {
                let style = symbol.style();
                return format!("{indent}{style}{}{style:#}{rest}", symbol.text());
            }
        }
        line.to_owned()
    }
}

impl From<Verdict> for Symbol {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ok => Self::Good,
            Verdict::Warn => Self::Warn,
            Verdict::Bad => Self::Bad,
            Verdict::Unknown => Self::Unknown,
        }
    }
}

impl From<Severity> for Symbol {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Bad,
            Severity::Warning => Self::Warn,
            Severity::Info => Self::Note,
        }
    }
}
