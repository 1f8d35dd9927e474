# Before it: kubeadm is still the one that wrote the manifests of this node, and finds no difference.
if [ "$(kubeadm version -o short)" != @RUNNING@ ]; then echo 'STOP: kubeadm is not @RUNNING@' >&2; exit 1; fi
changes=$(kubeadm upgrade diff @RUNNING@)
printf '%s\n' "$changes" | awk '/^[+-]/ { print; n++ } END { if (!n) print "no difference" }'
kubeadm upgrade node phase control-plane --dry-run >/dev/null
echo 'dry run: passed'
