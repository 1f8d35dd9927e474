# A wrapper on every etcd host that knows where its certificates are. The last line of the loop needs an
# etcdctl on the host.
cat > etcdctl-local <<'WRAPPER'
#!/bin/sh
# etcdctl with the certificates of this host, for the member of this host unless --endpoints is given.
. /etc/etcd/etcdctl-local.env
PATH=/usr/local/bin:$PATH
case " $*" in *' --endpoints='*) ;; *) set -- --endpoints="$ENDPOINT" "$@" ;; esac
exec etcdctl --cacert="$CACERT" --cert="$CERT" --key="$KEY" "$@"
WRAPPER
for host in @MEMBERS@; do
  ssh "$host" 'sudo test -s /etc/etcd/etcdctl-local.env || sudo install -D -m 600 /dev/stdin /etc/etcd/etcdctl-local.env' < etcdctl-local.env
  ssh "$host" sudo install -m 755 /dev/stdin /usr/local/sbin/etcdctl-local < etcdctl-local
  ssh "$host" sudo /usr/local/sbin/etcdctl-local endpoint health </dev/null
done
