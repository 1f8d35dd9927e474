//! Looks at a cluster before an upgrade: is it in a state from which one may start?
//!
//! Every instance is measured against the version skew policy and kubeadm's own rules (`roster`), then
//! each family of `checks` says what it finds, with its reason, what to do and a source. Two questions
//! are answered: is the cluster within the policy now, and may the next hop start now, with what must
//! happen first. Nothing is searched and nothing is planned here; what an inventory cannot settle is
//! said, never assumed.

mod baseline;
mod checks;
mod codes;
mod glob;
mod model;
mod range;
mod report;
mod roster;
mod scene;
mod suppose;

pub use baseline::Baseline;
pub use codes::codes;
pub use model::Accepted;
pub use model::Allowed;
pub use model::Audit;
pub use model::ComponentRow;
pub use model::Lifecycle;
pub use model::NextHop;
pub use model::Options;
pub use model::Reference;
pub use model::Verdict;

use crate::catalog::Catalog;
use crate::component::Component;
use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;

use report::Report;
use scene::Scene;
use suppose::Supposition;

/// Audits a cluster.
///
/// # Errors
///
/// Catalog data that cannot be read, or a supposed version that is older than what runs.
pub fn audit(
    inventory: &Inventory,
    catalog: &Catalog,
    policy: &VersionSkewPolicy,
    tool: &ToolRules,
    options: &Options,
) -> Result<Audit, Diagnostic> {
    let inventory = inventory.clone().canonical();
    let Supposition { inventory, version, hops } = match &options.next {
        Some(next) => suppose::suppose(inventory, next, catalog.releases()?)?,
        None => Supposition { inventory, version: None, hops: 0 },
    };
    let mut scene = Scene::new(&inventory, catalog, policy, tool, options.today)?;
    let mut report = Report::default();
    suppose::check(version.as_ref(), hops, &mut report);
    let lifecycle = checks::all(&scene, &mut report)?;
    let next_hop = report.next_hop(&scene);
    report.mark(&mut scene);
    let measured = scene.minors.is_some();
    let within_policy = measured && !scene.rows.iter().any(roster::Row::breaks_policy);
    let unknown_instances = scene.rows.iter().filter(|row| row.version.is_none()).count();
    let reference = Reference {
        oldest: inventory.oldest_apiserver().cloned(),
        newest: inventory.newest_apiserver().cloned(),
    };
    let newest = scene.minors.map(|(_, newest)| newest);
    let components = std::mem::take(&mut scene.rows)
        .into_iter()
        .map(|row| ComponentRow {
            behind: row.minor().zip(newest).map(|(minor, newest)| minor.behind(newest)),
            component: row.component,
            instance: row.instance,
            pool: row.pool,
            version: row.version,
            allowed: row.allowed,
            verdict: row.verdict,
        })
        .collect();
    Ok(Audit {
        cluster: inventory.name.clone(),
        provider: inventory.provider,
        observed_at: inventory.observed_at,
        as_of: options.today,
        catalog_as_of: catalog.as_of(),
        supposed: version,
        reference,
        within_policy,
        unknown_instances,
        next_hop,
        lifecycle,
        components,
        findings: report.finish(),
        accepted: Vec::new(),
    })
}

impl Audit {
    /// The instances of a component.
    pub fn rows(&self, component: Component) -> impl Iterator<Item = &ComponentRow> {
        self.components.iter().filter(move |row| row.component == component)
    }
}
