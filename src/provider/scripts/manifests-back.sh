for name in kube-apiserver kube-controller-manager kube-scheduler; do
  manifest=/etc/kubernetes/manifests/$name.yaml
  if grep -q "image: .*/$name:@VERSION@" "$manifest"; then echo "$name: is @VERSION@"; continue; fi
  old=$(grep -l "image: .*/$name:@VERSION@" /etc/kubernetes/tmp/kubeadm-backup-manifests-*/"$name.yaml" | xargs -r ls -t | sed -n 1p)
  cp "${old:?kubeadm has no copy of $name @VERSION@}" "/etc/kubernetes/$name.yaml"
  mv "/etc/kubernetes/$name.yaml" "$manifest"
  echo "$name: $old is back"
done
