//! The cluster as it will be once its kube-apiservers have moved.

use crate::catalog::Releases;
use crate::cluster::Provider;
use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::version::KubernetesVersion;
use crate::version::VersionRequest;

use super::codes::Code;
use super::report::Draft;
use super::report::Report;
use super::report::Stage;

/// A cluster, as it is or as it is supposed to be.
pub(super) struct Supposition {
    pub(super) inventory: Inventory,
    /// The version that the kube-apiservers are supposed to run.
    pub(super) version: Option<KubernetesVersion>,
    /// How many hops away it is.
    pub(super) hops: i64,
}

/// Moves every kube-apiserver, and under kubeadm the controllers that it moves with them
/// (rule `kubeadm-node-by-node`); everything else stays where it is.
pub(super) fn suppose(
    mut inventory: Inventory,
    next: &VersionRequest,
    releases: &Releases,
) -> Result<Supposition, Diagnostic> {
    let version = match next {
        VersionRequest::Release(version) => version.clone(),
        VersionRequest::Minor(minor) => releases
            .minor(*minor)
            .and_then(|release| release.newest().cloned())
            .unwrap_or_else(|| KubernetesVersion::new(*minor, 0)),
    };
    let oldest = inventory.oldest_apiserver().map(KubernetesVersion::minor);
    if let Some(newest) =
        inventory.newest_apiserver().filter(|newest| version.minor() < newest.minor())
    {
        return Err(Diagnostic::error(format!(
            "`--next {next}` is older than kube-apiserver {newest}, which runs"
        ))
        .help("Kubernetes has no downgrade; name the minor that runs or a later one"));
    }
    let hops = oldest.map_or(0, |oldest| oldest.behind(version.minor()));
    let kubeadm = inventory.provider == Provider::Kubeadm;
    for node in &mut inventory.control_plane {
        node.apiserver = Some(version.clone());
        if kubeadm {
            node.controller_manager = Some(version.clone());
            node.scheduler = Some(version.clone());
        }
    }
    if let Some(recorded) = inventory.kubeadm.as_mut().and_then(|it| it.kubernetes_version.as_mut())
    {
        recorded.clone_from(&version);
    }
    Ok(Supposition { inventory, version: Some(version), hops })
}

/// A supposed version more than one hop away needs the hops between.
pub(super) fn check(version: Option<&KubernetesVersion>, hops: i64, report: &mut Report) {
    let Some(version) = version.filter(|_| hops > 1) else { return };
    let minor = version.minor();
    report.add(
        Draft::new(Code::HopsBetween, format!("kube-apiserver {version}"))
            .says(format!(
                "{minor} is {hops} hops away; kube-apiservers go one minor at a time, and nodes and \
                 clients may have to move in between"
            ))
            .help(format!("take the hops between one by one; `kubehop plan --to {minor}` orders them"))
            .first(Stage::Finish),
    );
}
