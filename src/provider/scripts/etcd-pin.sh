tag=@TAG@
repository=            # empty: the cluster's own registry, as before@FALLBACK@
@SAVE@
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
diff before.yaml after.yaml || true
# Nothing but these two lines may differ.
others() { grep -vE '^    image(Tag|Repository):' "$1"; }
if [ "$(others before.yaml)" != "$(others after.yaml)" ] || ! grep -qF "    imageTag: \"$tag\"" after.yaml; then
  echo 'STOP: the record has another form; set etcd.local.imageTag with kubectl edit' >&2; exit 1
fi
kubectl -n kube-system patch configmap kubeadm-config --type merge -p "$(jq -Rs '{data: {ClusterConfiguration: .}}' after.yaml)"
