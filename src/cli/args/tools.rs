//! `kubehop schema`, `completions` and `man`.

use clap::Args;
use clap::ValueEnum;

/// `kubehop schema`
#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArguments {
    /// The document
    #[arg(value_enum, value_name = "DOCUMENT")]
    pub(in crate::cli) document: Document,
}

/// `kubehop completions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop completions bash > /etc/bash_completion.d/kubehop
  kubehop completions zsh > ~/.zfunc/_kubehop
  kubehop completions kubectl > ~/.local/bin/kubectl_complete-hop    for `kubectl hop`")]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell, or `kubectl` for the program by which kubectl completes a plugin
    #[arg(value_enum, value_name = "SHELL")]
    pub(in crate::cli) shell: ShellArgument,
}

/// Whoever completes words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShellArgument {
    /// Bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// `PowerShell`
    #[value(name = "powershell")]
    PowerShell,
    /// Zsh
    Zsh,
    /// kubectl (1.26 or later): an executable `kubectl_complete-hop` in `PATH`
    Kubectl,
}

/// `kubehop man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  kubehop man > kubehop.1
  kubehop man plan > kubehop-plan.1")]
pub(in crate::cli) struct ManArguments {
    /// The command [default: the program itself]
    #[arg(value_name = "COMMAND")]
    pub(in crate::cli) command: Option<String>,
}

/// A document with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Document {
    /// A plan
    Plan,
    /// An inventory
    Inventory,
    /// An etcd matrix
    Matrix,
    /// Catalog data
    Catalog,
    /// What was done of a plan
    Record,
    /// Accepted findings of an audit
    Baseline,
    /// A calendar: when work may happen
    Calendar,
    /// A profile: durations of one's own
    Estimates,
    /// A policy: an organisation's own rules for plans
    Policy,
    /// A list of steps for `kubehop lint`
    Steps,
}
