//! Versions out of the tags of images.

use std::str::FromStr;

use crate::version::EtcdVersion;
use crate::version::KubernetesVersion;

/// The tag of an image: `v1.30.4` of `registry.k8s.io/kube-proxy:v1.30.4@sha256:…`. An image that is
/// named by its digest only has none.
pub(super) fn tag(image: &str) -> Option<&str> {
    let named = image.split_once('@').map_or(image, |(named, _)| named);
    let (_, last) = named.rsplit_once('/').unwrap_or(("", named));
    last.split_once(':').map(|(_, tag)| tag).filter(|tag| !tag.is_empty())
}

/// A release as kubelets, tags and API servers name it. A tag cannot hold the `+` of k3s and RKE2,
/// so they write `-` for it, and put a date of their build behind it.
pub(super) fn release(text: &str) -> Option<KubernetesVersion> {
    for vendor in ["-k3s", "-rke2r", "-k0s"] {
        if let Some((release, build)) = text.split_once(vendor) {
            let build = build.split_once("-build").map_or(build, |(build, _)| build);
            let plus = vendor.replacen('-', "+", 1);
            return KubernetesVersion::from_str(&format!("{release}{plus}{build}")).ok();
        }
    }
    text.parse().ok()
}

/// The release in the tag of an image of Kubernetes.
pub(super) fn release_of_image(image: &str) -> Option<KubernetesVersion> {
    release(tag(image)?)
}

/// The release of etcd in the tag of its image: what vendors put behind it is their build of it.
pub(super) fn etcd_of_image(image: &str) -> Option<EtcdVersion> {
    let tag = tag(image)?;
    let release = match tag.split_once('-') {
        Some((release, more))
            if !["alpha", "beta", "rc"].iter().any(|pre| more.starts_with(pre)) =>
        {
            release
        }
        _ => tag,
    };
    release.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::etcd_of_image;
    use super::release_of_image;
    use super::tag;

    #[test]
    fn tags_stand_behind_the_last_colon_of_the_name() {
        for (image, expected) in [
            ("registry.k8s.io/kube-proxy:v1.30.4", Some("v1.30.4")),
            ("registry.k8s.io/kube-proxy:v1.30.4@sha256:00ff", Some("v1.30.4")),
            ("registry.example:5000/kube-proxy@sha256:00ff", None),
            ("registry.example:5000/kube-proxy", None),
            ("kube-proxy:1.30.4", Some("1.30.4")),
            ("sha256:", None),
            ("", None),
        ] {
            assert_eq!(tag(image), expected, "{image}");
        }
    }

    #[test]
    fn builds_of_vendors_are_read() {
        for (image, expected) in [
            ("registry.k8s.io/kube-apiserver:v1.30.4", "v1.30.4"),
            ("rancher/hardened-kubernetes:v1.30.3-rke2r1-build20240717", "v1.30.3+rke2r1"),
            ("rancher/k3s:v1.30.3-k3s1", "v1.30.3+k3s1"),
            ("eks/kube-proxy:v1.29.3-minimal-eksbuild.2", "v1.29.3-minimal-eksbuild.2"),
            ("gke.gcr.io/kube-proxy-amd64:v1.29.4-gke.1043002", "v1.29.4-gke.1043002"),
        ] {
            let version = release_of_image(image).map(|version| version.to_string());
            assert_eq!(version.as_deref(), Some(expected), "{image}");
        }
        assert_eq!(release_of_image("kube-proxy:latest"), None);
    }

    #[test]
    fn etcd_of_vendors_is_read() {
        for (image, expected) in [
            ("registry.k8s.io/etcd:3.5.15-0", "v3.5.15"),
            ("rancher/hardened-etcd:v3.5.13-k3s1-build20240531", "v3.5.13"),
            ("quay.io/coreos/etcd:v3.6.0-rc.3", "v3.6.0-rc.3"),
        ] {
            let version = etcd_of_image(image).map(|version| version.to_string());
            assert_eq!(version.as_deref(), Some(expected), "{image}");
        }
        assert_eq!(etcd_of_image("registry.k8s.io/pause:3.9@sha256:00"), None);
    }
}
