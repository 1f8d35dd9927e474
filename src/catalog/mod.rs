//! What exists and what is known of it: releases, the etcd matrix, what kubeadm ships, skew rules,
//! removals, hazards and bad patches.
//!
//! The data are embedded (`data/*.yaml`, turned into JSON by the build script) and parsed section by
//! section when first asked for. A user lays files of their own over it, so that data newer than the
//! program can be used. Every fact names where it can be looked up. What is *permitted* is decided in
//! `policy`; here are only facts.

pub mod api_removals;
pub mod applies;
mod common;
pub mod components;
pub mod etcd;
pub mod feature_gates;
pub mod hazards;
pub mod known_bad;
pub mod listing;
mod overlay;
pub mod releases;
pub mod removed_flags;
pub mod schema;
mod section;
pub mod skew;

pub use api_removals::ApiRemoval;
pub use api_removals::ApiRemovals;
pub use applies::Applicability;
pub use applies::Applies;
pub use applies::ClusterFacts;
pub use applies::Seen;
pub use common::Area;
pub use common::VersionRange;
pub use components::Components;
pub use etcd::EtcdAvoid;
pub use etcd::EtcdDefault;
pub use etcd::EtcdEntry;
pub use etcd::EtcdMatrix;
pub use etcd::EtcdMinimum;
pub use feature_gates::FeatureGates;
pub use feature_gates::GateChanges;
pub use hazards::Hazard;
pub use hazards::HazardSeverity;
pub use hazards::Hazards;
pub use hazards::Hop;
pub use known_bad::Action;
pub use known_bad::KnownBad;
pub use known_bad::KnownBadReleases;
pub use releases::Release;
pub use releases::Releases;
pub use removed_flags::RemovedFlags;
pub use skew::SkewData;
pub use skew::SkewRule;

use jiff::civil::Date;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::SourceFile;

use section::Section;

include!(concat!(env!("OUT_DIR"), "/catalog_constants.rs"));

/// The name of the layer that the program brings along.
pub const EMBEDDED: &str = "embedded";

/// Embeds one section.
macro_rules! embed {
    ($name:literal) => {
        Section::new($name, include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json")))
    };
}

/// One layer of data, for the provenance of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// `embedded`, or the name of the file.
    pub name: String,
    /// What it changed, one line each; empty for the embedded layer.
    pub changed: Vec<String>,
}

/// Everything that is known, with the user's own data on top.
#[derive(Debug, Clone)]
pub struct Catalog {
    releases: Section<Releases>,
    etcd: Section<EtcdMatrix>,
    components: Section<Components>,
    skew: Section<SkewData>,
    api_removals: Section<ApiRemovals>,
    feature_gates: Section<FeatureGates>,
    removed_flags: Section<RemovedFlags>,
    hazards: Section<Hazards>,
    known_bad: Section<KnownBadReleases>,
    layers: Vec<Layer>,
    as_of: Date,
    digest: String,
}

impl Catalog {
    /// The data that the program brings along; nothing is parsed yet.
    pub fn embedded() -> Self {
        Self {
            releases: embed!("releases"),
            etcd: embed!("etcd"),
            components: embed!("components"),
            skew: embed!("skew"),
            api_removals: embed!("api-removals"),
            feature_gates: embed!("feature-gates"),
            removed_flags: embed!("removed-flags"),
            hazards: embed!("hazards"),
            known_bad: embed!("known-bad"),
            layers: vec![Layer { name: EMBEDDED.to_owned(), changed: Vec::new() }],
            as_of: AS_OF,
            digest: DIGEST.to_owned(),
        }
    }

    /// Lays an `EtcdMatrix` document over the data.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the document, with file and path of the value.
    pub fn with_etcd_matrix(self, file: &SourceFile) -> Result<Self, Diagnostic> {
        overlay::etcd_matrix(self, file)
    }

    /// Lays a `Catalog` document over the data.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the document, with file and path of the value.
    pub fn with_overlay(self, file: &SourceFile) -> Result<Self, Diagnostic> {
        overlay::catalog(self, file)
    }

    /// The newest day on which any of the data was checked.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// What identifies the data: it changes with every value, embedded or laid over.
    pub fn digest(&self) -> String {
        format!("sha256:{}", self.digest)
    }

    /// Where the data come from, the embedded layer first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The Kubernetes releases.
    pub fn releases(&self) -> Result<&Releases, Diagnostic> {
        self.releases.get()
    }

    /// The etcd compatibility matrix.
    pub fn etcd(&self) -> Result<&EtcdMatrix, Diagnostic> {
        self.etcd.get()
    }

    /// What kubeadm ships and what a node needs.
    pub fn components(&self) -> Result<&Components, Diagnostic> {
        self.components.get()
    }

    /// The rules about versions beside one another.
    pub fn skew(&self) -> Result<&SkewData, Diagnostic> {
        self.skew.get()
    }

    /// The API versions that go.
    pub fn api_removals(&self) -> Result<&ApiRemovals, Diagnostic> {
        self.api_removals.get()
    }

    /// The feature gates.
    pub fn feature_gates(&self) -> Result<&FeatureGates, Diagnostic> {
        self.feature_gates.get()
    }

    /// The flags that are gone.
    pub fn removed_flags(&self) -> Result<&RemovedFlags, Diagnostic> {
        self.removed_flags.get()
    }

    /// What hops break.
    pub fn hazards(&self) -> Result<&Hazards, Diagnostic> {
        self.hazards.get()
    }

    /// The releases not to stop at.
    pub fn known_bad(&self) -> Result<&KnownBadReleases, Diagnostic> {
        self.known_bad.get()
    }

    /// Everything as one document, for people to inspect.
    pub fn export(&self) -> Result<Value, Diagnostic> {
        listing::export(self)
    }
}
