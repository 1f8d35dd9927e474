//! The file: a list of steps on an inventory.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de;

use crate::component::Component;
use crate::component::ComponentVersion;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::diagnostic::SourceFile;
use crate::inventory::Inventory;
use crate::inventory::InventoryDocument;
use crate::name::InstanceName;
use crate::version::VersionRequest;
use crate::yaml;

use super::Listed;

/// A list of steps on an inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepList {
    /// `kubehop.dev/v1alpha1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_version: Option<ApiVersion>,
    /// `StepList`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<Kind>,
    /// What runs before the first step: a whole inventory.
    inventory: InventoryDocument,
    /// Where everything must be after the last step: a minor such as `1.30`, or a release.
    to: Target,
    /// The steps, in the order in which they are done.
    steps: Vec<ListedStep>,
}

/// The one version of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum ApiVersion {
    /// The first one.
    #[serde(rename = "kubehop.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of this document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Kind {
    /// A list of steps.
    StepList,
}

/// A version change on some targets, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedStep {
    /// What changes.
    pub(super) component: Component,
    /// The version before; where targets differ, the oldest.
    pub(super) from: ComponentVersion,
    /// The version after.
    pub(super) to: ComponentVersion,
    /// Nodes, etcd members or clients, as the inventory names them. kube-proxy under kubeadm moves on all
    /// nodes at once and needs none.
    #[serde(default)]
    pub(super) targets: Vec<InstanceName>,
}

/// The target: a minor or a release.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target(VersionRequest);

impl Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TargetVisitor;
        impl de::Visitor<'_> for TargetVisitor {
            type Value = Target;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a version such as \"1.30\" or v1.30.4")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Target, E> {
                text.parse().map(Target).map_err(E::custom)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Target, E> {
                Err(E::custom(format_args!(
                    "a bare version is the number {number} to YAML (so 1.30 would become 1.3); \
                     requires a text such as \"1.30\" or v1.30.4"
                )))
            }
        }
        deserializer.deserialize_any(TargetVisitor)
    }
}

impl JsonSchema for Target {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^v?[0-9]+\\.[0-9]+(\\.[0-9]+([-+][0-9A-Za-z.+-]+)?)?$",
            "examples": ["1.30", "v1.30.4"],
        })
    }
}

impl StepList {
    /// Reads a list of steps.
    ///
    /// # Errors
    ///
    /// A diagnostic with file, line where it is known, and path of the value.
    pub fn read(file: &SourceFile) -> Result<Listed, Diagnostic> {
        let Self { api_version: _, kind: _, inventory, to: Target(to), steps } = yaml::read(file)?;
        let error = |path: String, message: String, help: &str| {
            let place = Place { file: file.clone(), path: Some(path), position: None };
            Diagnostic::error(message).at(place).help(help)
        };
        let inventory = Inventory::of_document(inventory)
            .map_err(|(path, message, help)| error(format!("inventory.{path}"), message, &help))?;
        if steps.is_empty() {
            return Err(error(
                "steps".to_owned(),
                "the list has no steps".to_owned(),
                "name at least one: {component, from, to, targets}",
            ));
        }
        for (at, step) in steps.iter().enumerate() {
            let ListedStep { component, from, to, targets } = step;
            let etcd = *component == Component::Etcd;
            for (key, version) in [("from", from), ("to", to)] {
                if version.etcd().is_some() != etcd {
                    return Err(error(
                        format!("steps[{at}].{key}"),
                        format!("`{version}` is no version of {component}"),
                        "etcd versions belong to etcd, Kubernetes versions to everything else",
                    ));
                }
            }
            if targets.is_empty() && *component != Component::KubeProxy {
                return Err(error(
                    format!("steps[{at}].targets"),
                    format!("the step moves {component} nowhere: it has no targets"),
                    "name the nodes, members or clients as the inventory does",
                ));
            }
        }
        Ok(Listed { inventory, to, steps })
    }

    /// The JSON Schema of a list of steps.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }
}
