//! What several commands take: data and templates of one's own.

use std::path::PathBuf;

use clap::Args;

/// Data laid over the embedded catalog.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct DataArguments {
    /// Lay an etcd matrix of your own over the embedded one (kind: `EtcdMatrix`); repeatable
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(in crate::cli) etcd_matrix: Vec<PathBuf>,
    /// Lay catalog data of your own over the embedded data (kind: Catalog); repeatable
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(in crate::cli) catalog: Vec<PathBuf>,
}

/// Templates of one's own.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct TemplateArguments {
    /// Use this template (minijinja) instead of the built-in runbook; it may extend
    /// `builtin/runbook.md.j2`, for `-o html` `builtin/runbook.html.j2`
    #[arg(long, value_name = "FILE", help_heading = "Templates")]
    pub(in crate::cli) template: Option<PathBuf>,
    /// Look for templates in this directory before the built-in ones
    #[arg(long, value_name = "DIR", help_heading = "Templates")]
    pub(in crate::cli) templates: Option<PathBuf>,
}
