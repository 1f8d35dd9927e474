# Pin the etcd image in kubeadm's record: kubeadm then deploys exactly this one, and never moves etcd on
# its own. Only the lines imageTag and imageRepository under etcd.local change.
(
set -euo pipefail
install -d -m 700 upgrade-backup
tag=@TAG@
repository=            # empty: the cluster's own registry, as before@FALLBACK@
kubectl -n kube-system get configmap kubeadm-config -o yaml > "upgrade-backup/kubeadm-config-before-etcd-$tag.yaml"
kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > before.yaml
awk -v tag="$tag" -v repository="$repository" '
  /^[^ ]/   { top = $1; part = "" }
  /^  [^ ]/ { part = $1 }
  top == "etcd:" && part == "local:" && (/^    imageTag:/ || (repository != "" && /^    imageRepository:/)) { next }
  { print }
  top == "etcd:" && /^  local:/ {
    if (repository != "") print "    imageRepository: " repository
    print "    imageTag: \"" tag "\""
  }' before.yaml > after.yaml
diff before.yaml after.yaml || true       # nothing but imageTag (and imageRepository) may differ
[ "$(grep -c '^    imageTag: ' after.yaml)" -ge 1 ]
kubectl -n kube-system patch configmap kubeadm-config --type merge -p "$(jq -Rs '{data: {ClusterConfiguration: .}}' after.yaml)"
)
