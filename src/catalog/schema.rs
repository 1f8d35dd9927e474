//! JSON Schemas of the two documents that a user may lay over the data.

use schemars::schema_for;
use serde_json::Value;

use super::overlay::CatalogDocument;
use super::overlay::EtcdMatrixDocument;

/// The schema of an `EtcdMatrix` document.
pub fn etcd_matrix() -> Value {
    schema_for!(EtcdMatrixDocument).to_value()
}

/// The schema of a `Catalog` document.
pub fn catalog() -> Value {
    schema_for!(CatalogDocument).to_value()
}
