//! The user's own data, laid over the embedded ones: read, checked, applied.
//!
//! A layer that is wrong in one value is refused as a whole: a plan must not rest on half a file.

mod apply;
mod check;
mod document;

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;
use crate::yaml;

use super::Catalog;
use super::Layer;

use check::Check;

pub(super) use document::CatalogDocument;
pub(super) use document::EtcdMatrixDocument;

/// Lays an `EtcdMatrix` document over a catalog.
pub(super) fn etcd_matrix(mut catalog: Catalog, file: &SourceFile) -> Result<Catalog, Diagnostic> {
    let document: EtcdMatrixDocument = yaml::read(file)?;
    let section = document.section();
    let matrix = catalog.etcd.edit()?;
    Check { file }.etcd("", &section, matrix)?;
    let changed = apply::etcd(matrix, &section, file.name());
    let newest =
        section.releases.values().flat_map(|release| release.patches.values()).max().copied();
    finish(catalog, file, &document, changed, document.as_of.max(newest))
}

/// Lays a `Catalog` document over a catalog.
pub(super) fn catalog(mut catalog: Catalog, file: &SourceFile) -> Result<Catalog, Diagnostic> {
    let document: CatalogDocument = yaml::read(file)?;
    let check = Check { file };
    check.catalog(&document, catalog.releases.get()?)?;
    check.etcd("etcd.", &document.etcd, catalog.etcd.get()?)?;
    let changed = apply::catalog(&mut catalog, &document, file.name())?;
    let patches = document.releases.values().flat_map(|release| release.patches.values());
    let etcd = document.etcd.releases.values().flat_map(|release| release.patches.values());
    let newest = patches.chain(etcd).max().copied();
    finish(catalog, file, &document, changed, document.as_of.max(newest))
}

fn finish(
    mut catalog: Catalog,
    file: &SourceFile,
    document: &impl Serialize,
    changed: Vec<String>,
    newest: Option<Date>,
) -> Result<Catalog, Diagnostic> {
    let text = serde_json::to_string(document)
        .map_err(|error| Diagnostic::error(format!("`{}`: {error}", file.name())))?;
    let mut digest = Sha256::new();
    digest.update(&catalog.digest);
    digest.update([0]);
    digest.update(text);
    catalog.digest.clear();
    for byte in digest.finalize() {
        _ = write!(catalog.digest, "{byte:02x}");
    }
    catalog.as_of = newest.map_or(catalog.as_of, |newest| newest.max(catalog.as_of));
    catalog.layers.push(Layer { name: file.name().to_owned(), changed });
    Ok(catalog)
}
