#!/bin/sh
# Looks at a Kubernetes cluster and writes what an inventory of kubehop needs into one file:
#
#   sh look.sh                               writes kubehop-inventory.txt
#   sh look.sh FILE                          writes FILE
#   sh look.sh FILE --context prod           what stands behind FILE goes to kubectl
#
# Then, where kubehop is:  kubehop inventory --from-dump FILE
#
# It only reads: kubectl get and kubectl version; on a control-plane node also etcdctl and kubeadm,
# where they are installed. A call that fails is recorded, and the next one is made. No secrets,
# environments, arguments of containers or values of flags are written: only names, versions, labels,
# taints and images, and of kubeadm's configuration what filter() below lets through.
#
# Needs kubectl 1.20 or newer and a POSIX shell with awk and sed. An etcd elsewhere is asked where
# ETCDCTL_ENDPOINTS and its companions are set.

# Most functions are called through section:
# shellcheck disable=SC2317,SC2329

set -u
umask 077
export LC_ALL=C

out=${1:-kubehop-inventory.txt}
[ "$#" -eq 0 ] || shift

if ! command -v kubectl >/dev/null 2>&1; then
  echo "look: kubectl is not on the PATH" >&2
  exit 2
fi
if ! (set -C && : >"$out") 2>/dev/null; then
  echo "look: cannot write $out; it is there already, or the folder is not writable" >&2
  exit 2
fi
exec 4>>"$out"
failed=

# What a call said beside its answer, without users and passwords of addresses.
remark() {
  printf '%s\n' "$1" | sed -e 's#://[^/@ ]*@#://#g' -e 's/^/#! /' | cut -c 1-300 | head -n 5 >&4
}

# section NAME COMMAND...: the answer of a command, and how it ended.
section() {
  section=$1
  shift
  printf '#begin %s\n' "$section" >&4
  said=$("$@" 2>&1 >&4)
  status=$?
  [ -z "$said" ] || remark "$said"
  printf '#end %s %s\n' "$section" "$status" >&4
  [ "$status" -eq 0 ] || failed="$failed $section"
}

look() {
  kubectl "${@}" --request-timeout=60s
}

# rows COLUMNS COMMAND...: one object a line; whatever has another number of columns is no object.
rows() {
  columns=$1
  shift
  answer=$(look "$@")
  answered=$?
  printf '%s\n' "$answer" | awk -F '\t' -v columns="$columns" 'NF == columns'
  return "$answered"
}

# Of a configuration of kubeadm, the kubelet or kube-proxy: versions, pinned tags, endpoints, gates,
# the names of flags, and the values of those flags that list gates, plugins or APIs.
filter() {
  awk '
    BEGIN {
      words = "apiVersion kind kubernetesVersion clusterName controlPlaneEndpoint imageTag"
      for (n = split(words, word, " "); n > 0; n--) scalar[word[n]] = 1
      words = "etcd local external dns apiServer controllerManager scheduler"
      for (n = split(words, word, " "); n > 0; n--) part[word[n]] = 1
      words = "feature-gates enable-admission-plugins disable-admission-plugins admission-control runtime-config"
      for (n = split(words, word, " "); n > 0; n--) shown[word[n]] = 1
    }
    {
      match($0, /^ */)
      depth = RLENGTH
      text = substr($0, depth + 1)
      if (text == "" || text ~ /^#/) next
      item = text ~ /^- /
      if (skipping && (depth > skip || (depth == skip && item))) next
      skipping = 0
      if (flags && depth <= flag && !(depth == flag && item)) flags = 0
      if (listing && depth <= list && !(depth == list && item)) listing = 0
      key = text
      sub(/^- /, "", key)
      value = key
      sub(/:.*/, "", key)
      if (!sub(/^[^:]*: */, "", value)) value = ""
      if (listing) { sub(/:\/\/[^\/@ ]*@/, "://"); print; next }
      if (flags && (item || in_list)) {
        in_list = 1
        if (key == "name") { name = value; gsub(/["\047]/, "", name); print; next }
        if (key == "value" && name in shown) print
        skipping = 1; skip = depth
        next
      }
      if (flags) {
        if (key in shown) print; else printf "%s%s: \"\"\n", substr($0, 1, depth), key
        skipping = 1; skip = depth
        next
      }
      if (key in scalar) { print; skipping = 1; skip = depth; next }
      if (key in part && (value == "" || value == "{}")) { print; next }
      if (key == "extraArgs" && value == "") { print; flags = 1; flag = depth; in_list = 0; next }
      if ((key == "featureGates" || key == "endpoints") && value == "") {
        print; listing = 1; list = depth
        next
      }
      skipping = 1; skip = depth
    }'
}

# configuration NAME TEMPLATE ARGUMENTS...: a config map of kube-system, filtered.
configuration() {
  name=$1
  template=$2
  shift 2
  answer=$(look "$@" -n kube-system get configmap "$name" --ignore-not-found -o "go-template=$template") ||
    return
  printf '%s\n' "$answer" | filter
}

# The kubelets' configuration had the minor in its name up to 1.23; the newest one counts.
kubelet_configuration() {
  names=$(look "$@" -n kube-system get configmaps -o name) || return
  name=$(printf '%s\n' "$names" | sed -n 's#^configmap/\(kubelet-config\)$#\1#p')
  [ -n "$name" ] || name=$(printf '%s\n' "$names" |
    sed -n 's#^configmap/\(kubelet-config-1\.[0-9]*\)$#\1#p' | sort -t . -k 2n | tail -n 1)
  [ -z "$name" ] || configuration "$name" '{{with .data}}{{with .kubelet}}{{.}}{{end}}{{end}}' "$@"
}

# etcdctl with the certificates that kubeadm makes, unless others are set.
etcd() {
  if [ -z "${ETCDCTL_ENDPOINTS:-}" ]; then
    pki=/etc/kubernetes/pki/etcd
    set -- --endpoints https://127.0.0.1:2379 --cacert "$pki/ca.crt" \
      --cert "$pki/healthcheck-client.crt" --key "$pki/healthcheck-client.key" "$@"
  fi
  ETCDCTL_API=3 etcdctl "$@" -w json
}

tab='{{"\t"}}'
end='{{"\n"}}'
containers() {
  printf '%s' "{{range $1}}{{with .name}}{{.}}{{end}}={{with .image}}{{.}}{{end}} {{end}}"
}
ready() {
  printf '%s' "{{with .status}}{{range .conditions}}{{\$one := .}}{{with .type}}{{if eq . \"Ready\"}}"
  printf '%s' "{{with \$one.$1}}{{.}}{{end}}{{end}}{{end}}{{end}}{{end}}"
}
info() {
  printf '%s' "{{with .status}}{{with .nodeInfo}}{{with .$1}}{{.}}{{end}}{{end}}{{end}}"
}
identity="{{with .metadata}}{{.name}}$tab{{.uid}}{{end}}"
namespace='{{with .metadata}}{{.namespace}}{{end}}'

nodes="{{range .items}}$identity$tab"
nodes="$nodes{{range \$key, \$value := .metadata.labels}}{{\$key}}={{\$value}} {{end}}$tab"
nodes="$nodes{{with .metadata.annotations}}"
nodes="$nodes{{with index . \"kubeadm.alpha.kubernetes.io/cri-socket\"}}kubeadm{{end}}{{end}}$tab"
nodes="$nodes{{with .spec}}{{with .unschedulable}}true{{end}}{{end}}$tab"
nodes="$nodes{{with .spec}}{{range .taints}}{{.key}}={{with .value}}{{.}}{{end}}:{{.effect}} {{end}}{{end}}$tab"
nodes="$nodes$(ready status)$tab$(ready lastHeartbeatTime)$tab"
nodes="$nodes{{with .status}}{{range .addresses}}{{.address}} {{end}}{{end}}$tab"
nodes="$nodes$(info kubeletVersion)$tab$(info osImage)$tab$(info kernelVersion)$tab"
nodes="$nodes$(info containerRuntimeVersion)$tab$(info architecture)$end{{end}}"

pods="{{range .items}}$identity$tab$namespace$tab"
pods="$pods{{with .metadata.labels}}{{with .component}}component={{.}} {{end}}"
pods="$pods{{with index . \"k8s-app\"}}k8s-app={{.}} {{end}}{{end}}$tab"
pods="$pods{{with .metadata.deletionTimestamp}}deleted{{end}}$tab"
pods="$pods{{with .spec}}{{with .nodeName}}{{.}}{{end}}{{end}}$tab"
pods="$pods{{with .status}}{{with .phase}}{{.}}{{end}}{{end}}$tab"
pods="$pods{{with .spec}}$(containers .containers){{end}}$tab"
pods="$pods{{with .status}}$(containers .containerStatuses){{end}}$end{{end}}"

workloads="{{range .items}}$identity$tab$namespace$tab"
workloads="$workloads{{with .metadata.generation}}{{.}}{{end}}$tab"
for field in observedGeneration desiredNumberScheduled updatedNumberScheduled; do
  workloads="$workloads{{with .status}}{{with .$field}}{{.}}{{end}}{{end}}$tab"
done
workloads="$workloads{{with .spec}}{{with .template}}{{with .spec}}"
workloads="$workloads$(containers .containers){{end}}{{end}}{{end}}$end{{end}}"

parts='kube-apiserver,kube-controller-manager,kube-scheduler,etcd,kube-proxy'

printf '#kubehop-inventory 1\n#taken %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >&4
section kubectl-version look "$@" version -o json
section namespace rows 2 "$@" get namespace kube-system -o "go-template=$identity$end"
section nodes rows 14 "$@" get nodes -o "go-template=$nodes"
section pods rows 9 "$@" -n kube-system get pods -l "component in ($parts)" -o "go-template=$pods"
section pods rows 9 "$@" -n kube-system get pods -l "k8s-app in ($parts,kube-dns)" -o "go-template=$pods"
section daemonsets rows 8 "$@" -n kube-system get daemonsets -o "go-template=$workloads"
section deployments rows 8 "$@" -n kube-system get deployments -o "go-template=$workloads"
section kubeadm-config configuration kubeadm-config \
  '{{with .data}}{{with .ClusterConfiguration}}{{.}}{{end}}{{end}}' "$@"
section kubelet-config kubelet_configuration "$@"
section kube-proxy-config configuration kube-proxy \
  '{{with .data}}{{with index . "config.conf"}}{{.}}{{end}}{{end}}' "$@"
if command -v kubeadm >/dev/null 2>&1; then
  section kubeadm-version kubeadm version -o json
fi
if command -v etcdctl >/dev/null 2>&1 &&
  { [ -n "${ETCDCTL_ENDPOINTS:-}" ] || [ -r /etc/kubernetes/pki/etcd/healthcheck-client.key ]; }; then
  section etcd-members etcd member list
  section etcd-status etcd endpoint status --cluster
fi
printf '#done\n' >&4

echo "look: wrote $out" >&2
[ -z "$failed" ] || echo "look: could not read:$failed; $out says why" >&2
exit 0
