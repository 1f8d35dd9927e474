# kubeadm has no etcd phase. This way is put together from documented parts (a pinned imageTag, and the
# kubeadm that runs already), so it must have been rehearsed in staging. Before it: kubeadm is still the
# one that wrote the manifests of this node, and finds no difference but lines of your own patches.
[ "$(kubeadm version -o short)" = @RUNNING@ ] && echo 'kubeadm: right' || echo 'STOP: kubeadm is not @RUNNING@'
sudo kubeadm upgrade diff @RUNNING@ | grep -E '^[+-]' || echo 'no difference'
sudo kubeadm upgrade node phase control-plane --dry-run >/dev/null && echo 'dry run: passed'
