#!/usr/bin/env bash
# LAST RESORT. Takes etcd of the whole cluster back to one snapshot: everything written since is lost.
# Usage: bash restore-etcd.sh SNAPSHOT   (a file of upgrade-backup/, taken with etcd @MINOR@)
# Before it: on every control-plane node, packages and /etc/kubernetes/manifests must be of the release
# that made the snapshot (the archives in upgrade-backup/ hold them).
set -euo pipefail
snapshot=$1
@CLUSTER@
nodes=(@NODES@)
read -r -p "Restore $snapshot and lose what was written since? Type restore: " answer
[ "$answer" = restore ]
echo '1. stop every API server, its controllers and etcd'
for node in "${nodes[@]}"; do
  ssh "$node" sudo bash -euo pipefail -s <<'HOST'
install -d -m 700 /etc/kubernetes/stopped
for name in kube-apiserver kube-controller-manager kube-scheduler etcd; do
  if [ -e "/etc/kubernetes/manifests/$name.yaml" ]; then mv "/etc/kubernetes/manifests/$name.yaml" /etc/kubernetes/stopped/; fi
done
for try in $(seq 1 60); do
  pgrep -x 'kube-apiserver|etcd' >/dev/null || exit 0
  sleep 5
done
echo 'kube-apiserver or etcd still runs' >&2; exit 1
HOST
done
echo '2. the same snapshot on every member, in a new data directory'
for node in "${nodes[@]}"; do
  ssh "$node" sudo install -m 600 /dev/stdin /var/backups/restore.db < "$snapshot"
  peer=$(tr ',' '\n' <<<"$members" | awk -F= -v n="$node" '$1 == n { print $2 }')
  ssh "$node" sudo bash -euo pipefail -s -- "$(printf '%q ' "$node" "$members" "${peer:?$node is no member}")" <<'HOST'
rm -rf /var/lib/etcd-restored
@RESTORE@ snapshot restore /var/backups/restore.db --name "$1" --initial-cluster "$2" \
  --initial-advertise-peer-urls "$3" --initial-cluster-token restored --data-dir /var/lib/etcd-restored@EXTRA@
mv /var/lib/etcd "/var/lib/etcd.before-restore-$(date -u +%Y%m%dT%H%M%SZ)"
mv /var/lib/etcd-restored /var/lib/etcd
HOST
done
echo '3. etcd first, on all members; then the API servers; then controllers, schedulers and kubelets'
for wave in etcd kube-apiserver 'kube-controller-manager kube-scheduler'; do
  for node in "${nodes[@]}"; do
    for name in $wave; do
      ssh "$node" sudo mv "/etc/kubernetes/stopped/$name.yaml" /etc/kubernetes/manifests/ </dev/null
    done
  done
  sleep 60
done
for node in "${nodes[@]}"; do ssh "$node" sudo systemctl restart kubelet </dev/null; done
echo 'Now: kubectl get --raw /readyz, then bash etcd-gate.sh, then restart the kubelets of all workers.'
