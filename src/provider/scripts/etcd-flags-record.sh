# @WHY@ What kubeadm's record sets comes back with every manifest.
kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > record.yaml
if awk '/^[^ ]/ { etcd = $1 == "etcd:" } etcd' record.yaml | sed -E 's/^ *(- name: *)?/--/; s/: *"?/=/' | grep -nE -- '@PATTERN@'; then
  echo 'STOP: remove these from etcd.local.extraArgs first' >&2; exit 1
fi
echo clean
