# Take the pin away: kubeadm chooses the etcd image again at the next upgrade. Nothing restarts now.
(
set -euo pipefail
kubectl -n kube-system get configmap kubeadm-config -o yaml > upgrade-backup/kubeadm-config-pinned.yaml
kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > before.yaml
awk '
  /^[^ ]/   { top = $1; part = "" }
  /^  [^ ]/ { part = $1 }
  top == "etcd:" && part == "local:" && /^    (imageTag:|imageRepository: gcr.io.etcd-development)/ { next }
  { print }' before.yaml > after.yaml
diff before.yaml after.yaml || true       # only the pin under etcd.local may be gone
kubectl -n kube-system patch configmap kubeadm-config --type merge -p "$(jq -Rs '{data: {ClusterConfiguration: .}}' after.yaml)"
)
