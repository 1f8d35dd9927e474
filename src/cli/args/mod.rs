//! The flags, as they are typed. The doc comments are the help text.

mod audit;
mod catalog;
mod check;
mod data;
mod estimate;
mod format;
mod inventory;
mod life;
mod lint;
mod live;
mod plan;
mod record;
mod review;
mod schedule;
mod source;
mod tools;
mod view;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

pub(super) use audit::AuditArguments;
pub(super) use audit::AuditFormat;
pub(super) use catalog::CatalogArguments;
pub(super) use catalog::CatalogCommand;
pub(super) use check::CheckArguments;
pub(super) use data::DataArguments;
pub(super) use data::TemplateArguments;
pub(super) use estimate::EstimateArguments;
pub(super) use estimate::EstimateFormat;
pub(super) use format::DataFormat;
pub(super) use format::FailOn;
pub(super) use format::FindingsFormat;
pub(super) use format::PlanFormat;
pub(super) use format::ReportFormat;
pub(super) use format::TableFormat;
pub(super) use format::TextFormat;
pub(super) use inventory::InventoryArguments;
pub(super) use life::DiffArguments;
pub(super) use life::StatusArguments;
pub(super) use lint::LintArguments;
pub(super) use lint::LintFormat;
pub(super) use live::LiveArguments;
pub(super) use plan::OsArgument;
pub(super) use plan::PlanArguments;
pub(super) use plan::ProviderArgument;
pub(super) use plan::StrategyArgument;
pub(super) use plan::TopologyArgument;
pub(super) use record::RecordArguments;
pub(super) use record::RecordFormat;
pub(super) use review::FailOnVerdict;
pub(super) use review::ReviewArguments;
pub(super) use review::ReviewFormat;
pub(super) use schedule::ScheduleArguments;
pub(super) use source::ObservedArguments;
pub(super) use source::SourceArguments;
pub(super) use tools::CompletionsArguments;
pub(super) use tools::Document;
pub(super) use tools::ManArguments;
pub(super) use tools::SchemaArguments;
pub(super) use tools::ShellArgument;
pub(super) use view::ExplainArguments;
pub(super) use view::RenderArguments;
pub(super) use view::VerifyArguments;

/// Plans Kubernetes upgrades: one minor at a time, every step proven, as a runbook
///
/// Given what runs now and a target, kubehop searches the legal way there, one minor at a time, in
/// the order etcd, kube-apiserver, kube-controller-manager and kube-scheduler, kubelet and
/// kube-proxy, kubectl, and writes it down with commands, checkpoints and ways back. It reads; it
/// never changes a cluster.
#[derive(Debug, Parser)]
#[command(
    name = "kubehop",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Examples:
  kubehop plan --from 1.27 --to 1.30                        a summary of the way
  kubehop plan --from 1.27 --to 1.30 -o md > runbook.md     the runbook
  kubehop inventory --context prod > prod.yaml              an inventory of a live cluster
  kubehop plan --inventory prod.yaml --to 1.33 -o yaml      the plan, to keep and review
  kubehop verify plan.yaml --inventory prod.yaml            is it sound, does it still fit
  kubehop audit --context prod                              may the next upgrade start
  kubehop status plan.yaml --context prod                   where does the upgrade stand

Exit codes: 0 done; 1 the answer is no (no legal path, findings, a difference); 2 wrong usage or input, failure."
)]
pub(super) struct Arguments {
    /// When to use colour: on a terminal unless `NO_COLOR` is set, always, or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
    /// Print no notes on standard error, only errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a plan from what runs now to a target
    Plan(Box<PlanArguments>),
    /// Make an inventory of a live cluster, or from what kubectl and etcdctl print
    Inventory(Box<InventoryArguments>),
    /// Show a plan as a runbook, a summary, YAML or JSON
    Render(Box<RenderArguments>),
    /// Replay a plan step by step and prove that every moment of it is legal
    Verify(Box<VerifyArguments>),
    /// Look at a cluster before an upgrade: is it in a state from which one may start
    Audit(Box<AuditArguments>),
    /// Ask a live cluster whether the checkpoints of a step hold
    ///
    /// What can be asked of the Kubernetes API is asked, by GET requests only; what needs a shell on a
    /// node or a person is listed with its command. Secrets are never read.
    Check(Box<CheckArguments>),
    /// Sign steps of a plan off, and report what was done, by whom, and how long it took
    ///
    /// The record stands beside the plan (plan.yaml: plan.record.yaml) and only grows: a later sign-off
    /// of a step takes the place of an earlier one, and both stay. Several people may sign at once.
    /// Nothing is ever written to the plan or to a cluster.
    Record(Box<RecordArguments>),
    /// Say what differs between two plans, by what is done
    Diff(DiffArguments),
    /// Say where a plan stands: what is done, what is next, what contradicts it
    Status(Box<StatusArguments>),
    /// Estimate how long a plan takes, and when it can happen
    Estimate(Box<EstimateArguments>),
    /// Review a plan for a decision: verdict with reasons, risk, drift, common mistakes, your own rules
    Review(Box<ReviewArguments>),
    /// Replay somebody else's plan, given as a list of steps, and say everything that is wrong with it
    Lint(LintArguments),
    /// Explain a rule, a finding, or why a step of a plan stands where it stands
    Explain(ExplainArguments),
    /// Look at the data on releases, etcd, skew and hazards, or check data of your own
    Catalog(CatalogArguments),
    /// Print the JSON Schema of a document
    Schema(SchemaArguments),
    /// Print the completion script of a shell
    Completions(CompletionsArguments),
    /// Print the manual page, of the program or of one command
    Man(ManArguments),
}
