//! The lines in which our script writes objects: fields separated by tabs.
//!
//! Lists inside of a field are separated by blanks, which no name, label, taint or image has.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::inventory::collect::Kind;
use crate::inventory::collect::object::Address;
use crate::inventory::collect::object::Condition;
use crate::inventory::collect::object::Container;
use crate::inventory::collect::object::NodeInfo;
use crate::inventory::collect::object::Object;
use crate::inventory::collect::object::Taint;

/// The fields of one line, in order.
struct Fields<'a>(std::str::Split<'a, char>);

impl<'a> Fields<'a> {
    fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// An empty number is 0, as it is where Kubernetes leaves it out.
    fn number(&mut self) -> Option<i64> {
        match self.text()? {
            "" => Some(0),
            text => text.parse().ok(),
        }
    }

    /// Whether anything stands there.
    fn mark(&mut self) -> Option<bool> {
        self.text().map(|text| !text.is_empty())
    }

    /// `KEY=VALUE` for each entry.
    fn pairs(&mut self) -> Option<impl Iterator<Item = (String, String)> + use<'a>> {
        let entries = self.text()?.split_ascii_whitespace();
        Some(entries.filter_map(|entry| {
            entry.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()))
        }))
    }

    fn labels(&mut self) -> Option<BTreeMap<String, String>> {
        self.pairs().map(Iterator::collect)
    }

    fn containers(&mut self) -> Option<Vec<Container>> {
        Some(self.pairs()?.map(|(name, image)| Container { name, image }).collect())
    }

    /// `KEY=VALUE:EFFECT` for each taint.
    fn taints(&mut self) -> Option<Vec<Taint>> {
        let taints = self.pairs()?.map(|(key, rest)| {
            let (value, effect) = rest.rsplit_once(':').unwrap_or((&rest, ""));
            Taint { key, value: value.to_owned(), effect: effect.to_owned() }
        });
        Some(taints.collect())
    }

    fn node_info(&mut self) -> Option<NodeInfo> {
        Some(NodeInfo {
            kubelet_version: self.owned()?,
            os_image: self.owned()?,
            kernel_version: self.owned()?,
            container_runtime_version: self.owned()?,
            architecture: self.owned()?,
        })
    }
}

/// The object that a line tells of; `None` where a field is missing.
pub(super) fn object(kind: Kind, line: &str) -> Option<Object> {
    let mut fields = Fields(line.split('\t'));
    let mut object = Object::default();
    let Object { metadata, spec, status, .. } = &mut object;
    metadata.name = fields.owned()?;
    metadata.uid = fields.owned()?;
    match kind {
        Kind::Node => {
            metadata.labels = fields.labels()?;
            metadata.annotations.kubeadm = fields.mark()?.then_some(IgnoredAny);
            spec.unschedulable = fields.text()? == "true";
            spec.taints = fields.taints()?;
            status.conditions = vec![Condition {
                name: "Ready".to_owned(),
                status: fields.owned()?,
                last_heartbeat_time: fields.owned()?,
            }];
            let addresses = fields.text()?.split_ascii_whitespace().map(str::to_owned);
            status.addresses = addresses.map(|address| Address { address }).collect();
            status.node_info = Some(fields.node_info()?);
        }
        Kind::Pod => {
            metadata.namespace = fields.owned()?;
            metadata.labels = fields.labels()?;
            metadata.deletion_timestamp = fields.mark()?.then_some(IgnoredAny);
            spec.node_name = fields.owned()?;
            status.phase = fields.owned()?;
            spec.containers = fields.containers()?;
            status.container_statuses = fields.containers()?;
        }
        Kind::DaemonSet | Kind::Deployment => {
            metadata.namespace = fields.owned()?;
            metadata.generation = fields.number()?;
            status.observed_generation = fields.number()?;
            status.desired_number_scheduled = fields.number()?;
            status.updated_number_scheduled = fields.number()?;
            spec.template.spec.containers = fields.containers()?;
        }
        _ => {}
    }
    Some(object)
}
