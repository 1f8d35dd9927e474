  manifest=/etc/kubernetes/manifests/etcd.yaml
  saved=/etc/kubernetes/etcd.yaml.before-@VERSION@
  image=$(sed -nE 's#^ *image: *"?([^" ]+)"?.*#\1#p' "$saved")
  crictl pull "$image" || ctr -n k8s.io images pull "$image"
  cp "$saved" /etc/kubernetes/etcd.yaml.new
  mv /etc/kubernetes/etcd.yaml.new "$manifest"
  echo "$image is back"
