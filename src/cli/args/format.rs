//! The forms of answers.

use clap::ValueEnum;

/// The forms of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PlanFormat {
    /// A table for the terminal
    #[default]
    Summary,
    /// The plan document as YAML
    Yaml,
    /// The plan document as JSON
    Json,
    /// The runbook as Markdown
    Md,
}

/// The forms of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FindingsFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
    /// YAML
    Yaml,
    /// Markdown, for a ticket
    Md,
}

/// Text or JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TextFormat {
    /// Text for the terminal
    #[default]
    Text,
    /// JSON
    Json,
}

/// The forms of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TableFormat {
    /// A table for the terminal
    #[default]
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

/// The forms of data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DataFormat {
    /// YAML
    #[default]
    Yaml,
    /// JSON
    Json,
}

/// From which weight on findings are a no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Warnings and errors
    Warning,
    /// Nothing
    Never,
}
