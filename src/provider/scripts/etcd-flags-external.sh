# @WHY@
if systemctl cat etcd 2>/dev/null | grep -nE -- '@PATTERN@' || grep -rnE -- '@PATTERN@' /etc/etcd /etc/default/etcd /etc/kubernetes/manifests 2>/dev/null; then
  echo 'STOP: remove these first' >&2; exit 1
fi
echo clean
