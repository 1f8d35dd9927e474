//! Reading a live cluster: the environment, the clock and the terminal go in, an inventory comes out.

use crate::diagnostic::Diagnostic;
use crate::inventory::collect::Observations;

use super::args::LiveArguments;
use super::printer::Printer;

/// What the cluster is called and what it said.
pub(super) struct Seen {
    /// The name of the context.
    pub(super) context: Option<String>,
    /// What it said.
    pub(super) observations: Observations,
}

/// Without the feature nothing can be read.
#[cfg(not(feature = "live"))]
pub(super) fn read(
    _: &LiveArguments,
    _: Observations,
    _: &mut Printer,
) -> Result<Seen, Diagnostic> {
    Err(without().help(
        "build it with the cargo feature `live`, which is on by default, or read what kubectl \
         prints: kubehop inventory --from-dump PATH",
    ))
}

#[cfg(not(feature = "live"))]
pub(super) fn without() -> Diagnostic {
    Diagnostic::error("this kubehop was built without reading of live clusters")
}

#[cfg(feature = "live")]
pub(super) use with_the_feature::access;
#[cfg(feature = "live")]
pub(super) use with_the_feature::candidates;
#[cfg(feature = "live")]
pub(super) use with_the_feature::now;
#[cfg(feature = "live")]
pub(super) use with_the_feature::read;

/// The present moment: nothing is read at any.
#[cfg(not(feature = "live"))]
pub(super) fn now() -> Option<jiff::Timestamp> {
    None
}

#[cfg(feature = "live")]
mod with_the_feature {
    use std::io::IsTerminal as _;
    use std::path::PathBuf;
    use std::time::Duration;

    use clap_complete::ArgValueCandidates;
    use clap_complete::CompletionCandidate;
    use indicatif::ProgressBar;
    use indicatif::ProgressDrawTarget;
    use indicatif::ProgressStyle;
    use jiff::Timestamp;

    use super::Diagnostic;
    use super::LiveArguments;
    use super::Observations;
    use super::Printer;
    use super::Seen;
    use crate::inventory::Unknown;
    use crate::live;
    use crate::live::Access;
    use crate::live::Cluster;
    use crate::live::Files;
    use crate::live::Login;
    use crate::live::ProxySettings;

    /// As long as kubectl waits for a connection.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// Reads the cluster that the flags name, or that of the current context.
    pub(in crate::cli) fn read(
        arguments: &LiveArguments,
        observations: Observations,
        printer: &mut Printer,
    ) -> Result<Seen, Diagnostic> {
        let access = access(arguments);
        let cluster = Cluster::open(&access)?;
        let context = cluster.context().map(str::to_owned);
        if let (None, Some(context)) = (&arguments.context, &context) {
            printer.note(&format!(
                "reading the cluster of the current context `{context}` at {}",
                cluster.server()
            ));
        }
        let mut sink = Sink { observations, unknowns: Vec::new() };
        let mut progress = Progress::new(printer.is_quiet());
        let read = cluster.read(&mut sink, &mut progress);
        progress.0.finish_and_clear();
        read?;
        for unknown in &sink.unknowns {
            printer.diagnostic(&warning(unknown));
        }
        Ok(Seen { context, observations: sink.observations })
    }

    /// The present moment, as the time when a live cluster was looked at.
    #[expect(clippy::disallowed_methods, reason = "the clock is read here and passed on")]
    pub(in crate::cli) fn now() -> Option<Timestamp> {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second()).ok()
    }

    /// The contexts, for completion.
    pub(in crate::cli) fn candidates() -> ArgValueCandidates {
        ArgValueCandidates::new(|| {
            let contexts = live::contexts(&files(None)).map(|(contexts, _)| contexts);
            contexts.unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
        })
    }

    /// How the API server is reached: the flags, the environment and the clock.
    pub(in crate::cli) fn access(arguments: &LiveArguments) -> Access {
        let LiveArguments { context, kubeconfig, in_cluster, timeout } = arguments;
        let login = if *in_cluster {
            Login::InCluster
        } else {
            Login::Kubeconfig { files: files(kubeconfig.clone()), context: context.clone() }
        };
        let either = |upper: &str, lower: &str| variable(upper).or_else(|| variable(lower));
        Access {
            login,
            timeout: timeout.unwrap_or(TIMEOUT),
            proxy: ProxySettings {
                https: either("HTTPS_PROXY", "https_proxy"),
                http: either("HTTP_PROXY", "http_proxy"),
                none: either("NO_PROXY", "no_proxy"),
            },
            now: now().unwrap_or_default(),
            interactive: std::io::stdin().is_terminal(),
        }
    }

    /// The kubeconfig, where kubectl would look for it.
    fn files(named: Option<PathBuf>) -> Files {
        if let Some(path) = named {
            return Files::Named(path);
        }
        let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
        let listed: Vec<PathBuf> =
            std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
        if listed.is_empty() {
            Files::Usual(
                std::env::home_dir().map(|home| home.join(".kube/config")).into_iter().collect(),
            )
        } else {
            Files::Usual(listed)
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the environment is read here and passed on")]
    fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn warning(unknown: &Unknown) -> Diagnostic {
        let Unknown { id, text, settle } = unknown;
        let mut help = format!("who may, finds out with: {settle}");
        if id.starts_with("not-permitted") {
            help.push_str("; the permission for all is printed by: kubehop inventory --rbac");
        }
        Diagnostic::warning(text.clone()).help(help)
    }

    /// What was read goes to the readers of dumps.
    struct Sink {
        observations: Observations,
        unknowns: Vec<Unknown>,
    }

    impl live::Sink for Sink {
        fn answer(&mut self, source: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
            self.observations.read(source, bytes).map(drop)
        }

        fn unknown(&mut self, unknown: Unknown) {
            self.observations.unknown(unknown.clone());
            self.unknowns.push(unknown);
        }
    }

    /// A line on standard error that moves, where that is a terminal.
    struct Progress(ProgressBar);

    impl Progress {
        fn new(quiet: bool) -> Self {
            let target =
                if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let bar = ProgressBar::with_draw_target(None, target)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            if !bar.is_hidden() {
                bar.enable_steady_tick(Duration::from_millis(100));
            }
            Self(bar)
        }
    }

    impl live::Progress for Progress {
        fn reading(&mut self, what: &str, objects: usize) {
            let count = if objects == 0 { String::new() } else { format!(": {objects}") };
            self.0.set_message(format!("reading {what}{count}"));
        }
    }
}
