//! `kubehop inventory`.

use clap::ArgGroup;
use clap::Args;

use super::DataFormat;
use super::ObservedArguments;

/// `kubehop inventory`
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("answer").args(["from_dump", "script"]).required(true)), after_help = "Examples:
  kubectl get nodes -o json > dump/nodes.json
  kubectl -n kube-system get pods,daemonsets,deployments,configmaps -o json > dump/system.json
  kubehop inventory --from-dump dump > prod.yaml
  kubehop inventory --from-dump dump --etcd-status etcd.json --name prod-eu-1 > prod.yaml
  kubectl get nodes -o json | kubehop inventory --from-dump -
  kubehop inventory --script > look.sh; sh look.sh; kubehop inventory --from-dump kubehop-inventory.txt")]
pub(in crate::cli) struct InventoryArguments {
    #[command(flatten)]
    pub(in crate::cli) observed: ObservedArguments,
    /// Print a shell script that looks at the cluster and writes one file for `--from-dump`: for
    /// clusters that only somebody else may look at. It only reads, and writes no secret
    #[arg(long)]
    pub(in crate::cli) script: bool,
    /// The form of the inventory
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        conflicts_with = "script"
    )]
    pub(in crate::cli) output: DataFormat,
}
