manifest=/etc/kubernetes/manifests/etcd.yaml
saved=/etc/kubernetes/etcd.yaml.before-@TAG@
if [ ! -e "$saved" ]; then cp -p "$manifest" "$saved"; fi
@FLAGS@
sed -E 's#^( *image: .*/etcd:)[^@ ]*.*#\1@TAG@#' "$manifest" > /etc/kubernetes/etcd.yaml.new
diff "$manifest" /etc/kubernetes/etcd.yaml.new || true     # nothing but the image may differ
grep -qF '/etcd:@TAG@' /etc/kubernetes/etcd.yaml.new
mv /etc/kubernetes/etcd.yaml.new "$manifest"
