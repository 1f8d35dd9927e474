//! The cluster that a command looks at: an inventory file, what tools print, or a live cluster.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::inventory::collect::Kind;
use crate::inventory::collect::Observations;
use crate::inventory::collect::Options;
use crate::inventory::collect::Recognised;

use super::args::LiveArguments;
use super::args::ObservedArguments;
use super::args::SourceArguments;
use super::dump;
use super::input;
use super::live;
use super::printer::Printer;

/// Names that say nothing: what kubeadm calls a cluster by itself, and what stands for no name.
const NO_NAMES: [&str; 2] = ["kubernetes", "unnamed"];

/// The inventory that the flags name; `None` where they name none.
pub(super) fn inventory(
    arguments: &SourceArguments,
    printer: &mut Printer,
) -> Result<Option<Inventory>, Diagnostic> {
    let SourceArguments { inventory, observed: looked_at } = arguments;
    if let Some(path) = inventory {
        return Inventory::read(&input::read(path)?).map(Some);
    }
    let LiveArguments { context, kubeconfig, in_cluster, .. } = &looked_at.live;
    let live = context.is_some() || kubeconfig.is_some() || *in_cluster;
    if live || !looked_at.from_dump.is_empty() {
        observed(looked_at, printer).map(Some)
    } else {
        Ok(None)
    }
}

/// Standard input, where one of the flags names it.
pub(super) fn stdin(arguments: &SourceArguments) -> Option<&Path> {
    let SourceArguments { inventory, observed } = arguments;
    let files = inventory.iter().chain(&observed.from_dump).chain(&observed.etcd_status);
    files.map(std::path::PathBuf::as_path).find(|path| *path == Path::new("-"))
}

/// The inventory that the flags must name.
pub(super) fn given(
    arguments: &SourceArguments,
    printer: &mut Printer,
) -> Result<Inventory, Diagnostic> {
    inventory(arguments, printer)?.ok_or_else(|| {
        Diagnostic::error("none of `--inventory`, `--from-dump` and `--context` is given")
            .help("say where to look at the cluster as it runs now")
    })
}

/// The inventory made of what tools print, or of a live cluster where there is nothing printed.
pub(super) fn observed(
    arguments: &ObservedArguments,
    printer: &mut Printer,
) -> Result<Inventory, Diagnostic> {
    let ObservedArguments { from_dump, etcd_status, pool_label, name, observed_at, live: cluster } =
        arguments;
    let is_live = from_dump.is_empty();
    let observed_at = observed_at.or_else(|| if is_live { live::now() } else { None });
    let options = Options { name: name.clone(), observed_at, ..Options::default() };
    let mut observations = Observations::new(options.with_pool_labels(pool_label));
    for path in from_dump {
        let recognised = dump::read(path, &mut observations)?;
        if recognised.is_empty() {
            return Err(nothing_known(path, &recognised));
        }
    }
    for path in etcd_status {
        if dump::read(path, &mut observations)?.count(Kind::EtcdMember) == 0 {
            return Err(Diagnostic::error(format!("`{}` has no answer of etcd", path.display()))
                .help("give the output of: etcdctl endpoint status --cluster -w json"));
        }
    }
    let mut context = None;
    if is_live {
        let seen = live::read(cluster, observations, printer)?;
        (context, observations) = (seen.context, seen.observations);
    }
    let mut inventory = observations.finish()?;
    if let Some(context) = context
        && name.is_none()
        && NO_NAMES.contains(&inventory.name.as_str())
    {
        inventory.name = context;
    }
    Ok(inventory)
}

fn nothing_known(path: &Path, recognised: &Recognised) -> Diagnostic {
    if recognised.count(Kind::Inventory) > 0 {
        return Diagnostic::error(format!("`{}` is an inventory already", path.display()))
            .help("an inventory goes to `--inventory FILE`");
    }
    Diagnostic::error(format!("nothing in `{}` is known", path.display())).help(
        "give what kubectl get, kubectl version, kubectl cluster-info dump, etcdctl or kubeadm \
         printed as JSON or YAML, or the output of the script: kubehop inventory --script",
    )
}
