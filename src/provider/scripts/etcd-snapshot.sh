umask 077
install -d -m 700 /var/backups/etcd
etcdctl() { @ETCDCTL@ "$@"; }
# The leader has everything that was committed, so the snapshot is its.
leader=$(etcdctl @LOCAL@endpoint status --cluster -w fields | awk -F' : ' '
  $1 == "\"MemberID\"" { member = $2 "" }
  $1 == "\"Leader\"" { leader = $2 "" }
  $1 == "\"Endpoint\"" { gsub(/"/, "", $2); if (member "" == leader "") print $2 }')
snapshot=/var/backups/etcd/$(date -u +%Y%m%dT%H%M%SZ)-before-@BEFORE@.db
etcdctl --endpoints="${leader:?no leader found}" snapshot save "$snapshot"
@STATUS@ snapshot status "$snapshot" -w json
(cd /var/backups/etcd && sha256sum "${snapshot##*/}" > "$snapshot.sha256")
ln -sfn "$snapshot" /var/backups/etcd/latest.db
