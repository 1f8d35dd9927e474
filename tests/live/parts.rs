//! The real programs: where they lie, and what is said where they are missing.

use std::path::Path;
use std::path::PathBuf;

/// Where `tests/live/build-parts.sh` puts them unless told otherwise.
const DEFAULT: &str = "target/live-parts";

/// The programs that a cluster is made of.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) apiserver: PathBuf,
    pub(crate) etcd: PathBuf,
    /// A real kubectl, for the tests that compare with it.
    pub(crate) kubectl: Option<PathBuf>,
}

impl Parts {
    /// Looks for the programs.
    ///
    /// # Errors
    ///
    /// Says which are missing and how they are built.
    pub(crate) fn find() -> Result<Self, String> {
        let folder = folder();
        let missing: Vec<_> = ["kube-apiserver", "etcd"]
            .into_iter()
            .filter(|name| !folder.join(name).is_file())
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "no {} in {}: build with `tests/live/build-parts.sh`, or name their folder in KUBEHOP_LIVE_PARTS",
                missing.join(" and no "),
                folder.display()
            ));
        }
        let kubectl = folder.join("kubectl");
        Ok(Self {
            apiserver: folder.join("kube-apiserver"),
            etcd: folder.join("etcd"),
            kubectl: kubectl.is_file().then_some(kubectl),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says where the parts lie")]
fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(std::env::var("KUBEHOP_LIVE_PARTS").unwrap_or_else(|_| DEFAULT.to_owned()))
}
