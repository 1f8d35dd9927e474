//! Image tags that kubeadm-config pins: kubeadm keeps them, whatever it would deploy.

use crate::diagnostic::Diagnostic;
use crate::version::EtcdVersion;

use super::super::codes::Code;
use super::super::report::Draft;
use super::super::report::Report;
use super::super::report::Stage;
use super::super::scene::Scene;

const SOURCE: &str = "https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-ImageMeta";

pub(super) fn check(scene: &Scene<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let (Some(kubeadm), Some(release)) = (&scene.inventory.kubeadm, scene.next_release()) else {
        return Ok(());
    };
    let minor = release.minor();
    let pin = |what: &str, tag: &str, newer: &str| {
        Draft::new(Code::ImagePin, format!("kubeadm-config: imageTag of {what}"))
            .says(format!(
                "the image tag of {what} is pinned to {tag}; kubeadm {minor} would deploy {newer} and \
                 keeps the pin instead"
            ))
            .help(format!(
                "remove the pin before the hop to {minor}, or set it to {newer} on purpose: `kubectl -n \
                 kube-system edit configmap kubeadm-config`"
            ))
            .source(SOURCE)
    };
    let matrix = scene.catalog.etcd()?;
    if let Some((tag, default)) =
        kubeadm.image_tags.get("etcd").zip(matrix.kubeadm_default(release))
        && let Ok(pinned) = tag.parse::<EtcdVersion>()
        && pinned < default.version
    {
        let least = matrix.stacked_minimum(minor).map(|rule| &rule.etcd);
        let draft = pin("etcd", tag, &default.version.to_string());
        let blocks = least.is_some_and(|least| pinned < *least);
        report.add(if blocks { draft.first(Stage::Configuration) } else { draft });
    }
    let dns = scene.catalog.components()?.coredns(release);
    if let Some((tag, default)) = kubeadm.image_tags.get("dns").zip(dns)
        && is_older(tag, &default.tag)
    {
        report.add(pin("dns", tag, &default.tag));
    }
    Ok(())
}

/// Whether a tag such as `v1.9.3` is older than another; `false` where they do not compare.
fn is_older(tag: &str, than: &str) -> bool {
    let numbers = |text: &str| {
        let parts = text.trim_start_matches('v').split('.');
        parts.map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>()
    };
    numbers(tag).zip(numbers(than)).is_some_and(|(tag, than)| tag < than)
}

#[cfg(test)]
mod tests {
    use super::is_older;

    #[test]
    fn tags_compare_as_numbers_or_not_at_all() {
        for (tag, than, expected) in [
            ("v1.9.3", "v1.10.1", true),
            ("1.8.6", "v1.10.1", true),
            ("v1.11.1", "v1.10.1", false),
            ("v1.10.1", "v1.10.1", false),
            ("custom", "v1.10.1", false),
            ("v1.9.3-acme", "v1.10.1", false),
        ] {
            assert_eq!(is_older(tag, than), expected, "{tag}");
        }
    }
}
