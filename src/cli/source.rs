//! The cluster that a command looks at: an inventory file, or one made of what tools print.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::inventory::Inventory;
use crate::inventory::collect::Kind;
use crate::inventory::collect::Observations;
use crate::inventory::collect::Options;
use crate::inventory::collect::Recognised;

use super::args::ObservedArguments;
use super::args::SourceArguments;
use super::dump;
use super::input;

/// The inventory that the flags name; `None` where they name none.
pub(super) fn inventory(arguments: &SourceArguments) -> Result<Option<Inventory>, Diagnostic> {
    let SourceArguments { inventory, observed: looked_at } = arguments;
    if let Some(path) = inventory {
        return Inventory::read(&input::read(path)?).map(Some);
    }
    if looked_at.from_dump.is_empty() { Ok(None) } else { observed(looked_at).map(Some) }
}

/// The inventory made of what tools print.
pub(super) fn observed(arguments: &ObservedArguments) -> Result<Inventory, Diagnostic> {
    let ObservedArguments { from_dump, etcd_status, pool_label, name, observed_at } = arguments;
    let options = Options { name: name.clone(), observed_at: *observed_at, ..Options::default() };
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
    observations.finish()
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
