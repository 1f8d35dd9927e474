install -d -m 700 upgrade-backup
stamp=$(date -u +%Y%m%dT%H%M%SZ)
snapshot=$(ssh @HOST@ sudo readlink /var/backups/etcd/latest.db)
ssh @HOST@ sudo cat "$snapshot" > "upgrade-backup/${snapshot##*/}"
ssh @HOST@ sudo cat "$snapshot.sha256" > "upgrade-backup/${snapshot##*/}.sha256"
(cd upgrade-backup && sha256sum -c "${snapshot##*/}.sha256")
for node in @NODES@; do
  ssh "$node" sudo tar -C / --exclude=etc/kubernetes/tmp -czf - etc/kubernetes </dev/null > "upgrade-backup/$stamp-$node-etc-kubernetes.tgz"
done
kubectl -n kube-system get configmaps,daemonsets,deployments -o yaml > "upgrade-backup/$stamp-kube-system.yaml"
ls -l upgrade-backup
