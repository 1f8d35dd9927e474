//! What configuration files and config maps say.

use std::collections::BTreeMap;

use super::super::config::ClusterConfiguration;
use super::super::config::ClusterFacts;
use super::super::config::Gates;
use super::super::object::Object;
use super::Source;
use super::Sourced;
use super::once;
use crate::diagnostic::Diagnostic;
use crate::version::MinorVersion;
use crate::yaml;

/// The gates that are set, by name.
type GateMap = BTreeMap<String, bool>;

/// What configuration files and config maps say.
#[derive(Debug, Default)]
pub(in super::super) struct SeenSettings {
    /// `kubeadm-config`.
    pub(in super::super) cluster: Option<Sourced<ClusterFacts>>,
    /// `kube-proxy`.
    pub(in super::super) kube_proxy: Option<Sourced<GateMap>>,
    /// `kubelet-config`, and with the minor behind it in clusters older than 1.24.
    kubelets: BTreeMap<Option<MinorVersion>, Sourced<GateMap>>,
}

impl SeenSettings {
    /// The gates of the kubelets: those of the config map that kubeadm writes today, else of the
    /// newest minor.
    pub(in super::super) fn kubelet(&self) -> Option<&GateMap> {
        let one = self.kubelets.get(&None).or_else(|| self.kubelets.values().next_back());
        one.map(|gates| &gates.value)
    }

    /// One of the three config maps of `kube-system` that kubeadm writes; others are left unread.
    pub(super) fn config_map(
        &mut self,
        object: &Object,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        if object.metadata.namespace != super::SYSTEM {
            return Ok(());
        }
        let name = object.metadata.name.as_str();
        let broken = || {
            Diagnostic::error(format!(
                "the config map `{name}` in `{source}` is not of the form that kubeadm gives it"
            ))
            .help(format!("see it with: kubectl -n kube-system get configmap {name} -o yaml"))
        };
        let data = &object.data;
        match (name, &data.cluster, &data.kubelet, &data.kube_proxy) {
            ("kubeadm-config", Some(text), _, _) => {
                let cluster = yaml::read_unshown(text).map_err(|_| broken())?;
                self.cluster(cluster, source)
            }
            ("kube-proxy", _, _, Some(text)) => {
                self.kube_proxy(yaml::read_unshown(text).map_err(|_| broken())?, source)
            }
            (name, _, Some(text), _) => {
                let minor = match name.strip_prefix("kubelet-config") {
                    Some("") => None,
                    Some(minor) => {
                        Some(minor.trim_start_matches('-').parse().map_err(|_| broken())?)
                    }
                    None => return Ok(()),
                };
                self.kubelet_of(minor, yaml::read_unshown(text).map_err(|_| broken())?, source)
            }
            _ => Ok(()),
        }
    }

    /// `ClusterConfiguration`.
    pub(in super::super) fn cluster(
        &mut self,
        configuration: ClusterConfiguration,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        once(&mut self.cluster, configuration.facts(), source, || {
            "kubeadm's configuration of the cluster is not the same".to_owned()
        })
    }

    /// `KubeProxyConfiguration`.
    pub(in super::super) fn kube_proxy(
        &mut self,
        gates: Gates,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        once(&mut self.kube_proxy, gates.feature_gates.unwrap_or_default(), source, || {
            "the configuration of kube-proxy is not the same".to_owned()
        })
    }

    /// `KubeletConfiguration` as kubeadm keeps it.
    pub(in super::super) fn kubelet_of(
        &mut self,
        minor: Option<MinorVersion>,
        gates: Gates,
        source: &Source,
    ) -> Result<(), Diagnostic> {
        let mut slot = self.kubelets.remove(&minor);
        let kept = once(&mut slot, gates.feature_gates.unwrap_or_default(), source, || {
            "the configuration of the kubelets is not the same".to_owned()
        });
        self.kubelets.extend(slot.map(|gates| (minor, gates)));
        kept
    }
}
