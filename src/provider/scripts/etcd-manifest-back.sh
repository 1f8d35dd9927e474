manifest=/etc/kubernetes/manifests/etcd.yaml
if grep -qE 'image:.*etcd:v?@VERSION@(-|"|@|$)' "$manifest"; then echo 'is back already'; exit 0; fi
old=$(grep -lE 'image:.*etcd:v?@VERSION@(-|"|@|$)' /etc/kubernetes/tmp/kubeadm-backup-manifests-*/etcd.yaml | xargs -r ls -t | sed -n 1p)
cp "${old:?kubeadm has no copy with the old image}" /etc/kubernetes/etcd.yaml.back
mv /etc/kubernetes/etcd.yaml.back "$manifest"
echo "$old is back"
