//! Checked values made of flags.

use crate::catalog::Catalog;
use crate::cluster::EtcdTopology;
use crate::cluster::OsFamily;
use crate::cluster::Provider;
use crate::cluster::Strategy;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::inventory::Inventory;
use crate::inventory::Size;
use crate::planner::Request;
use crate::policy::ToolRules;
use crate::policy::VersionSkewPolicy;
use crate::resume::Wishes;
use crate::version::KubernetesVersion;
use crate::version::MinorVersion;
use crate::version::VersionRequest;

use super::args::DataArguments;
use super::args::FailOn;
use super::args::OsArgument;
use super::args::PlanArguments;
use super::args::ProviderArgument;
use super::args::StrategyArgument;
use super::args::TopologyArgument;
use super::input;
use super::printer::Printer;
use super::source;

impl From<StrategyArgument> for Strategy {
    fn from(argument: StrategyArgument) -> Self {
        match argument {
            StrategyArgument::EveryHop => Self::EveryHop,
            StrategyArgument::MinDrains => Self::MinDrains,
        }
    }
}

impl From<OsArgument> for OsFamily {
    fn from(argument: OsArgument) -> Self {
        match argument {
            OsArgument::Debian => Self::Debian,
            OsArgument::Rhel => Self::Rhel,
        }
    }
}

impl From<TopologyArgument> for EtcdTopology {
    fn from(argument: TopologyArgument) -> Self {
        match argument {
            TopologyArgument::Stacked => Self::Stacked,
            TopologyArgument::External => Self::External,
        }
    }
}

impl From<ProviderArgument> for Provider {
    fn from(argument: ProviderArgument) -> Self {
        match argument {
            ProviderArgument::Kubeadm => Self::Kubeadm,
            ProviderArgument::Manual => Self::Manual,
        }
    }
}

impl FailOn {
    /// The severity from which on the answer is no.
    pub(super) fn threshold(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Never => None,
        }
    }
}

/// The embedded data with the user's files over it.
pub(super) fn catalog(data: &DataArguments) -> Result<Catalog, Diagnostic> {
    let mut catalog = Catalog::embedded();
    for path in &data.catalog {
        catalog = catalog.with_overlay(&input::read(path)?)?;
    }
    for path in &data.etcd_matrix {
        catalog = catalog.with_etcd_matrix(&input::read(path)?)?;
    }
    Ok(catalog)
}

/// The inventory: a file, what tools printed, or one made from the flags.
pub(super) fn inventory(
    arguments: &PlanArguments,
    catalog: &Catalog,
    printer: &mut Printer,
) -> Result<Inventory, Diagnostic> {
    if let Some(inventory) = source::inventory(&arguments.source, printer)? {
        return Ok(inventory);
    }
    let Some(from) = &arguments.from else {
        return Err(Diagnostic::error(
            "none of `--from`, `--inventory`, `--from-dump` and `--context` is given",
        ));
    };
    let version = start(from, catalog)?;
    let size = Size {
        control_plane: arguments.control_plane_nodes.map_or(1, usize::from),
        workers: arguments
            .workers
            .map_or(1, |workers| usize::try_from(workers).unwrap_or(usize::MAX)),
    };
    Ok(Inventory::synthetic(
        &version,
        arguments.etcd.as_ref(),
        arguments.etcd_topology.map_or_else(EtcdTopology::default, EtcdTopology::from),
        arguments.provider.map_or_else(Provider::default, Provider::from),
        size,
    ))
}

/// The release that runs: as given, or the newest known patch of the minor given.
fn start(from: &VersionRequest, catalog: &Catalog) -> Result<KubernetesVersion, Diagnostic> {
    let releases = catalog.releases()?;
    let known = releases.minor(from.minor());
    match (from, known) {
        (VersionRequest::Release(version), Some(_)) => Ok(version.clone()),
        (VersionRequest::Minor(minor), Some(release)) => release
            .newest()
            .cloned()
            .ok_or_else(|| Diagnostic::error(format!("no patch of {minor} is known"))),
        (_, None) => {
            let minors: Vec<_> = releases.minors().map(|release| release.minor).collect();
            let range = match (minors.first(), minors.last()) {
                (Some(first), Some(last)) => format!("{first} to {last}"),
                _ => "no minor".to_owned(),
            };
            Err(Diagnostic::error(format!("the catalog does not know Kubernetes {}", from.minor()))
                .help(format!("it knows {range}; lay newer data over it with --catalog FILE")))
        }
    }
}

/// The releases to stop at, by minor.
fn pins(
    arguments: &PlanArguments,
) -> Result<std::collections::BTreeMap<MinorVersion, KubernetesVersion>, Diagnostic> {
    let mut pins = std::collections::BTreeMap::new();
    for (minor, version) in &arguments.pin {
        if let Some(other) = pins.insert(*minor, version.clone()).filter(|other| other != version) {
            return Err(Diagnostic::error(format!(
                "`--pin` names both `{other}` and `{version}` for {minor}"
            ))
            .help("pin one release a minor"));
        }
        if arguments.avoid.contains(version) {
            return Err(Diagnostic::error(format!("`{version}` is both pinned and to be avoided"))
                .help("drop one of `--pin` and `--avoid`"));
        }
    }
    Ok(pins)
}

/// What is asked for otherwise than in the plan that is resumed.
pub(super) fn wishes(arguments: &PlanArguments) -> Result<Wishes, Diagnostic> {
    Ok(Wishes {
        to: arguments.to.clone(),
        strategy: arguments.strategy.map(Strategy::from),
        os: arguments.os.map(OsFamily::from),
        pins: pins(arguments)?,
        avoid: arguments.avoid.iter().cloned().collect(),
        strict: arguments.strict,
    })
}

/// What the planner is asked.
pub(super) fn request<'a>(
    arguments: &PlanArguments,
    catalog: &'a Catalog,
    inventory: &'a Inventory,
) -> Result<Request<'a>, Diagnostic> {
    let from_minor = match &arguments.from {
        Some(VersionRequest::Minor(minor)) => Some(*minor),
        _ => None,
    };
    let to = arguments.to.clone();
    Ok(Request {
        inventory,
        catalog,
        to: to.ok_or_else(|| Diagnostic::error("`--to` is not given").help("name the target"))?,
        strategy: arguments.strategy.map_or_else(Strategy::default, Strategy::from),
        pins: pins(arguments)?,
        avoid: arguments.avoid.iter().cloned().collect(),
        os: arguments.os.map_or_else(OsFamily::default, OsFamily::from),
        strict: arguments.strict,
        etcd: arguments.etcd.clone(),
        from_minor,
        policy: VersionSkewPolicy::upstream(),
        tool: ToolRules::kubeadm(),
    })
}
