//! `kubehop inventory`.

use clap::Args;

use super::DataFormat;
use super::ObservedArguments;
use crate::live::Subject;

/// `kubehop inventory`
#[derive(Debug, Args)]
#[command(
    after_help = "Without a source the current context of the kubeconfig is read, as kubectl does.

Examples:
  kubehop inventory --context prod-eu-1 > prod.yaml
  kubehop inventory --rbac | kubectl apply -f -             the permission that this takes
  kubectl get nodes -o json > dump/nodes.json
  kubectl -n kube-system get pods,daemonsets,deployments,configmaps -o json > dump/system.json
  kubehop inventory --from-dump dump > prod.yaml
  kubehop inventory --from-dump dump --etcd-status etcd.json --name prod-eu-1 > prod.yaml
  kubectl get nodes -o json | kubehop inventory --from-dump -
  kubehop inventory --script > look.sh; sh look.sh; kubehop inventory --from-dump kubehop-inventory.txt"
)]
pub(in crate::cli) struct InventoryArguments {
    #[command(flatten)]
    pub(in crate::cli) observed: ObservedArguments,
    /// Print a shell script that looks at the cluster and writes one file for `--from-dump`: for
    /// clusters that only somebody else may look at. It only reads, and writes no secret
    #[arg(long, conflicts_with_all = ["observed", "rbac"])]
    pub(in crate::cli) script: bool,
    /// Print the permission that reading a live cluster takes, and no more, as a manifest; for a user,
    /// a group or a service account
    #[arg(
        long,
        value_name = "user:NAME|group:NAME|serviceaccount:NAMESPACE/NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "serviceaccount:kube-system/kubehop-inventory",
        conflicts_with = "observed"
    )]
    pub(in crate::cli) rbac: Option<Subject>,
    /// The form of the inventory
    #[arg(
        long,
        short,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        conflicts_with_all = ["script", "rbac"]
    )]
    pub(in crate::cli) output: DataFormat,
}
