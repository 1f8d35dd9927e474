# kubeadm is still the one that wrote this node's manifests; it must print @RUNNING@ and no difference.
[ "$(kubeadm version -o short)" = @RUNNING@ ] || echo 'STOP: kubeadm is not @RUNNING@'
sudo kubeadm upgrade diff @RUNNING@
sudo kubeadm upgrade node phase control-plane --dry-run | tail -n 40
