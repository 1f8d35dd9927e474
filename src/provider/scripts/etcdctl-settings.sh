# Once: where the certificates of every etcd host are, so that all later commands are the same on every
# site. A file that is here already is kept.
if [ ! -e etcdctl-local.env ]; then
cat > etcdctl-local.env <<'ENV'
ENDPOINT=https://127.0.0.1:2379
CACERT=/etc/etcd/pki/ca.crt
CERT=/etc/etcd/pki/server.crt
KEY=/etc/etcd/pki/server.key
ENV
fi
