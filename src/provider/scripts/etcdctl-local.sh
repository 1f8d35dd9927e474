# Once: tell every etcd host where its certificates are, and put a wrapper there, so that all later
# commands are the same on every site. Set the values to those of your etcd unit; a host that has its
# file already keeps it. The last line of the loop needs an etcdctl on the host.
cat > etcdctl-local.env <<'ENV'
ENDPOINT=https://127.0.0.1:2379
CACERT=/etc/etcd/pki/ca.crt
CERT=/etc/etcd/pki/server.crt
KEY=/etc/etcd/pki/server.key
ENV
"${EDITOR:-vi}" etcdctl-local.env
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
