//! Somebody else's plan: a list of steps on an inventory, replayed by the verifier.
//!
//! The list becomes a plan value with nothing in it but the versions that change, and the verifier replays
//! it instance by instance; no planner is asked. What such a list cannot hold (commands, checkpoints, ways
//! back, snapshots, gates, soaks, drains) is not asked for.

mod codes;
mod document;
mod hops;
mod state;

pub use codes::codes;
pub use document::StepList;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::finding::CodeEntry;
use crate::finding::Finding;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::verify;
use crate::verify::CatalogFacts;
use crate::version::KubernetesVersion;
use crate::version::VersionRequest;

use codes::Code;
use document::ListedStep;

/// What the verifier asks of a plan and what no list of versions can answer: the document around the
/// steps, and acts that change no version. Hops are not stated either; they are cut here.
const NOT_ASKED: [&str; 26] = [
    "DOC001", "DOC002", "DOC003", "DOC004", "DOC005", "DOC006", "DOC007", "DOC008", "DOC009",
    "DOC010", "DOC011", "PATH005", "PATH006", "PATH009", "PATH010", "ORDER003", "ORDER004",
    "ORDER005", "ORDER006", "ETCD010", "ETCD011", "REL005", "BASIS001", "BASIS002", "BASIS003",
    "BASIS004",
];

/// A list of steps, checked: the cluster, the target, the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What runs before the first step.
    pub inventory: Inventory,
    /// Where everything must be after the last one.
    pub to: VersionRequest,
    steps: Vec<ListedStep>,
}

/// Replays a list of steps, and says everything that is wrong with it.
///
/// # Errors
///
/// Catalog data that cannot be read, or an inventory that does not know a kube-apiserver.
pub fn lint(
    listed: &Listed,
    catalog: &Catalog,
    skew: &VersionSkewPolicy,
    tool: &ToolRules,
) -> Result<Vec<Finding>, Diagnostic> {
    let Listed { inventory, to, steps } = listed;
    let (start, mut found) = state::start(inventory, steps)?;
    let plan = plan(listed, start, catalog);
    let facts = CatalogFacts::new(catalog, &plan)?;
    let verified = verify::every_violation(&plan, &facts, skew, tool);
    let names = Names::new(&plan, steps);
    let asked = verified.into_iter().filter(|finding| !NOT_ASKED.contains(&finding.code));
    found.extend(asked.map(|finding| names.renamed(finding, to)));
    suggest(&mut found, &plan);
    found.extend(idle(steps));
    // Stable: inside a weight the order of the replay stays.
    found.sort_by_key(|finding| finding.severity);
    Ok(found)
}

/// Every code that may be reported.
pub fn all_codes() -> impl Iterator<Item = CodeEntry> {
    let asked = verify::codes().filter(|entry| !NOT_ASKED.contains(&entry.code));
    asked.chain(codes())
}

/// The list as a plan: versions, and nothing else.
fn plan(listed: &Listed, start: crate::plan::State, catalog: &Catalog) -> Plan {
    use crate::plan::ApiVersion;
    use crate::plan::CatalogProvenance;
    use crate::plan::InventoryProvenance;
    use crate::plan::Kind;
    use crate::plan::Metadata;
    use crate::plan::Options;
    use crate::plan::Provenance;
    use crate::plan::Summary;
    let Listed { inventory, to, steps } = listed;
    let target = match to {
        VersionRequest::Release(version) => version.clone(),
        // Any patch of the minor will do.
        VersionRequest::Minor(minor) => KubernetesVersion::new(*minor, 0),
    };
    let cut = hops::cut(steps, &start);
    let from = hops::oldest(&start).cloned().unwrap_or_else(|| target.clone());
    Plan {
        api_version: ApiVersion::V1Alpha1,
        kind: Kind::UpgradePlan,
        metadata: Metadata { name: inventory.name.clone() },
        provenance: Provenance {
            tool: Provenance::TOOL.to_owned(),
            catalog: CatalogProvenance {
                as_of: catalog.as_of(),
                digest: catalog.digest(),
                overlays: Vec::new(),
            },
            inventory: InventoryProvenance {
                digest: inventory.digest(),
                observed_at: inventory.observed_at,
                synthetic: false,
            },
            options: Options {
                to: to.to_string(),
                etcd: None,
                os: crate::cluster::OsFamily::default(),
                pin: std::collections::BTreeMap::new(),
                avoid: Vec::new(),
            },
        },
        strategy: crate::cluster::Strategy::default(),
        from,
        to: target,
        assumptions: Vec::new(),
        summary: Summary::default(),
        final_state: start.clone(),
        resumed: Vec::new(),
        initial_state: start,
        hops: cut.hops,
        closing: cut.closing,
    }
}

/// The names under which whoever wrote the list knows its steps.
struct Names(Vec<(String, String)>);

impl Names {
    fn new(plan: &Plan, steps: &[ListedStep]) -> Self {
        let ids = plan.steps().map(|(_, step)| format!("step {}", step.id));
        let own = steps
            .iter()
            .enumerate()
            .map(|(at, step)| format!("steps[{at}] ({} to {})", step.component, step.to));
        let hops = plan
            .hops
            .iter()
            .map(|hop| (format!("hop {}", hop.number), format!("the hop to {}", hop.to.minor())));
        Self(ids.zip(own).chain(hops).collect())
    }

    fn renamed(&self, mut finding: Finding, to: &VersionRequest) -> Finding {
        if let Some((_, own)) = self.0.iter().find(|(id, _)| *id == finding.subject) {
            finding.subject.clone_from(own);
        } else if finding.subject == "initial state" {
            "the inventory".clone_into(&mut finding.subject);
        } else if finding.subject == "final state" {
            "after the last step".clone_into(&mut finding.subject);
        }
        finding.message = finding.message.replace("initial state", "inventory");
        finding.help = finding.help.replace("the initial state", "the inventory");
        if finding.code == "PATH008" {
            let exact = format!("the target is {}, ", to_release(to));
            finding.message = finding.message.replacen(&exact, &format!("the target is {to}, "), 1);
        }
        finding
    }
}

fn to_release(to: &VersionRequest) -> KubernetesVersion {
    match to {
        VersionRequest::Release(version) => version.clone(),
        VersionRequest::Minor(minor) => KubernetesVersion::new(*minor, 0),
    }
}

/// Suggestions are looked for in the first findings only: each asks every name of the cluster.
const SUGGESTIONS: usize = 20;

/// Says which instance was probably meant where a target is not known.
fn suggest(found: &mut [Finding], plan: &Plan) {
    let unknown = found.iter_mut().filter(|finding| finding.code == UNKNOWN_TARGET);
    for finding in unknown.take(SUGGESTIONS) {
        let Some(name) = finding.message.split('`').nth(1) else { continue };
        let names = plan.initial_state.instances.iter().flat_map(|group| &group.names);
        let near = names
            .map(|known| (strsim::jaro_winkler(name, known.as_str()), known))
            .filter(|(similarity, _)| *similarity > 0.8)
            .max_by(|left, right| left.0.total_cmp(&right.0));
        if let Some((_, known)) = near.filter(|(_, known)| known.as_str() != name) {
            finding.help = format!("did you mean `{known}`? {}", finding.help);
        }
    }
}

/// The code of a target that is not there.
const UNKNOWN_TARGET: &str = "PATH002";

/// Steps that lead from a version to the same one.
fn idle(steps: &[ListedStep]) -> impl Iterator<Item = Finding> {
    let same = steps.iter().enumerate().filter(|(_, step)| step.from == step.to);
    same.map(|(at, step)| {
        let ListedStep { component, to, .. } = step;
        finding(
            Code::ChangesNothing,
            format!("steps[{at}] ({component} to {to})"),
            format!("{component} goes from {to} to {to}"),
            "delete the step, or name the version that is meant".to_owned(),
        )
    })
}

fn finding(code: Code, subject: String, message: String, help: String) -> Finding {
    let entry = code.entry();
    Finding {
        code: entry.code,
        severity: entry.severity,
        subject,
        message,
        help,
        source: entry.source().to_owned(),
    }
}
