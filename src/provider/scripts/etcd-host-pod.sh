  # In a registry of your own the tag may be spelled otherwise: put it here.
  tag=
  manifest=/etc/kubernetes/manifests/etcd.yaml
  saved=/etc/kubernetes/etcd.yaml.before-@VERSION@
  image=$(sed -nE 's#^ *image: *"?([^" ]+)"?.*#\1#p' "$manifest")
  case "$image" in
    *@*) echo "STOP: $image is pinned by its digest; change it by hand" >&2; exit 1 ;;
    registry.k8s.io/etcd:* | k8s.gcr.io/etcd:*) tag=${tag:-@TAG@} ;;
    quay.io/coreos/etcd:* | gcr.io/etcd-development/etcd:*) tag=${tag:-@VERSION@} ;;
    *) if [ -z "$tag" ]; then echo "STOP: which tag has etcd @VERSION@ in the registry of $image? Set it in the first line" >&2; exit 1; fi ;;
  esac
  new=${image%:*}:$tag
  if [ "$image" = "$new" ]; then echo 'is done already'; exit 0; fi
  crictl pull "$new" || ctr -n k8s.io images pull "$new"
  if [ ! -e "$saved" ]; then cp "$manifest" "$saved"; fi
  sed -E "s#^( *image: *).*#\1$new#" "$manifest" > /etc/kubernetes/etcd.yaml.new
  mv /etc/kubernetes/etcd.yaml.new "$manifest"
  echo "$image is now $new"
