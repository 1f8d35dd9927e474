//! The configuration of kubeadm, the kubelet and kube-proxy: what an upgrade must know of it.
//!
//! Values of flags are read and dropped, save those that list gates, plugins or APIs.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use crate::inventory::KubeadmConfig;

/// `kind: ClusterConfiguration`, of `kubeadm.k8s.io/v1beta1` to `v1beta4`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClusterConfiguration {
    api_version: Option<String>,
    kubernetes_version: Option<String>,
    cluster_name: Option<String>,
    control_plane_endpoint: Option<String>,
    feature_gates: Option<BTreeMap<String, bool>>,
    etcd: Option<EtcdConfiguration>,
    dns: Option<Image>,
    api_server: Option<Part>,
    controller_manager: Option<Part>,
    scheduler: Option<Part>,
}

#[derive(Debug, Deserialize)]
struct EtcdConfiguration {
    local: Option<LocalEtcd>,
    external: Option<ExternalEtcd>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocalEtcd {
    image_tag: Option<String>,
    extra_args: Option<Flags>,
}

#[derive(Debug, Deserialize)]
struct ExternalEtcd {
    endpoints: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_tag: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    extra_args: Option<Flags>,
}

/// `kind: KubeletConfiguration` or `KubeProxyConfiguration`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Gates {
    pub(super) feature_gates: Option<BTreeMap<String, bool>>,
}

/// Flags: a map up to v1beta3, a list of names and values from v1beta4 on.
#[derive(Debug, Default)]
struct Flags {
    names: BTreeSet<String>,
    /// The values of [`LISTS`] only.
    lists: BTreeMap<String, Vec<String>>,
}

/// The flags whose value is a list of gates, plugins or APIs.
const LISTS: [&str; 5] = [
    "feature-gates",
    "enable-admission-plugins",
    "disable-admission-plugins",
    "admission-control",
    "runtime-config",
];

impl Flags {
    fn add(&mut self, name: String, value: &str) {
        if LISTS.contains(&name.as_str()) {
            let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            self.lists.entry(name.clone()).or_default().extend(entries.map(str::to_owned));
        }
        self.names.insert(name);
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.lists.get(name).into_iter().flatten().map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Flag {
            name: String,
            #[serde(default)]
            value: Option<Scalar>,
        }

        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Flags;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a mapping or a list of flags")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flags, A::Error> {
                let mut flags = Flags::default();
                while let Some((name, value)) = map.next_entry::<String, Option<Scalar>>()? {
                    flags.add(name, &value.unwrap_or_default().0);
                }
                Ok(flags)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Flags, A::Error> {
                let mut flags = Flags::default();
                while let Some(Flag { name, value }) = list.next_element()? {
                    flags.add(name, &value.unwrap_or_default().0);
                }
                Ok(flags)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A value of a flag: a text in files of kubeadm, a number or a word where a person left the quotes
/// out.
#[derive(Debug, Default)]
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("the value of a flag")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            // No list of gates is a number or a single word of YAML.
            fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
                Ok(Scalar::default())
            }

            fn visit_i64<E>(self, _: i64) -> Result<Scalar, E> {
                Ok(Scalar::default())
            }

            fn visit_u64<E>(self, _: u64) -> Result<Scalar, E> {
                Ok(Scalar::default())
            }

            fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
                Ok(Scalar::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// What the configuration of a cluster says beside what [`KubeadmConfig`] holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClusterFacts {
    /// What the inventory holds of it.
    pub(super) config: KubeadmConfig,
    /// The name of the cluster.
    pub(super) name: Option<String>,
    /// Where clients reach the API.
    pub(super) endpoint: Option<String>,
    /// Where clients reach an etcd that kubeadm does not run.
    pub(super) external_etcd: Option<Vec<String>>,
}

impl ClusterConfiguration {
    pub(super) fn facts(self) -> ClusterFacts {
        let Self {
            api_version,
            kubernetes_version,
            cluster_name,
            control_plane_endpoint,
            feature_gates,
            etcd,
            dns,
            api_server,
            controller_manager,
            scheduler,
        } = self;
        let mut config = KubeadmConfig {
            api_version,
            kubernetes_version: kubernetes_version.as_deref().and_then(|text| text.parse().ok()),
            ..KubeadmConfig::default()
        };
        config.set_gates("kubeadm", feature_gates.unwrap_or_default());
        let (local, external) = etcd.map_or((None, None), |etcd| (etcd.local, etcd.external));
        let (etcd_tag, etcd_flags) =
            local.map_or((None, None), |etcd| (etcd.image_tag, etcd.extra_args));
        for (name, tag) in [("etcd", etcd_tag), ("dns", dns.and_then(|dns| dns.image_tag))] {
            if let Some(tag) = tag.filter(|tag| !tag.is_empty()) {
                config.image_tags.insert(name.to_owned(), tag);
            }
        }
        let flags = |part: Option<Part>| part.and_then(|part| part.extra_args);
        for (component, flags) in [
            ("etcd", etcd_flags),
            ("kube-apiserver", flags(api_server)),
            ("kube-controller-manager", flags(controller_manager)),
            ("kube-scheduler", flags(scheduler)),
        ] {
            config.set_flags(component, flags.unwrap_or_default());
        }
        ClusterFacts {
            config,
            name: cluster_name.filter(|name| !name.is_empty()),
            endpoint: control_plane_endpoint.filter(|endpoint| !endpoint.is_empty()),
            external_etcd: external.map(|external| external.endpoints.unwrap_or_default()),
        }
    }
}

impl KubeadmConfig {
    /// Sets the gates of a component, where there are any.
    pub(super) fn set_gates(&mut self, component: &str, gates: BTreeMap<String, bool>) {
        if !gates.is_empty() {
            self.feature_gates.entry(component.to_owned()).or_default().extend(gates);
        }
    }

    fn set_flags(&mut self, component: &str, flags: Flags) {
        let gates = flags.list("feature-gates").filter_map(|entry| {
            let (gate, value) = entry.split_once('=')?;
            Some((gate.to_owned(), value.parse().ok()?))
        });
        self.set_gates(component, gates.collect());
        for name in ["enable-admission-plugins", "disable-admission-plugins", "admission-control"] {
            self.admission_plugins.extend(flags.list(name).map(str::to_owned));
        }
        let apis = flags.list("runtime-config");
        let apis = apis.map(|entry| entry.split_once('=').map_or(entry, |(api, _)| api).to_owned());
        self.runtime_config.extend(apis);
        if !flags.names.is_empty() {
            self.flags.insert(component.to_owned(), flags.names);
        }
    }
}
