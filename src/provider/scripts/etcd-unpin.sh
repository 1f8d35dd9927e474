@SAVE@
kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > before.yaml
awk '
  /^[^ ]/   { top = $1; part = "" }
  /^  [^ ]/ { part = $1 }
  top == "etcd:" && part == "local:" && /^    (imageTag:|imageRepository: gcr.io.etcd-development)/ { next }
  { print }' before.yaml > after.yaml
diff before.yaml after.yaml || true
# Nothing but the pin under etcd.local may be gone.
others() { grep -vE '^    image(Tag|Repository):' "$1"; }
if [ "$(others before.yaml)" != "$(others after.yaml)" ]; then
  echo 'STOP: the record has another form; remove etcd.local.imageTag with kubectl edit' >&2; exit 1
fi
kubectl -n kube-system patch configmap kubeadm-config --type merge -p "$(jq -Rs '{data: {ClusterConfiguration: .}}' after.yaml)"
