//! Which live cluster is read, for every command that looks at one.

use std::path::PathBuf;
use std::time::Duration;

use clap::ArgGroup;
use clap::Args;

/// A live cluster. It is only ever read.
#[derive(Debug, Clone, Default, Args)]
#[command(group(ArgGroup::new("live").args(["context", "kubeconfig", "in_cluster"]).multiple(true)))]
pub(in crate::cli) struct LiveArguments {
    /// Read the live cluster of this context of the kubeconfig, by GET requests only
    #[arg(long, value_name = "CTX", help_heading = "Live cluster")]
    #[cfg_attr(feature = "live", arg(add = crate::cli::live::candidates()))]
    pub(in crate::cli) context: Option<String>,
    /// The kubeconfig; without `--context` its current context is read [default: the files of the
    /// environment variable KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", help_heading = "Live cluster")]
    pub(in crate::cli) kubeconfig: Option<PathBuf>,
    /// Read the cluster that the program runs in, as the service account of its pod
    #[arg(long, help_heading = "Live cluster", conflicts_with_all = ["context", "kubeconfig"])]
    pub(in crate::cli) in_cluster: bool,
    /// The longest that connecting, or any one request, may take: seconds, or such as `90s` or `2m`
    /// [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = time, help_heading = "Live cluster")]
    pub(in crate::cli) timeout: Option<Duration>,
}

/// The longest time that can be asked for: one day.
const MOST_SECONDS: u64 = 24 * 60 * 60;

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let (number, factor) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let seconds = number.parse().ok().and_then(|number: u64| number.checked_mul(factor));
    match seconds {
        Some(seconds @ 1..=MOST_SECONDS) => Ok(Duration::from_secs(seconds)),
        _ => Err("requires seconds from 1 to 86400, or such as `90s` or `2m`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_seconds_or_have_a_unit() {
        for (text, seconds) in [("30", 30), ("90s", 90), ("2m", 120), ("1440m", 86400)] {
            assert_eq!(time(text).unwrap().as_secs(), seconds, "{text}");
        }
        for text in ["0", "", "s", "-1", "1h", "1.5", "86401", "99999999999999999m"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
